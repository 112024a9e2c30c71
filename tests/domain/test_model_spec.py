"""Spec files become values that a form and a request can be made from."""

from typing import cast

import pytest

from app.domain.media import Medium
from app.domain.model_spec import Mark, ModelSpecError, Transport, Widget, parse_model_spec
from app.domain.money import PricePer
from app.domain.values import Json, JsonObject


def data(properties: JsonObject | None = None, **changes: Json) -> JsonObject:
    return {
        "format": 1,
        "provider": "netmind",
        "id": "owner/model",
        "title": "Model",
        "medium": "image",
        "parameters": {
            "type": "object",
            "required": ["prompt"],
            "properties": {"prompt": {"type": "string", "x-widget": "prompt"}, **(properties or {})},
        },
        **changes,
    }


def test_a_small_file_makes_a_spec() -> None:
    spec = parse_model_spec(data(price={"per": "result", "amount": "0.01"}, expected_s=25, sources=["a page"]))
    assert (spec.provider_id, spec.model_id, spec.title, spec.medium) == (
        "netmind",
        "owner/model",
        "Model",
        Medium.IMAGE,
    )
    assert spec.price is not None
    assert spec.price.per is PricePer.RESULT
    assert spec.expected_s == 25.0
    assert spec.sources == ("a page",)
    prompt = spec.params[0]
    assert prompt.required
    assert prompt.title == "Prompt"
    assert prompt.mark is Mark.UNKNOWN


def test_what_is_asked_first_comes_first_and_advanced_comes_last() -> None:
    spec = parse_model_spec(
        data({"z": {"type": "string", "x-advanced": True}, "late": {"type": "string", "x-order": 9}, "a": {}})
    )
    assert [param.name for param in spec.params] == ["prompt", "a", "late", "z"]


@pytest.mark.parametrize(
    ("schema", "widget"),
    [
        ({"enum": ["a", "b"]}, Widget.CHIPS),
        ({"enum": [1, 2, 3, 4, 5, 6, 7]}, Widget.CHOICE),
        ({"type": "boolean"}, Widget.SWITCH),
        ({"type": "integer", "maximum": 9}, Widget.SLIDER),
        ({"type": "number"}, Widget.NUMBER),
        ({"type": "string"}, Widget.TEXT),
        ({"type": "object"}, Widget.JSON),
    ],
)
def test_a_parameter_without_a_widget_gets_one_by_its_type(schema: JsonObject, widget: Widget) -> None:
    param = parse_model_spec(data({"it": schema})).param("it")
    assert param is not None
    assert param.widget is widget


def test_hints_of_a_parameter_are_read() -> None:
    schema: JsonObject = {
        "type": "number",
        "title": "Length",
        "minimum": 1,
        "maximum": 600,
        "default": 8,
        "x-widget": "slider",
        "x-step": 0.5,
        "x-unit": "seconds",
        "x-soft-maximum": 30,
        "x-soft-note": "Careful.",
        "x-slider-maximum": 60,
        "x-mark": "documented",
        "x-range-mark": "inferred",
        "x-send": False,
    }
    param = parse_model_spec(data({"duration": schema})).param("duration")
    assert param is not None
    assert (param.minimum, param.maximum, param.step, param.soft_maximum) == (1, 600, 0.5, 30)
    assert (param.slider_maximum, param.unit, param.soft_note) == (60, "seconds", "Careful.")
    assert (param.mark, param.range_mark, param.send_default) == (Mark.DOCUMENTED, Mark.INFERRED, False)
    assert param.is_number
    assert not param.is_integer


def test_choices_carry_their_words() -> None:
    schema: JsonObject = {"enum": ["png", 2], "x-labels": {"png": "PNG"}}
    param = parse_model_spec(data({"it": schema})).param("it")
    assert param is not None
    assert param.choices == (("png", "PNG"), (2, "2"))


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ([], "not a JSON object"),
        (data(format=2), "format is 2"),
        (data(id=""), '"id" is missing'),
        (data(medium="smell"), "'smell'"),
        (data(parameters={"type": "array"}), "JSON Schema of type object"),
        (data({"a": 1}), '"a" is not an object'),
        (data({"a": {"x-widget": "wheel"}}), "unknown x-widget 'wheel'"),
        (data({"a": {"x-mark": "sure"}}), "unknown mark 'sure'"),
        (data({"a": {"x-mark": []}}), "unknown mark"),
        (data({"a": {"x-widget": "chips"}}), "needs an enum"),
        (data({"a": {"enum": 3, "x-widget": "chips"}}), "enum must be a list"),
        (data({"a": {"enum": 3}}), "enum must be a list"),
        (data(price={"per": "moon"}), '"price" needs'),
        (data(price={"per": "result", "amount": "much"}), '"price" needs'),
        (data(results_param="images"), "which is no parameter"),
    ],
)
def test_a_broken_file_says_what_is_wrong(broken: Json, reason: str) -> None:
    with pytest.raises(ModelSpecError, match=reason):
        parse_model_spec(broken)


def test_the_config_holds_what_was_given_and_documented_defaults() -> None:
    spec = parse_model_spec(
        data(
            {
                "steps": {"type": "integer", "default": 30},
                "quiet": {"type": "integer", "default": 5, "x-send": False},
                "seed": {"type": "integer", "x-widget": "seed"},
                "leave_out": {"type": "string"},
            }
        )
    )
    assert spec.config({"prompt": "a", "leave_out": ""}) == {"prompt": "a", "steps": 30}
    assert spec.config({"prompt": "a", "quiet": 5, "seed": 7}) == {"prompt": "a", "steps": 30, "seed": 7}
    assert spec.config({"prompt": "a", "quiet": 6, "steps": 1}) == {"prompt": "a", "steps": 1, "quiet": 6}


def test_values_the_spec_does_not_name_are_sent_as_they_are() -> None:
    spec = parse_model_spec(data())
    assert spec.config({"prompt": "a", "loras": [1]}) == {"prompt": "a", "loras": [1]}


@pytest.mark.parametrize(("value", "count"), [(4, 4), (0, 1), (True, 1), ("4", 1), (None, 1)])
def test_the_number_of_results_is_never_less_than_one(value: Json, count: int) -> None:
    schema = cast("JsonObject", {"count": {"type": "integer", "default": 1}})
    assert parse_model_spec(data(schema, results_param="count")).result_count({"count": value}) == count


SIZES: JsonObject = {
    "type": "string",
    "enum": ["1024x768", "512x512"],
    "default": "512x512",
    "x-splits": {"1024x768": {"width": 1024, "height": 768}, "512x512": {"width": 512, "height": 512}},
}


def test_one_choice_goes_out_as_several_parameters() -> None:
    spec = parse_model_spec(data({"size": SIZES}))
    assert spec.config({"prompt": "p", "size": "1024x768"}) == {"prompt": "p", "width": 1024, "height": 768}
    assert spec.config({"prompt": "p"}) == {"prompt": "p", "width": 512, "height": 512}
    kept = parse_model_spec(data({"size": {**SIZES, "x-send": False}}))
    assert kept.config({"prompt": "p", "size": "512x512"}) == {"prompt": "p"}


@pytest.mark.parametrize(
    "splits",
    ["1024x768", {"1024x768": {"width": 1024}}, {"1024x768": {"width": 1}, "512x512": 512}],
)
def test_splits_that_leave_a_choice_open_are_refused(splits: Json) -> None:
    with pytest.raises(ModelSpecError, match="x-splits"):
        parse_model_spec(data({"size": {**SIZES, "x-splits": splits}}))


def test_a_spec_says_how_its_model_answers_and_which_parameters_are_files() -> None:
    spec = parse_model_spec(data({"image": {"type": "string", "x-input": "image"}}, transport="sync"))
    assert spec.transport is Transport.SYNC
    assert [param.input for param in spec.params] == [None, Medium.IMAGE]
    assert parse_model_spec(data()).transport is Transport.ASYNC
    with pytest.raises(ModelSpecError, match="transport"):
        parse_model_spec(data(transport="pigeon"))
    with pytest.raises(ModelSpecError, match="x-input"):
        parse_model_spec(data({"image": {"type": "string", "x-input": "smell"}}))
