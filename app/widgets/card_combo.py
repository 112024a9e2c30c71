"""The combo box of this program: a field with a chevron, and a popup of roomy rows drawn by our own hand."""

from PySide6.QtCore import (
    QAbstractItemModel,
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QRegion, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.system import appearance
from app.widgets import icons, painting
from app.widgets.assistive import ComboVoice

POPUP_EDGE, POPUP_GAP = 5, 4
Index = QModelIndex | QPersistentModelIndex


class CardCombo(QComboBox):
    """Frame, chevron, focus ring and popup. Subclasses paint what is chosen and what the rows look like."""

    HEIGHT = 36
    voice = ComboVoice

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ring = False
        self.setFixedHeight(self.HEIGHT)
        self.setFont(appearance.font(13))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaxVisibleItems(12)
        view = QListView(self)
        view.setMouseTracking(True)
        view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setView(view)
        self._listen_to_list()
        self.currentIndexChanged.connect(self._mark_row)

    def setModel(self, model: QAbstractItemModel) -> None:
        super().setModel(model)
        self._listen_to_list()

    def sizeHint(self) -> QSize:
        return QSize(220, self.HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.HEIGHT)

    def paint_chosen(self, painter: QPainter, area: QRectF) -> None:
        """The current text; `area` ends before the chevron."""
        painter.setPen(appearance.colour("text" if self.isEnabled() else "disabled"))
        paint_line(painter, area, self.currentText())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.painter_of(self)
        tokens = appearance.current()
        rect = QRectF(self.rect())
        edge = tokens.border_strong if self.underMouse() and self.isEnabled() else tokens.border
        if self.property("invalid"):
            edge = tokens.failed
        fill = tokens.input if self.isEnabled() else tokens.panel
        painting.surface(painter, rect, appearance.RADIUS_INPUT, fill=QColor(fill), edge=QColor(edge))
        if self._ring and self.hasFocus():
            painting.focus_ring(painter, rect, appearance.RADIUS_INPUT)
        chevron = QRectF(rect.right() - 27, 0, 16, rect.height())
        ink = tokens.text if self.isEnabled() else tokens.disabled
        icons.draw(painter, chevron, "chevron-down", QColor(ink))
        painter.setFont(self.font())
        self.paint_chosen(painter, QRectF(11, 0, chevron.left() - 17, rect.height()))

    def showPopup(self) -> None:
        """A rounded card of our own, as wide as the field, instead of the frame that the style would make."""
        super().showPopup()
        card = self.view().window()
        self._dress_popup(card)
        place = self._popup_place(card)
        card.setGeometry(place)
        card.setMask(_rounded(place.width(), place.height()))
        self.view().scrollTo(self.view().currentIndex())

    def _popup_place(self, card: QWidget) -> QRect:
        """Below the field where all rows fit, otherwise on the side with more room; never outside of the screen."""
        view, screen = self.view(), self.screen().availableGeometry()
        field = QRect(self.mapToGlobal(QPoint(0, 0)), self.size())
        rows = [view.sizeHintForRow(row) for row in range(self.count())]
        wanted = min(sum(rows), 420) + 2 * POPUP_EDGE
        below, above = screen.bottom() - field.bottom() - POPUP_GAP, field.top() - screen.top() - POPUP_GAP
        width = min(max(field.width(), view.sizeHintForColumn(0) + 2 * POPUP_EDGE), screen.width())
        left = max(screen.left(), min(field.left(), screen.right() - width))
        if wanted <= below or below >= above:
            return QRect(left, field.bottom() + POPUP_GAP, width, min(wanted, below))
        height = min(wanted, above)
        return QRect(left, field.top() - POPUP_GAP - height, width, height)

    def _dress_popup(self, card: QWidget) -> None:
        tokens = appearance.current()
        if isinstance(card, QFrame):
            card.setFrameShape(QFrame.Shape.NoFrame)
        card.setStyleSheet(
            f".QComboBoxPrivateContainer {{ background: {tokens.raised}; border: 1px solid {tokens.border_strong};"
            f" border-radius: {appearance.RADIUS_INPUT}px; padding: {POPUP_EDGE - 1}px; }}"
        )

    def _listen_to_list(self) -> None:
        self.view().selectionModel().selectionChanged.connect(self._on_list_selection)

    def _on_list_selection(self, selected: QItemSelection) -> None:
        """A row selected in the list while that is closed was selected by assistive technology: it is a choice."""
        rows = [index.row() for index in selected.indexes() if index.flags() & Qt.ItemFlag.ItemIsEnabled]
        if rows and not self.view().isVisible():
            self.setCurrentIndex(rows[0])

    def _mark_row(self, row: int) -> None:
        """Keeps the closed list in step, because there assistive technology looks for what is chosen."""
        if not self.view().isVisible():
            self.view().setCurrentIndex(self.model().index(row, 0))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Never by the wheel: scrolling over a form must not choose another model."""
        event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = painting.shows_focus(event, self._ring)
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._ring = True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.showPopup()
            return
        super().keyPressEvent(event)


class RowDelegate(QStyledItemDelegate):
    """One line per row; a check mark at the one that is chosen."""

    HEIGHT = 32

    def __init__(self, owner: CardCombo) -> None:
        super().__init__(owner)
        self._owner = owner

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        words = QFontMetricsF(appearance.font(13)).horizontalAdvance(str(index.data()))
        return QSize(round(words) + 56, self.HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = QRectF(option.rect)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painting.surface(painter, row, appearance.RADIUS_SMALL, fill=appearance.colour("accent_wash"))
        if index.row() == self._owner.currentIndex():
            mark = QRectF(row.right() - 26, row.top(), 16, row.height())
            icons.draw(painter, mark, "check", appearance.colour("accent"))
        self.paint_row(painter, row.adjusted(10, 0, -32, 0), index)
        painter.restore()

    def paint_row(self, painter: QPainter, area: QRectF, index: Index) -> None:
        painter.setFont(appearance.font(13))
        painter.setPen(appearance.colour("text"))
        paint_line(painter, area, str(index.data()))


def paint_line(painter: QPainter, area: QRectF, words: str) -> None:
    """One line of plain words, cut with dots at the end of `area`, in the painter's font and pen."""
    shown = QFontMetricsF(painter.font()).elidedText(words, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)


def _rounded(width: int, height: int) -> QRegion:
    """A mask for screens without compositing, where see-through corners would be black."""
    radius = appearance.RADIUS_INPUT - 2  # a little generous, so that the edge is not cut
    middle = QRegion(radius, 0, width - 2 * radius, height) + QRegion(0, radius, width, height - 2 * radius)
    ball = QRegion.RegionType.Ellipse
    for x in (0, width - 2 * radius):
        for y in (0, height - 2 * radius):
            middle += QRegion(x, y, 2 * radius, 2 * radius, ball)
    return middle
