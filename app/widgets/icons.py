"""Our icons, drawn from resources/icons in a colour of the present look, sharp at every scale factor.

An icon holds a name and a colour role, not pixels: it is drawn again when the look changes.
"""

import logging
from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPen, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer
from shiboken6 import isValid

from app.system import appearance

FOLDER = appearance.RESOURCES / "icons"
LOGO = "app/slowlight"
_log = logging.getLogger(__name__)


def icon(name: str, role: str = "text", size: int = 16) -> QIcon:
    """The Lucide icon `name` in the colour token `role`; `size` (px) is what it offers where nobody asks for another."""
    return QIcon(_ThemeIcon(name, role, size))


def pixmap(name: str, colour: QColor, size: int, ratio: float = 1.0) -> QPixmap:
    """The icon as a square of `size` logical px, for a screen with the given device pixel ratio."""
    pixels = max(1, round(size * ratio))
    key = f"slowlight:{name}:{colour.name(QColor.NameFormat.HexArgb)}:{pixels}:{ratio}"
    made = QPixmap()
    if not QPixmapCache.find(key, made):
        made = _render(name, colour, pixels)
        made.setDevicePixelRatio(ratio)
        QPixmapCache.insert(key, made)
    return made


def draw(painter: QPainter, rect: QRectF | QRect, name: str, colour: QColor) -> None:
    """Draws the icon centred in `rect`, as large as its shorter side, on whole device pixels."""
    area = QRectF(rect)
    size = round(min(area.width(), area.height()))
    ratio = painter.device().devicePixelRatioF()
    left = round((area.center().x() - size / 2) * ratio) / ratio
    top = round((area.center().y() - size / 2) * ratio) / ratio
    made = pixmap(name, colour, size, ratio)
    painter.drawPixmap(QRectF(left, top, size, size), made, QRectF(made.rect()))


def _render(name: str, colour: QColor, pixels: int) -> QPixmap:
    made = QPixmap(pixels, pixels)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    source = _source(name)
    renderer = QSvgRenderer(QByteArray(source.replace(b"currentColor", colour.name().encode())))
    if source and renderer.isValid():
        painter.setOpacity(colour.alphaF())
        renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
        renderer.render(painter, QRectF(0, 0, pixels, pixels))
    else:
        _placeholder(painter, colour, pixels)
    painter.end()
    return made


def _placeholder(painter: QPainter, colour: QColor, pixels: int) -> None:
    """A quiet empty box where an icon file is missing: better than a hole or a crash."""
    stroke = pixels / 12
    painter.setPen(QPen(colour, stroke))
    edge = pixels / 6
    painter.drawRoundedRect(QRectF(edge, edge, pixels - 2 * edge, pixels - 2 * edge), stroke * 2, stroke * 2)


@cache
def _source(name: str) -> bytes:
    path = FOLDER / Path(f"{name}.svg")
    try:
        return path.read_bytes()
    except OSError:
        _log.warning("The icon %s is missing", name)
        return b""


class _ThemeIcon(QIconEngine):
    """Answers Qt's requests for pixels with the colours of the moment."""

    def __init__(self, name: str, role: str, size: int) -> None:
        super().__init__()
        self._name, self._role, self._size = name, role, size

    def _colour(self, mode: QIcon.Mode) -> QColor:
        return appearance.colour("disabled" if mode is QIcon.Mode.Disabled else self._role)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        draw(painter, rect, self._name, self._colour(mode))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        side = min(size.width(), size.height())
        return pixmap(self._name, self._colour(mode), side, scale)

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:
        side = min(size.width(), size.height())
        return QSize(side, side)

    def availableSizes(self, mode: QIcon.Mode = QIcon.Mode.Normal, state: QIcon.State = QIcon.State.Off) -> list[QSize]:
        return [QSize(self._size, self._size)]

    def isNull(self) -> bool:
        return False

    def clone(self) -> QIconEngine:
        """Qt asks when a shared icon is changed, and keeps the answer; the binding would let it go with this call."""
        _clones[:] = [known for known in _clones if isValid(known)]
        made = _ThemeIcon(self._name, self._role, self._size)
        _clones.append(made)
        return made


_clones: list[_ThemeIcon] = []


def draw_logo(painter: QPainter, rect: QRectF | QRect) -> None:
    """The glowing disc, for the navigation and the welcome page. It keeps its own colours."""
    draw(painter, rect, LOGO, QColor(Qt.GlobalColor.white))
