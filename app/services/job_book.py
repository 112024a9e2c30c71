"""The jobs in memory and their only pen: a change is checked, written to the database, then told.

One write at a time. A new wish lives in memory until its intent is on disk (`begin`, `write_down`); a fact from outside
that the disk refuses to take (`happened`) is kept in memory, and the disk gets it as soon as it takes anything again.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.domain.history import HistoryQuery
from app.domain.job import RESTING, Job, JobState, check_move, line_order
from app.domain.local_errors import (
    StorageError,
)
from app.domain.media import Medium
from app.store.job_store import JobStore

log = logging.getLogger(__name__)

RECENT_PER_MEDIUM = 100
RESTING_KEPT = 1000
"""So many ended jobs stay among the recent ones of a long run; older ones are where looked-at ones are."""
SEEN_KEPT = 5000


class JobBook:
    """Holds unfinished and recent jobs as values. `tell(old, new)` hears every new value after it is on disk."""

    def __init__(self, store: JobStore, tell: Callable[[Job, Job], None]) -> None:
        self._store = store
        self._tell = tell
        self._jobs: dict[str, Job] = {}
        self._open: dict[str, Job] = {}
        self._seen: dict[str, Job] = {}
        self._unwritten: set[str] = set()
        self._behind: set[str] = set()
        self._left_alone: frozenset[str] = frozenset()
        self._pen = asyncio.Lock()

    async def load(self) -> list[Job]:
        """Reads unfinished and recent jobs from the database and returns them, oldest first."""
        found: list[Job] = []
        for medium in (Medium.IMAGE, Medium.VIDEO, Medium.AUDIO):
            found += await self._store.recent(medium, RECENT_PER_MEDIUM)
        found += await self._store.unfinished()
        new = {job.job_id: job for job in found if job.job_id not in self._jobs}  # a wish may be quicker than this
        for job in new.values():
            self._keep(job)
        return sorted(new.values(), key=lambda job: job.created_at)

    # --- reading

    def get(self, job_id: str) -> Job | None:
        """The newest value of a job that is unfinished, recent or was looked at in the history."""
        return self._jobs.get(job_id) or self._seen.get(job_id)

    def all(self) -> list[Job]:
        """Unfinished and recent jobs, newest first."""
        return sorted(self._jobs.values(), key=lambda job: job.created_at, reverse=True)

    def with_state(self, states: Iterable[JobState], provider_id: str = "") -> list[Job]:
        """Jobs in one of these states, in the order of the line: as arranged, else as they were asked for."""
        wanted = frozenset(states)
        known = self._open if wanted.isdisjoint(RESTING) else self._jobs
        found = [
            job
            for job in known.values()
            if job.state in wanted and provider_id in ("", job.provider_id) and job.job_id not in self._left_alone
        ]
        return sorted(found, key=line_order)

    def leave_alone(self, jobs: Iterable[Job]) -> None:
        """Nothing is done for these jobs in this run: `with_state` does not know them."""
        self._left_alone = frozenset(job.job_id for job in jobs)

    def is_written(self, job_id: str) -> bool:
        """False while a new wish is in memory only: nothing may be sent for it."""
        return job_id not in self._unwritten

    async def history(self, query: HistoryQuery, offset: int, limit: int) -> list[Job]:
        """One page of the history, newest first; memory is fresher than the disk by what is only shown."""
        page = [self._jobs.get(job.job_id, job) for job in await self._store.page(query, offset, limit)]
        for job in page:
            self._seen[job.job_id] = job
        self._trim_seen()
        return page

    # --- coming and going

    def begin(self, job: Job) -> None:
        """Takes a new wish. Until `write_down` its changes are made in memory only."""
        self._unwritten.add(job.job_id)
        self._keep(job)
        if len(self._jobs) - len(self._open) > RESTING_KEPT:
            ended = (old for old in self._jobs.values() if old.is_resting)
            oldest = min(ended, key=lambda old: old.created_at)
            self._seen[oldest.job_id] = self._jobs.pop(oldest.job_id)
            self._trim_seen()

    async def write_down(self, job_id: str, body: bytes, path: str) -> None:
        """The wish as it is by now, and the exact request for it, go to the disk. Raises StorageError.

        One that was taken back and deleted meanwhile is not worth a row.
        """
        async with self._pen:
            job = self.get(job_id)
            if job is not None:
                await self._store.add(job, body, path)
            self._unwritten.discard(job_id)

    async def begin_sending(self, job_id: str, at: datetime, *, filled: bytes | None = None) -> bool:
        """*Sending* is on disk before the POST goes out. False: the job no longer waits, and nothing may be sent.

        `filled` as in `JobStore.mark_sending`. Raises StorageError; nothing may be sent then either.
        """
        async with self._pen:
            job = self.get(job_id)
            if job is None or job.state is not JobState.WAITING or job.hold or job_id in self._unwritten:
                return False
            await self._store.mark_sending(job_id, at, filled=filled)
            self._publish(job, replace(job, state=JobState.SENDING, sent_at=at, problem=None))
            return True

    async def rewrite(self, job_id: str, rewritten: Callable[[Job], Job], body: bytes, path: str) -> bool:
        """Another recipe for a job that waits. False: it no longer does, and nothing was changed. Raises StorageError."""
        async with self._pen:
            job = self.get(job_id)
            if job is None or job.state is not JobState.WAITING or job_id in self._unwritten:
                return False
            new = rewritten(job)
            await self._store.rewrite(new, body, path)
            self._publish(job, new)
            return True

    async def arrange(self, job_ids: Sequence[str]) -> None:
        """Waiting jobs stand in the line in this order, before all others. Raises StorageError; nothing changed then."""
        async with self._pen:
            known = [job_id for job_id in job_ids if job_id in self._jobs and self.is_written(job_id)]
            await self._store.arrange(known)
            for place, job_id in enumerate(known, 1):
                job = self._jobs.get(job_id)
                if job is not None:
                    self._publish(job, replace(job, place=place))

    def put(self, job: Job) -> None:
        """Takes a job that is on disk and was not in memory."""
        self._keep(job)

    def forget(self, job_id: str) -> Job | None:
        """Takes a job out of memory."""
        seen = self._seen.pop(job_id, None)
        self._behind.discard(job_id)
        self._open.pop(job_id, None)
        return self._jobs.pop(job_id, None) or seen

    # --- changing

    async def change(self, job_id: str, state: JobState | None = None, **changes: Any) -> Job | None:
        """Moves a job and changes fields; on disk before anybody hears of it. None when the job is gone.

        Raises IllegalMoveError for a move outside the table and StorageError when the disk refuses; then nothing changed.
        """
        return await self.edit(job_id, _changing(state, changes))

    async def happened(self, job_id: str, state: JobState | None = None, **changes: Any) -> Job | None:
        """As `change`, for what is a fact already: a disk that refuses does not undo it, the job says what is wrong."""
        return await self.edit(job_id, _changing(state, changes), is_fact=True)

    async def edit(self, job_id: str, edit: Callable[[Job], Job], *, is_fact: bool = False) -> Job | None:
        """As `change` or `happened`, for changes that depend on the newest value: one at a time, so that none is lost."""
        async with self._pen:
            known = self.get(job_id)
            job = known or await self._store.get(job_id)
            if job is None:
                return None
            new = edit(job)
            check_move(job.state, new.state)
            if new == job and job_id not in self._behind:
                return job
            new = await self._written(new, is_fact)
            if known is not None and self.get(job_id) is None:
                return None  # deleted while the disk was busy
            self._publish(job, new)
            if self._behind and job_id not in self._behind:
                await self._catch_up()
            return new

    async def _written(self, job: Job, is_fact: bool) -> Job:
        """The job as it is after the disk has taken it, or, for a fact, after it has refused."""
        if job.job_id in self._unwritten:
            return job
        if job.job_id in self._behind and _complains(job):
            job = replace(job, problem=None)
        try:
            await self._store.save(job)
        except StorageError as error:
            if not is_fact:
                raise
            log.exception("job %s is ahead of the disk", job.job_id)
            self._behind.add(job.job_id)
            return replace(job, problem=job.problem or error.problem())
        self._behind.discard(job.job_id)
        return job

    async def catch_up(self) -> None:
        """Writes what the disk refused earlier, as far as it takes it now; every write that goes well does so too."""
        async with self._pen:
            await self._catch_up()

    async def _catch_up(self) -> None:
        for job in [job for job_id in self._behind if (job := self.get(job_id)) is not None]:
            self._publish(job, await self._written(job, is_fact=True))
            if job.job_id in self._behind:
                return

    def show_only(self, job_id: str, **changes: Any) -> Job | None:
        """Changes what is shown without writing it: a trouble that passes by itself."""
        job = self.get(job_id)
        return None if job is None else self._publish(job, replace(job, **changes))

    def _publish(self, old: Job, new: Job) -> Job:
        if new.job_id in self._jobs or new.state not in RESTING:
            self._keep(new)
        if new.job_id in self._seen or new.job_id not in self._jobs:
            self._seen[new.job_id] = new
        if new != old:
            self._tell(old, new)
        return new

    def _keep(self, job: Job) -> None:
        self._jobs[job.job_id] = job
        if job.is_resting:
            self._open.pop(job.job_id, None)
        else:
            self._open[job.job_id] = job

    def unfinished(self) -> list[Job]:
        """Everything that is on its way, in no order."""
        return list(self._open.values())

    def _trim_seen(self) -> None:
        for job_id in list(self._seen)[: max(0, len(self._seen) - SEEN_KEPT)]:
            del self._seen[job_id]


def _changing(state: JobState | None, changes: dict[str, Any]) -> Callable[[Job], Job]:
    moved = changes if state is None else {**changes, "state": state}
    return lambda job: replace(job, **moved)


def _complains(job: Job) -> bool:
    """True where the job's problem is only that the disk took nothing."""
    return job.problem is not None and job.problem.code == StorageError.code
