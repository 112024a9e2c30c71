"""One of a few: a row of chips that wraps, for sizes, counts and shapes."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent
from PySide6.QtWidgets import QWidget

from app.system import appearance
from app.widgets import plain
from app.widgets.assistive import GroupVoice
from app.widgets.buttons import Look, PaintedButton
from app.widgets.flow_layout import FlowLayout

Item = tuple[object, str] | tuple[object, str, str]


class ChipGroup(QWidget):
    """Radio buttons in the shape of chips. Items are (value, label) or (value, label, tooltip).

    `value_changed` tells what the person chose; `set_value` is silent. None means that nothing is chosen.
    """

    value_changed = Signal(object)
    voice = GroupVoice

    def __init__(self, items: Sequence[Item] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: list[tuple[object, Chip]] = []
        self._silent = False
        self._flow = FlowLayout(self)
        self.set_items(items)

    def set_items(self, items: Sequence[Item]) -> None:
        """Replaces all chips; the present value stays chosen where it is still among them."""
        before = self.value()
        for _, chip in self._chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = [(item[0], self._make_chip(item)) for item in items]
        self.set_value(before)

    def value(self) -> object:
        return next((value for value, chip in self._chips if chip.isChecked()), None)

    def set_value(self, value: object) -> None:
        """Chooses without a signal. A value that no chip has leaves nothing chosen."""
        self._silent = True
        # Qt lets nobody uncheck the last of an exclusive set, so exclusiveness rests meanwhile.
        for candidate, chip in self._chips:
            chip.setAutoExclusive(False)
            chip.setChecked(_same(candidate, value))
        for _, chip in self._chips:
            chip.setAutoExclusive(True)
        self._silent = False
        self._point_focus()

    def chips(self) -> list["Chip"]:
        return [chip for _, chip in self._chips]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose the neighbour, as in every group of radio buttons."""
        chips = self.chips()
        place = next((i for i, chip in enumerate(chips) if chip.hasFocus()), 0)
        forward, backward = (Qt.Key.Key_Right, Qt.Key.Key_Down), (Qt.Key.Key_Left, Qt.Key.Key_Up)
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            forward, backward = (Qt.Key.Key_Left, Qt.Key.Key_Down), (Qt.Key.Key_Right, Qt.Key.Key_Up)
        if not chips or event.key() not in (*forward, *backward):
            super().keyPressEvent(event)
            return
        target = chips[(place + (1 if event.key() in forward else -1)) % len(chips)]
        target.setChecked(True)
        target.setFocus(Qt.FocusReason.TabFocusReason)

    def _make_chip(self, item: Item) -> "Chip":
        chip = Chip(item[1], self)
        if len(item) == 3:
            chip.setToolTip(plain.tooltip(item[2]))
        chip.toggled.connect(self._on_toggled)
        self._flow.addWidget(chip)
        return chip

    def _on_toggled(self, on: bool) -> None:
        if on and not self._silent:
            self._point_focus()
            self.value_changed.emit(self.value())

    def _point_focus(self) -> None:
        """Whoever comes to the group comes to what is chosen in it."""
        chips = self.chips()
        self.setFocusProxy(next((c for c in chips if c.isChecked()), chips[0] if chips else None))  # type: ignore[arg-type]


class Chip(PaintedButton):
    """One choice. A lone chip that can be switched on and off is a filter."""

    PADDING = 10
    WEIGHT = QFont.Weight.Normal
    ICON = 14
    GAP = 6

    def __init__(
        self, text: str, parent: QWidget | None = None, *, icon_name: str = "", exclusive: bool = True
    ) -> None:
        super().__init__(text, icon_name, parent)
        self.setCheckable(True)
        self.setAutoExclusive(exclusive)

    def sizeHint(self) -> QSize:
        wanted = super().sizeHint()
        return QSize(max(28, wanted.width()), wanted.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(min(60, self.sizeHint().width()), self.HEIGHT)

    def look(self) -> Look:
        tokens = appearance.current()
        if not self.isEnabled():
            fill = tokens.accent_wash if self.isChecked() else tokens.raised
            return Look(QColor(fill), QColor(tokens.border), QColor(tokens.disabled))
        if self.isChecked():
            return Look(QColor(tokens.accent_wash), QColor(tokens.accent), QColor(tokens.text))
        fill = tokens.raised_pressed if self.isDown() else tokens.raised_hover if self.hovered else tokens.raised
        edge = tokens.border_strong if self.hovered else tokens.border
        return Look(QColor(fill), QColor(edge), QColor(tokens.text if self.hovered else tokens.second))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows belong to the group, which knows the order of its chips."""
        if self.autoExclusive() and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()
            return
        super().keyPressEvent(event)


def _same(one: object, other: object) -> bool:
    """1 and True are different choices, 1 and 1.0 are the same."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)
