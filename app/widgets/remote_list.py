"""Jobs on a server, one line each, to choose one or several from."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.system import appearance
from app.widgets import icons, painting

_KEY = Qt.ItemDataRole.UserRole
_ROWS_SEEN = 6
_ROW_PX, _SIDE, _BOX = 34, 10, 16
_CHECK = Qt.ItemDataRole.CheckStateRole
AnyIndex = QModelIndex | QPersistentModelIndex


class _Row(QStyledItemDelegate):
    """One line with, where it can be ticked, a box before it. Anywhere on it ticks."""

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(80, _ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        state, place = option.state, QRectF(option.rect).adjusted(2, 1, -2, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        has_focus = bool(state & QStyle.StateFlag.State_HasFocus)
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver) or has_focus:
            painting.surface(painter, place, appearance.RADIUS_SMALL, fill=appearance.colour("raised"), edge=None)
        if has_focus:
            painting.focus_ring(painter, place, appearance.RADIUS_SMALL)
        words = place.adjusted(_SIDE, 0, -_SIDE, 0)
        ticked = index.data(_CHECK)
        if ticked is not None:
            self._paint_box(painter, words, is_on=Qt.CheckState(ticked) is Qt.CheckState.Checked)
            words.setLeft(words.left() + _BOX + _SIDE)
        painter.setPen(appearance.colour("text"))
        painter.setFont(option.font)
        shown = QFontMetricsF(painter.font()).elidedText(str(index.data()), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)
        painter.restore()

    def _paint_box(self, painter: QPainter, place: QRectF, *, is_on: bool) -> None:
        box = QRectF(place.left(), place.center().y() - _BOX / 2, _BOX, _BOX)
        fill = appearance.colour("accent" if is_on else "input")
        painting.surface(painter, box, 4, fill=fill, edge=appearance.colour("accent" if is_on else "border"))
        if is_on:
            icons.draw(painter, box.adjusted(2, 2, -2, -2).toRect(), "check", appearance.colour("on_accent"))

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: AnyIndex
    ) -> bool:
        """The pointer ticks by the list itself, wherever it is in the row."""
        pointer = event.type() in (QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick)
        return not pointer and super().editorEvent(event, model, option, index)


class RemoteList(QListWidget):
    """`checkable` lets several be chosen, all of them at first. `chosen_changed` tells that the choice is another."""

    chosen_changed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None, *, checkable: bool = False) -> None:
        super().__init__(parent)
        self._checkable = checkable
        self.setAccessibleName(name)
        self.setFont(appearance.font(13))
        self.setUniformItemSizes(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setMinimumHeight(_ROWS_SEEN * _ROW_PX)
        self.setItemDelegate(_Row(self))
        self.setMouseTracking(True)
        self.setProperty("surface", "card")
        if checkable:
            self.itemClicked.connect(_turn)
        self.itemChanged.connect(self.chosen_changed)
        self.itemSelectionChanged.connect(self.chosen_changed)

    def show_rows(self, rows: Sequence[tuple[str, str]]) -> None:
        """Key and words of each job; what stood here before is gone."""
        self.blockSignals(True)
        self.clear()
        for key, words in rows:
            item = QListWidgetItem(words)
            item.setData(_KEY, key)
            item.setToolTip("")
            if self._checkable:
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(Qt.CheckState.Checked)
            self.addItem(item)
        self.blockSignals(False)
        self.chosen_changed.emit()

    def chosen(self) -> list[str]:
        """The keys of what is ticked, or of what is selected where nothing can be ticked."""
        items = [self.item(row) for row in range(self.count())]
        if self._checkable:
            return [str(item.data(_KEY)) for item in items if item.checkState() is Qt.CheckState.Checked]
        return [str(item.data(_KEY)) for item in self.selectedItems()]


def _turn(item: QListWidgetItem) -> None:
    is_on = item.checkState() is Qt.CheckState.Checked
    item.setCheckState(Qt.CheckState.Unchecked if is_on else Qt.CheckState.Checked)
