"""Words that may be long: a few lines of them, and all of them on request."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.widgets.buttons import QuietButton
from app.widgets.labels import PlainLabel


class LongWords(QWidget):
    """Shows at most `lines` lines until the person asks for more. The words can be marked and copied."""

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        lines: int = 6,
        size: int = 15,
        weight: QFont.Weight = QFont.Weight.DemiBold,
    ) -> None:
        super().__init__(parent)
        self._lines = lines
        self._is_open = False
        self._label = PlainLabel("", self, size=size, weight=weight, wrap=True)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        self._more = QuietButton(self.tr("Show all"), parent=self)
        self._more.setFixedHeight(28)
        self._more.clicked.connect(self._turn)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._label)
        column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeading)

    @property
    def text(self) -> str:
        return self._label.text()

    def set_text(self, text: str) -> None:
        """Other words, folded again."""
        if text != self._label.text():
            self._label.setText(text)
            self._is_open = False
            self._fit()

    def _turn(self) -> None:
        self._is_open = not self._is_open
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics = QFontMetrics(self._label.font())
        room = metrics.boundingRect(
            0, 0, max(1, self.width()), 1 << 20, Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere, self.text
        ).height()
        folded = metrics.lineSpacing() * self._lines + 2
        is_long = room > folded + metrics.lineSpacing()
        self._label.setMaximumHeight(folded if is_long and not self._is_open else 1 << 20)
        self._more.setVisible(is_long)
        self._more.setText(self.tr("Show less") if self._is_open else self.tr("Show all"))
