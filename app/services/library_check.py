"""Check my library: is every file that was saved still there and still the same? What is lost can be fetched again.

Size and SHA-256 of each file are compared with what was noted when it was saved, one after the other in a thread. A file
that was moved within the library is found by them and taken where it lies now. Nothing is ever deleted.
"""

import asyncio
import hashlib
import logging
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.domain.errors import StudioError
from app.domain.job import Asset, Job, JobState, TransferState
from app.domain.local_errors import LOST, ResultDamagedError, ResultMissingError
from app.domain.problem import Problem
from app.services.job_tools import JobTools
from app.services.result_files import ResultFiles
from app.store.media_folder import MediaFolder

log = logging.getLogger(__name__)

_BLOCK_BYTES = 1024 * 1024


class Finding(Enum):
    """What became of a file."""

    THERE = auto()
    MISSING = auto()
    DAMAGED = auto()


@dataclass(frozen=True)
class CheckState:
    """How far a check is and what it found. `fetchable` are jobs whose provider may still have what is lost.

    `moved` counts files that were found in another place; `trouble` says why nothing could be checked.
    """

    is_running: bool = False
    total: int = 0
    done: int = 0
    missing: int = 0
    damaged: int = 0
    moved: int = 0
    fetchable: tuple[str, ...] = ()
    was_cancelled: bool = False
    trouble: Problem | None = None


class _CancelledError(Exception):
    """The person wants no more of it."""


class LibraryCheck(QObject):
    """One check at a time. `changed` carries a CheckState. `save_again(job_id)` brings the files of a job home."""

    changed = Signal(object)

    def __init__(self, tools: JobTools, files: ResultFiles, save_again: Callable[[str], None]) -> None:
        super().__init__()
        self._tools = tools
        self._book = tools.book
        self._files = files
        self._save_again = save_again
        self._stop = threading.Event()
        self.state = CheckState()

    def start(self) -> None:
        """Begins a check, unless one is on its way."""
        if not self.state.is_running:
            self._stop.clear()
            self._tell(CheckState(is_running=True))
            self._tools.tasks.start("check the library", self._check())

    def cancel(self) -> None:
        """Ends it after the block that is being read; what was found by then stays known."""
        self._stop.set()

    def fetch_lost(self) -> None:
        """Fetches again what the last check found lost, as far as the providers still have it."""
        lost, self.state = self.state.fetchable, replace(self.state, fetchable=())
        self.changed.emit(self.state)
        for job_id in lost:
            self.fetch(job_id)

    def fetch(self, job_id: str) -> None:
        """Fetches again the files of a finished job that are not here any more or not as they were saved."""
        self._tools.tasks.start(f"fetch lost {job_id[:8]}", self._fetch(job_id))

    # --- checking

    async def _check(self) -> None:
        try:
            trouble = await asyncio.to_thread(self._trouble)
            assets = [] if trouble is not None else await self._tools.store.saved_assets()
            self._tell(replace(self.state, total=len(assets), trouble=trouble))
            lost = await self._look_at(assets)
            await self._note(lost, await self._find_moved(lost, assets))
        except _CancelledError:
            self._tell(replace(self.state, was_cancelled=True))
        except StudioError as error:
            self._tell(replace(self.state, trouble=error.problem()))
        finally:
            self._tell(replace(self.state, is_running=False))

    def _trouble(self) -> Problem | None:
        """A drive that is not connected has not lost its files."""
        try:
            self._tools.folder().check_writable()
        except StudioError as error:
            return error.problem()
        return None

    async def _look_at(self, assets: list[Asset]) -> dict[str, tuple[Asset, Finding]]:
        lost: dict[str, tuple[Asset, Finding]] = {}
        for number, asset in enumerate(assets, start=1):
            finding = await asyncio.to_thread(self._examine, asset)
            if finding is not Finding.THERE:
                lost[asset.asset_id] = (asset, finding)
            self._tell(replace(self.state, done=number))
        return lost

    def _examine(self, asset: Asset) -> Finding:
        try:
            path = self._files.path_of(asset)
            if not path.is_file():
                return Finding.MISSING
            is_same = path.stat().st_size == asset.size_bytes and asset.sha256 in ("", self._hash(path))
        except (OSError, ValueError) as error:
            log.warning("%s cannot be read: %s", asset.path, error)
            return Finding.DAMAGED
        return Finding.THERE if is_same else Finding.DAMAGED

    def _hash(self, path: Path) -> str:
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                if self._stop.is_set():
                    raise _CancelledError
                digest.update(block)
        return digest.hexdigest()

    async def _find_moved(
        self, lost: dict[str, tuple[Asset, Finding]], assets: Iterable[Asset]
    ) -> dict[str, tuple[Asset, str]]:
        """New places of missing files, by asset id."""
        missing = [asset for asset, finding in lost.values() if finding is Finding.MISSING and asset.sha256]
        return await asyncio.to_thread(self._search, missing, [asset.path for asset in assets]) if missing else {}

    def _search(self, missing: list[Asset], known: list[str]) -> dict[str, tuple[Asset, str]]:
        by_size: dict[int, list[Asset]] = defaultdict(list)
        for asset in missing:
            by_size[asset.size_bytes].append(asset)
        found: dict[str, tuple[Asset, str]] = {}
        for folder in (self._tools.folder(), *self._files.earlier()):
            for path, size in _files_below(folder, frozenset(known)):
                wanted = [asset for asset in by_size.get(size, ()) if asset.asset_id not in found]
                digest = self._hash(path) if wanted else ""
                for asset in [asset for asset in wanted if asset.sha256 == digest][:1]:
                    found[asset.asset_id] = (asset, path.relative_to(folder.root).as_posix())
        return found

    async def _note(self, lost: dict[str, tuple[Asset, Finding]], moved: dict[str, tuple[Asset, str]]) -> None:
        """Writes down where moved files are, and on each job what it has lost or has again."""
        for asset, path in moved.values():
            await self._book.edit(asset.job_id, _with(replace(asset, path=path)), is_fact=True)
        findings = {asset_id: found for asset_id, found in lost.items() if asset_id not in moved}
        by_job = {asset.job_id: (asset, finding) for asset, finding in findings.values()}
        fetchable = []
        for job_id, (asset, finding) in by_job.items():
            job = await self._book.edit(job_id, _with_problem(_problem(asset, finding)), is_fact=True)
            if job is not None and _may_be_fetched(job):
                fetchable.append(job_id)
        for job_id in await self._tools.store.jobs_with_problem(LOST):
            if job_id not in by_job:
                await self._book.edit(job_id, _with_problem(None), is_fact=True)
        kinds = [finding for _, finding in findings.values()]
        self._tell(
            replace(
                self.state,
                missing=kinds.count(Finding.MISSING),
                damaged=kinds.count(Finding.DAMAGED),
                moved=len(moved),
                fetchable=tuple(fetchable),
            )
        )

    def _tell(self, state: CheckState) -> None:
        self.state = state
        self.changed.emit(state)

    # --- fetching

    async def _fetch(self, job_id: str) -> None:
        job = self._book.get(job_id) or await self._tools.store.get(job_id)
        if job is None or not _may_be_fetched(job):
            return
        self._stop.clear()
        findings = [await asyncio.to_thread(self._examine, asset) for asset in job.saved_assets]
        lost = {
            asset.asset_id
            for asset, finding in zip(job.saved_assets, findings, strict=True)
            if finding is not Finding.THERE
        }
        job = await self._book.edit(job_id, lambda job: _to_be_saved(job, lost), is_fact=True)
        if job is not None and job.state is JobState.SAVING:
            self._save_again(job_id)


def is_lost(job: Job) -> bool:
    """A finished job that is known to have lost a file."""
    return job.state is JobState.DONE and job.problem is not None and job.problem.code in LOST


def _may_be_fetched(job: Job) -> bool:
    return job.state is JobState.DONE and job.is_known_there


def _to_be_saved(job: Job, lost: set[str]) -> Job:
    """Its lost files count as not saved yet; with none lost, it is well again."""
    if job.state is not JobState.DONE:
        return job
    if not lost:
        return _with_problem(None)(job)
    assets = tuple(
        replace(asset, state=TransferState.KNOWN) if asset.asset_id in lost else asset for asset in job.assets
    )
    return replace(job, state=JobState.SAVING, assets=assets, problem=None)


def _with(moved: Asset) -> Callable[[Job], Job]:
    return lambda job: replace(
        job, assets=tuple(moved if asset.asset_id == moved.asset_id else asset for asset in job.assets)
    )


def _with_problem(problem: Problem | None) -> Callable[[Job], Job]:
    """What else a finished job has to say is not written over; jobs that ended otherwise have their own story."""

    def edit(job: Job) -> Job:
        says_more = job.problem is not None and job.problem.code not in LOST
        return job if job.state is not JobState.DONE or says_more else replace(job, problem=problem)

    return edit


def _problem(asset: Asset, finding: Finding) -> Problem:
    kind = ResultMissingError if finding is Finding.MISSING else ResultDamagedError
    return kind(file=Path(asset.path).name).problem()


def _files_below(folder: MediaFolder, known: frozenset[str]) -> Iterator[tuple[Path, int]]:
    """Files of a library that no job knows of, with their sizes. Links are not followed."""
    for parent, _, names in os.walk(folder.root):
        for name in names:
            path = Path(parent) / name
            if path.relative_to(folder.root).as_posix() in known or path.is_symlink():
                continue
            try:
                yield path, path.stat().st_size
            except OSError:
                continue
