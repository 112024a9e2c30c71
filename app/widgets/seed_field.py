"""The seed of a run: random each time, or a fixed number that makes the same result again."""

import random

from PySide6.QtCore import QRegularExpression, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.widgets.buttons import IconButton
from app.widgets.text_field import TextField

LARGEST = 2**32 - 1


class SeedField(QWidget):
    """The value is an int, or None for random. Dice roll a number to keep; emptying the field is random again.

    `value_changed` tells what the person set; `set_value` is silent.
    """

    value_changed = Signal(object)

    def __init__(self, minimum: int = 0, maximum: int = LARGEST, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._minimum, self._maximum = minimum, maximum
        self._last: int | None = None
        self._field = TextField(self.tr("Random each time"), self, clearable=True)
        digits = QRegularExpression("-?[0-9]{0,20}" if minimum < 0 else "[0-9]{0,20}")
        self._field.setValidator(QRegularExpressionValidator(digits, self._field))
        self._field.setAccessibleName(self.tr("Seed"))
        self._dice = IconButton("dices", self.tr("New fixed seed"), self, framed=True, size=36)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._field, 1)
        row.addWidget(self._dice)
        self.setFocusProxy(self._field)
        self._field.value_changed.connect(self._on_text)
        self._dice.clicked.connect(self._on_dice)

    def value(self) -> int | None:
        """What was typed, also outside of the range: the form says so at the field, nobody changes it in silence."""
        try:
            return int(self._field.text())
        except ValueError:
            return None

    def set_value(self, value: object) -> None:
        """An int or its digits; None, "" and -1 where negative numbers mean nothing are random."""
        number = None if value in (None, "") else int(str(value))
        if number is not None and number < self._minimum:
            number = None
        self._last = number
        self._field.set_value(number)

    def setAccessibleName(self, name: str) -> None:
        self._field.setAccessibleName(name)

    def setAccessibleDescription(self, description: str) -> None:
        self._field.setAccessibleDescription(description)

    def _on_text(self, _text: object) -> None:
        if self.value() != self._last:
            self._last = self.value()
            self.value_changed.emit(self._last)

    def _on_dice(self) -> None:
        self._field.setText(str(random.randint(max(0, self._minimum), self._maximum)))
