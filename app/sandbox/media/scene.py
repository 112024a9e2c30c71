"""A scene is a pile of pieces, painted from back to front. Pieces move, so a still is a film's first moment."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import cos, pi
from typing import NamedTuple, Protocol

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QBrush, QGradient, QImage, QPainter

from app.sandbox.media.palettes import Palette
from app.sandbox.media.sheet import Mode


@dataclass(frozen=True, slots=True)
class Stage:
    """The frame that is looked through, in pixels, and how long. A still lasts 0 s and has no margin.

    The camera travels `margin` pixels to the right during a film; sheets are that much wider than the frame.
    """

    width: int
    height: int
    seconds: float = 0.0

    @property
    def unit(self) -> float:
        """A thousandth of the shorter side: sizes in units look alike in every format."""
        return min(self.width, self.height) / 1000

    @property
    def margin(self) -> int:
        """How far the camera travels."""
        return round(self.width * 0.12) if self.seconds else 0

    @property
    def wide(self) -> int:
        """How wide a sheet must be to fill the frame during the whole travel."""
        return self.width + self.margin + (2 if self.margin else 0)

    def travel(self, t: float) -> float:
        """Where the camera is after `t` seconds, in pixels; it starts and stops softly."""
        if not self.margin:
            return 0.0
        share = min(t / self.seconds, 1.0)
        eased = (1 - cos(pi * share)) / 2
        return self.margin * (0.35 * eased + 0.65 * share)


class Easel(NamedTuple):
    """What every painter needs: the frame, the chance, and the colours."""

    stage: Stage
    rng: random.Random
    palette: Palette


class Piece(Protocol):
    """One thing in a scene."""

    def paint(self, painter: QPainter, t: float) -> None:
        """Paint it as it is `t` seconds after the start. The painter's state may be left changed."""


def place_between_pixels(painter: QPainter, image: QImage, x: float, y: float) -> None:
    """Draw an image at a fraction of a pixel, so that slow things glide instead of jumping from pixel to pixel.

    Qt rounds the place of an unscaled image; the least possible stretch makes it interpolate.
    """
    if x == round(x) and y == round(y):
        painter.drawImage(round(x), round(y), image)
        return
    painter.drawImage(QRectF(x, y, image.width() * 1.0002, image.height() * 1.0002), image)


@dataclass(frozen=True, slots=True)
class Plate:
    """A painted sheet. Near plates move with the camera (depth 1), far ones hardly (depth 0)."""

    stage: Stage
    image: QImage
    depth: float = 0.0
    drift: float = 0.0  # own movement to the left, pixels per second
    x: float = 0.0
    y: float = 0.0
    mode: Mode = Mode.CompositionMode_SourceOver
    opacity: float = 1.0

    def paint(self, painter: QPainter, t: float) -> None:
        """Draw the sheet where the camera and its own drift have brought it."""
        painter.setCompositionMode(self.mode)
        painter.setOpacity(self.opacity)
        x = self.x - self.stage.travel(t) * self.depth - self.drift * t
        place_between_pixels(painter, self.image, x, self.y)


@dataclass(frozen=True, slots=True)
class Fill:
    """A gradient over the whole frame."""

    stage: Stage
    gradient: QGradient
    mode: Mode = Mode.CompositionMode_SourceOver

    def paint(self, painter: QPainter, t: float) -> None:
        """Fill the frame."""
        painter.setCompositionMode(self.mode)
        painter.setOpacity(1.0)
        painter.fillRect(QRectF(0, 0, self.stage.width, self.stage.height), QBrush(self.gradient))


@dataclass(frozen=True, slots=True)
class Sprite:
    """A small sheet that travels from one place to another during the film; a sun, a sail, a bird."""

    stage: Stage
    image: QImage
    start: QPointF  # of its middle
    end: QPointF
    mode: Mode = Mode.CompositionMode_SourceOver
    depth: float = 0.0

    def paint(self, painter: QPainter, t: float) -> None:
        """Draw it on its way."""
        share = t / self.stage.seconds if self.stage.seconds else 0.0
        place = self.start + (self.end - self.start) * share
        painter.setCompositionMode(self.mode)
        painter.setOpacity(1.0)
        x = place.x() - self.image.width() / 2 - self.stage.travel(t) * self.depth
        place_between_pixels(painter, self.image, x, place.y() - self.image.height() / 2)


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything in the frame, back to front."""

    stage: Stage
    pieces: Sequence[Piece] = field(default_factory=tuple)

    def paint(self, painter: QPainter, t: float = 0.0) -> None:
        """Paint the moment `t` seconds after the start."""
        for piece in self.pieces:
            piece.paint(painter, t)
        painter.setCompositionMode(Mode.CompositionMode_SourceOver)
        painter.setOpacity(1.0)
