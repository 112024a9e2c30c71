"""The picture of a job in lists: cut to fill its place, with rounded corners, kept ready to be drawn again."""

from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPixmap

from app.system import appearance
from app.widgets import icons, painting, plain
from app.widgets.place import Place

_KEPT_BYTES = 32 * 1024 * 1024
_BAR, _BAR_GAP = 3.0, 2.0
_SILENCE = 0.02  # below it nothing is made larger


class Covers:
    """Finished pixmaps by picture, size and shape; the ones not drawn for longest are given up."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], QPixmap] = OrderedDict()
        self._bytes = 0

    def draw(self, painter: QPainter, rect: QRectF, image: QImage, radius: float, *, top_only: bool = False) -> None:
        """Fills `rect` with the middle of the picture; `top_only` leaves the lower corners square."""
        ratio = painter.device().devicePixelRatioF()
        size = QSize(round(rect.width() * ratio), round(rect.height() * ratio))
        key = (image.cacheKey(), size.width(), size.height(), radius, top_only)
        made = self._kept.get(key)
        if made is None:
            made = _cut(image, size, radius * ratio, top_only=top_only)
            self._keep(key, made)
        self._kept.move_to_end(key)
        painter.drawPixmap(rect, made, QRectF(made.rect()))

    def _keep(self, key: tuple[object, ...], made: QPixmap) -> None:
        self._kept[key] = made
        self._bytes += _bytes(made)
        while self._bytes > _KEPT_BYTES and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= _bytes(gone)


def wanted_pixels(rect: QRectF, ratio: float) -> QSize:
    """The size of picture to ask for, so that it fills `rect` on a screen of this device pixel ratio."""
    return QSize(round(rect.width() * ratio), round(rect.height() * ratio))


def sign(painter: QPainter, rect: QRectF, icon_name: str, size: int, role: str = "third") -> None:
    """An icon in the middle of `rect`."""
    middle = rect.center() - QPointF(size / 2, size / 2)
    icons.draw(painter, QRectF(middle.x(), middle.y(), size, size), icon_name, appearance.colour(role))


def waveform(painter: QPainter, rect: QRectF, peaks: Sequence[float], role: str = "accent") -> None:
    """A sound as upright bars; `peaks` are 0 to 1 over the whole length. A quiet sound fills the height as well."""
    loudest = max(_SILENCE, max(peaks, default=0.0))
    count = max(1, int((rect.width() + _BAR_GAP) / (_BAR + _BAR_GAP)))
    left = rect.center().x() - (count * (_BAR + _BAR_GAP) - _BAR_GAP) / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(appearance.colour(role))
    for bar in range(count):
        part = peaks[bar * len(peaks) // count : max(bar * len(peaks) // count + 1, (bar + 1) * len(peaks) // count)]
        height = max(_BAR, max(part, default=0.0) / loudest * rect.height())
        box = QRectF(left + bar * (_BAR + _BAR_GAP), rect.center().y() - height / 2, _BAR, height)
        painter.drawRoundedRect(box, _BAR / 2, _BAR / 2)


def badge(painter: QPainter, picture: Place, icon_name: str, words: str) -> None:
    """A dark label with light words in the lower start corner of a picture."""
    font = appearance.font(11, tabular=True)
    metrics = QFontMetricsF(font)
    icon_room = (12 + (5 if words else 0)) if icon_name else 0
    shown = metrics.elidedText(plain.line(words), Qt.TextElideMode.ElideRight, picture.width - 28 - icon_room)
    label = Place(
        picture.part(8, picture.rect.height() - 28, 12 + icon_room + metrics.horizontalAdvance(shown), 20),
        picture.mirrored,
    )
    painting.surface(painter, label.rect, 5, fill=appearance.colour("scrim"))
    if icon_name:
        icons.draw(painter, label.part(6, 4, 12, 12), icon_name, appearance.colour("on_scrim"))
    label.inner(6 + icon_room, 0, 0, 0).write(painter, shown, "on_scrim", font)


def progress_line(
    painter: QPainter,
    rect: QRectF,
    share: float | None,
    phase: float = -1.0,
    *,
    mirrored: bool = False,
    role: str = "running",
) -> None:
    """3 px: filled to `share`; a light that sweeps by `phase` (0 to 1) where nobody knows, standing when it is below 0."""
    radius = rect.height() / 2
    painting.surface(painter, rect, radius, fill=appearance.colour("border"))
    if share is not None:
        start, end = 0.0, share
    elif phase < 0:
        start, end = 0.35, 0.65
    else:
        start, end = max(0.0, phase * 1.3 - 0.3), min(1.0, phase * 1.3)
    if end > start:
        lit = QRectF(rect.left() + rect.width() * start, rect.top(), rect.width() * (end - start), rect.height())
        if mirrored:
            lit.moveLeft(rect.left() + rect.right() - lit.right())
        painting.surface(painter, lit, min(radius, lit.width() / 2), fill=appearance.colour(role))


def _cut(image: QImage, size: QSize, radius: float, *, top_only: bool) -> QPixmap:
    fill, smooth = Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    scaled = image.scaled(size, fill, smooth)
    made = QPixmap(size)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    brush = QBrush(scaled)
    shift = QPointF((size.width() - scaled.width()) // 2, (size.height() - scaled.height()) // 2)
    painter.setBrushOrigin(shift)
    painter.setPen(QPen(QColor(0, 0, 0, 0)))
    path = QPainterPath()
    extra = radius if top_only else 0.0
    path.addRoundedRect(QRectF(0, 0, size.width(), size.height() + extra), radius, radius)
    painter.fillPath(path, brush)
    painter.end()
    return made


def _bytes(made: QPixmap) -> int:
    return made.width() * made.height() * 4
