"""What a provider's list shows beside what the ledger knows: shared by those who look for lost answers and for orphans."""

from collections.abc import Collection
from dataclasses import dataclass

from app.domain.errors import (
    InvalidRequestError,
    JobGoneError,
    KeyRejectedError,
    NotAllowedError,
    ServiceRetiredError,
)
from app.domain.job import Job, JobState
from app.domain.local_errors import StorageError
from app.domain.remote import Listed, ref_key
from app.domain.settling import SentRequest, body_json
from app.services.job_tools import JobTools

REFUSALS_UNTIL_LEFT = 2
"""A list that is refused twice, minutes apart, is not asked for again until something changes."""
REFUSALS = (InvalidRequestError, JobGoneError, KeyRejectedError, NotAllowedError, ServiceRetiredError)
"""HTTP 401, 403, 404, 405, 410: no patience helps, another key or address may."""


@dataclass(frozen=True)
class RemoteList:
    """One answer. `in_flight` are requests whose answer was still awaited while the list came: it may show their jobs."""

    listed: tuple[Listed, ...]
    in_flight: tuple[Job, ...]


class RemoteLists:
    """Asks for lists and says what of them is accounted for."""

    def __init__(self, tools: JobTools) -> None:
        self._book = tools.book
        self._store = tools.store
        self._providers = tools.providers
        self._times = tools.times
        self._clock = tools.seams.clock

    async def fetch(self, provider_id: str) -> RemoteList:
        """The whole list, as far as the provider reads it, each job once. Raises StudioError."""
        before = self._in_flight(provider_id)
        connected = await self._providers.connected(provider_id)
        listed = await connected.provider.list_jobs()
        flying = {job.job_id: job for job in (*before, *self._in_flight(provider_id))}
        by_key = {ref_key(entry.ref): entry for entry in reversed(listed) if ref_key(entry.ref)}
        return RemoteList(tuple(reversed(by_key.values())), tuple(flying.values()))

    def _in_flight(self, provider_id: str) -> list[Job]:
        return self._book.with_state({JobState.SENDING}, provider_id)

    async def known(self, provider_id: str) -> set[str]:
        """Ids of jobs that are accounted for; memory counts as well, as a full disk may not have taken the newest."""
        remembered = {ref_key(job.remote_ref) for job in self._book.all() if job.remote_ref is not None}
        return remembered | await self._store.known_remote_keys(provider_id)

    async def sent(self, job: Job) -> SentRequest:
        """The request of a job as it went out, at the time by the provider's clock as far as that is known."""
        try:
            _, body = await self._store.body(job.job_id)
        except (LookupError, StorageError):
            body = b""
        offset = self._times.now(job.provider_id) - self._clock.now()
        return SentRequest(job.job_id, job.model_id, body_json(body), (job.sent_at or job.created_at) + offset)

    async def all_sent(self, jobs: Collection[Job]) -> list[SentRequest]:
        """As `sent`, for some jobs."""
        return [await self.sent(job) for job in jobs]
