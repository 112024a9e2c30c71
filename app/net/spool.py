"""Answers that are too big for memory, or too dear to lose, on the disk from their first byte.

An answer is written as `<name>.part`, synced, and only then called `<name>.json`: what has that name is whole. The folder
is private, and so is every file in it. Names are made by us, 32 hex digits and perhaps a word.
"""

import contextlib
import os
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from app.domain.local_errors import (
    DiskFullError,
    LibraryMissingError,
    StorageError,
)
from app.net.part_file import KEEP_FREE_BYTES, PartFile
from app.net.threads import P, in_thread

NEEDED_BYTES = 64 * 1024 * 1024
"""Room that has to be there before a request goes out whose answer is the result itself."""
KEPT_S = 30 * 24 * 3600.0
PART_AGE_S = 24 * 3600.0
_NAME = re.compile(r"[0-9a-f]{32}(?:-[a-z]{1,16})?")


class SpoolFile:
    """One answer on its way to the disk: the sink of a request (`answer.Sink`)."""

    def __init__(self, part: Path, final: Path, keep_free_bytes: int) -> None:
        self._file = PartFile(part, keep_free_bytes=keep_free_bytes)
        self._final = final

    @property
    def has_begun(self) -> bool:
        """True once an answer worth keeping came."""
        return self._file.is_open

    async def begin(self, size: int | None) -> None:
        """A new answer of `size` bytes, None where nobody says. What an earlier one wrote goes.

        Raises DiskFullError, StorageError.
        """
        await self._do(self._begin, size or 0)

    def _begin(self, size: int) -> None:
        self._file.close()
        self._file.check_space(size)
        self._file.open(0)

    async def write(self, block: bytes) -> None:
        """Appends. Raises DiskFullError, StorageError."""
        await self._do(self._write, block)

    def _write(self, block: bytes) -> None:
        self._file.check_space(len(block))
        self._file.write(block)

    async def commit(self) -> None:
        """The answer has its name and survives a power cut when this returns. Raises DiskFullError, StorageError."""
        await self._do(self._commit)

    def _commit(self) -> None:
        self._file.finish()
        try:
            self._file.path.replace(self._final)
            _sync_folder(self._final.parent)
        except OSError as error:
            raise StorageError(reason=error.strerror or "") from error

    async def discard(self) -> None:
        """Leaves nothing behind."""
        await in_thread(self._file.discard)

    @staticmethod
    async def _do(work: Callable[P, None], /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            await in_thread(work, *args, **kwargs)
        except LibraryMissingError as error:
            raise StorageError(reason=error.server_text or "the folder cannot be written to") from None


class Spool:
    """One folder of such answers. Methods without `async` block only as long as looking at one name takes."""

    def __init__(self, folder: Path, *, keep_free_bytes: int = KEEP_FREE_BYTES) -> None:
        self._folder = folder
        self._keep_free_bytes = keep_free_bytes

    def path(self, name: str) -> Path:
        """Where the whole answer of that name lies. Raises ValueError for a name that is not one of ours."""
        if not _NAME.fullmatch(name):
            raise ValueError(name)
        return self._folder / f"{name}.json"

    def holds(self, name: str) -> bool:
        """True when the whole answer is there; False also for a name that is not one of ours."""
        return _NAME.fullmatch(name) is not None and self.path(name).is_file()

    async def check_ready(self, needed_bytes: int = NEEDED_BYTES) -> None:
        """Makes the folder and looks whether there is room, before anything is paid for. Raises StorageError."""
        await in_thread(self._check_ready, needed_bytes)

    def _check_ready(self, needed_bytes: int) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            PartFile(self._folder / "x.part", keep_free_bytes=self._keep_free_bytes).check_space(needed_bytes)
        except DiskFullError:
            raise StorageError(reason="the disk is full") from None
        except (OSError, LibraryMissingError) as error:
            raise StorageError(reason=str(error) or "the folder cannot be made") from error

    @asynccontextmanager
    async def writing(self, name: str) -> AsyncIterator[SpoolFile]:
        """The sink for an answer of that name. It is committed at the end of the block, or gone after an error."""
        final = self.path(name)
        await in_thread(self._folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        file = SpoolFile(final.with_suffix(".part"), final, self._keep_free_bytes)
        try:
            yield file
            if file.has_begun:
                await file.commit()
        except BaseException:
            await file.discard()
            raise

    async def remove(self, *names: str) -> None:
        """Takes answers away that are not needed any more. Raises nothing."""
        await in_thread(self._remove, names)

    def _remove(self, names: tuple[str, ...]) -> None:
        for name in names:
            with contextlib.suppress(OSError, ValueError):
                self.path(name).unlink(missing_ok=True)

    async def sweep(self) -> int:
        """Removes half answers of yesterday and whole ones that nobody fetched for a month; returns how many."""
        return await in_thread(self._sweep)

    def _sweep(self) -> int:
        removed, now = 0, time.time()
        with contextlib.suppress(OSError):
            for path in self._folder.iterdir():
                age_s = KEPT_S if path.suffix == ".json" else PART_AGE_S
                if _NAME.fullmatch(path.stem) and path.lstat().st_mtime < now - age_s:
                    path.unlink(missing_ok=True)
                    removed += 1
        return removed


def _sync_folder(folder: Path) -> None:
    """The new name survives a power cut; Windows cannot open folders and needs no such thing."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
