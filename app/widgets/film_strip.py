"""The results of one job side by side: small pictures, the current one in an accent frame, arrow keys move on."""

from collections.abc import Callable

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QBrush, QImage, QKeyEvent, QPainter, QTransform
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.domain.media import Medium
from app.system import appearance
from app.widgets import icons, painting
from app.widgets.viewer_content import ViewerItem

CELL = QSize(56, 42)
_GAP = 6
_FRAME = 2
_ICONS = {Medium.IMAGE: "image", Medium.VIDEO: "film", Medium.AUDIO: "audio-lines", Medium.OTHER: "file-question-mark"}

Thumbnails = Callable[[ViewerItem], QImage | None]
"""Gives the small picture of a result if it is there, or None; then `thumbnail_ready` is called later."""

_Index = QModelIndex | QPersistentModelIndex


class _ItemList(QAbstractListModel):
    """The items, with words for assistive technology."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.items: tuple[ViewerItem, ...] = ()

    def set_items(self, items: tuple[ViewerItem, ...]) -> None:
        self.beginResetModel()
        self.items = items
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.UserRole:
            return self.items[index.row()]
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self.tr("Result {number} of {count}").format(number=index.row() + 1, count=len(self.items))
        return None


class _Painter(QStyledItemDelegate):
    """Fills the cell with the middle of the thumbnail."""

    def __init__(self, thumbnails: Thumbnails, parent: QListView) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._view = parent

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return CELL + QSize(_GAP, 0)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        item: ViewerItem = index.data(Qt.ItemDataRole.UserRole)
        cell = QRectF(QRect(option.rect.topLeft(), CELL))
        picture = self._thumbnails(item)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if picture is None:
            painting.surface(painter, cell, appearance.RADIUS_SMALL, fill=appearance.colour("raised"))
            middle = QRectF(cell.center().x() - 9, cell.center().y() - 9, 18, 18)
            icons.draw(painter, middle, _ICONS[item.medium], appearance.colour("third"))
        else:
            draw_covering(painter, cell, picture, appearance.RADIUS_SMALL)
        if index.row() == self._view.currentIndex().row():
            self._paint_frame(painter, cell)
        painter.restore()

    def _paint_frame(self, painter: QPainter, cell: QRectF) -> None:
        """A dark hairline inside keeps the accent apart from a picture of the same colour."""
        inner = cell.adjusted(_FRAME, _FRAME, -_FRAME, -_FRAME)
        radius = float(appearance.RADIUS_SMALL)
        painting.surface(painter, inner, radius - _FRAME, edge=appearance.colour("panel"))
        painting.surface(painter, cell, radius, edge=appearance.colour("accent"), width=_FRAME)


class FilmStrip(QListView):
    """One row that scrolls sideways. `current_changed` tells the index the person went to."""

    current_changed = Signal(int)

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._list = _ItemList(self)
        self.setModel(self._list)
        self.setItemDelegate(_Painter(thumbnails, self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(CELL.height())
        self.setAccessibleName(self.tr("Results"))
        self.selectionModel().currentChanged.connect(self._on_current)

    @property
    def current(self) -> int:
        return self.currentIndex().row()

    def set_items(self, items: tuple[ViewerItem, ...], current: int) -> None:
        """Says nothing: the caller knows."""
        self.selectionModel().blockSignals(True)
        self._list.set_items(items)
        self.setCurrentIndex(self._list.index(current))
        self.selectionModel().blockSignals(False)
        self.scrollTo(self.currentIndex())

    def set_current(self, current: int) -> None:
        self.setCurrentIndex(self._list.index(current))

    def repaint_item(self, asset_id: str) -> None:
        """Its thumbnail has come."""
        for row, item in enumerate(self._list.items):
            if item.asset_id == asset_id:
                self.update(self._list.index(row))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right belong to the viewer, which goes on to other jobs at the ends."""
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Space):
            event.ignore()
        else:
            super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _on_current(self, index: QModelIndex) -> None:
        if index.isValid():
            self.viewport().update()
            self.current_changed.emit(index.row())


def draw_covering(painter: QPainter, cell: QRectF, picture: QImage, radius: float) -> None:
    """The middle of the picture, as large as fills the rounded cell."""
    ratio = painter.device().devicePixelRatioF()
    room = (cell.size() * ratio).toSize()
    expanding, smooth = Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    small = picture.scaled(room, expanding, smooth)
    brush = QBrush(small)
    shift = QTransform.fromTranslate(cell.left(), cell.top()).scale(1 / ratio, 1 / ratio)
    brush.setTransform(shift.translate((room.width() - small.width()) / 2, (room.height() - small.height()) / 2))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush)
    painter.drawRoundedRect(cell, radius, radius)
