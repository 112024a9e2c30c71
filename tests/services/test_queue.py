"""The queue under the person's control: limits, pause, order, changing what waits, and what waited through a restart."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from app.domain.job import Hold, JobState
from app.domain.request import GenerationRequest
from app.services.job_queue import Move
from tests.conftest import Run
from tests.services.scripted import RUNNING, SPEC, Script, Stage, World, world

S = JobState
FOREVER = Script(polls=[RUNNING])


@asynccontextmanager
async def paused(profile: Path, script: Script = FOREVER, *, limit: int = 4) -> AsyncIterator[World]:
    async with world(profile, script, limit=limit) as here:
        here.jobs.queue.set_paused(True)
        yield here


def recipe(prompt: str) -> GenerationRequest:
    return GenerationRequest(SPEC.provider_id, SPEC.model_id, SPEC.title, SPEC.medium, {"prompt": prompt})


async def written(here: Stage, *job_ids: str) -> None:
    """Until the wishes are on disk."""
    for job_id in job_ids:
        await here.until(lambda job_id=job_id: job_id in waiting(here))  # type: ignore[misc]
    while {job.job_id for job in await here.store.unfinished()} < set(job_ids):
        await asyncio.sleep(0.005)


def waiting(here: Stage) -> list[str]:
    return [job.job_id for job in here.jobs.queue.waiting()]


def sent(here: World) -> list[str]:
    """The prompts in the order in which they went out."""
    return [body.decode().split("'prompt': '")[1].split("'")[0] for body in here.provider.bodies]


def test_a_paused_queue_sends_nothing_and_goes_on_where_it_was(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with paused(tmp_path) as here:
            ids = [here.submit(name) for name in ("a", "b")]
            await written(here, *ids)
            await asyncio.sleep(0.05)
            assert sent(here) == []
            here.jobs.queue.set_paused(False)
            for job_id in ids:
                await here.until_state(job_id, S.RUNNING)
            assert sent(here) == ["a", "b"]

    run(story())


def test_a_pause_leaves_alone_what_was_sent(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path, FOREVER, limit=1) as here:
            first, second = here.submit("a"), here.submit("b")
            await here.until_state(first, S.RUNNING)
            here.jobs.queue.set_paused(True)
            asked = len(here.provider.polled)
            await here.until(lambda: len(here.provider.polled) > asked + 3)
            assert here.state(second) is S.WAITING

    run(story())


def test_jobs_are_sent_in_the_order_that_the_person_gave_them_also_after_a_restart(
    run: Run[None], tmp_path: Path
) -> None:
    async def story() -> None:
        async with paused(tmp_path) as here:
            a, b, c, d = (here.submit(name) for name in "abcd")
            await written(here, a, b, c, d)
            here.jobs.queue.move(d, Move.FIRST, [a, b, c, d])
            await here.until(lambda: waiting(here) == [d, a, b, c])
            here.jobs.queue.move(b, Move.DOWN, [d, a, b, c])
            await here.until(lambda: waiting(here) == [d, a, c, b])
            here.jobs.queue.move(a, Move.UP, [d, a, c, b])
            await here.until(lambda: waiting(here) == [a, d, c, b])
            for nowhere in (Move.UP, Move.FIRST):
                here.jobs.queue.move(a, nowhere, [a, d, c, b])
            here.jobs.queue.move(b, Move.DOWN, [a, d, c, b])
        async with world(tmp_path, FOREVER, limit=1, ready=False) as here:
            await here.jobs.start()
            await here.until_state(a, S.RUNNING)
            assert waiting(here) == [d, c, b]
            here.submit("e")
            assert waiting(here)[:3] == [d, c, b]

    run(story())


def test_no_more_jobs_run_than_the_limit_of_all_providers_together_allows(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path, FOREVER, limit=4, overall=2) as here:
            ids = [here.submit(f"job {number}") for number in range(5)]
            await here.until(lambda: len(sent(here)) == 2)
            await here.until_state(ids[1], S.RUNNING)
            await asyncio.sleep(0.05)
            assert len(sent(here)) == 2
            here.jobs.cancel(ids[0])  # set aside: it goes on over there and takes no place here
            await here.until_state(ids[2], S.RUNNING)
            assert len(sent(here)) == 3

    run(story())


def test_the_rest_is_cancelled_and_what_runs_goes_on(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path, FOREVER, limit=1) as here:
            first, *others = [here.submit(f"job {number}") for number in range(4)]
            await here.until_state(first, S.RUNNING)
            assert here.jobs.queue.cancel_waiting(SPEC.medium) == 3
            for job_id in others:
                await here.until_state(job_id, S.CANCELLED)
            assert here.state(first) is S.RUNNING
            assert len(sent(here)) == 1

    run(story())


def test_a_changed_job_is_sent_once_and_as_it_was_changed(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path, FOREVER, limit=1) as here:
            first, second = here.submit("a"), here.submit("b")
            await here.until_state(first, S.RUNNING)
            ended: list[tuple[str, bool]] = []
            here.jobs.queue.edit_ended.connect(lambda job_id, saved: ended.append((job_id, saved)))
            assert here.jobs.queue.begin_edit(second)
            here.jobs.cancel(first)  # its place is free now, and still the job in the form is not sent
            await asyncio.sleep(0.05)
            assert sent(here) == ["a"]
            here.jobs.queue.save_edit(second, recipe("better"))
            job = await here.until_state(second, S.RUNNING)
            assert ended == [(second, True)]
            assert sent(here) == ["a", "better"]
            assert (job.prompt, job.params["prompt"], job.hold) == ("better", "better", Hold.NONE)
            _, body = await here.store.body(second)
            assert body == here.provider.bodies[1]

    run(story())


def test_a_job_that_is_being_changed_is_not_sent_by_a_restart(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with paused(tmp_path) as here:
            job_id = here.submit("a")
            await written(here, job_id)
            assert here.jobs.queue.begin_edit(job_id)
            await here.until(lambda: here.jobs.queue.waiting()[0].hold is Hold.EDITED)
        async with world(tmp_path, FOREVER, ready=False) as here:
            await here.jobs.start()
            await asyncio.sleep(0.05)
            assert sent(here) == []
            here.jobs.queue.cancel_edit(job_id)
            await here.until_state(job_id, S.RUNNING)

    run(story())


def test_what_is_being_sent_cannot_be_changed_any_more(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        gate = asyncio.Event()
        async with world(tmp_path, replace(FOREVER, submit_gate=gate)) as here:
            job_id = here.submit("a")
            await here.until_state(job_id, S.SENDING)
            assert not here.jobs.queue.begin_edit(job_id)
            ended: list[tuple[str, bool]] = []
            here.jobs.queue.edit_ended.connect(lambda job_id, saved: ended.append((job_id, saved)))
            here.jobs.queue.save_edit(job_id, recipe("too late"))
            await here.until(lambda: bool(ended))
            assert ended == [(job_id, False)]
            gate.set()
            job = await here.until_state(job_id, S.RUNNING)
            assert job.prompt == "a"
            assert sent(here) == ["a"]

    run(story())


def test_what_waited_through_a_restart_for_more_than_a_day_asks_before_it_is_sent(
    run: Run[None], tmp_path: Path
) -> None:
    async def story() -> None:
        async with paused(tmp_path) as here:
            old, older, young, strange = (here.submit(name) for name in ("old", "older", "young", "from the future"))
            await written(here, old, older, young, strange)
            for job_id, hours in ((old, 25), (older, 70), (strange, -3)):
                job = here.jobs.job(job_id)
                assert job is not None
                await here.store.save(replace(job, created_at=job.created_at - timedelta(hours=hours)))
        async with world(tmp_path, FOREVER, ready=False) as here:
            await here.jobs.start()
            await here.until_state(young, S.RUNNING)
            assert {job.job_id for job in here.jobs.queue.asking()} == {old, older, strange}
            assert sent(here) == ["young"]
            here.jobs.cancel(strange)
            await here.until_state(strange, S.CANCELLED)
            here.jobs.queue.start_asking()
            for job_id in (old, older):
                await here.until_state(job_id, S.RUNNING)
            assert sent(here) == ["young", "older", "old"]
            assert here.jobs.queue.asking() == []

    run(story())
