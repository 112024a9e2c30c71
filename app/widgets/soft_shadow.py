"""A wide, soft shadow under a picture: the exact blur of a rectangle, painted from one small square."""

from functools import lru_cache
from math import erf, sqrt

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

SIGMA = 13.0  # px
DROP = 9.0  # px that the shadow lies lower
_REACH = 34  # px beyond the rectangle, and as much inside it, where the shadow changes
_CORNER = 2 * _REACH


def paint(painter: QPainter, rect: QRectF, colour: QColor) -> None:
    """Lies under `rect` too, which is expected to be covered. The corners and the middle lines of the square are
    stretched to the place they are needed at."""
    square = _square(colour.rgba())
    reach = min(float(_REACH), rect.width() / 2, rect.height() / 2)
    outer = rect.translated(0, DROP).adjusted(-reach, -reach, reach, reach)
    across = _thirds(outer.left(), outer.right(), 2 * reach)
    down = _thirds(outer.top(), outer.bottom(), 2 * reach)
    source = ((0, _CORNER), (_CORNER, 1), (_CORNER + 1, _CORNER))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for (x, width), (left, wide) in zip(across, source, strict=True):
        for (y, height), (top, tall) in zip(down, source, strict=True):
            painter.drawImage(QRectF(x, y, width, height), square, QRectF(left, top, wide, tall))
    painter.restore()


def _thirds(start: float, end: float, corner: float) -> tuple[tuple[float, float], ...]:
    """Place and length of corner, middle and corner, on whole pixels so that no seam shows."""
    first, second = round(start + corner), round(end - corner)
    return (
        (round(start), first - round(start)),
        (first, max(0, second - first)),
        (max(first, second), round(end) - max(first, second)),
    )


@lru_cache(maxsize=4)
def _square(rgba: int) -> QImage:
    """The shadow of the smallest rectangle that has all of it: corner, one pixel, corner, both ways."""
    side = 2 * _CORNER + 1
    strength = QColor.fromRgba(rgba).alphaF()
    edge = [0.5 * (1 + erf((x + 0.5 - _REACH) / (SIGMA * sqrt(2)))) for x in range(_CORNER)]
    profile = [*edge, 1.0, *reversed(edge)]
    made = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    for y, down in enumerate(profile):
        for x, across in enumerate(profile):
            made.setPixel(x, y, round(255 * strength * down * across) << 24)
    return made
