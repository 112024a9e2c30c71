"""What went wrong, in full: what happened, what it means for money and result, what to do, and the server's own words."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.domain.problem import Problem
from app.system import appearance
from app.system.language import say
from app.system.tokens import with_alpha
from app.widgets import painting
from app.widgets.buttons import SecondaryButton
from app.widgets.labels import PlainLabel


class ProblemBox(QWidget):
    """Takes no room without a problem. Everything in it is plain text and can be marked."""

    copy_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_notice = False
        self._happened = _words(self, size=13, weight=QFont.Weight.Medium)
        self._money = _words(self, tone="second")
        self._advice = _words(self, tone="second")
        self._server = _words(self, tone="third")
        self._copy = SecondaryButton(self.tr("Copy error"), "clipboard-copy", self)
        self._copy.clicked.connect(self.copy_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(6)
        for label in (self._happened, self._money, self._advice, self._server):
            column.addWidget(label)
        column.addSpacing(2)
        column.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignLeading)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.hide()

    def sentences(self) -> list[str]:
        """What is said, in order."""
        labels = (self._happened, self._money, self._advice, self._server)
        return [label.text() for label in labels if label.text()]

    def set_problem(self, problem: Problem | None, provider: str, *, is_notice: bool = False) -> None:
        """`provider` is the title that the sentences name; `is_notice`: what is not quite right about a job that is done."""
        self.is_notice = is_notice
        self._copy.setVisible(not is_notice)
        self.update()
        self.setVisible(problem is not None)
        if problem is None:
            return
        sentences = (problem.happened, problem.money, problem.advice)
        for label, sentence in zip((self._happened, self._money, self._advice), sentences, strict=True):
            _say(label, say(sentence.with_values(provider=provider)) if sentence else "")
        _say(self._server, problem.server_text)

    def paintEvent(self, event: QPaintEvent) -> None:
        tone = appearance.current().warning if self.is_notice else appearance.current().failed
        fill, edge = QColor(with_alpha(tone, 0.08)), QColor(with_alpha(tone, 0.35))
        painting.surface(painting.painter_of(self), QRectF(self.rect()), appearance.RADIUS_INPUT, fill=fill, edge=edge)


def _words(
    parent: QWidget, *, tone: str = "text", size: int = 12, weight: QFont.Weight = QFont.Weight.Normal
) -> PlainLabel:
    label = PlainLabel("", parent, tone=tone, size=size, weight=weight, wrap=True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _say(label: PlainLabel, words: str) -> None:
    label.setText(words)
    label.setVisible(bool(words))
