"""Lakes and seas: whatever stands above is mirrored in rows that the waves push aside."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import sin

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPolygonF

from app.sandbox.media.colour import clear, downwards, lift, mix
from app.sandbox.media.families.heavens import Sun, place_sun, sky
from app.sandbox.media.families.ridges import land
from app.sandbox.media.families.trees import tree_line
from app.sandbox.media.noise import Noise
from app.sandbox.media.palettes import Palette
from app.sandbox.media.scene import Easel, Piece, Plate, Scene, Sprite, Stage
from app.sandbox.media.sheet import Mode, below, painting, sheet


@dataclass(frozen=True, slots=True)
class Glint:
    """One spark on the water, in pixels; it comes and goes."""

    x: float
    y: float
    length: float
    phase: float
    speed: float
    strength: float


@dataclass(frozen=True, slots=True)
class Water:
    """Pieces above a shore line, and their reflection below it."""

    stage: Stage
    above: Sequence[Piece]
    shore: float  # pixels from the top
    palette: Palette
    calm: float  # 1 a mirror, 0 open sea
    glints: Sequence[Glint]
    squash: float = 1.0  # above 1, more of the sky is seen in the water
    cover: float = 1.0  # how much of its own colour the water has

    def paint(self, painter: QPainter, t: float) -> None:
        """Paint the upper half, then the water row by row."""
        height = round(self.shore)
        upper = QImage(self.stage.width, height, self._format(painter))
        upper.fill(Qt.GlobalColor.black)
        with painting(upper) as other:
            for piece in self.above:
                piece.paint(other, t)
        painter.setCompositionMode(Mode.CompositionMode_SourceOver)
        painter.setOpacity(1.0)
        painter.drawImage(0, 0, upper)
        self._mirror(painter, upper, t)
        self._colour(painter)
        self._sparkle(painter, t)

    def _mirror(self, painter: QPainter, upper: QImage, t: float) -> None:
        stage, depth = self.stage, self.stage.height - round(self.shore)
        rough = stage.unit * (26 - 21 * self.calm)
        edge = rough * 2 + 2
        # Whole target rows, no smoothed edges, and nothing from the source's rim: otherwise Qt looks a pixel past
        # the image it is given, and the picture is not the same on every run (tried, 6.11.3).
        inset = min(4.0, stage.width / 4)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        stretch = min(self.squash, upper.height() / depth)
        for row in range(depth):
            near = row / depth
            wave = 5.5 / (near + 0.055)  # rows crowd together towards the shore
            swell = (
                0.7 * sin(wave * 5.1 + t * 1.9)
                + 0.5 * sin(wave * 13.3 - t * 2.7 + 1.3)
                + 0.5 * sin(wave * 31.7 + t * 3.3)
            )
            aside = swell * rough * (0.06 + 0.94 * near)
            up = sin(wave * 17.3 + t * 2.3) * rough * 1.5 * near * (1 - 0.5 * self.calm)
            source = min(max(upper.height() - 1 - row * stretch + up, 1.0), upper.height() - 2.0)
            target = QRectF(-edge + aside, upper.height() + row, stage.width + 2 * edge, 1)
            painter.drawImage(target, upper, QRectF(inset, source, stage.width - 2 * inset, 1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _colour(self, painter: QPainter) -> None:
        deep = mix(self.palette.near, self.palette.high, 0.25)
        far = mix(self.palette.horizon, self.palette.low, 0.5)
        shares = ((0.0, far, 0.3), (0.06, deep, 0.12), (0.5, deep, 0.34), (1.0, deep, 0.78))
        stops = [(place, clear(colour, alpha * self.cover)) for place, colour, alpha in shares]
        box = QRectF(0, self.shore, self.stage.width, self.stage.height - self.shore)
        painter.fillRect(box, QBrush(downwards(box.top(), box.bottom(), stops)))

    def _sparkle(self, painter: QPainter, t: float) -> None:
        painter.setCompositionMode(Mode.CompositionMode_Screen)
        thickness = self.stage.unit
        for glint in self.glints:
            bright = sin(glint.phase + glint.speed * t)
            if bright <= 0:
                continue
            near = (glint.y - self.shore) / (self.stage.height - self.shore)
            painter.setBrush(clear(self.palette.orb, glint.strength * bright))
            x = glint.x - self.stage.travel(t) * 0.1
            painter.drawEllipse(QPointF(x, glint.y), glint.length, thickness * (0.5 + 1.9 * near))

    @staticmethod
    def _format(painter: QPainter) -> QImage.Format:
        """As deep as the picture, so that the reflection is as smooth."""
        deep = painter.device().depth() > 32
        return QImage.Format.Format_RGBX64 if deep else QImage.Format.Format_RGB32


def lake(easel: Easel) -> Scene:
    """Ridges round a still lake."""
    stage, rng, palette = easel
    shore = stage.height * rng.uniform(0.57, 0.64)
    horizon = shore * rng.uniform(0.84, 0.9)
    sun = place_sun(stage, rng, horizon * 0.94)
    above = sky(easel, horizon, sun)
    above += land(easel, horizon * 0.9, shore, sun, rng.randint(3, 4))
    water = Water(stage, above, shore, palette, 0.9, _glints(stage, rng, sun, shore, count=260, strength=0.6))
    return Scene(stage, [water, *_bank(easel)])


def sea(easel: Easel) -> Scene:
    """Open water under a low sun, with a headland and a sail."""
    stage, rng, palette = easel
    shore = stage.height * rng.uniform(0.54, 0.62)
    sun = place_sun(stage, rng, shore * 1.02, lowest=0.96)
    above = sky(easel, shore, sun)
    above += _headlands(easel, shore)
    water = Water(stage, above, shore, palette, 0.25, _glints(stage, rng, sun, shore, count=620, strength=0.85))
    return Scene(stage, [water, *_boat(easel, shore, sun)])


def _glints(stage: Stage, rng: random.Random, sun: Sun, shore: float, *, count: int, strength: float) -> list[Glint]:
    found = []
    for _ in range(count):
        near = rng.random() ** 1.5
        spread = sun.radius * (0.55 + 4.2 * near) * rng.gauss(0, 0.55)
        found.append(
            Glint(
                x=sun.place.x() + spread,
                y=shore + 1 + near * (stage.height - shore),
                length=stage.unit * (2.5 + 24 * near) * rng.uniform(0.4, 1.3),
                phase=rng.uniform(0, 6.28),
                speed=rng.uniform(1.5, 4.5),
                strength=strength * rng.uniform(0.3, 1.0) * (1 - 0.55 * near),
            )
        )
    return found


def _bank(easel: Easel) -> list[Piece]:
    """The near shore with its firs, rising towards one side."""
    stage, rng, palette = easel
    noise, left = Noise(rng), rng.random() < 0.5
    base = stage.height * 0.99
    rise = stage.height * rng.uniform(0.05, 0.1)
    points = []
    for index in range(402):
        share = index / 401
        side = 1 - share if left else share
        y = base - rise * (side**2.6) * 1.6 - stage.unit * 10 * noise.fractal(share * 9, 4)
        points.append((share * stage.wide, y + stage.height * 0.03 * (1 - side)))
    image = sheet(stage.wide, stage.height)
    with painting(image) as painter:
        painter.setBrush(palette.near)
        painter.drawPath(below(points, stage.height + 2))
    half = len(points) * 6 // 10
    grown = points[:half] if left else points[-half:]
    tall = stage.unit * rng.uniform(120, 180)
    tree_line(stage, rng, image, grown, colour=palette.near, height=tall, towards=-1 if left else 1)
    return [Plate(stage, image, depth=1.0)]


def _headlands(easel: Easel, shore: float) -> list[Piece]:
    stage, rng, palette = easel
    pieces: list[Piece] = []
    for level in range(rng.randint(2, 3)):
        noise = Noise(rng)
        left = rng.random() < 0.5
        length = rng.uniform(0.22, 0.5) * (1.1 - 0.2 * level)
        height = stage.unit * rng.uniform(60, 150) * (0.7 + 0.3 * level)
        points = []
        for index in range(302):
            share = index / 301
            reach = max(0.0, 1 - (share if left else 1 - share) / length)
            y = shore + 1 - height * reach**0.7 * (0.55 + 0.6 * noise.ridged(share * 5 + level * 40, 6))
            points.append((share * stage.wide, min(y, shore + 1)))
        colour = mix(mix(palette.haze, palette.horizon, 0.3), palette.near, 0.25 + 0.25 * level)
        image = sheet(stage.wide, round(shore) + 1)
        with painting(image) as painter:
            top = shore - height
            painter.setBrush(downwards(top, shore, [(0, colour), (1, mix(colour, palette.haze, 0.5))]))
            painter.drawPath(below(points, shore + 1))
        pieces.append(Plate(stage, image, depth=0.1 + 0.08 * level))
    return pieces


def _boat(easel: Easel, shore: float, sun: Sun) -> list[Piece]:
    """A small sailing boat with its reflection, away from the sun's path."""
    stage, rng, palette = easel
    size = stage.unit * rng.uniform(55, 85)
    image = sheet(round(size * 1.2), round(size * 2))
    hull = lift(palette.near, 0.02)
    sail = mix(palette.orb, palette.accent, 0.25)
    with painting(image) as painter:
        for flip, alpha in ((1, 1.0), (-1, 0.28)):
            painter.save()
            painter.translate(size * 0.6, size)
            painter.scale(size, size * flip)
            painter.setOpacity(alpha)
            _sail(painter, sail, hull)
            painter.restore()
    side = 0.78 if sun.place.x() < stage.width / 2 else 0.2
    start = QPointF(stage.width * (side + rng.uniform(-0.06, 0.06)), shore + (stage.height - shore) * 0.2)
    return [Sprite(stage, image, start, start - QPointF(stage.width * 0.05, 0), depth=0.3)]


def _sail(painter: QPainter, sail: QColor, hull: QColor) -> None:
    """One boat, its water line at 0, a unit high."""
    painter.setBrush(sail)
    painter.drawPolygon(QPolygonF([QPointF(0.02, -0.95), QPointF(0.36, -0.16), QPointF(0.02, -0.16)]))
    painter.setBrush(clear(lift(sail, -0.08), 1.0))
    painter.drawPolygon(QPolygonF([QPointF(-0.02, -0.85), QPointF(-0.26, -0.16), QPointF(-0.02, -0.16)]))
    painter.setBrush(hull)
    painter.drawPolygon(
        QPolygonF([QPointF(-0.36, -0.12), QPointF(0.44, -0.12), QPointF(0.3, 0.0), QPointF(-0.26, 0.0)])
    )
    painter.drawRect(QRectF(-0.012, -0.98, 0.024, 0.9))
