"""One program per profile: two that write the same jobs could pay for one of them twice.

The lock belongs to the system, which takes it back when its holder dies, however that happens. Who comes second knocks: it
leaves a note in a folder that the first one watches. A note that is gone was read: the first one comes forward. One that
stays means that the first is about to leave, and its place will be free in a moment.
"""

import contextlib
import errno
import logging
import os
from pathlib import Path
from uuid import uuid4

from PySide6.QtCore import QFileSystemWatcher, QObject, Signal

from app.system.private_files import ensure_private_file, private_folder

log = logging.getLogger(__name__)

_TAKEN = frozenset({errno.EACCES, errno.EAGAIN, errno.EDEADLK})


class OneInstance(QObject):
    """Holds one profile, from `claim` until `close` or the end of the process. `knocked`: somebody started it again."""

    knocked = Signal()

    def __init__(self, lock_file: Path) -> None:
        super().__init__()
        self._path = lock_file
        self._door = lock_file.with_suffix(".knock")
        self._held: int | None = None
        self._watcher: QFileSystemWatcher | None = None

    def claim(self) -> bool:
        """True when the profile is ours now; False when another program holds it. Raises OSError.

        A disk that knows no locks, such as some network drives, gives it to everybody.
        """
        ensure_private_file(self._path)
        descriptor = os.open(self._path, os.O_RDWR)
        try:
            _lock(descriptor)
        except OSError as error:
            if error.errno in _TAKEN:
                os.close(descriptor)
                return False
            log.warning("the profile cannot be locked: %s", error)
        self._held = descriptor
        return True

    def listen(self) -> None:
        """From now on `knocked` is emitted. Needs the application object."""
        try:
            private_folder(self._door)
        except OSError as error:
            log.warning("nobody can knock: %s", error)
            return
        self._watcher = QFileSystemWatcher([str(self._door)], self)
        self._watcher.directoryChanged.connect(self._read_notes)
        self._read_notes()

    def _read_notes(self) -> None:
        with contextlib.suppress(OSError):
            notes = list(self._door.iterdir())
            for note in notes:
                note.unlink(missing_ok=True)
            if notes:
                self.knocked.emit()

    def stop_listening(self) -> None:
        """We are about to leave: who knocks from now on waits for the place."""
        if self._watcher is not None:
            self._watcher.deleteLater()
            self._watcher = None

    def knock(self) -> Path:
        """Asks the one who holds the profile to come forward; the note is gone when it was read."""
        note = self._door / uuid4().hex
        with contextlib.suppress(OSError):
            note.touch()
        return note

    def close(self) -> None:
        """Gives the profile back. May be called twice."""
        self.stop_listening()
        held, self._held = self._held, None
        if held is not None:
            os.close(held)


def _lock(descriptor: int) -> None:
    """Raises OSError when it is held by somebody else, in this process too."""
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
