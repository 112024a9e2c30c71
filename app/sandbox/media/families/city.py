"""A city by night on a river: towers behind towers, lit windows, and all of it again in the water."""

import random
from dataclasses import dataclass
from math import sin, tau

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPolygonF

from app.sandbox.media.colour import clear, downwards, glow, lift, mix
from app.sandbox.media.families.heavens import place_sun, sky
from app.sandbox.media.families.water import Water
from app.sandbox.media.palettes import Palette
from app.sandbox.media.scene import Easel, Fill, Piece, Plate, Scene, Stage
from app.sandbox.media.sheet import Mode, painting, sheet


@dataclass(frozen=True, slots=True)
class Lamp:
    """A light on a roof or bridge, in pixels."""

    place: QPointF
    size: float
    colour: QColor
    phase: float
    blinks: bool


@dataclass(frozen=True, slots=True)
class Lamps:
    """Lights with a halo; some blink."""

    stage: Stage
    lamps: tuple[Lamp, ...]
    depth: float

    def paint(self, painter: QPainter, t: float) -> None:
        """Draw those that are on."""
        painter.setCompositionMode(Mode.CompositionMode_Screen)
        painter.setOpacity(1.0)
        shift = QPointF(self.stage.travel(t) * self.depth, 0)
        for lamp in self.lamps:
            bright = 0.5 + 0.5 * sin(lamp.phase + t * 4.0) if lamp.blinks else 0.9 + 0.1 * sin(lamp.phase + t * 2.0)
            place, reach = lamp.place - shift, lamp.size * 7
            painter.setBrush(QBrush(glow(place, reach, lamp.colour, bright, sharpness=3.4)))
            painter.drawEllipse(place, reach, reach)


def city(easel: Easel) -> Scene:
    """Four rows of towers over the river."""
    stage, rng, palette = easel
    shore = stage.height * rng.uniform(0.72, 0.78)
    night = _evening(palette)
    dimmed = Easel(stage, rng, night)
    sun = place_sun(stage, rng, shore * 0.62)
    above: list[Piece] = sky(dimmed, shore, sun)
    lit = mix(QColor("#FFD48A"), palette.accent, 0.4)
    glare = glow(QPointF(stage.width / 2, shore), stage.width * 0.6, mix(lit, palette.low, 0.4), 0.5)
    above.append(Fill(stage, glare, Mode.CompositionMode_Screen))
    rows = 4
    for number in range(rows):
        nearness = number / (rows - 1)
        image, lamps = _row(dimmed, lit, shore, nearness)
        depth = 0.1 + 0.5 * nearness
        above += [Plate(stage, image, depth=depth), Lamps(stage, lamps, depth)]
        if number < rows - 1:
            haze = clear(mix(night.haze, lit, 0.25), 0.34 * (1 - nearness))
            above.append(Fill(stage, downwards(shore * 0.45, shore, [(0, clear(haze, 0)), (1, haze)])))
    water = Water(stage, above, shore, night, 0.55, (), squash=1.5, cover=0.8)
    return Scene(stage, [water])


def _evening(palette: Palette) -> Palette:
    """The same mood after sunset, so that windows shine."""
    dark = QColor("#070A16")
    return Palette(
        zenith=mix(palette.zenith, dark, 0.55),
        high=mix(palette.high, dark, 0.45),
        low=mix(palette.low, dark, 0.35),
        horizon=mix(palette.horizon, dark, 0.22),
        orb=palette.orb,
        haze=mix(mix(palette.haze, palette.low, 0.4), dark, 0.3),
        near=mix(palette.near, dark, 0.6),
        accent=palette.accent,
        stars=max(palette.stars, 0.4),
    )


def _row(easel: Easel, lit: QColor, shore: float, nearness: float) -> tuple[QImage, tuple[Lamp, ...]]:
    stage, rng, palette = easel
    colour = mix(mix(palette.haze, palette.low, 0.3), palette.near, 0.25 + 0.72 * nearness)
    image = sheet(stage.wide, round(shore) + 1)
    lamps: list[Lamp] = []
    tall = shore * (0.62 - 0.36 * nearness)
    centre = rng.uniform(0.3, 0.7) * stage.wide
    x = rng.uniform(-0.05, 0) * stage.wide
    with painting(image) as painter:
        while x < stage.wide:
            width = stage.unit * rng.uniform(34, 92) * (0.8 + 0.5 * nearness)
            bulk = 1 - 0.55 * min(abs(x + width / 2 - centre) / (stage.wide * 0.6), 1.0)
            height = tall * bulk * rng.choice((rng.uniform(0.25, 0.6), rng.uniform(0.45, 1.0)))
            box = QRectF(x, shore - height, width, height + 1)
            shade = lift(colour, rng.uniform(-0.025, 0.025))
            painter.setBrush(
                downwards(box.top(), shore, [(0, shade), (1, mix(shade, palette.haze, 0.4 * (1 - nearness)))])
            )
            top = _tower(painter, rng, box, stage)
            _windows(painter, easel, box, lit, nearness)
            if top is not None and rng.random() < 0.6:
                lamps.append(Lamp(top, stage.unit * 2.2, QColor("#FF5A4A"), rng.uniform(0, tau), blinks=True))
            x += width * rng.uniform(0.82, 1.25)
        if nearness == 1.0:
            lamps += _quay(painter, easel, lit, shore)
    return image, tuple(lamps)


def _tower(painter: QPainter, rng: random.Random, box: QRectF, stage: Stage) -> QPointF | None:
    """One building; returns the tip of its mast, if it has one."""
    painter.drawRect(box)
    kind = rng.random()
    middle = box.center().x()
    if kind < 0.28:  # a set-back storey or two
        step = QRectF(
            box.left() + box.width() * 0.18, box.top() - box.width() * 0.3, box.width() * 0.64, box.width() * 0.32
        )
        painter.drawRect(step)
        painter.drawRect(
            QRectF(middle - box.width() * 0.16, step.top() - box.width() * 0.2, box.width() * 0.32, box.width() * 0.22)
        )
        top = step.top() - box.width() * 0.2
    elif kind < 0.4:  # a slanting roof
        rise = box.width() * rng.uniform(0.2, 0.5)
        painter.drawPolygon(QPolygonF([box.topLeft(), QPointF(box.left(), box.top() - rise), box.topRight()]))
        return None
    elif kind < 0.48:  # a spire
        rise = box.width() * rng.uniform(0.5, 0.9)
        painter.drawPolygon(QPolygonF([box.topLeft(), QPointF(middle, box.top() - rise), box.topRight()]))
        top = box.top() - rise
    else:
        top = box.top()
    if rng.random() < 0.3:
        mast = stage.unit * rng.uniform(20, 70)
        painter.drawRect(QRectF(middle - stage.unit, top - mast, stage.unit * 2, mast + 2))
        return QPointF(middle, top - mast)
    return None


def _windows(painter: QPainter, easel: Easel, box: QRectF, lit: QColor, nearness: float) -> None:
    """A grid of windows, some of them lit; whole floors are lit together now and then."""
    stage, rng, _ = easel
    across, up = stage.unit * (5.5 + 3.5 * nearness), stage.unit * (8.0 + 4.0 * nearness)
    share = rng.uniform(0.15, 0.6) * (0.55 + 0.45 * nearness)
    size = QPointF(across * rng.uniform(0.42, 0.62), up * rng.uniform(0.4, 0.55))
    cold = mix(lit, QColor("#BFE3FF"), 0.75)
    hue = mix(lit, cold, rng.random() ** 2)
    y = box.top() + up * 0.8
    while y < box.bottom() - up:
        busy = share * rng.choice((0.3, 0.8, 1.0, 1.0, 1.9))
        x = box.left() + across * 0.6
        while x < box.right() - across * 0.9:
            if rng.random() < busy:
                alpha = rng.uniform(0.5, 1.0) * (0.55 + 0.45 * nearness)
                painter.setBrush(clear(lift(hue, rng.uniform(-0.08, 0.06)), alpha))
                painter.drawRect(QRectF(x, y, size.x(), size.y()))
            x += across
        y += up


def _quay(painter: QPainter, easel: Easel, lit: QColor, shore: float) -> list[Lamp]:
    """The bank with its trees and a row of street lamps."""
    stage, rng, palette = easel
    painter.setBrush(lift(palette.near, -0.02))
    painter.drawRect(QRectF(0, shore - stage.unit * 9, stage.wide, stage.unit * 11))
    for _ in range(60):
        x, size = rng.uniform(0, stage.wide), stage.unit * rng.uniform(8, 20)
        painter.drawEllipse(QPointF(x, shore - stage.unit * 9), size * 1.2, size)
    gap = stage.unit * 58
    return [
        Lamp(
            QPointF(gap * (n + 0.5), shore - stage.unit * 16), stage.unit * 3.0, lit, rng.uniform(0, tau), blinks=False
        )
        for n in range(int(stage.wide / gap) + 1)
    ]
