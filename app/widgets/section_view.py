"""A list of cards or rows under headings that stays quick with any number of rows.

For Qt and for assistive technology it is a QListView. Its places come from `SectionLayout`, so nothing is measured row by
row, and only what is seen is painted.
"""

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    QRectF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QFont,
    QHoverEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyle, QStyleOptionViewItem, QWidget

from app.item_models.job_rows import Index, JobRows
from app.system import appearance
from app.widgets import painting
from app.widgets.floating_bar import FloatingBar
from app.widgets.section_layout import Measures, SectionLayout

HEADING_SIDE = 18
REPAINT_MS = 60
LINE_PX = 40  # one step of the wheel is three of these


class SectionView(QListView):
    """`measures` says how rows lie. `laid_out` comes after every new arrangement; `menu_requested` carries a place on
    the screen, for the selected rows.
    """

    laid_out = Signal()
    menu_requested = Signal(QPoint)

    def __init__(self, measures: Measures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._measures = measures
        self._layout = SectionLayout.of((), 1, measures)
        self._hovered = -1
        self._ring = False
        self._rows: JobRows | None = None
        self._is_stale = False
        self._calm = QTimer(self, singleShot=True, interval=REPAINT_MS)
        self._calm.timeout.connect(self._calmed)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        FloatingBar(self)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionRectVisible(False)
        self.verticalScrollBar().valueChanged.connect(self._fetch_when_near_the_end)

    # --- what it shows

    def set_rows(self, rows: JobRows) -> None:
        """The list to show. Its sections become the headings."""
        self._rows = rows
        self.setModel(rows)
        rows.sections_changed.connect(self._arrange)
        self._arrange()

    def rows(self) -> JobRows:
        """The list it shows; there has to be one."""
        if self._rows is None:
            raise LookupError
        return self._rows

    def set_measures(self, measures: Measures) -> None:
        """Another arrangement, such as a list instead of a grid; what is current stays in sight."""
        self._measures = measures
        self._arrange()
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex(), QAbstractItemView.ScrollHint.PositionAtCenter)

    @property
    def shows_ring(self) -> bool:
        """Whether the current row has to be marked: the focus is here and came by the keyboard."""
        return self._ring and self.hasFocus()

    def heading_rects(self) -> list[QRect]:
        """Where the headings are now, in viewport coordinates, in the order of the sections."""
        return [self._seen(self._layout.heading_rect(block)) for block in self._layout.blocks]

    def seen_rows(self) -> range:
        """The rows of which something is seen now."""
        top = self.verticalOffset()
        return self._layout.rows_between(top, top + self.viewport().height())

    # --- arrangement

    def _arrange(self) -> None:
        sections = self._rows.sections() if self._rows is not None else ()
        self._layout = SectionLayout.of(sections, self.viewport().width(), self._measures)
        self.updateGeometries()
        self._repaint_soon()
        self.laid_out.emit()
        self._fetch_when_near_the_end()

    def _repaint_soon(self) -> None:
        """At once, but not more than some times a second: rows may come and go in a storm."""
        if self._calm.isActive():
            self._is_stale = True
            return
        self._is_stale = False
        self._calm.start()
        self.viewport().update()

    def _calmed(self) -> None:
        if self._is_stale:
            self._repaint_soon()

    def doItemsLayout(self) -> None:
        """Qt asks for this after rows came or went. Its own arrangement is not used."""
        self._arrange()

    def updateGeometries(self) -> None:
        bar, page = self.verticalScrollBar(), self.viewport().height()
        bar.setPageStep(page)
        bar.setSingleStep(LINE_PX)
        bar.setRange(0, max(0, self._layout.height - page))

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        """QListView would arrange everything anew; here a changed row is painted again and nothing else."""
        QAbstractItemView.dataChanged(self, first, last, list(roles))

    def resizeEvent(self, event: QResizeEvent) -> None:
        QAbstractItemView.resizeEvent(self, event)
        if self.viewport().width() == self._layout.width:
            self.updateGeometries()
            self._fetch_when_near_the_end()
            return
        top = self._layout.row_at(QPoint(self._layout.width // 2, self.verticalOffset()))
        self._arrange()
        if top >= 0 and self.verticalOffset() > 0:
            self.verticalScrollBar().setValue(self._layout.rect(top).top())

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().scroll(0, dy)
        self.laid_out.emit()

    def _fetch_when_near_the_end(self) -> None:
        seen_to = self.verticalOffset() + 2 * self.viewport().height()
        if self._rows is not None and seen_to > self._layout.height and self._rows.canFetchMore(QModelIndex()):
            self._rows.fetchMore(QModelIndex())

    # --- places

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def horizontalOffset(self) -> int:
        return 0

    def visualRect(self, index: QModelIndex) -> QRect:  # type: ignore[override]  # Qt passes plain indexes only
        return self._seen(self._layout.rect(index.row())) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self._layout.row_at(self._mirrored_point(point) + QPoint(0, self.verticalOffset()))
        return self.model().index(row, 0) if row >= 0 and self.model() is not None else QModelIndex()

    def scrollTo(
        self,
        index: QModelIndex,  # type: ignore[override]
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        rect = self._layout.rect(index.row())
        if rect.isEmpty():
            return
        bar, page = self.verticalScrollBar(), self.viewport().height()
        top = self._layout.top_of(index.row())
        low = rect.bottom() + 1 + max(self._measures.gap, 1) - page
        if hint is QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue(rect.center().y() - page // 2)
        elif bar.value() > top or hint is QAbstractItemView.ScrollHint.PositionAtTop:
            bar.setValue(top)
        elif bar.value() < low:
            bar.setValue(low)

    def _seen(self, rect: QRect) -> QRect:
        """From contents to viewport coordinates."""
        if rect.isNull():
            return rect
        if self.isRightToLeft():
            rect = rect.translated(self._layout.width - rect.left() - rect.right() - 1, 0)
        return rect.translated(0, -self.verticalOffset())

    def _with_halo(self, rect: QRect) -> QRect:
        halo = self._measures.halo
        return rect.adjusted(-halo, -halo, halo, halo)

    def _mirrored_point(self, point: QPoint) -> QPoint:
        return QPoint(self._layout.width - 1 - point.x(), point.y()) if self.isRightToLeft() else point

    # --- selection and keys

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Everything from the row at the first corner to the row at the last, as in a text."""
        first, last = self._nearest(rect.topLeft()), self._nearest(rect.bottomRight())
        selection = QItemSelection()
        if first >= 0 and last >= 0:
            low, high = sorted((first, last))
            selection.select(self.model().index(low, 0), self.model().index(high, 0))
        self.selectionModel().select(selection, command)

    def _nearest(self, point: QPoint) -> int:
        return self.indexAt(point).row()

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        region = QRegion()
        for index in selection.indexes():
            rect = self._with_halo(self.visualRect(index))
            if rect.intersects(self.viewport().rect()):
                region += rect
        return region

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        row, last = self.currentIndex().row(), self._layout.row_count - 1
        if last < 0:
            return QModelIndex()
        return self.model().index(self._target(action, row, last) if row >= 0 else 0, 0)

    def _target(self, action: QAbstractItemView.CursorAction, row: int, last: int) -> int:
        a = QAbstractItemView.CursorAction
        page = max(1, self.viewport().height() // (self._layout.item_height + self._measures.gap))
        forward = -1 if self.isRightToLeft() else 1
        steps = {a.MoveNext: 1, a.MovePrevious: -1}
        if self._layout.columns > 1:
            steps |= {a.MoveRight: forward, a.MoveLeft: -forward}
        lines = {a.MoveDown: 1, a.MoveUp: -1, a.MovePageDown: page, a.MovePageUp: -page}
        if action in (a.MoveHome, a.MoveEnd):
            return 0 if action is a.MoveHome else last
        if action in lines:
            return self._layout.above_or_below(row, lines[action])
        return min(last, max(0, row + steps.get(action, 0)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._set_ring(True)
        if event.key() == Qt.Key.Key_Menu or (
            event.key() == Qt.Key.Key_F10 and event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        ):
            self._request_menu_at_current()
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            self._request_menu_at_current()
        elif self.indexAt(event.pos()).isValid():
            self.menu_requested.emit(event.globalPos())
        event.accept()

    def _request_menu_at_current(self) -> None:
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())
            self.menu_requested.emit(self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._set_ring(painting.shows_focus(event, self._ring))
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._layout.row_count and self._ring:
            self.selectionModel().setCurrentIndex(self.model().index(0, 0), QItemSelectionModel.SelectionFlag.NoUpdate)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._set_ring(False)
        super().mousePressEvent(event)

    def _set_ring(self, shown: bool) -> None:
        if shown != self._ring:
            self._ring = shown
            self.update(self.currentIndex())

    # --- pointer and paint

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHoverEvent):
            gone = event.type() is QEvent.Type.HoverLeave
            self._set_hovered(-1 if gone else self.indexAt(event.position().toPoint()).row())
        return super().viewportEvent(event)

    def _set_hovered(self, row: int) -> None:
        if row == self._hovered:
            return
        for changed in (self._hovered, row):
            if changed >= 0:
                self.viewport().update(self._with_halo(self._seen(self._layout.rect(changed))))
        self._hovered = row

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top, dirty = self.verticalOffset(), event.region()
        seen = event.rect().translated(0, top)
        for block in self._layout.headings_between(seen.top(), seen.bottom()):
            rect = self._seen(self._layout.heading_rect(block))
            if dirty.intersects(rect):
                self.paint_heading(painter, QRectF(rect), block.section.title, block.section.detail)
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        plain_state = option.state & ~(QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_MouseOver)
        rows = self._layout.rows_between(seen.top(), seen.bottom())
        for row in range(rows.start, min(rows.stop, self._layout.row_count)):
            rect = self._seen(self._layout.rect(row))
            if dirty.intersects(self._with_halo(rect)):
                option.rect = rect
                option.state = plain_state | self._state_of(row)
                self.itemDelegate().paint(painter, option, self.model().index(row, 0))

    def _state_of(self, row: int) -> QStyle.StateFlag:
        state, index = QStyle.StateFlag.State_None, self.model().index(row, 0)
        if self.selectionModel().isSelected(index):
            state |= QStyle.StateFlag.State_Selected
        if row == self._hovered:
            state |= QStyle.StateFlag.State_MouseOver
        if self.shows_ring and index == self.currentIndex():
            state |= QStyle.StateFlag.State_HasFocus
        return state

    def paint_heading(self, painter: QPainter, area: QRectF, title: str, detail: str) -> None:
        """Small and quiet at the lower edge; subclasses may speak louder."""
        painter.setFont(appearance.font(11, QFont.Weight.Medium))
        painter.setPen(appearance.colour("third"))
        side = HEADING_SIDE
        line = QRectF(area.left() + side, area.bottom() - 28, area.width() - 2 * side, 20)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, title)
