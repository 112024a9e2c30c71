"""Models that work from files, and what is known about them: the tables of the wire facts, word for word."""

import json
from pathlib import Path

import pytest

from app.domain.media import FLAC, MP3, OGG, WAV, Medium
from app.domain.media_input import MediaInput, placeholder
from app.domain.model_spec import Mark, ModelSpec, Param, Widget, parse_model_spec
from app.domain.values import Json
from app.sandbox.late_models import problems_of
from app.sandbox.models import MODELS
from app.services import validation

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "models"
LAKE = MediaInput("a" * 64, "lake.png", "image/png", 90_000, 640, 480)
FILM = MediaInput("b" * 64, "film.mp4", "video/mp4", 900_000, 640, 480, 4.0)
SONG = MediaInput("c" * 64, "song.flac", "audio/flac", 900_000, duration_s=4.0)


def spec_of(name: str, provider: str = "netmind") -> ModelSpec:
    return parse_model_spec(json.loads((FOLDER / provider / f"{name}.json").read_text(encoding="ascii")))


def param(spec: ModelSpec, name: str) -> Param:
    found = spec.param(name)
    assert found is not None
    return found


def names(spec: ModelSpec) -> set[str]:
    return {found.name for found in spec.params}


@pytest.mark.parametrize("name", ["nano-banana", "nano-banana-pro"])
def test_nano_banana_sends_what_recorded_requests_sent(name: str) -> None:
    spec = spec_of(name)
    assert names(spec) <= {"prompt", "image_urls", "aspect_ratio", "resolution", "output_format", "num_images"}
    ratios = {str(value) for value, _ in param(spec, "aspect_ratio").choices}
    assert ratios == {"21:9", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16"}
    sent = spec.config({**spec.defaults(), "prompt": "at night", "image_urls": [LAKE.to_json()]})
    assert sent["image_urls"] == [placeholder(LAKE.sha256)]
    assert sent["num_images"] == 1
    assert "image_urls" not in spec.config({**spec.defaults(), "prompt": "at night"}), "empty means from words alone"
    assert all(found.mark is Mark.INFERRED for found in spec.params)


def test_only_the_pro_model_offers_resolutions() -> None:
    assert param(spec_of("nano-banana-pro"), "resolution").default == "1K"
    assert spec_of("nano-banana").param("resolution") is None
    rules = param(spec_of("nano-banana-pro"), "image_urls").inputs
    assert rules is not None
    assert rules.most == 14


def test_veo_takes_a_first_frame_and_sends_only_what_it_must() -> None:
    spec = spec_of("veo3.1-fast")
    assert spec.medium is Medium.VIDEO
    assert names(spec) == {
        *("prompt", "negative_prompt", "image_url", "aspect_ratio", "duration", "resolution"),
        *("generate_audio", "auto_fix", "seed"),
    }
    sent = spec.config({**spec.defaults(), "prompt": "waves", "image_url": LAKE.to_json()})
    assert sent == {
        "prompt": "waves",
        "image_url": placeholder(LAKE.sha256),
        "aspect_ratio": "16:9",
        "duration": "8s",
        "resolution": "720p",
    }


def test_speech_sends_the_published_values() -> None:
    spec = spec_of("speech-02-hd")
    assert param(spec, "text").widget is Widget.PROMPT
    assert param(spec, "text").title == "Text"
    assert spec.config({**spec.defaults(), "text": "Hello."}) == {
        "text": "Hello.",
        "voice_setting": {"speed": 1, "vol": 1, "voice_id": "Wise_Woman", "pitch": 0, "english_normalization": False},
        "output_format": "hex",
    }


def test_whisper_needs_a_recording_that_its_decoder_reads() -> None:
    spec = spec_of("whisper")
    recording = param(spec, "audio_url")
    assert recording.required
    assert recording.inputs is not None
    assert set(recording.inputs.types) == {MP3, WAV, FLAC, OGG}, "webm and m4a were seen to fail"
    said = validation.problems(spec, spec.defaults(), validation.make_validator(spec))
    assert str(said["audio_url"]) == "Recording is needed."
    assert spec.config({**spec.defaults(), "audio_url": SONG.to_json()}) == {
        "audio_url": placeholder(SONG.sha256),
        "task": "transcribe",
        "chunk_level": "segment",
        "version": "3",
        "batch_size": 64,
    }


def test_mmaudio_works_from_words_and_from_a_film() -> None:
    spec = spec_of("mmaudio")
    values: dict[str, Json] = {**spec.defaults(), "prompt": "rain"}
    assert "video_url" not in spec.config(values)
    assert spec.config({**values, "video_url": FILM.to_json()})["video_url"] == placeholder(FILM.sha256)
    wrong = validation.problems(spec, {**values, "video_url": SONG.to_json()}, validation.make_validator(spec))
    assert "song.flac is a sound" in str(wrong["video_url"])


@pytest.mark.parametrize("path", sorted(FOLDER.glob("netmind/*.json")) + sorted(FOLDER.glob("demo/*.json")))
def test_the_demo_takes_what_every_form_sends_by_itself(path: Path) -> None:
    spec = parse_model_spec(json.loads(path.read_text()))
    words = {found.name: "a lake" for found in spec.params if found.widget is Widget.PROMPT}
    sent = spec.config({**spec.defaults(), **words})
    for found in spec.params:
        if found.inputs is not None:
            link = "http://127.0.0.1/uploads/token/a.png"
            sent[found.name] = [link] if found.inputs.as_list else link
    assert problems_of(MODELS[spec.model_id], sent) == []


@pytest.mark.parametrize(
    ("name", "given"),
    [("picture-from-picture", Medium.IMAGE), ("film-from-picture", Medium.IMAGE), ("sound", Medium.VIDEO)],
)
def test_the_demo_shows_each_way_of_working_from_a_file(name: str, given: Medium) -> None:
    spec = spec_of(name, "demo")
    assert spec.param_for(given) is not None
    assert "not AI" in spec.summary
    assert str(validation.estimate(spec, {})) == "$0.00"
