"""What happened, in words with times. The newest stands first; all of it can be copied at once."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.services.activity_service import ActivityEntry, ActivityKind, ActivityService
from app.system.language import clock_time, say
from app.widgets.controls import Divider, IconMark, PlainLabel, QuietButton
from app.widgets.empty_state import EmptyState
from app.widgets.page_heading import PageHeading
from app.widgets.paragraph import Paragraph

SHOWN = 200
WIDTH = 760
_MARKS = {
    ActivityKind.INFO: ("info", "third"),
    ActivityKind.DONE: ("check", "done"),
    ActivityKind.WARNING: ("triangle-alert", "warning"),
    ActivityKind.ERROR: ("circle-alert", "failed"),
}


class ActivityPage(QWidget):
    """`show_job_requested` carries the job id of an entry; the others ask for the support file and for the reports."""

    show_job_requested = Signal(str)
    support_requested = Signal()
    reports_requested = Signal()

    def __init__(self, activity: ActivityService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._activity = activity
        self._empty = EmptyState(
            "bell", self.tr("Nothing has happened yet"), self.tr("Finished jobs and problems are noted here."), self
        )
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 8, 0, 24)
        self._rows.setSpacing(0)
        self._rows.addStretch(1)
        self._copy = QuietButton(self.tr("Copy all"), "copy", self)
        self._copy.clicked.connect(self._copy_all)
        self._reports = QuietButton(self.tr("Reports"), "file-question-mark", self)
        self._reports.clicked.connect(self.reports_requested)
        self._support = QuietButton(self.tr("Support file"), "file-text", self)
        self._support.clicked.connect(self.support_requested)
        self._lay_out()
        for entry in reversed(activity.entries()):
            self._insert(entry)
        self._show_empty_or_rows()
        activity.entry_added.connect(self._added)

    def _lay_out(self) -> None:
        heading = PageHeading(self.tr("Activity"), self.tr("What happened since Slowlight was started"), self)
        for action in (self._copy, self._reports, self._support):
            heading.add_action(action)
        inner = QWidget(self)
        inner.setMaximumWidth(WIDTH)
        inner.setLayout(self._rows)
        middle = QWidget(self)
        row = QHBoxLayout(middle)
        row.setContentsMargins(24, 0, 24, 0)
        row.addStretch(1)
        row.addWidget(inner, 100)
        row.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(middle)
        self._scroll.setAccessibleName(self.tr("Activity"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(heading)
        column.addWidget(self._empty, 1)
        column.addWidget(self._scroll, 1)

    def _added(self, entry: object) -> None:
        if isinstance(entry, ActivityEntry):
            self._insert(entry)
            self._show_empty_or_rows()
        if self.isVisible():
            # after the entry was counted as unread, which happens right behind this signal
            QTimer.singleShot(0, self._activity, self._activity.mark_read)

    def _insert(self, entry: ActivityEntry) -> None:
        row = _EntryRow(entry, self)
        row.show_job_requested.connect(self.show_job_requested)
        self._rows.insertWidget(0, row)
        if self._rows.count() > SHOWN + 1:
            last = self._rows.takeAt(self._rows.count() - 2)
            widget = last.widget() if last else None
            if widget is not None:
                widget.deleteLater()

    def _show_empty_or_rows(self) -> None:
        has_rows = self._rows.count() > 1
        self._empty.setVisible(not has_rows)
        self._scroll.setVisible(has_rows)
        self._copy.setVisible(has_rows)

    def _copy_all(self) -> None:
        lines = [
            "\t".join((entry.at.isoformat(timespec="seconds"), entry.kind, say(entry.title), say(entry.detail)))
            for entry in self._activity.entries()
        ]
        QGuiApplication.clipboard().setText("\n".join(lines))


class _EntryRow(QWidget):
    """Time, mark, title, detail."""

    show_job_requested = Signal(str)

    def __init__(self, entry: ActivityEntry, parent: QWidget) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        words = QVBoxLayout()
        words.setSpacing(2)
        title = Paragraph(say(entry.title), self)
        words.addWidget(title)
        if entry.detail:
            words.addWidget(Paragraph(say(entry.detail), self, tone="second", size=12))
        row = QHBoxLayout()
        row.setContentsMargins(0, 12, 0, 12)
        row.setSpacing(12)
        time = PlainLabel(clock_time(entry.at), self, tone="third", size=12)
        time.setMinimumWidth(44)
        icon_name, tone = _MARKS[entry.kind]
        for beside in (time, IconMark(icon_name, tone, 16, self)):
            beside.setFixedHeight(title.line_height)
            row.addWidget(beside, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        if entry.job_id:
            show = QuietButton(self.tr("Show"), parent=self)
            show.setAccessibleDescription(say(entry.detail))
            show.clicked.connect(lambda: self.show_job_requested.emit(entry.job_id))
            row.addWidget(show, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(Divider(self))
