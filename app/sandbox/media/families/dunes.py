"""Dunes: long curves of sand with a lit and a shaded face, ripples, and dust in the air."""

import random
from collections.abc import Sequence
from math import sin

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainterPath, QPen, QPolygonF

from app.sandbox.media.colour import across, clear, downwards, glow, lift, mix, vivid
from app.sandbox.media.families.heavens import Sun, place_sun, sky
from app.sandbox.media.noise import Noise, cloud, contrast
from app.sandbox.media.scene import Easel, Piece, Plate, Scene, Stage
from app.sandbox.media.sheet import Mode, below, painting, sheet, tinted, wash

Line = Sequence[tuple[float, float]]


def dunes(easel: Easel) -> Scene:
    """Four or five dunes under a low sun."""
    stage, rng, _palette = easel
    horizon = stage.height * rng.uniform(0.46, 0.56)
    sun = place_sun(stage, rng, horizon)
    pieces = sky(easel, horizon * 1.06, sun)
    count = rng.randint(4, 5)
    for number in range(count):
        nearness = number / (count - 1)
        base = horizon + (stage.height - horizon) * (0.02 + 0.72 * nearness**1.15)
        pieces.append(_dune(easel, base, nearness, sun))
        if number < count - 1:
            pieces.append(_dust(easel, base, nearness))
    return Scene(stage, pieces)


def _dune(easel: Easel, base: float, nearness: float, sun: Sun) -> Piece:
    stage, rng, palette = easel
    crest = _crest(stage, rng, base, nearness)
    sand = mix(palette.low, palette.horizon, 0.6)
    far = mix(palette.haze, palette.horizon, 0.45)
    lit = mix(far, mix(sand, palette.near, 0.1), 0.25 + 0.7 * nearness)
    shade = mix(mix(far, palette.haze, 0.5), mix(vivid(sand, 0.8), palette.near, 0.74), 0.4 + 0.58 * nearness)
    image = sheet(stage.wide, stage.height)
    top = min(y for _, y in crest)
    with painting(image) as painter:
        painter.setBrush(
            downwards(top, stage.height, [(0, lit), (0.5, mix(lit, shade, 0.35)), (1, mix(lit, shade, 0.75))])
        )
        painter.drawPath(below(crest, stage.height + 2))
    _ripples(stage, rng, image, crest, colour=mix(shade, lit, 0.3), nearness=nearness)
    from_left = sun.place.x() < stage.width / 2
    for index in _summits(crest):
        _shaded_face(stage, rng, image, crest, summit=index, shade=shade, from_left=from_left)
    _texture(stage, rng, image, lit, shade)
    warm = mix(palette.horizon, palette.orb, 0.5)
    wash(image, glow(sun.place, stage.width * 0.55, warm, 0.5 * (1 - nearness) + 0.1), Mode.CompositionMode_SourceAtop)
    return Plate(stage, image, depth=0.08 + 0.92 * nearness**1.5)


def _crest(stage: Stage, rng: random.Random, base: float, nearness: float) -> Line:
    """One to three sharp summits with hollow flanks, on a gently rolling line."""
    noise = Noise(rng)
    reach = stage.height * (0.07 + 0.2 * nearness) * rng.uniform(0.8, 1.15)
    count = rng.randint(1, 2) + (nearness < 0.6)
    slot = 1.1 / count
    heaps = []
    for number in range(count):
        place = -0.05 + slot * (number + rng.uniform(0.2, 0.8))
        heaps.append((place, rng.uniform(0.6, 1.0), rng.uniform(0.35, 0.6), rng.uniform(0.3, 0.5)))
    step = max(1.0, stage.wide / 700)
    points = []
    for index in range(int(stage.wide / step) + 3):
        x = (index - 1) * step
        share = x / stage.width
        height = 0.0
        for place, tall, left, right in heaps:
            away = (place - share) / left if share < place else (share - place) / right
            height += (tall * max(0.0, 1 - away) ** 1.55) ** 3
        rolling = 0.16 * noise.fractal(share * 2.2 + 11, 3)
        points.append((x, base - reach * (height ** (1 / 3) + rolling)))
    return points


def _summits(crest: Line) -> list[int]:
    """Where the line is highest, as indexes; the ends do not count."""
    reach = 18
    found = []
    for index in range(reach, len(crest) - reach):
        y = crest[index][1]
        if y <= min(crest[index - reach][1], crest[index + reach][1]) - 1 and y == min(
            point[1] for point in crest[index - reach : index + reach]
        ):
            found.append(index)
    return found


def _shaded_face(
    stage: Stage, rng: random.Random, image: QImage, crest: Line, *, summit: int, shade: QColor, from_left: bool
) -> None:
    """The side away from the sun: from the summit a wandering edge runs down and towards the viewer."""
    direction = 1 if from_left else -1
    x0, y0 = crest[summit]
    length = (stage.height - y0) * rng.uniform(0.75, 1.1)
    phase, swing = rng.uniform(0, 6.28), rng.uniform(0.1, 0.22) * length
    slope = -direction * rng.uniform(0.25, 0.7)
    edge = []
    for step in range(61):
        share = step / 60
        bend = swing * (sin(phase + share * 4.2) - sin(phase)) * share
        edge.append(QPointF(x0 + slope * length * share + bend, y0 + length * share**1.15))
    along = range(summit, len(crest)) if direction > 0 else range(summit, -1, -1)
    rim = []
    for index in along:
        rim.append(QPointF(*crest[index]))
        if abs(crest[index][0] - x0) > stage.width * 0.5:
            break
    end = QPointF(rim[-1].x(), edge[-1].y())
    path = QPainterPath()
    path.addPolygon(QPolygonF([*edge[::-1], *rim, end]))
    path.closeSubpath()
    side = sheet(image.width(), image.height())
    with painting(side) as painter:
        reach = rim[-1].x()
        low, high = (x0 - stage.width * 0.12, reach) if direction > 0 else (reach, x0 + stage.width * 0.12)
        stops = [(0.0, clear(shade, 1.0)), (0.4, clear(shade, 0.72)), (1.0, clear(shade, 0.0))]
        if direction < 0:
            stops = [(1 - place, colour) for place, colour in reversed(stops)]
        painter.setBrush(across(low, high, stops))
        painter.drawPath(path)
    fade = [(0.0, clear(shade, 1.0)), (0.5, clear(shade, 0.7)), (1.0, clear(shade, 0.1))]
    wash(side, downwards(y0, y0 + length, fade), Mode.CompositionMode_DestinationIn)
    with painting(image, Mode.CompositionMode_SourceAtop) as painter:
        painter.drawImage(0, 0, side)
        painter.setPen(QPen(clear(lift(shade, 0.32), 0.5), stage.unit * 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(rim[: max(2, len(rim) // 3)]))


def _ripples(stage: Stage, rng: random.Random, image: QImage, crest: Line, *, colour: QColor, nearness: float) -> None:
    """Fine lines that follow the crest, closer together farther away."""
    noise = Noise(rng)
    gap = stage.unit * (5 + 9 * nearness)
    with painting(image, Mode.CompositionMode_SourceAtop) as painter:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        offset = gap * 2
        while offset < stage.height * 0.5:
            painter.setPen(QPen(clear(colour, 0.1 + 0.12 * nearness), gap * 0.28))
            flat = min(1.0, offset / (stage.height * 0.35))
            mean = sum(y for _, y in crest[::40]) / len(crest[::40])
            points = [
                QPointF(
                    x,
                    y * (1 - 0.6 * flat)
                    + mean * 0.6 * flat
                    + offset
                    + noise.fractal(x / stage.width * 7 + offset, 2) * gap * 0.9,
                )
                for x, y in crest[::6]
            ]
            painter.drawPolyline(QPolygonF(points))
            offset += gap * (1 + 0.02 * offset / gap)


def _texture(stage: Stage, rng: random.Random, image: QImage, lit: QColor, shade: QColor) -> None:
    for colour, low, opacity in ((lift(lit, 0.05), 0.4, 0.2), (shade, 0.6, 0.13)):
        grey = cloud(rng, image.width(), image.height(), stage.unit * 60, stretch=9.0, detail=3)
        veil = tinted(contrast(grey, low, 0.99), colour)
        with painting(image, Mode.CompositionMode_SourceAtop) as painter:
            painter.setOpacity(opacity)
            painter.drawImage(0, 0, veil)


def _dust(easel: Easel, base: float, nearness: float) -> Piece:
    stage, rng, palette = easel
    height = round(stage.height * 0.22)
    colour = mix(palette.haze, palette.horizon, 0.65)
    grey = cloud(rng, round(stage.wide * 1.15), height, stage.unit * 90, stretch=5.0, detail=3)
    bank = tinted(contrast(grey, 0.15, 0.98), colour)
    fade = [(0.0, clear(colour, 0)), (0.5, clear(colour, 1)), (1.0, clear(colour, 0))]
    wash(bank, downwards(0, height, fade), Mode.CompositionMode_DestinationIn)
    drift = stage.unit * (14 + 26 * nearness)
    return Plate(stage, bank, 0.1 + 0.4 * nearness, drift, y=base - height * 0.3, opacity=0.5 * (1 - nearness) ** 0.7)
