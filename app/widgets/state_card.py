"""What the viewer says while there is nothing to look at: not yet, under way, or what went wrong and what to do."""

from datetime import UTC, datetime
from typing import NamedTuple

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFont, QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.system import appearance
from app.widgets.busy_ring import BusyRing
from app.widgets.buttons import SecondaryButton
from app.widgets.card_offers import CardOffers
from app.widgets.labels import PlainLabel
from app.widgets.notices import IconMark
from app.widgets.paragraph import Paragraph
from app.widgets.progress_line import ProgressLine
from app.widgets.viewer_content import ViewerContent, ViewerKind, span_text

_WIDEST = 400
_ICON = 32
_WORKING = (ViewerKind.WAITING, ViewerKind.RUNNING)
_WRONG = (ViewerKind.FAILED, ViewerKind.EXPIRED, ViewerKind.UNSURE)


class _Face(NamedTuple):
    icon: str
    role: str
    title: str
    detail: str
    retry: str


class StateCard(QWidget):
    """Words in the middle of a calm field; at most two buttons, or what the person has to decide."""

    retry_requested = Signal()
    offer_requested = Signal(str)
    copy_error_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = ViewerContent()
        self._mark = IconMark("image", "third", _ICON, self)
        self._ring = BusyRing(self, size=_ICON, role="running")
        self._title = _words(self, size=15, weight=QFont.Weight.DemiBold)
        self._detail = _words(self, tone="second")
        self._money = _words(self, tone="second")
        self._advice = _words(self, tone="second")
        self._kept = _words(self, tone="warning", size=12)
        self._time = _words(self, tone="third", size=12)
        self._time.setFont(appearance.font(12, tabular=True))
        self._progress = ProgressLine(self)
        self._progress.setAccessibleName(self.tr("Progress"))
        self._server = _selectable(self)
        self._offers = CardOffers(self)
        self._offers.chosen.connect(self.offer_requested)
        self._retry = SecondaryButton(self.tr("Retry"), "refresh-cw", self)
        self._copy = SecondaryButton(self.tr("Copy error"), "copy", self)
        self._tick = QTimer(self, interval=1000)
        self._tick.timeout.connect(self._show_time)
        self._retry.clicked.connect(self.retry_requested)
        self._copy.clicked.connect(self.copy_error_requested)
        self._arrange()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(0)
        column.addStretch(1)
        for sign in (self._mark, self._ring):
            column.addWidget(sign, 0, Qt.AlignmentFlag.AlignHCenter)
        self._progress.setFixedWidth(220)
        words = (
            (self._title, 14),
            (self._detail, 6),
            (self._money, 6),
            (self._advice, 6),
            (self._server, 10),
            (self._kept, 10),
        )
        parts: tuple[tuple[QWidget, int], ...] = (*words, (self._progress, 16), (self._time, 8), (self._offers, 16))
        self._rows: dict[QWidget, QWidget] = {part: _centred(part, before) for part, before in parts}
        for row in self._rows.values():
            column.addWidget(row)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 16, 0, 0)
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self._retry)
        buttons.addWidget(self._copy)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addStretch(1)

    def set_content(self, content: ViewerContent) -> None:
        """Any kind but results."""
        self._content = content
        kind = ViewerKind(content.kind)
        face = self._face(kind)
        self._mark.set_icon(face.icon, face.role)
        self._mark.setVisible(kind is not ViewerKind.RUNNING)
        self._ring.setVisible(kind is ViewerKind.RUNNING)
        for label, words in (
            (self._title, content.title or face.title),
            (self._detail, content.detail or face.detail),
            (self._money, content.money),
            (self._advice, content.advice),
            (self._kept, content.kept),
            (self._server, content.server_text if kind in _WRONG else ""),
        ):
            label.setText(words)
            self._rows[label].setVisible(bool(words))
        self._rows[self._progress].setVisible(kind in _WORKING and content.progress is not None)
        self._progress.set_fraction(content.progress or 0.0)
        self._offers.set_offers(content.offers)
        self._rows[self._offers].setVisible(bool(content.offers))
        self._retry.setText(face.retry)
        self._retry.setVisible(kind in _WRONG and content.can_retry)
        self._copy.setVisible(kind in _WRONG)
        self._show_time()
        self._attend()

    def _face(self, kind: ViewerKind) -> _Face:
        """The sign of a kind, and words for when nobody gave any."""
        retry, again = self.tr("Retry"), self.tr("Run again")
        saved = self.tr("The result is saved by itself. You can do something else meanwhile.")
        return {
            ViewerKind.EMPTY: _Face(
                "sparkles",
                "third",
                self.tr("Nothing to see yet"),
                self.tr("Write down an idea and generate. The result is saved by itself and appears here."),
                retry,
            ),
            ViewerKind.WAITING: _Face("hourglass", "waiting", self.tr("Waiting"), saved, retry),
            ViewerKind.RUNNING: _Face("loader-circle", "running", self.tr("Running"), saved, retry),
            ViewerKind.FAILED: _Face("circle-alert", "failed", self.tr("This job failed"), "", retry),
            ViewerKind.EXPIRED: _Face("clock-alert", "warning", self.tr("The result is gone"), "", again),
            ViewerKind.UNSURE: _Face(
                "circle-help",
                "warning",
                self.tr("It is not known what became of this"),
                "",
                retry,
            ),
        }.get(kind, _Face("image", "third", "", "", retry))

    @Slot()
    def _show_time(self) -> None:
        """ "0:41 of about 1:10", and "1:20, usually 1:10" once that was too short."""
        started, expected = self._content.started_at, self._content.expected_s
        words = ""
        if started is not None and self._content.kind in _WORKING:
            elapsed = max(0.0, (datetime.now(UTC) - started).total_seconds())
            words = span_text(elapsed)
            if expected is not None:
                late = self.tr("{elapsed}, usually {expected}")
                template = late if elapsed > expected else self.tr("{elapsed} of about {expected}")
                words = template.format(elapsed=words, expected=span_text(expected))
        self._time.setText(words)
        self._rows[self._time].setVisible(bool(words))

    def _attend(self) -> None:
        """Ticks only while somebody can see it."""
        wanted = self.isVisible() and self._content.started_at is not None and self._content.kind in _WORKING
        if wanted and not self._tick.isActive():
            self._tick.start()
        elif not wanted:
            self._tick.stop()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_time()
        self._attend()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._attend()


def _words(
    parent: QWidget, *, tone: str = "text", size: int = 13, weight: QFont.Weight = QFont.Weight.Normal
) -> Paragraph:
    words = Paragraph("", parent, tone=tone, size=size, weight=weight, centred=True)
    words.setMaximumWidth(_WIDEST)
    return words


def _selectable(parent: QWidget) -> PlainLabel:
    """The server's own words: they can be marked and copied."""
    label = PlainLabel("", parent, tone="third", size=12, wrap=True)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
    label.setMaximumWidth(_WIDEST)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _centred(part: QWidget, before: int) -> QWidget:
    """A row of its own, so that a part that is not there takes no room."""
    made = QWidget(part.parentWidget())
    row = QHBoxLayout(made)
    row.setContentsMargins(0, before, 0, 0)
    row.addStretch(1)
    row.addWidget(part, 1000)
    row.addStretch(1)
    return made
