"""What concerns the whole queue, in its heading: pause and go on, and a menu to cancel what still waits."""

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from app.widgets.buttons import IconButton
from app.widgets.icons import icon

BUTTON = 28


class QueueBar(QWidget):
    """`pause_requested` carries whether to pause; `cancel_waiting_requested` is a wish for what waits here."""

    pause_requested = Signal(bool)
    cancel_waiting_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_paused = False
        self._waiting = 0
        self.pause = IconButton("pause", self.tr("Pause queue"), self, size=BUTTON)
        self.more = IconButton("ellipsis", self.tr("More for the queue"), self, size=BUTTON)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.pause)
        row.addWidget(self.more)
        self.setFixedSize(2 * BUTTON, BUTTON)
        self.pause.clicked.connect(lambda: self.pause_requested.emit(not self._is_paused))
        self.more.clicked.connect(self._open_menu)

    def set_queue(self, *, is_paused: bool, waiting: int) -> None:
        """Whether nothing is sent now, and how many jobs wait here."""
        self._is_paused, self._waiting = is_paused, waiting
        self.pause.set_icon_name("play" if is_paused else "pause")
        self.pause.set_name(self.tr("Resume queue") if is_paused else self.tr("Pause queue"))

    def menu(self) -> QMenu:
        """What can be done with the whole queue; deletes itself when it closes."""
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        pause = self.tr("Resume queue") if self._is_paused else self.tr("Pause queue")
        entry = menu.addAction(icon("play" if self._is_paused else "pause", "second"), pause)
        entry.triggered.connect(lambda: self.pause_requested.emit(not self._is_paused))
        menu.addSeparator()
        words = self.tr("Cancel what waits, keep what was sent ({count})").format(count=self._waiting)
        cancel = menu.addAction(icon("x", "second"), words)
        cancel.setEnabled(self._waiting > 0)
        cancel.triggered.connect(self.cancel_waiting_requested)
        return menu

    def _open_menu(self) -> None:
        menu = self.menu()
        place = self.more.mapToGlobal(QPoint(self.more.width(), self.more.height()))
        menu.popup(place - QPoint(menu.sizeHint().width(), 0))
