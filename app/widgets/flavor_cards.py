"""What can be rented, as cards: the GPU, where it stands, what an hour costs, how many are free. One is chosen."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from app.domain.endpoint import Flavor
from app.domain.endpoint_words import gpu_name, money
from app.system import appearance
from app.widgets.assistive import GroupVoice
from app.widgets.chips import Chip
from app.widgets.place import Place

CARD_PX, NARROWEST = 96, 196
DOT = " \u00b7 "


class FlavorCards(QWidget):
    """Radio buttons in the shape of cards. `value_changed` carries the flavor's id; `set_value` is silent."""

    value_changed = Signal(str)
    voice = GroupVoice

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: list[FlavorCard] = []
        self._currency = "usd"
        self._columns = 2
        self._silent = False
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)

    def set_flavors(self, flavors: Sequence[Flavor], currency: str) -> None:
        """Shows these, with prices in one currency; the chosen one stays chosen where it is still there."""
        known = [card.flavor for card in self._cards]
        if list(flavors) == known and currency == self._currency:
            return
        chosen, self._currency = self.value(), currency
        for card in self._cards:
            self._grid.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = [FlavorCard(flavor, currency, self) for flavor in flavors]
        for card in self._cards:
            card.toggled.connect(self._toggled)
            card.show()
        self._arrange()
        self.set_value(chosen)

    def value(self) -> str:
        """The id of the chosen flavor, or ""."""
        return next((card.flavor.flavor_id for card in self._cards if card.isChecked()), "")

    def set_value(self, flavor_id: str) -> None:
        """Chooses without a signal; an id that is not there leaves nothing chosen."""
        self._silent = True
        for card in self._cards:
            card.setAutoExclusive(False)
            card.setChecked(card.flavor.flavor_id == flavor_id)
        for card in self._cards:
            card.setAutoExclusive(True)
        self._silent = False

    def focus_card(self) -> None:
        """Puts the keyboard on the chosen card. It is no focus proxy: those bring a group forward in the order of Tab."""
        chosen = next((card for card in self._cards if card.isChecked()), self._cards[0] if self._cards else None)
        if chosen is not None:
            chosen.setFocus(Qt.FocusReason.OtherFocusReason)

    def cards(self) -> list["FlavorCard"]:
        """All cards, in order."""
        return list(self._cards)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        columns = max(1, min(3, (self.width() + 8) // (NARROWEST + 8)))
        if columns != self._columns:
            self._columns = columns
            self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose the neighbour, as in every group of radio buttons."""
        place = next((number for number, card in enumerate(self._cards) if card.hasFocus()), 0)
        steps = {
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Down: self._columns,
            Qt.Key.Key_Up: -self._columns,
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None or not 0 <= place + step < len(self._cards):
            super().keyPressEvent(event)
            return
        card = self._cards[place + step]
        card.setChecked(True)
        card.setFocus(Qt.FocusReason.TabFocusReason)

    def _arrange(self) -> None:
        for number, card in enumerate(self._cards):
            self._grid.addWidget(card, number // self._columns, number % self._columns)
        for column in range(3):
            self._grid.setColumnStretch(column, 1 if column < self._columns else 0)

    def _toggled(self, on: bool) -> None:
        if on and not self._silent:
            self.set_value(self.value())
            self.value_changed.emit(self.value())


class FlavorCard(Chip):
    """One kind of GPU."""

    PADDING = 14
    HEIGHT = CARD_PX
    RADIUS = appearance.RADIUS_CARD

    def __init__(self, flavor: Flavor, currency: str, parent: QWidget) -> None:
        super().__init__(gpu_name(flavor.title), parent)
        self.flavor = flavor
        price = flavor.prices.get(currency)
        self._price = self.tr("{amount} per hour").format(amount=money(price, currency)) if price is not None else ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(CARD_PX)
        self.setAccessibleName(", ".join(part for part in (self.label, flavor.region, self._price_words()) if part))
        self.setAccessibleDescription(f"{self._place()}{DOT}{self._supply()}")

    def sizeHint(self) -> QSize:
        return QSize(NARROWEST, CARD_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(150, CARD_PX)

    def paint_content(self, painter: QPainter, look: object) -> None:
        place = Place(QRectF(self.rect()), self.layoutDirection() is Qt.LayoutDirection.RightToLeft)
        inner = place.inner(self.PADDING, 0, self.PADDING, 0)
        is_free = self.flavor.free != 0
        inner.line(11, 20).write(painter, self.label, "text", appearance.font(13, QFont.Weight.DemiBold))
        inner.line(30, 18).write(painter, self._place(), "second", appearance.font(12))
        inner.line(50, 18).write(painter, self._supply(), "second" if is_free else "warning", appearance.font(12))
        font = appearance.font(12, QFont.Weight.DemiBold, tabular=True)
        inner.line(70, 18).write(painter, self._price_words(), "text", font)

    def _place(self) -> str:
        parts = [self.tr("region {name}").format(name=self.flavor.region) if self.flavor.region else ""]
        parts.append(self.tr("CUDA {version}").format(version=self.flavor.cuda) if self.flavor.cuda else "")
        return DOT.join(part for part in parts if part)

    def _supply(self) -> str:
        free, most = self.flavor.free, self.flavor.most_gpus
        parts = []
        if free is not None:
            parts.append(self.tr("{count} free").format(count=free) if free else self.tr("none free"))
        if most is not None:
            parts.append(self.tr("up to {count} GPUs").format(count=most) if most != 1 else self.tr("1 GPU"))
        return DOT.join(parts)

    def _price_words(self) -> str:
        return self._price or self.tr("price not given")
