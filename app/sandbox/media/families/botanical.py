"""A print for the wall: leaves and stems before a large pale disc, on paper."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from math import atan2, cos, degrees, pi, radians, sin, tau

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen

from app.sandbox.media.colour import clear, downwards, lift, mix, vivid
from app.sandbox.media.noise import cloud, contrast
from app.sandbox.media.palettes import Palette
from app.sandbox.media.scene import Easel, Fill, Piece, Plate, Scene, Stage
from app.sandbox.media.sheet import Mode, painting, sheet, tinted

Place = Callable[[float], QPointF]


@dataclass(frozen=True, slots=True)
class Stem:
    """One painted plant that sways round its foot."""

    stage: Stage
    image: QImage
    foot: QPointF
    phase: float
    reach: float  # degrees

    def paint(self, painter: QPainter, t: float) -> None:
        """Draw it as the air has moved it; it starts upright."""
        painter.setCompositionMode(Mode.CompositionMode_SourceOver)
        painter.setOpacity(1.0)
        painter.save()
        painter.translate(self.foot)
        painter.rotate(self.reach * (sin(self.phase + t * 1.1) - sin(self.phase)))
        painter.translate(-self.foot)
        painter.drawImage(0, 0, self.image)
        painter.restore()


def botanical(easel: Easel) -> Scene:
    """Paper, a disc, and three to five plants."""
    stage, rng, palette = easel
    paper = mix(mix(palette.horizon, QColor("#FBF5EA"), 0.72), palette.orb, 0.2)
    inks = _inks(palette, rng)
    pieces: list[Piece] = [Fill(stage, downwards(0, stage.height, [(0, lift(paper, 0.012)), (1, lift(paper, -0.03))]))]
    pieces += _paper(stage, rng, paper)
    radius = min(stage.width, stage.height) * rng.uniform(0.27, 0.34)
    middle = QPointF(stage.width * rng.uniform(0.42, 0.58), stage.height * rng.uniform(0.36, 0.44))
    pieces.append(Plate(stage, _disc(stage, rng, middle, radius, inks[0]), depth=0.12))
    if rng.random() < 0.7:
        pieces.append(Plate(stage, _hills(stage, rng, inks), depth=0.25))
    count = rng.randint(3, 5)
    for number in range(count):
        x = stage.width * (0.5 + (number - (count - 1) / 2) * rng.uniform(0.13, 0.19))
        foot = QPointF(x, stage.height * 1.02)
        ink = inks[1 + number % (len(inks) - 1)]
        image = sheet(stage.width, stage.height)
        kind = rng.choice((_fern, _branch, _reed, _branch))
        tall = stage.height * rng.uniform(0.5, 0.86)
        lean = (x / stage.width - 0.5) * 0.9 + rng.gauss(0, 0.08)
        with painting(image) as painter:
            kind(painter, rng, _arch(foot, tall, lean), tall, ink)
        pieces.append(Stem(stage, image, foot, rng.uniform(0, tau), rng.uniform(0.8, 1.9)))
    return Scene(stage, pieces)


def _inks(palette: Palette, rng: random.Random) -> list[QColor]:
    """A pale one for the disc, then the plants' colours, dark and light in turn."""
    deep = mix(palette.near, palette.high, 0.3)
    middle = mix(palette.low, palette.near, 0.3)
    plants = [deep, vivid(mix(palette.accent, palette.low, 0.3), 0.85), middle, mix(palette.haze, palette.near, 0.2)]
    rng.shuffle(plants)
    return [mix(palette.low, palette.horizon, 0.35), *plants]


def _paper(stage: Stage, rng: random.Random, paper: QColor) -> list[Piece]:
    fibre = cloud(rng, stage.wide, stage.height, stage.unit * 14, stretch=1.6, detail=3)
    stain = cloud(rng, stage.wide, stage.height, stage.unit * 420, detail=3)
    return [
        Plate(stage, tinted(contrast(fibre, 0.4, 1.0), lift(paper, -0.1)), opacity=0.22),
        Plate(stage, tinted(contrast(stain, 0.4, 1.0), lift(paper, -0.08)), opacity=0.35),
    ]


def _disc(stage: Stage, rng: random.Random, middle: QPointF, radius: float, ink: QColor) -> QImage:
    """A printed disc: the colour lies a little unevenly, as from a roller."""
    image = sheet(stage.wide, stage.height)
    with painting(image) as painter:
        painter.setBrush(downwards(middle.y() - radius, middle.y() + radius, [(0, lift(ink, 0.05)), (1, ink)]))
        painter.drawEllipse(middle, radius, radius)
    worn = contrast(cloud(rng, stage.wide, stage.height, stage.unit * 9, stretch=2.0, detail=4), 0.9, 1.0)
    with painting(image, Mode.CompositionMode_DestinationOut) as painter:
        painter.setOpacity(0.45)
        painter.drawImage(0, 0, worn)
    return image


def _hills(stage: Stage, rng: random.Random, inks: list[QColor]) -> QImage:
    """One or two soft hills at the foot of the page."""
    image = sheet(stage.wide, stage.height)
    with painting(image) as painter:
        for number in range(rng.randint(1, 2)):
            ink = clear(mix(inks[-1 - number], inks[0], 0.35), 0.9)
            width = stage.width * rng.uniform(0.8, 1.3)
            x = stage.width * rng.uniform(-0.3, 0.5)
            y = stage.height * rng.uniform(0.78, 0.88)
            painter.setBrush(ink)
            painter.drawEllipse(QRectF(x, y, width, stage.height * 0.6))
    return image


def _arch(foot: QPointF, tall: float, lean: float) -> Place:
    """A stem's line: 0 is the foot, 1 the tip; it bends more the higher it gets."""

    def place(share: float) -> QPointF:
        return foot + QPointF(lean * tall * share**1.9, -tall * share * (1 - 0.08 * share))

    return place


def _heading(place: Place, share: float) -> float:
    """The stem's direction at a place, radians, counter-clockwise from the right."""
    step = place(min(share + 0.02, 1.0)) - place(min(share, 0.98))
    return atan2(-step.y(), step.x())


def _stalk(painter: QPainter, place: Place, ink: QColor, width: float, until: float = 1.0) -> None:
    path = QPainterPath(place(0))
    for step in range(1, 41):
        path.lineTo(place(until * step / 40))
    pen = QPen(ink, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, pen)


def _branch(painter: QPainter, rng: random.Random, place: Place, tall: float, ink: QColor) -> None:
    """Pairs of almond leaves, smaller towards the tip, each with a pale midrib."""
    _stalk(painter, place, ink, tall * 0.006)
    pairs = rng.randint(7, 11)
    opening = radians(rng.uniform(38, 58))
    size = tall * rng.uniform(0.17, 0.24)
    for number in range(pairs):
        share = 0.18 + 0.76 * number / (pairs - 1)
        length = size * (1.08 - 0.62 * share) * rng.uniform(0.92, 1.06)
        for side in (-1, 1):
            angle = _heading(place, share) + side * opening * (1.05 - 0.35 * share)
            shade = lift(ink, rng.uniform(-0.02, 0.035))
            _leaf(painter, place(share), angle, length=length, width=length * 0.3, ink=shade)
    _leaf(painter, place(0.97), _heading(place, 0.97), length=size * 0.5, width=size * 0.15, ink=ink)


def _fern(painter: QPainter, rng: random.Random, place: Place, tall: float, ink: QColor) -> None:
    """Many narrow leaflets that together make one tapering frond."""
    _stalk(painter, place, ink, tall * 0.005)
    pairs = rng.randint(24, 32)
    size = tall * rng.uniform(0.2, 0.27)
    for number in range(pairs):
        share = 0.16 + 0.82 * number / (pairs - 1)
        length = size * sin(pi * min(1.0, 0.16 + 0.84 * (1 - share)) ** 0.8 * 0.62)
        for side in (-1, 1):
            angle = _heading(place, share) + side * radians(66 - 22 * share)
            _leaf(painter, place(share), angle, length=length, width=length * 0.13, ink=ink, rib=False)


def _reed(painter: QPainter, rng: random.Random, place: Place, tall: float, ink: QColor) -> None:
    """Thin stalks with round seed heads."""
    _stalk(painter, place, ink, tall * 0.0045)
    for number in range(rng.randint(9, 13)):
        share = 0.3 + 0.065 * number
        if share > 1:
            break
        side = -1 if number % 2 else 1
        angle = _heading(place, share) + side * radians(rng.uniform(22, 38))
        length = tall * rng.uniform(0.1, 0.16) * (1.25 - 0.6 * share)
        tip = place(share) + QPointF(cos(angle) * length, -sin(angle) * length)
        painter.strokePath(_line(place(share), tip), QPen(ink, tall * 0.0032))
        radius = tall * rng.uniform(0.014, 0.024)
        painter.setBrush(QBrush(lift(ink, rng.uniform(-0.02, 0.05))))
        painter.drawEllipse(tip, radius, radius)


def _line(start: QPointF, end: QPointF) -> QPainterPath:
    path = QPainterPath(start)
    path.lineTo(end)
    return path


def _leaf(
    painter: QPainter, root: QPointF, angle: float, *, length: float, width: float, ink: QColor, rib: bool = True
) -> None:
    """An almond from `root` in a direction; one half a shade lighter, and a pale rib."""
    painter.save()
    painter.translate(root)
    painter.rotate(-degrees(angle))
    for side, shade in ((-1, ink), (1, lift(ink, 0.035))):
        path = QPainterPath(QPointF(0, 0))
        path.cubicTo(
            QPointF(length * 0.25, side * width * 0.85), QPointF(length * 0.65, side * width * 0.75), QPointF(length, 0)
        )
        path.lineTo(QPointF(0, 0))
        painter.setBrush(QBrush(shade))
        painter.drawPath(path)
    if rib:
        painter.strokePath(
            _line(QPointF(length * 0.08, 0), QPointF(length * 0.86, 0)),
            QPen(clear(lift(ink, 0.25), 0.5), width * 0.045),
        )
    painter.restore()
