"""What most people leave alone, folded away under one line that tells its present values."""

from PySide6.QtCore import QPropertyAnimation, QRectF, QSize, Signal
from PySide6.QtGui import QAccessible, QAccessibleStateChangeEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.system import appearance
from app.widgets import plain
from app.widgets.assistive import DisclosureVoice
from app.widgets.buttons import Look, PaintedButton
from app.widgets.card_combo import paint_line

_NO_LIMIT = 16_777_215  # QWIDGETSIZE_MAX


class CollapsibleSection(QWidget):
    """A heading that opens and closes `content`. `expanded_changed` tells what the person did."""

    expanded_changed = Signal(bool)

    def __init__(self, title: str, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = content
        self._expanded = False
        self._header = _Header(title, self)
        self._motion = QPropertyAnimation(content, b"maximumHeight", self)
        self._motion.finished.connect(self._on_rest)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._header)
        column.addWidget(content)
        content.hide()
        self._header.clicked.connect(self._on_clicked)

    @property
    def is_expanded(self) -> bool:
        return self._expanded

    def set_expanded(self, expanded: bool) -> None:
        """Opens or closes at once, without a signal."""
        self._motion.stop()
        self._apply(expanded)
        self._on_rest()

    def set_summary(self, summary: str) -> None:
        """The present values in a few words, such as "steps 30 · seed random"."""
        self._header.set_summary(summary)

    def _apply(self, expanded: bool) -> None:
        self._expanded = expanded
        self._header.set_expanded(expanded)

    def _on_clicked(self) -> None:
        self._apply(not self._expanded)
        tallest = self._content.sizeHint().height()
        if self._content.hasHeightForWidth():
            tallest = self._content.heightForWidth(self.width())
        self._motion.stop()
        if appearance.motion_ms() and self.isVisible():
            self._motion.setDuration(appearance.motion_ms())
            self._motion.setStartValue(0 if self._expanded else tallest)
            self._motion.setEndValue(tallest if self._expanded else 0)
            self._content.show()
            self._motion.start()
        else:
            self._on_rest()
        self.expanded_changed.emit(self._expanded)

    def _on_rest(self) -> None:
        self._content.setMaximumHeight(_NO_LIMIT)
        self._content.setVisible(self._expanded)


class _Header(PaintedButton):
    """Chevron, title, summary. The summary is its description."""

    voice = DisclosureVoice
    HEIGHT, PADDING, GAP, ICON, SIZE_PX = 32, 0, 5, 14, 13
    RADIUS = appearance.RADIUS_SMALL

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, "chevron-right", parent)
        self._summary = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_expanded(False)

    def set_expanded(self, expanded: bool) -> None:
        self.setProperty("expanded", expanded)
        self.set_icon_name("chevron-down" if expanded else "chevron-right")
        change = QAccessible.State()
        change.expanded = True
        QAccessible.updateAccessibility(QAccessibleStateChangeEvent(self, change))

    def set_summary(self, summary: str) -> None:
        self._summary = summary
        self.setAccessibleDescription(summary)
        self.setToolTip(plain.tooltip(summary))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(self._content_width()), self.HEIGHT)

    def look(self) -> Look:
        if not self.isEnabled():
            return Look(None, None, appearance.colour("disabled"))
        return Look(None, None, appearance.colour("text" if self.hovered else "second"))

    def paint_content(self, painter: QPainter, look: Look) -> None:
        title = self._content_width() + 1
        area = QRectF(4 if self.ring else 0, 0, title, self.height())
        self.paint_words(painter, area, look)
        left = area.right() + 10
        painter.setFont(appearance.font(12))
        painter.setPen(appearance.colour("third" if self.isEnabled() else "disabled"))
        paint_line(painter, QRectF(left, 0, self.width() - left - 4, self.height()), self._summary)
