"""The input vault: a copy of every file that models work from, named by its hash, so that a recipe outlives the original.

    inputs/<sha256>.<extension>

The same bytes lie here once, however often they are used. A copy is whole or not there: it is written beside its place,
synced and renamed. Folder and files are for their owner alone. All methods block on the disk: call them in a thread.
"""

import contextlib
import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.domain.local_errors import (
    StorageError,
)
from app.domain.media import FILE_TYPES, SNIFF_BYTES, FileType, sniff
from app.system.private_files import FILE_MODE, private_folder, sync_folder

PART_AGE_S = 24 * 3600
_BLOCK_BYTES = 1024 * 1024
_NAME = re.compile(r"([0-9a-f]{64})\.([0-9a-z]{1,5})")
_PART = re.compile(r"\.slowlight-[0-9a-f]+\.part")


class UnusableFileError(Exception):
    """A file that cannot be taken in. `head` holds its first bytes, empty where it could not be read at all."""

    def __init__(self, reason: str, head: bytes = b"", size_bytes: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.head = head
        self.size_bytes = size_bytes


class UnreadableFileError(UnusableFileError):
    """It is not there, no ordinary file, or may not be read; `reason` is the system's word."""


class FileTooLargeError(UnusableFileError):
    """More bytes than are taken; `size_bytes` is what the file has."""


class UnknownTypeError(UnusableFileError):
    """By its first bytes it is nothing that the studio knows."""


@dataclass(frozen=True)
class KeptFile:
    """One copy in the vault. `is_new` is False where the same bytes lay there already."""

    sha256: str
    path: Path
    file_type: FileType
    size_bytes: int
    is_new: bool = False


class InputVault:
    """The folder need not exist: it is made with the first file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep_copy(self, source: Path, *, max_bytes: int) -> KeptFile:
        """Copies a person's file. Raises UnusableFileError, and StorageError when our own disk refuses."""
        with _opened(source) as file:
            size = os.fstat(file).st_size
            if size > max_bytes:
                raise FileTooLargeError("too large", size_bytes=size)
            return self._keep(_blocks(file), max_bytes)

    def keep_bytes(self, data: bytes, *, max_bytes: int) -> KeptFile:
        """Keeps what came from the clipboard or was converted. Raises UnusableFileError, StorageError."""
        return self._keep([data], max_bytes)

    def place(self, digest: str, kind: FileType) -> Path:
        """Where a copy lies if it is there, without a look at the disk."""
        return self._folder / f"{digest}.{kind.extension}"

    def find(self, digest: str) -> KeptFile | None:
        """The copy with this hash, by its name; None where there is none."""
        for kind in FILE_TYPES:
            path = self.place(digest, kind)
            with contextlib.suppress(OSError):
                found = path.lstat()
                if stat.S_ISREG(found.st_mode) and _NAME.fullmatch(path.name):
                    return KeptFile(digest, path, kind, found.st_size)
        return None

    def verified(self, digest: str) -> KeptFile | None:
        """As `find`, after its bytes were compared with its name: nothing else is ever sent in its place."""
        kept = self.find(digest)
        if kept is None:
            return None
        hashed = hashlib.sha256()
        with contextlib.suppress(UnreadableFileError), _opened(kept.path) as file:
            for block in _blocks(file):
                hashed.update(block)
        return kept if hashed.hexdigest() == digest else None

    def remove(self, digest: str) -> None:
        """Takes a copy away, if it is there. Raises StorageError."""
        kept = self.find(digest)
        if kept is not None:
            with _refusals():
                kept.path.unlink(missing_ok=True)

    def sweep(self, wanted: Iterable[str], *, older_than_s: float, now: float | None = None) -> list[str]:
        """Removes copies that nobody wants and nobody has used for so long, and returns their hashes.

        Unfinished copies go after a day. What the disk refuses stays for the next time.
        """
        keep, moment, removed = frozenset(wanted), time.time() if now is None else now, []
        with contextlib.suppress(OSError):
            for path in list(self._folder.iterdir()):
                match = _NAME.fullmatch(path.name)
                is_part = _PART.fullmatch(path.name) is not None
                if path.is_symlink() or not (is_part or (match is not None and match[1] not in keep)):
                    continue
                with contextlib.suppress(OSError):
                    if path.stat().st_mtime < moment - (PART_AGE_S if is_part else older_than_s):
                        path.unlink()
                        removed += [match[1]] if match is not None else []
        return removed

    def _keep(self, blocks: Iterable[bytes], max_bytes: int) -> KeptFile:
        with _refusals():
            private_folder(self._folder)
            part = self._folder / f".slowlight-{secrets.token_hex(8)}.part"
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), FILE_MODE)
        try:
            with os.fdopen(descriptor, "wb") as half:
                digest, size, head = _write(half.fileno(), blocks, max_bytes)
            kind = sniff(head)
            if kind is None:
                raise UnknownTypeError("unknown type", head, size)
            return self._name(part, digest, kind, size)
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def _name(self, part: Path, digest: str, kind: FileType, size: int) -> KeptFile:
        path = self.place(digest, kind)
        with _refusals():
            there = self.verified(digest)
            if there is not None:
                os.utime(there.path)  # used again: its ninety days begin anew
                return there
            part.replace(path)
            sync_folder(self._folder)
        return KeptFile(digest, path, kind, size, is_new=True)


@contextlib.contextmanager
def _opened(source: Path) -> Iterator[int]:
    """A descriptor of an ordinary file. Opening never waits, as it would for a pipe."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(source, flags)
    except (OSError, ValueError) as error:
        raise UnreadableFileError(getattr(error, "strerror", None) or "the name cannot be used") from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnreadableFileError("it is no file")
        yield descriptor
    finally:
        os.close(descriptor)


def _blocks(descriptor: int) -> Iterator[bytes]:
    try:
        while block := os.read(descriptor, _BLOCK_BYTES):
            yield block
    except OSError as error:
        raise UnreadableFileError(error.strerror or "it cannot be read") from error


def _write(descriptor: int, blocks: Iterable[bytes], max_bytes: int) -> tuple[str, int, bytes]:
    """Hash, size and first bytes of what was written and synced. The file may grow while it is read."""
    hashed, size, head = hashlib.sha256(), 0, b""
    for block in blocks:
        size += len(block)
        if size > max_bytes:
            raise FileTooLargeError("too large", head, size)
        hashed.update(block)
        head = head or block[:SNIFF_BYTES]
        with _refusals():
            rest = memoryview(block)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
    with _refusals():
        os.fsync(descriptor)
    return hashed.hexdigest(), size, head


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(reason=error.strerror or type(error).__name__) from error
