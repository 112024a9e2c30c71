"""What can be decided on a card: one button below the other, all equally wide."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.widgets.buttons import SecondaryButton
from app.widgets.viewer_content import CardOffer

WIDEST = 300


class CardOffers(QWidget):
    """`chosen` carries the target of an offer. Showing the same offers again leaves the focus where it is."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offers: tuple[CardOffer, ...] = ()
        self.setMaximumWidth(WIDEST)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)

    @property
    def buttons(self) -> list[SecondaryButton]:
        """From the most wanted to the last."""
        return self.findChildren(SecondaryButton)

    def set_offers(self, offers: tuple[CardOffer, ...]) -> None:
        """Shows these; none take no room."""
        if offers == self._offers:
            return
        self._offers = offers
        for button in self.buttons:
            self._column.removeWidget(button)
            button.setParent(None)
            button.deleteLater()
        for offer in offers:
            button = SecondaryButton(offer.label, offer.icon, self)
            button.setAccessibleDescription(offer.hint)
            button.setToolTip(offer.hint)
            button.clicked.connect(partial(self._choose, offer.target))
            self._column.addWidget(button)

    def _choose(self, target: str, _checked: bool = False) -> None:
        self.chosen.emit(target)
