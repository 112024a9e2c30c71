"""One of many: a combo box for enumerations that are too long for chips."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.widgets import plain
from app.widgets.card_combo import CardCombo, RowDelegate

Item = tuple[object, str] | tuple[object, str, str]


class ChoiceBox(CardCombo):
    """Items are (value, label) or (value, label, tooltip). `value_changed` tells what the person chose; `set_value` is
    silent, and a value that is not among the items leaves nothing chosen."""

    value_changed = Signal(object)

    def __init__(self, items: Sequence[Item] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._silent = False
        self._values: list[object] = []
        self.setItemDelegate(RowDelegate(self))
        self.currentIndexChanged.connect(self._on_index)
        self.set_items(items)

    def set_items(self, items: Sequence[Item]) -> None:
        """Replaces all; the present value stays chosen where it is still among them, otherwise the first is."""
        before = self.value()
        self._silent = True
        self.clear()
        self._values = [item[0] for item in items]
        for row, item in enumerate(items):
            self.addItem(item[1])
            if len(item) == 3:
                self.setItemData(row, plain.tooltip(item[2]), Qt.ItemDataRole.ToolTipRole)
        self._silent = False
        if before in self._values:
            self.set_value(before)

    def value(self) -> object:
        row = self.currentIndex()
        return self._values[row] if 0 <= row < len(self._values) else None

    def set_value(self, value: object) -> None:
        self._silent = True
        self.setCurrentIndex(self._values.index(value) if value in self._values else -1)
        self._silent = False

    def _on_index(self, _row: int) -> None:
        if not self._silent:
            self.value_changed.emit(self.value())
