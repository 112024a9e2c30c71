"""A raised surface that groups what belongs together."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget

from app.system import appearance
from app.widgets import painting


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
