"""One parameter of a model as a field of the form: name, control, what is wrong with it, what is worth knowing.

`make_field` chooses the control by the parameter's widget. Every control speaks through the same few methods, so the form
knows none of them.
"""

import json
import re
from collections.abc import Callable
from typing import Protocol, cast

from PySide6.QtCore import QEvent, QObject, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.model_spec import Param, Widget
from app.domain.values import Json
from app.widgets.chips import ChipGroup
from app.widgets.choice_box import ChoiceBox
from app.widgets.controls import FormLabel, IconMark, InlineError, PlainLabel
from app.widgets.prompt_edit import PromptEdit
from app.widgets.seed_field import LARGEST, SeedField
from app.widgets.slider_field import SliderField
from app.widgets.switch import Switch
from app.widgets.text_field import TextField

LABEL_WIDTH = 74  # px, beside the numbers of Advanced
USUAL_PROMPT = 2000  # characters shown as the limit where the spec names none
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d{1,3})?", re.ASCII)


class Control(Protocol):
    """What `app.widgets` gives: `set_value` is silent, `value_changed` is what the person did."""

    value_changed: SignalInstance

    def value(self) -> object: ...

    def set_value(self, value: object) -> None: ...


class ParamField(QWidget):
    """A parameter with its label above it, or beside it where `beside` is set. `edited` tells that the person did it."""

    edited = Signal(str)
    submit_requested = Signal()

    def __init__(
        self,
        param: Param,
        control: QWidget,
        parent: QWidget | None = None,
        *,
        beside: bool = False,
        named: bool = False,
    ) -> None:
        """`named`: the control shows its own name, as a switch does."""
        super().__init__(parent)
        self.param = param
        self.control = control
        self._label = FormLabel(param.title, param.hint or param.unit, self)
        self._label.set_buddy(control)
        self._error = InlineError(control, self)
        self._warning = _Warning(self)
        self._items = _items(param, param.default)
        self._untouched = param.default is None
        self._arrange(beside, named)
        self._like.value_changed.connect(self._on_edit)
        if isinstance(control, PromptEdit):
            control.submit_requested.connect(self.submit_requested)
            control.installEventFilter(_NoRepeat(control))
            if param.widget is Widget.PROMPT:
                control.count_changed.connect(lambda _used, _limit: self._count())
                self._count()

    @property
    def _like(self) -> Control:
        return cast("Control", self.control)

    def _arrange(self, beside: bool, named: bool) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(7)
        self._label.setVisible(not named)
        if beside:
            row = QHBoxLayout()
            row.setSpacing(4)
            self._label.setFixedWidth(LABEL_WIDTH)
            self._label.set_hint("")
            row.addWidget(self._label)
            row.addWidget(self.control, 1)
            if self.param.unit:
                row.addSpacing(4)
                row.addWidget(PlainLabel(self.param.unit, self, tone="third", size=12))
            column.addLayout(row)
        else:
            if not named:
                column.addWidget(self._label)
            column.addWidget(self.control)
        column.addWidget(self._warning)
        column.addWidget(self._error)
        column.addStretch(1)

    def add_below(self, tools: QWidget) -> None:
        """Puts a row of tools right under the control."""
        column = cast("QVBoxLayout", self.layout())
        column.insertWidget(column.indexOf(self.control) + 1, tools)

    def value(self) -> Json:
        """The value as JSON; None for nothing. Text that should be a number and is none stays text, for the check."""
        value = self._like.value()
        if self._untouched and self.param.widget is Widget.SWITCH:
            return None
        if isinstance(value, str):
            return _read(self.param, value)
        if isinstance(value, float) and value.is_integer() and self.param.is_number:
            return int(value)
        return cast("Json", value)

    def set_value(self, value: Json) -> None:
        """Shows a value; what the control cannot show becomes the default."""
        self._untouched = value is None
        try:
            self._show(value)
        except (ValueError, OverflowError):
            self._show(self.param.default)

    def _show(self, value: Json) -> None:
        if isinstance(self.control, ChipGroup | ChoiceBox):
            items = _items(self.param, value)
            if items != self._items:
                self._items = items
                self.control.set_items(items)
        self._like.set_value(_written(self.param, value))

    def set_error(self, said: str) -> None:
        self._error.set_text(said)
        self._warning.yield_to(said)

    @property
    def error(self) -> str:
        return self._error.text

    def set_warning(self, said: str) -> None:
        self._warning.set_text(said, self._error.text)

    @property
    def warning(self) -> str:
        return self._warning.text

    def focus(self) -> None:
        self.control.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_edit(self, _value: object) -> None:
        self._untouched = False
        self.edited.emit(self.param.name)

    def _count(self) -> None:
        if isinstance(self.control, PromptEdit):
            self._label.set_hint(self.control.counter_text(), "warning" if self.control.is_too_long else "third")


class _Warning(QWidget):
    """A calm line under a field. It steps back while an error stands there."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._words = PlainLabel("", self, tone="second", size=12, wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 0)
        row.setSpacing(6)
        row.addWidget(IconMark("info", "warning", 14, self), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        self.hide()

    @property
    def text(self) -> str:
        return self._words.text()

    def set_text(self, said: str, error: str) -> None:
        self._words.setText(said)
        self.yield_to(error)

    def yield_to(self, error: str) -> None:
        self.setVisible(bool(self.text) and not error)


class _NoRepeat(QObject):
    """A key held down asks once: without this, holding Ctrl+Enter would send job after job."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        return is_repeated_enter(event)


def is_repeated_enter(event: QEvent) -> bool:
    """Whether this is Enter, held down, once more."""
    return (
        event.type() == QEvent.Type.KeyPress
        and isinstance(event, QKeyEvent)
        and event.isAutoRepeat()
        and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    )


def make_field(param: Param, parent: QWidget | None = None) -> ParamField:
    """The field for one parameter."""
    maker = _MAKERS[param.widget]
    if param.widget is Widget.SLIDER and (param.default is None or not _slider_end(param)):
        maker = _number  # a slider always has a value, and an end
    control = maker(param)
    beside = param.advanced and (isinstance(control, SliderField) or maker is _number)
    return ParamField(param, control, parent, beside=beside, named=isinstance(control, Switch))


def _prompt(param: Param) -> QWidget:
    limit = param.soft_maximum or param.longest or USUAL_PROMPT
    return PromptEdit(param.placeholder, limit=int(limit))


def _text(param: Param) -> QWidget:
    return TextField(param.placeholder)


def _json(param: Param) -> QWidget:
    return PromptEdit(param.placeholder, lowest=84, highest=320)


def _chips(param: Param) -> QWidget:
    return ChipGroup(_items(param, param.default))


def _choice(param: Param) -> QWidget:
    return ChoiceBox(_items(param, param.default))


def _slider(param: Param) -> QWidget:
    """The slider covers what is usual; the box takes any number, and what is too much gets its sentence."""
    step = param.step or (1.0 if param.is_integer else 0.1)
    low, high = param.minimum or 0.0, _slider_end(param) or 1.0
    decimals = 0 if param.is_integer else max(1, _decimals(step))
    return SliderField(low, high, step, decimals=decimals, hard_minimum=None, hard_maximum=None)


def _number(param: Param) -> QWidget:
    field = TextField(param.placeholder)
    field.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)
    return field


def _switch(param: Param) -> QWidget:
    return Switch(param.title)


def _seed(param: Param) -> QWidget:
    low = int(param.minimum) if param.minimum is not None else 0
    return SeedField(low, int(param.maximum) if param.maximum is not None else LARGEST)


_MAKERS: dict[Widget, Callable[[Param], QWidget]] = {
    Widget.PROMPT: _prompt,
    Widget.TEXT: _text,
    Widget.JSON: _json,
    Widget.CHIPS: _chips,
    Widget.CHOICE: _choice,
    Widget.SLIDER: _slider,
    Widget.NUMBER: _number,
    Widget.SWITCH: _switch,
    Widget.SEED: _seed,
}


def _slider_end(param: Param) -> float | None:
    return param.slider_maximum or param.soft_maximum or param.maximum


def _decimals(step: float) -> int:
    return len(f"{step:.10f}".rstrip("0").partition(".")[2])


def _items(param: Param, value: Json) -> list[tuple[object, str]]:
    """What the spec offers, and a value from elsewhere that it does not: nothing is changed behind a person's back."""
    offered: list[tuple[object, str]] = list(param.choices)
    known = value is None or any(value == choice for choice, _ in param.choices)
    return offered if known else [*offered, (value, str(value))]


def _written(param: Param, value: Json) -> object:
    """A value in the words of its control."""
    if param.widget is Widget.JSON and value is not None and not isinstance(value, str):
        return json.dumps(value, indent=2, ensure_ascii=False)
    return value


def _read(param: Param, written: str) -> Json:
    """What a person wrote, as JSON where the parameter is not a text."""
    if param.widget is Widget.JSON and param.schema.get("type") != "string":
        try:
            return cast("Json", json.loads(written)) if written.strip() else None
        except (ValueError, RecursionError):
            return written
    if param.is_number:
        return _read_number(written.strip())
    return written


def _read_number(written: str) -> Json:
    if not written:
        return None
    if not _NUMBER.fullmatch(written):
        return written
    number = float(written.replace(",", "."))
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def fits(param: Param, value: Json) -> bool:
    """Whether a value of another model's parameter of the same name makes sense here."""
    if param.choices:
        return any(
            value == choice and isinstance(value, bool) == isinstance(choice, bool) for choice, _ in param.choices
        )
    if param.is_number:
        within_low = param.minimum is None or (isinstance(value, int | float) and value >= param.minimum)
        within_high = param.maximum is None or (isinstance(value, int | float) and value <= param.maximum)
        return isinstance(value, int | float) and not isinstance(value, bool) and within_low and within_high
    if param.schema.get("type") == "boolean":
        return isinstance(value, bool)
    return isinstance(value, str) or param.schema.get("type") != "string"


def in_words(param: Param, value: Json, *, nothing: str) -> str:
    """A value for the line that sums up *Advanced*, such as "steps 30" or "PNG"; "" where there is nothing to say."""
    name = param.title[:1].lower() + param.title[1:]
    label = next((label for choice, label in param.choices if choice == value), "")
    if label:
        return label
    if param.widget is Widget.SEED and value is None:
        return f"{name} {nothing}"
    if value is None or value == "" or isinstance(value, bool | dict | list):
        return ""
    return f"{name} {value if len(str(value)) < 24 else str(value)[:23] + '…'}"
