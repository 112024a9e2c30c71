"""A quilt of quarter circles, arches and dots in one mood's colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from app.sandbox.media.colour import downwards, lift, mix
from app.sandbox.media.noise import cloud, contrast
from app.sandbox.media.scene import Easel, Fill, Piece, Plate, Scene, Stage
from app.sandbox.media.sheet import Mode, tinted

KINDS = ("quarter", "rings", "half", "dot", "leaf", "stripes", "plain")
_WEIGHTS = (5, 4, 3, 2, 4, 2, 1)


@dataclass(frozen=True, slots=True)
class Tile:
    """One square of the quilt."""

    box: QRectF
    kind: str
    turn: int  # quarter turns
    ground: QColor
    ink: QColor
    second: QColor
    starts: float  # when it turns during a film, as a share of it


@dataclass(frozen=True, slots=True)
class Quilt:
    """All squares; each makes one quarter turn at its own moment."""

    stage: Stage
    tiles: Sequence[Tile]

    def paint(self, painter: QPainter, t: float) -> None:
        """Draw every square as it is turned now."""
        painter.setCompositionMode(Mode.CompositionMode_SourceOver)
        painter.setOpacity(1.0)
        share = t / self.stage.seconds if self.stage.seconds else 0.0
        for tile in self.tiles:
            part = min(max((share - tile.starts) / 0.22, 0.0), 1.0)
            eased = (1 - cos(pi * part)) / 2
            painter.save()
            painter.setClipRect(tile.box)
            painter.fillRect(tile.box, tile.ground)
            painter.translate(tile.box.center())
            painter.rotate(90 * (tile.turn + eased))
            size = tile.box.width()
            painter.translate(-size / 2, -size / 2)
            painter.scale(size, size)
            draw_tile(painter, tile)
            painter.restore()


def geometric(easel: Easel) -> Scene:
    """Five to seven squares along the shorter side."""
    stage, rng, palette = easel
    rows = rng.randint(4, 6)
    size = min(stage.width, stage.height) / rows
    inks = [
        palette.near,
        mix(palette.high, palette.near, 0.15),
        palette.low,
        palette.horizon,
        mix(palette.orb, QColor("#FBF3E4"), 0.5),
        palette.accent,
        mix(palette.haze, palette.low, 0.3),
    ]
    across, down = -int(-stage.width // size), -int(-stage.height // size)
    left, top = (stage.width - across * size) / 2, (stage.height - down * size) / 2
    tiles = []
    for row in range(down):
        for column in range(across):
            ground, ink, second = rng.sample(inks, 3)
            box = QRectF(left + column * size, top + row * size, size + 0.6, size + 0.6)
            kind = rng.choices(KINDS, _WEIGHTS)[0]
            starts = 0.74 * (0.6 * (column + row) / (across + down) + 0.4 * rng.random())
            tiles.append(Tile(box, kind, rng.randrange(4), ground, ink, second, starts))
    fibre = cloud(rng, stage.wide, stage.height, stage.unit * 6, stretch=1.4, detail=3)
    shade = [(0.0, QColor(255, 255, 255, 16)), (1.0, QColor(0, 0, 0, 34))]
    pieces: list[Piece] = [
        Quilt(stage, tiles),
        Plate(stage, tinted(contrast(fibre, 0.5, 1.0), lift(palette.near, -0.05)), opacity=0.09),
        Fill(stage, downwards(0, stage.height, shade)),
    ]
    return Scene(stage, pieces)


def draw_tile(painter: QPainter, tile: Tile) -> None:
    """One motif in a square from 0 to 1."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tile.ink)
    if tile.kind in ("quarter", "rings"):
        steps = (1.0,) if tile.kind == "quarter" else (1.0, 0.75, 0.5, 0.25)
        for number, radius in enumerate(steps):
            painter.setBrush((tile.ink, tile.second)[number % 2])
            painter.drawEllipse(QPointF(0, 0), radius, radius)
    elif tile.kind == "half":
        painter.drawEllipse(QPointF(0.5, 0), 0.5, 0.5)
        painter.setBrush(tile.second)
        painter.drawEllipse(QPointF(0.5, 1), 0.5, 0.5)
    elif tile.kind == "dot":
        painter.drawEllipse(QPointF(0.5, 0.5), 0.34, 0.34)
        painter.setBrush(tile.second)
        painter.drawEllipse(QPointF(0.5, 0.5), 0.15, 0.15)
    elif tile.kind == "leaf":
        path = QPainterPath(QPointF(1, 0))
        path.arcTo(QRectF(-1, -1, 2, 2), 0, -90)
        path.arcTo(QRectF(0, 0, 2, 2), 180, -90)
        painter.drawPath(path)
    elif tile.kind == "stripes":
        for number in range(4):
            painter.drawRect(QRectF(0, number * 0.25, 1, 0.125))
