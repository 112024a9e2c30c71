"""The jobs in memory and their only pen: a change is checked, written to the database, then told."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from app.domain.history import HistoryQuery
from app.domain.job import RESTING, Job, JobState, check_move
from app.domain.media import Medium
from app.store.job_store import JobStore

RECENT_PER_MEDIUM = 100
SEEN_KEPT = 5000


class JobBook:
    """Holds unfinished and recent jobs as values. `tell` hears every new value after it is on disk."""

    def __init__(self, store: JobStore, tell: Callable[[Job], None]) -> None:
        self._store = store
        self._tell = tell
        self._jobs: dict[str, Job] = {}
        self._seen: dict[str, Job] = {}
        self._pen = asyncio.Lock()

    async def load(self) -> None:
        """Reads unfinished and recent jobs from the database."""
        for medium in (Medium.IMAGE, Medium.VIDEO, Medium.AUDIO):
            for job in await self._store.recent(medium, RECENT_PER_MEDIUM):
                self._jobs[job.job_id] = job
        for job in await self._store.unfinished():
            self._jobs[job.job_id] = job

    def get(self, job_id: str) -> Job | None:
        """The newest value of a job that is unfinished, recent or was looked at in the history."""
        return self._jobs.get(job_id) or self._seen.get(job_id)

    def all(self) -> list[Job]:
        """Unfinished and recent jobs, newest first."""
        return sorted(self._jobs.values(), key=lambda job: job.created_at, reverse=True)

    def with_state(self, states: Iterable[JobState], provider_id: str = "") -> list[Job]:
        """Jobs in one of these states, oldest first: the order in which people asked for them."""
        wanted = frozenset(states)
        found = [job for job in self._jobs.values() if job.state in wanted and provider_id in ("", job.provider_id)]
        return sorted(found, key=lambda job: job.created_at)

    def put(self, job: Job) -> None:
        """Takes a job that is new in memory."""
        self._jobs[job.job_id] = job

    def forget(self, job_id: str) -> Job | None:
        """Takes a job out of memory."""
        seen = self._seen.pop(job_id, None)
        return self._jobs.pop(job_id, None) or seen

    async def change(self, job_id: str, state: JobState | None = None, **changes: Any) -> Job | None:
        """Moves a job and changes fields; on disk before anybody hears of it. None when the job is gone.

        Raises IllegalMoveError for a move outside the table and StorageError when the disk refuses; then nothing changed.
        """
        moved = changes if state is None else {**changes, "state": state}
        return await self.edit(job_id, lambda job: replace(job, **moved))

    async def edit(self, job_id: str, edit: Callable[[Job], Job]) -> Job | None:
        """As `change`, for changes that depend on the newest value: one edit at a time, so that none is lost."""
        async with self._pen:
            job = self.get(job_id)
            if job is None:
                return None
            new = edit(job)
            check_move(job.state, new.state)
            if new == job:
                return job
            await self._store.save(new)
            return self._publish(new)

    def show_only(self, job_id: str, **changes: Any) -> Job | None:
        """Changes what is shown without writing it: progress, or a state that the disk refused to take."""
        job = self.get(job_id)
        if job is None:
            return None
        new = replace(job, **changes)
        return self._publish(new) if new != job else job

    def _publish(self, job: Job) -> Job:
        if job.job_id in self._jobs or job.state not in RESTING:
            self._jobs[job.job_id] = job
        if job.job_id in self._seen:
            self._seen[job.job_id] = job
        self._tell(job)
        return job

    async def history(self, query: HistoryQuery, offset: int, limit: int) -> list[Job]:
        """One page of the history, newest first; memory is fresher than the disk by what is only shown."""
        page = [self._jobs.get(job.job_id, job) for job in await self._store.page(query, offset, limit)]
        for job in page:
            self._seen[job.job_id] = job
        for job_id in list(self._seen)[: max(0, len(self._seen) - SEEN_KEPT)]:
            del self._seen[job_id]
        return page
