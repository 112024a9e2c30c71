"""Reports of what nobody caught: written at once, on this computer only, and offered at the next start.

A report is plain text without keys and without values of variables. Nothing is ever sent by itself (reliability.md K3).
"""

import contextlib
import platform
import threading
from datetime import UTC, datetime
from pathlib import Path

from app import __version__
from app.system.private_files import date_mark, private_folder, unused, write_whole
from app.system.redaction import redact

KEPT = 10
MOST_PER_RUN = 20
"""A fault that repeats itself every second does not fill the disk."""
_NEW, _OLD = "new-", "report-"


def about() -> str:
    """What helpers ask first: versions, without names of people or computers."""
    from PySide6.QtCore import qVersion

    return (
        f"Slowlight {__version__}, Python {platform.python_version()}, Qt {qVersion()}, "
        f"{platform.system()} {platform.release()} {platform.machine()}"
    )


class CrashReports:
    """Files of one folder. May be used from any thread; a disk that takes none costs the report and nothing else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._told: set[str] = set()

    def write(self, words: str, *, when: datetime | None = None) -> None:
        """One report. The same words twice in a run are one."""
        now = when or datetime.now(UTC)
        with self._lock, contextlib.suppress(OSError):
            if words in self._told or len(self._told) >= MOST_PER_RUN:
                return
            self._told.add(words)
            private_folder(self._folder)
            content = redact(f"{now.isoformat(timespec='seconds')}\n{about()}\n\n{_without_home(words.strip())}\n")
            write_whole(unused(self._folder / f"{_NEW}{date_mark(now)}.txt"), content.encode("utf-8", "replace"))
            for old in self._all()[KEPT:]:
                old.unlink(missing_ok=True)

    def new(self) -> list[Path]:
        """Those that were not offered yet, the newest first."""
        return [path for path in self._all() if path.name.startswith(_NEW)]

    def offered(self) -> list[Path]:
        """Marks the new ones as offered and returns all, the newest first."""
        with contextlib.suppress(OSError):
            for path in self.new():
                path.rename(unused(path.with_name(_OLD + path.name.removeprefix(_NEW))))
        return self._all()

    def text(self) -> str:
        """All reports, the newest first; "" when there is none."""
        found = []
        for path in self._all():
            with contextlib.suppress(OSError):
                found.append(path.read_text(encoding="utf-8", errors="replace").strip())
        return "\n\n----------\n\n".join(found)

    def delete_all(self) -> None:
        """Raises OSError."""
        for path in self._all():
            path.unlink(missing_ok=True)

    def _all(self) -> list[Path]:
        with contextlib.suppress(OSError):
            found = [path for path in self._folder.iterdir() if path.name.startswith((_NEW, _OLD))]
            return sorted(found, key=lambda path: path.name.removeprefix(_NEW).removeprefix(_OLD), reverse=True)
        return []


def _without_home(words: str) -> str:
    """The person's name often stands in the path of their folder."""
    home = str(Path.home())
    return words.replace(home, "~") if len(home) > 3 else words
