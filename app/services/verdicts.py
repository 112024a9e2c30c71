"""What an answer about a job means: goes on, is to be saved, has failed, was cancelled, or is gone over there.

Answers are facts: a disk that takes nothing at the moment does not undo them (`JobBook.happened`).
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from app.domain.errors import EmptyResultError, Moment, PromptRefusedError, SentElsewhereError, StudioError
from app.domain.job import WATCHED, Job, JobState
from app.domain.remote import RemoteState, Snapshot
from app.providers.wire import failure_error
from app.services.job_tools import JobTools

EMPTY_ANSWERS_UNTIL_FAILED = 4
"""Completed without a result is asked again a few times (apis.md case 26)."""


class Verdicts:
    """`save(job_id, snapshot)` brings a result home; `place_free()` is called when a job no longer runs over there."""

    def __init__(self, tools: JobTools, save: Callable[[str, Snapshot], None], place_free: Callable[[], None]) -> None:
        self._tools = tools
        self._book = tools.book
        self._clock = tools.seams.clock
        self._save = save
        self._place_free = place_free
        self._empty_answers: dict[str, int] = {}
        self._last_unfinished: dict[str, datetime] = {}

    async def answered(self, job: Job, snapshot: Snapshot) -> None:
        """The job may have moved since it was asked about: only watched jobs listen."""
        current = self._book.get(job.job_id)
        if current is None or current.state not in WATCHED:
            return
        if snapshot.state is not RemoteState.EMPTY:
            self._empty_answers.pop(job.job_id, None)
        match snapshot.state:
            case RemoteState.SUCCEEDED:
                await self._book.happened(
                    job.job_id,
                    JobState.SAVING,
                    wire_status=snapshot.wire_status,
                    problem=None,
                    expires_at=self._expiry(current),
                )
                self._save(job.job_id, snapshot)
                self._place_free()
            case RemoteState.FAILED:
                await self._ended(job, snapshot, JobState.FAILED, failure_error(snapshot))
            case RemoteState.EMPTY:
                await self._empty(job, snapshot)
            case RemoteState.CANCELLED:
                await self._ended(job, snapshot, JobState.CANCELLED)
            case RemoteState.QUEUED | RemoteState.RUNNING | RemoteState.UNKNOWN:
                await self._progress(current, snapshot)

    def _expiry(self, job: Job) -> datetime | None:
        """A result is thrown away so long after it was made, and it was made after the last answer that said not yet."""
        kept_h = self._tools.providers.info(job.provider_id).retention_h
        last = self._last_unfinished.pop(job.job_id, None)
        if kept_h is None or last is None:
            return job.expires_at
        known = last + timedelta(hours=kept_h)
        return known if job.expires_at is None else max(known, job.expires_at)

    async def gone(self, job: Job, error: StudioError) -> None:
        """The provider has forgotten the job; or it is another account that is asked now, and there it never was.

        Then it is looked for rarely until its own address and key are back, and takes no place in the queue.
        """
        if self._tools.is_elsewhere(job):
            elsewhere = SentElsewhereError().problem(Moment.WATCH, provider=self._tools.title(job))
            await self._book.happened(job.job_id, set_aside=True, problem=elsewhere)
            self._place_free()
            return
        self._last_unfinished.pop(job.job_id, None)
        problem = error.problem(Moment.WATCH, provider=self._tools.title(job))
        await self._book.happened(job.job_id, JobState.EXPIRED, problem=problem, finished_at=self._clock.now())
        self._place_free()

    async def _progress(self, job: Job, snapshot: Snapshot) -> None:
        self._last_unfinished[job.job_id] = self._tools.times.now(job.provider_id)
        state = {RemoteState.QUEUED: JobState.QUEUED, RemoteState.RUNNING: JobState.RUNNING}.get(snapshot.state)
        await self._book.happened(
            job.job_id,
            state or job.state,
            wire_status=snapshot.wire_status,
            progress=snapshot.progress,
            queue_position=snapshot.queue_position,
            problem=None,
        )

    async def _empty(self, job: Job, snapshot: Snapshot) -> None:
        answers = self._empty_answers[job.job_id] = self._empty_answers.get(job.job_id, 0) + 1
        if answers >= EMPTY_ANSWERS_UNTIL_FAILED:
            self._empty_answers.pop(job.job_id)
            said = failure_error(snapshot)  # a result that was held back is a refusal (apis.md case 28)
            error = said if isinstance(said, PromptRefusedError) else EmptyResultError(snapshot.message)
            await self._ended(job, snapshot, JobState.FAILED, error)

    async def _ended(self, job: Job, snapshot: Snapshot, state: JobState, error: StudioError | None = None) -> None:
        self._last_unfinished.pop(job.job_id, None)
        problem = self._tools.failure(job, error) if error else None
        await self._book.happened(
            job.job_id, state, wire_status=snapshot.wire_status, problem=problem, finished_at=self._clock.now()
        )
        self._place_free()
