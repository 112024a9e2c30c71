"""The way around: seven pages, by pointer, keyboard and assistive technology."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from app.system.appearance import Appearance
from app.widgets.navigation import NavigationBar
from tests.widgets.eyes import Role, colours, description, name, press, role, token, told

NAMES = ["Image", "Video", "Audio", "History", "Endpoints", "Activity", "Settings"]


@pytest.fixture
def bar(qtbot: QtBot) -> NavigationBar:
    made = NavigationBar()
    qtbot.addWidget(made)
    made.resize(196, 900)
    made.show()
    return made


def items(bar: NavigationBar) -> list[QAbstractButton]:
    return bar.findChildren(QAbstractButton)


def test_the_pages_have_their_names_and_are_page_tabs(bar: NavigationBar) -> None:
    bar.set_badge("image", "2")
    assert [name(item) for item in items(bar)] == NAMES
    assert {role(item) for item in items(bar)} == {Role.PageTab}
    assert role(bar) == Role.PageTabList


def test_a_click_and_a_press_by_assistive_technology_ask_for_the_page(bar: NavigationBar, qtbot: QtBot) -> None:
    asked: list[str] = []
    bar.page_requested.connect(asked.append)
    QTest.mouseClick(items(bar)[1], Qt.MouseButton.LeftButton)
    press(items(bar)[3])
    assert asked == ["video", "history"]


def test_only_the_page_that_is_shown_is_marked(bar: NavigationBar) -> None:
    bar.set_current("image")
    bar.set_current("audio")
    assert [name(item) for item in items(bar) if told(item).state().selected] == ["Audio"]
    with pytest.raises(KeyError):
        bar.set_current("shop")


def test_setting_the_page_or_a_badge_asks_for_nothing(bar: NavigationBar) -> None:
    asked: list[str] = []
    bar.page_requested.connect(asked.append)
    bar.set_current("history")
    bar.set_badge("endpoints", "$0.90/h")
    assert asked == []


def test_a_badge_is_described_and_leaves_the_name_alone(bar: NavigationBar) -> None:
    bar.set_badge("endpoints", "$0.90/h")
    item = items(bar)[4]
    assert (name(item), description(item)) == ("Endpoints", "$0.90/h")
    bar.set_badge("endpoints", "")
    assert description(item) == ""


def test_arrows_walk_and_return_opens(bar: NavigationBar) -> None:
    asked: list[str] = []
    bar.page_requested.connect(asked.append)
    every = items(bar)
    every[0].setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(every[0], Qt.Key.Key_Down)
    assert bar.focusWidget() is every[1]
    QTest.keyClick(every[1], Qt.Key.Key_Return)
    QTest.keyClick(every[1], Qt.Key.Key_Up)
    QTest.keyClick(every[0], Qt.Key.Key_Up)
    assert bar.focusWidget() is every[-1]
    QTest.keyClick(every[-1], Qt.Key.Key_Space)
    QTest.keyClick(every[-1], Qt.Key.Key_Home)
    assert bar.focusWidget() is every[0]
    assert asked == ["video", "settings"]


def test_it_wears_the_look_of_the_moment(bar: NavigationBar, worn: Appearance) -> None:
    worn.set_mode("light")
    bar.set_current("image")
    seen = colours(bar)
    assert {token("panel"), token("border")} <= seen


def test_every_target_is_high_enough(bar: NavigationBar) -> None:
    assert min(item.height() for item in items(bar)) >= 28
    assert bar.width() == 196
    assert bar.keys() == ("image", "video", "audio", "history", "endpoints", "activity", "settings")
