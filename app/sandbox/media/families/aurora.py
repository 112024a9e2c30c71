"""Northern lights: curtains of light over snow and firs, mirrored in a frozen lake or seen from a plain."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from app.sandbox.media.colour import clear, downwards, mix, turned, vivid
from app.sandbox.media.families.heavens import Sun, star_field
from app.sandbox.media.families.ridges import land
from app.sandbox.media.families.water import Water
from app.sandbox.media.noise import Noise
from app.sandbox.media.palettes import Palette
from app.sandbox.media.scene import Easel, Fill, Piece, Plate, Scene, Stage
from app.sandbox.media.sheet import Mode, painting, sheet, wash

_STRIP = 256  # height of the light strip that is stretched over each column


@dataclass(frozen=True, slots=True)
class Curtain:
    """One band of light, painted column by column."""

    stage: Stage
    strip: QImage
    fold: Noise
    rays: Noise
    base: float  # pixels from the top
    sway: float
    tall: float
    strength: float
    speed: float

    def paint(self, painter: QPainter, t: float) -> None:
        """Add the light: columns side by side on a narrow sheet, which is then drawn out to the frame's width."""
        stage = self.stage
        columns = 170 if stage.seconds else max(stage.width // 2, 1)
        height = round(self.base + self.sway)
        image = sheet(columns, height)
        source = QRectF(0, 0, 1, _STRIP)
        shift = stage.travel(t) * 0.03 / stage.width
        with painting(image) as columns_painter:
            for index in range(columns):
                foot, tall, light = self._column(index / columns + shift, t)
                columns_painter.setOpacity(light)
                columns_painter.drawImage(QRectF(index, foot - tall, 1, tall * 1.12), self.strip, source)
        painter.setCompositionMode(Mode.CompositionMode_Plus)
        painter.setOpacity(1.0)
        painter.drawImage(QRectF(0, 0, stage.width, height), image)

    def _column(self, place: float, t: float) -> tuple[float, float, float]:
        """Lower end, height (pixels) and brightness of the light at a place across the frame (0 to 1)."""
        drift = t * self.speed
        bend = self.fold.fractal(place * 1.7 + drift * 0.5, 3)
        bright = 0.5 + 0.5 * self.rays.fractal(place * 9 + bend * 2.2 + drift * 2.1, 4, 0.65)
        body = 0.5 + 0.5 * self.fold.at(place * 2.3 + 40 - drift)
        light = self.strength * min(max(bright * 1.7 - 0.3, 0.0), 1.2) * (0.3 + 0.8 * body)
        return self.base + self.sway * bend, self.tall * (0.55 + 0.75 * bright), min(light, 1.0)


def aurora(easel: Easel) -> Scene:
    """Two or three curtains over a dark land."""
    stage, rng, palette = easel
    shore = stage.height * rng.uniform(0.68, 0.76)
    dark = mix(palette.zenith, QColor("#04060F"), 0.55)
    stops = [(0.0, dark), (0.6, mix(dark, palette.high, 0.55)), (1.0, mix(palette.high, palette.low, 0.35))]
    above: list[Piece] = [Fill(stage, downwards(0, shore, stops))]
    above.append(Plate(stage, star_field(stage, rng, 1.0, shore), depth=0.02, mode=Mode.CompositionMode_Screen))
    green = mix(QColor("#5CFFB0"), palette.low, 0.3)
    hues: Sequence[tuple[QColor, QColor]] = (
        (green, vivid(mix(palette.high, palette.horizon, 0.5), 1.25)),
        (mix(QColor("#57E6E0"), palette.low, 0.35), turned(palette.low, -30)),
        (mix(green, QColor("#B6F5FF"), 0.3), QColor("#C569E0")),
    )
    above += [_curtain(stage, rng, hues[number], shore, number) for number in range(rng.randint(2, 3))]
    night = _moonless(palette)
    sun = Sun(stage, QPointF(stage.width * 0.5, -stage.height), 1.0, 0.0)
    above += land(Easel(stage, rng, night), shore * 0.84, shore, sun, 3)
    water = Water(stage, above, shore, night, 0.85, (), squash=1.75, cover=0.55)
    return Scene(stage, [water])


def _curtain(stage: Stage, rng: random.Random, hue: tuple[QColor, QColor], shore: float, number: int) -> Curtain:
    low, high = hue
    strip = sheet(1, _STRIP)
    stops = [
        (0.0, clear(high, 0.0)),
        (0.35, clear(high, 0.28)),
        (0.7, clear(mix(high, low, 0.6), 0.6)),
        (0.86, clear(low, 1.0)),
        (0.93, clear(mix(low, QColor("#F4FFE8"), 0.35), 0.85)),
        (1.0, clear(low, 0.0)),
    ]
    wash(strip, downwards(0, _STRIP, stops))
    return Curtain(
        stage=stage,
        strip=strip,
        fold=Noise(rng),
        rays=Noise(rng),
        base=shore * (0.52 + 0.14 * number + rng.uniform(-0.06, 0.06)),
        sway=shore * rng.uniform(0.16, 0.3),
        tall=shore * rng.uniform(0.42, 0.62),
        strength=1.0 - 0.2 * number,
        speed=rng.choice((-1, 1)) * rng.uniform(0.03, 0.06),
    )


def _moonless(palette: Palette) -> Palette:
    """The same mood by night: snow that shines a little, dark water."""
    dark = QColor("#060B18")
    return Palette(
        zenith=mix(palette.zenith, dark, 0.6),
        high=mix(palette.high, dark, 0.55),
        low=mix(palette.low, dark, 0.6),
        horizon=mix(palette.low, dark, 0.4),
        orb=QColor("#DFFBEF"),
        haze=mix(mix(palette.haze, QColor("#7FA6B8"), 0.5), dark, 0.5),
        near=mix(palette.near, dark, 0.75),
        accent=palette.accent,
        stars=1.0,
    )
