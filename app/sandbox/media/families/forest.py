"""A wood in the mist: trunks behind trunks, and light falling through in shafts."""

import random
from dataclasses import dataclass
from math import cos, radians, sin, tau

from PySide6.QtCore import QPointF
from PySide6.QtGui import QBrush, QColor, QImage, QLinearGradient, QPainter, QPainterPath, QPolygonF

from app.sandbox.media.colour import clear, downwards, glow, lift, mix
from app.sandbox.media.noise import Noise, cloud, contrast
from app.sandbox.media.scene import Easel, Fill, Piece, Plate, Scene, Stage
from app.sandbox.media.sheet import Mode, below, painting, sheet, tinted, wash


@dataclass(frozen=True, slots=True)
class Shaft:
    """One beam of light, from a point above the frame; it breathes."""

    place: float  # where it meets the upper edge, pixels
    width: float
    strength: float
    phase: float


@dataclass(frozen=True, slots=True)
class Shafts:
    """Light through the leaves."""

    stage: Stage
    beams: tuple[Shaft, ...]
    lean: float  # how far the beams run aside on their way down, in heights
    colour: QColor

    def paint(self, painter: QPainter, t: float) -> None:
        """Add the beams."""
        painter.setCompositionMode(Mode.CompositionMode_Screen)
        height = self.stage.height
        for beam in self.beams:
            bright = beam.strength * (0.75 + 0.25 * sin(beam.phase + t * 0.9))
            x = beam.place - self.stage.travel(t) * 0.25
            reach = self.lean * height
            painter.setOpacity(1.0)
            length = (reach**2 + height**2) ** 0.5
            side = QPointF(height / length, -reach / length) * beam.width  # across the beam
            gradient = QLinearGradient(QPointF(x, 0) - side / 2, QPointF(x, 0) + side / 2)
            for place in range(9):
                share = place / 8
                gradient.setColorAt(share, clear(self.colour, bright * sin(share * 3.1416) ** 2))
            spread = beam.width
            shape = QPolygonF(
                [
                    QPointF(x - spread, -4),
                    QPointF(x + spread, -4),
                    QPointF(x + reach + spread, height * 1.0),
                    QPointF(x + reach - spread, height * 1.0),
                ]
            )
            painter.setBrush(QBrush(gradient))
            painter.drawPolygon(shape)


@dataclass(frozen=True, slots=True)
class Mote:
    """A speck of dust or pollen in the light."""

    x: float
    y: float
    size: float
    phase: float
    strength: float


@dataclass(frozen=True, slots=True)
class Motes:
    """Specks that float."""

    stage: Stage
    specks: tuple[Mote, ...]
    colour: QColor

    def paint(self, painter: QPainter, t: float) -> None:
        """Draw them where they have floated to."""
        painter.setCompositionMode(Mode.CompositionMode_Screen)
        unit = self.stage.unit
        for speck in self.specks:
            x = speck.x + 16 * unit * sin(speck.phase + t * 0.7) - self.stage.travel(t) * 0.6
            y = speck.y + 12 * unit * cos(speck.phase * 1.7 + t * 0.5) - 6 * unit * t
            bright = speck.strength * (0.6 + 0.4 * sin(speck.phase * 3 + t * 1.6))
            painter.setBrush(QBrush(glow(QPointF(x, y), speck.size * 3, self.colour, bright, sharpness=2.0)))
            painter.drawEllipse(QPointF(x, y), speck.size * 3, speck.size * 3)


def forest(easel: Easel) -> Scene:
    """Six rows of trunks, a floor that rises towards the sides, light from one upper corner."""
    stage, rng, palette = easel
    light = mix(palette.horizon, palette.orb, 0.35)
    fog = mix(palette.haze, palette.horizon, 0.5)
    middle = QPointF(stage.width * rng.uniform(0.35, 0.65), stage.height * rng.uniform(0.3, 0.42))
    stops = [(0.0, mix(palette.low, fog, 0.35)), (0.45, light), (0.8, fog), (1.0, mix(fog, palette.near, 0.4))]
    pieces: list[Piece] = [Fill(stage, downwards(0, stage.height, stops))]
    pieces.append(Fill(stage, glow(middle, stage.height * 0.75, palette.orb, 0.85), Mode.CompositionMode_SourceOver))
    rows = 6
    lean = rng.uniform(0.25, 0.6) * rng.choice((-1, 1))
    for number in range(rows):
        nearness = number / (rows - 1)
        pieces.append(_row(easel, fog, middle, nearness))
        if number in (2, 4):
            pieces.append(
                _shafts(stage, rng, mix(palette.orb, palette.horizon, 0.55), lean, 0.5 if number == 2 else 0.42)
            )
        if number < rows - 1:
            pieces.append(_ground_fog(stage, rng, fog, nearness))
    pieces.append(_motes(stage, rng, palette.orb))
    return Scene(stage, pieces)


def _row(easel: Easel, fog: QColor, light: QPointF, nearness: float) -> Piece:
    stage, rng, palette = easel
    colour = mix(mix(fog, palette.haze, 0.6), palette.near, 0.16 + 0.84 * nearness**0.8)
    image = sheet(stage.wide, stage.height)
    floor = stage.height * (0.66 + 0.25 * nearness)
    thick = stage.unit * (9 + 62 * nearness**1.6)
    gap = stage.unit * (42 + 250 * nearness**1.3)
    noise = Noise(rng)
    ground = [
        (
            x,
            floor
            + stage.unit * (20 + 46 * nearness) * noise.fractal(x / stage.width * 3, 5)
            - _sides(stage, x, nearness),
        )
        for x in map(float, range(-4, stage.wide + 8, 3))
    ]
    with painting(image) as painter:
        painter.setBrush(colour)
        x = rng.uniform(-gap, 0)
        while x < stage.wide + gap:
            clearing = abs(x - light.x()) < stage.width * 0.16 * nearness and nearness > 0.5
            if not clearing:
                index = min(max(int((x + 4) / 3), 0), len(ground) - 1)
                root = QPointF(x, ground[index][1] + thick * 0.3)
                _trunk(painter, rng, root, thick * rng.uniform(0.5, 1.15), stage.height)
            x += gap * rng.uniform(0.45, 1.6)
        painter.drawPath(below(ground, stage.height + 2))
        _undergrowth(painter, rng, ground, stage.unit * (10 + 40 * nearness))
    _canopy(stage, rng, image, colour, nearness)
    wash(
        image,
        glow(light, stage.height * 0.8, palette.orb, 0.62 * (1 - nearness) ** 1.3 + 0.06),
        Mode.CompositionMode_SourceAtop,
    )
    return Plate(stage, image, depth=0.1 + 0.9 * nearness**1.4)


def _canopy(stage: Stage, rng: random.Random, image: QImage, colour: QColor, nearness: float) -> None:
    """Twigs of leaves hanging in from above, denser the higher."""
    reach = stage.height * (0.36 + 0.05 * nearness)
    size = stage.unit * (7 + 12 * nearness)
    twigs = round(stage.wide / size * 2.6)
    with painting(image) as painter:
        for _ in range(twigs):
            x, high = rng.uniform(-0.02, 1.02) * stage.wide, rng.random() ** 1.7
            middle = QPointF(x, reach * high - size)
            spread = size * rng.uniform(2.0, 4.2)
            droop = rng.uniform(0.2, 1.2)
            painter.setBrush(clear(lift(colour, rng.uniform(-0.015, 0.03)), 1.0 - 0.25 * high))
            for _ in range(rng.randint(10, 20)):
                aside = rng.gauss(0, 1)
                place = middle + QPointF(aside * spread, rng.gauss(0, 0.34) * spread + abs(aside) * droop * size)
                _leaf(painter, place, size * rng.uniform(0.6, 1.3), rng.gauss(0.9, 0.7) * (1 if aside > 0 else -1))


def _leaf(painter: QPainter, root: QPointF, length: float, angle: float) -> None:
    """An almond that hangs down from its root, turned aside by some radians."""
    along = QPointF(sin(angle), cos(angle)) * length
    across = QPointF(along.y(), -along.x()) * 0.24
    belly, hip = root + along * 0.38, root + along * 0.68
    painter.drawConvexPolygon(
        QPolygonF([root, belly + across, hip + across * 0.8, root + along, hip - across * 0.8, belly - across])
    )


def _sides(stage: Stage, x: float, nearness: float) -> float:
    """The floor rises towards the frame's edges, like a hollow way."""
    slope: float = abs(2 * x / stage.width - 1) ** 2.2
    return stage.height * 0.12 * nearness * slope


def _trunk(painter: QPainter, rng: random.Random, root: QPointF, width: float, height: int) -> None:
    """A trunk that leaves the frame at the top, wider at its foot, with a few bare branches."""
    x, foot = root.x(), root.y()
    lean = rng.gauss(0, 0.035) * height
    half = width / 2
    path = QPainterPath(QPointF(x - half * 2.0, foot + 2))
    path.quadTo(QPointF(x - half * 1.0, foot - width * 1.2), QPointF(x - half * 0.92, foot - width * 3))
    path.lineTo(QPointF(x + lean - half * 0.6, -6))
    path.lineTo(QPointF(x + lean + half * 0.6, -6))
    path.lineTo(QPointF(x + half * 0.92, foot - width * 3))
    path.quadTo(QPointF(x + half * 1.0, foot - width * 1.2), QPointF(x + half * 2.0, foot + 2))
    painter.drawPath(path)
    for _ in range(rng.randint(1, 4)):
        share = rng.uniform(0.3, 0.85)
        start = QPointF(x + lean * share, foot * (1 - share))
        angle = radians(rng.uniform(18, 50))
        length = width * rng.uniform(2, 5)
        side = rng.choice((-1, 1))
        tip = start + QPointF(side * cos(angle) * length, -sin(angle) * length)
        base = QPointF(0, width * 0.13)
        painter.drawPolygon(QPolygonF([start - base, tip, start + base]))


def _undergrowth(painter: QPainter, rng: random.Random, ground: list[tuple[float, float]], height: float) -> None:
    """Grass and ferns: thin blades along the floor's edge."""
    path = QPainterPath()
    for x, y in ground[:: max(1, int(height / 14))]:
        for _ in range(2):
            tall = height * rng.uniform(0.2, 1.0) ** 2
            bend = rng.gauss(0, 0.5) * tall
            foot = x + rng.uniform(-3, 3)
            path.moveTo(foot - tall * 0.05, y + 3)
            path.quadTo(QPointF(foot, y - tall * 0.6), QPointF(foot + bend, y - tall))
            path.quadTo(QPointF(foot + tall * 0.06, y - tall * 0.5), QPointF(foot + tall * 0.05, y + 3))
    painter.drawPath(path)


def _shafts(stage: Stage, rng: random.Random, colour: QColor, lean: float, strength: float) -> Piece:
    beams = tuple(
        Shaft(
            place=rng.uniform(-0.35, 1.35) * stage.width - lean * stage.height * 0.3,
            width=stage.unit * rng.uniform(40, 190),
            strength=strength * rng.uniform(0.3, 1.0),
            phase=rng.uniform(0, tau),
        )
        for _ in range(9)
    )
    return Shafts(stage, beams, lean, colour)


def _ground_fog(stage: Stage, rng: random.Random, fog: QColor, nearness: float) -> Piece:
    height = round(stage.height * 0.4)
    grey = cloud(rng, round(stage.wide * 1.15), height, stage.unit * 170, stretch=3.0, detail=3)
    bank = tinted(contrast(grey, 0.05, 0.95), fog)
    fade = [(0.0, clear(fog, 0)), (0.6, clear(fog, 1)), (1.0, clear(fog, 0))]
    wash(bank, downwards(0, height, fade), Mode.CompositionMode_DestinationIn)
    y = stage.height * (0.46 + 0.2 * nearness)
    return Plate(stage, bank, 0.1 + 0.5 * nearness, stage.unit * 9, y=y, opacity=0.62 * (1 - nearness) ** 0.7)


def _motes(stage: Stage, rng: random.Random, colour: QColor) -> Piece:
    specks = tuple(
        Mote(
            x=rng.uniform(0, 1.1) * stage.width,
            y=stage.height * rng.uniform(0.25, 1.0),
            size=stage.unit * rng.uniform(1.2, 4.2),
            phase=rng.uniform(0, tau),
            strength=rng.uniform(0.2, 0.8),
        )
        for _ in range(70)
    )
    return Motes(stage, specks, lift(colour, 0.02))
