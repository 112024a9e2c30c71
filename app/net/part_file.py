"""A file on its way: `name.part`, private from its first byte, hashed while it grows, and resumable only as far as the
disk provably holds it.

Beside an interrupted `name.part` lies `name_resume.part`, a line of JSON with the server's ETag and the number of bytes
that were synced; it ends in `.part` too, so that whoever sweeps old parts takes both. Every method blocks and belongs into
a thread.
"""

import contextlib
import errno
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import (
    StudioError,
)
from app.domain.local_errors import (
    DiskFullError,
    LibraryMissingError,
)
from app.domain.media import SNIFF_BYTES

KEEP_FREE_BYTES = 64 * 1024 * 1024
"""Left on the disk of the library, for the database and everybody else."""
CHECKPOINT_BYTES = 16 * 1024 * 1024
"""So much at most is fetched twice after a crash."""

_READ_BYTES = 1024 * 1024
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True)
class ResumePoint:
    """From where an interrupted download may go on, if the server still has the same file."""

    offset: int
    etag: str


def note_path(part: Path) -> Path:
    """Where the way back of an interrupted part is noted."""
    return part.with_name(f"{part.stem}_resume{part.suffix}")


def disk_error(error: OSError, folder: Path) -> StudioError:
    """A full disk, or a folder that is not there any more or cannot be written to."""
    kind = DiskFullError if error.errno in _NO_SPACE else LibraryMissingError
    return kind(error.strerror or "", folder=folder)


class PartFile:
    """One unfinished file. Methods raise DiskFullError and LibraryMissingError."""

    def __init__(self, path: Path, *, keep_free_bytes: int = KEEP_FREE_BYTES) -> None:
        self.path = path
        self.size_bytes = 0
        self.head = b""
        self._note = note_path(path)
        self._keep_free_bytes = keep_free_bytes
        self._hash = hashlib.sha256()
        self._file: int | None = None
        self._synced = 0

    @property
    def sha256(self) -> str:
        """Of everything that is in the file now, as hex digits."""
        return self._hash.hexdigest()

    @property
    def is_open(self) -> bool:
        """True between `open` and `finish`, `keep`, `discard` or `close`."""
        return self._file is not None

    def resume_point(self) -> ResumePoint | None:
        """What an earlier, interrupted download left behind; None when it cannot be trusted."""
        try:
            noted = json.loads(_read_plain(self._note))
            offset, etag = int(noted["synced"]), str(noted["etag"])
            there = self.path.lstat()
        except (OSError, ValueError, TypeError, KeyError):
            return None
        is_ours = os.name != "posix" or there.st_uid == os.getuid()
        sound = stat.S_ISREG(there.st_mode) and there.st_nlink == 1 and is_ours and 0 < offset <= there.st_size
        return ResumePoint(offset, etag) if sound and is_strong(etag) else None

    def check_space(self, needed_bytes: int) -> None:
        """Raises DiskFullError when so much more would leave less than the reserve."""
        try:
            free = shutil.disk_usage(self.path.parent).free
        except OSError as error:
            raise disk_error(error, self.path.parent) from error
        if free < needed_bytes + self._keep_free_bytes:
            full = DiskFullError(folder=self.path.parent)
            full.needed_bytes = max(0, needed_bytes)
            raise full

    def open(self, offset: int) -> None:
        """Opens the file to go on at `offset`; what is there beyond it is cut off, with 0 a new file is made.

        Never through a link: a part file is a plain file with one name (reliability.md S2).
        """
        safe = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        try:
            with _held(self.path.parent) as place:
                _unlink(self._note, place)
                if offset == 0:
                    _unlink(self.path, place)
                    self._file = _open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | safe, place)
                else:
                    self._file = _open(self.path, os.O_RDWR | safe, place)
                    os.ftruncate(self._file, offset)
            self._read_back(self._file, offset)
        except OSError as error:
            self.close()
            raise disk_error(error, self.path.parent) from error

    def _read_back(self, file: int, offset: int) -> None:
        """The hash and the head have to know what is already there."""
        self._hash, self.head, self.size_bytes, self._synced = hashlib.sha256(), b"", 0, offset
        while self.size_bytes < offset:
            block = os.read(file, _READ_BYTES)
            if not block:
                raise OSError(errno.EIO, "the unfinished file became shorter")
            self._count(block)

    def _count(self, block: bytes) -> None:
        self._hash.update(block)
        self.size_bytes += len(block)
        if len(self.head) < SNIFF_BYTES:
            self.head = (self.head + block)[:SNIFF_BYTES]

    def write(self, block: bytes, etag: str = "") -> None:
        """Appends; with a strong ETag the way back is noted every `CHECKPOINT_BYTES`."""
        if self._file is None:
            raise ValueError("the part file is not open")
        try:
            view = memoryview(block)
            while view:
                view = view[os.write(self._file, view) :]
        except OSError as error:
            raise disk_error(error, self.path.parent) from error
        self._count(block)
        if is_strong(etag) and self.size_bytes - self._synced >= CHECKPOINT_BYTES:
            self._write_note(etag)

    def finish(self) -> None:
        """Everything is on the disk, not only in the system's memory, when this returns."""
        if self._file is None:
            raise ValueError("the part file is not open")
        try:
            os.fsync(self._file)
            self._note.unlink(missing_ok=True)
        except OSError as error:
            raise disk_error(error, self.path.parent) from error
        finally:
            self.close()

    def keep(self, etag: str) -> None:
        """Interrupted: keeps what came, with a note if the rest can be asked for. Raises nothing."""
        if self._file is None:
            return
        if is_strong(etag) and self.size_bytes:
            self._write_note(etag)
        self.close()

    def discard(self) -> None:
        """Leaves nothing behind. Raises nothing."""
        self.close()
        for path in (self._note, self.path):
            try:
                path.unlink(missing_ok=True)
            except OSError:
                continue  # an unwritable folder; the library sweeps old parts by itself

    def close(self) -> None:
        """Gives the file back to the system."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def _write_note(self, etag: str) -> None:
        """The note never claims more than the disk holds. Without it the next try begins at zero, so it may fail."""
        if self._file is None:
            return
        try:
            os.fsync(self._file)
            noted = json.dumps({"synced": self.size_bytes, "etag": etag}).encode()
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
            with _held(self._note.parent) as place:
                _unlink(self._note, place)
                descriptor = _open(self._note, flags, place)
            with os.fdopen(descriptor, "wb") as note:
                note.write(noted)
        except OSError:
            return
        self._synced = self.size_bytes


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[int | None]:
    """The folder itself, whatever its name leads to a moment later; None where the system has no such thing."""
    if os.open not in os.supports_dir_fd:
        yield None
        return
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield place
    finally:
        os.close(place)


def _open(path: Path, flags: int, place: int | None) -> int:
    return os.open(path if place is None else path.name, flags, 0o600, dir_fd=place)


def _unlink(path: Path, place: int | None) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path if place is None else path.name, dir_fd=place)


def _read_plain(path: Path) -> bytes:
    """The beginning of a plain file; a link or a pipe in its place is not followed and not waited for. Raises OSError."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a plain file")
        return os.read(descriptor, 4096)
    finally:
        os.close(descriptor)


def is_strong(etag: str) -> bool:
    """Only a strong ETag says that two answers are the same bytes (RFC 9110, 8.8.1)."""
    return len(etag) > 2 and len(etag) < 1024 and etag.startswith('"') and etag.endswith('"')
