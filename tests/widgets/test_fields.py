"""Fields for numbers and words: typed, pulled, pasted, set by code, read by assistive technology."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, QSignalBlocker, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.controls import FormLabel
from app.widgets.number_box import NumberBox
from app.widgets.prompt_edit import PromptEdit
from app.widgets.seed_field import LARGEST, SeedField
from app.widgets.slider import Slider
from app.widgets.slider_field import SliderField
from app.widgets.text_field import TextField
from tests.widgets.eyes import Role, description, name, role, value
from tests.widgets.test_choices import roll


def slider_field(qtbot: QtBot, field: SliderField) -> tuple[SliderField, Slider, NumberBox, list[object]]:
    qtbot.addWidget(field)
    field.resize(300, 30)
    field.show()
    heard: list[object] = []
    field.value_changed.connect(heard.append)
    slider, box = field.findChild(Slider), field.findChild(NumberBox)
    assert slider is not None
    assert box is not None
    return field, slider, box, heard


def test_slider_and_box_agree_and_tell_once(qtbot: QtBot) -> None:
    field, slider, box, heard = slider_field(qtbot, SliderField(1, 100, 1))
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert (heard, box.value(), field.value()) == ([2], 2.0, 2)
    box.selectAll()
    QTest.keyClicks(box, "30")
    assert heard == [2, 3, 30]
    assert slider.value() == 30
    assert isinstance(field.value(), int)


def test_setting_a_slider_field_is_silent(qtbot: QtBot) -> None:
    field, _slider, _box, heard = slider_field(qtbot, SliderField(0, 16, 0.5, decimals=2))
    field.set_value(2.5)
    field.set_value("7.25")
    assert (field.value(), heard) == (7.25, [])
    with pytest.raises(ValueError, match="many"):
        field.set_value("many")


def test_fractions_are_told_as_they_are_written(qtbot: QtBot) -> None:
    _field, slider, box, heard = slider_field(qtbot, SliderField(0, 1, 0.1, decimals=1))
    for _ in range(3):
        QTest.keyClick(slider, Qt.Key.Key_Right)
    assert heard == [0.1, 0.2, 0.3]
    assert box.text() in ("0.3", "0,3")


def test_the_slider_keeps_to_steps_and_the_box_may_leave_them(qtbot: QtBot) -> None:
    _field, slider, box, heard = slider_field(qtbot, SliderField(64, 1024, 64))
    slider.setValue(200)
    assert heard == [192]
    box.setValue(100)
    assert heard == [192, 100]


def test_beyond_the_slider_the_box_goes_as_far_as_it_may(qtbot: QtBot) -> None:
    field, slider, _box, _heard = slider_field(qtbot, SliderField(0, 10, 1, hard_maximum=200))
    field.set_value(100)
    assert (field.value(), slider.value()) == (100, 10)
    field.set_value(1000)
    assert field.value() == 200
    free, *_ = slider_field(qtbot, SliderField(0, 10, 1, hard_minimum=None, hard_maximum=None))
    free.set_value(-123456789)
    assert free.value() == -123456789


def test_slider_and_box_carry_the_name_of_the_field(qtbot: QtBot) -> None:
    field, slider, box, _ = slider_field(qtbot, SliderField(1, 100, 1))
    label = FormLabel("Steps", "more is slower")
    qtbot.addWidget(label)
    label.set_buddy(field)
    assert (role(slider), name(slider)) == (Role.Slider, "Steps")
    assert (role(box), name(box)) == (Role.SpinBox, "Steps")
    field.set_value(30)
    assert (value(slider), value(box)) == ("30", "30")


def test_the_wheel_over_a_number_changes_it_only_with_the_focus(qtbot: QtBot) -> None:
    _field, slider, box, heard = slider_field(qtbot, SliderField(1, 100, 1))
    roll(slider)
    roll(box)
    assert heard == []


def test_a_click_on_the_line_jumps_there(qtbot: QtBot) -> None:
    _field, slider, _box, heard = slider_field(qtbot, SliderField(0, 100, 1))
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 2, slider.height() // 2))
    assert heard[-1] == 100
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, slider.height() // 2))
    assert heard[-1] == pytest.approx(50, abs=1)


@pytest.fixture
def prompt(qtbot: QtBot) -> PromptEdit:
    made = PromptEdit("Describe it", limit=20)
    qtbot.addWidget(made)
    made.resize(300, 112)
    made.show()
    return made


def test_the_prompt_tells_words_and_their_number(prompt: PromptEdit) -> None:
    heard: list[object] = []
    counts: list[tuple[int, int]] = []
    prompt.value_changed.connect(heard.append)
    prompt.count_changed.connect(lambda used, limit: counts.append((used, limit)))
    QTest.keyClicks(prompt, "ab")
    assert heard == ["a", "ab"]
    assert counts == [(1, 20), (2, 20)]
    prompt.set_value("a quiet mountain lake at dusk")
    assert heard == ["a", "ab"]
    assert counts[-1] == (29, 20)
    assert prompt.is_too_long
    assert prompt.counter_text() == "29 / 20"


def test_control_return_submits_and_writes_nothing(prompt: PromptEdit, qtbot: QtBot) -> None:
    prompt.set_value("dusk")
    with qtbot.waitSignal(prompt.submit_requested, timeout=1000):
        QTest.keyClick(prompt, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert prompt.value() == "dusk"
    QTest.keyClick(prompt, Qt.Key.Key_Return)
    assert prompt.value() == "dusk\n"


def test_tab_leaves_the_prompt(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    prompt, after = PromptEdit(), QLineEdit()
    column = QVBoxLayout(window)
    column.addWidget(prompt)
    column.addWidget(after)
    with qtbot.waitActive(window):
        window.show()
    prompt.setFocus()
    QTest.keyClick(prompt, Qt.Key.Key_Tab)
    assert after.hasFocus()
    assert prompt.value() == ""


def test_pasted_markup_stays_words(prompt: PromptEdit) -> None:
    clip = QMimeData()
    clip.setHtml("<h1>Big</h1>")
    clip.setText("Big")
    prompt.insertFromMimeData(clip)
    assert prompt.value() == "Big"
    assert "<h1" not in prompt.toHtml()
    files = QMimeData()
    files.setUrls([QUrl("file:///a.png")])
    assert not prompt.canInsertFromMimeData(files)


def test_the_prompt_grows_with_its_words_up_to_a_limit(prompt: PromptEdit) -> None:
    assert prompt.height() == 112
    prompt.set_value("line\n" * 9)
    assert 112 < prompt.height() < 240
    prompt.set_value("line\n" * 99)
    assert prompt.height() == 240
    prompt.set_value("")
    assert prompt.height() == 112


def test_the_prompt_has_its_name_and_can_be_undone(prompt: PromptEdit) -> None:
    assert (role(prompt), name(prompt)) == (Role.EditableText, "Prompt")
    QTest.keyClicks(prompt, "dusk")
    prompt.undo()
    assert prompt.value() == ""


def test_line_spacing_survives_an_emptied_prompt(prompt: PromptEdit) -> None:
    QTest.keyClicks(prompt, "dusk")
    prompt.selectAll()
    QTest.keyClick(prompt, Qt.Key.Key_Delete)
    QTest.keyClicks(prompt, "dawn")
    assert prompt.document().firstBlock().blockFormat().lineHeight() > 100


def test_a_seed_is_random_until_it_is_fixed(qtbot: QtBot) -> None:
    seed = SeedField()
    qtbot.addWidget(seed)
    seed.show()
    heard: list[object] = []
    seed.value_changed.connect(heard.append)
    assert seed.value() is None
    field = seed.findChild(TextField)
    assert field is not None
    QTest.keyClicks(field, "42x")
    assert heard == [4, 42]
    assert name(field) == "Seed"
    field.clear()
    assert (heard[-1], seed.value()) == (None, None)


def test_dice_fix_a_seed_in_range(qtbot: QtBot) -> None:
    seed = SeedField(10, 12)
    qtbot.addWidget(seed)
    for _ in range(8):
        seed._dice.click()
        assert seed.value() in (10, 11, 12)


def test_setting_a_seed_is_silent_and_minus_one_is_random(qtbot: QtBot) -> None:
    seed = SeedField()
    qtbot.addWidget(seed)
    heard: list[object] = []
    seed.value_changed.connect(heard.append)
    for given, kept in ((7, 7), ("8", 8), (None, None), (-1, None), (LARGEST + 5, LARGEST + 5)):
        seed.set_value(given)
        assert seed.value() == kept
    assert heard == []


def test_a_text_field_tells_typing_clearing_and_assistive_technology(qtbot: QtBot) -> None:
    field = TextField("Search", icon_name="search", clearable=True)
    qtbot.addWidget(field)
    field.show()
    heard: list[object] = []
    field.value_changed.connect(heard.append)
    QTest.keyClicks(field, "ab")
    field.setText("abc")  # what assistive technology does
    field.actions()[0].trigger()
    field.set_value("silent")
    assert heard == ["a", "ab", "abc", ""]


def test_a_secret_is_hidden_until_somebody_looks(qtbot: QtBot) -> None:
    field = TextField(secret=True)
    qtbot.addWidget(field)
    field.set_value("key")
    assert field.echoMode() is QLineEdit.EchoMode.Password
    assert "key" not in value(field)
    field.actions()[0].trigger()
    assert field.echoMode() is QLineEdit.EchoMode.Normal
    field.actions()[0].trigger()
    assert field.echoMode() is QLineEdit.EchoMode.Password


def test_a_form_label_names_its_field_even_with_an_ampersand(qtbot: QtBot) -> None:
    label, field = FormLabel("Rhythm & blues", "optional"), TextField()
    qtbot.addWidget(label)
    qtbot.addWidget(field)
    label.set_buddy(field)
    assert name(field) == "Rhythm & blues"
    assert (label.text, label.hint) == ("Rhythm & blues", "optional")
    with QSignalBlocker(field):
        label.set_hint("")
    assert description(field) == ""
