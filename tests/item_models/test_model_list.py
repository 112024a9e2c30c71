"""What the model picker shows, and that it understands the rows."""

from dataclasses import replace

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from app.domain.free_form import free_form_spec
from app.domain.media import Medium
from app.domain.model_spec import ModelSpec, parse_model_spec
from app.domain.text import Text, text
from app.domain.values import Json, JsonObject
from app.item_models import model_list
from app.item_models.model_list import ModelListModel, ModelRole, ModelSource
from app.widgets import model_picker
from app.widgets.model_picker import ModelPicker
from tests.fakes import provider_info

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


def spec(model_id: str, **more: Json) -> ModelSpec:
    data: JsonObject = {
        "format": 1,
        "id": model_id,
        "provider": "netmind",
        "title": model_id.rpartition("/")[2],
        "medium": "image",
        "price": {"per": "result", "amount": "0.01"},
        "expected_s": 25,
        "parameters": {"type": "object", "properties": {}},
    }
    return parse_model_spec({**data, **more})


class Scene:
    def __init__(self) -> None:
        self.specs = [spec("Qwen/Qwen-Image"), spec("SDXL", price={"note": "price not published"}, expected_s=200)]
        self.keys = {"netmind"}
        source = ModelSource(lambda: self.specs, lambda name: provider_info(name).title, self.why_not, self.expected)
        self.model = ModelListModel(source)
        self.tester = QAbstractItemModelTester(self.model, FATAL)

    def why_not(self, provider_id: str) -> Text:
        return Text() if provider_id in self.keys else text("needs an API key")

    def expected(self, provider_id: str, model_id: str) -> float | None:
        return next(s.expected_s for s in self.specs if s.model_id == model_id)

    def detail(self, row: int) -> str:
        return str(self.model.index(row, 0).data(ModelRole.DETAIL))


@pytest.fixture
def scene(qapp: QApplication) -> Scene:
    return Scene()


def test_a_row_tells_provider_time_and_price(scene: Scene) -> None:
    assert scene.detail(0) == "NetMind \u00b7 about 25 s \u00b7 $0.01 per image"
    assert scene.detail(1) == "NetMind \u00b7 about 3 min \u00b7 price not published"


def test_a_model_without_a_key_says_so(scene: Scene) -> None:
    scene.keys.clear()
    scene.model.refresh()
    assert scene.detail(0) == "NetMind \u00b7 needs an API key"


def test_any_other_model_says_what_it_takes(scene: Scene) -> None:
    scene.specs.append(free_form_spec("netmind", Medium.IMAGE))
    scene.model.refresh()
    assert scene.detail(2) == "NetMind \u00b7 any id with a JSON config"


def test_an_id_with_slashes_leads_back_to_its_spec(scene: Scene) -> None:
    found = scene.model.spec("netmind/Qwen/Qwen-Image")
    assert found is not None
    assert found.model_id == "Qwen/Qwen-Image"
    assert scene.model.first_id() == "netmind/Qwen/Qwen-Image"
    assert scene.model.spec("netmind/unknown") is None


def test_a_new_time_changes_one_row_and_resets_nothing(scene: Scene) -> None:
    changed: list[int] = []
    resets: list[bool] = []
    scene.model.dataChanged.connect(lambda first, last, roles: changed.append(first.row()))
    scene.model.modelReset.connect(lambda: resets.append(True))
    scene.specs[1] = replace(scene.specs[1], expected_s=60)
    scene.model.refresh()
    assert (changed, resets) == ([1], [])


def test_the_picker_reads_the_same_roles(scene: Scene) -> None:
    assert {r.name: int(r) for r in model_list.ModelRole} == {r.name: int(r) for r in model_picker.ModelRole}
    picker = ModelPicker()
    picker.set_source(scene.model)
    assert picker.set_current("netmind/SDXL")
    assert picker.currentText() == "SDXL"
