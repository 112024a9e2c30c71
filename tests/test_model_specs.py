"""The spec files that come with the program say what is known, how well, and where it was read."""

import base64
import json
from pathlib import Path
from typing import cast

import pytest

from app.domain.media import Medium
from app.domain.media_input import MediaInput
from app.domain.model_spec import Mark, ModelSpec, Param, Widget, parse_model_spec
from app.domain.values import Json, JsonObject
from app.sandbox import octoai_rules
from app.services import validation

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "models"
FILES = sorted(FOLDER.glob("*/*.json"))

SEED_001: JsonObject = {
    "prompt": "Generate a cup of coffee",
    "image_size": "landscape_4_3",
    "num_inference_steps": 30,
    "guidance_scale": 2.5,
    "num_images": 1,
    "enable_safety_checker": True,
    "output_format": "png",
    "acceleration": "none",
}
"""The config of the published example for Qwen/Qwen-Image."""

PICTURE = MediaInput("a" * 64, "lake.png", "image/png", 90_000, 640, 480)


def spec_of(provider: str, name: str) -> ModelSpec:
    return parse_model_spec(json.loads((FOLDER / provider / f"{name}.json").read_text()))


def needed(spec: ModelSpec) -> dict[str, Json]:
    """What a person has to give: words, and a file where the model cannot do without one."""
    words: dict[str, Json] = {p.name: "a lake" for p in spec.params if p.widget is Widget.PROMPT}
    kinds = {Medium.IMAGE: "image/png", Medium.VIDEO: "video/mp4", Medium.AUDIO: "audio/flac"}
    given = {
        p.name: MediaInput("a" * 64, "a file", kinds[p.input], 90_000).to_json()
        for p in spec.params
        if p.input is not None and p.required
    }
    return {**words, **given}


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_is_sound_and_tells_its_sources(path: Path) -> None:
    data = cast("JsonObject", json.loads(path.read_text(encoding="ascii")))
    spec = parse_model_spec(data)
    validation.make_validator(spec)
    assert spec.provider_id == path.parent.name
    assert spec.sources
    assert spec.summary
    assert spec.params[0].widget is Widget.PROMPT or spec.param("prompt") is None, "the prompt comes first"
    assert spec.params[0].title == "Prompt" or spec.params[0].required
    assert len({param.title for param in spec.params}) == len(spec.params), "each name can be told from the others"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_value_carries_its_mark(path: Path) -> None:
    properties = json.loads(path.read_text())["parameters"]["properties"]
    assert all("x-mark" in schema for schema in properties.values())


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_the_defaults_with_a_prompt_can_be_sent(path: Path) -> None:
    spec = parse_model_spec(json.loads(path.read_text()))
    values = {**spec.defaults(), **needed(spec)}
    assert validation.problems(spec, values, validation.make_validator(spec)) == {}
    assert validation.warnings(spec, values) == {}


def param(spec: ModelSpec, name: str) -> Param:
    found = spec.param(name)
    assert found is not None
    return found


def test_qwen_sends_the_published_example_word_for_word() -> None:
    spec = spec_of("netmind", "qwen-image")
    assert spec.config({"prompt": SEED_001["prompt"]}) == SEED_001
    documented = {p.name for p in spec.params if p.mark is Mark.DOCUMENTED}
    assert documented == set(SEED_001)
    assert spec.price is None
    assert spec.price_note == "price not published"


def test_a_length_of_100_is_warned_about_and_sent() -> None:
    spec = spec_of("netmind", "mmaudio")
    values: dict[str, Json] = {"prompt": "The summer wind blows over the willow branches.", "duration": 100}
    assert validation.problems(spec, values, validation.make_validator(spec)) == {}
    assert "8 seconds" in str(validation.warnings(spec, values)["duration"])
    assert spec.config(values) == values
    assert str(validation.estimate(spec, values)) == "$0.00"


def test_hunyuan_sends_only_the_prompt_unless_something_was_changed() -> None:
    spec = spec_of("netmind", "hunyuanvideo")
    values = {**spec.defaults(), "prompt": "waves"}
    assert spec.config(values) == {"prompt": "waves"}
    assert spec.config({**values, "num_frames": 49}) == {"prompt": "waves", "num_frames": 49}
    assert all(p.mark is Mark.INFERRED for p in spec.params)


@pytest.mark.parametrize("name", ["qwen-image", "mmaudio", "hunyuanvideo"])
def test_a_seed_can_be_chosen_so_that_a_result_can_be_made_again(name: str) -> None:
    seed = param(spec_of("netmind", name), "seed")
    assert seed.widget is Widget.SEED
    assert seed.default is None


@pytest.mark.parametrize(
    ("name", "medium"), [("picture", Medium.IMAGE), ("film", Medium.VIDEO), ("sound", Medium.AUDIO)]
)
def test_the_demo_says_that_it_is_no_ai_and_costs_nothing(name: str, medium: Medium) -> None:
    spec = spec_of("demo", name)
    assert spec.medium is medium
    assert spec.title == f"Demo {name}"
    assert "not AI" in spec.summary
    assert str(validation.estimate(spec, {})) == "$0.00"


ENGINES = ("sdxl", "sd3", "flux-schnell", "flux-dev", "ssd", "sd", "controlnet-sdxl", "svd")


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_of_octoai_names_nothing_that_its_server_does_not_know(engine: str) -> None:
    """The demo server keeps its own table of the same sources, written by other hands."""
    spec, rules = spec_of("octoai", engine), octoai_rules.ENGINES[engine]
    wire = {name for p in spec.params for parts in (p.splits.values() or [{p.name: 0}]) for name in parts}
    assert wire <= set(rules.rules)
    not_its_own = {"sd3": ("mask_image", "loras", "sampler"), "flux-dev": ("negative_prompt", "sampler")}.get(
        engine, ()
    )
    assert not wire & set(not_its_own)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_of_octoai_offers_every_size_pair_it_has_and_no_other(engine: str) -> None:
    sizes = param(spec_of("octoai", engine), "size").splits.values()
    pairs = {(parts["width"], parts["height"]) for parts in sizes if parts}
    assert pairs == set(octoai_rules.ENGINES[engine].sizes)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_the_form_of_an_octoai_engine_sends_by_itself_is_accepted(engine: str) -> None:
    spec = spec_of("octoai", engine)
    files: dict[str, Json] = {p.name: PICTURE.to_json() for p in spec.params if p.inputs is not None and p.required}
    sent = spec.config({**spec.defaults(), **files, "prompt": "a lake"})
    assert sent.keys() >= {"width", "height"} or engine == "svd"
    for name in files:
        assert sent[name] == f"slowlight-input:{PICTURE.sha256}:base64"
        sent[name] = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(64)).decode()
    sent.pop("prompt" if engine == "svd" else "", None)
    assert octoai_rules.ENGINES[engine].problems_of(sent) == []
    assert octoai_rules.ENGINES[engine].size_of(dict(sent)) is not None


def test_sdxl_has_every_style_and_sampler_of_its_client() -> None:
    spec = spec_of("octoai", "sdxl")
    assert len(param(spec, "style_preset").choices) == 78
    assert len(param(spec, "sampler").choices) == 21
    assert "style_preset" not in spec.config(spec.defaults())


def test_every_model_of_a_service_that_has_ended_says_so() -> None:
    for path in FILES:
        if path.parent.name in ("haiper", "octoai"):
            assert "has ended" in spec_of(path.parent.name, path.stem).summary
