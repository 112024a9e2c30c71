"""The left column makes one request for one click, says why when it cannot, and keeps what was written."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.domain.media import Medium
from app.domain.request import GenerationRequest
from app.pages.create_panel import CreatePanel
from app.store.migrations import NewerDatabaseError
from app.system import appearance
from app.widgets.chips import ChipGroup
from app.widgets.prompt_edit import PromptEdit
from tests.pages.create_stage import MODELS, Stage, make_stage


def open_panel(qtbot: QtBot, stage: Stage, medium: Medium = Medium.IMAGE) -> CreatePanel:
    panel = CreatePanel(
        medium,
        jobs=stage.jobs,
        catalogue=stage.catalogue,
        settings=stage.settings,
        providers=stage.providers,
        start_task=stage.start_task,
    )
    qtbot.addWidget(panel)
    panel.submitted.connect(stage.jobs.submit)
    panel.resize(344, 900)
    panel.show()
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    return panel


@pytest.fixture
def stage(qapp: QApplication) -> Stage:
    return make_stage()


def prompt(panel: CreatePanel) -> PromptEdit:
    field = panel.form.field("prompt")
    assert field is not None
    assert isinstance(field.control, PromptEdit)
    return field.control


def write(panel: CreatePanel, words: str = "a quiet lake") -> None:
    prompt(panel).setPlainText(words)


def click(panel: CreatePanel) -> None:
    QTest.mouseClick(panel.foot.button, Qt.MouseButton.LeftButton)


def rested(panel: CreatePanel, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not panel.foot.is_resting)


def choose(panel: CreatePanel, name: str, label: str) -> None:
    field = panel.form.field(name)
    assert field is not None
    assert isinstance(field.control, ChipGroup)
    next(chip for chip in field.control.chips() if chip.label == label).click()


def model(panel: CreatePanel) -> str:
    return panel.picker.current_id()


def choose_model(panel: CreatePanel, title: str) -> None:
    panel.picker.setCurrentIndex(panel.picker.findText(title))


def test_a_provider_with_a_key_is_the_default_and_the_demo_without_one(qtbot: QtBot) -> None:
    assert model(open_panel(qtbot, make_stage(key=True))) == "netmind/Qwen/Qwen-Image"
    assert model(open_panel(qtbot, make_stage(key=False))) == "demo/Qwen/Qwen-Image"


def test_the_default_follows_a_new_key_unless_a_model_was_chosen(qtbot: QtBot) -> None:
    stage = make_stage(key=False)
    panel = open_panel(qtbot, stage)
    write(panel)
    stage.providers.set_key(True)
    assert model(panel) == "netmind/Qwen/Qwen-Image"
    assert panel.form.values()["prompt"] == "a quiet lake"
    choose_model(panel, "Demo picture")
    stage.providers.set_key(False)
    stage.providers.set_key(True)
    assert model(panel) == "demo/Qwen/Qwen-Image"


def test_one_click_makes_one_request_with_what_the_form_says(qtbot: QtBot, stage: Stage) -> None:
    panel = open_panel(qtbot, stage)
    write(panel)
    choose(panel, "num_images", "4")
    click(panel)
    (request,) = stage.jobs.requests
    assert (request.provider_id, request.model_id, request.medium) == ("netmind", "Qwen/Qwen-Image", Medium.IMAGE)
    assert request.prompt == "a quiet lake"
    assert request.params["num_images"] == 4
    assert panel.form.values()["prompt"] == "a quiet lake", "the prompt stays"


def test_a_double_click_and_a_hail_of_keys_make_one_request(qtbot: QtBot, stage: Stage) -> None:
    panel = open_panel(qtbot, stage)
    write(panel)
    click(panel)
    QTest.mouseDClick(panel.foot.button, Qt.MouseButton.LeftButton)
    click(panel)
    panel.foot.button.click()
    for _ in range(3):
        panel.form.submit_requested.emit()
        QTest.keyClick(prompt(panel), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert len(stage.jobs.requests) == 1
    rested(panel, qtbot)
    click(panel)
    assert len(stage.jobs.requests) == 2, "a second, deliberate click is a second wish"


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier])
def test_a_key_held_down_on_the_button_or_in_the_prompt_makes_one_request(
    qtbot: QtBot, stage: Stage, modifier: Qt.KeyboardModifier
) -> None:
    panel = open_panel(qtbot, stage)
    write(panel)
    target: QWidget = panel.foot.button if modifier is Qt.KeyboardModifier.NoModifier else prompt(panel)
    for _ in range(3):
        for repeated in (False, True, True) if not stage.jobs.requests else (True, True):
            event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, modifier, "\r", repeated, 1)
            QApplication.sendEvent(target, event)
        rested(panel, qtbot)
    assert len(stage.jobs.requests) == 1


def test_the_focus_comes_back_to_the_button_after_its_rest(qtbot: QtBot, stage: Stage) -> None:
    panel = open_panel(qtbot, stage)
    write(panel)
    panel.foot.button.setFocus()
    QTest.keyClick(panel.foot.button, Qt.Key.Key_Space)
    assert not panel.foot.button.isEnabled()
    rested(panel, qtbot)
    assert panel.foot.button.hasFocus()


def test_generate_calls_for_a_click_only_when_it_would_start_something(qtbot: QtBot, stage: Stage) -> None:
    panel = open_panel(qtbot, stage)
    accent = appearance.colour("accent")
    assert panel.foot.button.look().fill != accent
    write(panel)
    assert panel.foot.button.look().fill == accent


def test_without_a_prompt_nothing_is_sent_and_the_prompt_is_asked_for(qtbot: QtBot, stage: Stage) -> None:
    panel = open_panel(qtbot, stage)
    assert panel.foot.reason() == "Write a prompt first."
    assert panel.foot.button.label == "Generate image"
    assert panel.foot.button.accessibleDescription() == "Write a prompt first."
    write(panel, "  \n ")
    click(panel)
    assert stage.jobs.requests == []
    assert panel.form.errors() == {"prompt": "Write a prompt first."}
    assert prompt(panel).hasFocus()
    write(panel)
    assert panel.foot.reason() == ""
    assert panel.form.errors() == {}


def test_where_nothing_new_can_be_made_the_reason_stands_at_the_button(qtbot: QtBot, stage: Stage) -> None:
    panel = open_panel(qtbot, stage)
    write(panel)
    stage.jobs.refusal = NewerDatabaseError().problem()
    stage.jobs.refusal_changed.emit()
    assert "newer version" in panel.foot.reason()
    assert "newer version" in panel.foot.button.accessibleDescription()
    click(panel)
    assert stage.jobs.requests == []


def test_a_value_that_is_out_of_range_is_named_and_not_sent(qtbot: QtBot, stage: Stage) -> None:
    panel = open_panel(qtbot, stage, Medium.AUDIO)
    panel.form.set_values({"prompt": "wind", "duration": 5000})
    panel.submit()
    assert stage.jobs.requests == []
    assert panel.form.errors() == {"duration": "Length cannot be more than 600."}


def test_a_length_of_100_is_warned_about_and_sent(qtbot: QtBot, stage: Stage) -> None:
    panel = open_panel(qtbot, stage, Medium.AUDIO)
    stage.settings.kept["create.audio.draft"] = {"prompt": "wind", "duration": 100}
    panel = open_panel(qtbot, stage, Medium.AUDIO)
    field = panel.form.field("duration")
    assert field is not None
    assert field.warning.startswith("Trained on 8 seconds")
    click(panel)
    assert stage.jobs.requests[0].params["duration"] == 100


def test_without_a_key_the_way_to_it_is_offered(qtbot: QtBot) -> None:
    stage = make_stage(key=False)
    panel = open_panel(qtbot, stage)
    choose_model(panel, "Qwen Image")
    write(panel)
    assert panel.foot.reason() == "NetMind has no key yet."
    click(panel)
    assert stage.jobs.requests == []
    with qtbot.waitSignal(panel.settings_requested) as caught:
        panel.foot.link_requested.emit()
    assert caught.args == ["netmind"]
    stage.providers.set_key(True)
    assert panel.foot.reason() == ""


def test_a_service_that_has_ended_stands_last_and_the_way_to_another_address_is_offered(qtbot: QtBot) -> None:
    stage = make_stage(key=True)
    panel = open_panel(qtbot, stage, Medium.VIDEO)
    titles = [panel.picker.itemText(place) for place in range(panel.picker.count())]
    assert titles[-4:] == ["Haiper", "Haiper Video", "OctoAI", "Stable Video Diffusion"]
    choose_model(panel, "Haiper Video")
    write(panel)
    assert panel.foot.reason() == "The service of Haiper has ended."
    click(panel)
    assert stage.jobs.requests == []
    with qtbot.waitSignal(panel.settings_requested) as caught:
        panel.foot.link_requested.emit()
    assert caught.args == ["haiper"]


@pytest.mark.parametrize(
    ("medium", "label"),
    [(Medium.IMAGE, "Generate image"), (Medium.VIDEO, "Generate video"), (Medium.AUDIO, "Generate audio")],
)
def test_the_button_says_what_it_makes(qtbot: QtBot, stage: Stage, medium: Medium, label: str) -> None:
    panel = open_panel(qtbot, stage, medium)
    assert panel.foot.button.label == label


def test_the_button_counts_the_images(qtbot: QtBot, stage: Stage) -> None:
    panel = open_panel(qtbot, stage)
    choose(panel, "num_images", "4")
    assert panel.foot.button.label == "Generate 4 images"


@pytest.mark.parametrize(
    ("medium", "key", "cost"),
    [
        (Medium.IMAGE, True, "unknown for this model"),
        (Medium.AUDIO, True, "free for now"),
        (Medium.AUDIO, False, "free"),
    ],
)
def test_the_price_is_what_the_model_file_says(qtbot: QtBot, medium: Medium, key: bool, cost: str) -> None:
    assert open_panel(qtbot, make_stage(key=key), medium).foot.cost() == cost


def test_a_known_price_stands_beside_the_sum_of_the_month(qtbot: QtBot, tmp_path: Path) -> None:
    data = json.loads((MODELS / "netmind" / "qwen-image.json").read_text())
    data |= {"id": "me/priced", "order": 1, "price": {"per": "result", "amount": "0.01"}}
    (tmp_path / "priced.json").write_text(json.dumps(data))
    stage = make_stage(own_models=tmp_path)
    stage.jobs.spent = {"usd": Decimal("3.18")}
    panel = open_panel(qtbot, stage)
    choose(panel, "num_images", "4")
    qtbot.waitUntil(lambda: panel.foot.cost() == "$0.04 · $3.18 this month")
    write(panel)
    click(panel)
    assert str(stage.jobs.requests[0].estimate) == "$0.04"


def test_other_model_sends_the_typed_id_with_its_config(qtbot: QtBot, stage: Stage) -> None:
    panel = open_panel(qtbot, stage)
    choose_model(panel, "Other model")
    panel.form.set_values({"model": "google/nano-banana", "prompt": "a cat", "config": '{"num_images": 2}'})
    panel.submit()
    (request,) = stage.jobs.requests
    assert request.model_id == "google/nano-banana"
    assert request.params == {"prompt": "a cat", "num_images": 2}


def test_the_form_keeps_its_content_across_restarts(qtbot: QtBot, stage: Stage) -> None:
    panel = open_panel(qtbot, stage)
    choose_model(panel, "Demo picture")
    write(panel, "half an idea")
    choose(panel, "image_size", "Square 1:1")
    qtbot.waitUntil(lambda: "create.image.draft" in stage.settings.kept)
    again = open_panel(qtbot, stage)
    assert model(again) == "demo/Qwen/Qwen-Image"
    assert again.form.values()["prompt"] == "half an idea"
    assert again.form.values()["image_size"] == "square_hd"
    assert open_panel(qtbot, stage, Medium.VIDEO).form.values()["prompt"] == "", "each medium has its own"


def test_typing_writes_the_settings_once_in_a_while_and_leaving_at_once(qtbot: QtBot, stage: Stage) -> None:
    panel = open_panel(qtbot, stage)
    for count in range(20):
        write(panel, "a" * (count + 1))
    assert stage.settings.writes == 0
    panel.hide()
    assert stage.settings.kept["create.image.draft"] == {"prompt": "a" * 20}


def test_an_untouched_page_writes_nothing(qtbot: QtBot, stage: Stage) -> None:
    stage.settings.kept["create.image.draft"] = {"prompt": "kept"}
    open_panel(qtbot, stage).hide()
    assert stage.settings.writes == 0


@pytest.mark.parametrize("odd", ["text", [1], {"prompt": 5, "image_size": {"w": 1}, "num_images": "four"}, None])
def test_a_spoilt_draft_does_no_harm(qtbot: QtBot, stage: Stage, odd: object) -> None:
    stage.settings.kept["create.image.draft"] = odd  # type: ignore[assignment]
    stage.settings.kept["create.image.model"] = ["odd"]
    panel = open_panel(qtbot, stage)
    assert model(panel) == "netmind/Qwen/Qwen-Image"
    assert panel.form.values()["num_images"] == 1


def test_a_job_comes_back_into_the_form_with_its_seed(qtbot: QtBot, stage: Stage) -> None:
    panel = open_panel(qtbot, stage)
    write(panel, "first")
    choose(panel, "num_images", "3")
    click(panel)
    write(panel, "something else")
    choose_model(panel, "Demo picture")
    assert panel.edit(stage.jobs.jobs["job-1"])
    assert model(panel) == "netmind/Qwen/Qwen-Image"
    values = panel.form.values()
    assert (values["prompt"], values["num_images"], values["seed"]) == ("first", 3, 4711)


def test_the_form_knows_whether_it_still_holds_a_request(qtbot: QtBot, stage: Stage) -> None:
    panel = open_panel(qtbot, stage)
    write(panel)
    click(panel)
    request: GenerationRequest = stage.jobs.requests[0]
    assert panel.still_holds(request)
    write(panel, "changed")
    assert not panel.still_holds(request)


def test_recent_prompts_are_distinct_and_newest_first(qtbot: QtBot, stage: Stage) -> None:
    panel = open_panel(qtbot, stage)
    for words in ("one", "two", "one & <b>more</b>", "two"):
        write(panel, words)
        panel.submitted.emit(stage.catalogue.request(panel.spec, panel.form.values()))  # type: ignore[arg-type]
    assert panel.recent.offered() == ["two", "one & <b>more</b>", "one"]
    QTest.mouseClick(panel.recent.button, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [action.text() for action in menu.actions()] == ["two", "one && <b>more</b>", "one"]
    menu.actions()[2].trigger()
    menu.close()
    assert panel.form.values()["prompt"] == "one"
