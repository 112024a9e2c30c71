"""The dashed place that waits for a file: a button that opens the file dialog, and a target for what is dragged."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.system import appearance
from app.widgets import painting
from app.widgets.buttons import Look, PaintedButton

TALL, LOW = 58, 36
_ROOM_AT_START, _ROOM_AT_END = 12, 38  # px; a button may stand at its end


class DropArea(PaintedButton):
    """`set_awaited` lights it up while a drag is over the field; `set_low` makes it the small one under cards."""

    SIZE_PX = 13
    WEIGHT = QFont.Weight.Normal
    GAP = 9

    def __init__(self, words: str, icon_name: str, parent: QWidget | None = None) -> None:
        super().__init__(words, icon_name, parent)
        self._awaited = False
        self.HEIGHT = TALL
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_awaited(self, awaited: bool) -> None:
        if awaited != self._awaited:
            self._awaited = awaited
            self.update()

    def set_low(self, low: bool) -> None:
        self.HEIGHT = LOW if low else TALL
        self.setFont(appearance.font(12 if low else self.SIZE_PX, self.WEIGHT))
        self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.HEIGHT)

    def look(self) -> Look:
        tokens = appearance.current()
        if self._awaited:
            return Look(QColor(tokens.accent_wash), QColor(tokens.accent), QColor(tokens.text))
        edge = tokens.failed if self.property("invalid") else tokens.border_strong if self.hovered else tokens.border
        ink = tokens.disabled if not self.isEnabled() else tokens.second if self.hovered else tokens.third
        return Look(QColor(tokens.input), QColor(edge), QColor(ink))

    def paint_surface(self, painter: QPainter, look: Look) -> None:
        rect = QRectF(self.rect())
        painting.surface(painter, rect, self.RADIUS, fill=look.fill)
        if look.edge is not None:
            pen = QPen(look.edge, 1.0, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
            pen.setDashPattern([3.0, 3.0])
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), self.RADIUS - 0.5, self.RADIUS - 0.5)
        if self.ring:
            painting.focus_ring(painter, rect, self.RADIUS)

    def paint_content(self, painter: QPainter, look: Look) -> None:
        """In the middle where there is room for it, and never under the button at its end."""
        room = self.width() - _ROOM_AT_END - _ROOM_AT_START
        width = min(self._content_width(), room)
        left = (self.width() - width) / 2
        if left < _ROOM_AT_END:
            left = _ROOM_AT_START + (room - width) / 2
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            left = self.width() - left - width
        self.paint_words(painter, QRectF(left, 0, width, self.height()), look)
