"""Four megabytes beside the database that are given up when the disk is full, so that a paid reference can be stored.

Nothing is sent while the reserve is not there (`JobStore.mark_sending`): whatever is paid for can be written down. Its
bytes are random, so that no file system makes it smaller than it is.
"""

import contextlib
import logging
import os
from pathlib import Path

from app.system.private_files import ensure_private_file

log = logging.getLogger(__name__)

SIZE_BYTES = 4 * 1024 * 1024
_BLOCK_BYTES = 256 * 1024


class Reserve:
    """One file. Methods block and raise nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def stands(self) -> bool:
        """True when the reserve is there in its full size."""
        try:
            return self._path.stat().st_size == SIZE_BYTES
        except OSError:
            return False

    def ensure(self) -> bool:
        """Makes it where it is missing; False when the disk has no room for it."""
        if self.stands:
            return True
        try:
            self._path.unlink(missing_ok=True)
            ensure_private_file(self._path)
            with self._path.open("r+b", buffering=0) as file:
                for _ in range(SIZE_BYTES // _BLOCK_BYTES):
                    file.write(os.urandom(_BLOCK_BYTES))
                os.fsync(file.fileno())
        except OSError as error:
            log.warning("there is no room for the reserve: %s", error)
            self.spend()
            return False
        return self.stands

    def spend(self) -> bool:
        """Gives the room back to the disk; True when there was some to give."""
        with contextlib.suppress(OSError):
            self._path.unlink()
            return True
        return False
