"""Asks providers how their jobs are doing: adaptive pauses, one list call for many jobs, and patience with bad answers.

A failed question never changes a job: it only makes the next question later (apis.md 4.5). What concerns the provider
makes all its jobs wait; what concerns one job makes only that one wait. What an answer means for the job is decided by
`Verdicts`, so that the list and the single call go the same way.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import (
    ConnectionLostError,
    JobGoneError,
    KeyMissingError,
    KeyRejectedError,
    Moment,
    NoConnectionError,
    NotAllowedError,
    NotAServiceAnswerError,
    ServiceRetiredError,
    StudioError,
    TooManyRequestsError,
)
from app.domain.job import WATCHED, Job
from app.domain.remote import Snapshot, ref_key
from app.net.retry import backoff_s
from app.services.job_tools import JobTools
from app.services.provider_service import Connected

log = logging.getLogger(__name__)

LIST_FROM_JOBS = 2
"""As soon as this many jobs run at one provider, one list call answers for all of them."""
LOST_FROM_LIST_PAUSE_S = 15.0
"""A job that the list does not show is asked for by itself, but rarely."""
MOST_ALONE, NEXT_FEW_S = 4, 1.0
"""So many of these in one round, and so soon the next ones."""
BREATH, LISTED_PER_S, LIST_REST_MOST_S = 25, 200, 5.0
"""A long list is work: it is read no more often than this many jobs in a second, and at least so often."""
LIST_REST_S = 300.0
"""After a list that could not be read, jobs are asked for one by one for this long."""
SET_ASIDE_PAUSE_S = 60.0
YOUNG_S = 60.0
"""A 404 this soon after sending is a server that has not caught up with itself (apis.md case 10)."""
GONE_ANSWERS_UNTIL_EXPIRED = 3
"""A server that says 404 once and 200 again has not forgotten the job: it has to say so several times in a row."""
SHOWN_FROM_FAILURES = 3
"""So many questions in vain are seen on the job (apis.md case 48); fewer are a moment's trouble."""
LONGEST_BACKOFF_S = 60.0
LONGEST_NAP_S = 5.0
STAGGER_S = 0.2
"""Between two jobs that are asked for after a pause: five requests in a second."""
DISTANCE_S, ROUND_S = 0.14, 4.0
"""Between two questions about single jobs, less where so many jobs run that a round would take longer than this."""
MANY, PATIENT = 4, 8
"""More jobs than this are asked for after a pause as if each had been asked for so often: not all of them at the pace of
new ones."""
"""So soon after the computer wakes up the jobs are asked for (reliability.md 3.3)."""
_OF_THE_PROVIDER = (
    ConnectionLostError,
    KeyMissingError,
    KeyRejectedError,
    NoConnectionError,
    NotAServiceAnswerError,
    ServiceRetiredError,
    TooManyRequestsError,
)
"""What the other jobs of the provider would hear as well."""
_OF_THE_LIST_TOO = (KeyMissingError, NoConnectionError, TooManyRequestsError)
"""After any other trouble with the list, jobs are asked for one by one: it may have grown too long, or not be there."""


@dataclass
class _Watch:
    """When a job is asked for next, how often it was, and how often in a row in vain."""

    due_s: float
    since_s: float
    asked: int = 0
    alone_due_s: float = 0.0
    gone: int = 0
    failures: int = 0


class Watcher:
    """Watches the jobs of one provider; `run` ends when nothing is left to watch."""

    def __init__(
        self,
        provider_id: str,
        tools: JobTools,
        *,
        on_snapshot: Callable[[Job, Snapshot], Awaitable[None]],
        on_gone: Callable[[Job, StudioError], Awaitable[None]],
        on_key_trouble: Callable[[str, StudioError], None],
    ) -> None:
        self._provider_id = provider_id
        self._book = tools.book
        self._tasks = tools.tasks
        self._providers = tools.providers
        self._outages = tools.outages
        self._seams = tools.seams
        self._clock = tools.seams.clock
        self._pace = tools.seams.pace
        self._random = tools.seams.random
        self._on_snapshot = on_snapshot
        self._on_gone = on_gone
        self._on_key_trouble = on_key_trouble
        self._watches: dict[str, _Watch] = {}
        self._failures = 0
        self._has_told_key_trouble = False
        self._no_list_until_s = 0.0
        self._wake = asyncio.Event()
        self._next_question_s = 0.0
        self._lead_s = self._clock.now().timestamp() - self._clock.monotonic_s()

    def wake(self) -> None:
        """There is a new job to plan for."""
        self._wake.set()

    def wake_now(self) -> None:
        """A new key, a returned network or the end of a sleep: ask about everything, what expires first comes first.

        Not all in one moment: a list answers for all of them, and without one the jobs follow each other.
        """
        self._failures = 0
        self._has_told_key_trouble = False
        self._stagger(self._jobs(), 0.0)
        self._wake.set()

    def may_be_back(self) -> None:
        """The provider may be in reach again; for a watch that had its answer already that is no news."""
        if self._failures:
            self.wake_now()

    def _stagger(self, jobs: list[Job], pause_s: float) -> None:
        """After a pause, one after the other."""
        begin_s, step_s = self._clock.monotonic_s() + pause_s, self._seams.pause_s(STAGGER_S)
        for number, job in enumerate(sorted(jobs, key=_urgency)):
            watch = self._watch(job)
            watch.due_s = begin_s + number * step_s
            if len(jobs) > MANY:
                watch.asked = max(watch.asked, PATIENT)

    async def run(self) -> None:
        """Asks until no job of this provider is on its way any more."""
        while jobs := self._jobs():
            self._watches = {job.job_id: self._watch(job) for job in jobs}
            await self._wait(self._pause_s(jobs))
            jobs = self._jobs()
            due = [job for job in jobs if self._watch(job).due_s <= self._clock.monotonic_s()]
            if due:
                await self._ask(jobs, due)

    def _jobs(self) -> list[Job]:
        return self._book.with_state(WATCHED, self._provider_id)

    def _watch(self, job: Job) -> _Watch:
        if job.job_id not in self._watches:
            first = self._pace(job.medium, 0, self._random)
            now_s = self._clock.monotonic_s()
            self._watches[job.job_id] = _Watch(due_s=now_s + first, since_s=now_s)
        return self._watches[job.job_id]

    def _pause_s(self, jobs: list[Job]) -> float:
        earliest = min(self._watch(job).due_s for job in jobs)
        return max(0.0, earliest - self._clock.monotonic_s())

    async def _wait(self, seconds: float) -> None:
        """Ends early when there is something new, and when the computer has slept: timers do not count that time."""
        self._wake.clear()
        until_s = self._clock.monotonic_s() + seconds
        while True:
            if self._has_slept():
                self.wake_now()
            now_s = self._clock.monotonic_s()
            if self._wake.is_set() or now_s >= until_s:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(min(until_s - now_s, self._seams.pause_s(LONGEST_NAP_S))):
                    await self._wake.wait()

    def _has_slept(self) -> bool:
        """Whether the wall clock went on by more than the steady one since the last look, also while a question was out."""
        lead_s = self._clock.now().timestamp() - self._clock.monotonic_s()
        slept_s, self._lead_s = lead_s - self._lead_s, lead_s
        return slept_s > LONGEST_NAP_S

    async def _ask(self, jobs: list[Job], due: list[Job]) -> None:
        try:
            connected = await self._providers.connected(self._provider_id)
            if len(jobs) >= LIST_FROM_JOBS and self._may_list(connected):
                due = await self._ask_list(connected, jobs, due)
            for job in due:
                await self._keep_distance(len(jobs))
                await self._ask_one(connected, job)
        except StudioError as error:
            self._failed(jobs, error)
        except Exception as error:  # noqa: BLE001 - a bug must not end the watch over jobs that are paid for
            if not self._failures:
                self._tasks.report(f"ask {self._provider_id}", error)
            self._failed(jobs, StudioError())
        else:
            self._failures = 0
            self._outages.succeeded(self._provider_id)

    async def _keep_distance(self, jobs: int) -> None:
        """Single questions never come in a burst, however many are due in one moment."""
        now_s = self._clock.monotonic_s()
        if self._next_question_s > now_s:
            await asyncio.sleep(self._next_question_s - now_s)
        distance_s = min(DISTANCE_S, ROUND_S / jobs)
        self._next_question_s = self._clock.monotonic_s() + self._seams.pause_s(distance_s)

    def _may_list(self, connected: Connected) -> bool:
        return connected.provider.info.capabilities.list_jobs and self._clock.monotonic_s() >= self._no_list_until_s

    async def _ask_list(self, connected: Connected, jobs: list[Job], due: list[Job]) -> list[Job]:
        """One request for all; answers which jobs have to be asked for by themselves now."""
        try:
            wanted = {ref_key(job.remote_ref or {}) for job in jobs}
            listed = {ref_key(entry.ref): entry.snapshot for entry in await connected.provider.list_jobs(wanted)}
        except _OF_THE_LIST_TOO:
            raise
        except Exception as error:  # noqa: BLE001 - there is another way to ask
            log.warning("the list of %s could not be had: %r", self._provider_id, error)
            self._no_list_until_s = self._clock.monotonic_s() + self._seams.pause_s(LIST_REST_S)
            return due
        left_out = []
        for number, job in enumerate(jobs):
            if number % BREATH == BREATH - 1:
                await asyncio.sleep(0)  # the window is drawn meanwhile
            snapshot = listed.get(ref_key(job.remote_ref or {}))
            if snapshot is not None:
                await self._answered(job, snapshot)
            else:
                left_out.append(job)
        rest_s = self._clock.monotonic_s() + self._seams.pause_s(min(LIST_REST_MOST_S, len(jobs) / LISTED_PER_S))
        for job in jobs:
            watch = self._watch(job)
            watch.due_s = max(watch.due_s, rest_s)
        return self._due_alone(left_out)

    def _due_alone(self, left_out: list[Job]) -> list[Job]:
        """Jobs that the list leaves out are asked for by themselves now and then, a few of them in each round."""
        now_s = self._clock.monotonic_s()
        chosen: list[Job] = []
        for job in sorted(left_out, key=_urgency):
            watch = self._watch(job)
            self._schedule(job)
            if watch.alone_due_s <= now_s and len(chosen) < MOST_ALONE:
                watch.alone_due_s = now_s + self._seams.pause_s(LOST_FROM_LIST_PAUSE_S)
                chosen.append(job)
            elif watch.alone_due_s <= now_s:
                watch.due_s = min(watch.due_s, now_s + self._seams.pause_s(NEXT_FEW_S))
        return chosen

    async def _ask_one(self, connected: Connected, job: Job) -> None:
        """Raises what concerns the provider; what concerns this job only makes this job wait."""
        try:
            snapshot = await connected.provider.poll(job.remote_ref or {})
        except JobGoneError as error:
            await self._not_known(job, error)
        except _OF_THE_PROVIDER:
            raise
        except Exception as error:  # noqa: BLE001 - see _put_off
            self._put_off(job, error)
        else:
            await self._answered(job, snapshot)

    async def _not_known(self, job: Job, error: JobGoneError) -> None:
        self._schedule(job)
        if not self._is_young(job):
            watch = self._watch(job)
            watch.gone += 1
            if watch.gone >= GONE_ANSWERS_UNTIL_EXPIRED:
                await self._on_gone(job, error)

    async def _answered(self, job: Job, snapshot: Snapshot) -> None:
        watch = self._watch(job)
        self._schedule(job)
        try:
            await self._on_snapshot(job, snapshot)
        except Exception as error:  # noqa: BLE001 - see _put_off
            self._put_off(job, error)
        else:
            watch.gone = watch.failures = 0

    def _put_off(self, job: Job, error: Exception) -> None:
        """This job is asked for later; the others must not wait for it, even if it is a bug that stands in the way."""
        log.warning("asking %s about %s failed: %r", self._provider_id, job.job_id, error)
        watch = self._watch(job)
        watch.failures += 1
        known = error if isinstance(error, StudioError) else StudioError()
        watch.due_s = self._clock.monotonic_s() + self._backoff_s(watch.failures, known)
        if known is not error and watch.failures == 1:
            self._tasks.report(f"ask {self._provider_id} about {job.job_id[:8]}", error)
        if isinstance(error, NotAllowedError):
            self._tell_key_trouble(error)
        if watch.failures >= SHOWN_FROM_FAILURES:
            self._show([job], known)

    def _schedule(self, job: Job) -> None:
        watch = self._watch(job)
        watch.asked += 1
        pause = (
            self._seams.pause_s(SET_ASIDE_PAUSE_S)
            if job.set_aside
            else self._pace(job.medium, watch.asked, self._random)
        )
        watch.due_s = self._clock.monotonic_s() + pause

    def _is_young(self, job: Job) -> bool:
        """By steady seconds of this run: a clock that is wrong makes no job old."""
        return self._clock.monotonic_s() - self._watch(job).since_s < self._seams.pause_s(YOUNG_S)

    def _failed(self, jobs: list[Job], error: StudioError) -> None:
        """Everything is asked later; a wrong key is told once, and another one wakes."""
        self._failures += 1
        pause_s = self._backoff_s(self._failures, error)
        if isinstance(error, KeyMissingError | KeyRejectedError):
            self._tell_key_trouble(error)
            pause_s = self._seams.pause_s(LONGEST_BACKOFF_S)
        if isinstance(error, NoConnectionError | ConnectionLostError):
            self._outages.failed(self._provider_id)
            pause_s = self._outages.pause_s(self._provider_id, pause_s)
        log.warning("asking %s failed: %s", self._provider_id, error.code)
        self._stagger(jobs, pause_s)
        if self._failures >= SHOWN_FROM_FAILURES and not isinstance(error, NoConnectionError | ConnectionLostError):
            self._show(jobs, error)  # what is only out of reach has its banner

    def _show(self, jobs: list[Job], error: StudioError) -> None:
        """The next good answer takes it away again; a job is not changed by it."""
        problem = error.problem(Moment.WATCH, provider=self._providers.info(self._provider_id).title)
        for job in jobs:
            self._book.show_only(job.job_id, problem=problem)

    def _backoff_s(self, failures: int, error: StudioError) -> float:
        pause_s = backoff_s(failures, first=2.0, cap=LONGEST_BACKOFF_S, random=self._random)
        return self._seams.pause_s(max(pause_s, error.retry_after_s or 0.0, 1.0))

    def _tell_key_trouble(self, error: StudioError) -> None:
        if not self._has_told_key_trouble:
            self._has_told_key_trouble = True
            self._on_key_trouble(self._provider_id, error)


def _urgency(job: Job) -> tuple[bool, float, datetime]:
    """What expires first comes first; what never does comes last, by age."""
    expires_s = job.expires_at.timestamp() if job.expires_at is not None else 0.0
    return (job.expires_at is None, expires_s, job.created_at)
