"""Deleting a job at its provider: only when nothing is lost by it, and without any consequence for the job here.

The order is save, verify, delete (apis.md case 83). A provider that cannot or does not delete is told to the person and
changes nothing (case 82).
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from app.domain.errors import StudioError
from app.domain.job import Asset, Job, JobState, TransferState
from app.domain.job_words import WITHOUT_RESULT
from app.domain.local_errors import NotVerifiedError, StorageError
from app.domain.problem import Problem
from app.domain.remote import ref_key
from app.domain.text import text
from app.services.job_tools import JobTools

log = logging.getLogger(__name__)

PROMPT_CHARS = 60


class RemoteDeletion:
    """`tell` hears why a job is still at its provider, `done` which one no longer is, with its title."""

    def __init__(self, tools: JobTools, tell: Callable[[Problem], None], done: Callable[[Job, str], None]) -> None:
        self._tools = tools
        self._tell = tell
        self._done = done

    def can_delete(self, job: Job) -> bool:
        """Whether the wish makes sense at all: the provider can delete, and the job was accepted there."""
        can = self._tools.providers.info(job.provider_id).capabilities
        return can.delete_remote and job.is_known_there

    async def delete(self, job: Job) -> None:
        """Deletes over there when every file is here as it was saved. Raises nothing; a 404 over there is done."""
        if not self.can_delete(job):
            return
        try:
            if self._is_shared(job) or not await asyncio.to_thread(self._is_safe, job):
                raise NotVerifiedError
            connected = await self._tools.providers.connected(job.provider_id)
            await connected.provider.delete(job.remote_ref or {})
            await self._remember(job)
            self._done(job, self._tools.title(job))
        except StudioError as error:
            log.warning("job %s was not deleted at %s: %s", job.job_id, job.provider_id, error.code)
            self._tell(self._problem(job, error))

    async def _remember(self, job: Job) -> None:
        """So that it is not offered again; also in a job that was removed here and may be brought back."""
        try:
            if await self._tools.book.edit(job.job_id, lambda now: replace(now, is_deleted_there=True)) is None:
                await self._tools.store.mark_deleted_there(job.job_id)
        except StorageError:
            log.exception("job %s: the disk did not take that it is deleted at its provider", job.job_id)

    def _is_shared(self, job: Job) -> bool:
        """Another job of ours that is not saved yet hangs on the same one over there (apis.md case 11)."""
        key = ref_key(job.remote_ref or {})
        others = self._tools.book.with_state(set(JobState) - {JobState.DONE}, job.provider_id)
        return any(other.job_id != job.job_id and ref_key(other.remote_ref or {}) == key for other in others)

    def _is_safe(self, job: Job) -> bool:
        """Every file lies in the library with its size, or there never was one. Looks at the disk."""
        if job.state is JobState.DONE:
            return bool(job.assets) and all(self._lies_here(asset) for asset in job.assets)
        ended_empty = job.state is JobState.FAILED and job.problem is not None and job.problem.code in WITHOUT_RESULT
        return not job.assets and (ended_empty or job.state is JobState.CANCELLED)

    def _lies_here(self, asset: Asset) -> bool:
        if asset.state is not TransferState.SAVED:
            return False
        try:
            return self._tools.folder().absolute(asset.path).stat().st_size == asset.size_bytes
        except (OSError, ValueError):
            return False

    def _problem(self, job: Job, error: StudioError) -> Problem:
        title = self._tools.title(job)
        reason = error.problem(provider=title)
        prompt = " ".join(job.prompt.split())[:PROMPT_CHARS] or job.model_title
        happened = text('The copy of "{prompt}" at {provider} was not deleted.', prompt=prompt, provider=title)
        return Problem(code=error.code, happened=happened, advice=reason.happened, short=reason.short)
