"""How far something is: a line 3 px high, or a light that sweeps along it while nobody can know."""

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QWidget

from app.system import appearance
from app.widgets import painting

HEIGHT = 3
_SWEEP_S, _FRAME_MS = 1.6, 33


class ProgressLine(QProgressBar):
    """A progress bar for assistive technology. `role` is the colour token of the done part."""

    def __init__(self, parent: QWidget | None = None, *, role: str = "running") -> None:
        super().__init__(parent)
        self._role = role
        self._place = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._step)
        self.setTextVisible(False)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setRange(0, 100)

    def set_fraction(self, fraction: float | None) -> None:
        """From 0 to 1; None is unknown, and sweeps unless motion is reduced."""
        if fraction is None:
            self.setRange(0, 0)
        else:
            self.setRange(0, 100)
            self.setValue(round(max(0.0, min(1.0, fraction)) * 100))
        self._attend()
        self.update()

    def set_role(self, role: str) -> None:
        self._role = role
        self.update()

    @property
    def is_sweeping(self) -> bool:
        return self._timer.isActive()

    def sizeHint(self) -> QSize:
        return QSize(120, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(24, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.painter_of(self)
        line = QRectF(self.rect())
        painting.surface(painter, line, HEIGHT / 2, fill=appearance.colour("border"))
        start, end = self._lit()
        if end <= start:
            return
        lit = QRectF(line.width() * start, 0, line.width() * (end - start), HEIGHT)
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            lit.moveLeft(line.width() - lit.right())
        painting.surface(painter, lit, HEIGHT / 2, fill=appearance.colour(self._role))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._attend()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._attend()

    def _lit(self) -> tuple[float, float]:
        """The coloured part as shares of the width."""
        if self.maximum() > 0:
            return 0.0, max(0, self.value()) / self.maximum()
        if not self._timer.isActive():
            return 0.35, 0.65  # unknown, standing still
        start = -0.3 + self._place * 1.3
        return max(0.0, start), min(1.0, start + 0.3)

    def _attend(self) -> None:
        """The timer runs only while somebody can see it move."""
        moving = self.maximum() == 0 and self.isVisible() and appearance.motion_ms() > 0
        if moving != self._timer.isActive():
            (self._timer.start if moving else self._timer.stop)()

    def _step(self) -> None:
        if appearance.motion_ms() == 0:
            self._attend()
        self._place = (self._place + _FRAME_MS / 1000 / _SWEEP_S) % 1.0
        self.update()
