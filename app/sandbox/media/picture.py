"""A scene as a picture: painted with 16 bits a channel, grained, marked, and only then rounded to 8 bits."""

import random

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen

from app.sandbox.media.noise import grain
from app.sandbox.media.scene import Scene
from app.sandbox.media.sheet import painting

GRAIN = 0.014  # share of full white of an ordinary speck


def still(scene: Scene, rng: random.Random) -> QImage:
    """The scene's first moment."""
    stage = scene.stage
    canvas = QImage(stage.width, stage.height, QImage.Format.Format_RGBX64)
    canvas.fill(Qt.GlobalColor.black)
    with painting(canvas) as painter:
        scene.paint(painter)
        painter.fillRect(QRectF(canvas.rect()), QBrush(grain(rng, 512, GRAIN)))
        demo_mark(painter, stage.width, stage.height)
    return canvas.convertToFormat(QImage.Format.Format_RGB32)


def demo_mark(painter: QPainter, width: int, height: int) -> None:
    """The word "demo" in a corner, small and pale. Drawn as lines, because a system may have no fonts."""
    size = max(min(width, height) * 0.0085, 3.0)
    path = _letters()
    box = path.boundingRect()
    painter.save()
    painter.translate(width - size * (box.width() + 2.4), height - size * 2.6)
    painter.scale(size, size)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, thickness in ((QColor(0, 0, 0, 60), 0.42), (QColor(255, 255, 255, 140), 0.19)):
        painter.setPen(
            QPen(colour, thickness, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        )
        painter.drawPath(path)
    painter.restore()


def _letters() -> QPainterPath:
    """d, e, m, o with an x-height of 1."""
    path = QPainterPath()
    path.addEllipse(QPointF(0.45, 0.5), 0.45, 0.5)  # d
    path.moveTo(0.9, -0.6)
    path.lineTo(0.9, 1.0)
    path.moveTo(1.35, 0.5)  # e
    path.lineTo(2.2, 0.5)
    path.arcTo(QRectF(1.32, 0.0, 0.9, 1.0), 0, 315)
    path.moveTo(2.65, 1.0)  # m
    path.lineTo(2.65, 0.0)
    path.moveTo(2.65, 0.4)
    path.arcTo(QRectF(2.65, 0.0, 0.6, 0.8), 180, -180)
    path.lineTo(3.25, 1.0)
    path.moveTo(3.25, 0.4)
    path.arcTo(QRectF(3.25, 0.0, 0.6, 0.8), 180, -180)
    path.lineTo(3.85, 1.0)
    path.addEllipse(QPointF(4.75, 0.5), 0.45, 0.5)  # o
    return path
