"""Values of a form against a model's spec: what forbids, what only warns, what it will cost, each in plain words.

What is required is checked here; everything else that the JSON Schema forbids comes from jsonschema, whose words are for
programmers and are replaced. jsonschema takes a tenth of a second to import, so only `make_validator` imports it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, cast

from app.domain.free_form import ConfigError, read_config
from app.domain.input_rules import value_problem
from app.domain.model_spec import ModelSpec, ModelSpecError, Param, Widget
from app.domain.money import Money
from app.domain.text import Text, plain, text
from app.domain.values import Json, JsonObject

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

DEEPEST_SCHEMA = 40
LONGEST_PATTERN = 200
_LONGEST_REASON = 200
_REPEATED_GROUP = re.compile(r"\)\s*[*+{]")
_OTHER = text("{title} is not in the form that this model takes.")


def make_validator(spec: ModelSpec) -> "Draft202012Validator":
    """A validator for the spec's schema. Raises ModelSpecError when the schema or one of its defaults is not sound."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    _refuse_what_could_surprise(spec.schema)
    try:
        Draft202012Validator.check_schema(spec.schema)
    except SchemaError as error:
        where = "/".join(str(step) for step in error.absolute_path)
        raise ModelSpecError(f"parameters/{where}: {error.message}"[:_LONGEST_REASON]) from error
    validator = Draft202012Validator(spec.schema)
    for unfit in _relevant(validator.iter_errors(spec.defaults())):
        raise ModelSpecError(f"a default does not fit its own schema: {unfit.message}"[:_LONGEST_REASON])
    return validator


def _refuse_what_could_surprise(node: Json, depth: int = 0) -> None:
    """References could fetch from the network, and a broken pattern would only be found while somebody types.

    A schema that is nested without end would overflow the libraries that walk through it.
    """
    if depth > DEEPEST_SCHEMA:
        raise ModelSpecError(f"parameters are nested deeper than {DEEPEST_SCHEMA} levels")
    if isinstance(node, list):
        for item in node:
            _refuse_what_could_surprise(item, depth + 1)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name in ("$ref", "$dynamicRef") and isinstance(value, str):
                raise ModelSpecError(f"{name} is not taken here: write the schema out")
            if name == "patternProperties":
                raise ModelSpecError(f"{name} is not taken here")
            if name == "pattern" and isinstance(value, str):
                _check_pattern(value)
            _refuse_what_could_surprise(value, depth + 1)


def _check_pattern(pattern: str) -> None:
    """A group that is repeated can take hours over one line of text, while the window waits (reliability.md P3)."""
    if len(pattern) > LONGEST_PATTERN or _REPEATED_GROUP.search(pattern):
        raise ModelSpecError(f"the pattern {pattern[:40]!r} repeats a group or is too long")
    try:
        re.compile(pattern)
    except re.error as error:
        raise ModelSpecError(f"the pattern {pattern!r} is not a regular expression: {error}") from error


def problems(
    spec: ModelSpec, values: Mapping[str, Json], validator: "Draft202012Validator | None" = None
) -> dict[str, Text]:
    """What forbids sending these values: parameter name -> sentence, in the order of the form.

    Without a validator only what is required, numbers that are none, and the JSON box are looked at.
    """
    given: JsonObject = {name: value for name, value in values.items() if value is not None and value != ""}
    found = {param.name: said for param in spec.params if (said := _own_rules(spec, param, given))}
    if validator is not None:
        # jsonschema cannot divide by infinity, and what was found above needs no second sentence; a file is an object
        # here, and a text on the wire, which is what the schema speaks of
        done = found.keys() | {param.name for param in spec.params if param.inputs is not None}
        rest = {name: value for name, value in given.items() if name not in done}
        for error in _relevant(validator.iter_errors(rest)):
            param = spec.param(str(error.absolute_path[0])) if error.absolute_path else None
            if param is not None and param.name not in found:
                found[param.name] = _sentence(param, error)
    return {param.name: found[param.name] for param in spec.params if param.name in found}


def _own_rules(spec: ModelSpec, param: Param, given: JsonObject) -> Text | None:
    value = given.get(param.name)
    if param.required and is_blank(value):
        is_prompt = param.widget is Widget.PROMPT
        return text("Write a prompt first.") if is_prompt else text("{title} is needed.", title=param.title)
    if isinstance(value, float) and not isfinite(value):
        return _wrong_type(param)
    if param.widget is Widget.JSON and isinstance(value, str):
        return _json_problem(value)
    if param.inputs is not None and value is not None:
        return value_problem(param.inputs, param.title, value)
    if spec.is_free_form and param.name == "prompt" and is_blank(value) and is_blank(given.get("config")):
        return text("Write a prompt, or a config that says what to make.")
    return None


def is_blank(value: Json) -> bool:
    """True for nothing, and for a text in which nothing can be seen."""
    if isinstance(value, str):
        return not any(char.isprintable() and not char.isspace() for char in value)
    return value is None


def _json_problem(written: str) -> Text | None:
    try:
        read_config(written)
    except ConfigError as error:
        return error.sentence
    return None


def _relevant(errors: "Iterable[ValidationError]") -> "Iterator[ValidationError]":
    """Type errors first, as they explain the others; what is missing is our own rule; steps are counted in decimals.

    jsonschema divides floats, so to it 0.3 is not a multiple of 0.1.
    """
    for error in sorted(errors, key=lambda error: error.validator != "type"):
        if error.validator == "multipleOf" and _is_multiple(error.instance, error.validator_value):
            continue
        if error.validator != "required" or error.absolute_path:
            yield error


def _is_multiple(value: object, step: object) -> bool:
    return isinstance(value, int | float) and isfinite(value) and Decimal(str(value)) % Decimal(str(step)) == 0


_SENTENCES: Mapping[str, Text] = {
    "minimum": text("{title} cannot be less than {limit}."),
    "maximum": text("{title} cannot be more than {limit}."),
    "exclusiveMinimum": text("{title} has to be more than {limit}."),
    "exclusiveMaximum": text("{title} has to be less than {limit}."),
    "enum": text("{title} has to be one of these: {choices}."),
    "multipleOf": text("{title} goes in steps of {limit}."),
    "maxLength": text("{title} is too long: {length} of at most {limit} characters."),
    "minLength": text("{title} needs at least {limit} characters."),
}


def _sentence(param: Param, error: "ValidationError") -> Text:
    if error.validator == "type":
        return _wrong_type(param)
    known = _SENTENCES.get(str(error.validator), _OTHER)
    return known.with_values(
        title=param.title,
        limit=number(error.validator_value),
        length=len(str(error.instance)),
        choices=", ".join(label for _, label in param.choices),
    )


def _wrong_type(param: Param) -> Text:
    if param.is_integer:
        return text("{title} has to be a whole number.", title=param.title)
    if param.is_number:
        return text("{title} has to be a number.", title=param.title)
    return _OTHER.with_values(title=param.title)


def number(value: object) -> str:
    """A number without a needless ".0"."""
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def warnings(spec: ModelSpec, values: Mapping[str, Json]) -> dict[str, Text]:
    """What is allowed and still worth a word: parameter name -> sentence."""
    return {param.name: said for param in spec.params if (said := _warning(param, values.get(param.name)))}


def _warning(param: Param, value: Json) -> Text | None:
    if param.soft_maximum is None or isinstance(value, bool):
        return None
    size = len(value) if isinstance(value, str) and not param.is_number else value
    if not isinstance(size, int | float) or size <= param.soft_maximum:
        return None
    if param.soft_note:
        return plain(param.soft_note)
    return text("Above {limit} the result may get worse.", limit=number(param.soft_maximum))


def estimate(spec: ModelSpec, values: Mapping[str, Json]) -> Money | None:
    """What one run with these values is expected to cost; None where no price is known."""
    if spec.price is None:
        return None
    seconds = values.get(spec.seconds_param) if spec.seconds_param else None
    length = cast("float", seconds) if isinstance(seconds, int | float) and not isinstance(seconds, bool) else 0.0
    return spec.price.for_run(spec.result_count(values), max(0.0, length) if isfinite(length) else 0.0)
