"""Shows a text result, such as a transcript: plain words that can be read, selected and copied."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from app.system import appearance

LARGEST = 512 * 1024
"""Bytes that are shown of a longer text; the file itself is whole."""

_MARGIN = 32  # px around the words


@dataclass(frozen=True)
class _Read:
    """What a worker hands back for the text number `ticket`; None could not be read."""

    ticket: int
    words: str | None


class TextView(QPlainTextEdit):
    """`show_text` returns at once; `shown` or `failed` comes later. Markup is shown as the letters it is made of."""

    shown = Signal()
    failed = Signal()
    _read = Signal(object)  # _Read, from the worker thread

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ticket = 0
        self._worker: ThreadPoolExecutor | None = None
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(appearance.font(15))
        self.setViewportMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        self.setTabChangesFocus(True)
        self.setAccessibleName(self.tr("Text"))
        self._read.connect(self._on_read, Qt.ConnectionType.QueuedConnection)

    def show_text(self, path: Path) -> None:
        """Reads a UTF-8 file off the window's thread."""
        self.clear()
        self._ticket += 1
        ticket = self._ticket
        if self._worker is None:
            self._worker = ThreadPoolExecutor(1, thread_name_prefix="text")
        self._worker.submit(lambda: self._read.emit(_Read(ticket, _words_of(path))))

    @Slot(object)
    def _on_read(self, read: _Read) -> None:
        if read.ticket != self._ticket:
            return
        if read.words is None:
            self.failed.emit()
            return
        self.setPlainText(read.words)
        self.shown.emit()


def _words_of(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError:
        return None
    # a letter that is cut in the middle at the end is left out
    words = data[:LARGEST].decode("utf-8", "ignore" if len(data) > LARGEST else "replace")
    return words + "\u2026" if len(data) > LARGEST else words
