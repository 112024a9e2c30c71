"""Skies for every outdoor scene: gradient, stars, sun or moon with its glow, and clouds that drift."""

import random
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QBrush, QColor, QImage, QPainter

from app.sandbox.media.colour import around, clear, downwards, glow, lift, mix
from app.sandbox.media.noise import cloud, contrast
from app.sandbox.media.palettes import Palette
from app.sandbox.media.scene import Easel, Fill, Piece, Plate, Stage
from app.sandbox.media.sheet import Mode, painting, sheet, tinted, wash

_COLD, _WARM = QColor("#C4D4FF"), QColor("#FFF0D8")


@dataclass(frozen=True, slots=True)
class Sun:
    """The sun or moon: where it stands at first and how far it sinks during a film, in pixels."""

    stage: Stage
    place: QPointF
    radius: float
    sinks: float

    def at(self, t: float) -> QPointF:
        """Its middle after `t` seconds."""
        share = t / self.stage.seconds if self.stage.seconds else 0.0
        return self.place + QPointF(-0.006 * self.stage.width, self.sinks) * share


@dataclass(frozen=True, slots=True)
class Shine:
    """Light around the sun, added to whatever is behind it."""

    sun: Sun
    radius: float
    colour: QColor
    strength: float
    sharpness: float

    def paint(self, painter: QPainter, t: float) -> None:
        """Add the light."""
        middle = self.sun.at(t)
        painter.setCompositionMode(Mode.CompositionMode_Screen)
        painter.setOpacity(1.0)
        box = QRectF(middle.x() - self.radius, middle.y() - self.radius, 2 * self.radius, 2 * self.radius)
        painter.fillRect(box, QBrush(glow(middle, self.radius, self.colour, self.strength, sharpness=self.sharpness)))


@dataclass(frozen=True, slots=True)
class Disc:
    """The sun itself, a little darker at its lower edge where the air is thick."""

    sun: Sun
    colour: QColor
    air: QColor

    def paint(self, painter: QPainter, t: float) -> None:
        """Draw the disc."""
        middle, radius = self.sun.at(t), self.sun.radius
        painter.setCompositionMode(Mode.CompositionMode_SourceOver)
        painter.setOpacity(1.0)
        low = mix(self.colour, self.air, 0.3)
        painter.setBrush(downwards(middle.y() - radius, middle.y() + radius, [(0, self.colour), (1, low)]))
        painter.drawEllipse(middle, radius, radius)


def place_sun(stage: Stage, rng: random.Random, horizon: float, lowest: float = 0.92) -> Sun:
    """Somewhere pleasing: off the middle, not far above the horizon."""
    side = rng.choice((rng.uniform(0.22, 0.4), rng.uniform(0.6, 0.78)))
    radius = rng.uniform(36, 60) * stage.unit
    height = horizon * rng.uniform(lowest - 0.3, lowest) - radius * 0.4
    return Sun(stage, QPointF(side * stage.width, height), radius, 0.07 * horizon)


def sky(easel: Easel, horizon: float, sun: Sun) -> list[Piece]:
    """Everything behind the land, down to `horizon` (pixels)."""
    stage, rng, palette = easel
    stops = [(0.0, palette.zenith), (0.42, palette.high), (0.78, palette.low), (1.0, palette.horizon)]
    pieces: list[Piece] = [Fill(stage, downwards(-0.05 * horizon, horizon * 1.02, stops))]
    if palette.stars:
        stars = star_field(stage, rng, palette.stars, horizon)
        pieces.append(Plate(stage, stars, depth=0.02, mode=Mode.CompositionMode_Screen))
    pieces += light(stage, palette, sun)
    pieces += clouds(easel, horizon, sun)
    return pieces


def light(stage: Stage, palette: Palette, sun: Sun) -> list[Piece]:
    """The glow around the sun, wide and close, and its disc."""
    reach = max(stage.width, stage.height) * 0.6
    warm = mix(palette.horizon, palette.orb, 0.4)
    return [
        Shine(sun, reach, warm, 0.5, 2.6),
        Shine(sun, sun.radius * 5, palette.orb, 0.62, 3.2),
        Disc(sun, palette.orb, palette.horizon),
    ]


def clouds(easel: Easel, horizon: float, sun: Sun) -> list[Piece]:
    """Two veils of thin cloud, lit near the sun."""
    stage, rng, palette = easel
    pieces: list[Piece] = []
    width = round(stage.wide + stage.width * 0.1 * bool(stage.seconds))
    height = round(horizon * 1.05)
    lit = mix(palette.horizon, palette.orb, 0.35)
    shade = mix(palette.high, palette.low, 0.55)
    for level, (cover, strength) in enumerate(((0.5, 0.3), (0.7, 0.42))):
        grey = cloud(rng, width, height, horizon * (0.3 - 0.12 * level), stretch=rng.uniform(3.2, 5.5))
        paint = downwards(0, height, [(0.0, shade), (0.55, palette.low), (1.0, lit)])
        veil = tinted(contrast(grey, cover, 0.995), paint)
        wash(veil, glow(sun.place, horizon * 0.9, lift(lit, 0.05), 0.75), Mode.CompositionMode_SourceAtop)
        fade = [(0.0, clear(lit, 0.1)), (0.4, clear(lit, 0.9)), (0.8, clear(lit, 1.0)), (1.0, clear(lit, 0.0))]
        wash(veil, downwards(0, height, fade), Mode.CompositionMode_DestinationIn)
        drift = (5 + 6 * level) * stage.unit
        pieces.append(Plate(stage, veil, depth=0.04 + 0.04 * level, drift=drift, opacity=strength))
    return pieces


def star_field(stage: Stage, rng: random.Random, amount: float, horizon: float) -> QImage:
    """Stars, fewer and paler towards the horizon; `amount` from 0 to 1."""
    image = sheet(stage.wide, round(horizon))
    with painting(image) as painter:
        for _ in range(round(420 * amount)):
            x, y = rng.uniform(0, stage.wide), horizon * rng.random() ** 1.5
            size = stage.unit * (0.7 + 1.4 * rng.random() ** 5)
            alpha = (0.25 + 0.75 * rng.random() ** 2) * (1 - y / horizon) ** 0.6 * min(1.0, amount + 0.3)
            colour = clear(mix(_COLD, _WARM, rng.random()), alpha)
            if rng.random() < 0.04:
                painter.setBrush(
                    around(QPointF(x, y), size * 6, [(0, clear(colour, alpha * 0.4)), (1, clear(colour, 0))])
                )
                painter.drawEllipse(QPointF(x, y), size * 6, size * 6)
            painter.setBrush(QBrush(colour))
            painter.drawEllipse(QPointF(x, y), size, size)
    return image
