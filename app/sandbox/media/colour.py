"""Colours that mix as eyes expect: in OKLab, where the way from blue to amber does not pass through mud."""

from collections.abc import Sequence
from itertools import pairwise
from math import atan2, cbrt, cos, hypot, radians, sin
from typing import TypeVar

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QGradient, QLinearGradient, QRadialGradient

_STEPS = 8  # gradient stops between two colours; Qt mixes in sRGB between those
Lab = tuple[float, float, float]
G = TypeVar("G", bound=QGradient)


def mix(first: QColor, second: QColor, share: float) -> QColor:
    """`first` at share 0, `second` at share 1; alpha is mixed as well."""
    a, b = _lab(first), _lab(second)
    light, green_red, blue_yellow = (x + (y - x) * share for x, y in zip(a, b, strict=True))
    return _colour((light, green_red, blue_yellow), first.alphaF() + (second.alphaF() - first.alphaF()) * share)


def clear(colour: QColor, alpha: float) -> QColor:
    """The colour with this opacity, 0 to 1."""
    copy = QColor(colour)
    copy.setAlphaF(min(max(alpha, 0.0), 1.0))
    return copy


def lift(colour: QColor, amount: float) -> QColor:
    """Lighter (amount above 0) or darker, by OKLab lightness, which runs from 0 to 1."""
    light, a, b = _lab(colour)
    return _colour((min(max(light + amount, 0.0), 1.0), a, b), colour.alphaF())


def vivid(colour: QColor, factor: float) -> QColor:
    """More (factor above 1) or less colourful."""
    light, a, b = _lab(colour)
    return _colour((light, a * factor, b * factor), colour.alphaF())


def turned(colour: QColor, degrees: float) -> QColor:
    """The colour with its hue turned by some degrees."""
    light, a, b = _lab(colour)
    chroma, angle = hypot(a, b), atan2(b, a) + radians(degrees)
    return _colour((light, chroma * cos(angle), chroma * sin(angle)), colour.alphaF())


def ramp(colours: Sequence[QColor], share: float) -> QColor:
    """The colour at `share` (0 to 1) of the way through several evenly spaced ones."""
    place = min(max(share, 0.0), 1.0) * (len(colours) - 1)
    index = min(int(place), len(colours) - 2)
    return mix(colours[index], colours[index + 1], place - index)


def downwards(top: float, bottom: float, stops: Sequence[tuple[float, QColor]]) -> QLinearGradient:
    """A vertical gradient between two heights; stops from 0 (top) to 1."""
    return _filled(QLinearGradient(QPointF(0, top), QPointF(0, bottom)), stops)


def across(left: float, right: float, stops: Sequence[tuple[float, QColor]]) -> QLinearGradient:
    """A horizontal gradient between two places."""
    return _filled(QLinearGradient(QPointF(left, 0), QPointF(right, 0)), stops)


def around(middle: QPointF, radius: float, stops: Sequence[tuple[float, QColor]]) -> QRadialGradient:
    """A round gradient from the middle outwards."""
    return _filled(QRadialGradient(middle, radius), stops)


def glow(middle: QPointF, radius: float, colour: QColor, strength: float, *, sharpness: float = 2.6) -> QRadialGradient:
    """A soft light that fades like light in mist: quickly first, then for a long time."""
    stops = [(i / 24, clear(colour, strength * (1 - i / 24) ** sharpness)) for i in range(25)]
    gradient = QRadialGradient(middle, radius)
    for place, stop in stops:
        gradient.setColorAt(place, stop)
    return gradient


def _filled(gradient: G, stops: Sequence[tuple[float, QColor]]) -> G:
    for (start, first), (end, second) in pairwise(stops):
        for step in range(_STEPS):
            share = step / _STEPS
            gradient.setColorAt(start + (end - start) * share, mix(first, second, share))
    gradient.setColorAt(stops[-1][0], stops[-1][1])
    return gradient


def _lab(colour: QColor) -> Lab:
    r, g, b = (_linear(value) for value in (colour.redF(), colour.greenF(), colour.blueF()))
    long = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    middle = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _colour(lab: Lab, alpha: float) -> QColor:
    light, a, b = lab
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    r = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    g = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    return QColor.fromRgbF(_curved(r), _curved(g), _curved(blue), min(max(alpha, 0.0), 1.0))


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _curved(value: float) -> float:
    value = min(max(value, 0.0), 1.0)
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
