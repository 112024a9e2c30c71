"""The table of endpoints: roomy rows, a dot for the state, and fewer columns where there is less room."""

from PySide6.QtCore import QItemSelection, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.item_models.endpoint_table import Column, EndpointRole, EndpointTable
from app.system import appearance
from app.widgets import painting
from app.widgets.place import Place

ROW_PX, HEAD_PX, PADDING = 56, 36, 12
_WIDTHS = {
    Column.STATUS: 128,
    Column.GPU: 124,
    Column.INSTANCES: 82,
    Column.RATE: 76,
    Column.RUNNING: 96,
    Column.SPENT: 86,
    Column.AUTO_STOP: 102,
}
_NAME_PX = 160
_LEAVING = (Column.RUNNING, Column.GPU, Column.INSTANCES)
"""The first to go where there is no room; the details have them all."""

Index = QModelIndex | QPersistentModelIndex


class EndpointView(QTableView):
    """`chosen` carries the id of the row that is shown in the details, "" for none. `delete_requested` is the Delete key."""

    chosen = Signal(str)
    delete_requested = Signal(str)

    def __init__(self, model: EndpointTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Endpoints"))
        self.setModel(model)
        self._table = model
        self.setItemDelegate(_Cells(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        head = self.horizontalHeader()
        head.setFont(appearance.font(12))
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        head.setFixedHeight(HEAD_PX)
        head.setSectionsClickable(False)
        head.setHighlightSections(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.selectionModel().selectionChanged.connect(self._selected)
        model.rowsInserted.connect(self._grown)
        model.rowsRemoved.connect(self._grown)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._fit_height()

    def current_id(self) -> str:
        """The id of the row that is chosen, or ""."""
        rows = self.selectionModel().selectedRows()
        return str(rows[0].data(EndpointRole.ENDPOINT_ID)) if rows else ""

    def choose(self, endpoint_id: str) -> None:
        """Selects a row; an id that is not there selects nothing."""
        row = self._table.row_of(endpoint_id)
        if row < 0:
            self.clearSelection()
        else:
            self.selectRow(row)
            self.scrollTo(self._table.index(row, 0))

    def minimumSizeHint(self) -> QSize:
        return QSize(320, HEAD_PX + ROW_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete asks for the chosen one's end; the page asks back."""
        if event.key() == Qt.Key.Key_Delete and self.current_id():
            self.delete_requested.emit(self.current_id())
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit(self.viewport().width())

    def _fit(self, width: int) -> None:
        shown = dict(_WIDTHS)
        for column in _LEAVING:
            if sum(shown.values()) + _NAME_PX > width:
                shown.pop(column, None)
        for column in Column:
            is_shown = column is Column.NAME or column in shown
            self.setColumnHidden(column, not is_shown)
            if column in shown:
                self.setColumnWidth(column, shown[column])
        self.setColumnWidth(Column.NAME, max(90, width - sum(shown.values())))

    def _grown(self, _parent: Index, _first: int, _last: int) -> None:
        self._fit_height()

    def _fit_height(self) -> None:
        """As high as its rows: what lies around it scrolls."""
        self.setFixedHeight(HEAD_PX + ROW_PX * max(1, self._table.rowCount()) + 1)

    def _selected(self, _on: QItemSelection, _off: QItemSelection) -> None:
        self.chosen.emit(self.current_id())


class _Cells(QStyledItemDelegate):
    """One cell at a time; the first of a row also paints the row's ground."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, appearance.colour("accent_wash"))
        painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), appearance.colour("border"))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painting.focus_ring(painter, rect.adjusted(2, 2, -2, -3), appearance.RADIUS_SMALL)
        place = Place(rect, option.direction is Qt.LayoutDirection.RightToLeft).inner(PADDING, 0, 4, 1)
        self._paint_words(painter, place, index)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, ROW_PX)

    def _paint_words(self, painter: QPainter, place: Place, index: Index) -> None:
        words, tone = str(index.data()), str(index.data(EndpointRole.TONE))
        column = Column(index.column())
        if column is Column.NAME:
            place.line(9, 20).write(painter, words, tone, appearance.font(13, QFont.Weight.DemiBold))
            place.line(28, 18).write(painter, str(index.data(EndpointRole.SECOND) or ""), "third", appearance.font(11))
            return
        if column is Column.STATUS:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(appearance.colour(tone))
            painter.drawEllipse(place.part(0, place.rect.height() / 2 - 4, 8, 8))
            place = place.inner(15, 0, 0, 0)
        weight = QFont.Weight.DemiBold if column is Column.SPENT else QFont.Weight.Normal
        place.write(painter, words, tone, appearance.font(13, weight, tabular=True))
