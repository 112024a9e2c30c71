"""What a person can do with a job whose answer was lost: say which one it is, send it again, or let it be."""

import logging
from collections.abc import Callable
from dataclasses import replace

from app.domain.errors import (
    ConnectionLostError,
    JobGoneError,
    KeyMissingError,
    KeyRejectedError,
    Moment,
    NoConnectionError,
    StudioError,
    TooManyRequestsError,
)
from app.domain.job import Job, JobState
from app.domain.problem import Problem
from app.domain.provider_info import ProviderInfo
from app.domain.remote import Listed, RemoteState, ref_key
from app.domain.settling import Candidate, RemoteIdError, clean_remote_id
from app.domain.text import text
from app.providers.base import PreparedRequest
from app.services.job_tools import JobTools
from app.services.remote_lists import RemoteLists
from app.services.settling import Settler
from app.store.ledger import Event

log = logging.getLogger(__name__)

CANDIDATES = 50
_NOT_NOW = (NoConnectionError, ConnectionLostError, KeyMissingError, KeyRejectedError, TooManyRequestsError)
"""Without a look nothing is sent again, except where the list itself is what is broken."""


class UnsureJobs:
    """`dispatch()` sends what waits. `trouble` hears why a wish could not be fulfilled."""

    def __init__(
        self,
        tools: JobTools,
        settler: Settler,
        dispatch: Callable[[], None],
        trouble: Callable[[Problem], None],
    ) -> None:
        self._book = tools.book
        self._store = tools.store
        self._tasks = tools.tasks
        self._providers = tools.providers
        self._clock = tools.seams.clock
        self._lists = RemoteLists(tools)
        self._settler = settler
        self._dispatch = dispatch
        self._trouble = trouble
        self._in_hand: set[str] = set()

    def _unsure(self, job_id: str) -> Job | None:
        job = self._book.get(job_id)
        return job if job is not None and job.state is JobState.UNSURE else None

    def provider(self, job: Job) -> ProviderInfo:
        """What is known about the provider of a job."""
        return self._providers.info(job.provider_id)

    # --- it is this one

    async def candidates(self, job_id: str) -> list[Candidate]:
        """What the server's list shows and the library does not have: likely ones first, then the newest.

        Empty where the provider has no list. Raises StudioError.
        """
        job = self._unsure(job_id)
        if job is None or not self._providers.info(job.provider_id).capabilities.list_jobs:
            return []
        shown = await self._lists.fetch(job.provider_id)
        async with self._settler.pen:
            found = (await self._settler.compare(job.provider_id, [job], shown))[job_id]
            known = await self._lists.known(job.provider_id)
        likely = {ref_key(entry.ref) for entry in found.likely}
        self._settler.show_likely(job, found.likely)
        rows = [_candidate(entry, likely) for entry in shown.listed if ref_key(entry.ref) not in known]
        rows.sort(key=lambda row: row.created_at.timestamp() if row.created_at else 0.0, reverse=True)
        rows.sort(key=lambda row: not row.is_likely)
        return rows[:CANDIDATES]

    async def take(self, job_id: str, typed: str) -> None:
        """The job over there with this id is this one.

        Raises RemoteIdError with its sentence for what cannot be it, and StudioError when the provider cannot be asked.
        """
        key = clean_remote_id(typed)
        job = self._unsure(job_id)
        if job is None:
            raise RemoteIdError(text("This job is not unsure any more."))
        title = self._providers.info(job.provider_id).title
        connected = await self._providers.connected(job.provider_id)
        ref = connected.provider.ref_of(key, PreparedRequest(*await self._body(job_id)))
        if ref is None:
            raise RemoteIdError(text("Jobs of this kind have no id at {provider}.", provider=title))
        if key in await self._lists.known(job.provider_id):
            raise RemoteIdError(text("The job with this id is in your library already."))
        try:
            snapshot = await connected.provider.poll(ref)
        except JobGoneError:
            raise RemoteIdError(text("{provider} does not know a job with this id.", provider=title)) from None
        if snapshot.state is RemoteState.UNKNOWN and not snapshot.wire_status:
            raise RemoteIdError(text("{provider} does not know a job with this id.", provider=title))
        async with self._settler.pen:
            if key in await self._lists.known(job.provider_id):
                raise RemoteIdError(text("The job with this id is in your library already."))
            await self._settler.adopt(job, ref, by="person")

    async def _body(self, job_id: str) -> tuple[str, bytes]:
        try:
            return await self._store.body(job_id)
        except LookupError:
            return "", b""

    # --- it did not start: send again

    def send_again(self, job_id: str) -> None:
        """Sends the same request once more, because the person says that it did not start.

        The provider's list is looked at once more before. What is found that the person has not seen yet is shown, or
        taken where it is certain, and nothing is sent.
        """
        if self._unsure(job_id) is not None and job_id not in self._in_hand:
            self._in_hand.add(job_id)
            self._tasks.start(f"send again {job_id[:8]}", self._send_again(job_id))

    async def _send_again(self, job_id: str) -> None:
        try:
            job = self._unsure(job_id)
            if job is not None and not await self._turned_up(job):
                await self._back_in_line(job)
        except StudioError as error:
            title = self._providers.info(job.provider_id).title if job is not None else ""
            self._trouble(error.problem(Moment.SUBMIT, provider=title))
        finally:
            self._in_hand.discard(job_id)
            self._dispatch()

    async def _turned_up(self, job: Job) -> bool:
        """Whether the list shows something now that speaks against sending. Raises StudioError when it cannot be asked."""
        if not self._providers.info(job.provider_id).capabilities.list_jobs:
            return False
        seen = {ref_key(entry.ref) for entry in self._settler.likely(job.job_id)}
        try:
            shown = await self._lists.fetch(job.provider_id)
        except _NOT_NOW:
            raise
        except StudioError as error:
            log.warning("job %s is sent again without a look: %s", job.job_id, error.code)
            return False
        async with self._settler.pen:
            found = (await self._settler.compare(job.provider_id, [job], shown))[job.job_id]
            if not any(ref_key(entry.ref) not in seen for entry in found.likely):
                return False
            if found.sole is not None and found.is_certain:
                return await self._settler.adopt(job, found.sole.ref, by="request")
        self._settler.show_likely(job, found.likely)
        return True

    async def _back_in_line(self, job: Job) -> None:
        refused = [ref_key(entry.ref) for entry in self._settler.likely(job.job_id)]
        await self._store.note(job.job_id, Event.SENT_AGAIN, {"refused": [*refused]})
        self._settler.closed(job.job_id)
        await self._move(job.job_id, lambda job: replace(job, state=JobState.WAITING, problem=None))

    # --- forget

    def forget(self, job_id: str) -> None:
        """Nothing more is looked for and nothing is sent; the recipe stays in the history."""
        self._tasks.start(f"forget {job_id[:8]}", self._forget(job_id))

    async def _forget(self, job_id: str) -> None:
        ended = self._clock.now()
        try:
            await self._move(
                job_id, lambda job: replace(job, state=JobState.CANCELLED, problem=None, finished_at=ended)
            )
            self._settler.closed(job_id)
        except StudioError as error:
            self._trouble(error.problem())

    async def _move(self, job_id: str, change: Callable[[Job], Job]) -> None:
        await self._book.edit(job_id, lambda job: change(job) if job.state is JobState.UNSURE else job)


def _candidate(entry: Listed, likely: set[str]) -> Candidate:
    key = ref_key(entry.ref)
    return Candidate(key, entry.snapshot.state, entry.created_at, entry.model_id, entry.prompt, is_likely=key in likely)
