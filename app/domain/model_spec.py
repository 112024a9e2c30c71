"""One hosted model as data: what its form shows, what may be sent, what it costs.

The file format is `resources/models/<provider>/<model>.json`: a JSON object with `format` 1, `id`, `provider`, `title`,
`medium`, `order`, `price`, `expected_s`, `sources` and `parameters`. `parameters` is a JSON Schema (draft 2020-12) of type
object whose properties carry hints for the form:

* `x-widget`: prompt, text, chips, choice, slider, number, switch, seed, media, json (chosen by type where it is missing)
* `x-order`, `x-advanced`, `x-unit`, `x-labels` (value -> words), `x-hint`, `x-placeholder`
* `x-mark`: documented, inferred or unknown, from the marks of apis.md; `x-range-mark` where the range is less sure
* `x-soft-maximum`, `x-soft-note`: above it (a number, or the length of a text) the form warns and does not forbid
* `x-step`, `x-slider-maximum`: what one step of the control is and where it ends, without forbidding anything
* `x-send`: false keeps a parameter at home when it equals its default; a seed with it is not chosen by the studio
* `x-splits`: for each value of an enum the object of wire parameters that goes out in its place, as for sizes:
  `{"1024x768": {"width": 1024, "height": 768}}`
* `x-input`: image, video or audio: the value is a file that the person gives (`x-widget` media); or `x-accepts`: a list of
  media and extensions, `["image"]` or `["mp3", "wav"]`; `x-many`, `x-max-mb`, `x-max-pixels`: limits; `x-encoding`: url (the
  default: a link that the service fetches) or base64 (inside the request)

`transport` is async (the default: the server answers with a reference) or sync (it answers with the result itself), for
providers that can do both. Parameters keep their order in the file, those of *Advanced* last. `expected_s` is in seconds,
null where nobody knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from math import isfinite
from typing import cast

from app.domain.input_rules import InputRules, parse_rules
from app.domain.media import Medium
from app.domain.media_input import with_placeholders
from app.domain.money import Price, PricePer
from app.domain.values import Json, JsonObject

FORMAT = 1
MAX_FILE_BYTES = 64 * 1024
"""A spec is small; anything larger is not one (issue 3)."""


class ModelSpecError(ValueError):
    """A spec file that cannot be used; the text says what is wrong in words for its author."""


class Mark(StrEnum):
    """How sure a value is: said by the provider, concluded from the upstream model, or not known."""

    DOCUMENTED = "documented"
    INFERRED = "inferred"
    UNKNOWN = "unknown"


class Widget(StrEnum):
    """The part of the form that edits a parameter."""

    PROMPT = "prompt"
    TEXT = "text"
    CHIPS = "chips"
    CHOICE = "choice"
    SLIDER = "slider"
    NUMBER = "number"
    SWITCH = "switch"
    SEED = "seed"
    MEDIA = "media"
    JSON = "json"


class Transport(StrEnum):
    """How a provider that can do both is asked to answer: with a reference at once, or with the result in the end."""

    ASYNC = "async"
    SYNC = "sync"


@dataclass(frozen=True)
class Param:
    """One parameter of a model, ready for a form. `schema` is its JSON Schema as it stands in the file."""

    name: str
    title: str
    widget: Widget
    schema: JsonObject
    required: bool
    advanced: bool
    order: int
    mark: Mark
    range_mark: Mark = Mark.UNKNOWN
    default: Json = None
    unit: str = ""
    hint: str = ""
    placeholder: str = ""
    choices: tuple[tuple[Json, str], ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    soft_maximum: float | None = None
    soft_note: str = ""
    slider_maximum: float | None = None
    send_default: bool = True
    splits: Mapping[str, JsonObject] = field(default_factory=dict)
    inputs: InputRules | None = None

    @property
    def input(self) -> Medium | None:
        """What kind of file a media parameter takes; None for every other parameter."""
        return self.inputs.medium if self.inputs else None

    @property
    def is_integer(self) -> bool:
        """True for whole numbers."""
        return self.schema.get("type") == "integer"

    @property
    def is_number(self) -> bool:
        """True for numbers, whole or not."""
        return self.schema.get("type") in ("integer", "number")

    @property
    def longest(self) -> int | None:
        """How many characters a text may have, or None."""
        limit = self.schema.get("maxLength")
        return limit if isinstance(limit, int) and not isinstance(limit, bool) else None


@dataclass(frozen=True)
class ModelSpec:
    """One hosted model. `schema` is the whole parameter schema; `results_param` names the count of results, or ""."""

    provider_id: str
    model_id: str
    title: str
    medium: Medium
    order: int
    params: tuple[Param, ...]
    schema: JsonObject
    price: Price | None = None
    price_note: str = ""
    expected_s: float | None = None
    results_param: str = ""
    seconds_param: str = ""
    summary: str = ""
    sources: tuple[str, ...] = ()
    transport: Transport = Transport.ASYNC
    is_free_form: bool = False
    """The *Other model* entry: the id is typed by the person and the config is free JSON."""

    def param(self, name: str) -> Param | None:
        """The parameter of that name, or None."""
        return next((param for param in self.params if param.name == name), None)

    def param_for(self, given: Medium) -> Param | None:
        """The first parameter that takes a file of this medium."""
        return next((param for param in self.params if param.inputs and param.inputs.takes(given)), None)

    def defaults(self) -> dict[str, Json]:
        """The value of every parameter that has one."""
        return {param.name: param.default for param in self.params if param.default is not None}

    def config(self, values: Mapping[str, Json]) -> JsonObject:
        """What is sent as the model's config: given values, without empty ones and without defaults kept at home.

        Files are placeholders, filled when the request is sent. Values that the spec does not name are sent as they are: a
        person wrote them into *Other model*.
        """
        sent: JsonObject = {}
        for param in self.params:
            value = values.get(param.name, param.default)
            if value is None or (value == "" and not param.required):
                continue
            if not param.send_default and value == param.default:
                continue
            if param.inputs is not None:
                value = with_placeholders(value, param.inputs.encoding)
            sent |= param.splits.get(str(value), {param.name: value})
        known = {param.name for param in self.params}
        sent.update((name, with_placeholders(value)) for name, value in values.items() if name not in known)
        return sent

    def result_count(self, values: Mapping[str, Json]) -> int:
        """How many files one run makes with these values; 1 when the model has no such parameter."""
        value = values.get(self.results_param) if self.results_param else None
        return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 1


def parse_model_spec(data: Json) -> ModelSpec:
    """Reads one spec file's JSON. Raises ModelSpecError with the reason in words."""
    if not isinstance(data, dict):
        raise ModelSpecError("the file is not a JSON object")
    if data.get("format") != FORMAT:
        raise ModelSpecError(f"format is {data.get('format')!r}, this version reads {FORMAT}")
    schema = data.get("parameters")
    if not isinstance(schema, dict) or schema.get("type") != "object" or not isinstance(schema.get("properties"), dict):
        raise ModelSpecError('"parameters" is not a JSON Schema of type object with properties')
    medium = _text(data, "medium")
    if medium not in {m.value for m in Medium}:
        raise ModelSpecError(f'"medium" is {medium!r}; known are image, video and audio')
    price, note = _price(data.get("price"))
    params = _params(schema)
    names = {param.name for param in params}
    for role in ("results_param", "seconds_param"):
        if data.get(role) and str(data[role]) not in names:
            raise ModelSpecError(f'"{role}" names {data[role]!r}, which is no parameter')
    return ModelSpec(
        provider_id=_text(data, "provider"),
        model_id=_text(data, "id"),
        title=_text(data, "title"),
        medium=Medium(medium),
        order=_whole(data.get("order"), 100),
        params=params,
        schema=schema,
        price=price,
        price_note=note,
        expected_s=_number(data.get("expected_s")),
        results_param=str(data.get("results_param", "")),
        seconds_param=str(data.get("seconds_param", "")),
        summary=str(data.get("summary", "")),
        sources=_strings(data.get("sources")),
        transport=_transport(data.get("transport", Transport.ASYNC)),
    )


def _params(schema: JsonObject) -> tuple[Param, ...]:
    properties = cast("JsonObject", schema["properties"])
    required = _strings(schema.get("required"))
    params = []
    for position, (name, described) in enumerate(properties.items()):
        if not isinstance(described, dict):
            raise ModelSpecError(f'parameter "{name}" is not an object')
        params.append(_param(name, described, required=name in required, position=position))
    return tuple(sorted(params, key=lambda param: (param.advanced, param.order)))


def _param(name: str, schema: JsonObject, *, required: bool, position: int) -> Param:
    widget = str(schema.get("x-widget") or _default_widget(schema))
    if widget not in {w.value for w in Widget}:
        raise ModelSpecError(f'parameter "{name}": unknown x-widget {widget!r}')
    mark = _mark(name, schema.get("x-mark", Mark.UNKNOWN))
    choices = _choices(name, schema)
    if widget in (Widget.CHIPS, Widget.CHOICE) and not choices:
        raise ModelSpecError(f'parameter "{name}": {widget} needs an enum to choose from')
    return Param(
        name=name,
        title=str(schema.get("title") or name.replace("_", " ").capitalize()),
        widget=Widget(widget),
        schema=schema,
        required=required,
        advanced=schema.get("x-advanced") is True,
        order=_whole(schema.get("x-order"), position),
        mark=mark,
        range_mark=_mark(name, schema.get("x-range-mark", mark)),
        default=schema.get("default"),
        unit=str(schema.get("x-unit", "")),
        hint=str(schema.get("x-hint", "")),
        placeholder=str(schema.get("x-placeholder", "")),
        choices=choices,
        minimum=_number(schema.get("minimum")),
        maximum=_number(schema.get("maximum")),
        step=_number(schema.get("multipleOf", schema.get("x-step"))),
        soft_maximum=_number(schema.get("x-soft-maximum")),
        soft_note=str(schema.get("x-soft-note", "")),
        slider_maximum=_number(schema.get("x-slider-maximum")),
        send_default=schema.get("x-send") is not False,
        splits=_splits(name, schema),
        inputs=_inputs(name, schema) if widget == Widget.MEDIA else None,
    )


def _mark(name: str, word: Json) -> Mark:
    if not isinstance(word, str) or word not in {mark.value for mark in Mark}:
        raise ModelSpecError(f'parameter "{name}": unknown mark {word!r}')
    return Mark(word)


def _default_widget(schema: JsonObject) -> Widget:
    if "x-input" in schema or "x-accepts" in schema:
        return Widget.MEDIA
    offered = schema.get("enum")
    if isinstance(offered, list):
        return Widget.CHIPS if len(offered) <= 6 else Widget.CHOICE
    kind = schema.get("type")
    if kind == "boolean":
        return Widget.SWITCH
    if kind in ("integer", "number"):
        return Widget.SLIDER if "maximum" in schema or "x-soft-maximum" in schema else Widget.NUMBER
    return Widget.TEXT if kind == "string" else Widget.JSON


def _choices(name: str, schema: JsonObject) -> tuple[tuple[Json, str], ...]:
    values = schema.get("enum", [])
    labels = schema.get("x-labels", {})
    if not isinstance(values, list) or not isinstance(labels, dict):
        raise ModelSpecError(f'parameter "{name}": enum must be a list and x-labels an object')
    return tuple((value, str(labels.get(str(value), value))) for value in values)


def _splits(name: str, schema: JsonObject) -> dict[str, JsonObject]:
    splits = schema.get("x-splits", {})
    if not isinstance(splits, dict):
        raise ModelSpecError(f'parameter "{name}": x-splits must be an object')
    found = {value: parts for value, parts in splits.items() if isinstance(parts, dict)}
    offered = schema.get("enum")
    if splits and (not isinstance(offered, list) or found.keys() != {str(value) for value in offered}):
        raise ModelSpecError(f'parameter "{name}": x-splits needs one object for each value of its enum')
    return found


def _inputs(name: str, schema: JsonObject) -> InputRules:
    try:
        return parse_rules(schema)
    except ValueError as error:
        raise ModelSpecError(f'parameter "{name}": {error}') from error


def _transport(word: Json) -> Transport:
    if word not in (Transport.ASYNC, Transport.SYNC):
        raise ModelSpecError(f'"transport" is {word!r}; known are async and sync')
    return Transport(word)


def _price(data: Json) -> tuple[Price | None, str]:
    if not isinstance(data, dict):
        return None, ""
    note = str(data.get("note", ""))
    if "per" not in data:
        return None, note
    try:
        return Price(
            PricePer(str(data["per"])), Decimal(str(data.get("amount", "0"))), str(data.get("unit", "usd"))
        ), note
    except (ValueError, InvalidOperation) as error:
        raise ModelSpecError('"price" needs per (free, request, result, second) and an amount as text') from error


def _text(data: JsonObject, name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ModelSpecError(f'"{name}" is missing')
    return value.strip()


def _strings(value: Json) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _number(value: Json) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if isfinite(value) else None
    except OverflowError:  # a whole number of hundreds of digits
        return None


def _whole(value: Json, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise
