"""The catalogue loads what it can, names what it cannot, and lets no file of a person replace one of ours."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.media import Medium
from app.domain.model_spec import MAX_FILE_BYTES, ModelSpec
from app.domain.text import Text
from app.domain.values import Json, JsonObject
from app.services.catalogue import Catalogue

RESOURCES = Path(__file__).resolve().parents[2] / "resources" / "models"


def spec_data(provider: str = "netmind", model_id: str = "owner/one", **changes: Json) -> JsonObject:
    return {
        "format": 1,
        "provider": provider,
        "id": model_id,
        "title": model_id.title(),
        "medium": "image",
        "parameters": {
            "type": "object",
            "required": ["prompt"],
            "properties": {
                "prompt": {"type": "string", "x-widget": "prompt"},
                "steps": {"type": "integer", "title": "Steps", "maximum": 9, "default": 3},
                "leave_out": {"type": "string", "default": "music"},
            },
        },
        **changes,
    }


class Shelves:
    """Two folders and a catalogue over them; `told` is what it reported."""

    def __init__(self, root: Path) -> None:
        self.built_in, self.own = root / "built_in", root / "own"
        self.told: dict[str, str] = {}
        self.ranks: dict[str, int] = {}
        self.changes = 0
        self.put("netmind/one.json", spec_data())
        self.put("demo/one.json", spec_data("demo"))

    def put(self, name: str, content: object, *, own: bool = False) -> Path:
        path = (self.own if own else self.built_in) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    def load(self) -> Catalogue:
        catalogue = Catalogue(
            self.built_in, self.own, rank=lambda provider: self.ranks.get(provider, 5), report=self._report
        )
        catalogue.changed.connect(self._count)
        asyncio.run(catalogue.load())
        return catalogue

    def _report(self, name: str, reason: Text) -> None:
        self.told[name] = str(reason)

    def _count(self) -> None:
        self.changes += 1


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    return Shelves(tmp_path)


def ids(models: list[ModelSpec]) -> list[tuple[str, str]]:
    return [(spec.provider_id, spec.model_id) for spec in models]


def test_all_sound_files_are_there_after_loading(shelves: Shelves) -> None:
    catalogue = shelves.load()
    assert shelves.told == {}
    assert shelves.changes == 1
    assert catalogue.find("netmind", "owner/one") is not None
    assert catalogue.find("netmind", "owner/two") is None


def test_the_better_ranked_provider_comes_first_and_other_model_last_of_its_provider(shelves: Shelves) -> None:
    shelves.put("netmind/two.json", spec_data("netmind", "owner/two", order=1))
    shelves.ranks = {"netmind": 0, "demo": 1}
    catalogue = shelves.load()
    assert ids(catalogue.models(Medium.IMAGE)) == [
        ("netmind", "owner/two"),
        ("netmind", "owner/one"),
        ("netmind", "*"),
        ("demo", "owner/one"),
    ]
    shelves.ranks = {"netmind": 2, "demo": 1}
    assert ids(catalogue.models(Medium.IMAGE))[0] == ("demo", "owner/one")
    assert ids(catalogue.models(Medium.VIDEO)) == [("netmind", "*")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe\x00", "not JSON that can be read"),
        (b"[" * 60_000, "not JSON that can be read"),
        (b'"' + b"x" * MAX_FILE_BYTES + b'"', "larger than 64 KB"),
        (spec_data(format=9), "format is 9"),
        (spec_data(parameters={"type": "object", "properties": {"a": {"type": "numbr"}}}), "numbr"),
        (spec_data("netmind", "a", medium="other"), "medium"),
    ],
)
@pytest.mark.parametrize("own", [False, True])
def test_a_broken_file_is_named_and_the_others_still_load(
    shelves: Shelves, content: object, reason: str, own: bool
) -> None:
    name = "broken.json" if own else "netmind/aa-broken.json"
    if not own and isinstance(content, dict):
        content = {**content, "id": "owner/broken"}
    elif isinstance(content, dict):
        content = {**content, "id": "owner/mine"}
    shelves.put(name, content, own=own)
    catalogue = shelves.load()
    assert reason in shelves.told[name]
    assert len(shelves.told) == 1
    assert ("netmind", "owner/one") in ids(catalogue.models(Medium.IMAGE))
    assert len(catalogue.models(Medium.IMAGE)) == 3


def test_a_file_of_the_person_adds_a_model(shelves: Shelves) -> None:
    shelves.put("mine.json", spec_data("netmind", "me/mine"), own=True)
    catalogue = shelves.load()
    assert shelves.told == {}
    assert catalogue.find("netmind", "me/mine") is not None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (spec_data(title="Better"), "already"),
        (spec_data("netmind", "*"), "already"),
        (spec_data("elsewhere"), "'elsewhere'"),
    ],
)
def test_a_file_of_the_person_replaces_nothing_and_brings_no_provider(
    shelves: Shelves, data: JsonObject, reason: str
) -> None:
    shelves.put("mine.json", data, own=True)
    catalogue = shelves.load()
    assert reason in shelves.told["mine.json"]
    known = catalogue.find("netmind", "owner/one")
    assert known is not None
    assert known.title == "Owner/One"


def test_a_file_that_cannot_be_read_is_named(shelves: Shelves) -> None:
    (shelves.own / "folder.json").mkdir(parents=True)
    (shelves.own / "gone.json").symlink_to(shelves.own / "nowhere.json")
    shelves.load()
    assert "cannot be read" in shelves.told["folder.json"]
    assert "cannot be read" in shelves.told["gone.json"]


def test_loading_again_takes_up_what_changed(shelves: Shelves) -> None:
    catalogue = shelves.load()
    path = shelves.put("mine.json", spec_data("netmind", "me/mine"), own=True)
    asyncio.run(catalogue.load())
    assert catalogue.find("netmind", "me/mine") is not None
    path.unlink()
    asyncio.run(catalogue.load())
    assert catalogue.find("netmind", "me/mine") is None
    assert shelves.changes == 3


def test_values_are_checked_against_the_schema_once_it_is_loaded(shelves: Shelves) -> None:
    catalogue = shelves.load()
    spec = catalogue.find("netmind", "owner/one")
    assert spec is not None
    assert list(catalogue.check(spec, {"prompt": "", "steps": 10})) == ["prompt", "steps"]
    assert catalogue.check(spec, {"prompt": "a", "steps": 9}) == {}


def found(catalogue: Catalogue, provider_id: str = "netmind", model_id: str = "owner/one") -> ModelSpec:
    spec = catalogue.find(provider_id, model_id)
    assert spec is not None
    return spec


def test_a_request_holds_what_the_form_gave(shelves: Shelves) -> None:
    catalogue = shelves.load()
    request = catalogue.request(found(catalogue), {"prompt": "a", "steps": 3, "leave_out": "", "odd": None})
    assert request.params == {"prompt": "a", "steps": 3, "leave_out": ""}
    assert (request.model_title, request.prompt, request.medium) == ("Owner/One", "a", Medium.IMAGE)
    assert found(catalogue).config(request.params) == {"prompt": "a", "steps": 3}, "an emptied default stays away"


def test_other_model_makes_a_request_under_the_typed_id(shelves: Shelves) -> None:
    catalogue = shelves.load()
    other = catalogue.free_form("netmind", Medium.AUDIO)
    assert other is not None
    request = catalogue.request(other, {"model": " me/new ", "prompt": "a", "config": '{"n": 2}'})
    assert (request.model_id, request.model_title, request.medium) == ("me/new", "me/new", Medium.AUDIO)
    assert request.params == {"prompt": "a", "n": 2}
    spec = catalogue.spec_for("netmind", "me/new")
    assert spec is not None
    assert (spec.model_id, spec.config(request.params)) == ("me/new", {"prompt": "a", "n": 2})
    assert catalogue.spec_for("demo", "me/new") is None


Recall = Callable[[Catalogue], tuple[ModelSpec, dict[str, Json]] | None]


@pytest.mark.parametrize(
    ("params", "model_id", "values"),
    [
        ({"prompt": "a", "steps": 4}, "owner/one", {"prompt": "a", "steps": 4}),
        (
            {"prompt": "a", "loras": [1]},
            "*",
            {"model": "owner/one", "prompt": "a", "config": '{\n  "loras": [\n    1\n  ]\n}'},
        ),
    ],
)
def test_a_request_is_recalled_without_leaving_anything_out(
    shelves: Shelves, params: JsonObject, model_id: str, values: JsonObject
) -> None:
    recalled = shelves.load().recall("netmind", "owner/one", Medium.IMAGE, params)
    assert recalled is not None
    assert (recalled[0].model_id, recalled[1]) == (model_id, values)


def test_a_request_of_a_vanished_model_is_recalled_as_other_model_or_not_at_all(shelves: Shelves) -> None:
    catalogue = shelves.load()
    recalled = catalogue.recall("netmind", "gone/model", Medium.VIDEO, {"prompt": "a"})
    assert recalled is not None
    assert recalled[1] == {"model": "gone/model", "prompt": "a", "config": ""}
    assert catalogue.recall("demo", "gone/model", Medium.VIDEO, {"prompt": "a"}) is None
    shortened = catalogue.recall("demo", "owner/one", Medium.IMAGE, {"prompt": "a", "old": 1})
    assert shortened is not None
    assert shortened[1] == {"prompt": "a"}


def test_our_own_files_all_load() -> None:
    told: dict[str, Text] = {}
    catalogue = Catalogue(RESOURCES, report=told.__setitem__)
    asyncio.run(catalogue.load())
    assert told == {}
    for medium in (Medium.IMAGE, Medium.VIDEO, Medium.AUDIO):
        assert {spec.provider_id for spec in catalogue.models(medium)} >= {"netmind", "demo"}
