"""Buttons: pressed by every means, seen in every state, their words taken as they are."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.system.appearance import Appearance
from app.widgets.buttons import IconButton, PaintedButton, PrimaryButton, QuietButton, SecondaryButton
from tests.widgets.eyes import Role, colours, name, press, role, token

KINDS = [PrimaryButton, SecondaryButton, QuietButton]


@pytest.mark.parametrize("kind", KINDS)
def test_pointer_keyboard_and_assistive_technology_press_it_once_each(qtbot: QtBot, kind: type[PaintedButton]) -> None:
    button = kind("Run again", "refresh-cw")
    qtbot.addWidget(button)
    button.show()
    pressed: list[bool] = []
    button.clicked.connect(lambda: pressed.append(True))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
        QTest.keyClick(button, key)
    assert len(pressed) == 4
    press(button)
    qtbot.waitUntil(lambda: len(pressed) == 5)
    assert (role(button), name(button)) == (Role.Button, "Run again")


@pytest.mark.parametrize("kind", KINDS)
def test_a_disabled_button_does_nothing(qtbot: QtBot, kind: type[PaintedButton]) -> None:
    button = kind("Run again")
    qtbot.addWidget(button)
    button.setEnabled(False)
    button.show()
    pressed: list[bool] = []
    button.clicked.connect(lambda: pressed.append(True))
    QTest.keyClick(button, Qt.Key.Key_Return)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert pressed == []


def test_an_ampersand_is_an_ampersand(qtbot: QtBot) -> None:
    button = SecondaryButton("Salt & pepper")
    qtbot.addWidget(button)
    assert (button.label, name(button)) == ("Salt & pepper", "Salt & pepper")
    assert button.shortcut().isEmpty()


def test_the_ring_shows_for_the_keyboard_and_not_for_the_pointer(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    field, button = QLineEdit(), SecondaryButton("Vary")
    column = QVBoxLayout(window)
    column.addWidget(field)
    column.addWidget(button)
    with qtbot.waitActive(window):
        window.show()
    field.setFocus()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.hasFocus()
    assert token("accent") not in colours(button)
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Tab)
    assert button.hasFocus()
    assert token("accent") in colours(button)


def test_a_lone_icon_has_a_name_and_tells_it_as_tooltip(qtbot: QtBot) -> None:
    button = IconButton("play", "Play")
    qtbot.addWidget(button)
    assert (name(button), button.toolTip(), role(button)) == ("Play", "Play", Role.Button)
    button.set_name("Pause")
    button.set_icon_name("pause")
    assert (name(button), button.toolTip()) == ("Pause", "Pause")


def test_every_button_is_large_enough_to_hit(qtbot: QtBot) -> None:
    for button in (PrimaryButton("A"), SecondaryButton("A"), QuietButton("A"), IconButton("x", "Close", size=28)):
        qtbot.addWidget(button)
        assert button.sizeHint().height() >= 28
        assert button.sizeHint().width() >= 28


def test_words_never_need_more_room_than_the_button_asks_for(qtbot: QtBot) -> None:
    short, long = PrimaryButton("Go"), PrimaryButton("Generate 4 images", "sparkles")
    qtbot.addWidget(short)
    qtbot.addWidget(long)
    assert long.sizeHint().width() > short.sizeHint().width() + 80
    before = short.sizeHint().width()
    short.setText("Go somewhere else")
    assert short.sizeHint().width() > before


def test_the_reason_on_a_disabled_main_button_can_be_read(qtbot: QtBot) -> None:
    button = PrimaryButton("Write a prompt first", large=True)
    qtbot.addWidget(button)
    button.setEnabled(False)
    button.resize(300, 40)
    assert token("third") in colours(button)


def test_a_new_look_is_worn_at_once(qtbot: QtBot, worn: Appearance) -> None:
    button = PrimaryButton("Generate")
    qtbot.addWidget(button)
    button.show()
    assert token("accent") in colours(button)
    worn.set_mode("light")
    assert token("accent") in colours(button)
