"""Remembers across a crash which file was being played: it is not played again before the person says so.

The mark is written before a file is handed to Qt's player, which decodes inside this program, and taken away when the
player has let go of it. One that is found at the start tells what was open when the program died (reliability.md S9).
"""

import contextlib
from pathlib import Path

from app.system.private_files import ensure_private_file

_LONGEST = 8192


class OpeningMark:
    """`doubted` is the file of the last crash, or None. A disk that takes no mark keeps nobody from playing."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.doubted = self._left()

    def _left(self) -> Path | None:
        with contextlib.suppress(OSError, ValueError):
            told = self._file.read_text(encoding="utf-8")[:_LONGEST]
            return Path(told) if told else None
        return None

    def is_doubted(self, path: Path) -> bool:
        return self.doubted is not None and path.absolute() == self.doubted

    def trust(self, path: Path) -> None:
        """The person wants it played all the same."""
        if self.is_doubted(path):
            self.doubted = None

    def set(self, path: Path) -> None:
        """Now it is opened."""
        with contextlib.suppress(OSError, ValueError):
            ensure_private_file(self._file)
            self._file.write_text(str(path.absolute()), encoding="utf-8")

    def clear(self) -> None:
        """It was let go. What is doubted stays marked, also when another file was played meanwhile."""
        with contextlib.suppress(OSError, ValueError):
            if self.doubted is not None:
                self._file.write_text(str(self.doubted), encoding="utf-8")
            else:
                self._file.unlink(missing_ok=True)
