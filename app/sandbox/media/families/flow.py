"""Silk: thousands of fine strands that follow one invisible current, with lights that travel along them."""

import random
from dataclasses import dataclass
from math import cos, sin, tau

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen

from app.sandbox.media.colour import clear, downwards, glow, lift, mix, ramp
from app.sandbox.media.noise import cloud, contrast
from app.sandbox.media.scene import Easel, Fill, Piece, Plate, Scene, Stage, place_between_pixels
from app.sandbox.media.sheet import Mode, painting, sheet, tinted

_STRANDS = 1500
_POINTS = 46  # per strand


@dataclass(frozen=True, slots=True)
class Current:
    """A direction for every place: a few long waves laid over each other."""

    waves: tuple[tuple[float, float, float, float], ...]  # x and y per height, phase, weight
    heading: float

    def angle(self, x: float, y: float) -> float:
        """The direction at a place given in heights of the frame, in radians."""
        return self.heading + sum(weight * sin(kx * x + ky * y + phase) for kx, ky, phase, weight in self.waves)


@dataclass(frozen=True, slots=True)
class Sway:
    """A sheet that breathes: it shifts a little to and fro, out of step with the others."""

    stage: Stage
    image: QImage
    reach: float
    phase: float
    speed: float
    mode: Mode

    def paint(self, painter: QPainter, t: float) -> None:
        """Draw the sheet where it has swayed to; it starts in the middle."""
        painter.setCompositionMode(self.mode)
        painter.setOpacity(1.0)
        aside = self.reach * (sin(self.phase + t * self.speed) - sin(self.phase))
        up = 0.5 * self.reach * (cos(self.phase * 1.3 + t * self.speed * 0.8) - cos(self.phase * 1.3))
        edge = (self.image.width() - self.stage.width) / 2
        place_between_pixels(painter, self.image, aside - edge, up - edge)


@dataclass(frozen=True, slots=True)
class Sparks:
    """Small lights that run along strands."""

    stage: Stage
    paths: tuple[tuple[QPointF, ...], ...]
    offsets: tuple[float, ...]
    colour: QColor
    size: float

    def paint(self, painter: QPainter, t: float) -> None:
        """Draw each light where it is on its strand."""
        painter.setCompositionMode(Mode.CompositionMode_Screen)
        painter.setOpacity(1.0)
        for path, offset in zip(self.paths, self.offsets, strict=True):
            place = (offset + t * 0.07) % 1.0 * (len(path) - 1)
            index = int(place)
            point = path[index] + (path[min(index + 1, len(path) - 1)] - path[index]) * (place - index)
            bright = 0.9 * sin(3.1416 * place / (len(path) - 1))
            painter.setBrush(QBrush(glow(point, self.size * 4, self.colour, bright, sharpness=3.0)))
            painter.drawEllipse(point, self.size * 4, self.size * 4)


def flow(easel: Easel) -> Scene:
    """Strands in three layers over a dark ground."""
    stage, rng, palette = easel
    current = Current(
        waves=tuple(
            (rng.uniform(-1, 1) * tau * scale, rng.uniform(-1, 1) * tau * scale, rng.uniform(0, tau), weight)
            for scale, weight in ((0.45, 1.1), (0.8, 0.55), (1.5, 0.28), (2.6, 0.1))
        ),
        heading=rng.uniform(0, tau),
    )
    dark = mix(palette.near, palette.zenith, 0.45)
    dark = lift(dark, -0.06) if palette.stars else mix(dark, QColor("#0B0F18"), 0.55)
    ground = [(0.0, lift(dark, 0.03)), (0.5, dark), (1.0, lift(dark, -0.05))]
    pieces: list[Piece] = [Fill(stage, downwards(0, stage.height, ground))]
    middle = QPointF(stage.width * rng.uniform(0.3, 0.7), stage.height * rng.uniform(0.3, 0.7))
    pieces.append(Fill(stage, glow(middle, stage.width * 0.7, palette.high, 0.6), Mode.CompositionMode_Screen))
    grey = cloud(rng, stage.wide, stage.height, stage.unit * 320, detail=3)
    pieces.append(Plate(stage, tinted(contrast(grey, 0.4, 0.99), palette.low), opacity=0.16))
    colours = (palette.high, palette.low, palette.horizon, palette.orb, palette.accent)
    lit: list[tuple[QPointF, ...]] = []
    for layer in range(3):
        image, paths = _strands(stage, rng, current, colours, layer)
        lit += rng.sample(paths, 22)
        reach = stage.unit * (7 + 9 * layer)
        pieces.append(Sway(stage, image, reach, rng.uniform(0, tau), 0.5 + 0.2 * layer, Mode.CompositionMode_Screen))
    offsets = tuple(rng.random() for _ in lit)
    pieces.append(Sparks(stage, tuple(lit), offsets, mix(palette.orb, palette.accent, 0.25), stage.unit * 2.2))
    return Scene(stage, pieces)


def _strands(
    stage: Stage, rng: random.Random, current: Current, colours: tuple[QColor, ...], layer: int
) -> tuple[QImage, list[tuple[QPointF, ...]]]:
    """One layer's sheet (a little larger than the frame), and its strands in the frame's coordinates."""
    edge = round(stage.unit * 40)
    image = sheet(stage.width + 2 * edge, stage.height + 2 * edge)
    scale = float(stage.height)
    step = rng.uniform(0.011, 0.015)
    paths: list[tuple[QPointF, ...]] = []
    drift = rng.uniform(-0.25, 0.25)
    with painting(image, Mode.CompositionMode_SourceOver) as painter:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.translate(edge, edge)
        for _ in range(_STRANDS // 3):
            x, y = rng.uniform(-0.15, stage.width / scale + 0.15), rng.uniform(-0.15, 1.15)
            start = x * 0.6 + y * 0.8
            points = []
            for _ in range(_POINTS):
                points.append(QPointF(x * scale, y * scale))
                angle = current.angle(x, y) + drift * layer
                x, y = x + cos(angle) * step, y + sin(angle) * step
            share = 0.5 + 0.5 * sin(start * 2.4 + layer * 1.1 + rng.gauss(0, 0.25))
            colour = lift(ramp(colours, share), rng.gauss(0, 0.05))
            alpha = (0.1 + 0.55 * rng.random() ** 2.2) * (0.55 + 0.22 * layer)
            width = stage.unit * (0.7 + 3.2 * rng.random() ** 5) * (0.7 + 0.35 * layer)
            painter.setPen(
                QPen(
                    clear(colour, alpha),
                    width,
                    Qt.PenStyle.SolidLine,
                    Qt.PenCapStyle.RoundCap,
                    Qt.PenJoinStyle.RoundJoin,
                )
            )
            painter.drawPath(_curve(points))
            paths.append(tuple(points))
    return image, paths


def _curve(points: list[QPointF]) -> QPainterPath:
    path = QPainterPath(points[0])
    for here, after in zip(points[1:-1:2], points[2::2], strict=False):
        path.quadTo(here, after)
    return path
