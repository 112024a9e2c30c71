"""What happened, in words with times: the newest few hundred events of this run."""

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from app.domain.text import Text

KEPT = 500


class ActivityKind(StrEnum):
    """How an entry is coloured."""

    INFO = "info"
    DONE = "done"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class ActivityEntry:
    """One event. `job_id` is empty where it does not belong to a job."""

    at: datetime
    kind: ActivityKind
    title: Text
    detail: Text = field(default_factory=Text)
    job_id: str = ""


class ActivityService(QObject):
    """Collects events and counts the unread ones that need a person's attention (warnings and errors)."""

    entry_added = Signal(object)
    unread_changed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._entries: deque[ActivityEntry] = deque(maxlen=KEPT)
        self._unread = 0

    def add(self, kind: ActivityKind, title: Text, detail: Text | None = None, job_id: str = "") -> None:
        """Notes one event that happened just now."""
        entry = ActivityEntry(datetime.now(UTC), kind, title, detail or Text(), job_id)
        self._entries.appendleft(entry)
        self.entry_added.emit(entry)
        if kind in (ActivityKind.WARNING, ActivityKind.ERROR):
            self._unread += 1
            self.unread_changed.emit(self._unread)

    def entries(self) -> list[ActivityEntry]:
        """All kept events, newest first."""
        return list(self._entries)

    def mark_read(self) -> None:
        """The person has looked."""
        if self._unread:
            self._unread = 0
            self.unread_changed.emit(0)
