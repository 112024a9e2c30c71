"""Working from a picture that was sent along: a film that travels over it, or a painting laid on it."""

import random
from collections.abc import Iterator
from math import cos, pi
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QImage, QImageReader

from app.sandbox.media.picture import demo_mark
from app.sandbox.media.sheet import painting

LONGEST_TRAVEL = 0.3  # share of the picture that a film leaves behind with the most movement
_SHAPES = ((1024, 576), (576, 1024), (768, 768))  # of films whose shape is the picture's (svd, apis.md 2.8)


class UnreadablePictureError(ValueError):
    """What was sent along is no picture."""


def given_picture(path: Path) -> QImage:
    """The picture, turned as its camera was held.

    Raises:
        UnreadablePictureError: it does not decode.
    """
    reader = QImageReader(str(path))
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    image = reader.read()
    if image.isNull():
        raise UnreadablePictureError(f"the picture cannot be read: {reader.errorString()}")
    return image.convertToFormat(QImage.Format.Format_RGB32)


def shape_like(picture: QImage) -> tuple[int, int]:
    """The film size whose shape is nearest to the picture's, in pixels."""
    wanted = picture.width() / picture.height()
    return min(_SHAPES, key=lambda shape: abs(shape[0] / shape[1] - wanted))


def laid_over(painted: QImage, picture: QImage, strength: float) -> QImage:
    """The given picture, cut to the painting's size, with the painting over it as strong as asked."""
    result = _cover(picture, painted.width(), painted.height())
    with painting(result) as painter:
        painter.setOpacity(min(max(strength, 0.0), 1.0))
        painter.drawImage(0, 0, painted)
    return result


def travel(picture: QImage, size: tuple[int, int], count: int, motion: float, rng: random.Random) -> Iterator[QImage]:
    """A film over the picture: the camera comes nearer and drifts to some side, softly at both ends."""
    width, height = size
    side = rng.uniform(-0.45, 0.45)
    # Twice the size of the frame, so that coming nearer does not show pixels.
    wide = _cover(picture, width * 2, height * 2)
    farthest = LONGEST_TRAVEL * min(max(motion, 0.0), 1.0)
    for number in range(count):
        share = (1 - cos(pi * number / max(count - 1, 1))) / 2
        view = QSizeF(wide.size()) * (1 - farthest * share)
        left = (wide.width() - view.width()) * (0.5 + side * share)
        top = (wide.height() - view.height()) / 2
        frame = QImage(width, height, QImage.Format.Format_RGB32)
        with painting(frame) as painter:
            painter.drawImage(QRectF(0, 0, width, height), wide, QRectF(QPointF(left, top), view))
            demo_mark(painter, width, height)
        yield frame


def _cover(picture: QImage, width: int, height: int) -> QImage:
    """The middle of the picture at exactly this size."""
    aspect, smooth = Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    grown = picture.scaled(width, height, aspect, smooth)
    return grown.copy((grown.width() - width) // 2, (grown.height() - height) // 2, width, height)
