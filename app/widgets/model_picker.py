"""Which AI model works: a card with two lines, and a list of the same cards by provider.

Rows come from any item model with the roles below. Rows of one group have to stand together.
"""

from enum import IntEnum
from typing import NamedTuple

from PySide6.QtCore import QAbstractItemModel, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from app.system import appearance
from app.widgets import icons
from app.widgets.card_combo import CardCombo, Index, RowDelegate, paint_line


class ModelRole(IntEnum):
    """What a row tells. TITLE is also the DisplayRole of the picker's own list, and so its accessible value."""

    ID = Qt.ItemDataRole.UserRole + 1
    TITLE = Qt.ItemDataRole.UserRole + 2
    DETAIL = Qt.ItemDataRole.UserRole + 3  # "NetMind · about 25 s · $0.01 per image"
    ICON = Qt.ItemDataRole.UserRole + 4  # an icon name
    GROUP = Qt.ItemDataRole.UserRole + 5  # the provider's name


class ModelPicker(CardCombo):
    """`model_chosen` tells the id that the person chose; `set_current` is silent."""

    HEIGHT = 53

    model_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._silent = False
        self._source: QAbstractItemModel | None = None
        self.setAccessibleName(self.tr("Model"))
        self.setItemDelegate(_ModelDelegate(self))
        self.setPlaceholderText(self.tr("Choose a model"))
        self.currentIndexChanged.connect(self._on_index)

    def set_source(self, source: QAbstractItemModel) -> None:
        """The rows to choose from. The picker follows its changes and keeps the chosen id while it is there."""
        if self._source is not None:
            self._source.disconnect(self)
        self._source = source
        for change in (
            source.modelReset,
            source.rowsInserted,
            source.rowsRemoved,
            source.dataChanged,
            source.rowsMoved,
        ):
            change.connect(self._rebuild)
        self._rebuild()

    def current_id(self) -> str:
        """ "" while nothing is chosen."""
        return self._text_at(self.currentIndex(), ModelRole.ID)

    def set_current(self, model_id: str) -> bool:
        """Whether it is among the rows; if not, nothing is chosen."""
        row = self._row_of(model_id)
        self._silent = True
        self.setCurrentIndex(row)
        self._silent = False
        return row >= 0

    def paint_chosen(self, painter: QPainter, area: QRectF) -> None:
        row = self.currentIndex()
        card = _Card(*(self._text_at(row, role) for role in (ModelRole.TITLE, ModelRole.DETAIL, ModelRole.ICON)))
        if row < 0:
            card = _Card(self.placeholderText(), "", "")
        if self.isEnabled():
            _paint_card(painter, area, card, "text", "third")
        else:
            _paint_card(painter, area, card, "disabled", "disabled")

    def _text_at(self, row: int, role: ModelRole) -> str:
        value = self.itemData(row, role) if row >= 0 else None
        return "" if value is None else str(value)

    def _row_of(self, model_id: str) -> int:
        return next(
            (row for row in range(self.count()) if self._text_at(row, ModelRole.ID) == model_id and model_id), -1
        )

    def _on_index(self, row: int) -> None:
        model_id = self._text_at(row, ModelRole.ID)
        detail = self._text_at(row, ModelRole.DETAIL)
        self.setAccessibleDescription(detail)
        if model_id and not self._silent:
            self.model_chosen.emit(model_id)

    def _rebuild(self) -> None:
        """Copies the rows and puts a heading before each group; a few dozen rows, seldom."""
        before = self.current_id()
        rows = QStandardItemModel(self)
        group = None
        for index in self._source_rows():
            if index.data(ModelRole.GROUP) != group:
                group = index.data(ModelRole.GROUP)
                rows.appendRow(_heading(str(group or "")))
            item = QStandardItem(str(index.data(ModelRole.TITLE)))
            for role in ModelRole:
                item.setData(index.data(role), role)
            item.setData(index.data(ModelRole.DETAIL), Qt.ItemDataRole.AccessibleDescriptionRole)
            rows.appendRow(item)
        self._silent = True
        self.setModel(rows)  # Qt deletes the one before, which was ours as well
        self._silent = False
        self.set_current(before)

    def _source_rows(self) -> list[Index]:
        source = self._source
        return [] if source is None else [source.index(row, 0) for row in range(source.rowCount())]


class _ModelDelegate(RowDelegate):
    """Two lines per model; headings are quiet and cannot be chosen."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(240, 28 if index.data(ModelRole.ID) is None else 48)

    def paint_row(self, painter: QPainter, area: QRectF, index: Index) -> None:
        if index.data(ModelRole.ID) is None:
            painter.setFont(appearance.font(11))
            painter.setPen(appearance.colour("second"))
            paint_line(painter, area.adjusted(0, 4, 0, 0), str(index.data()))
            return
        words = (str(index.data(role) or "") for role in (ModelRole.TITLE, ModelRole.DETAIL, ModelRole.ICON))
        _paint_card(painter, area, _Card(*words), "text", "second")


def _heading(words: str) -> QStandardItem:
    item = QStandardItem(words)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    return item


class _Card(NamedTuple):
    """What one card shows."""

    title: str
    detail: str
    icon_name: str


def _paint_card(painter: QPainter, area: QRectF, card: _Card, ink: str, detail_ink: str) -> None:
    """The pair of lines sits in the middle of `area`. Inks are colour tokens."""
    left = area.left()
    if card.icon_name:
        tone = "accent" if ink == "text" else ink
        icons.draw(painter, QRectF(left, area.top(), 16, area.height()), card.icon_name, appearance.colour(tone))
        left += 24
    lines = QRectF(left, area.top(), area.right() - left, area.height())
    painter.setFont(appearance.font(13, QFont.Weight.DemiBold))
    painter.setPen(appearance.colour(ink))
    if not card.detail:
        paint_line(painter, lines, card.title)
        return
    middle = area.center().y()
    paint_line(painter, QRectF(left, middle - 18, lines.width(), 20), card.title)
    painter.setFont(appearance.font(11))
    painter.setPen(appearance.colour(detail_ink))
    paint_line(painter, QRectF(left, middle, lines.width(), 18), card.detail)
