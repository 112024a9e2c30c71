"""The model picker: a card whose name is Model and whose value is the title, rows by provider."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QStandardItem, QStandardItemModel
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.system.appearance import Appearance
from app.widgets.model_picker import ModelPicker, ModelRole
from tests.widgets.eyes import Role, colours, description, name, role, token, told, value


def row(group: str, title: str) -> QStandardItem:
    item = QStandardItem(title)
    for kind, words in (
        (ModelRole.ID, f"{group}/{title}"),
        (ModelRole.TITLE, title),
        (ModelRole.DETAIL, f"{group} · about 25 s"),
        (ModelRole.ICON, "image"),
        (ModelRole.GROUP, group),
    ):
        item.setData(words, kind)
    return item


@pytest.fixture
def rows(qtbot: QtBot) -> QStandardItemModel:
    made = QStandardItemModel()
    for group, title in (("Demo", "Painter"), ("NetMind", "Qwen Image"), ("NetMind", "Other model")):
        made.appendRow(row(group, title))
    return made


@pytest.fixture
def picker(rows: QStandardItemModel, qtbot: QtBot) -> ModelPicker:
    made = ModelPicker()
    qtbot.addWidget(made)
    made.set_source(rows)
    made.resize(307, 53)
    made.show()
    return made


@pytest.fixture
def chosen(picker: ModelPicker) -> list[str]:
    heard: list[str] = []
    picker.model_chosen.connect(heard.append)
    return heard


def test_assistive_technology_hears_model_and_its_title(picker: ModelPicker) -> None:
    assert picker.set_current("NetMind/Qwen Image")
    assert (role(picker), name(picker), value(picker)) == (Role.ComboBox, "Model", "Qwen Image")
    assert description(picker).endswith("NetMind · about 25 s")
    chosen = [cell for cell in map(told(picker).child(0).child, range(picker.count())) if cell.state().selected]
    assert [cell.text(QAccessible.Text.Name) for cell in chosen] == ["Qwen Image"]
    told(picker).actionInterface().doAction("Press")
    assert picker.view().isVisible()
    told(picker).actionInterface().doAction("ShowMenu")
    assert not picker.view().isVisible()


def test_setting_is_silent_and_an_unknown_id_chooses_nothing(picker: ModelPicker, chosen: list[str]) -> None:
    assert picker.set_current("Demo/Painter")
    assert not picker.set_current("NetMind/Gone")
    assert not picker.set_current("")
    assert picker.current_id() == ""
    assert chosen == []


def test_keys_step_over_the_headings(picker: ModelPicker, chosen: list[str]) -> None:
    picker.set_current("Demo/Painter")
    QTest.keyClick(picker, Qt.Key.Key_Down)
    QTest.keyClick(picker, Qt.Key.Key_Down)
    QTest.keyClick(picker, Qt.Key.Key_Up)
    QTest.keyClick(picker, Qt.Key.Key_Up)
    assert chosen == ["NetMind/Qwen Image", "NetMind/Other model", "NetMind/Qwen Image", "Demo/Painter"]


def test_a_heading_cannot_be_chosen(picker: ModelPicker, chosen: list[str], qtbot: QtBot) -> None:
    picker.set_current("Demo/Painter")
    picker.showPopup()
    heading = picker.view().visualRect(picker.model().index(2, 0))
    QTest.mouseClick(picker.view().viewport(), Qt.MouseButton.LeftButton, pos=heading.center())
    assert picker.current_id() == "Demo/Painter"
    assert chosen == []
    picker.hidePopup()


def test_a_click_on_a_row_chooses_it(picker: ModelPicker, chosen: list[str], qtbot: QtBot) -> None:
    picker.set_current("Demo/Painter")
    picker.showPopup()
    place = picker.view().visualRect(picker.model().index(3, 0)).center()
    QTest.mouseMove(picker.view().viewport(), place)
    QTest.mouseClick(picker.view().viewport(), Qt.MouseButton.LeftButton, pos=place)
    picker.hidePopup()
    qtbot.waitUntil(lambda: chosen == ["NetMind/Qwen Image"])


def test_the_list_follows_the_catalogue_and_keeps_the_choice(
    picker: ModelPicker, rows: QStandardItemModel, chosen: list[str]
) -> None:
    picker.set_current("NetMind/Qwen Image")
    rows.insertRow(0, row("Demo", "Sculptor"))
    assert picker.current_id() == "NetMind/Qwen Image"
    changed = rows.item(2)
    changed.setData("Qwen Image 2", ModelRole.TITLE)
    assert value(picker) == "Qwen Image 2"
    rows.removeRow(2)
    assert picker.current_id() == ""
    assert chosen == []


def test_the_popup_shows_every_row_and_is_as_wide_as_the_card(picker: ModelPicker) -> None:
    picker.showPopup()
    card = picker.view().window()
    rows_px = sum(picker.view().sizeHintForRow(i) for i in range(picker.count()))
    assert card.height() >= rows_px
    assert card.width() == picker.width()
    picker.hidePopup()


def test_the_card_wears_the_look_of_the_moment(picker: ModelPicker, worn: Appearance) -> None:
    picker.set_current("NetMind/Qwen Image")
    assert {token("input"), token("text")} <= colours(picker)
    worn.set_mode("light")
    assert {token("input"), token("text")} <= colours(picker)
