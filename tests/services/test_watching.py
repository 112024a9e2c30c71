"""Questions about running jobs: one job's trouble is its own, a server may err once, and sleep is noticed."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from app.domain.errors import (
    JobGoneError,
    KeyRejectedError,
    NoConnectionError,
    NotAllowedError,
    ServiceFailedError,
    ServiceTimeoutError,
)
from app.domain.job import JobState
from app.domain.provider_info import Capabilities, ProviderInfo
from app.domain.remote import RemoteRef, Snapshot
from app.net.media_client import MediaClient
from app.services.clock import Clock
from app.services.job_tools import JobSeams
from app.services.provider_service import Connected
from app.services.watching import GONE_ANSWERS_UNTIL_EXPIRED
from tests.conftest import Run
from tests.services.scripted import FAILED, INFO, RUNNING, SPEC, Cast, Script, ScriptedProvider, Stage, staged, world

S = JobState
LISTLESS = replace(INFO, capabilities=Capabilities(list_jobs=False))


class OneIsTrouble(ScriptedProvider):
    """Has no list, and fails for the first job in its own way; the others run."""

    def __init__(self, trouble: Callable[[], Snapshot]) -> None:
        super().__init__(Script(polls=[RUNNING]))
        self._trouble = trouble

    @property
    def info(self) -> ProviderInfo:
        return LISTLESS

    async def poll(self, ref: RemoteRef) -> Snapshot:
        snapshot = await super().poll(ref)
        return self._trouble() if ref["key"] == "remote-1" else snapshot


def stage_of(
    profile: Path, provider: ScriptedProvider, clock: Clock | None = None, *, pace_s: float = 0.01
) -> AbstractAsyncContextManager[Stage]:
    cast = Cast(LISTLESS, SPEC, lambda info, url, key: Connected(provider, MediaClient(allow_loopback=True)))
    seams = JobSeams(clock=clock or Clock(), random=Random(7), pace=lambda *_: pace_s, pause_factor=0.02)
    return staged(profile, cast, seams)


def _raising(error: Exception) -> Callable[[], Snapshot]:
    def trouble() -> Snapshot:
        raise error

    return trouble


class JumpingClock(Clock):
    """A wall clock that can be put forward, as by a computer that sleeps; and time that really passes."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self.passed_s = 0.0

    def now(self) -> datetime:
        return super().now() + self.ahead

    def monotonic_s(self) -> float:
        return super().monotonic_s() + self.passed_s


@pytest.mark.parametrize("error", [ServiceFailedError(), NotAllowedError(), ValueError("a bug")])
def test_a_job_that_the_server_stumbles_over_does_not_keep_the_others_from_being_asked_for(
    run: Run[None], tmp_path: Path, error: Exception
) -> None:
    async def story() -> None:
        provider = OneIsTrouble(_raising(error))
        async with stage_of(tmp_path, provider) as here:
            first, second = here.submit(), here.submit()
            await here.until_state(second, S.RUNNING)
            asked = provider.polled.count("remote-2")
            await here.until(lambda: provider.polled.count("remote-2") > asked + 5)
            assert here.state(first) is S.QUEUED
            assert provider.polled.count("remote-1") < provider.polled.count("remote-2")

    run(story())


@pytest.mark.parametrize("error", [ServiceTimeoutError(), NotAllowedError(), ValueError("a bug")])
def test_a_list_that_never_comes_gives_way_to_single_questions(
    run: Run[None], tmp_path: Path, error: Exception
) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[RUNNING], list_error=error)) as here:
            troubles: list[object] = []
            here.jobs.key_trouble.connect(lambda *trouble: troubles.append(trouble))
            for job_id in [here.submit(), here.submit()]:
                await here.until_state(job_id, S.RUNNING)
            assert here.provider.lists == 1
            assert troubles == []
            assert not here.connection.is_offline

    run(story())


def test_a_bug_in_reading_one_answer_never_ends_the_watch(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[ValueError("a bug"), ValueError("a bug"), FAILED])) as here:
            await here.until_state(here.submit(), S.FAILED)

    run(story())


def test_a_server_that_says_404_once_has_not_forgotten_the_job(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        clock = JumpingClock()
        gone = [JobGoneError()] * (GONE_ANSWERS_UNTIL_EXPIRED - 1)
        provider = ScriptedProvider(Script(polls=[RUNNING, *gone, RUNNING, *gone, RUNNING, *gone, JobGoneError()]))
        async with stage_of(tmp_path, provider, clock) as here:
            job_id = here.submit()
            await here.until_state(job_id, S.RUNNING)
            clock.passed_s = 300.0
            await here.until_state(job_id, S.EXPIRED)
            assert len(provider.polled) == 3 * (1 + len(gone)) + 1

    run(story())


def test_a_rejected_key_is_told_once_and_asked_with_again_after_it_changed(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(polls=[*[KeyRejectedError()] * 2, FAILED])) as here:
            troubles: list[object] = []
            here.jobs.key_trouble.connect(lambda *trouble: troubles.append(trouble))
            job_id = here.submit()
            await here.until(lambda: len(here.provider.polled) >= 2)
            assert len(troubles) == 1
            here.providers.changed.emit("scripted")
            await here.until_state(job_id, S.FAILED)
            assert len(troubles) == 1

    run(story())


def test_after_sleep_jobs_are_asked_for_soon(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        clock = JumpingClock()
        provider = ScriptedProvider(Script(polls=[FAILED]))
        async with stage_of(tmp_path, provider, clock, pace_s=3600.0) as here:
            job_id = here.submit()
            await here.until_state(job_id, S.QUEUED)
            await asyncio.sleep(0.05)
            clock.ahead = timedelta(hours=1)
            await here.until_state(job_id, S.FAILED)

    run(story())


def test_a_star_does_not_make_a_tired_server_be_asked_again(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        provider = ScriptedProvider(Script(polls=[RUNNING]))
        async with stage_of(tmp_path, provider, pace_s=3600.0) as here:
            job_id = here.submit()
            await here.until_state(job_id, S.QUEUED)
            here.jobs.set_favourite(job_id, True)
            await here.until(lambda: (job := here.jobs.job(job_id)) is not None and job.favourite)
            await asyncio.sleep(0.05)
            assert provider.polled == []

    run(story())


def test_the_banner_goes_when_nobody_waits_for_that_provider_any_more(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path, Script(submits=[NoConnectionError()] * 1000, polls=[RUNNING])) as here:
            job_id = here.submit()
            await here.until(lambda: here.connection.is_offline)
            here.jobs.cancel(job_id)
            await here.until_state(job_id, S.CANCELLED)
            await here.until(lambda: not here.connection.is_offline)
            assert here.crashes == []

    run(story())
