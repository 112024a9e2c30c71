"""A question with room for an answer: a dialog over the window that nobody waits for in a nested loop."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.widgets.buttons import PaintedButton
from app.widgets.paragraph import Paragraph

WIDTH = 520


class Sheet(QDialog):
    """Title, a sentence, what the question is about, and buttons at the foot; shown with `open()`, gone when closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(WIDTH)
        self.resize(WIDTH, self.height())
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(24, 20, 24, 20)
        self._column.setSpacing(12)

    def put_words(self, title: str, words: str) -> None:
        """What is asked, and what has to be known for the answer."""
        self.setWindowTitle(title)
        self._column.addWidget(Paragraph(title, self, size=15, weight=QFont.Weight.DemiBold))
        self._column.addWidget(Paragraph(words, self, tone="second"))

    def fit(self) -> None:
        """As high as its parts need at its width, which wrapped words tell only now."""
        height = max(self._column.heightForWidth(self.width()), self._column.minimumSize().height())
        self.setMinimumHeight(height)
        self.resize(self.width(), height)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.fit()

    def put(self, part: QWidget, *, grows: bool = False) -> None:
        """Adds a part below what is there."""
        self._column.addWidget(part, 1 if grows else 0)

    def put_buttons(self, *buttons: PaintedButton) -> None:
        """The row at the foot, the main one last."""
        row = QHBoxLayout()
        row.setContentsMargins(0, 8, 0, 0)
        row.setSpacing(8)
        row.addStretch(1)
        for button in buttons:
            row.addWidget(button)
        self._column.addLayout(row)
