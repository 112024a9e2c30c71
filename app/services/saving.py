"""From a finished job over there to checked files here: fetch, check, rename, record, and only then *done*.

Links are not stored: they expire and may be secrets. So every try starts from a fresh answer of the provider.
"""

import asyncio
import logging
from dataclasses import replace
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from app.domain.errors import (
    BrokenResultError,
    GenerationFailedError,
    InsecureAddressError,
    JobGoneError,
    LinkExpiredError,
    Moment,
    OutOfCreditError,
    PromptRefusedError,
    ResultTooLargeError,
    StudioError,
)
from app.domain.job import Asset, Job, JobState, TransferState
from app.domain.media import SNIFF_BYTES, TEXT, FileType, Medium, sniff
from app.domain.problem import Problem
from app.domain.remote import Artifact, RemoteState, Snapshot
from app.domain.text import Text, text
from app.net.download import Downloaded, download, write_inline
from app.net.retry import backoff_s
from app.services.download_line import DownloadLine
from app.services.job_tools import JobTools
from app.services.library_gate import LibraryGate
from app.services.provider_service import Connected
from app.store.media_folder import MediaFolder

log = logging.getLogger(__name__)

TRIES_OF_A_BROKEN_RESULT = 3
PATIENCE_S = 60.0
"""A link that does not work or a file that is not whole gets at least this long: storage may lag behind its service."""
LONGEST_BACKOFF_S = 30.0
_SHOWN = frozenset({Medium.IMAGE, Medium.VIDEO})
_OF_THE_RUN = GenerationFailedError | PromptRefusedError | OutOfCreditError
"""The run over there failed after all, which some services say only when the result is asked for (apis.md case 30)."""


class Saver:
    """Brings the results of one job home, for as long as it takes."""

    def __init__(self, tools: JobTools) -> None:
        self._tools = tools
        self._book = tools.book
        self._providers = tools.providers
        self._folder = tools.folder
        self._clock = tools.seams.clock
        self._random = tools.seams.random
        self._limits = tools.seams.limits
        self._line = DownloadLine(self._limits.overall, self._limits.per_provider)
        self._gate = LibraryGate(
            tools.folder, tools.tasks.start, tools.seams.pause_s, keep_free_bytes=self._limits.keep_free_bytes
        )

    async def save(self, job_id: str, snapshot: Snapshot | None) -> None:
        """Ends when the job is done, or failed or expired with the reason written on it.

        What waiting can help (no network, full disk, missing folder) is waited for; the job stays in *saving*.
        """
        tries, began_s = 0, self._clock.monotonic_s()
        while (job := self._book.get(job_id)) is not None and job.state is JobState.SAVING:
            error = await self._try(job, snapshot)
            if error is None:
                return
            snapshot = None
            tries += 1
            is_patient = self._clock.monotonic_s() - began_s < self._tools.seams.pause_s(PATIENCE_S)
            elsewhere = isinstance(error, JobGoneError) and self._tools.is_elsewhere(job)
            if not elsewhere and self._is_final(error, is_patient=is_patient or tries < TRIES_OF_A_BROKEN_RESULT):
                await self._give_up(job_id, error)
                return
            # a trouble that passes by itself is shown and need not be remembered
            self._book.show_only(job_id, problem=self._problem(job, error))
            self._gate.close(error)
            if self._gate.trouble is not None:
                await self._gate.until_open()
                tries, began_s = 0, self._clock.monotonic_s()  # that time says nothing about the result
                continue
            pause = backoff_s(tries, first=1.0, cap=LONGEST_BACKOFF_S, random=self._random)
            await asyncio.sleep(self._tools.seams.pause_s(max(pause, error.retry_after_s or 0.0, 0.2)))

    async def _try(self, job: Job, snapshot: Snapshot | None) -> StudioError | None:
        """One round over all files; the first error that stands in the way, or None when everything is saved."""
        try:
            connected = await self._providers.connected(job.provider_id)
            if snapshot is None:
                snapshot = await connected.provider.poll(job.remote_ref or {})
            if snapshot.state is not RemoteState.SUCCEEDED:
                # it was finished a moment ago; the server has changed its mind or lost the files
                return LinkExpiredError(snapshot.message)
            snapshot = await connected.provider.collect(job.remote_ref or {}, snapshot)
            job = await self._plan(job, snapshot.artifacts)
        except StudioError as error:
            return error
        results = await asyncio.gather(
            *(self._fetch(connected, job, asset, snapshot.artifacts) for asset in job.assets)
        )
        errors = [error for error in results if error is not None]
        # what can be waited for comes first: it decides whether to go on
        if errors:
            return min(errors, key=lambda error: not error.waiting_helps)
        unwritten = await self._finish(job, snapshot)
        if unwritten is None:
            await connected.provider.settled(job.remote_ref or {})
        return unwritten

    async def _plan(self, job: Job, artifacts: tuple[Artifact, ...]) -> Job:
        """Knows every file before the first byte is fetched."""
        known = {asset.remote_key for asset in job.assets}
        new = tuple(
            Asset(_asset_id(job, artifact), job.job_id, len(job.assets) + offset, artifact.key, job.medium)
            for offset, artifact in enumerate(a for a in artifacts if a.key not in known)
        )
        return (await self._book.happened(job.job_id, assets=job.assets + new) or job) if new else job

    async def _fetch(
        self, connected: Connected, job: Job, asset: Asset, artifacts: tuple[Artifact, ...]
    ) -> StudioError | None:
        if asset.state is TransferState.SAVED:
            return None
        artifact = next((a for a in artifacts if a.key == asset.remote_key), None)
        if artifact is None:
            return LinkExpiredError()
        async with self._line.place(job):
            if self._gate.trouble is not None:
                return self._gate.trouble  # nobody begins another download on a full disk
            try:
                await self._bring_home(connected, job.job_id, asset, artifact)
            except StudioError as error:
                self._gate.close(error)
                return error
            except Exception:
                # the file's own task ends here: the others go on, and this one is tried again like a broken one
                log.exception("a result of job %s could not be saved", job.job_id)
                return StudioError()
        return None

    async def _bring_home(self, connected: Connected, job_id: str, asset: Asset, artifact: Artifact) -> None:
        """`.part`, checks, rename, record: in this order, so that a crash leaves either nothing or a whole file."""
        job = self._book.get(job_id)
        if job is None:
            return
        folder = self._folder()
        part = await asyncio.to_thread(self._place, folder, job_id, asset)
        got = await self._write(connected, job, artifact, part)
        # words are a transcript where they stood in the answer about a sound; elsewhere they are an error page
        may_be_words = artifact.inline is not None and job.medium not in _SHOWN
        kind = sniff(got.head[:SNIFF_BYTES]) or (TEXT if may_be_words else None)
        if kind is None:
            await asyncio.to_thread(part.unlink, missing_ok=True)
            raise BrokenResultError
        try:
            facts = await self._tools.inspect(part, kind)
        except BrokenResultError:
            await asyncio.to_thread(part.unlink, missing_ok=True)
            raise
        path = await asyncio.to_thread(self._commit, folder, part, job, asset, kind)
        saved = replace(
            asset,
            medium=kind.medium,
            state=TransferState.SAVED,
            path=path,
            size_bytes=got.size_bytes,
            sha256=got.sha256,
            mime=kind.mime,
            width=facts.width,
            height=facts.height,
            duration_s=facts.duration_s,
        )
        await self._record(job_id, saved)

    async def _write(self, connected: Connected, job: Job, artifact: Artifact, part: Path) -> Downloaded:
        if artifact.inline is not None:
            return await write_inline(artifact.inline, part, keep_free_bytes=self._limits.keep_free_bytes())
        limit = self._limits.max_bytes
        if artifact.via_provider:
            return await connected.provider.fetch(job.remote_ref or {}, artifact, part, max_bytes=limit)
        free = self._limits.keep_free_bytes()
        return await download(connected.media, artifact.url, part, max_bytes=limit, keep_free_bytes=free)

    @staticmethod
    def _place(folder: MediaFolder, job_id: str, asset: Asset) -> Path:
        folder.check_writable()
        return folder.part_path(job_id, asset.index, asset.medium)

    @staticmethod
    def _commit(folder: MediaFolder, part: Path, job: Job, asset: Asset, kind: FileType) -> str:
        return folder.commit(
            part,
            medium=kind.medium,
            prompt=job.prompt,
            created_at=job.created_at,
            extension=kind.extension,
            job_id=job.job_id,
            index=asset.index,
        )

    async def _record(self, job_id: str, saved: Asset) -> None:
        """Replaces one asset in the newest value of the job; its siblings are being recorded meanwhile.

        The file lies in the library: a database that cannot be written is no reason to fetch it once more.
        """

        def with_saved(job: Job) -> Job:
            assets = tuple(saved if asset.asset_id == saved.asset_id else asset for asset in job.assets)
            # of an orphan it may not have been known before what it is
            medium = saved.medium if job.medium is Medium.OTHER else job.medium
            return replace(job, assets=assets, medium=medium)

        await self._book.edit(job_id, with_saved, is_fact=True)

    async def _finish(self, job: Job, snapshot: Snapshot) -> StudioError | None:
        """*Done* is said when it is on disk, and not before. What is worth saying beside the result stays on the job."""
        try:
            notice = _notice(snapshot, self._tools.title(job))
            await self._book.change(
                job.job_id, JobState.DONE, finished_at=job.finished_at or self._clock.now(), problem=notice
            )
        except StudioError as error:
            return error
        return None

    @staticmethod
    def _is_final(error: StudioError, *, is_patient: bool) -> bool:
        if isinstance(error, ResultTooLargeError | InsecureAddressError | _OF_THE_RUN):
            return True
        # a single 404 may be a server that lies for a moment; what nobody thought of is not tried for ever either
        may_pass = isinstance(error, BrokenResultError | LinkExpiredError | JobGoneError) or type(error) is StudioError
        return may_pass and not is_patient

    async def _give_up(self, job_id: str, error: StudioError) -> None:
        """Files that are saved stay; with at least one of them the job is done and says what is missing."""
        job = self._book.get(job_id)
        if job is None:
            return
        of_the_run = isinstance(error, _OF_THE_RUN)
        problem = self._tools.failure(job, error) if of_the_run else self._problem(job, error)
        gone = isinstance(error, JobGoneError | LinkExpiredError)
        state = JobState.DONE if job.saved_assets else JobState.EXPIRED if gone else JobState.FAILED
        assets = tuple(
            asset if asset.state is TransferState.SAVED or not gone else replace(asset, state=TransferState.GONE)
            for asset in job.assets
        )
        await self._book.happened(
            job_id, state, problem=problem, assets=assets, finished_at=job.finished_at or self._clock.now()
        )

    def limits_changed(self, *, library: bool) -> None:
        """More may be on its way at once than before; in another `library` what could not be saved is tried at once."""
        self._line.look()
        if library:
            self._gate.look_now()

    async def failed_unexpectedly(self, job_id: str) -> None:
        """Something that nobody thought of went wrong: the job does not stay in *saving* with nobody working on it."""
        job = self._book.get(job_id)
        if job is not None and job.state is JobState.SAVING:
            await self._give_up(job_id, StudioError())

    def _problem(self, job: Job, error: StudioError) -> Problem:
        error.values.setdefault("folder", str(self._folder().root))
        return error.problem(Moment.SAVE, provider=self._tools.title(job))


def _asset_id(job: Job, artifact: Artifact) -> str:
    """The same each time it is asked: two programs that watch one job must not list its file twice (apis.md case 101)."""
    return uuid5(NAMESPACE_OID, f"{job.job_id} {artifact.key}").hex


def _notice(snapshot: Snapshot, provider: str) -> Problem | None:
    """What a finished job says beside its results, such as that some were removed over there."""
    if not snapshot.notice:
        return None
    return Problem(
        code="notice",
        happened=snapshot.notice.with_values(provider=provider),
        short=text("{count} missing", count=snapshot.missing) if snapshot.missing else Text(),
    )
