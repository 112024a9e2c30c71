"""A thin slider: an accent line up to a round handle. A click jumps to its place."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSlider, QStyle, QWidget

from app.system import appearance
from app.widgets import painting

HANDLE, TRACK, RING = 14, 4, 2


class Slider(QSlider):
    """Horizontal. `setRange`, `setValue` and the signals are those of QSlider."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._ring = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(120, 30)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.painter_of(self)
        centre = self._centre()
        line = QRectF(0, centre.y() - TRACK / 2, self.width(), TRACK)
        painting.surface(painter, line, TRACK / 2, fill=appearance.colour("border"))
        done = QRectF(line)
        if self._mirrored():
            done.setLeft(centre.x())
        else:
            done.setRight(centre.x())
        painting.surface(painter, done, TRACK / 2, fill=appearance.colour("accent" if self.isEnabled() else "disabled"))
        handle = QRectF(centre.x() - HANDLE / 2, centre.y() - HANDLE / 2, HANDLE, HANDLE)
        if self._ring and self.hasFocus():
            grown = handle.adjusted(-RING, -RING, RING, RING)
            painting.surface(painter, grown, grown.width() / 2, fill=appearance.colour("accent"))
        elif self.isEnabled() and (self.underMouse() or self.isSliderDown()):
            grown = handle.adjusted(-RING, -RING, RING, RING)
            painting.surface(painter, grown, grown.width() / 2, fill=appearance.colour("selection"))
        painting.surface(
            painter, handle, HANDLE / 2, fill=appearance.colour("text" if self.isEnabled() else "disabled")
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.isEnabled():
            self._ring = False
            self.setSliderDown(True)
            self._go_to(event.position())
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._go_to(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Only with the focus, so that scrolling over a form changes nothing by accident."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = painting.shows_focus(event, self._ring)
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._ring = True
        super().keyPressEvent(event)

    def _mirrored(self) -> bool:
        return self.layoutDirection() is Qt.LayoutDirection.RightToLeft

    def _edge(self) -> float:
        """From the end of the line to the middle of the handle at its first place; the ring fits in."""
        return HANDLE / 2 + RING

    def _centre(self) -> QPointF:
        reach = self.width() - 2 * self._edge()
        along = QStyle.sliderPositionFromValue(
            self.minimum(), self.maximum(), self.sliderPosition(), round(reach), self._mirrored()
        )
        return QPointF(self._edge() + along, self.height() / 2)

    def _go_to(self, at: QPointF) -> None:
        reach = round(self.width() - 2 * self._edge())
        along = round(at.x() - self._edge())
        value = QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), along, reach, self._mirrored())
        self.setSliderPosition(value)
