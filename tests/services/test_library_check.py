"""Check my library finds what is missing, damaged or moved, changes no file, and fetches again what the server still has."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import JobGoneError
from app.domain.job import Job, JobState
from app.domain.job_words import JobAction, actions
from app.domain.provider_info import Capabilities
from app.domain.remote import Snapshot
from app.services.library_check import CheckState
from tests.conftest import Run
from tests.services.scripted import PIXEL, FileServer, Script, World, done_with, world

S = JobState


@pytest.fixture
def files() -> Iterator[FileServer]:
    server = FileServer()
    yield server
    server.close()


async def made(here: World, count: int) -> list[Path]:
    """So many finished jobs, and where their files lie. Each file has bytes of its own."""
    places = []
    for number in range(count):
        job = await here.until_state(here.submit(f"lake {number}"), S.DONE)
        places.append(here.jobs.path_of(job.saved_assets[0]))
    return places


async def checked(here: World) -> CheckState:
    here.jobs.check.start()
    await here.until(lambda: not here.jobs.check.state.is_running)
    return here.jobs.check.state


def offers(job: Job | None) -> bool:
    return job is not None and JobAction.FETCH_AGAIN in actions(job, Capabilities())


def test_what_is_missing_or_damaged_is_found_and_fetched_again(
    run: Run[None], tmp_path: Path, files: FileServer
) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[done_with(files.url("/a.png"))])) as here:
            places = await made(here, 4)
            seen: list[CheckState] = []
            here.jobs.check.changed.connect(seen.append)
            state = await checked(here)
            assert (state.total, state.done, state.missing, state.damaged) == (4, 4, 0, 0)
            places[0].unlink()
            places[1].write_bytes(PIXEL[:-1] + b"?")  # the same size
            places[2].write_bytes(b"")
            ids = [job.job_id for job in here.jobs.unfinished()] or [job.job_id for job in here.changes]
            state = await checked(here)
            assert (state.missing, state.damaged, len(state.fetchable)) == (1, 2, 3)
            assert max(one.done for one in seen) == 4
            lost = [here.jobs.job(job_id) for job_id in state.fetchable]
            assert all(offers(job) for job in lost)
            sound = next(job_id for job_id in ids if job_id not in state.fetchable)
            assert not offers(here.jobs.job(sound))
            here.jobs.check.fetch_lost()
            for job_id in state.fetchable:
                await here.until(lambda job_id=job_id: is_well(here.jobs.job(job_id)))  # type: ignore[misc]
            state = await checked(here)
            assert (state.missing, state.damaged, state.fetchable) == (0, 0, ())
            assert places[2].read_bytes() == b"", "what lies there is left as it is"
            assert len(here.provider.bodies) == 4, "nothing was paid again"

    run(story())


def is_well(job: Job | None) -> bool:
    return job is not None and job.state is S.DONE and job.problem is None


def test_a_moved_file_is_taken_where_it_lies_now(run: Run[None], tmp_path: Path, files: FileServer) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[done_with(files.url("/a.png"))])) as here:
            (place,) = await made(here, 1)
            job_id = here.changes[0].job_id
            place.unlink()
            assert (await checked(here)).missing == 1
            album = here.folder.root / "Holidays"
            album.mkdir()
            (album / "the lake.png").write_bytes(PIXEL)
            (album / "another.png").write_bytes(PIXEL[:-1] + b"?")
            state = await checked(here)
            assert (state.missing, state.moved) == (0, 1)
            job = here.jobs.job(job_id)
            assert job is not None
            assert job.problem is None
            assert here.jobs.path_of(job.saved_assets[0]) == album / "the lake.png"
        async with world(tmp_path, Script(), ready=False) as here:
            stored = await here.store.get(job_id)
            assert stored is not None
            assert stored.saved_assets[0].path == "Holidays/the lake.png"

    run(story())


def test_a_job_that_the_server_forgot_keeps_its_other_files_and_says_so(
    run: Run[None], tmp_path: Path, files: FileServer
) -> None:
    async def story() -> None:
        other = PIXEL[:-12] + b"\0" + PIXEL[-12:]
        polls: list[Exception | Snapshot] = [done_with(files.url("/a.png"), files.url("/b.png", other)), JobGoneError()]
        async with world(tmp_path, Script(polls=polls)) as here:
            job = await here.until_state(here.submit(), S.DONE)
            here.jobs.path_of(job.saved_assets[0]).unlink()
            assert (await checked(here)).missing == 1
            here.jobs.fetch_again(job.job_id)
            await here.until_state(job.job_id, S.SAVING)
            job = await here.until_state(job.job_id, S.DONE)
            assert len(job.saved_assets) == 1
            assert job.problem is not None

    run(story())


def test_a_drive_that_is_away_has_lost_nothing(run: Run[None], tmp_path: Path, files: FileServer) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[done_with(files.url("/a.png"))])) as here:
            await made(here, 1)
            here.folder.root.rename(tmp_path / "unplugged")
            state = await checked(here)
            assert state.trouble is not None
            assert state.trouble.code == "library_missing"
            assert (state.missing, state.fetchable) == (0, ())
            (tmp_path / "unplugged").rename(here.folder.root)

    run(story())


def test_a_check_can_be_cancelled(run: Run[None], tmp_path: Path, files: FileServer) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[done_with(files.url("/a.png"))])) as here:
            await made(here, 2)
            check = here.jobs.check
            check.changed.connect(lambda state: check.cancel() if state.done == 1 else None)
            state = await checked(here)
            assert state.was_cancelled
            assert state.done == 1

    run(story())
