"""The head of a page without a form: its name, one line of what it is for, and its actions at the right."""

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.widgets.assistive import HeadingVoice
from app.widgets.labels import Divider, PlainLabel

HEIGHT = 66


class PageHeading(QWidget):
    """66 px with the hairline below it, the same on every such page."""

    def __init__(self, title: str, subtitle: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(_Title(title, self))
        words.addWidget(PlainLabel(subtitle, self, tone="third", size=12))
        words.addStretch(1)
        self._row = QHBoxLayout()
        self._row.setContentsMargins(18, 0, 18, 0)
        self._row.setSpacing(8)
        self._row.addLayout(words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._row, 1)
        column.addWidget(Divider(self))

    def add_action(self, action: QWidget) -> None:
        """Puts a button to the right end."""
        self._row.addWidget(action)


class _Title(PlainLabel):
    """A heading for assistive technology as well."""

    voice = HeadingVoice

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent, size=15, weight=QFont.Weight.DemiBold)
