"""Mountain ridges, one behind the other, fading into haze."""

import random
from collections.abc import Sequence

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage

from app.sandbox.media.colour import clear, downwards, glow, lift, mix
from app.sandbox.media.families.heavens import Sun, place_sun, sky
from app.sandbox.media.families.trees import tree_line
from app.sandbox.media.noise import Noise, cloud, contrast
from app.sandbox.media.scene import Easel, Piece, Plate, Scene, Stage
from app.sandbox.media.sheet import Mode, below, painting, sheet, tinted, wash

Line = Sequence[tuple[float, float]]


def ridges(easel: Easel) -> Scene:
    """Five to seven ridges under a wide sky, trees on the nearest."""
    stage, rng, _palette = easel
    horizon = stage.height * rng.uniform(0.56, 0.66)
    sun = place_sun(stage, rng, horizon)
    pieces = sky(easel, horizon, sun)
    pieces += land(easel, horizon * 0.93, float(stage.height), sun, rng.randint(5, 7))
    return Scene(stage, pieces)


def land(easel: Easel, top: float, bottom: float, sun: Sun, count: int) -> list[Piece]:
    """Ridges between two heights, the farthest first, with mist in the valleys between."""
    stage, rng, _palette = easel
    pieces: list[Piece] = []
    for number in range(count):
        nearness = number / (count - 1)
        base = top + (bottom - top) * (0.04 + 0.8 * nearness**1.25)
        line = _ridge_line(stage, rng, base, nearness, bottom - top)
        image = _ridge(easel, line, bottom, nearness, sun)
        depth = 0.06 + 0.94 * nearness**1.6
        pieces.append(Plate(stage, image, depth=depth))
        if number < count - 1:
            pieces.append(_mist(easel, base, nearness, bottom - top))
    return pieces


def _ridge_line(stage: Stage, rng: random.Random, base: float, nearness: float, span: float) -> Line:
    noise = Noise(rng)
    reach = max(span * (0.56 - 0.3 * nearness), stage.height * (0.17 - 0.09 * nearness))
    stretch = rng.uniform(1.5, 2.3) * (1 + 0.5 * nearness) / max(stage.width, stage.height)
    step = max(1.0, stage.wide / 900)
    points = []
    for index in range(int(stage.wide / step) + 3):
        x = (index - 1) * step
        place = x * stretch + 9
        height = 0.62 * noise.ridged(place, 7, 0.47) + 0.38 * (0.5 + 0.5 * noise.fractal(place * 0.6 + 70, 3))
        points.append((x, base - reach * (height - 0.45) * 1.9))
    return points


def _ridge(easel: Easel, line: Line, bottom: float, nearness: float, sun: Sun) -> QImage:
    stage, rng, palette = easel
    colour = mix(mix(palette.haze, palette.horizon, 0.25), palette.near, 0.12 + 0.88 * nearness**0.85)
    peak = min(y for _, y in line)
    foot = min(bottom, peak + stage.height * 0.42)
    image = sheet(stage.wide, round(bottom) + 1)
    with painting(image) as painter:
        valley = mix(colour, palette.haze, 0.55 * (1 - nearness) + 0.06)
        painter.setBrush(downwards(peak, foot, [(0.0, lift(colour, 0.02)), (0.4, colour), (1.0, valley)]))
        painter.drawPath(below(line, bottom + 2))
    _slopes(easel, image, colour, peak=peak, foot=foot, nearness=nearness)
    warm = mix(palette.horizon, palette.orb, 0.5)
    near_sun = glow(sun.place, stage.width * 0.5, warm, 0.5 * (1 - nearness) ** 1.5 + 0.04)
    wash(image, near_sun, Mode.CompositionMode_SourceAtop)
    if nearness > 0.55:
        trees = lift(colour, -0.02)
        tree_line(stage, rng, image, line, colour=trees, height=stage.unit * (10 + 62 * (nearness - 0.5) ** 1.2 * 2))
    return image


def _slopes(easel: Easel, image: QImage, colour: QColor, *, peak: float, foot: float, nearness: float) -> None:
    """Folds in the rock: cloud noise, leaned over so that it runs down the slopes."""
    stage, rng, _ = easel
    span = round(foot - peak) + 1
    for paint, low, strength in ((lift(colour, 0.1), 0.55, 0.55), (lift(colour, -0.09), 0.5, 0.6)):
        grey = cloud(rng, image.width() + span, span, stage.unit * (70 + 60 * nearness), stretch=0.8, detail=4)
        folds = tinted(contrast(grey, low, 0.98), paint)
        fade = [(0.0, clear(paint, 1.0)), (1.0, clear(paint, 0.0))]
        wash(folds, downwards(0, span, fade), Mode.CompositionMode_DestinationIn)
        with painting(image, Mode.CompositionMode_SourceAtop) as painter:
            painter.setOpacity(strength * (0.35 + 0.65 * nearness))
            painter.translate(0, peak)
            painter.shear(-0.7 if low > 0.52 else 0.6, 0)
            painter.drawImage(QPointF(0 if low > 0.52 else -span * 0.6, 0), folds)


def _mist(easel: Easel, base: float, nearness: float, span: float) -> Piece:
    """A bank of mist in front of a ridge's foot."""
    stage, rng, palette = easel
    height = round(span * 0.5)
    colour = mix(palette.haze, palette.horizon, 0.5 * (1 - nearness))
    grey = cloud(rng, round(stage.wide * 1.1), height, span * 0.16, stretch=4.0, detail=3)
    bank = tinted(contrast(grey, 0.1, 0.98), colour)
    fade = [(0.0, clear(colour, 0)), (0.55, clear(colour, 1)), (1.0, clear(colour, 0.1))]
    wash(bank, downwards(0, height, fade), Mode.CompositionMode_DestinationIn)
    drift = stage.unit * (4 + 8 * nearness)
    y = base + span * 0.02 - height * 0.25
    return Plate(stage, bank, depth=0.1 + 0.5 * nearness, drift=drift, y=y, opacity=0.55 * (1 - nearness) ** 0.8)
