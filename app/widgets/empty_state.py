"""An empty place that tells what belongs there and how to begin."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.widgets.buttons import PrimaryButton, SecondaryButton
from app.widgets.notices import IconMark
from app.widgets.paragraph import Paragraph

WIDEST_WORDS = 380


class EmptyState(QWidget):
    """Icon, title, one sentence, and up to two actions in the middle of its room."""

    primary_requested = Signal()
    secondary_requested = Signal()

    def __init__(
        self,
        icon_name: str,
        title: str,
        text: str = "",
        parent: QWidget | None = None,
        *,
        primary: str = "",
        secondary: str = "",
    ) -> None:
        super().__init__(parent)
        self._mark = IconMark(icon_name, "third", 32, self)
        self._title = Paragraph(title, self, size=15, weight=QFont.Weight.DemiBold, centred=True)
        self._text = Paragraph(text, self, tone="second", centred=True)
        for label in (self._title, self._text):
            label.setMaximumWidth(WIDEST_WORDS)
        self._primary = PrimaryButton(primary, parent=self)
        self._secondary = SecondaryButton(secondary, parent=self)
        self._primary.clicked.connect(self.primary_requested)
        self._secondary.clicked.connect(self.secondary_requested)
        self._arrange()
        self.set_words(icon_name, title, text, primary=primary, secondary=secondary)

    def set_words(self, icon_name: str, title: str, text: str = "", *, primary: str = "", secondary: str = "") -> None:
        """Another reason to be empty, such as a search without results. What is "" takes no room."""
        if icon_name:
            self._mark.set_icon(icon_name, "third")
        self._mark.setVisible(bool(icon_name))
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self._text.setText(text)
        self._text.setVisible(bool(text))
        for button, words in ((self._primary, primary), (self._secondary, secondary)):
            button.setText(words)
            button.setVisible(bool(words))

    def _arrange(self) -> None:
        actions = QHBoxLayout()
        actions.setSpacing(8)
        actions.addStretch(1)
        actions.addWidget(self._primary)
        actions.addWidget(self._secondary)
        actions.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(14)
        for label, after in ((self._title, 6), (self._text, 16)):
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(label, 1000)
            row.addStretch(1)
            column.addLayout(row)
            column.addSpacing(after)
        column.addLayout(actions)
        column.addStretch(1)
