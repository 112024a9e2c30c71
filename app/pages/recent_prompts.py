"""The button under the prompt that brings back what was written before."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from app.widgets import plain
from app.widgets.controls import QuietButton

MOST = 20
LINE_CHARS = 64


class RecentPrompts(QWidget):
    """`prompts` gives what was used, newest first; `chosen` tells the one the person wants back."""

    chosen = Signal(str)

    def __init__(self, prompts: Callable[[], Iterable[str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._prompts = prompts
        self.button = QuietButton(self.tr("Recent"), "history", self)
        self.button.setAccessibleName(self.tr("Recent prompts"))
        self.button.clicked.connect(self._open)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.button)
        row.addStretch(1)

    def offered(self) -> list[str]:
        """Distinct prompts, at most twenty."""
        distinct = dict.fromkeys(words.strip() for words in self._prompts())
        return [words for words in distinct if words][:MOST]

    def _open(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for prompt in self.offered():
            line = " ".join(prompt.split())
            words = line if len(line) <= LINE_CHARS else line[: LINE_CHARS - 1] + "\u2026"
            action = menu.addAction(plain.without_mnemonic(words))
            action.triggered.connect(lambda _checked=False, prompt=prompt: self.chosen.emit(prompt))
        if menu.isEmpty():
            menu.addAction(self.tr("No prompts yet")).setEnabled(False)
        menu.popup(self.button.mapToGlobal(self.button.rect().bottomLeft()))
