"""Chance with a shape: lines that wander like ridges, and grey clouds to be used as masks.

Everything is drawn from a `random.Random`, so the same seed gives the same picture. Numbers run in Python for
lines (a few thousand points); for surfaces Qt scales small random grids up, which costs milliseconds.
"""

import random
from math import floor
from statistics import NormalDist

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

_TABLE = 512


class Noise:
    """Smooth random values along a line, from -1 to 1."""

    def __init__(self, rng: random.Random) -> None:
        """Take the random values from `rng` once."""
        self._values = [rng.uniform(-1, 1) for _ in range(_TABLE)]

    def at(self, x: float) -> float:
        """The value at a place; it changes fully over a distance of 1."""
        cell = floor(x)
        part = x - cell
        part = part * part * part * (part * (part * 6 - 15) + 10)
        first = self._values[cell % _TABLE]
        return first + (self._values[(cell + 1) % _TABLE] - first) * part

    def fractal(self, x: float, octaves: int, gain: float = 0.5) -> float:
        """Large and small waves together, about -1 to 1."""
        total, weight, share = 0.0, 0.0, 1.0
        for octave in range(octaves):
            total += self.at(x * 2**octave + octave * 37.3) * share
            weight += share
            share *= gain
        return total / weight

    def ridged(self, x: float, octaves: int, gain: float = 0.5) -> float:
        """Sharp peaks and soft valleys, 0 to 1."""
        total, weight, share = 0.0, 0.0, 1.0
        for octave in range(octaves):
            crest = 1 - abs(self.at(x * 2**octave + octave * 19.7))
            total += crest * crest * share
            weight += share
            share *= gain
        return total / weight


def cloud(rng: random.Random, width: int, height: int, cell: float, *, stretch: float = 1.0, detail: int = 4) -> QImage:
    """A grey cloud picture (Grayscale8) whose largest blobs measure about `cell` pixels.

    Args:
        rng: the chance.
        width: of the picture, pixels.
        height: of the picture, pixels.
        cell: size of the largest forms, pixels.
        stretch: above 1, forms are this much wider than high.
        detail: how many halvings of size are mixed in.
    """
    columns, rows = max(2, round(width / (cell * stretch)) + 1), max(2, round(height / cell) + 1)
    result = _static(rng, columns, rows)
    for level in range(1, detail + 1):
        columns, rows = min(columns * 2, width), min(rows * 2, height)
        result = _scaled(result, columns, rows)
        painter = QPainter(result)
        painter.setOpacity(0.5 if level == 1 else 0.36)
        painter.drawImage(0, 0, _static(rng, columns, rows))
        painter.end()
    while columns * 2 < width or rows * 2 < height:  # step by step: one big step would show the grid
        columns, rows = min(columns * 2, width), min(rows * 2, height)
        result = _scaled(result, columns, rows)
    return _scaled(result, width, height).convertToFormat(QImage.Format.Format_Grayscale8)


def contrast(grey: QImage, low: float, high: float) -> QImage:
    """The same cloud as a mask (Alpha8): clear below the share `low` of its pixels, full above the share `high`.

    `contrast(c, 0.6, 0.95)` leaves 40 percent of the picture touched, softly.
    """
    small = grey.scaled(64, 64, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    small = small.convertToFormat(QImage.Format.Format_Grayscale8)
    values = sorted(bytes(small.constBits()))
    bottom, top = values[int(low * (len(values) - 1))], values[int(high * (len(values) - 1))]
    span = max(top - bottom, 1)
    shares = (min(max((value - bottom) / span, 0.0), 1.0) for value in range(256))
    table = bytes(round(255 * share * share * (3 - 2 * share)) for share in shares)
    data = bytes(grey.constBits()).translate(table)
    mask = QImage(data, grey.width(), grey.height(), grey.bytesPerLine(), QImage.Format.Format_Alpha8)
    return mask.copy()  # its own memory


def grain(rng: random.Random, size: int, strength: float) -> QImage:
    """A square of film grain to be tiled over a picture: light and dark specks that cancel out on average.

    Besides the look, it hides the steps of smooth gradients. `strength` is the usual speck's share of full white.
    """
    amounts = [NormalDist().inv_cdf((value + 0.5) / 256) * strength * 255 for value in range(256)]
    specks = rng.randbytes(size * size)
    alphas = specks.translate(bytes(min(round(abs(amount)), 255) for amount in amounts))
    whites = specks.translate(bytes(min(round(max(amount, 0.0)), 255) for amount in amounts))
    pixels = bytearray(4 * size * size)  # premultiplied: white's channels equal its alpha, black's are nothing
    pixels[0::4] = pixels[1::4] = pixels[2::4] = whites
    pixels[3::4] = alphas
    data = bytes(pixels)  # named, because the image only borrows it until it is copied
    return QImage(data, size, size, 4 * size, QImage.Format.Format_RGBA8888_Premultiplied).copy()


def _static(rng: random.Random, width: int, height: int) -> QImage:
    stride = (width + 3) // 4 * 4
    data = rng.randbytes(stride * height)
    grey = QImage(data, width, height, stride, QImage.Format.Format_Grayscale8)
    return grey.convertToFormat(QImage.Format.Format_RGB32)


def _scaled(image: QImage, width: int, height: int) -> QImage:
    return image.scaled(width, height, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
