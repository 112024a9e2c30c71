"""The body of every list of jobs: rows in an order that follows from each job, found by id, told one at a time.

A row's place is its sort key, so a job is found by bisection, a change repaints one row, and a change of order is one
move. Nothing is ever reset because one job changed, so selection and scroll position stay.
"""

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from app.domain.job import Job, JobState
from app.item_models.job_facts import JobFacts, JobRole, cover_id
from app.system.language import day_label

Index = QModelIndex | QPersistentModelIndex
SortKey = tuple[float | str, ...]

TICK_MS = 1000
_TICKING_ROLES = [JobRole.LINE, JobRole.BRIEF, JobRole.PROGRESS, Qt.ItemDataRole.AccessibleTextRole]


@dataclass(frozen=True)
class Section:
    """Rows that stand together under one heading: `first` and `count`, the heading and a muted word beside it."""

    title: str
    detail: str
    first: int
    count: int


class JobRows(QAbstractListModel):
    """Subclasses say which jobs they show and in which order. `sections_changed` means: look at `sections()` again."""

    sections_changed = Signal()

    def __init__(self, facts: JobFacts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.facts = facts
        self._jobs: dict[str, Job] = {}
        self._keys: list[SortKey] = []
        self._ids: list[str] = []
        self._covers: dict[str, str] = {}
        self._groups: list[Hashable] = []
        self._sections: tuple[Section, ...] | None = None
        self._ticking: set[str] = set()
        self._is_arranging = self._is_disarranged = False
        self._ticker = QTimer(self)
        self._ticker.setInterval(TICK_MS)
        self._ticker.timeout.connect(self.tick)
        self._midnight = QTimer(self)
        self._midnight.setSingleShot(True)
        self._midnight.timeout.connect(self.day_passed)
        self._await_midnight()
        if facts.pictures is not None:
            facts.pictures.thumbnail_ready.connect(self._picture_ready)
            facts.pictures.peaks_ready.connect(self._picture_ready)

    # --- for subclasses

    def key_of(self, job: Job) -> SortKey:
        """The sort key; ends with the job id, so that no two are equal."""
        raise NotImplementedError

    def group_of(self, job: Job) -> Hashable:
        """What the rows of one section have in common; by default the day on which they were asked for."""
        return job.created_at.astimezone().date()

    def heading_of(self, group: Hashable) -> tuple[str, str]:
        """Title and detail of a section."""
        return day_label(group, self.facts.today()), ""  # type: ignore[arg-type]  # groups are days unless overridden

    # --- questions

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # an invalid index is a constant
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self._ids):
            return None
        return self.facts.answer(self._jobs[self._ids[index.row()]], role)

    def job_at(self, row: int) -> Job:
        return self._jobs[self._ids[row]]

    def shown_job(self, job_id: str) -> Job | None:
        """The job as this list shows it, or None when it does not."""
        return self._jobs.get(job_id)

    def row_of(self, job_id: str) -> int:
        """-1 for a job that is not shown."""
        job = self._jobs.get(job_id)
        return bisect_left(self._keys, self.key_of(job)) if job is not None else -1

    def index_of(self, job_id: str) -> QModelIndex:
        row = self.row_of(job_id)
        return self.index(row, 0) if row >= 0 else QModelIndex()

    def sections(self) -> tuple[Section, ...]:
        """All rows, parted by their headings."""
        if self._sections is None:
            self._sections = tuple(self._part())
        return self._sections

    def _part(self) -> Iterable[Section]:
        first = 0
        for row in range(1, len(self._groups) + 1):
            if row == len(self._groups) or self._groups[row] != self._groups[first]:
                yield Section(*self.heading_of(self._groups[first]), first, row - first)
                first = row

    # --- changes

    def put(self, job: Job) -> None:
        """Shows a job: a new row, new contents of its row, or a move of its row."""
        old = self._jobs.get(job.job_id)
        if old is None:
            self._insert(job)
        elif self.key_of(old) == self.key_of(job):
            self._jobs[job.job_id] = job
            self._say_changed(job.job_id)
        else:
            self._move(old, job)
        self._attend(job)

    def drop(self, job_id: str) -> None:
        """Takes a job's row away, if it has one."""
        row = self.row_of(job_id)
        if row < 0:
            return
        self.beginRemoveRows(QModelIndex(), row, row)
        self._take(row)
        del self._jobs[job_id]
        self.endRemoveRows()
        self._ticking.discard(job_id)
        self._resection()

    def replace_all(self, jobs: Iterable[Job]) -> None:
        """Starts over with these jobs; for another question, not for changes."""
        self.beginResetModel()
        self._jobs = {job.job_id: job for job in jobs}
        ordered = sorted(self._jobs.values(), key=self.key_of)
        self._ids = [job.job_id for job in ordered]
        self._keys = [self.key_of(job) for job in ordered]
        self._groups = [self.group_of(job) for job in ordered]
        self._sections = None
        self.endResetModel()
        self._ticking.clear()
        self._covers.clear()
        for job in ordered:
            self._attend(job)
        self.sections_changed.emit()

    def append(self, jobs: Iterable[Job]) -> None:
        """Jobs that come after all present rows, as one insertion."""
        new = sorted((job for job in jobs if job.job_id not in self._jobs), key=self.key_of)
        last = self._keys[-1] if self._keys else None
        for early in [job for job in new if last is not None and self.key_of(job) < last]:
            self.put(early)
            new.remove(early)
        if not new:
            return
        first = len(self._ids)
        self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
        for job in new:
            self._give(len(self._ids), job)
        self.endInsertRows()
        for job in new:
            self._attend(job)
        self._resection()

    def _insert(self, job: Job) -> None:
        row = bisect_left(self._keys, self.key_of(job))
        self.beginInsertRows(QModelIndex(), row, row)
        self._give(row, job)
        self.endInsertRows()
        self._resection()

    def _move(self, old: Job, new: Job) -> None:
        source, target = self.row_of(old.job_id), bisect_left(self._keys, self.key_of(new))
        moves = target not in (source, source + 1)
        if moves:
            self.beginMoveRows(QModelIndex(), source, source, QModelIndex(), target)
        self._take(source)
        self._give(target - 1 if target > source else target, new)
        if moves:
            self.endMoveRows()
        self._say_changed(new.job_id)
        self._resection()

    def _give(self, row: int, job: Job) -> None:
        self._sections = None
        self._jobs[job.job_id] = job
        self._ids.insert(row, job.job_id)
        self._keys.insert(row, self.key_of(job))
        self._groups.insert(row, self.group_of(job))

    def _take(self, row: int) -> None:
        self._sections = None
        del self._ids[row], self._keys[row], self._groups[row]

    def _say_changed(self, job_id: str, roles: Iterable[int] = ()) -> None:
        index = self.index_of(job_id)
        if index.isValid():
            self.dataChanged.emit(index, index, list(roles))

    def _resection(self) -> None:
        self._sections = None
        if self._is_arranging:
            self._is_disarranged = True
        else:
            self.sections_changed.emit()

    @contextmanager
    def one_arrangement(self) -> Iterator[None]:
        """Many changes of rows, after which the headings are looked at once."""
        self._is_arranging, self._is_disarranged = True, False
        try:
            yield
        finally:
            self._is_arranging = False
            if self._is_disarranged:
                self.sections_changed.emit()

    # --- time and pictures

    def _attend(self, job: Job) -> None:
        """Notes which asset this row shows; the ticker runs only while a row shows passing time."""
        self._covers[cover_id(job)] = job.job_id
        if job.state is JobState.RUNNING:
            self._ticking.add(job.job_id)
        else:
            self._ticking.discard(job.job_id)
        if bool(self._ticking) != self._ticker.isActive():
            (self._ticker.start if self._ticking else self._ticker.stop)()

    @property
    def is_ticking(self) -> bool:
        return self._ticker.isActive()

    def tick(self) -> None:
        """A second has passed."""
        if not self._ticking:
            self._ticker.stop()
        for job_id in self._ticking:
            self._say_changed(job_id, _TICKING_ROLES)

    def _await_midnight(self) -> None:
        local = self.facts.now().astimezone()
        tomorrow = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), local.tzinfo)
        self._midnight.start(int((tomorrow - local).total_seconds() * 1000) + 1000)

    def day_passed(self) -> None:
        """Today becomes Yesterday."""
        self._await_midnight()
        self._resection()

    def _picture_ready(self, asset_id: str) -> None:
        job_id = self._covers.get(asset_id)
        if job_id is not None:
            self._say_changed(job_id, [Qt.ItemDataRole.DecorationRole])
