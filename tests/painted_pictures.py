"""Pictures that look like results: a sun over ridgelines, painted from a seed, for lists in tests and screenshots."""

from collections.abc import Sequence
from math import sin
from pathlib import Path
from random import Random

from PySide6.QtCore import QObject, QPointF, QSize, Signal
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPolygonF, QRadialGradient

from app.domain.media import Medium

_WIDTH, _HEIGHT = 320, 208


def landscape(seed: str, hue: float | None = None) -> QImage:
    """A valley in one hue (0 to 1); the same seed gives the same picture."""
    random = Random(seed)
    hue = random.random() if hue is None else hue
    image = QImage(_WIDTH, _HEIGHT, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    sky = QLinearGradient(0, 0, 0, _HEIGHT)
    sky.setColorAt(0, QColor.fromHsvF(hue, 0.7, 0.16))
    sky.setColorAt(0.6, QColor.fromHsvF((hue + 0.06) % 1, 0.55, 0.75))
    painter.fillRect(image.rect(), sky)
    sun = QPointF(_WIDTH * random.uniform(0.3, 0.8), _HEIGHT * random.uniform(0.3, 0.45))
    glow = QRadialGradient(sun, 80)
    glow.setColorAt(0, QColor(255, 246, 224, 150))
    glow.setColorAt(1, QColor(255, 246, 224, 0))
    painter.fillRect(image.rect(), glow)
    painter.setPen(QColor(0, 0, 0, 0))
    painter.setBrush(QColor(250, 240, 220))
    painter.drawEllipse(sun, 15, 15)
    for ridge in range(5):
        painter.setBrush(QColor.fromHsvF(hue, 0.5, 0.5 - 0.09 * ridge))
        painter.drawPolygon(_ridge(random, _HEIGHT * (0.48 + 0.12 * ridge)))
    painter.end()
    return image


def _ridge(random: Random, base: float) -> QPolygonF:
    waves = [(random.uniform(2, 14) / (k + 1), random.uniform(1, 3) * (k + 1), random.random() * 6) for k in range(5)]
    tops = [
        QPointF(x, base - sum(size * sin(x / _WIDTH * turns * 6 + start) for size, turns, start in waves))
        for x in range(0, _WIDTH + 4, 4)
    ]
    return QPolygonF([QPointF(0, _HEIGHT), *tops, QPointF(_WIDTH, _HEIGHT)])


class PaintedPictures(QObject):
    """Takes the place of the asset service. With `slow`, pictures come only when `deliver` is called."""

    thumbnail_ready = Signal(str)
    peaks_ready = Signal(str)

    def __init__(self, hues: Sequence[float] = (), *, slow: bool = False) -> None:
        super().__init__()
        self._hues = list(hues)
        self._made: dict[str, QImage] = {}
        self.slow = slow
        self.asked: list[str] = []

    def thumbnail(self, asset_id: str, path: Path, medium: Medium, size: QSize) -> QImage | None:
        if medium not in (Medium.IMAGE, Medium.VIDEO):
            return None
        if asset_id not in self._made and self.slow:
            self.asked.append(asset_id)
            return None
        return self._picture(asset_id)

    def deliver(self) -> None:
        """Everything asked for so far is ready now."""
        asked, self.asked = self.asked, []
        for asset_id in asked:
            self._picture(asset_id)
            self.thumbnail_ready.emit(asset_id)

    def peaks(self, asset_id: str, path: Path) -> tuple[float, ...] | None:
        return tuple(abs(sin(step / 11)) * (0.4 + 0.6 * abs(sin(step / 3.1))) for step in range(120))

    def _picture(self, asset_id: str) -> QImage:
        if asset_id not in self._made:
            hue = self._hues[len(self._made) % len(self._hues)] if self._hues else None
            self._made[asset_id] = landscape(asset_id, hue)
        return self._made[asset_id]
