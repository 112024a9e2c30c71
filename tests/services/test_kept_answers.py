"""Answers that are the result themselves: kept, found again after a crash, saved in part, and refused as a whole."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from app.domain.job import Job, JobState
from app.domain.job_words import second_line
from app.domain.model_spec import Transport
from app.domain.money import Money
from app.domain.provider_info import ProviderInfo
from app.domain.remote import Submission
from app.domain.request import GenerationRequest
from app.net.client import ApiClient
from app.net.media_client import MediaClient
from app.net.spool import Spool
from app.providers.base import PreparedRequest
from app.providers.octoai import OCTOAI, OctoAiProvider
from app.services.job_tools import JobSeams
from app.services.provider_service import Connected
from tests.net.servers import Running, json_reply, serving
from tests.providers.octoai_service import BIG, Service, images, spec
from tests.providers.recordings import recorded
from tests.services.scripted import PIXEL, Cast, Stage, staged

S = JobState
DEADLINE_S = 30.0


class NeverReturns(OctoAiProvider):
    """The program ends after the answer is on the disk and before anybody hears of it."""

    answered: asyncio.Event

    async def submit(self, prepared: PreparedRequest) -> Submission:
        await super().submit(prepared)
        self.answered.set()
        await asyncio.Event().wait()
        raise AssertionError


@asynccontextmanager
async def stage(
    folder: Path,
    server: Running,
    *,
    transport: Transport = Transport.ASYNC,
    info: ProviderInfo = OCTOAI,
    kind: type[OctoAiProvider] = OctoAiProvider,
) -> AsyncIterator[tuple[Stage, OctoAiProvider]]:
    """The studio with OctoAI's dialect at a server; entering twice on one folder is a restart."""
    known = replace(info, is_demo=True)
    spool = Spool(folder / "spool", keep_free_bytes=0)
    provider = kind(known, ApiClient(server.base_url, lambda: "key"), spool)
    connected = Connected(provider, MediaClient(allow_loopback=True))
    cast = Cast(known, replace(spec(), transport=transport), lambda *_: connected, server.base_url)
    seams = JobSeams(random=Random(7), pace=lambda *_: 0.01, pause_factor=0.01)
    async with staged(folder, cast, seams) as here:
        yield here, provider


def spooled(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "spool").glob("*"))


def line(job: Job) -> str:
    return " \u00b7 ".join(str(part) for part in second_line(job, job.created_at, None, "OctoAI"))


@pytest.mark.parametrize("transport", list(Transport))
def test_pictures_inside_an_answer_become_files_and_the_answer_goes(tmp_path: Path, transport: Transport) -> None:
    async def story() -> None:
        body = json_reply(images(BIG, PIXEL))
        service = Service(submit=body if transport is Transport.SYNC else None, result=body)
        async with serving(service) as server, stage(tmp_path, server, transport=transport) as (here, _):
            job = await here.until_state(here.submit(num_images=2), S.DONE)
            contents = [here.jobs.path_of(asset).read_bytes() for asset in job.saved_assets]
            assert contents == [BIG, PIXEL]
            assert job.problem is None
            await here.until(lambda: spooled(tmp_path) == [])
            assert server.count("POST") == 1
            assert server.count("GET") == (0 if transport is Transport.SYNC else 2)
            assert here.crashes == []

    asyncio.run(asyncio.wait_for(story(), DEADLINE_S))


@pytest.mark.parametrize("transport", list(Transport))
def test_a_crash_right_after_the_answer_makes_no_job_unsure(tmp_path: Path, transport: Transport) -> None:
    async def story() -> None:
        body = json_reply(images(BIG))
        service = Service(submit=body if transport is Transport.SYNC else None, result=body)
        async with serving(service) as server:
            async with stage(tmp_path, server, transport=transport, kind=NeverReturns) as (here, provider):
                assert isinstance(provider, NeverReturns)
                provider.answered = asyncio.Event()
                job_id = here.submit()
                await provider.answered.wait()
                assert here.state(job_id) is S.SENDING
                await here.tasks.close()  # as a kill would: nothing is noted any more
            async with stage(tmp_path, server, transport=transport) as (here, _):
                job = await here.until_state(job_id, S.DONE)
                assert here.jobs.path_of(job.saved_assets[0]).read_bytes() == BIG
            assert server.count("POST") == 1, "paid once"

    asyncio.run(asyncio.wait_for(story(), DEADLINE_S))


def test_without_a_kept_answer_the_job_is_unsure_as_ever(tmp_path: Path) -> None:
    async def story() -> None:
        async with serving(Service(result=json_reply(images(BIG)))) as server:
            async with stage(tmp_path, server, kind=NeverReturns) as (here, provider):
                assert isinstance(provider, NeverReturns)
                provider.answered = asyncio.Event()
                job_id = here.submit()
                await provider.answered.wait()
                await here.tasks.close()
            for path in (tmp_path / "spool").glob("*"):
                path.unlink()
            async with stage(tmp_path, server) as (here, _):
                job = await here.until_state(job_id, S.UNSURE)
                assert job.problem is not None
                assert job.problem.code == "unknown_outcome"

    asyncio.run(asyncio.wait_for(story(), DEADLINE_S))


def test_case_29_what_came_is_kept_and_the_job_says_what_is_missing(tmp_path: Path) -> None:
    async def story() -> None:
        service = Service(result=recorded("made-up-partly-removed", "octoai").reply)
        async with serving(service) as server, stage(tmp_path, server) as (here, _):
            job = await here.until_state(here.submit(num_images=4), S.DONE)
            assert len(job.saved_assets) == 3
            assert job.problem is not None
            assert str(job.problem.happened) == "1 of 4 results was removed by the content rules of OctoAI."
            assert line(job).startswith("3 images \u00b7 1 missing")
            stored = await here.store.get(job.job_id)
            assert stored is not None
            assert stored.problem == job.problem

    asyncio.run(asyncio.wait_for(story(), DEADLINE_S))


def test_case_28_all_removed_is_a_failure_with_its_reason(tmp_path: Path) -> None:
    async def story() -> None:
        service = Service(result=recorded("made-up-all-removed", "octoai").reply)
        async with serving(service) as server, stage(tmp_path, server) as (here, _):
            job = await here.until_state(here.submit(), S.FAILED)
            assert job.problem is not None
            assert job.problem.code == "prompt_refused"
            assert "for OctoAI to say" in str(job.problem.money)

    asyncio.run(asyncio.wait_for(story(), DEADLINE_S))


@pytest.mark.parametrize(
    ("price", "words"), [(Money(Decimal("0.04")), "costs $0.04 once more"), (None, "not known here")]
)
def test_submitting_a_long_run_again_is_an_offer_with_its_price_and_never_done_by_itself(
    tmp_path: Path, price: Money | None, words: str
) -> None:
    async def story() -> None:
        assert OCTOAI.long_run is not None
        at_once = replace(OCTOAI, long_run=replace(OCTOAI.long_run, after_s=0))
        service = Service(result=recorded("made-up-failed", "octoai").reply)
        async with serving(service) as server, stage(tmp_path, server, info=at_once) as (here, _):
            model = here.cast.spec
            wish = GenerationRequest(
                model.provider_id, model.model_id, model.title, model.medium, {"prompt": "a"}, price
            )
            job = await here.until_state(here.jobs.submit(wish), S.FAILED)
            assert job.problem is not None
            assert job.problem.code == "generation_failed"
            assert "CUDA error" in job.problem.server_text
            assert words in str(job.problem.advice)
            assert "submit it again" in str(job.problem.advice)
            assert server.count("POST") == 1

    asyncio.run(asyncio.wait_for(story(), DEADLINE_S))


def test_a_short_run_that_failed_gets_the_usual_advice(tmp_path: Path) -> None:
    async def story() -> None:
        service = Service(result=recorded("made-up-failed", "octoai").reply)
        async with serving(service) as server, stage(tmp_path, server) as (here, _):
            job = await here.until_state(here.submit(), S.FAILED)
            assert job.problem is not None
            assert "more than a minute" not in str(job.problem.advice)

    asyncio.run(asyncio.wait_for(story(), DEADLINE_S))


def test_more_than_ten_megabytes_fail_with_their_size_and_are_never_sent(tmp_path: Path) -> None:
    async def story() -> None:
        async with serving(Service()) as server, stage(tmp_path, server) as (here, _):
            job = await here.until_state(here.submit("a" * 10_500_000), S.FAILED)
            assert job.problem is not None
            assert job.problem.code == "request_too_large"
            assert "10.5 MB" in str(job.problem.happened)
            assert str(job.problem.money) == "Nothing was started and nothing was charged."
            assert server.seen == []

    asyncio.run(asyncio.wait_for(story(), DEADLINE_S))
