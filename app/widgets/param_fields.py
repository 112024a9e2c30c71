"""One parameter of a model as a field of the form: name, control, what is wrong with it, what is worth knowing."""

from typing import cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.model_spec import Param, Widget
from app.domain.values import Json
from app.widgets.chips import ChipGroup
from app.widgets.choice_box import ChoiceBox
from app.widgets.controls import FormLabel, IconMark, InlineError, PlainLabel
from app.widgets.param_controls import Control, items_of, make_control, read, written
from app.widgets.prompt_edit import PromptEdit
from app.widgets.slider_field import SliderField
from app.widgets.submit_keys import OncePerPress
from app.widgets.switch import Switch
from app.widgets.text_field import TextField

LABEL_WIDTH = 74  # px, beside the numbers of Advanced


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
        self._items = items_of(param, param.default)
        self._untouched = param.default is None
        self._arrange(beside, named)
        self._like.value_changed.connect(self._on_edit)
        if isinstance(control, PromptEdit):
            control.submit_requested.connect(self.submit_requested)
            control.installEventFilter(OncePerPress(control))
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
            return read(self.param, value)
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
            items = items_of(self.param, value)
            if items != self._items:
                self._items = items
                self.control.set_items(items)
        self._like.set_value(written(self.param, value))

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


def make_field(param: Param, parent: QWidget | None = None) -> ParamField:
    """The field for one parameter. Numbers of *Advanced* stand beside their names."""
    control = make_control(param)
    is_number = isinstance(control, SliderField) or (isinstance(control, TextField) and param.is_number)
    return ParamField(param, control, parent, beside=param.advanced and is_number, named=isinstance(control, Switch))
