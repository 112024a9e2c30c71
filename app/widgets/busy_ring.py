"""A small ring that turns while something is under way; it stands still when motion is reduced."""

from PySide6.QtCore import QPointF, QRectF, QTimer
from PySide6.QtGui import QHideEvent, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from app.system import appearance
from app.widgets import icons, painting

_FRAME_MS, _TURN_S = 50, 1.2


class BusyRing(QWidget):
    """Turns only while it is visible."""

    def __init__(self, parent: QWidget | None = None, *, size: int = 16, role: str = "second") -> None:
        super().__init__(parent)
        self._role = role
        self._angle = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._step)
        self.setFixedSize(size, size)
        self.setAccessibleName(self.tr("Busy"))

    @property
    def is_turning(self) -> bool:
        return self._timer.isActive()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.painter_of(self)
        middle = QPointF(self.width() / 2, self.height() / 2)
        painter.setRenderHint(painter.RenderHint.SmoothPixmapTransform)
        painter.translate(middle)
        painter.rotate(self._angle)
        side = self.width()
        made = icons.pixmap("loader-circle", appearance.colour(self._role), side, self.devicePixelRatioF())
        painter.drawPixmap(QRectF(-side / 2, -side / 2, side, side), made, QRectF(made.rect()))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if appearance.motion_ms():
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _step(self) -> None:
        if not appearance.motion_ms():
            self._timer.stop()
        self._angle = (self._angle + 360 * _FRAME_MS / 1000 / _TURN_S) % 360
        self.update()
