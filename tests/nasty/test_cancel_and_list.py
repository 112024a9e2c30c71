"""Cases 77 to 86: taking back, removing, and lists."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from app.domain.errors import ServiceFailedError
from app.domain.job import JobState as S
from app.domain.remote import RemoteRef, ref_key
from app.domain.values import Json
from app.providers.haiper import MOST_PAGES, PAGE_SIZE
from app.providers.netmind import LIST_MAX_BYTES
from tests.nasty.dialects import IN_HAIPER, IN_NETMIND, Dialect
from tests.nasty.stage import Play, Scene, Service, act, ask
from tests.net.servers import Script, Seen, Wire, json_reply, reply

REF: RemoteRef = {"v": 1, "key": "r1"}


def test_case_077_what_has_ended_cannot_be_taken_back(tmp_path: Path, dialect: Dialect) -> None:
    async def story(here: Scene) -> None:
        job_id = here.stage.submit()
        done = await here.stage.until_state(job_id, S.DONE)
        seen = len(here.server.seen)
        here.stage.jobs.cancel(job_id)
        await asyncio.sleep(0.05)
        assert here.stage.jobs.job(job_id) == done
        assert len(here.server.seen) == seen

    act(tmp_path, Service(dialect, poll=[dialect.done("/files/a.png")]), story)


def test_case_078_a_job_that_nobody_waits_for_still_brings_its_result(tmp_path: Path, dialect: Dialect) -> None:
    async def story(here: Scene) -> None:
        job_id = here.stage.submit()
        await here.stage.until_state(job_id, S.RUNNING)
        here.stage.jobs.cancel(job_id)
        await here.stage.until(lambda: (job := here.stage.jobs.job(job_id)) is not None and job.set_aside)
        assert here.server.count("DELETE") == 0
        here.service.poll = [dialect.done("/files/a.png")]
        job = await here.stage.until_state(job_id, S.DONE)
        assert len(job.saved_assets) == 1

    act(tmp_path, Service(dialect), story)


@pytest.mark.parametrize(
    "answer",
    [
        reply(200),
        reply(204),
        reply(202, b"{}"),
        json_reply({"message": "deleted"}),
        reply(200, b"OK"),
        reply(200, b"<html>"),
    ],
)
def test_case_080_removing_is_judged_by_its_status_alone(by_link: Dialect, answer: bytes) -> None:
    result, server = ask(by_link, answer, lambda provider: provider.delete(REF))
    assert result is None
    assert [(seen.method, seen.path) for seen in server.seen] == [("DELETE", by_link.job_path("r1"))]


@pytest.mark.parametrize("answer", [reply(404), json_reply({"detail": "not found"}, 404), reply(410)])
def test_case_081_what_is_gone_already_is_removed(by_link: Dialect, answer: bytes) -> None:
    assert ask(by_link, answer, lambda provider: provider.delete(REF))[0] is None


def test_case_082_trouble_with_removing_leaves_the_job_as_it_is(tmp_path: Path, by_link: Dialect) -> None:
    error, _ = ask(by_link, reply(500), lambda provider: provider.delete(REF))
    assert isinstance(error, ServiceFailedError)

    async def story(here: Scene) -> None:
        done = await here.stage.until_state(here.stage.submit(), S.DONE)
        connected = await here.stage.providers.connected(by_link.name)
        with pytest.raises(ServiceFailedError):
            await connected.provider.delete(done.remote_ref or {})
        assert here.stage.jobs.job(done.job_id) == done
        assert here.stage.jobs.path_of(done.saved_assets[0]).is_file()

    act(tmp_path, Service(by_link, poll=[by_link.done("/files/a.png")], delete=[reply(500)]), story)


def test_case_083_a_job_is_not_removed_before_its_result_is_saved(tmp_path: Path, dialect: Dialect) -> None:
    async def story(here: Scene) -> None:
        job_id = here.stage.submit()
        await here.stage.until_state(job_id, S.RUNNING)
        here.stage.jobs.delete(job_id)
        await asyncio.sleep(0.05)
        assert here.stage.state(job_id) is S.RUNNING
        here.service.poll = [dialect.done("/files/a.png")]
        await here.stage.until_state(job_id, S.DONE)
        here.stage.jobs.delete(job_id)
        await asyncio.sleep(0.05)
        assert here.server.count("DELETE") == 0

    act(tmp_path, Service(dialect), story)


# --- lists


def pages(rows: list[Json], *, total: int | None = None, beyond: str = "empty", shift: int = 0) -> Script:
    """A list in pages. `shift` new jobs push everything down before each page; `beyond` is what follows the last one."""
    asked = 0

    async def script(seen: Seen, wire: Wire) -> None:
        nonlocal asked
        query = dict(part.split("=") for part in seen.path.partition("?")[2].split("&"))
        page, size = int(query["page"]), int(query["page_size"])
        new: list[Json] = [IN_HAIPER.job(f"new-{n}", "running") for n in range(shift * asked)]
        asked += 1
        there = [*new, *rows]
        last = max(1, -(-len(there) // size))
        if page > last and beyond == "404":
            await wire.send(json_reply({"detail": "no such page"}, 404))
            return
        if page > last and beyond == "repeat":
            page = last
        found = there[(page - 1) * size : page * size]
        await wire.send(json_reply({"total_count": len(there) if total is None else total, "job_list": found}))

    return script


def rows(count: int) -> list[Json]:
    return [IN_HAIPER.job(f"r{n}", "running") for n in range(count)]


@pytest.mark.parametrize(
    ("count", "total", "beyond", "shift"),
    [
        (250, None, "empty", 0),
        (250, None, "empty", 30),
        (250, 10_000, "empty", 0),
        (250, 10_000, "404", 0),
        (250, 10_000, "repeat", 0),
        (PAGE_SIZE, 10_000, "repeat", 0),
        (0, 7, "repeat", 0),
        (250, 0, "repeat", 0),
    ],
)
def test_case_084_a_list_in_pages_that_shift_is_read_without_doubles_and_ends(
    count: int, total: int | None, beyond: str, shift: int
) -> None:
    script = pages(rows(count), total=total, beyond=beyond, shift=shift)
    listed, server = ask(IN_HAIPER, script, lambda provider: provider.list_jobs())
    assert isinstance(listed, list)
    keys = [ref_key(entry.ref) for entry in listed]
    assert len(set(keys)) == len(keys)
    if total != 0:
        assert {f"r{n}" for n in range(count)} <= set(keys)
    assert len(server.seen) <= count // PAGE_SIZE + 3


def test_case_084_a_list_without_an_end_is_left_after_some_pages() -> None:
    number = 0

    async def endless(_seen: Seen, wire: Wire) -> None:
        nonlocal number
        number += 1
        jobs: list[Json] = [IN_HAIPER.job(f"r{number}-{n}", "running") for n in range(PAGE_SIZE)]
        await wire.send(json_reply({"total_count": 10**9, "job_list": jobs}))

    listed, server = ask(IN_HAIPER, endless, lambda provider: provider.list_jobs())
    assert isinstance(listed, list)
    assert len(server.seen) == MOST_PAGES


def test_case_084_no_more_pages_are_read_than_our_jobs_need(tmp_path: Path) -> None:
    ours = ["r1", "r2"]

    async def story(here: Scene) -> None:
        for job_id in [here.stage.submit() for _ in ours]:
            await here.stage.until_state(job_id, S.RUNNING)
        await here.stage.until(lambda: len(here.asked_for(IN_HAIPER.create_path)) >= 4)
        assert {seen.path.partition("?")[2] for seen in here.asked_for(IN_HAIPER.create_path)} == {
            f"page=1&page_size={PAGE_SIZE}"
        }

    service = Service(IN_HAIPER, create=[IN_HAIPER.created(ref) for ref in ours], roll=[pages(rows(1000))])
    act(tmp_path, service, story)


@pytest.mark.parametrize("play", [reply(200, b" " * (LIST_MAX_BYTES + 1)), reply(200, b"[" * 100_000), reply(500)])
def test_case_085_where_the_list_is_too_long_jobs_are_asked_for_one_by_one(
    tmp_path: Path, by_link: Dialect, play: Play
) -> None:
    async def story(here: Scene) -> None:
        for job_id in [here.stage.submit(), here.stage.submit()]:
            await here.stage.until_state(job_id, S.DONE)

    service = Service(
        by_link,
        create=[by_link.created("r1"), by_link.created("r2")],
        poll=[by_link.running(), by_link.running(), by_link.done("/files/a.png")],
        roll=[play],
    )
    act(tmp_path, service, story)


def test_case_085_a_list_of_megabytes_is_read_without_stopping_the_window() -> None:
    job = IN_NETMIND.job("r", "succeeded", ["https://files.example.org/" + "x" * 900])
    body = json.dumps({"generation_list": [{**job, "id": f"r{n}"} for n in range(8_000)]}).encode()
    assert len(body) > 8 * 1024 * 1024
    longest = 0.0

    async def use(provider: object) -> int:
        nonlocal longest
        work = asyncio.ensure_future(provider.list_jobs())  # type: ignore[attr-defined]
        while not work.done():
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - before)
        return len(await work)

    count, _ = ask(IN_NETMIND, reply(200, body), use)
    assert count == 8_000
    assert longest < 1.0


def test_case_086_removed_jobs_and_jobs_of_other_programs_are_left_alone(tmp_path: Path, by_link: Dialect) -> None:
    ours = ["r1", "r2"]
    link = ["/files/a.png"]

    def rolled(word: str) -> bytes:
        mine = [by_link.job(ref, word, link if word == "succeeded" else ()) for ref in ours]
        foreign = by_link.job("of-another-program", "succeeded", ["/files/foreign.png"])
        removed = {**by_link.job("removed", "succeeded", ["/files/removed.png"]), "is_deleted": True}
        return by_link.listed(foreign, removed, *mine)

    async def story(here: Scene) -> None:
        ids = [here.stage.submit() for _ in ours]
        for job_id in ids:
            await here.stage.until_state(job_id, S.RUNNING)
        here.service.roll = [rolled("succeeded")]
        for job_id in ids:
            await here.stage.until_state(job_id, S.DONE)
        assert {job.job_id for job in here.stage.changes} == set(ids)
        assert {seen.path for seen in here.server.seen if seen.path.startswith("/files/")} == set(link)
        assert here.server.count("DELETE") == 0

    service = Service(by_link, create=[by_link.created(ref) for ref in ours], roll=[rolled("running")])
    act(tmp_path, service, story)
    listed, _ = ask(by_link, rolled("running"), lambda provider: provider.list_jobs())
    assert isinstance(listed, list)
    assert "removed" not in {ref_key(entry.ref) for entry in listed}
