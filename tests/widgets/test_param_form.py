"""The form keeps what a person wrote, shows what is wrong where it is wrong, and never sends twice for one key."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.domain.free_form import free_form_spec
from app.domain.media import Medium
from app.domain.model_spec import ModelSpec, parse_model_spec
from app.domain.text import text
from app.domain.values import Json, JsonObject
from app.widgets.chips import ChipGroup
from app.widgets.param_fields import ParamField
from app.widgets.param_form import ParamForm
from app.widgets.prompt_edit import PromptEdit
from app.widgets.seed_field import SeedField
from app.widgets.slider_field import SliderField
from app.widgets.switch import Switch

MODELS = Path(__file__).resolve().parents[2] / "resources" / "models"


def file(name: str) -> ModelSpec:
    return parse_model_spec(json.loads((MODELS / f"{name}.json").read_text()))


def spec_of(**properties: JsonObject) -> ModelSpec:
    return parse_model_spec(
        {
            "format": 1,
            "provider": "netmind",
            "id": "/".join(sorted(properties)) or "empty",
            "title": "Model",
            "medium": "image",
            "parameters": {
                "type": "object",
                "properties": {"prompt": {"type": "string", "x-widget": "prompt"}, **properties},
            },
        }
    )


@pytest.fixture
def form(qtbot: QtBot) -> ParamForm:
    made = ParamForm()
    qtbot.addWidget(made)
    made.resize(308, 900)
    made.show()
    qtbot.waitExposed(made)
    return made


def field(form: ParamForm, name: str) -> ParamField:
    found = form.field(name)
    assert found is not None
    return found


def control(form: ParamForm, name: str) -> QWidget:
    return field(form, name).control


def edit(form: ParamForm) -> PromptEdit:
    found = control(form, "prompt")
    assert isinstance(found, PromptEdit)
    return found


def choose(form: ParamForm, name: str, label: str) -> None:
    group = control(form, name)
    assert isinstance(group, ChipGroup)
    next(chip for chip in group.chips() if chip.label == label).click()


def slide(form: ParamForm, name: str) -> SliderField:
    found = control(form, name)
    assert isinstance(found, SliderField)
    return found


def focused() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def press(widget: QWidget, *, repeated: bool = False) -> None:
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier, "\r", repeated, 1)
    QApplication.sendEvent(widget, event)


def test_the_values_are_the_defaults_until_something_is_changed(form: ParamForm) -> None:
    spec = file("netmind/qwen-image")
    form.set_spec(spec)
    values = form.values()
    assert {name: value for name, value in values.items() if value not in (None, "")} == spec.defaults()
    assert set(values) == {param.name for param in spec.params}
    assert form.changed_values() == {}


def test_every_kind_of_field_gives_its_value_as_json(form: ParamForm) -> None:
    form.set_spec(
        spec_of(
            size={"enum": ["a", "b"]},
            voice={"enum": [str(i) for i in range(9)], "default": "1"},
            steps={"type": "integer", "maximum": 9, "default": 3},
            strength={"type": "number", "maximum": 1, "default": 0.5, "x-step": 0.05},
            width={"type": "integer"},
            safe={"type": "boolean", "default": True},
            seed={"type": "integer", "x-widget": "seed"},
            extra={"type": "object"},
        )
    )
    given: JsonObject = {
        "prompt": "a lake",
        "size": "b",
        "voice": "7",
        "steps": 4,
        "strength": 0.85,
        "width": 640,
        "safe": False,
        "seed": 11,
        "extra": {"a": [1]},
    }
    form.set_values(given)
    assert form.values() == given
    assert json.loads(json.dumps(form.values())) == given


def test_what_was_not_given_is_nothing_and_not_a_guess(form: ParamForm) -> None:
    form.set_spec(
        spec_of(
            size={"enum": ["a"]},
            width={"type": "integer"},
            steps={"type": "integer", "maximum": 9},
            safe={"type": "boolean"},
            seed={"type": "integer", "x-widget": "seed"},
            extra={"type": "object"},
        )
    )
    assert {name for name, value in form.values().items() if value not in (None, "")} == set()


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("640", 640),
        (" 12 ", 12),
        ("2,5", 2.5),
        ("1e3", 1000),
        ("many", "many"),
        ("1_0", "1_0"),
        ("nan", "nan"),
        ("", None),
    ],
)
def test_a_number_is_read_and_other_words_stay_for_the_check(form: ParamForm, typed: str, value: Json) -> None:
    form.set_spec(spec_of(width={"type": "number", "x-widget": "number"}))
    line = control(form, "width")
    assert isinstance(line, QLineEdit)
    line.setText(typed)
    assert form.values()["width"] == value


def test_the_slider_covers_what_is_usual_and_the_box_takes_more(form: ParamForm) -> None:
    form.set_spec(file("netmind/mmaudio"))
    form.set_values({"duration": 100})
    assert form.values()["duration"] == 100
    form.set_values({"duration": 5000})
    assert form.values()["duration"] == 5000, "not cut off behind a person's back: the check says it"


def test_a_change_by_the_person_is_told_once_and_setting_is_silent(form: ParamForm, qtbot: QtBot) -> None:
    form.set_spec(file("netmind/qwen-image"))
    with qtbot.assertNotEmitted(form.values_changed):
        form.set_values({"prompt": "a", "num_images": 4})
    with qtbot.waitSignal(form.values_changed):
        choose(form, "image_size", "Square 1:1")
    assert form.values()["image_size"] == "square_hd"
    assert form.changed_values() == {"prompt": "a", "num_images": 4, "image_size": "square_hd"}


def test_what_was_set_goes_along_to_another_model_and_back(form: ParamForm) -> None:
    form.set_spec(file("netmind/qwen-image"))
    edit(form).setPlainText("a lake")
    choose(form, "image_size", "Small square")
    choose(form, "num_images", "4")
    form.set_spec(file("demo/picture"))
    assert form.values()["prompt"] == "a lake"
    assert form.values()["num_images"] == 4
    assert form.values()["image_size"] == "landscape_4_3", "the demo has no small square"
    form.set_spec(file("netmind/qwen-image"))
    assert form.values()["image_size"] == "square"


def test_a_default_of_one_model_is_not_carried_to_another(form: ParamForm) -> None:
    form.set_spec(spec_of(steps={"type": "integer", "maximum": 90, "default": 30}))
    form.set_spec(spec_of(steps={"type": "integer", "maximum": 90, "default": 50}, other={}))
    assert form.values()["steps"] == 50


def test_values_without_a_field_are_kept_for_a_model_that_has_one(form: ParamForm) -> None:
    form.set_spec(file("demo/picture"))
    form.set_values({"prompt": "a", "guidance_scale": 7.5, "odd": [1]})
    assert "odd" not in form.values()
    assert form.changed_values() == {"prompt": "a", "guidance_scale": 7.5, "odd": [1]}
    form.set_spec(file("netmind/qwen-image"))
    assert form.values()["guidance_scale"] == 7.5


def test_a_recipe_with_a_value_that_is_not_offered_shows_it(form: ParamForm) -> None:
    form.set_spec(file("netmind/hunyuanvideo"))
    form.set_values({"prompt": "a", "num_frames": 97})
    assert form.values()["num_frames"] == 97
    form.set_values({"prompt": "a"})
    assert form.values()["num_frames"] == 129


@pytest.mark.parametrize("odd", ["words", [1], {"a": 1}, True])
def test_a_stored_value_of_the_wrong_kind_does_no_harm(form: ParamForm, odd: Json) -> None:
    spec = file("netmind/qwen-image")
    form.set_spec(spec)
    form.set_values({param.name: odd for param in spec.params if param.name != "prompt"})
    form.values()


def test_an_error_stands_at_its_field_and_goes_when_the_field_is_edited(form: ParamForm) -> None:
    form.set_spec(file("netmind/qwen-image"))
    form.set_errors({"prompt": text("Write a prompt first."), "num_images": "too many"})
    assert form.errors() == {"prompt": "Write a prompt first.", "num_images": "too many"}
    assert edit(form).hasFocus()
    assert edit(form).accessibleDescription() == "Write a prompt first."
    edit(form).insertPlainText("a")
    assert form.errors() == {"num_images": "too many"}
    form.set_errors({})
    assert form.errors() == {}


def test_an_error_in_advanced_opens_it_and_gets_the_focus(form: ParamForm) -> None:
    form.set_spec(file("netmind/qwen-image"))
    form.set_errors({"num_inference_steps": "Steps cannot be less than 2."})
    assert slide(form, "num_inference_steps").isVisible()
    assert slide(form, "num_inference_steps").isAncestorOf(form.focusWidget())


def test_an_error_that_comes_by_itself_does_not_take_the_focus(form: ParamForm) -> None:
    form.set_spec(file("netmind/qwen-image"))
    edit(form).setFocus()
    form.set_errors({"num_images": "too many"}, focus=False)
    assert edit(form).hasFocus()


def test_an_error_about_something_unknown_is_shown_with_its_name(form: ParamForm) -> None:
    form.set_spec(file("demo/picture"))
    form.set_errors({"image_url": "field required"})
    shown = [label.text() for label in form.findChildren(QLabel) if label.isVisible()]
    assert "image_url: field required" in shown


def test_a_warning_is_calm_and_steps_back_behind_an_error(form: ParamForm) -> None:
    form.set_spec(file("netmind/mmaudio"))
    form.set_warnings({"duration": "Trained on 8 seconds."})
    assert field(form, "duration").warning == "Trained on 8 seconds."
    form.set_errors({"duration": "Length cannot be more than 600."})
    form.set_warnings({})
    assert field(form, "duration").warning == ""


def test_control_enter_submits_from_every_field(form: ParamForm) -> None:
    form.set_spec(file("netmind/qwen-image"))
    form.set_errors({"seed": "open the section"})
    told: list[str] = []
    form.submit_requested.connect(lambda: told.append("now"))
    targets = [edit(form), control(form, "num_images"), slide(form, "num_inference_steps"), control(form, "seed")]
    for place, target in enumerate(targets, start=1):
        target.setFocus()
        press(focused())
        assert len(told) == place
    assert edit(form).toPlainText() == ""


def test_a_key_that_is_held_down_submits_once(form: ParamForm) -> None:
    form.set_spec(file("demo/picture"))
    told: list[str] = []
    form.submit_requested.connect(lambda: told.append("now"))
    for target in (edit(form), control(form, "num_images")):
        told.clear()
        target.setFocus()
        press(focused())
        for _ in range(5):
            press(focused(), repeated=True)
        assert told == ["now"]


@pytest.mark.parametrize("name", ["netmind/qwen-image", "netmind/mmaudio", "netmind/hunyuanvideo", "demo/film"])
def test_every_field_is_named_by_its_label_for_assistive_technology(form: ParamForm, name: str) -> None:
    spec = file(name)
    form.set_spec(spec)
    for param in spec.params:
        part: QWidget | None = control(form, param.name)
        if isinstance(part, SliderField | SeedField):
            part = part.focusProxy()
        assert part is not None
        named = part.text() if isinstance(part, Switch) else part.accessibleName()
        assert named == param.title
    assert edit(form).accessibleName() == "Prompt"


def test_advanced_sums_up_its_present_values(form: ParamForm) -> None:
    form.set_spec(file("netmind/qwen-image"))
    form.set_values({"num_inference_steps": 44, "enable_safety_checker": False})
    told = [part.accessibleDescription() for part in form.findChildren(QAbstractButton)]
    summary = "steps 44 · guidance 2.5 · PNG · seed random · Best quality · safety checker off"
    assert any(words.endswith(summary) for words in told)


def test_the_counter_follows_the_prompt(form: ParamForm) -> None:
    form.set_spec(file("netmind/qwen-image"))
    edit(form).insertPlainText("lake")
    assert edit(form).counter_text() == "4 / 2000"


def test_the_other_model_keeps_its_config_as_it_was_written(form: ParamForm) -> None:
    form.set_spec(free_form_spec("netmind", Medium.IMAGE))
    form.set_values({"model": "a/b", "prompt": "x", "config": '{"n": 2,\n'})
    assert form.values() == {"model": "a/b", "prompt": "x", "config": '{"n": 2,\n'}


def test_tools_stay_under_the_prompt_of_every_model(form: ParamForm) -> None:
    tools = QWidget()
    form.set_spec(file("demo/picture"))
    form.set_prompt_tools(tools)
    for name in ("netmind/qwen-image", "netmind/hunyuanvideo"):
        form.set_spec(file(name))
        assert field(form, "prompt").isAncestorOf(tools)
        assert tools.isVisible()


def test_what_the_service_says_of_a_value_inside_the_config_stands_at_its_box(form: ParamForm) -> None:
    form.set_spec(free_form_spec("netmind", Medium.IMAGE))
    form.set_errors({"width": "must be a number", "model": "not known"}, focus=False)
    assert form.errors() == {"model": "not known", "config": "width: must be a number"}
    form.set_errors({})
    assert form.errors() == {}
