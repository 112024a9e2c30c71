"""Sheets of transparent film to paint on, and what one does with them: fade, tint, blur, cut out."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QGradient, QImage, QPainter, QPainterPath, QPolygonF

Mode = QPainter.CompositionMode
Paint = QColor | QGradient | QBrush


def sheet(width: int, height: int) -> QImage:
    """A clear sheet."""
    image = QImage(max(width, 1), max(height, 1), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    return image


@contextmanager
def painting(image: QImage, mode: Mode = Mode.CompositionMode_SourceOver) -> Iterator[QPainter]:
    """A smooth painter on an image, ended for certain."""
    painter = QPainter(image)
    try:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setCompositionMode(mode)
        yield painter
    finally:
        painter.end()


def wash(image: QImage, paint: Paint, mode: Mode = Mode.CompositionMode_SourceOver) -> None:
    """Paint over the whole sheet. With SourceAtop only what is there is coloured, with DestinationIn it fades."""
    with painting(image, mode) as painter:
        painter.fillRect(QRectF(image.rect()), QBrush(paint))


def lay(image: QImage, other: QImage, mode: Mode = Mode.CompositionMode_SourceOver, opacity: float = 1.0) -> None:
    """Lay another sheet on this one, top left on top left."""
    with painting(image, mode) as painter:
        painter.setOpacity(opacity)
        painter.drawImage(0, 0, other)


def tinted(mask: QImage, paint: Paint) -> QImage:
    """A sheet of colour that shows where a mask (Alpha8) is full."""
    result = sheet(mask.width(), mask.height())
    wash(result, paint)
    lay(result, mask, Mode.CompositionMode_DestinationIn)
    return result


def blurred(image: QImage, radius: float) -> QImage:
    """The sheet out of focus: scaled down and up again, which costs next to nothing."""
    factor = max(radius, 1.0)
    small = _smooth(image, round(image.width() / factor), round(image.height() / factor))
    while small.width() * 2 < image.width():
        small = _smooth(small, small.width() * 2, small.height() * 2)
    return _smooth(small, image.width(), image.height())


def below(points: Sequence[tuple[float, float]], bottom: float) -> QPainterPath:
    """The area under a line of points (from left to right), down to `bottom`."""
    polygon = QPolygonF([QPointF(x, y) for x, y in points])
    polygon.append(QPointF(points[-1][0], bottom))
    polygon.append(QPointF(points[0][0], bottom))
    path = QPainterPath()
    path.addPolygon(polygon)
    path.closeSubpath()
    return path


def _smooth(image: QImage, width: int, height: int) -> QImage:
    return image.scaled(
        max(width, 1),
        max(height, 1),
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
