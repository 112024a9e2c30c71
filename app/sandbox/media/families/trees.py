"""Small firs along a line, as seen from far away."""

import random
from collections.abc import Sequence

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainterPath, QPolygonF

from app.sandbox.media.noise import Noise
from app.sandbox.media.scene import Stage
from app.sandbox.media.sheet import painting


def tree_line(
    stage: Stage,
    rng: random.Random,
    image: QImage,
    line: Sequence[tuple[float, float]],
    *,
    colour: QColor,
    height: float,
    towards: int = 0,
) -> None:
    """Plant firs of about `height` pixels along a ridge, in groups with gaps between.

    With `towards` -1 or 1 they grow tall at that end of the line only, and run out at the other.
    """
    density = Noise(rng)
    path = QPainterPath()
    path.setFillRule(path.fillRule().WindingFill)
    step = max(height * 0.13, 1.5)
    x, index = line[0][0], 0
    while x < line[-1][0]:
        while line[index + 1][0] < x:
            index += 1
        share = (x - line[0][0]) / (line[-1][0] - line[0][0])
        rich = 1.0 if not towards else (1 - share if towards < 0 else share)
        crowd = density.fractal(x / (height * 9), 3) + 0.25
        if rng.random() < crowd * 1.6 * min(1.0, rich * 2.5):
            size = height * (0.25 + 0.75 * rich) * rng.uniform(0.45, 1.0) * (0.6 + 0.4 * min(max(crowd * 2, 0.0), 1.0))
            path.addPolygon(fir(rng, x, line[index][1] + size * 0.12, size))
        x += step * rng.uniform(0.5, 1.6)
    with painting(image) as painter:
        painter.setBrush(colour)
        painter.drawPath(path)


def fir(rng: random.Random, x: float, foot: float, height: float) -> QPolygonF:
    """The outline of one fir: a spire with uneven branches."""
    half = height * rng.uniform(0.15, 0.22)
    lean = rng.uniform(-0.03, 0.03) * height
    rows = 3 + int(min(height / 9, 7))
    left: list[QPointF] = []
    right: list[QPointF] = []
    for row in range(rows):
        share = (row + 1) / rows
        y = foot - height * (1 - share * 0.94)
        width = half * share**0.9
        middle = x + lean * (1 - share)
        left += [
            QPointF(middle - width * rng.uniform(0.75, 1.15), y),
            QPointF(middle - width * 0.45, y - height * 0.02),
        ]
        right += [
            QPointF(middle + width * rng.uniform(0.75, 1.15), y),
            QPointF(middle + width * 0.45, y - height * 0.02),
        ]
    polygon = QPolygonF([QPointF(x + lean, foot - height), *left])
    polygon.append(QPointF(x, foot))
    for point in reversed(right):
        polygon.append(point)
    return polygon
