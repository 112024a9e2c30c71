"""A sound drawn as rounded bars: what was played in the accent colour, the rest pale. A click or drag seeks."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.system import appearance
from app.widgets import painting, stage

_BAR, _PITCH = 3.0, 4.6  # px
_MARGIN = 20
_TALLEST = 180.0
_SHARE = 0.22  # of the height
_FLATTEST = 7.0
_STEP, _FAR_STEP = 0.02, 0.1


class WaveformView(QWidget):
    """Values in, wishes out: `seek_requested` carries a share of the whole length, 0 to 1."""

    seek_requested = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._peaks: tuple[float, ...] | None = None
        self._share = 0.0
        self._dragging = False
        self._ring = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Waveform"))

    @property
    def share(self) -> float:
        """How much of it was played."""
        return self._share

    @property
    def peaks(self) -> tuple[float, ...] | None:
        return self._peaks

    def set_peaks(self, peaks: tuple[float, ...] | None) -> None:
        """0 to 1 over the whole length. None: not known yet; empty: there are none; both draw a flat line of dots."""
        self._peaks = peaks
        self.update()

    def set_position(self, share: float) -> None:
        share = min(1.0, max(0.0, share))
        if share != self._share:
            self._share = share
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 80)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.painter_of(self)
        painter.fillRect(self.rect(), appearance.colour("input"))
        self._paint_bars(painter)
        if self._ring and self.hasFocus():
            ring = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            painting.focus_ring(painter, ring, appearance.RADIUS_SMALL)

    def _paint_bars(self, painter: QPainter) -> None:
        area = self._area()
        count = max(1, int((area.width() + _PITCH - _BAR) / _PITCH))
        heights = bars(self._peaks or (), count)
        tallest = min(_TALLEST, self.height() * _SHARE)
        pitch = area.width() / count
        pale = (
            "border_strong" if appearance.current().is_dark else "border"
        )  # on near black the edge colour would vanish
        painter.setPen(Qt.PenStyle.NoPen)
        for number, height in enumerate(heights):
            tall = max(_FLATTEST, height * tallest)
            played = (number + 0.5) / count <= self._share
            painter.setBrush(appearance.colour("accent" if played else pale))
            bar = QRectF(area.left() + number * pitch, area.center().y() - tall / 2, _BAR, tall)
            painter.drawRoundedRect(bar, _BAR / 2, _BAR / 2)

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_MARGIN, 0, -_MARGIN, 0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._dragging = True
            self._go_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._go_to(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragging = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: -_STEP,
            Qt.Key.Key_Right: _STEP,
            Qt.Key.Key_PageUp: -_FAR_STEP,
            Qt.Key.Key_PageDown: _FAR_STEP,
            Qt.Key.Key_Home: -1.0,
            Qt.Key.Key_End: 1.0,
        }
        step = steps.get(Qt.Key(event.key())) if not event.modifiers() else None
        if step is None:
            event.ignore()
            return
        self._ring = True
        self._seek(self._share + step)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() in stage.BY_KEYBOARD
        super().focusInEvent(event)

    def _go_to(self, x: float) -> None:
        area = self._area()
        self._seek((x - area.left()) / max(1.0, area.width()))

    def _seek(self, share: float) -> None:
        self.set_position(share)
        self.seek_requested.emit(self._share)


def bars(peaks: tuple[float, ...], count: int) -> list[float]:
    """As many heights (0 to 1) as there are bars. A quiet sound is drawn taller, the loudest bar being 1 high.

    Loud music would be a solid block; the curve of the power of the sound shows its shape.
    """
    if not peaks:
        return [0.0] * count
    total = len(peaks)
    found = []
    for number in range(count):
        first = number * total // count
        last = max(first + 1, (number + 1) * total // count)
        found.append(max(peaks[first:last]))
    loudest = max(found)
    return [(height / loudest) ** 1.7 for height in found] if loudest > 0.001 else [0.0] * count
