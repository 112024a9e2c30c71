"""Nobody's job is left lying: bugs, full disks and hasty clicks end in a state that says what is true."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from app.domain.errors import ConnectionLostError, JobGoneError, TooManyRequestsError
from app.domain.history import HistoryQuery
from app.domain.job import JobState
from app.domain.media import FileType
from app.domain.media_input import placeholder
from app.domain.model_spec import ModelSpec
from app.domain.remote import Snapshot
from app.domain.values import Params
from app.net.media_client import MediaClient
from app.providers.base import Inputs, PreparedRequest
from app.services.job_tools import Inspect, JobSeams
from app.services.media_probe import MediaFacts
from app.services.provider_service import Connected
from tests.conftest import Run
from tests.services.scripted import (
    INFO,
    QUEUED,
    RUNNING,
    SPEC,
    Cast,
    FileServer,
    Script,
    ScriptedProvider,
    done_with,
    staged,
    world,
)

S = JobState


@pytest.fixture
def files() -> Iterator[FileServer]:
    server = FileServer()
    yield server
    server.close()


class Buggy(ScriptedProvider):
    """Refuses one prompt with a bug."""

    def prepare(self, spec: ModelSpec, params: Params) -> PreparedRequest:
        if params["prompt"] == "a bug":
            raise ValueError("nobody thought of this")
        return super().prepare(spec, params)


def _cast(provider: ScriptedProvider) -> Cast:
    return Cast(INFO, SPEC, lambda info, url, key: Connected(provider, MediaClient(allow_loopback=True)))


def _seams() -> JobSeams:
    return JobSeams(random=Random(7), pace=lambda *_: 0.01, pause_factor=0.02)


def _fails(times: int) -> Inspect:
    """Looks into files, and fails as a broken disk does the first times."""
    left = [OSError("input/output error")] * times

    async def inspect(path: Path, file_type: FileType) -> MediaFacts:
        if left:
            raise left.pop()
        return MediaFacts(width=1, height=1)

    return inspect


# --- what nobody thought of


def test_a_bug_before_sending_fails_that_job_and_lets_the_next_one_go(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        provider = Buggy(Script(polls=[RUNNING]))
        async with staged(tmp_path, _cast(provider), _seams(), limit=1) as here:
            broken, sound = here.submit("a bug"), here.submit("a lake")
            job = await here.until_state(broken, S.FAILED)
            assert job.problem is not None
            assert str(job.problem.money) == "Nothing was started and nothing was charged."
            await here.until_state(sound, S.RUNNING)
            stored = await here.store.get(broken)
            assert stored is not None
            assert stored.state is S.FAILED

    run(story())


def test_a_bug_after_the_paid_request_leaves_the_job_unsure_and_lets_the_next_one_go(
    run: Run[None], tmp_path: Path
) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(submits=[ValueError("a bug")], polls=[RUNNING]), limit=1) as here:
            first, second = here.submit(), here.submit()
            job = await here.until_state(first, S.UNSURE)
            assert job.problem is not None
            assert job.problem.code == "unknown_outcome"
            await here.until_state(second, S.RUNNING)
            assert len(here.provider.bodies) == 2

    run(story())


def test_a_request_that_is_not_on_disk_is_not_sent_and_blocks_nobody(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(submits=[TooManyRequestsError(retry_after_s=600)], polls=[RUNNING])) as here:
            lost = here.submit()
            await here.until(lambda: here.states_seen(lost)[-2:] == [S.SENDING, S.WAITING])
            await here.database.run(lambda connection: connection.execute("DELETE FROM bodies"))
        async with world(tmp_path, Script(polls=[RUNNING]), limit=1) as here:
            job = await here.until_state(lost, S.FAILED)
            assert job.problem is not None
            assert here.provider.bodies == []
            await here.until_state(here.submit(), S.RUNNING)

    run(story())


def test_a_file_that_fails_for_a_moment_is_saved_the_next_time(
    run: Run[None], tmp_path: Path, files: FileServer
) -> None:
    async def story() -> None:
        provider = ScriptedProvider(Script(polls=[done_with(files.url("/a.png"), files.url("/b.png"))]))
        async with staged(tmp_path, _cast(provider), _seams(), inspect=_fails(1)) as here:
            job = await here.until_state(here.submit(), S.DONE)
            assert len(job.saved_assets) == 2

    run(story())


def test_a_file_that_always_fails_ends_the_job_with_a_reason(run: Run[None], tmp_path: Path, files: FileServer) -> None:
    async def story() -> None:
        provider = ScriptedProvider(Script(polls=[done_with(files.url("/a.png"))]))
        async with staged(tmp_path, _cast(provider), _seams(), inspect=_fails(1000)) as here:
            job = await here.until_state(here.submit(), S.FAILED)
            assert job.problem is not None
            here.jobs.fetch_again(job.job_id)
            await here.until_state(job.job_id, S.SAVING)

    run(story())


class BuggyWithFiles(ScriptedProvider):
    """Names a file in its request and stumbles over it."""

    def __init__(self) -> None:
        super().__init__(Script(polls=[RUNNING]))
        self.tries = 0

    def prepare(self, spec: ModelSpec, params: Params) -> PreparedRequest:
        return PreparedRequest("/v1/things", placeholder("0" * 64).encode())

    async def dispatch(self, prepared: PreparedRequest, inputs: Inputs) -> PreparedRequest:
        self.tries += 1
        raise ValueError("nobody thought of this")


def test_a_bug_while_uploading_is_met_once_and_not_for_ever(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        provider = BuggyWithFiles()
        async with staged(tmp_path, _cast(provider), _seams()) as here:
            await here.until_state(here.submit(), S.FAILED)
            assert (provider.tries, provider.bodies) == (1, [])

    run(story())


# --- a disk that takes nothing


def test_a_reference_that_the_disk_refused_is_written_as_soon_as_it_takes_anything(
    run: Run[None], tmp_path: Path
) -> None:
    async def story() -> None:
        gate = asyncio.Event()
        async with world(tmp_path, Script(polls=[QUEUED], submit_gate=gate)) as here:
            job_id = here.submit()
            await here.until(lambda: bool(here.provider.bodies))
            await here.disk_refuses(True)
            gate.set()
            job = await here.until_state(job_id, S.QUEUED)
            assert job.problem is not None
            assert job.problem.code == "storage"
            await here.until(lambda: len(here.provider.polled) > 2)
            await here.disk_refuses(False)
            await here.until(lambda: (job := here.jobs.job(job_id)) is not None and job.problem is None)
            stored = await here.store.get(job_id)
            assert stored is not None
            assert (stored.state, stored.remote_ref) == (S.QUEUED, {"v": 1, "key": "remote-1"})

    run(story())


def test_an_end_that_the_disk_refused_is_written_when_the_studio_closes(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        gate = asyncio.Event()
        script = Script(submits=[ConnectionLostError()], polls=[QUEUED], submit_gate=gate)
        async with world(tmp_path, script) as here:
            job_id = here.submit()
            await here.until(lambda: bool(here.provider.bodies))
            await here.disk_refuses(True)
            gate.set()
            await here.until_state(job_id, S.UNSURE)
            await here.disk_refuses(False)
        async with world(tmp_path, Script(polls=[QUEUED]), ready=False) as here:
            stored = await here.store.get(job_id)
            assert stored is not None
            assert stored.state is S.UNSURE

    run(story())


def test_a_result_is_fetched_once_and_done_is_said_when_it_is_on_disk(
    run: Run[None], tmp_path: Path, files: FileServer
) -> None:
    async def story() -> None:
        gate = asyncio.Event()
        script = Script(polls=[done_with(files.url("/a.png"))], submit_gate=gate)
        async with world(tmp_path, script) as here:
            job_id = here.submit()
            await here.until(lambda: bool(here.provider.bodies))
            await here.disk_refuses(True)
            gate.set()
            await here.until(lambda: (job := here.jobs.job(job_id)) is not None and bool(job.saved_assets))
            asked = len(here.provider.polled)
            await here.until(lambda: len(here.provider.polled) > asked + 1)
            job = here.jobs.job(job_id)
            assert job is not None
            assert job.problem is not None
            assert (job.state, job.problem.code) == (S.SAVING, "storage")
            await here.disk_refuses(False)
            job = await here.until_state(job_id, S.DONE)
            assert job.problem is None
            assert files.requests == ["/a.png"]

    run(story())


def test_a_star_that_the_disk_refuses_is_said_and_not_shown(run: Run[None], tmp_path: Path, files: FileServer) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[done_with(files.url("/a.png"))])) as here:
            troubles: list[object] = []
            here.jobs.trouble.connect(troubles.append)
            job_id = here.submit()
            await here.until_state(job_id, S.DONE)
            await here.disk_refuses(True)
            here.jobs.set_favourite(job_id, True)
            await here.until(lambda: len(troubles) == 1)
            here.jobs.delete(job_id)
            await here.until(lambda: len(troubles) == 2)
            job = here.jobs.job(job_id)
            assert job is not None
            assert not job.favourite

    run(story())


# --- hasty clicks


def test_a_wish_can_be_taken_back_while_it_is_being_written_down(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        provider = ScriptedProvider(Script(polls=[RUNNING]))
        async with staged(tmp_path, _cast(provider), _seams()) as here:
            job_id = here.submit()
            here.jobs.set_favourite(job_id, True)
            here.jobs.cancel(job_id)
            await here.until_state(job_id, S.CANCELLED)
            await here.until(lambda: not here.tasks.names)
            stored = await here.store.get(job_id)
            assert stored is not None
            assert (stored.state, stored.favourite) == (S.CANCELLED, True)
            assert provider.bodies == []

    run(story())


def test_a_wish_can_be_taken_back_and_deleted_before_it_was_written_down(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[RUNNING])) as here:
            job_id = here.submit()
            here.jobs.cancel(job_id)
            here.jobs.job_changed.connect(lambda job: here.jobs.delete(job.job_id) if job.is_resting else None)
            await here.until(lambda: not here.tasks.names)
            assert here.jobs.job(job_id) is None
            assert here.crashes == []
            assert here.provider.bodies == []

    run(story())


@pytest.mark.parametrize("turns", range(12))
def test_a_job_is_cancelled_or_sent_and_never_both(run: Run[None], tmp_path: Path, turns: int) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[RUNNING])) as here:
            job_id = here.submit()
            for _ in range(turns):
                await asyncio.sleep(0)
            here.jobs.cancel(job_id)
            await here.until_state(job_id, S.CANCELLED, S.RUNNING)
            job = here.jobs.job(job_id)
            assert job is not None
            assert len(here.provider.bodies) == (0 if job.state is S.CANCELLED else 1)
            assert job.set_aside is (job.state is not S.CANCELLED)

    run(story())


def test_a_wish_made_right_before_leaving_is_there_the_next_time(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[RUNNING])) as here:
            job_id = here.submit("the last idea of the day")
        async with world(tmp_path, Script(polls=[RUNNING])) as here:
            await here.until_state(job_id, S.RUNNING)

    run(story())


def test_a_star_given_while_a_wish_is_written_down_is_kept(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[RUNNING])) as here:
            job_id = here.submit()
            here.jobs.set_favourite(job_id, True)
            await here.until_state(job_id, S.RUNNING)
            stored = await here.store.get(job_id)
            assert stored is not None
            assert stored.favourite

    run(story())


def test_bringing_a_job_back_twice_shows_it_once(run: Run[None], tmp_path: Path, files: FileServer) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[done_with(files.url("/a.png"))])) as here:
            job_id = here.submit()
            await here.until_state(job_id, S.DONE)
            here.jobs.delete(job_id)
            added: list[object] = []
            here.jobs.job_added.connect(added.append)
            here.jobs.undo_delete(job_id)
            here.jobs.undo_delete(job_id)
            await here.until(lambda: not here.tasks.names)
            assert len(added) == 1
            assert await here.jobs.history_count(HistoryQuery()) == 1

    run(story())


def test_an_expired_job_can_be_asked_for_once_more(run: Run[None], tmp_path: Path, files: FileServer) -> None:
    async def story() -> None:
        polls: list[Exception | Snapshot] = [done_with(files.url("/a.png")), JobGoneError()]
        async with world(tmp_path, Script(polls=polls)) as here:
            files.files.clear()
            job = await here.until_state(here.submit(), S.EXPIRED)
            files.url("/a.png")
            here.provider.script.polls = [done_with(files.url("/a.png"))]
            here.jobs.fetch_again(job.job_id)
            await here.until_state(job.job_id, S.DONE)

    run(story())
