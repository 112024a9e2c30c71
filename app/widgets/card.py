"""A raised surface that groups what belongs together."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.system import appearance
from app.widgets import painting
from app.widgets.labels import Divider


def paint_card(widget: QWidget, edge: str = "border") -> None:
    """Paints the card under a widget's children; call it from a paintEvent. `edge` is a colour token."""
    painting.surface(
        painting.painter_of(widget),
        QRectF(widget.rect()),
        appearance.RADIUS_CARD,
        fill=appearance.colour("panel"),
        edge=appearance.colour(edge),
    )


class Card(QWidget):
    """An empty card; give it a layout."""

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_card(self)


class CardOfRows(Card):
    """A card whose parts are divided by hairlines from edge to edge; each part brings its own margins."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(1, 1, 1, 1)
        self._column.setSpacing(0)

    def add(self, part: QWidget) -> None:
        """One more part, below the others."""
        if self._column.count():
            self._column.addWidget(Divider(self))
        self._column.addWidget(part)
