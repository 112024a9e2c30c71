"""Files that models work from: what a form holds, what a spec allows, and what is written down instead of a path."""

import json
from typing import cast

import pytest

from app.domain.input_rules import InputRules, is_web_address, parse_rules, value_problem
from app.domain.media import FLAC, GIF, JPEG, MOV, MP4, PNG, WEBM, WEBP, Medium
from app.domain.media_input import (
    FROM_LIBRARY,
    InputEncoding,
    MediaInput,
    digests_in,
    given_in,
    inputs_in,
    placeholder,
    read_input,
    read_placeholder,
    value_of,
    with_placeholders,
)
from app.domain.model_spec import ModelSpec, ModelSpecError, Widget, parse_model_spec
from app.domain.request import GenerationRequest
from app.domain.values import Json, JsonObject

LAKE = MediaInput("a" * 64, "lake.png", "image/png", 1_300_000, 1216, 832, origin=FROM_LIBRARY)
SONG = MediaInput("b" * 64, "song.flac", "audio/flac", 4_000_000, duration_s=12.5)


def rules(hints: JsonObject | None = None) -> InputRules:
    return parse_rules({"type": "string", "x-accepts": ["image"], **(hints or {})})


def spec_with(name: str, schema: JsonObject) -> ModelSpec:
    properties: JsonObject = {"prompt": {"type": "string", "x-widget": "prompt"}, name: schema}
    return parse_model_spec(
        {
            "format": 1,
            "provider": "netmind",
            "id": "owner/model",
            "title": "Model",
            "medium": "image",
            "parameters": {"type": "object", "properties": properties},
        }
    )


# --- the value


@pytest.mark.parametrize("kept", [LAKE, SONG])
def test_a_file_survives_its_json_and_has_no_path_in_it(kept: MediaInput) -> None:
    stored = json.loads(json.dumps(kept.to_json()))
    assert read_input(stored) == kept
    assert not any(isinstance(value, str) and "/" in value for name, value in stored.items() if name != "mime")


@pytest.mark.parametrize(
    "stranger",
    [
        None,
        7,
        "text",
        {"input": "../../etc/passwd", "mime": "image/png"},
        {"input": "A" * 64, "mime": "image/png"},
        {"input": "a" * 64},
        {"name": "lake.png"},
    ],
)
def test_what_is_no_kept_file_is_not_taken_for_one(stranger: Json) -> None:
    assert read_input(stranger) is None


def test_facts_that_make_no_sense_are_not_known() -> None:
    kept = read_input({"input": "a" * 64, "mime": "image/png", "size_bytes": -3, "width": True, "duration_s": "x"})
    assert kept == MediaInput("a" * 64, "", "image/png", 0)


def test_one_entry_a_list_and_nothing_are_read_alike() -> None:
    link = "https://example.org/a.png"
    assert given_in(LAKE.to_json()) == (LAKE,)
    assert given_in([LAKE.to_json(), link, "", 3]) == (LAKE, link)
    assert given_in(None) == given_in("") == given_in([]) == ()
    assert value_of((LAKE, link), as_list=True) == [LAKE.to_json(), link]
    assert value_of((LAKE,), as_list=False) == LAKE.to_json()
    assert value_of((), as_list=True) is None


def test_every_file_inside_a_recipe_is_found() -> None:
    params: Json = {"image_urls": [LAKE.to_json()], "config": {"deep": [{"audio": SONG.to_json()}]}, "prompt": "x"}
    assert list(inputs_in(params)) == [LAKE, SONG]


def test_a_stored_request_names_files_by_their_hash_only() -> None:
    config: Json = {"image_urls": [LAKE.to_json(), "https://example.org/a.png"], "prompt": "lake.png"}
    stored = json.dumps(with_placeholders(config)).encode()
    assert json.loads(stored)["image_urls"] == [placeholder(LAKE.sha256), "https://example.org/a.png"]
    assert digests_in(stored) == {LAKE.sha256}
    assert read_placeholder(placeholder(LAKE.sha256)) == (LAKE.sha256, InputEncoding.URL)
    packed = placeholder(SONG.sha256, InputEncoding.BASE64)
    assert read_placeholder(packed) == (SONG.sha256, InputEncoding.BASE64)
    assert read_placeholder("slowlight-input:short") is None


# --- the spec


def test_a_media_parameter_says_what_it_takes() -> None:
    schema: JsonObject = {"type": "array", "x-widget": "media", "x-accepts": ["image"], "x-many": 14, "x-max-mb": 7.5}
    param = spec_with("image_urls", schema).param("image_urls")
    assert param is not None
    assert param.widget is Widget.MEDIA
    assert param.inputs == InputRules((PNG, JPEG, WEBP, GIF), most=14, as_list=True, max_bytes=7_500_000)
    assert param.input is Medium.IMAGE


def test_single_formats_can_be_named() -> None:
    found = rules({"x-accepts": ["mp4", "flac"]})
    assert found.types == (MP4, FLAC)
    assert found.media == {Medium.VIDEO, Medium.AUDIO}
    assert rules({"x-accepts": ["video"]}).types == (MP4, MOV, WEBM)


@pytest.mark.parametrize(
    ("hints", "reason"),
    [
        ({"x-accepts": "image"}, "x-accepts"),
        ({"x-accepts": []}, "x-accepts"),
        ({"x-accepts": ["smell"]}, "x-accepts"),
        ({"x-accepts": ["other"]}, "x-accepts"),
        ({"x-accepts": [7]}, "x-accepts"),
        ({"x-many": 3}, "array"),
        ({"x-max-mb": -1}, "x-max-mb"),
        ({"x-max-pixels": "many"}, "x-max-pixels"),
        ({"x-encoding": "morse"}, "x-encoding"),
    ],
)
def test_a_hint_that_makes_no_sense_is_refused_with_its_name(hints: JsonObject, reason: str) -> None:
    schema: JsonObject = {"type": "string", "x-widget": "media", "x-accepts": ["image"], **hints}
    with pytest.raises(ModelSpecError, match=reason):
        spec_with("image", schema)


def test_a_media_widget_without_a_medium_is_refused() -> None:
    with pytest.raises(ModelSpecError, match="x-input"):
        spec_with("image", {"type": "string", "x-widget": "media"})


def test_a_config_holds_placeholders_in_the_form_the_provider_wants() -> None:
    by_link = spec_with("image_urls", {"type": "array", "x-accepts": ["image"]})
    assert by_link.config({"prompt": "x", "image_urls": [LAKE.to_json()]}) == {
        "prompt": "x",
        "image_urls": [placeholder(LAKE.sha256)],
    }
    inside = spec_with("init_image", {"type": "string", "x-accepts": ["image"], "x-encoding": "base64"})
    sent = inside.config({"prompt": "x", "init_image": LAKE.to_json()})
    assert sent["init_image"] == placeholder(LAKE.sha256, InputEncoding.BASE64)
    assert inside.config({"prompt": "x", "init_image": None}) == {"prompt": "x"}


# --- the sentences


@pytest.mark.parametrize(
    ("hints", "value", "sentence"),
    [
        ({"x-accepts": ["image"]}, SONG.to_json(), "song.flac is a sound. First frame takes PNG, JPG, WEBP and GIF."),
        ({"x-accepts": ["jpg"]}, LAKE.to_json(), "lake.png is PNG. First frame takes JPG."),
        ({"x-max-mb": 1}, LAKE.to_json(), "lake.png is 1.3 MB. First frame takes 1 MB at most."),
        (
            {"x-max-pixels": 1_000_000},
            LAKE.to_json(),
            "lake.png has 1216 \u00d7 832. First frame takes at most 1 million pixels.",
        ),
        ({}, "http://example.org/a.png", "An address has to begin with https and be reachable from anywhere."),
        ({}, [LAKE.to_json(), LAKE.to_json()], "First frame takes one file."),
        (
            {"type": "array", "x-many": 2},
            [LAKE.to_json()] * 3,
            "First frame takes 2 files at most.",
        ),
        ({}, {"input": "nonsense"}, "First frame is not in the form that this model takes."),
    ],
)
def test_what_cannot_be_used_is_said_in_plain_words(hints: JsonObject, value: Json, sentence: str) -> None:
    assert str(value_problem(rules(hints), "First frame", value)) == sentence


def test_what_fits_is_said_nothing_about() -> None:
    assert value_problem(rules(), "Picture", LAKE.to_json()) is None
    assert value_problem(rules(), "Picture", "https://example.org/a.png?signature=x") is None


@pytest.mark.parametrize("words", ["https://", "ftp://a.b/c", "C:\\lake.png", "/home/me/lake.png", "https://[", "lake"])
def test_a_path_is_no_web_address(words: str) -> None:
    assert not is_web_address(words)


def test_a_request_without_words_is_read_by_its_file() -> None:
    params = cast("JsonObject", {"audio_url": SONG.to_json()})
    assert GenerationRequest("netmind", "openai/whisper", "Whisper", Medium.AUDIO, params).prompt == "song.flac"
