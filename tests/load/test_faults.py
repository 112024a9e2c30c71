"""T-24: every fifth connection goes wrong in one of nine ways: jobs end as they should, files exact, nothing paid twice."""

import asyncio
import json
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from random import Random
from urllib.request import urlopen

import pytest

from app.domain.errors import BrokenResultError
from app.domain.job import Job, JobState
from app.domain.media import FileType
from app.net.client import ApiClient
from app.net.media_client import MediaClient
from app.providers.netmind import NETMIND, NetMindProvider
from app.services.job_tools import JobSeams
from app.services.media_probe import MediaFacts
from app.services.provider_service import Connected
from tests.conftest import Run
from tests.counts import say
from tests.load.far_service import picture
from tests.load.fault_proxy import Fault, FaultProxy
from tests.load.test_thousand import beside, said_by
from tests.nasty.dialects import IN_NETMIND
from tests.services.scripted import Cast, Stage, staged

S = JobState
SHARE = 0.2
PACE_S, PAUSE_FACTOR, EXCHANGE_S = 0.1, 0.03, 2.0


async def looks_closely(path: Path, kind: FileType) -> MediaFacts:
    """As the studio's own look does: a PNG whose check sums are wrong does not decode."""
    data, at = path.read_bytes(), 8
    while at + 12 <= len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        part, told = data[at + 4 : at + 8 + size], data[at + 8 + size : at + 12 + size]
        if len(told) < 4 or zlib.crc32(part) != struct.unpack(">I", told)[0]:
            raise BrokenResultError
        at += 12 + size
    if data[at - 8 : at - 4] != b"IEND" or at != len(data):
        raise BrokenResultError
    return MediaFacts(width=64, height=64)


def cast_at(address: str) -> Cast:
    info = replace(NETMIND, is_demo=True)

    def connect(_info: object, url: str, _key: object) -> Connected:
        api = ApiClient(url, lambda: "a-key-of-this-test", exchange_s=EXCHANGE_S)
        media = MediaClient(allow_loopback=True, floor_window_s=1.0, headers_deadline_s=2.0)
        return Connected(NetMindProvider(info, api), media)

    return Cast(info, IN_NETMIND.spec, connect, address, "a-key-of-this-test")


def at_rest(here: Stage, ids: list[str]) -> bool:
    return all(here.state(job_id) in (S.DONE, S.UNSURE, S.FAILED, S.EXPIRED) for job_id in ids)


def check(here: Stage, job: Job) -> None:
    """Done with its very own picture, or unsure because the answer to the paid request was lost."""
    assert job.state in (S.DONE, S.UNSURE), (job.state, job.problem)
    if job.state is S.DONE:
        number = int(str((job.remote_ref or {})["key"]).removeprefix("job-"))
        (asset,) = job.saved_assets
        assert here.jobs.path_of(asset).read_bytes() == picture(number)


async def live(profile: Path, port: int, jobs: int, seed: int) -> str:
    proxy = FaultProxy(port, SHARE, Random(seed))
    address = await proxy.start()
    seams = JobSeams(random=Random(seed), pace=lambda *_: PACE_S, pause_factor=PAUSE_FACTOR)
    try:
        async with staged(profile, cast_at(address), seams, limit=16, inspect=looks_closely) as here:
            ids = [here.submit(f"job {number}") for number in range(jobs)]
            while not at_rest(here, ids):
                await asyncio.sleep(0.1)
            found = [job for job_id in ids if (job := here.jobs.job(job_id)) is not None]
            assert len(found) == jobs
            for job in found:
                check(here, job)
            assert here.crashes == []
    finally:
        await proxy.close()
    unsure = sum(job.state is S.UNSURE for job in found)
    wrong = {fault.value: count for fault, count in proxy.happened.items() if fault is not Fault.NONE}
    return f"{jobs} jobs: {jobs - unsure} saved and exact, {unsure} ask, 0 twice; faults: {wrong}"


def play(run: Run[str], profile: Path, jobs: int, seed: int) -> str:
    with beside("tests.load.far_service", "--shortest", "0.5", "--longest", "3") as service:
        port = int(said_by(service))
        measured = run(live(profile, port, jobs, seed))
        with urlopen(f"http://127.0.0.1:{port}/count") as answer:
            asked = json.load(answer)
    assert asked["twice"] == 0
    assert asked["post"] <= jobs
    return measured


def test_sixty_jobs_come_home_through_a_network_that_goes_wrong(run: Run[str], tmp_path: Path) -> None:
    say("T-24 short", play(run, tmp_path, 60, 24))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_five_hundred_jobs_come_home_through_a_network_that_goes_wrong(
    run: Run[str], tmp_path: Path, seed: int
) -> None:
    say(f"T-24 long {seed + 1}/10", play(run, tmp_path, 50, seed))
