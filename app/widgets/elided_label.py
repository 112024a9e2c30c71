"""One line of plain words that ends in dots where there is no room, and then tells all in a tooltip."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.widgets import plain
from app.widgets.assistive import WordsVoice
from app.widgets.labels import PlainLabel


class ElidedLabel(PlainLabel):
    """Takes any width. `full_text` is the whole of it, and so is the name for assistive technology."""

    voice = WordsVoice

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        tone: str = "text",
        size: int = 13,
        weight: QFont.Weight = QFont.Weight.Normal,
    ) -> None:
        super().__init__("", parent, tone=tone, size=size, weight=weight)
        self._full = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setText(text)

    @property
    def full_text(self) -> str:
        return self._full

    def setText(self, text: str) -> None:
        """Line breaks become blanks: this is one line."""
        self._full = " ".join(text.split())
        self.setAccessibleName(self._full)
        self._fit()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        width = QFontMetricsF(self.font()).horizontalAdvance(plain.line(self._full))
        return QSize(round(width + 1), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        line = plain.line(self._full)
        shown = QFontMetricsF(self.font()).elidedText(line, Qt.TextElideMode.ElideRight, self.width() + 0.5)
        if shown != self.text():
            super().setText(shown)
        self.setToolTip(plain.tooltip(self._full) if shown != self._full else "")
