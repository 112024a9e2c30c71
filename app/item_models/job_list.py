"""The jobs of one medium for the right-hand column: what is on its way first, then what is finished, by day."""

from collections.abc import Hashable
from time import monotonic

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.domain.job import WATCHED, Job, JobState, line_order
from app.domain.job_words import JobAction
from app.domain.media import Medium
from app.item_models.job_facts import DOT, JobFacts, JobRole
from app.item_models.job_rows import Index, JobRows, SortKey
from app.item_models.job_source import Jobs

FINISHED_KEPT = 200
"""More than anybody scrolls to in a column; the rest is in History."""

_QUEUE = "queue"
BURST, BURST_S, LATER_MS = 40, 0.05, 60
"""After so many changes that follow each other so closely, changes wait so long for each other."""
_RUNNING = frozenset({JobState.SENDING, JobState.RUNNING, JobState.SAVING})
_RANKS = {JobState.RUNNING: 0, JobState.SAVING: 0, JobState.SENDING: 1, JobState.QUEUED: 1, JobState.WAITING: 2}
"""What runs stands above what is in line over there, and that above what waits here."""
_WAITING = frozenset({JobState.WAITING, JobState.QUEUED})


class JobListModel(JobRows):
    """The queue stands in the order in which it is worked off, finished jobs newest first.

    `counts_changed` tells how many run and how many wait.
    """

    counts_changed = Signal(int, int)

    def __init__(self, jobs: Jobs, facts: JobFacts, medium: Medium, parent: QObject | None = None) -> None:
        super().__init__(facts, parent)
        self._medium = medium
        self._counts = (0, 0)
        self._later: dict[str, Job] = {}
        self._burst, self._last_s = 0, 0.0
        self.replace_all(jobs.recent(medium))
        self._count()
        jobs.job_added.connect(self._on_job)
        jobs.job_changed.connect(self._on_job)
        jobs.job_removed.connect(self._on_removed)

    @property
    def counts(self) -> tuple[int, int]:
        """Running and waiting. A job that is not waited for counts as neither."""
        return self._counts

    def key_of(self, job: Job) -> SortKey:
        moment = job.created_at.timestamp()
        if job.is_resting:
            return (1, -moment, job.job_id)
        if job.state is not JobState.WAITING:
            return (0, _RANKS[job.state], 0, 0, (job.sent_at or job.created_at).timestamp(), job.job_id)
        comes_by_time, place, _, _ = line_order(job)
        return (0, _RANKS[job.state], comes_by_time, place, moment, job.job_id)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """In this list a job that waits can be moved, where there is one to move past."""
        found = super().data(index, role)
        if role == JobRole.ACTIONS and isinstance(found, tuple) and self.job_at(index.row()).state is JobState.WAITING:
            first, *rest = found
            return (first, *self._moves(index.row()), *rest)
        return found

    def _moves(self, row: int) -> tuple[JobAction, ...]:
        up = (JobAction.MOVE_FIRST, JobAction.MOVE_UP) if self._waits_at(row - 1) else ()
        return (*up, JobAction.MOVE_DOWN) if self._waits_at(row + 1) else up

    def _waits_at(self, row: int) -> bool:
        return 0 <= row < len(self._ids) and self.job_at(row).state is JobState.WAITING

    def waiting_ids(self) -> list[str]:
        """The jobs that wait here, in their order."""
        return [job_id for job_id in self._ids if self._jobs[job_id].state is JobState.WAITING]

    def queue_changed(self) -> None:
        """The queue was paused or goes on: every row that waits says so."""
        for job_id in self.waiting_ids():
            self._say_changed(job_id, [JobRole.LINE, JobRole.BRIEF, Qt.ItemDataRole.AccessibleTextRole])
        self._resection()

    def group_of(self, job: Job) -> Hashable:
        return super().group_of(job) if job.is_resting else _QUEUE

    def heading_of(self, group: Hashable) -> tuple[str, str]:
        if group != _QUEUE:
            return super().heading_of(group)
        title = self.tr("Queue paused") if self.facts.is_paused() else self.tr("Queue")
        return title, self._counts_in_words()

    def _counts_in_words(self) -> str:
        running, waiting = self._counts
        words = (self.tr("{count} running"), running), (self.tr("{count} waiting"), waiting)
        return DOT.join(template.format(count=count) for template, count in words if count)

    def _on_job(self, job: Job) -> None:
        if job.medium is not self._medium:
            return
        now_s = monotonic()
        self._burst = self._burst + 1 if now_s - self._last_s < BURST_S else 0
        self._last_s = now_s
        if self._burst < BURST and not self._later:
            self._show_job(job)
            return
        if not self._later:
            QTimer.singleShot(LATER_MS, self, self.catch_up)
        self._later[job.job_id] = job

    def catch_up(self) -> None:
        """In a storm of changes the list is brought up to date some times a second, and not for every one of them."""
        later, self._later = self._later, {}
        with self.one_arrangement():
            for job in later.values():
                self._show_job(job)

    def _show_job(self, job: Job) -> None:
        old = self._jobs.get(job.job_id)
        self.put(job)
        self._recount(old, job)
        while len(self._ids) > FINISHED_KEPT and self.job_at(len(self._ids) - 1).is_resting:
            self.drop(self._ids[-1])

    def _on_removed(self, job_id: str) -> None:
        self._later.pop(job_id, None)
        self.drop(job_id)
        self._count()

    def _count(self) -> None:
        counted = [_counted(job) for job in self._jobs.values() if not job.is_resting]
        self._say_counts(sum(kind == 1 for kind in counted), sum(kind == 2 for kind in counted))

    def _recount(self, old: Job | None, new: Job) -> None:
        """As `_count`, from what one change means."""
        running, waiting = self._counts
        before, after = _counted(old), _counted(new)
        self._say_counts(
            running + (after == 1) - (before == 1),
            waiting + (after == 2) - (before == 2),
        )

    def _say_counts(self, running: int, waiting: int) -> None:
        if (running, waiting) != self._counts:
            self._counts = (running, waiting)
            self._resection()
            self.counts_changed.emit(running, waiting)


def _counted(job: Job | None) -> int:
    """1 for one that runs, 2 for one that waits, 0 for one that is neither."""
    if job is None or job.is_resting or _set_aside(job):
        return 0
    return 1 if job.state in _RUNNING else 2 if job.state in _WAITING else 0


def _set_aside(job: Job) -> bool:
    return job.set_aside and job.state in WATCHED
