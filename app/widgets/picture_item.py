"""A picture in a scene, smooth at every zoom: smaller copies are made beforehand and the nearest larger one is painted."""

from PySide6.QtCore import QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

_SMALLEST_COPY = 400  # pixels of the longer side
_SQUARE = 8  # of the chequered ground behind transparent pictures


def copies_of(picture: QImage) -> tuple[QImage, ...]:
    """The picture and its halves, in a format that paints fast. Takes a while: for a worker thread."""
    seen_through = picture.hasAlphaChannel()
    fast = QImage.Format.Format_ARGB32_Premultiplied if seen_through else QImage.Format.Format_RGB32
    copies = [picture.convertToFormat(fast)]
    while max(copies[-1].width(), copies[-1].height()) > 2 * _SMALLEST_COPY:
        last = copies[-1]
        half = QSize(max(1, last.width() // 2), max(1, last.height() // 2))
        keep = Qt.AspectRatioMode.IgnoreAspectRatio
        copies.append(last.scaled(half, keep, Qt.TransformationMode.SmoothTransformation))
    return tuple(copies)


class PictureItem(QGraphicsItem):
    """At (0, 0), `size` large in the scene, whatever the copies measure."""

    def __init__(self) -> None:
        super().__init__()
        self._copies: tuple[QImage, ...] = ()
        self._size = QSizeF()
        self._detail: tuple[QRectF, QImage] | None = None

    def set_copies(self, copies: tuple[QImage, ...], size: QSizeF) -> None:
        """From large to small. A detail of before is gone."""
        self.prepareGeometryChange()
        self._detail = None
        self._copies, self._size = copies, size
        self.update()

    def set_detail(self, place: QRectF, detail: QImage) -> None:
        """A part in its own pixels, over copies that have fewer. `place` in pixels of the picture."""
        self._detail = place, detail
        self.update()

    @property
    def largest_share(self) -> float:
        """How many of its own pixels in a row the largest copy has: 1 is all of them."""
        return self._copies[0].width() / self._size.width() if self._copies and self._size.width() else 1.0

    @property
    def image(self) -> QImage | None:
        """The largest copy."""
        return self._copies[0] if self._copies else None

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, self._size.width(), self._size.height())

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if not self._copies:
            return
        scale = painter.worldTransform().m11() * painter.device().devicePixelRatioF()
        wanted = self._size.width() * scale
        fitting = [copy for copy in self._copies if copy.width() >= wanted]
        chosen = fitting[-1] if fitting else self._copies[0]
        # far beyond its own size single pixels are worth seeing
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, wanted < 4 * chosen.width())
        if chosen.hasAlphaChannel():
            self._paint_ground(painter)
        painter.drawImage(self.boundingRect(), chosen, QRectF(chosen.rect()))
        if self._detail is not None and wanted > self._copies[0].width():
            place, detail = self._detail
            if detail.hasAlphaChannel():
                painter.save()
                painter.setClipRect(place)
                self._paint_ground(painter)
                painter.restore()
            painter.drawImage(place, detail, QRectF(detail.rect()))

    def _paint_ground(self, painter: QPainter) -> None:
        """Grey squares that keep their size on the screen."""
        painter.save()
        painter.fillRect(self.boundingRect(), QColor("#FFFFFF"))
        brush = QBrush(_ground())
        inverse, ok = painter.worldTransform().inverted()
        if ok:
            brush.setTransform(inverse)
        painter.fillRect(self.boundingRect(), brush)
        painter.restore()


def _ground() -> QImage:
    made = QImage(2 * _SQUARE, 2 * _SQUARE, QImage.Format.Format_RGB32)
    made.fill(QColor("#FFFFFF"))
    painter = QPainter(made)
    painter.fillRect(0, 0, _SQUARE, _SQUARE, QColor("#DDDDDD"))
    painter.fillRect(_SQUARE, _SQUARE, _SQUARE, _SQUARE, QColor("#DDDDDD"))
    painter.end()
    return made
