"""Asks providers how their jobs are doing: adaptive pauses, one list call for many jobs, and patience with bad answers.

A failed question never changes a job: it only makes the next question later (apis.md 4.5). What an answer means for the
job is decided by `Verdicts`, so that the list and the single call go the same way.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.domain.errors import (
    ConnectionLostError,
    JobGoneError,
    KeyMissingError,
    KeyRejectedError,
    NoConnectionError,
    NotAllowedError,
    NotAServiceAnswerError,
    StudioError,
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
LIST_REST_S = 300.0
"""After a list that could not be read, jobs are asked for one by one for this long."""
SET_ASIDE_PAUSE_S = 60.0
YOUNG_S = 60.0
"""A 404 this soon after sending is a server that has not caught up with itself (apis.md case 10)."""
LONGEST_BACKOFF_S = 60.0


@dataclass
class _Watch:
    """When a job is asked for next, and how often it was."""

    due_s: float
    asked: int = 0
    alone_due_s: float = 0.0


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
        self._providers = tools.providers
        self._connection = tools.connection
        self._seams = tools.seams
        self._clock = tools.seams.clock
        self._pace = tools.seams.pace
        self._random = tools.seams.random
        self._on_snapshot = on_snapshot
        self._on_gone = on_gone
        self._on_key_trouble = on_key_trouble
        self._watches: dict[str, _Watch] = {}
        self._failures = 0
        self._no_list_until_s = 0.0
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """There is a new job to plan for."""
        self._wake.set()

    def wake_now(self) -> None:
        """A new key or a returned network: ask about everything at once."""
        self._failures = 0
        for watch in self._watches.values():
            watch.due_s = self._clock.monotonic_s()
        self._wake.set()

    async def run(self) -> None:
        """Asks until no job of this provider is on its way any more."""
        while jobs := self._book.with_state(WATCHED, self._provider_id):
            await self._wait(self._pause_s(jobs))
            jobs = self._book.with_state(WATCHED, self._provider_id)
            due = [job for job in jobs if self._watch(job).due_s <= self._clock.monotonic_s()]
            if due:
                await self._ask(jobs, due)

    def _watch(self, job: Job) -> _Watch:
        if job.job_id not in self._watches:
            first = self._pace(job.medium, 0, self._random)
            self._watches[job.job_id] = _Watch(due_s=self._clock.monotonic_s() + first)
        return self._watches[job.job_id]

    def _pause_s(self, jobs: list[Job]) -> float:
        earliest = min(self._watch(job).due_s for job in jobs)
        return max(0.0, earliest - self._clock.monotonic_s())

    async def _wait(self, seconds: float) -> None:
        self._wake.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _ask(self, jobs: list[Job], due: list[Job]) -> None:
        try:
            connected = await self._providers.connected(self._provider_id)
            if len(jobs) >= LIST_FROM_JOBS and self._may_list(connected):
                await self._ask_list(connected, jobs)
            else:
                for job in due:
                    await self._ask_one(connected, job)
        except StudioError as error:
            self._failed(jobs, error)
        else:
            self._failures = 0
            self._connection.succeeded(connected.provider.info.title)

    def _may_list(self, connected: Connected) -> bool:
        return connected.provider.info.capabilities.list_jobs and self._clock.monotonic_s() >= self._no_list_until_s

    async def _ask_list(self, connected: Connected, jobs: list[Job]) -> None:
        """One request for all; a job the list leaves out is asked for by itself now and then."""
        try:
            listed = {ref_key(entry.ref): entry.snapshot for entry in await connected.provider.list_jobs()}
        except NotAServiceAnswerError:
            # a list without paging grows without end (apis.md case 85): ask one by one for a while
            self._no_list_until_s = self._clock.monotonic_s() + self._seams.pause_s(LIST_REST_S)
            raise
        for job in jobs:
            snapshot = listed.get(ref_key(job.remote_ref or {}))
            if snapshot is not None:
                await self._answered(job, snapshot)
                continue
            watch = self._watch(job)
            now = self._clock.monotonic_s()
            self._schedule(job)
            if watch.alone_due_s <= now:
                watch.alone_due_s = now + self._seams.pause_s(LOST_FROM_LIST_PAUSE_S)
                await self._ask_one(connected, job)

    async def _ask_one(self, connected: Connected, job: Job) -> None:
        try:
            snapshot = await connected.provider.poll(job.remote_ref or {})
        except JobGoneError as error:
            if self._is_young(job):
                self._schedule(job)
                return
            await self._on_gone(job, error)
            return
        await self._answered(job, snapshot)

    async def _answered(self, job: Job, snapshot: Snapshot) -> None:
        self._schedule(job)
        await self._on_snapshot(job, snapshot)

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
        return job.sent_at is not None and (self._clock.now() - job.sent_at).total_seconds() < YOUNG_S

    def _failed(self, jobs: list[Job], error: StudioError) -> None:
        """Everything is asked later; a wrong key stops the questions until there is another one."""
        self._failures += 1
        title = self._providers.info(self._provider_id).title
        if isinstance(error, KeyMissingError | KeyRejectedError | NotAllowedError):
            self._on_key_trouble(self._provider_id, error)
            pause = LONGEST_BACKOFF_S
        else:
            pause = backoff_s(self._failures, first=2.0, cap=LONGEST_BACKOFF_S, random=self._random)
            pause = max(pause, error.retry_after_s or 0.0, 1.0)
        if isinstance(error, NoConnectionError | ConnectionLostError):
            self._connection.failed(title)
        log.warning("asking %s failed: %s", self._provider_id, error.code)
        for job in jobs:
            self._watch(job).due_s = self._clock.monotonic_s() + self._seams.pause_s(pause)
