"""Choosing one of several: chips, combo box, switch. What a person does is told, what code sets is not."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.chips import ChipGroup
from app.widgets.choice_box import ChoiceBox
from app.widgets.switch import Switch
from tests.widgets.eyes import Role, name, role, told, value


def heard_of(part: ChipGroup | ChoiceBox | Switch) -> list[object]:
    heard: list[object] = []
    part.value_changed.connect(heard.append)
    return heard


def roll(widget: QWidget) -> None:
    """One notch of the wheel over the middle of a widget."""
    at = QPointF(widget.rect().center())
    nothing = Qt.KeyboardModifier.NoModifier
    phase = Qt.ScrollPhase.NoScrollPhase
    turn = QWheelEvent(
        at, widget.mapToGlobal(at), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton, nothing, phase, False
    )
    QApplication.sendEvent(widget, turn)


@pytest.fixture
def chips(qtbot: QtBot) -> ChipGroup:
    made = ChipGroup([(1, "One"), (2, "Two", "Twice"), (4, "R&B <b>four</b>")])
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_click_on_a_chip_chooses_it_alone(chips: ChipGroup, qtbot: QtBot) -> None:
    heard = heard_of(chips)
    QTest.mouseClick(chips.chips()[1], Qt.MouseButton.LeftButton)
    QTest.mouseClick(chips.chips()[2], Qt.MouseButton.LeftButton)
    QTest.mouseClick(chips.chips()[2], Qt.MouseButton.LeftButton)
    assert heard == [2, 4]
    assert [chip.isChecked() for chip in chips.chips()] == [False, False, True]


def test_setting_a_chip_is_silent_and_an_unknown_value_chooses_none(chips: ChipGroup) -> None:
    heard = heard_of(chips)
    chips.set_value(2)
    assert chips.value() == 2
    chips.set_value(99)
    assert chips.value() is None
    chips.set_value(1.0)
    assert chips.value() == 1
    chips.set_value(True)
    assert chips.value() is None
    assert heard == []


def test_arrows_go_around_the_chips_and_choose(chips: ChipGroup) -> None:
    chips.set_value(4)
    heard = heard_of(chips)
    last = chips.chips()[-1]
    last.setFocus()
    QTest.keyClick(last, Qt.Key.Key_Right)
    QTest.keyClick(chips.chips()[0], Qt.Key.Key_Down)
    QTest.keyClick(chips.chips()[1], Qt.Key.Key_Left)
    assert heard == [1, 2, 1]
    assert chips.chips()[0].hasFocus() or chips.focusWidget() is chips.chips()[0]


def test_chips_are_radio_buttons_of_one_group(chips: ChipGroup) -> None:
    chips.setAccessibleName("Images")
    assert (role(chips), name(chips)) == (Role.Grouping, "Images")
    assert {role(chip) for chip in chips.chips()} == {Role.RadioButton}
    assert name(chips.chips()[2]) == "R&B <b>four</b>"
    heard = heard_of(chips)
    told(chips.chips()[1]).actionInterface().doAction("Toggle")
    assert heard == [2]


def test_focus_comes_to_the_chip_that_is_chosen(chips: ChipGroup) -> None:
    assert chips.focusProxy() is chips.chips()[0]
    chips.set_value(4)
    assert chips.focusProxy() is chips.chips()[2]
    chips.set_items([])
    assert chips.focusProxy() is None


def test_chips_can_be_replaced_and_keep_the_choice(chips: ChipGroup) -> None:
    chips.set_value(2)
    heard = heard_of(chips)
    chips.set_items([(2, "Two"), (3, "Three")])
    assert chips.value() == 2
    chips.set_items([(5, "Five")])
    assert chips.value() is None
    assert heard == []


def test_every_chip_can_be_hit(chips: ChipGroup) -> None:
    assert all(chip.height() >= 28 and chip.width() >= 28 for chip in chips.chips())


@pytest.fixture
def box(qtbot: QtBot) -> ChoiceBox:
    made = ChoiceBox([("png", "PNG"), ("jpg", "JPEG", "smaller"), ("webp", "WebP")])
    made.setAccessibleName("Format")
    qtbot.addWidget(made)
    made.resize(200, 36)
    made.show()
    return made


def test_a_combo_box_has_its_own_name_and_its_choice_as_value(box: ChoiceBox) -> None:
    assert (role(box), name(box), value(box)) == (Role.ComboBox, "Format", "PNG")
    assert box.value() == "png"


def test_keys_choose_in_a_closed_combo_box_and_code_is_silent(box: ChoiceBox) -> None:
    heard = heard_of(box)
    box.set_value("webp")
    QTest.keyClick(box, Qt.Key.Key_Up)
    QTest.keyClicks(box, "p")
    assert heard == ["jpg", "png"]
    box.set_value("gif")
    assert box.value() is None
    assert len(heard) == 2


def test_return_opens_the_list_and_chooses_in_it(box: ChoiceBox, qtbot: QtBot) -> None:
    heard = heard_of(box)
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert box.view().isVisible()
    QTest.keyClick(box.view(), Qt.Key.Key_Down)
    QTest.keyClick(box.view(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: heard == ["jpg"])
    assert not box.view().isVisible()


def test_a_row_that_assistive_technology_selects_is_chosen(box: ChoiceBox) -> None:
    heard = heard_of(box)
    rows = told(box).child(0)
    rows.child(2).actionInterface().doAction("Toggle")
    assert heard == ["webp"]
    assert value(box) == "WebP"


def test_the_wheel_over_a_combo_box_chooses_nothing(box: ChoiceBox) -> None:
    heard = heard_of(box)
    box.setFocus()
    roll(box)
    assert heard == []


def test_new_items_keep_the_choice_where_they_can(box: ChoiceBox) -> None:
    box.set_value("jpg")
    heard = heard_of(box)
    box.set_items([("avif", "AVIF"), ("jpg", "JPEG")])
    assert box.value() == "jpg"
    box.set_items([("gif", "GIF")])
    assert box.value() == "gif"
    assert heard == []


def test_a_switch_is_a_check_box_that_tells_what_a_person_did(qtbot: QtBot) -> None:
    switch = Switch("Prompt enhancer")
    qtbot.addWidget(switch)
    switch.show()
    heard = heard_of(switch)
    switch.set_value(True)
    assert heard == []
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton)
    QTest.keyClick(switch, Qt.Key.Key_Space)
    told(switch).actionInterface().doAction("Toggle")
    assert heard == [False, True, False]
    assert (role(switch), name(switch)) == (Role.CheckBox, "Prompt enhancer")
    assert switch.height() >= 28
