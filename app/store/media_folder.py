"""The library: a folder with complete files only, named by us, that a person can open without the studio.

    root/images  root/videos  root/audio  root/other

A result is written as `.slowlight-<job>-<index>.part` in the folder where it will stay, and gets its name only after it was
checked: fsync, rename, fsync of the folder, so that a power cut leaves either nothing or the whole file (reliability.md
3.2). No name is ever taken from another file. All methods block on the disk: call them in a worker thread.
"""

import contextlib
import errno
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath

from app.domain.local_errors import (
    DiskFullError,
    LibraryMissingError,
)
from app.domain.media import Medium
from app.domain.naming import safe_name
from app.domain.text import text
from app.system.private_files import ensure_private_file, sync_folder

FOLDERS = {Medium.IMAGE: "images", Medium.VIDEO: "videos", Medium.AUDIO: "audio", Medium.OTHER: "other"}
MARK = ".slowlight-library"
"""An empty file in the root that says: this is the library, and not the place where its drive appears."""
PART_AGE_S = 24 * 3600
_PART = re.compile(r"\.slowlight-[0-9A-Za-z]+-\w+\.part")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NO_LINKS = frozenset(
    {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EACCES, errno.EXDEV}
)
_COMPARED_BYTES = 1024 * 1024


class CopyRefusedError(LibraryMissingError):
    """A copy cannot be written where the person wants it."""

    code = "copy_refused"
    happened = text("The copy could not be written to {folder}.")
    advice = text("Choose another folder and try again.")
    short = text("copy not written")
    waiting_helps = False


class MediaFolder:
    """One library. It never creates its own root by itself: a drive that is not plugged in must not be imitated.

    `is_marked`: the folder carries the library's mark, and one without it is an empty mount point or somebody else's.
    """

    def __init__(self, root: Path, *, is_marked: bool = False) -> None:
        self.root = root
        self.is_marked = is_marked

    def create(self) -> None:
        """Makes the root where it is missing: for the default library, or a folder the person has just chosen."""
        with self._refusals():
            self.root.parent.mkdir(parents=True, exist_ok=True)
            self.root.mkdir(mode=0o700, exist_ok=True)

    def mark(self) -> None:
        """Puts the library's mark into the root. Raises LibraryMissingError and DiskFullError."""
        with self._refusals():
            descriptor = os.open(self.root / MARK, os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
            os.close(descriptor)
            sync_folder(self.root)

    def check_writable(self) -> None:
        """Writes and removes a small file. Raises LibraryMissingError or DiskFullError."""
        self._require_root()
        probe = self.root / f".slowlight-check-{os.getpid()}.part"
        with self._refusals():
            try:
                ensure_private_file(probe)
                probe.write_bytes(b"Slowlight looks whether it may write here.")
            finally:
                with contextlib.suppress(OSError):
                    probe.unlink(missing_ok=True)

    def free_bytes(self) -> int:
        """Free space of the drive in bytes. Raises LibraryMissingError."""
        with self._refusals():
            return shutil.disk_usage(self.root).free

    def part_path(self, job_id: str, index: int, medium: Medium) -> Path:
        """Where an unfinished result is written. Creates the medium's folder. Raises LibraryMissingError."""
        job = re.sub(r"[^0-9A-Za-z]", "", job_id)[-40:] or "0"
        return self._folder(medium) / f".slowlight-{job}-{index}.part"

    def commit(
        self, part: Path, *, medium: Medium, prompt: str, created_at: datetime, extension: str, job_id: str, index: int
    ) -> str:
        """Gives a checked file its name and returns its path relative to the library, with forward slashes.

        Where the very same bytes lie under that name already, because a crash came before they were recorded, that file
        is taken and `part` goes. Raises DiskFullError or LibraryMissingError; `part` is still there then.
        """
        folder = self._folder(medium)
        day = created_at.astimezone().date()
        with self._refusals():
            _sync_file(part)
            copy = 1
            while True:
                name = safe_name(prompt, created_on=day, job_id=job_id, index=index, extension=extension, copy=copy)
                target = folder / name
                if _take_name(part, target):
                    break
                if _same_content(part, target):
                    part.unlink()
                    break
                copy += 1
            sync_folder(folder)
        return f"{FOLDERS[medium]}/{name}"

    def absolute(self, relative: str) -> Path:
        """The place of a file by what `commit` returned. Raises ValueError for anything that leads out of the library."""
        path = PurePosixPath(relative)
        if not path.parts or path.is_absolute() or ".." in path.parts or "\\" in relative or ":" in path.parts[0]:
            raise ValueError(f"not a path in the library: {relative!r}")
        root = self.root.resolve()
        place = (root / path).resolve()
        if not place.is_relative_to(root) or place == root:
            raise ValueError(f"not a path in the library: {relative!r}")
        return place

    def exists(self, relative: str) -> bool:
        """True when the file lies there now."""
        try:
            return self.absolute(relative).is_file()
        except (ValueError, OSError):
            return False

    def delete(self, relative: str) -> bool:
        """Removes a file for good; False when it was gone already. Raises LibraryMissingError, ValueError."""
        place = self.absolute(relative)
        with self._refusals():
            try:
                place.unlink()
            except FileNotFoundError:
                return False
        return True

    def save_copy(self, relative: str, target: Path) -> None:
        """Copies a result to where the person wants it; a file there is replaced, as the dialog asked about it.

        Raises CopyRefusedError or DiskFullError. What is at `target` is whole at every moment.
        """
        source = self.absolute(relative)
        half = target.with_name(f".slowlight-copy-{secrets.token_hex(4)}.part")
        try:
            if target.exists() and target.samefile(source):
                return
            try:
                shutil.copyfile(source, half)
                _sync_file(half)
                half.replace(target)
            finally:
                half.unlink(missing_ok=True)
        except OSError as error:
            kind = DiskFullError if error.errno in _FULL else CopyRefusedError
            raise kind(folder=target.parent) from error

    def sweep(self, *, older_than_s: float = PART_AGE_S) -> int:
        """Removes our own unfinished files of days ago and returns how many. A library that is away is no error."""
        removed, limit = 0, time.time() - older_than_s
        for folder in (self.root, *(self.root / name for name in FOLDERS.values())):
            with contextlib.suppress(OSError):
                for path in folder.iterdir():
                    if _PART.fullmatch(path.name) and not path.is_symlink() and path.stat().st_mtime < limit:
                        path.unlink()
                        removed += 1
        return removed

    def _folder(self, medium: Medium) -> Path:
        self._require_root()
        folder = self.root / FOLDERS[medium]
        with self._refusals():
            folder.mkdir(mode=0o700, exist_ok=True)
            # a link to elsewhere would carry results out of the library
            if folder.resolve() != self.root.resolve() / FOLDERS[medium]:
                raise LibraryMissingError(folder=folder)
        return folder

    def _require_root(self) -> None:
        if not self.root.is_dir() or (self.is_marked and not os.path.lexists(self.root / MARK)):
            raise LibraryMissingError(folder=self.root)

    @contextlib.contextmanager
    def _refusals(self) -> Iterator[None]:
        """What the disk refuses, in words for the person."""
        try:
            yield
        except OSError as error:
            kind = DiskFullError if error.errno in _FULL else LibraryMissingError
            raise kind(folder=self.root) from error


def _sync_file(path: Path) -> None:
    flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _take_name(part: Path, target: Path) -> bool:
    """Moves a file to a name that nobody has; False when the name is taken. Never overwrites."""
    if os.name == "nt":
        try:
            part.rename(target)  # on Windows this refuses where something lies
        except FileExistsError:
            return False
        return True
    try:
        _link(part, target)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # FAT and some network drives have no links; only this program gives such names, so looking first is enough
        if os.path.lexists(target):
            return False
        part.rename(target)
        return True
    part.unlink()
    return True


def _link(part: Path, target: Path) -> None:
    """Both names in the same folder, whatever its own name leads to meanwhile."""
    if os.link not in os.supports_dir_fd or part.parent != target.parent:
        target.hardlink_to(part)
        return
    place = os.open(part.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.link(part.name, target.name, src_dir_fd=place, dst_dir_fd=place)
    finally:
        os.close(place)


def _same_content(part: Path, target: Path) -> bool:
    if target.is_symlink() or not target.is_file() or part.stat().st_size != target.stat().st_size:
        return False
    with part.open("rb") as one, target.open("rb") as other:
        while piece := one.read(_COMPARED_BYTES):
            if piece != other.read(_COMPARED_BYTES):
                return False
    return True
