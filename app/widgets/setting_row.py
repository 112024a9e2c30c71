"""One setting: what it is called and what it means at the left, its control at the right."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.widgets.labels import PlainLabel
from app.widgets.paragraph import Paragraph
from app.widgets.switch import Switch

MARGIN = 17
"""In px; the edge of the card is one more."""
SMALLEST = 56


class SettingRow(QWidget):
    """A row of a card. The control is named by the title; `width` fixes it in px, 0 leaves it its own."""

    def __init__(
        self, title: str, hint: str, control: QWidget, parent: QWidget | None = None, *, width: int = 0
    ) -> None:
        super().__init__(parent)
        self.setMinimumHeight(SMALLEST)
        control.setAccessibleName(title)
        control.setAccessibleDescription(hint)
        if width:
            control.setFixedWidth(width)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(PlainLabel(title, self))
        if hint:
            words.addWidget(Paragraph(hint, self, tone="third", size=12))
        words.addStretch(1)
        row = QHBoxLayout(self)
        # a switch keeps room for its focus ring inside itself
        right = MARGIN - Switch.PADDING if isinstance(control, Switch) else MARGIN
        row.setContentsMargins(MARGIN, 11, right, 11)
        row.setSpacing(24)
        row.addLayout(words, 1)
        row.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
