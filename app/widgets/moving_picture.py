"""The images of a moving picture one after the other, at its own pace. They are decoded elsewhere, one ahead."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage
from shiboken6 import isValid

from app.system.previews import Looker, PictureFinding

SHORTEST_MS, USUAL_MS = 20, 100
"""Times below the first are mistakes of those who made the file; browsers take the second then."""


class MovingPicture(QObject):
    """One file. Stands still until `set_paused(False)`."""

    shown = Signal(QImage)

    def __init__(self, looker: Looker, path: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._looker, self._path = looker, path
        self._number = 0
        self._ready: PictureFinding | None = None
        self._is_asking = self._is_over = False
        self._paused = True
        self._due = QTimer(self, singleShot=True)
        self._due.timeout.connect(self._show)

    @property
    def is_paused(self) -> bool:
        return self._paused

    def set_paused(self, paused: bool) -> None:
        self._paused = paused
        if paused:
            self._due.stop()
        else:
            self._show()

    def stop(self) -> None:
        """For good: an image that is under way is dropped."""
        self._is_over = True
        self._due.stop()

    def _ask(self) -> None:
        if not self._is_asking and self._ready is None:
            self._is_asking = True
            self._looker.ask_frame(self._path, self._number, self._on_image)

    def _on_image(self, found: PictureFinding) -> None:
        self._is_asking = False
        if not isValid(self) or self._is_over or found.image is None:  # what cannot go on stands still
            return
        self._ready = found
        if not self._paused and not self._due.isActive():
            self._show()

    @Slot()
    def _show(self) -> None:
        """The next image if it is there and due; and the one after it is asked for."""
        ready, self._ready = self._ready, None
        if ready is not None and ready.image is not None:
            self._number += 1
            self._due.start(ready.delay_ms if ready.delay_ms >= SHORTEST_MS else USUAL_MS)
            self.shown.emit(ready.image)
        self._ask()
