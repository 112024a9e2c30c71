"""The form of a model, drawn from its spec: the prompt first, what most people change, the rest folded away.

It knows parameters and values, no service: what is wrong or worth knowing is told to it, and shown at the field.
"""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QVBoxLayout, QWidget

from app.domain.model_spec import ModelSpec, Param, Widget
from app.domain.text import Text
from app.domain.values import Json
from app.system.language import say
from app.widgets.collapsible import CollapsibleSection
from app.widgets.controls import InlineError
from app.widgets.media_field import MediaField
from app.widgets.media_offer import holds_media, offer_of
from app.widgets.param_controls import fits, in_words
from app.widgets.param_fields import ParamField, make_field
from app.widgets.submit_keys import is_held, is_submit

FIELD_GAP = 15  # px between fields


class ParamForm(QWidget):
    """`values_changed` and `submit_requested` (Ctrl+Enter) tell what the person did; all setters are silent.

    When the model changes, what the person had set goes along where the new model has a parameter of the same name.
    """

    values_changed = Signal()
    submit_requested = Signal()
    media_offered = Signal(str, object)  # parameter name, Offer
    thumbnail_wanted = Signal(object)  # MediaInput

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self._spec: ModelSpec | None = None
        self._fields: dict[str, ParamField] = {}
        self._set: dict[str, Json] = {}
        self._tools: QWidget | None = None
        self._body: QWidget | None = None
        self._section: CollapsibleSection | None = None
        self._opened = False
        self._general = InlineError(None, self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(10)
        self._column.addWidget(self._general)

    # --- the model

    @property
    def spec(self) -> ModelSpec | None:
        return self._spec

    def set_spec(self, spec: ModelSpec) -> None:
        """Draws the form of another model and carries over what the person had set."""
        if spec == self._spec:
            return
        self._spec = spec
        self._general.set_text("")
        self._draw(spec)
        for param in spec.params:
            kept = self._set.get(param.name)
            self._fields[param.name].set_value(kept if kept is not None and fits(param, kept) else param.default)
        self._sum_up()

    def set_prompt_tools(self, tools: QWidget) -> None:
        """A row that stands under the prompt of every model."""
        self._tools = tools
        self._place_tools()

    def _draw(self, spec: ModelSpec) -> None:
        had_focus = self._focused_name()
        if self._tools is not None:
            self._tools.setParent(self)
        old, self._body = self._body, QWidget(self)
        if old is not None:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._fields = {param.name: self._make(param) for param in spec.params}
        self._lay_out(self._body, spec)
        self._column.addWidget(self._body)
        self._place_tools()
        self._body.show()  # at once, so that a field can take the focus
        if had_focus in self._fields:
            self._fields[had_focus].focus()

    def _make(self, param: Param) -> ParamField:
        field = make_field(param, self._body)
        field.edited.connect(self._on_edited)
        field.submit_requested.connect(self.submit_requested)
        if isinstance(field.control, MediaField):
            field.control.offered.connect(partial(self.media_offered.emit, param.name))
            field.control.thumbnail_wanted.connect(self.thumbnail_wanted)
        return field

    def _lay_out(self, body: QWidget, spec: ModelSpec) -> None:
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(FIELD_GAP)
        folded = QWidget(body)
        inner = QVBoxLayout(folded)
        inner.setContentsMargins(0, 4, 0, 4)
        inner.setSpacing(FIELD_GAP)
        for param in spec.params:
            (inner if param.advanced else column).addWidget(self._fields[param.name])
        self._section = None
        if inner.count():
            self._section = CollapsibleSection(self.tr("Advanced"), folded, body)
            # folded or not, its height follows its width, as chips and sentences wrap
            self._section.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
            self._section.set_expanded(self._opened)
            self._section.expanded_changed.connect(self._on_opened)
            column.addWidget(self._section)
        else:
            folded.deleteLater()
        column.addStretch(1)

    def _place_tools(self) -> None:
        field = self._prompt_field()
        if self._tools is not None:
            self._tools.setVisible(field is not None)
            if field is not None:
                field.add_below(self._tools)

    def _prompt_field(self) -> ParamField | None:
        return next((field for field in self._fields.values() if field.param.widget is Widget.PROMPT), None)

    def _focused_name(self) -> str:
        for name, field in self._fields.items():
            if QApplication.focusWidget() in (field.control, *field.control.findChildren(QWidget)):
                return name
        return ""

    # --- values

    def values(self) -> dict[str, Json]:
        """Every parameter of the model; what is empty is None or ""."""
        return {name: field.value() for name, field in self._fields.items()}

    def changed_values(self) -> dict[str, Json]:
        """What the person set, also for parameters that this model does not have. `set_values` takes it back."""
        return dict(self._set)

    def set_values(self, values: Mapping[str, Json]) -> None:
        """Fills the form with exactly these values and the model's defaults for the rest.

        Values without a field are kept for a model that has one. Complaints about the old values go away.
        """
        self._set = {}
        for name, value in values.items():
            field = self._fields.get(name)
            if field is None or value != field.param.default:
                self._set[name] = value
        for name, field in self._fields.items():
            field.set_value(values.get(name, field.param.default))
        self.set_errors({})
        self.set_warnings({})
        self._sum_up()

    def set_prompt(self, words: str) -> None:
        """Writes another prompt and puts the cursor there; it counts as something the person did."""
        field = self._prompt_field()
        if field is not None:
            field.set_value(words)
            field.focus()
            self._on_edited(field.param.name)

    def _on_edited(self, name: str) -> None:
        field = self._fields[name]
        value = field.value()
        if value == field.param.default and isinstance(value, bool) == isinstance(field.param.default, bool):
            self._set.pop(name, None)
        else:
            self._set[name] = value
        field.set_error("")
        self._general.set_text("")
        self._sum_up()
        self.values_changed.emit()

    # --- complaints

    def set_errors(self, errors: Mapping[str, Text | str], *, focus: bool = True) -> None:
        """Shows each sentence at its field, and what belongs to no field above the form. Earlier ones go away.

        `focus`: the first bad field gets the focus, and *Advanced* opens where it is in there.
        """
        said = {name: say(words) if isinstance(words, Text) else words for name, words in errors.items()}
        if "config" in self._fields:  # *Other model*: what is wrong inside the config stands at its box
            inside = [f"{name}: {said.pop(name)}" for name in list(said) if name not in self._fields and said[name]]
            said["config"] = "\n".join(words for words in (said.get("config", ""), *inside) if words)
        for name, field in self._fields.items():
            field.set_error(said.get(name, ""))
        strays = [f"{name}: {words}" for name, words in said.items() if name not in self._fields and words]
        self._general.set_text("\n".join(strays))
        bad = [field for name, field in self._fields.items() if said.get(name)]
        if any(field.param.advanced for field in bad) and self._section is not None:
            self._opened = True
            self._section.set_expanded(True)
        if bad and focus:
            bad[0].focus()

    def errors(self) -> dict[str, str]:
        """The sentences that stand at the fields now."""
        return {name: field.error for name, field in self._fields.items() if field.error}

    def set_warnings(self, warnings: Mapping[str, Text | str]) -> None:
        """One calm line at each named field; the others lose theirs."""
        for name, field in self._fields.items():
            words = warnings.get(name, "")
            field.set_warning(say(words) if isinstance(words, Text) else words)

    def field(self, name: str) -> ParamField | None:
        """The field of one parameter, or None."""
        return self._fields.get(name)

    def media_field(self, name: str) -> MediaField | None:
        """The control of a media parameter; None when the model has none of that name."""
        field = self._fields.get(name)
        return field.control if field is not None and isinstance(field.control, MediaField) else None

    def media_fields(self) -> dict[str, MediaField]:
        """Every field that takes files, in the order of the form."""
        return {name: f.control for name, f in self._fields.items() if isinstance(f.control, MediaField)}

    def focus_prompt(self) -> None:
        """Puts the cursor where the idea goes."""
        field = self._prompt_field()
        if field is not None:
            field.focus()

    # --- inside

    def _on_opened(self, opened: bool) -> None:
        self._opened = opened

    def _sum_up(self) -> None:
        if self._section is None:
            return
        parts = [self._in_words(field) for field in self._fields.values() if field.param.advanced]
        self._section.set_summary(" · ".join(part for part in parts if part))

    def _in_words(self, field: ParamField) -> str:
        value = field.value()
        if isinstance(value, bool):
            on = self.tr("{name} on") if value else self.tr("{name} off")
            return on.format(name=field.param.title.lower())
        return in_words(field.param, value, nothing=self.tr("random"))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A file that is dropped beside its field, on the prompt for example, means the first field that takes files."""
        if self.media_fields() and holds_media(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        found = offer_of(event.mimeData())
        field = next(iter(self.media_fields().values()), None)
        if found is not None and field is not None:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            field.offer(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter in any field that has no use for it."""
        if not is_submit(event):
            super().keyPressEvent(event)
        elif not is_held(event):
            self.submit_requested.emit()
