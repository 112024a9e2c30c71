"""A number by feel or by digits: a slider with a number box that agree with each other."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.widgets.number_box import NumberBox
from app.widgets.slider import Slider

MOST_STEPS = 10_000  # beyond that the slider moves in larger steps than the box


class SliderField(QWidget):
    """An int where `decimals` is 0, otherwise a float.

    The slider covers `minimum` to `maximum`. The box also takes values beyond, as far as `hard_minimum` and
    `hard_maximum` go: by default they are the slider's ends, None frees that side. `value_changed` tells what the person
    set; `set_value` is silent.
    """

    value_changed = Signal(object)

    def __init__(
        self,
        minimum: float,
        maximum: float,
        step: float = 1.0,
        parent: QWidget | None = None,
        *,
        decimals: int = 0,
        hard_minimum: float | bool | None = True,
        hard_maximum: float | bool | None = True,
    ) -> None:
        super().__init__(parent)
        self._minimum, self._maximum = float(minimum), float(maximum)
        self._step = max(step, (maximum - minimum) / MOST_STEPS) or 1.0
        self._decimals = decimals
        self._slider = Slider(self)
        self._slider.setRange(0, max(1, round((self._maximum - self._minimum) / self._step)))
        self._slider.setPageStep(max(1, self._slider.maximum() // 10))
        lowest = minimum if hard_minimum is True else hard_minimum
        highest = maximum if hard_maximum is True else hard_maximum
        self._box = NumberBox(lowest, highest, step, self, decimals=decimals)
        self._box.setFixedWidth(58)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._slider, 1)
        row.addWidget(self._box)
        self.setFocusProxy(self._box)
        self._slider.valueChanged.connect(self._on_slider)
        self._box.valueChanged.connect(self._on_box)
        self.set_value(minimum)

    def value(self) -> int | float:
        return self._typed(self._box.value())

    def set_value(self, value: object) -> None:
        """Takes a number or its decimal text; it is kept within the hard limits. Anything else is a ValueError."""
        number = float(str(value))
        with QSignalBlocker(self._box):
            self._box.setValue(number)
        self._move_slider()

    def setAccessibleName(self, name: str) -> None:
        """Slider and box are the same value to a person, so both carry the name."""
        self._slider.setAccessibleName(name)
        self._box.setAccessibleName(name)

    def setAccessibleDescription(self, description: str) -> None:
        self._slider.setAccessibleDescription(description)
        self._box.setAccessibleDescription(description)

    def _typed(self, number: float) -> int | float:
        return round(number) if self._decimals == 0 else round(number, self._decimals)

    def _on_slider(self, place: int) -> None:
        number = min(self._maximum, self._minimum + place * self._step)
        with QSignalBlocker(self._box):
            self._box.setValue(number)
        self.value_changed.emit(self.value())

    def _on_box(self, number: float) -> None:
        self._move_slider()
        self.value_changed.emit(self._typed(number))

    def _move_slider(self) -> None:
        """Beyond its range the slider rests at its end."""
        with QSignalBlocker(self._slider):
            self._slider.setValue(round((self._box.value() - self._minimum) / self._step))
        self._slider.update()
