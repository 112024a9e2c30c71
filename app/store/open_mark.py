"""How the last run left the database: an empty file that is there while it is open, and goes when it was closed in order.

It has two names, so that changing from one to the other needs no room on the disk:

    slowlight.db-open      somebody works with it; found at start, the run before ended without closing
    slowlight.db-closing   everything is written, SQLite is putting its journal away
"""

import contextlib
from enum import StrEnum
from pathlib import Path

from app.system.private_files import ensure_private_file, sync_folder


class Ending(StrEnum):
    """How the run before ended."""

    IN_ORDER = "in order"
    WHILE_OPEN = "while open"
    WHILE_CLOSING = "while closing"


class OpenMark:
    """The mark of one database. Methods block; a disk that refuses the mark is no reason not to work."""

    def __init__(self, database: Path) -> None:
        self._open = database.with_name(database.name + "-open")
        self._closing = database.with_name(database.name + "-closing")

    def ending(self) -> Ending:
        """What the run before left; to be asked before `opened`."""
        if self._open.exists():
            return Ending.WHILE_OPEN
        return Ending.WHILE_CLOSING if self._closing.exists() else Ending.IN_ORDER

    def opened(self) -> None:
        """From now on an end without `closed` is one that was not in order."""
        with contextlib.suppress(OSError):
            self._closing.unlink(missing_ok=True)
            ensure_private_file(self._open)
            sync_folder(self._open.parent)

    def closing(self) -> None:
        """Everything that was asked for is written."""
        with contextlib.suppress(OSError):
            self._open.replace(self._closing)

    def closed(self) -> None:
        """The end was in order."""
        for mark in (self._open, self._closing):
            with contextlib.suppress(OSError):
                mark.unlink(missing_ok=True)
