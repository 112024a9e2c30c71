"""Deleting at a provider: only when every file is here, and never with a consequence for the job."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.errors import NoConnectionError, ServiceFailedError
from app.domain.job import Job, JobState
from app.domain.problem import Problem
from app.domain.provider_info import Capabilities
from app.net.media_client import MediaClient
from app.services.job_tools import JobSeams
from app.services.provider_service import Connected
from tests.services.scripted import (
    EMPTY,
    FAILED,
    INFO,
    RUNNING,
    SPEC,
    Cast,
    FileServer,
    Script,
    ScriptedProvider,
    World,
    done_with,
    staged,
    world,
)

S = JobState
DEADLINE_S = 20.0


@pytest.fixture
def files() -> Iterator[FileServer]:
    server = FileServer()
    yield server
    server.close()


@asynccontextmanager
async def finished(
    folder: Path, files: FileServer, **script: object
) -> AsyncIterator[tuple[World, Job, list[Problem]]]:
    """A job with two saved files, and every trouble that is told from now on."""
    polls = [done_with(files.url("/a.png"), files.url("/b.png"))]
    async with world(folder, Script(polls=polls, **script)) as here:  # type: ignore[arg-type]
        job = await here.until_state(here.submit("a quiet lake"), S.DONE)
        troubles: list[Problem] = []
        here.jobs.trouble.connect(troubles.append)
        yield here, job, troubles


def test_both_copies_go_here_at_once_and_there_after_the_files_were_looked_at(
    tmp_path: Path, files: FileServer
) -> None:
    async def story() -> None:
        async with finished(tmp_path, files) as (here, job, troubles):
            assert here.jobs.can_delete_on_server(job.job_id)
            here.jobs.delete(job.job_id, on_server=True)
            assert here.jobs.job(job.job_id) is None
            await here.until(lambda: here.provider.deleted == ["remote-1"])
            assert troubles == []
            assert all(here.folder.exists(asset.path) for asset in job.saved_assets), "the files stay in the library"

    asyncio.run(asyncio.wait_for(story(), DEADLINE_S))


def test_undo_brings_back_a_job_that_knows_that_its_copy_there_is_gone(tmp_path: Path, files: FileServer) -> None:
    async def story() -> None:
        async with finished(tmp_path, files) as (here, job, _):
            told: list[tuple[Job, str]] = []
            here.jobs.copy_deleted.connect(lambda *words: told.append(words))
            here.jobs.delete(job.job_id, on_server=True)
            await here.until(lambda: bool(told))
            here.jobs.undo_delete(job.job_id)
            await here.until(lambda: here.jobs.job(job.job_id) is not None)
            assert here.jobs.job(job.job_id) == replace(job, is_deleted_there=True)

    asyncio.run(asyncio.wait_for(story(), DEADLINE_S))


def test_deleting_here_alone_asks_nobody(tmp_path: Path, files: FileServer) -> None:
    async def story() -> None:
        async with finished(tmp_path, files) as (here, job, _):
            here.jobs.delete(job.job_id)
            while await here.store.get(job.job_id) is not None:
                await asyncio.sleep(0.005)
            assert here.provider.deleted == []

    asyncio.run(asyncio.wait_for(story(), DEADLINE_S))


def test_deleting_there_alone_keeps_the_job_here(tmp_path: Path, files: FileServer) -> None:
    async def story() -> None:
        async with finished(tmp_path, files) as (here, job, _):
            here.jobs.delete_on_server(job.job_id)
            told: list[tuple[Job, str]] = []
            here.jobs.copy_deleted.connect(lambda *words: told.append(words))
            await here.until(lambda: bool(told))
            assert here.provider.deleted == ["remote-1"]
            assert told == [(job, "Scripted")]
            assert here.jobs.job(job.job_id) == replace(job, is_deleted_there=True)
            assert await here.store.get(job.job_id) == replace(job, is_deleted_there=True), "a restart knows it too"
            assert not here.jobs.can_delete_on_server(job.job_id), "there is nothing to delete any more"
            here.jobs.delete_on_server(job.job_id)
            assert here.provider.deleted == ["remote-1"]

    asyncio.run(asyncio.wait_for(story(), DEADLINE_S))


@pytest.mark.parametrize("harm", ["gone", "shorter"])
def test_case_83_nothing_is_deleted_there_while_a_file_is_not_here_as_it_was_saved(
    tmp_path: Path, files: FileServer, harm: str
) -> None:
    async def story() -> None:
        async with finished(tmp_path, files) as (here, job, troubles):
            path = here.jobs.path_of(job.saved_assets[1])
            path.unlink() if harm == "gone" else path.write_bytes(b"x")
            here.jobs.delete_on_server(job.job_id)
            await here.until(lambda: bool(troubles))
            assert here.provider.deleted == []
            assert str(troubles[0].happened) == 'The copy of "a quiet lake" at Scripted was not deleted.'
            assert "stays" in str(troubles[0].advice)
            assert here.jobs.job(job.job_id) == job

    asyncio.run(asyncio.wait_for(story(), DEADLINE_S))


@pytest.mark.parametrize("error", [ServiceFailedError(http_status=500), NoConnectionError()])
def test_case_82_a_failure_there_is_told_and_changes_no_job(
    tmp_path: Path, files: FileServer, error: Exception
) -> None:
    async def story() -> None:
        async with finished(tmp_path, files, delete_error=error) as (here, job, troubles):
            here.jobs.delete_on_server(job.job_id)
            await here.until(lambda: bool(troubles))
            assert here.jobs.job(job.job_id) == job
            assert here.crashes == []

    asyncio.run(asyncio.wait_for(story(), DEADLINE_S))


def test_case_11_a_remote_job_that_another_one_still_needs_is_not_deleted(tmp_path: Path, files: FileServer) -> None:
    """An answer with somebody else's id is no longer believed; a history of before may hold two jobs with one id."""

    async def story() -> None:
        async with world(tmp_path, Script(polls=[done_with(files.url("/a.png"))])) as here:
            first = await here.until_state(here.submit(), S.DONE)
            await here.store.save(replace(first, job_id="second", state=S.RUNNING, assets=(), finished_at=None))
        async with world(tmp_path, Script(polls=[RUNNING])) as here:
            await here.until(lambda: here.jobs.job("second") is not None)
            troubles: list[Problem] = []
            here.jobs.trouble.connect(troubles.append)
            here.jobs.delete_on_server(first.job_id)
            await here.until(lambda: bool(troubles))
            assert here.provider.deleted == []

    asyncio.run(asyncio.wait_for(story(), DEADLINE_S))


@pytest.mark.parametrize(("poll", "may_go"), [(FAILED, True), (EMPTY, True), ("expired link", False)])
def test_a_failed_job_may_go_only_when_there_never_was_a_result(
    tmp_path: Path, files: FileServer, poll: object, may_go: bool
) -> None:
    async def story() -> None:
        answer = done_with("http://192.168.0.1/a.png") if poll == "expired link" else poll
        async with world(tmp_path, Script(polls=[answer])) as here:  # type: ignore[list-item]
            job = await here.until_state(here.submit(), S.FAILED)
            troubles: list[Problem] = []
            here.jobs.trouble.connect(troubles.append)
            here.jobs.delete(job.job_id, on_server=True)
            await here.until(lambda: bool(here.provider.deleted) if may_go else bool(troubles))
            assert bool(here.provider.deleted) is may_go
            assert here.jobs.job(job.job_id) is None, "here it is deleted either way"

    asyncio.run(asyncio.wait_for(story(), DEADLINE_S))


def test_it_is_offered_only_where_the_provider_has_a_call_for_it_and_knows_the_job(
    tmp_path: Path, files: FileServer
) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[RUNNING])) as here:
            running = await here.until_state(here.submit(), S.RUNNING)
            assert not here.jobs.can_delete_on_server(running.job_id), "it is still on its way"
            assert not here.jobs.can_delete_on_server("unknown")

    asyncio.run(asyncio.wait_for(story(), DEADLINE_S))


def test_a_provider_without_such_a_call_is_not_asked(tmp_path: Path, files: FileServer) -> None:
    async def story() -> None:
        provider = ScriptedProvider(Script(polls=[done_with(files.url("/a.png"))]))
        connected = Connected(provider, MediaClient(allow_loopback=True))
        info = replace(INFO, capabilities=Capabilities(list_jobs=True))
        seams = JobSeams(pace=lambda *_: 0.01)
        async with staged(tmp_path, Cast(info, SPEC, lambda *_: connected), seams) as here:
            job = await here.until_state(here.submit(), S.DONE)
            assert not here.jobs.can_delete_on_server(job.job_id)
            here.jobs.delete(job.job_id, on_server=True)
            while await here.store.get(job.job_id) is not None:
                await asyncio.sleep(0.005)
        assert provider.deleted == []

    asyncio.run(asyncio.wait_for(story(), DEADLINE_S))
