"""Rented GPUs: the page that will watch their money. This version says honestly that it does not manage them yet."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.widgets.empty_state import EmptyState
from app.widgets.page_heading import PageHeading


class EndpointsPage(QWidget):
    """`create_requested` is the one wish it has: to make something that does not need an endpoint."""

    create_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        empty = EmptyState(
            "server",
            self.tr("No endpoints here"),
            self.tr(
                "An endpoint is a GPU that you rent by the hour. This version cannot start or stop endpoints. Those that "
                "you started elsewhere go on costing money until you stop them in NetMind's console."
            ),
            self,
            secondary=self.tr("Make a picture instead"),
        )
        empty.secondary_requested.connect(self.create_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(PageHeading(self.tr("Endpoints"), self.tr("Your own GPU services on NetMind"), self))
        column.addWidget(empty, 1)
