"""Rented GPUs: the page that will watch their money. This version says honestly that it does not manage them yet."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.widgets.controls import Divider, PlainLabel
from app.widgets.empty_state import EmptyState


class EndpointsPage(QWidget):
    """`create_requested` is the one wish it has: to make something that does not need an endpoint."""

    create_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        heading = QVBoxLayout()
        heading.setContentsMargins(18, 12, 18, 10)
        heading.setSpacing(2)
        heading.addWidget(PlainLabel(self.tr("Endpoints"), self, size=15, weight=QFont.Weight.DemiBold))
        heading.addWidget(PlainLabel(self.tr("Your own GPU services on NetMind"), self, tone="third", size=12))
        empty = EmptyState(
            "server",
            self.tr("No endpoints here"),
            self.tr(
                "An endpoint is a GPU that you rent by the hour. This version of Slowlight cannot start or stop one, "
                "so it shows none and none is running through it. Endpoints that you started elsewhere go on costing "
                "money until you stop them in NetMind's console."
            ),
            self,
            secondary=self.tr("Make a picture instead"),
        )
        empty.secondary_requested.connect(self.create_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(heading)
        column.addWidget(Divider(self))
        column.addWidget(empty, 1)
