"""Files on their way to a provider, before the job exists: from the vault to the places in the stored request.

As nothing was started yet, all of it can be taken back, and is given up when the program ends.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.errors import StudioError
from app.domain.input_errors import InputMissingError
from app.domain.job import Job
from app.domain.media_input import digests_in, inputs_in
from app.net.media_client import MediaClient
from app.net.upload import upload
from app.providers.base import InputFile, PreparedRequest, Provider
from app.services.job_book import JobBook
from app.services.provider_service import Connected
from app.services.tasks import Tasks
from app.store.input_vault import InputVault

SMALLEST_STEP = 0.02
"""Progress is told when it has come so much further."""
NAME_CHARS = 12  # of the hash: enough to tell files apart in the provider's list


class JobInputs:
    """The files of one job. `names` knows what the person calls them, for sentences."""

    def __init__(
        self, vault: InputVault | None, names: dict[str, str], media: MediaClient, told: Callable[[float], None]
    ) -> None:
        self._vault = vault
        self._names = names
        self._media = media
        self._told = told

    async def file(self, digest: str) -> InputFile:
        """The kept copy, compared with its hash. Raises InputMissingError."""
        kept = await asyncio.to_thread(self._vault.verified, digest) if self._vault is not None else None
        if kept is None:
            raise InputMissingError(name=self._names.get(digest, "") or digest[:NAME_CHARS])
        kind = kept.file_type
        name = f"slowlight-{digest[:NAME_CHARS]}.{kind.extension}"
        return InputFile(digest, kept.path, name, kind.mime, kept.size_bytes)

    async def put(self, url: str, file: InputFile) -> None:
        """Uploads without a key. Raises as `net.upload.upload`."""
        await upload(
            self._media,
            url,
            file.path,
            size_bytes=file.size_bytes,
            content_type=file.mime,
            on_progress=lambda sent, size: self._told(sent / size if size else 1.0),
        )


@dataclass
class _Outcome:
    """What became of one upload: the request as it goes out, or why not."""

    prepared: PreparedRequest | None = None
    error: StudioError | None = None

    async def run(self, provider: Provider, prepared: PreparedRequest, inputs: JobInputs) -> None:
        try:
            self.prepared = await provider.dispatch(prepared, inputs)
        except StudioError as error:
            self.error = error


class Uploads:
    """Everything that is being uploaded now, by job. The share that has gone out stands in the job's progress."""

    def __init__(self, book: JobBook, tasks: Tasks, vault: InputVault | None) -> None:
        self._book = book
        self._tasks = tasks
        self._vault = vault
        self._running: dict[str, asyncio.Task[None]] = {}
        self._is_closing = False

    async def fill(self, job: Job, connected: Connected, prepared: PreparedRequest) -> PreparedRequest | None:
        """The request as it goes out; None when it was taken back or the program ends. Raises StudioError."""
        if not digests_in(prepared.body):
            return prepared
        if self._is_closing:
            return None
        names = {kept.sha256: kept.name for kept in inputs_in(dict(job.params))}
        inputs = JobInputs(self._vault, names, connected.media, self._teller(job.job_id))
        outcome = _Outcome()
        task = self._tasks.start(f"upload {job.job_id[:8]}", outcome.run(connected.provider, prepared, inputs))
        self._running[job.job_id] = task
        try:
            await asyncio.wait([task])
        finally:
            task.cancel()
            self._running.pop(job.job_id, None)
            self._book.show_only(job.job_id, progress=None)
        if outcome.error is not None:
            raise outcome.error
        unforeseen = None if task.cancelled() else task.exception()
        if unforeseen is not None:
            raise unforeseen
        return outcome.prepared

    def take_back(self, job_id: str) -> bool:
        """Ends an upload; False when there is none any more: the request may be on its way."""
        task = self._running.get(job_id)
        return task is not None and task.cancel()

    def close(self) -> None:
        """Gives all of them up: their jobs go on waiting and are sent in the next run."""
        self._is_closing = True
        for task in self._running.values():
            task.cancel()

    def _teller(self, job_id: str) -> Callable[[float], None]:
        shown = 0.0

        def tell(share: float) -> None:
            nonlocal shown
            if share < shown or share >= shown + SMALLEST_STEP or share == 1.0:
                shown = share
                self._book.show_only(job_id, progress=max(share, SMALLEST_STEP))

        return tell
