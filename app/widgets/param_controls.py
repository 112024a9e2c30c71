"""The control for each kind of parameter, and its values between JSON and what the control can show."""

import json
import re
from collections.abc import Callable
from typing import Protocol, cast

from PySide6.QtCore import Qt, SignalInstance
from PySide6.QtWidgets import QWidget

from app.domain.input_rules import InputRules, value_problem
from app.domain.media import FILE_TYPES
from app.domain.model_spec import Param, Widget
from app.domain.values import Json
from app.widgets.chips import ChipGroup
from app.widgets.choice_box import ChoiceBox
from app.widgets.media_field import MediaField
from app.widgets.prompt_edit import PromptEdit
from app.widgets.seed_field import LARGEST, SeedField
from app.widgets.slider_field import SliderField
from app.widgets.switch import Switch
from app.widgets.text_field import TextField

USUAL_PROMPT = 2000  # characters shown as the limit where the spec names none
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d{1,3})?", re.ASCII)


class Control(Protocol):
    """What `app.widgets` gives: `set_value` is silent, `value_changed` is what the person did."""

    value_changed: SignalInstance

    def value(self) -> object: ...

    def set_value(self, value: object) -> None: ...


def make_control(param: Param) -> QWidget:
    """A control that follows `Control`, filled with nothing yet."""
    if param.widget is Widget.SLIDER and (param.default is None or not _slider_end(param)):
        return _number(param)  # a slider always has a value, and an end
    return _MAKERS[param.widget](param)


def _prompt(param: Param) -> QWidget:
    limit = param.soft_maximum or param.longest or USUAL_PROMPT
    return PromptEdit(param.placeholder, limit=int(limit))


def _text(param: Param) -> QWidget:
    return TextField(param.placeholder)


def _json(param: Param) -> QWidget:
    return PromptEdit(param.placeholder, lowest=84, highest=320)


def _chips(param: Param) -> QWidget:
    return ChipGroup(items_of(param, param.default))


def _choice(param: Param) -> QWidget:
    return ChoiceBox(items_of(param, param.default))


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


def _media(param: Param) -> QWidget:
    return MediaField(param.inputs or InputRules(FILE_TYPES), param.placeholder)


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
    Widget.MEDIA: _media,
}


def _slider_end(param: Param) -> float | None:
    return param.slider_maximum or param.soft_maximum or param.maximum


def _decimals(step: float) -> int:
    return len(f"{step:.10f}".rstrip("0").partition(".")[2])


def items_of(param: Param, value: Json) -> list[tuple[object, str]]:
    """What the spec offers, and a value from elsewhere that it does not: nothing is changed behind a person's back."""
    offered: list[tuple[object, str]] = list(param.choices)
    known = value is None or any(value == choice for choice, _ in param.choices)
    return offered if known else [*offered, (value, str(value))]


def written(param: Param, value: Json) -> object:
    """A value in the words of its control."""
    if param.widget is Widget.JSON and value is not None and not isinstance(value, str):
        return json.dumps(value, indent=2, ensure_ascii=False)
    return value


def read(param: Param, written: str) -> Json:
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
    if param.inputs is not None:
        return isinstance(value, list) is param.inputs.as_list and value_problem(param.inputs, "", value) is None
    if isinstance(value, dict | list) and param.widget is not Widget.JSON:
        return False
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
