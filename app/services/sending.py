"""From a wish to a reference: the paid POST, written down before and right after, never repeated by itself."""

import logging
from dataclasses import replace

from app.domain.errors import (
    ConnectionLostError,
    Moment,
    NoConnectionError,
    StorageError,
    StudioError,
    UnknownOutcomeError,
)
from app.domain.job import Job, JobState
from app.domain.remote import Submission
from app.net.retry import backoff_s
from app.providers.base import PreparedRequest
from app.services.job_tools import JobTools

log = logging.getLogger(__name__)

FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 60.0


class Sender:
    """Sends one waiting job. Answers how long to wait before the next try, or None when there is nothing to try."""

    def __init__(self, tools: JobTools) -> None:
        self._book = tools.book
        self._store = tools.store
        self._providers = tools.providers
        self._connection = tools.connection
        self._seams = tools.seams
        self._clock = tools.seams.clock
        self._random = tools.seams.random
        self._attempts: dict[str, int] = {}

    async def send(self, job: Job) -> float | None:
        """Seconds until this job should be sent again because it provably was not started, else None."""
        title = self._providers.info(job.provider_id).title
        try:
            connected = await self._providers.connected(job.provider_id)
            path, body = await self._store.body(job.job_id)
            await self._note_sending(job)
        except StudioError as error:
            # nothing has left this computer
            return await self._not_started(job, error, title)
        try:
            submission = await connected.provider.submit(PreparedRequest(path, body))
        except StudioError as error:
            self._note_connection(title, error)
            if error.not_started:
                return await self._not_started(job, error, title)
            await self._unknown_outcome(job, error, title)
            return None
        self._connection.succeeded(title)
        await self._accepted(job, submission)
        return None

    async def _note_sending(self, job: Job) -> None:
        """*sending* is on disk before the POST goes out; if the disk refuses, nothing is sent."""
        attempt = self._attempts.get(job.job_id, 0) + 1
        self._attempts[job.job_id] = attempt
        now = self._clock.now()
        await self._store.mark_sending(job.job_id, attempt, now)
        await self._book.change(job.job_id, JobState.SENDING, sent_at=now, problem=None)

    async def _accepted(self, job: Job, submission: Submission) -> None:
        """The reference is stored before anything else happens; even a full disk must not lose it from memory."""
        self._attempts.pop(job.job_id, None)
        changes = {"remote_ref": submission.ref, "wire_status": submission.snapshot.wire_status}
        try:
            await self._book.change(job.job_id, JobState.QUEUED, **changes)
        except StorageError as error:
            log.exception("the reference of job %s could not be stored", job.job_id)
            problem = error.problem(Moment.WATCH, provider=self._providers.info(job.provider_id).title)
            self._book.show_only(job.job_id, state=JobState.QUEUED, problem=problem, **changes)

    async def _not_started(self, job: Job, error: StudioError, title: str) -> float | None:
        problem = error.problem(Moment.SUBMIT, provider=title)
        current = self._book.get(job.job_id) or job
        if error.waiting_helps:
            attempt = self._attempts.get(job.job_id, 1)
            await self._rest(current, JobState.WAITING, problem=problem)
            pause = backoff_s(attempt, first=FIRST_WAIT_S, cap=LONGEST_WAIT_S, random=self._random)
            return self._seams.pause_s(max(pause, error.retry_after_s or 0.0, 0.5))
        self._attempts.pop(job.job_id, None)
        await self._rest(current, JobState.FAILED, problem=problem, finished_at=self._clock.now())
        return None

    async def _unknown_outcome(self, job: Job, error: StudioError, title: str) -> None:
        unknown = UnknownOutcomeError(error.server_text, http_status=error.http_status)
        problem = unknown.problem(Moment.SUBMIT, provider=title)
        reason = error.problem(Moment.OTHER, provider=title).happened
        if not problem.server_text:
            problem = replace(problem, server_text=str(reason))
        await self._rest(self._book.get(job.job_id) or job, JobState.UNSURE, problem=problem)

    async def _rest(self, job: Job, state: JobState, **changes: object) -> None:
        try:
            await self._book.change(job.job_id, state, **changes)
        except StorageError:
            log.exception("state of job %s could not be stored", job.job_id)
            self._book.show_only(job.job_id, state=state, **changes)

    def _note_connection(self, title: str, error: StudioError) -> None:
        if isinstance(error, NoConnectionError | ConnectionLostError):
            self._connection.failed(title)
        else:
            self._connection.succeeded(title)
