"""A place to paint in, measured from its start edge: the left, or the right where one reads from right to left."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from app.system import appearance
from app.widgets import plain

_LINE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


@dataclass(frozen=True)
class Place:
    """A rectangle and the direction in which it is read."""

    rect: QRectF
    mirrored: bool = False

    @property
    def width(self) -> float:
        return self.rect.width()

    def part(self, start: float, top: float, width: float, height: float) -> QRectF:
        """A part of it; `start` is the distance from the start edge."""
        left = self.rect.right() - start - width if self.mirrored else self.rect.left() + start
        return QRectF(left, self.rect.top() + top, width, height)

    def inner(self, start: float, top: float, end: float, bottom: float) -> "Place":
        """What is left inside of these margins."""
        room = self.rect.width() - start - end
        return Place(self.part(start, top, room, self.rect.height() - top - bottom), self.mirrored)

    def line(self, top: float, height: float) -> "Place":
        """A line of it over the whole width."""
        return Place(self.part(0, top, self.width, height), self.mirrored)

    def write(self, painter: QPainter, words: str, role: str, font: QFont, *, at_end: bool = False) -> float:
        """One line of words, cut with dots where it ends, in the middle of the height. Returns the width it took."""
        metrics = QFontMetricsF(font)
        shown = metrics.elidedText(plain.line(words), Qt.TextElideMode.ElideRight, max(0.0, self.rect.width()) + 0.5)
        side = Qt.AlignmentFlag.AlignRight if at_end != self.mirrored else Qt.AlignmentFlag.AlignLeft
        painter.setFont(font)
        painter.setPen(appearance.colour(role))
        painter.drawText(self.rect, side | Qt.AlignmentFlag.AlignAbsolute | _LINE, shown)
        return metrics.horizontalAdvance(shown)
