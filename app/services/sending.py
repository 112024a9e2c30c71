"""From a wish to a reference: the paid POST, written down before and right after, never repeated by itself."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.errors import (
    ConnectionLostError,
    Moment,
    NoConnectionError,
    NotAServiceAnswerError,
    StudioError,
    UnknownOutcomeError,
)
from app.domain.job import Job, JobState
from app.domain.remote import Submission, ref_key
from app.net.retry import backoff_s
from app.providers.base import PreparedRequest
from app.services.job_tools import JobTools
from app.services.uploading import Uploads

FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 60.0


class Sender:
    """Sends one waiting job. Answers how long to wait before the next try, or None when there is nothing to try."""

    def __init__(self, tools: JobTools) -> None:
        self._tools = tools
        self._book = tools.book
        self._store = tools.store
        self._providers = tools.providers
        self._outages = tools.outages
        self._times = tools.times
        self._seams = tools.seams
        self._clock = tools.seams.clock
        self._random = tools.seams.random
        self._pauses: dict[str, int] = {}
        self.uploads = Uploads(tools.book, tools.tasks, tools.vault)

    async def send(self, job: Job) -> float | None:
        """Seconds until this job should be sent again because it provably was not started, else None."""
        title = self._providers.info(job.provider_id).title
        try:
            connected = await self._providers.connected(job.provider_id)
            stored = PreparedRequest(*await self._store.body(job.job_id))
            prepared = await self.uploads.fill(job, connected, stored)
            filled = None if prepared is stored or prepared is None else prepared.body
            if prepared is None or not await self._begin(job, filled):
                return None  # taken back, or left for the next run
        except StudioError as error:
            # no paid request has left this computer
            if isinstance(error, NoConnectionError | ConnectionLostError):
                self._outages.failed(job.provider_id)
            return await self._not_started(job, error, title)
        try:
            submission = await connected.provider.submit(prepared)
        except StudioError as error:
            self._note_connection(job, error)
            if error.not_started:
                return await self._not_started(job, error, title)
            await self._unknown_outcome(job, error, title)
            return None
        self._outages.succeeded(job.provider_id)
        await self._accepted(job, submission)
        return None

    async def _begin(self, job: Job, filled: bytes | None) -> bool:
        """*sending* is on disk before the POST goes out; if the disk refuses or the job was taken back, nothing is sent.

        `filled` is the body where files took the places in the stored one.
        """
        return await self._book.begin_sending(job.job_id, self._clock.now(), filled=filled)

    async def _accepted(self, job: Job, submission: Submission) -> None:
        """The reference is stored before anything else happens; even a full disk must not lose it from memory.

        An answer with the reference of a job with another request is somebody else's, and says nothing about this one.
        """
        if await self._is_of_another(job, submission):
            title = self._providers.info(job.provider_id).title
            await self._unknown_outcome(job, NotAServiceAnswerError("The answer names another job."), title)
            return
        self._forget(job)
        changes = {
            "remote_ref": self._tools.marked(job, submission.ref),
            "wire_status": submission.snapshot.wire_status,
            "expires_at": self._expiry(job),
        }
        await self._book.happened(job.job_id, JobState.QUEUED, **changes)

    def _expiry(self, job: Job) -> datetime | None:
        """At the earliest: no result is older than its job."""
        kept_h = self._providers.info(job.provider_id).retention_h
        return None if kept_h is None else self._times.now(job.provider_id) + timedelta(hours=kept_h)

    async def _is_of_another(self, job: Job, submission: Submission) -> bool:
        """A service that knows an equal request answers with the job it has: then both hang on it (apis.md case 11)."""
        key = ref_key(submission.ref)
        same = [
            other
            for other in self._book.all()
            if other.provider_id == job.provider_id
            and other.remote_ref is not None
            and ref_key(other.remote_ref) == key
            and other.job_id != job.job_id
        ]
        if not same:
            return False
        try:
            sent = await self._request_of(job)
            return any([await self._request_of(other) != sent for other in same])
        except (StudioError, LookupError):
            return True

    async def _request_of(self, job: Job) -> tuple[str, bytes]:
        """Path and body as they went out; a provider's note behind the path stays here."""
        path, body = await self._store.body(job.job_id)
        return path.partition("#")[0], body

    async def recover(self, job: Job) -> bool:
        """Takes up a job of an earlier run whose answer reached this disk, though the program ended before it was noted."""
        if not self._providers.info(job.provider_id).capabilities.keeps_answers:
            return False
        try:
            connected = await self._providers.connected(job.provider_id)
            submission = await connected.provider.recover(PreparedRequest(*await self._store.body(job.job_id)))
        except (StudioError, LookupError):
            return False
        if submission is not None:
            await self._accepted(job, submission)
        return submission is not None

    async def failed_unexpectedly(self, job: Job) -> None:
        """Something that nobody thought of went wrong: before the POST the job failed, after it nobody knows."""
        title = self._providers.info(job.provider_id).title
        current = self._book.get(job.job_id) or job
        if current.state is JobState.SENDING:
            await self._unknown_outcome(job, StudioError(), title)
        elif current.state is JobState.WAITING:
            await self._not_started(job, StudioError(), title)

    async def _not_started(self, job: Job, error: StudioError, title: str) -> float | None:
        problem = error.problem(Moment.SUBMIT, provider=title)
        current = self._book.get(job.job_id)
        if current is None or current.is_resting:
            return None  # taken back meanwhile
        if error.waiting_helps:
            tries = self._pauses[job.job_id] = self._pauses.get(job.job_id, 0) + 1
            await self._book.happened(job.job_id, JobState.WAITING, problem=problem)
            pause = backoff_s(tries, first=FIRST_WAIT_S, cap=LONGEST_WAIT_S, random=self._random)
            return self._seams.pause_s(max(pause, error.retry_after_s or 0.0, 0.5))
        self._forget(job)
        await self._book.happened(job.job_id, JobState.FAILED, problem=problem, finished_at=self._clock.now())
        return None

    async def _unknown_outcome(self, job: Job, error: StudioError, title: str) -> None:
        unknown = UnknownOutcomeError(error.server_text, http_status=error.http_status)
        problem = unknown.problem(Moment.SUBMIT, provider=title)
        reason = error.problem(Moment.OTHER, provider=title).happened
        if not problem.server_text:
            problem = replace(problem, server_text=str(reason))
        self._forget(job)
        await self._book.happened(job.job_id, JobState.UNSURE, problem=problem)

    def _forget(self, job: Job) -> None:
        self._pauses.pop(job.job_id, None)

    def _note_connection(self, job: Job, error: StudioError) -> None:
        if isinstance(error, NoConnectionError | ConnectionLostError):
            self._outages.failed(job.provider_id)
        else:
            self._outages.succeeded(job.provider_id)
