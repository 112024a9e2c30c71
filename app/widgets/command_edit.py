"""A command of several lines that is kept letter by letter: no trimming, no rich text, and wrapped on the screen only."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontDatabase, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.system import appearance

HEIGHT = 104
_BREAKS = str.maketrans({"\u2029": "\n", "\u2028": "\n"})


class CommandEdit(QPlainTextEdit):
    """`value_changed` tells what the person wrote; `set_value` is silent. Tab moves on, as everywhere."""

    value_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._silent = False
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPixelSize(12)
        font.setFamilies([*font.families(), appearance.FAMILY])
        self.setFont(font)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)  # on the screen only
        self.setFixedHeight(HEIGHT)
        self.textChanged.connect(self._changed)

    def value(self) -> str:
        """The text with nothing replaced: `toPlainText` would turn protected blanks into ordinary ones."""
        return self.document().toRawText().translate(_BREAKS)

    def set_value(self, words: str) -> None:
        """Another command."""
        if words != self.value():
            self._silent = True
            self.setPlainText(words)
            self._silent = False

    def _changed(self) -> None:
        if not self._silent:
            self.value_changed.emit(self.value())
