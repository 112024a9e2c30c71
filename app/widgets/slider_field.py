"""A number by feel or by digits: a slider with a number box that agree with each other."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.widgets.assistive import BareSliderVoice
from app.widgets.number_box import NumberBox
from app.widgets.slider import Slider

MOST_STEPS = 10_000  # beyond that the slider moves in larger steps than the box
INT_REACH = 2_000_000_000  # QSlider counts in 32 bits


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
        self._decimals = decimals
        # A slider of whole numbers stands at the number itself, which is what assistive technology reads and sets.
        whole = decimals == 0 and abs(minimum) <= INT_REACH and abs(maximum) <= INT_REACH
        self._step = float(step) if whole else max(step, (maximum - minimum) / MOST_STEPS)
        self._per_place = 1.0 if whole else self._step
        self._offset = self._minimum if whole else 0.0
        self._slider = Slider(self) if whole else _BareSlider(self)
        self._slider.setRange(self._place_of(self._minimum), self._place_of(self._maximum))
        reach = self._slider.maximum() - self._slider.minimum()
        self._slider.setSingleStep(round(step) if whole else 1)
        self._slider.setPageStep(max(self._slider.singleStep(), reach // 10))
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
        number = self._minimum + (place - self._slider.minimum()) * self._per_place
        number = min(self._maximum, self._minimum + round((number - self._minimum) / self._step) * self._step)
        with QSignalBlocker(self._box):
            self._box.setValue(number)
        self.value_changed.emit(self.value())

    def _on_box(self, number: float) -> None:
        self._move_slider()
        self.value_changed.emit(self._typed(number))

    def _move_slider(self) -> None:
        """Beyond its range the slider rests at its end."""
        with QSignalBlocker(self._slider):
            self._slider.setValue(self._place_of(max(self._minimum, min(self._maximum, self._box.value()))))
        self._slider.update()

    def _place_of(self, number: float) -> int:
        return round(self._offset + (number - self._minimum) / self._per_place)


class _BareSlider(Slider):
    voice = BareSliderVoice
