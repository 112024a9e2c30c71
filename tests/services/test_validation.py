"""Every value that cannot be sent gets a plain sentence at its field."""

import math

import pytest

from app.domain.free_form import free_form_spec
from app.domain.media import Medium
from app.domain.model_spec import ModelSpec, ModelSpecError, parse_model_spec
from app.domain.values import Json, JsonObject
from app.services import validation

PROPERTIES: JsonObject = {
    "prompt": {"type": "string", "x-widget": "prompt", "maxLength": 20, "x-soft-maximum": 10},
    "steps": {"type": "integer", "title": "Steps", "minimum": 2, "maximum": 250, "default": 30},
    "guidance": {"type": "number", "title": "Guidance", "exclusiveMinimum": 0, "multipleOf": 0.1, "default": 0.3},
    "width": {"type": "integer", "title": "Width", "multipleOf": 16},
    "size": {"type": "string", "title": "Size", "enum": ["a", "b"], "x-labels": {"a": "Square", "b": "Wide"}},
    "duration": {"type": "number", "title": "Length", "x-soft-maximum": 30, "x-soft-note": "Trained on 8 seconds."},
    "safe": {"type": "boolean", "title": "Safety"},
    "name": {"type": "string", "title": "Name", "pattern": "^[a-z]+$", "minLength": 2},
    "key": {"type": "string", "title": "Voice"},
}


def spec_of(properties: JsonObject = PROPERTIES, **changes: Json) -> ModelSpec:
    return parse_model_spec(
        {
            "format": 1,
            "provider": "netmind",
            "id": "owner/model",
            "title": "Model",
            "medium": "image",
            "parameters": {"type": "object", "required": ["prompt", "key"], "properties": properties},
            **changes,
        }
    )


SPEC = spec_of()
VALIDATOR = validation.make_validator(SPEC)


def said(**values: Json) -> dict[str, str]:
    given: JsonObject = {"prompt": "a lake", "key": "k", **values}
    return {name: str(words) for name, words in validation.problems(SPEC, given, VALIDATOR).items()}


def test_good_values_are_not_spoken_of() -> None:
    assert said(steps=30, guidance=2.5, width=64, size="a", duration=100, safe=True, name="ab") == {}


@pytest.mark.parametrize("prompt", ["", None, "   ", "\n\t", "\u200b\u00a0"])
def test_a_prompt_in_which_nothing_can_be_read_counts_as_empty(prompt: str | None) -> None:
    assert said(prompt=prompt) == {"prompt": "Write a prompt first."}


def test_other_required_values_are_asked_for_by_their_name() -> None:
    assert said(key="") == {"key": "Voice is needed."}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"steps": 1}, "Steps cannot be less than 2."),
        ({"steps": 251}, "Steps cannot be more than 250."),
        ({"steps": "many"}, "Steps has to be a whole number."),
        ({"steps": 2.5}, "Steps has to be a whole number."),
        ({"steps": True}, "Steps has to be a whole number."),
        ({"guidance": 0}, "Guidance has to be more than 0."),
        ({"guidance": 0.25}, "Guidance goes in steps of 0.1."),
        ({"guidance": "high"}, "Guidance has to be a number."),
        ({"guidance": math.nan}, "Guidance has to be a number."),
        ({"guidance": math.inf}, "Guidance has to be a number."),
        ({"width": 100}, "Width goes in steps of 16."),
        ({"size": "c"}, "Size has to be one of these: Square, Wide."),
        ({"name": "a"}, "Name needs at least 2 characters."),
        ({"name": "A-1"}, "Name is not in the form that this model takes."),
        ({"safe": "yes"}, "Safety is not in the form that this model takes."),
        ({"prompt": "x" * 21}, "Prompt is too long: 21 of at most 20 characters."),
    ],
)
def test_each_wrong_value_gets_its_own_plain_sentence(values: JsonObject, sentence: str) -> None:
    assert list(said(**values).values()) == [sentence]


def test_a_decimal_step_is_counted_in_decimals() -> None:
    assert said(guidance=0.3) == {}
    assert said(guidance=19.9) == {}


def test_several_problems_come_in_the_order_of_the_form() -> None:
    assert list(said(width=1, prompt="", steps=0)) == ["prompt", "steps", "width"]


def test_what_is_required_is_known_before_the_schema_was_checked() -> None:
    found = validation.problems(SPEC, {"prompt": "", "steps": 0, "key": "k"})
    assert list(found) == ["prompt"]


def test_a_soft_limit_warns_and_does_not_forbid() -> None:
    assert said(duration=100) == {}
    assert str(validation.warnings(SPEC, {"duration": 100})["duration"]) == "Trained on 8 seconds."
    assert validation.warnings(SPEC, {"duration": 30, "prompt": "short"}) == {}
    assert "10" in str(validation.warnings(SPEC, {"prompt": "longer than ten"})["prompt"])


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"model": "a/b", "prompt": "x"}, {}),
        ({"model": " a/b ", "config": '{"text": "say"}'}, {}),
        ({"prompt": "x"}, {"model": "Model id is needed."}),
        ({"model": "a b", "prompt": "x"}, {"model": "Model id is not in the form that this model takes."}),
        ({"model": "a/b"}, {"prompt": "Write a prompt, or a config that says what to make."}),
        (
            {"model": "a/b", "prompt": "x", "config": "[]"},
            {"config": "The config has to be one JSON object, in curly brackets."},
        ),
        (
            {"model": "a/b", "prompt": "x", "config": "{"},
            {"config": "This is not JSON yet: look at line 1, column 2."},
        ),
    ],
)
def test_the_other_model_says_what_it_misses(values: JsonObject, found: dict[str, str]) -> None:
    spec = free_form_spec("netmind", Medium.IMAGE)
    problems = validation.problems(spec, values, validation.make_validator(spec))
    assert {name: str(words) for name, words in problems.items()} == found


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "numbr"}, "numbr"),
        ({"type": "integer", "default": "x"}, "default"),
        ({"type": "integer", "maximum": 5, "default": 9}, "default"),
        ({"$ref": "https://example.org/schema.json"}, "ref is not taken"),
        ({"type": "string", "pattern": "("}, "not a regular expression"),
        ({"type": "string", "pattern": "(a+)+$"}, "repeats a group"),
        ({"type": "object", "patternProperties": {"a": {}}}, "patternProperties is not taken"),
    ],
)
def test_a_schema_that_is_not_sound_is_refused(schema: JsonObject, reason: str) -> None:
    with pytest.raises(ModelSpecError, match=reason):
        validation.make_validator(spec_of({**PROPERTIES, "bad": schema}))


@pytest.mark.parametrize(
    ("price", "amount"),
    [
        ({"per": "result", "amount": "0.01"}, "$0.04"),
        ({"per": "request", "amount": "0.01"}, "$0.01"),
        ({"per": "second", "amount": "0.002"}, "$0.08"),
        ({"per": "free"}, "$0.00"),
        ({"note": "price not published"}, "None"),
    ],
)
def test_the_estimate_counts_what_the_price_counts(price: JsonObject, amount: str) -> None:
    properties: JsonObject = {"prompt": {}, "key": {}, "count": {"type": "integer"}, "length": {"type": "number"}}
    spec = spec_of(properties, price=price, results_param="count", seconds_param="length")
    assert str(validation.estimate(spec, {"count": 4, "length": 10})) == amount


def test_odd_lengths_do_not_break_the_estimate() -> None:
    spec = spec_of({"length": {}}, price={"per": "second", "amount": "1"}, seconds_param="length")
    for odd in (None, "ten", True, math.nan, -5):
        assert str(validation.estimate(spec, {"length": odd})) == "$0.00"
