"""Files and folders that only their owner may read, and files that are whole or not there.

Everything the studio keeps for itself passes through here: 0700 for folders, 0600 for files, from the first byte on,
whatever the umask says. On Windows the user's own folder is private already and the modes mean nothing.
"""

import contextlib
import os
from datetime import datetime
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600


def private_folder(folder: Path) -> None:
    """Creates a folder, and those above it that are missing, for its owner alone. Raises OSError.

    A folder that exists already keeps its mode unless it is empty: it may be somebody's home.
    """
    if folder.is_dir():
        if os.name == "posix" and folder.stat().st_mode & 0o077 and not any(folder.iterdir()):
            folder.chmod(FOLDER_MODE)
        return
    if not folder.parent.is_dir():
        private_folder(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=FOLDER_MODE)


def ensure_private_file(path: Path) -> None:
    """Creates an empty private file, or takes the rights of others from one that exists. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE)
    os.close(descriptor)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(FILE_MODE)


def sync_folder(folder: Path) -> None:
    """Makes renames in a folder survive a power cut. Does nothing where a folder cannot be opened (Windows)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, content: bytes) -> None:
    """Replaces a file by new content: after a crash it holds either the old bytes or the new ones. Raises OSError.

    A link is followed, so that a settings file that lives elsewhere stays there.
    """
    target = path.resolve()
    half = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    half.unlink(missing_ok=True)
    try:
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.replace(target)
    except OSError:
        with contextlib.suppress(OSError):
            half.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def date_mark(now: datetime | None = None) -> str:
    """A time for file names, such as "20250131-140259", in local time because a person reads it."""
    return (now or datetime.now().astimezone()).strftime("%Y%m%d-%H%M%S")


def unused(path: Path) -> Path:
    """The path itself, or with -2, -3 ... before its extension where something lies there already."""
    candidate, number = path, 1
    while os.path.lexists(candidate):
        number += 1
        candidate = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return candidate
