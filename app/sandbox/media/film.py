"""A scene as a film: the same pieces, a moment later, again and again."""

import random
from collections.abc import Iterator

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QImage, QPainter

from app.sandbox.media.noise import grain
from app.sandbox.media.picture import demo_mark
from app.sandbox.media.scene import Scene
from app.sandbox.media.sheet import painting, sheet

FILM_GRAIN = 0.012


def frames(scene: Scene, rng: random.Random, count: int, rate: int) -> Iterator[QImage]:
    """Every picture of the film, painted when it is asked for."""
    stage = scene.stage
    # The grain lies still: it is there against banding, and grain that moves would eat the encoder's bits.
    veil = sheet(stage.width, stage.height)
    with painting(veil) as painter:
        painter.fillRect(QRectF(veil.rect()), QBrush(grain(rng, 512, FILM_GRAIN)))
        demo_mark(painter, stage.width, stage.height)
    for number in range(count):
        frame = QImage(stage.width, stage.height, QImage.Format.Format_RGB32)
        frame.fill(Qt.GlobalColor.black)
        with painting(frame) as painter:
            scene.paint(painter, number / rate)
            painter.setOpacity(1.0)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
            painter.drawImage(0, 0, veil)
        yield frame
