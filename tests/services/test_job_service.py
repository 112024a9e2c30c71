"""The life of a job: written down, sent once, watched, brought home, and taken up again after a restart."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import (
    ConnectionLostError,
    InvalidRequestError,
    JobGoneError,
    KeyRejectedError,
    NoConnectionError,
    NotAServiceAnswerError,
    OutOfCreditError,
    ServiceFailedError,
    TooManyRequestsError,
)
from app.domain.history import HistoryQuery
from app.domain.job import JobState
from tests.conftest import Run
from tests.services.scripted import EMPTY, FAILED, QUEUED, RUNNING, FileServer, Script, done_with, world

S = JobState


@pytest.fixture
def files() -> Iterator[FileServer]:
    server = FileServer()
    yield server
    server.close()


def test_a_wish_becomes_a_saved_file_and_every_state_is_told_in_order(
    run: Run[None], tmp_path: Path, files: FileServer
) -> None:
    async def story() -> None:
        script = Script(polls=[QUEUED, RUNNING, done_with(files.url("/a.png"), files.url("/b.png"))])
        async with world(tmp_path, script) as here:
            job_id = here.submit()
            job = await here.until_state(job_id, S.DONE)
            assert here.states_seen(job_id) == [S.WAITING, S.SENDING, S.QUEUED, S.RUNNING, S.SAVING, S.DONE]
            assert [here.jobs.path_of(asset).read_bytes()[:4] for asset in job.saved_assets] == [b"\x89PNG"] * 2
            assert len(here.provider.bodies) == 1
            assert not list((tmp_path / "library").rglob("*.part"))

    run(story())


def test_the_exact_body_is_on_disk_before_it_is_sent(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        gate = asyncio.Event()
        script = Script(polls=[RUNNING], submit_gate=gate)
        async with world(tmp_path, script) as here:
            job_id = here.submit()
            await here.until(lambda: bool(here.provider.bodies))
            path, body = await here.store.body(job_id)
            assert (path, body) == ("/v1/things", here.provider.bodies[0])
            stored = await here.store.get(job_id)
            assert stored is not None
            assert stored.state is S.SENDING
            gate.set()

    run(story())


def test_a_seed_left_open_is_chosen_here_so_that_the_result_can_be_made_again(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[RUNNING])) as here:
            job = await here.until_state(here.submit(), S.RUNNING)
            seed = job.params["seed"]
            assert isinstance(seed, int)
            assert 0 <= seed <= 99
            again = here.jobs.retry(job.job_id)
            await here.until_state(again, S.RUNNING)
            assert here.provider.bodies[0] == here.provider.bodies[1]

    run(story())


@pytest.mark.parametrize("error", [ConnectionLostError(), ServiceFailedError(http_status=502)])
def test_an_unknown_outcome_is_never_sent_again_by_itself(run: Run[None], tmp_path: Path, error: Exception) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(submits=[error], polls=[RUNNING])) as here:
            job = await here.until_state(here.submit(), S.UNSURE)
            assert job.problem is not None
            assert job.problem.code == "unknown_outcome"
            await asyncio.sleep(0.1)
            assert len(here.provider.bodies) == 1

    run(story())


@pytest.mark.parametrize("error", [NoConnectionError(), TooManyRequestsError(retry_after_s=0.01)])
def test_what_provably_was_not_started_waits_and_is_sent_again(
    run: Run[None], tmp_path: Path, error: Exception
) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(submits=[error, "remote-x"], polls=[RUNNING])) as here:
            job_id = here.submit()
            await here.until_state(job_id, S.RUNNING)
            assert S.WAITING in here.states_seen(job_id)[2:]
            assert len(here.provider.bodies) == 2

    run(story())


def test_a_job_that_waits_for_its_next_try_can_be_cancelled(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        script = Script(submits=[TooManyRequestsError(retry_after_s=600)], polls=[RUNNING])
        async with world(tmp_path, script) as here:
            job_id = here.submit()
            await here.until(lambda: here.states_seen(job_id)[-2:] == [S.SENDING, S.WAITING])
            here.jobs.cancel(job_id)
            await here.until_state(job_id, S.CANCELLED)
            assert len(here.provider.bodies) == 1

    run(story())


@pytest.mark.parametrize(
    "error", [OutOfCreditError("balance not enough"), KeyRejectedError(), InvalidRequestError(fields={"seed": "odd"})]
)
def test_a_refusal_ends_the_job_with_its_reason_and_what_it_means_for_money(
    run: Run[None], tmp_path: Path, error: OutOfCreditError
) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(submits=[error], polls=[RUNNING])) as here:
            job = await here.until_state(here.submit(), S.FAILED)
            assert job.problem is not None
            assert job.problem.code == error.code
            assert str(job.problem.money) == "Nothing was started and nothing was charged."
            assert job.problem.fields == error.fields

    run(story())


def test_troubles_while_asking_never_change_a_job(run: Run[None], tmp_path: Path, files: FileServer) -> None:
    async def story() -> None:
        troubles = [ServiceFailedError(), TooManyRequestsError(retry_after_s=0.01), NoConnectionError()]
        script = Script(polls=[RUNNING, *troubles, done_with(files.url("/a.png"))])
        async with world(tmp_path, script) as here:
            job_id = here.submit()
            await here.until_state(job_id, S.DONE)
            assert here.states_seen(job_id) == [S.WAITING, S.SENDING, S.QUEUED, S.RUNNING, S.SAVING, S.DONE]

    run(story())


def test_many_jobs_are_asked_for_in_one_request(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[RUNNING]), limit=10) as here:
            ids = [here.submit(f"wish {n}") for n in range(8)]
            for job_id in ids:
                await here.until_state(job_id, S.RUNNING)
            before, lists = len(here.provider.polled), here.provider.lists
            await here.until(lambda: here.provider.lists >= lists + 5)
            assert len(here.provider.polled) == before

    run(story())


def test_a_job_the_list_leaves_out_is_asked_for_by_itself(run: Run[None], tmp_path: Path, files: FileServer) -> None:
    async def story() -> None:
        script = Script(polls=[done_with(files.url("/a.png"))], listed=False)
        async with world(tmp_path, script) as here:
            ids = [here.submit(), here.submit()]
            for job_id in ids:
                await here.until_state(job_id, S.DONE)

    run(story())


def test_a_list_that_cannot_be_read_gives_way_to_single_questions(
    run: Run[None], tmp_path: Path, files: FileServer
) -> None:
    async def story() -> None:
        script = Script(polls=[RUNNING, done_with(files.url("/a.png"))], list_error=NotAServiceAnswerError())
        async with world(tmp_path, script) as here:
            for job_id in [here.submit(), here.submit()]:
                await here.until_state(job_id, S.DONE)

    run(story())


def test_a_link_that_must_not_be_followed_ends_the_job_with_its_reason(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[done_with("http://192.168.0.1/a.png")])) as here:
            job = await here.until_state(here.submit(), S.FAILED)
            assert job.problem is not None
            assert job.problem.code == "insecure_address"

    run(story())


def test_only_as_many_jobs_as_allowed_are_sent_at_once(run: Run[None], tmp_path: Path, files: FileServer) -> None:
    async def story() -> None:
        gate = asyncio.Event()
        script = Script(polls=[done_with(files.url("/a.png"))], submit_gate=gate)
        async with world(tmp_path, script, limit=2) as here:
            ids = [here.submit() for _ in range(5)]
            await here.until(lambda: len(here.provider.bodies) == 2)
            await asyncio.sleep(0.05)
            assert len(here.provider.bodies) == 2
            gate.set()
            for job_id in ids:
                await here.until_state(job_id, S.DONE)
            assert len(here.provider.bodies) == 5

    run(story())


def test_a_job_that_is_set_aside_gives_its_place_free_and_is_still_saved(
    run: Run[None], tmp_path: Path, files: FileServer
) -> None:
    async def story() -> None:
        script = Script(polls=[RUNNING] * 3 + [done_with(files.url("/a.png"))])
        async with world(tmp_path, script, limit=1) as here:
            first, second = here.submit(), here.submit()
            await here.until_state(first, S.RUNNING)
            here.jobs.cancel(first)
            await here.until_state(second, S.DONE)
            await here.until_state(first, S.DONE)
            assert len(here.provider.bodies) == 2

    run(story())


def test_completed_without_a_result_is_asked_again_before_it_counts_as_failed(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[EMPTY])) as here:
            job = await here.until_state(here.submit(), S.FAILED)
            assert job.problem is not None
            assert job.problem.code == "empty_result"
            assert job.problem.server_text == "nothing came out"
            assert len(here.provider.polled) == 4

    run(story())


def test_a_failure_over_there_carries_the_server_s_own_words(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[FAILED])) as here:
            job = await here.until_state(here.submit(), S.FAILED)
            assert job.problem is not None
            assert job.problem.server_text == "worker ran out of memory"

    run(story())


def test_a_404_right_after_sending_is_a_server_that_has_not_caught_up(
    run: Run[None], tmp_path: Path, files: FileServer
) -> None:
    async def story() -> None:
        script = Script(polls=[JobGoneError(), JobGoneError(), done_with(files.url("/a.png"))])
        async with world(tmp_path, script) as here:
            await here.until_state(here.submit(), S.DONE)

    run(story())


def test_an_expired_link_is_renewed_by_asking_for_the_job_again(
    run: Run[None], tmp_path: Path, files: FileServer
) -> None:
    async def story() -> None:
        script = Script(polls=[done_with(files.url("/old.png", None)), done_with(files.url("/new.png"))])
        async with world(tmp_path, script) as here:
            await here.until_state(here.submit(), S.DONE)
            assert files.requests == ["/old.png", "/new.png"]

    run(story())


def test_a_page_instead_of_a_picture_is_never_called_saved(run: Run[None], tmp_path: Path, files: FileServer) -> None:
    async def story() -> None:
        script = Script(polls=[done_with(files.url("/a.png", b"<html>Please log in</html>"))])
        async with world(tmp_path, script) as here:
            job = await here.until_state(here.submit(), S.FAILED)
            assert job.problem is not None
            assert job.problem.code == "broken_result"
            assert not [path for path in (tmp_path / "library").rglob("*") if path.is_file()]

    run(story())


def test_a_library_folder_that_comes_back_gets_the_result_without_a_click(
    run: Run[None], tmp_path: Path, files: FileServer
) -> None:
    async def story() -> None:
        library = tmp_path / "library"
        script = Script(polls=[done_with(files.url("/a.png"))])
        async with world(tmp_path, script) as here:
            away = tmp_path / "unplugged"
            library.rename(away)
            library.write_text("a file where the folder was")
            job_id = here.submit()
            await here.until(lambda: (job := here.jobs.job(job_id)) is not None and job.problem is not None)
            assert here.state(job_id) is S.SAVING
            library.unlink()
            away.rename(library)
            await here.until_state(job_id, S.DONE)

    run(story())


@pytest.mark.parametrize("polls", [[RUNNING], [QUEUED]])
def test_a_running_job_goes_on_after_a_restart_and_is_not_sent_again(
    run: Run[None], tmp_path: Path, files: FileServer, polls: list[Exception]
) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=list(polls))) as here:
            job_id = here.submit()
            await here.until_state(job_id, S.RUNNING, S.QUEUED)
        async with world(tmp_path, Script(polls=[done_with(files.url("/a.png"))])) as here:
            job = await here.until_state(job_id, S.DONE)
            assert here.provider.bodies == []
            assert len(job.saved_assets) == 1

    run(story())


def test_a_job_caught_between_post_and_answer_is_unsure_after_a_restart(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[RUNNING]), ready=False) as here:
            job_id = here.submit()
            await here.until_state(job_id, S.RUNNING)
            job = here.jobs.job(job_id)
            assert job is not None
            # as a kill between the POST and its answer leaves it
            await here.store.mark_sending(job_id, job.created_at)
        from dataclasses import replace

        async with world(tmp_path, Script(polls=[RUNNING]), ready=False) as here:
            stored = await here.store.get(job_id)
            assert stored is not None
            await here.store.save(replace(stored, state=S.SENDING, remote_ref=None))
        async with world(tmp_path, Script(polls=[RUNNING])) as here:
            job = await here.until_state(job_id, S.UNSURE)
            assert job.problem is not None
            assert here.provider.bodies == []

    run(story())


def test_a_waiting_job_is_cancelled_without_anything_being_sent(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[RUNNING]), limit=1) as here:
            first, second = here.submit(), here.submit()
            await here.until_state(first, S.RUNNING)
            here.jobs.cancel(second)
            await here.until_state(second, S.CANCELLED)
            assert len(here.provider.bodies) == 1

    run(story())


def test_a_deleted_job_leaves_the_history_and_undo_brings_it_back(
    run: Run[None], tmp_path: Path, files: FileServer
) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[done_with(files.url("/a.png"))])) as here:
            job_id = here.submit()
            await here.until_state(job_id, S.DONE)
            here.jobs.delete(job_id)
            assert here.jobs.job(job_id) is None
            while await here.jobs.history_count(HistoryQuery()):
                await asyncio.sleep(0.005)
            here.jobs.undo_delete(job_id)
            await here.until(lambda: here.jobs.job(job_id) is not None)
            assert await here.jobs.history_count(HistoryQuery()) == 1

    run(story())


def test_the_expected_time_comes_from_this_model_s_own_past(run: Run[None], tmp_path: Path, files: FileServer) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[done_with(files.url("/a.png"))])) as here:
            assert here.jobs.expected_seconds("scripted", "test/picture") == 12
            await here.until_state(here.submit(), S.DONE)
            await here.until(lambda: here.jobs.expected_seconds("scripted", "test/picture") != 12)
            assert (here.jobs.expected_seconds("scripted", "test/picture") or 0) < 12

    run(story())


def test_an_unknown_model_is_refused_before_anything_is_sent(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        from app.domain.media import Medium
        from app.domain.request import GenerationRequest

        async with world(tmp_path, Script(polls=[RUNNING])) as here:
            job_id = here.jobs.submit(
                GenerationRequest("scripted", "gone/model", "Gone", Medium.IMAGE, {"prompt": "a lake"})
            )
            job = await here.until_state(job_id, S.FAILED)
            assert job.problem is not None
            assert job.problem.code == "unknown_model"
            assert here.provider.bodies == []

    run(story())
