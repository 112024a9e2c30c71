"""Notices: said where it matters, never as markup, never taking the focus."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.system.appearance import Appearance
from app.widgets.buttons import IconButton, PrimaryButton, QuietButton, SecondaryButton
from app.widgets.choice_box import ChoiceBox
from app.widgets.empty_state import EmptyState
from app.widgets.notices import Banner, InlineError
from app.widgets.slider_field import SliderField
from app.widgets.text_field import TextField
from app.widgets.toast import MOST, ToastHost
from tests.widgets.eyes import Role, colours, description, name, role, token

MARKUP = "<img src='http://tracker.example/x.png'><b>bold</b>"


def test_an_error_stands_under_its_field_and_describes_it(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    field = TextField()
    error = InlineError(field)
    column = QVBoxLayout(window)
    column.addWidget(field)
    column.addWidget(error)
    window.show()
    assert not error.isVisible()
    error.set_text("Steps can be 1 to 100.")
    assert error.isVisible()
    assert description(field) == "Steps can be 1 to 100."
    assert token("failed") in colours(field)
    error.set_text("")
    assert not error.isVisible()
    assert description(field) == ""
    assert token("failed") not in colours(field)


def test_an_error_of_a_compound_field_marks_the_part_with_the_frame(qtbot: QtBot) -> None:
    for field in (SliderField(1, 100), ChoiceBox([("png", "PNG")])):
        qtbot.addWidget(field)
        field.resize(300, 36)
        field.show()
        error = InlineError(field)
        qtbot.addWidget(error)
        error.set_text("Choose another.")
        assert token("failed") in colours(field)
        error.set_text("")
        assert token("failed") not in colours(field)


def test_a_banner_offers_its_action_and_can_be_closed(qtbot: QtBot) -> None:
    banner = Banner("warning", "No network.", ["Try again"])
    qtbot.addWidget(banner)
    banner.show()
    assert role(banner) == Role.AlertMessage
    action, close = banner.findChild(SecondaryButton), banner.findChild(IconButton)
    assert action is not None
    assert close is not None
    with qtbot.waitSignal(banner.action_requested, timeout=1000):
        action.click()
    with qtbot.waitSignal(banner.closed, timeout=1000):
        close.click()
    assert not banner.isVisible()


def test_a_banner_without_action_has_no_button_for_it(qtbot: QtBot) -> None:
    banner = Banner("info", MARKUP, closable=False)
    qtbot.addWidget(banner)
    banner.show()
    assert not any(b.isVisible() for b in banner.findChildren(SecondaryButton) + banner.findChildren(IconButton))
    banner.set_message("error", "The key was not accepted.", "Open settings")
    assert banner.text == "The key was not accepted."
    with pytest.raises(KeyError):
        banner.set_message("joke", "")


def test_words_from_a_server_are_never_markup(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(600, 400)
    window.show()
    ToastHost(window).show_toast(MARKUP, MARKUP)
    for widget in (window, Banner("info", MARKUP), EmptyState("image", MARKUP, MARKUP), InlineError()):
        qtbot.addWidget(widget)
        assert all(label.textFormat() is Qt.TextFormat.PlainText for label in widget.findChildren(QLabel))


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.resize(800, 600)
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_toast_stands_at_the_bottom_right_also_after_a_resize(window: QWidget, qtbot: QtBot) -> None:
    host = ToastHost(window)
    toast = host.show_toast("Video is ready", "A sci-fi drama", action="Show")
    for width, height in ((800, 600), (1200, 700)):
        window.resize(width, height)
        qtbot.waitUntil(lambda w=width: toast.geometry().right() > w - 40)  # type: ignore[misc]
        assert toast.geometry().bottom() > height - 40


def test_the_focus_goes_back_from_a_toast_to_where_it_was(window: QWidget, qtbot: QtBot) -> None:
    first, list_of_jobs = QLineEdit(window), QLineEdit(window)
    for field in (first, list_of_jobs):
        field.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    list_of_jobs.setFocus()
    toast = ToastHost(window).show_toast("Removed from History", action="Undo")
    undo = next(b for b in toast.findChildren(QuietButton) if b.text() == "Undo")
    undo.setFocus()
    undo.click()
    qtbot.waitUntil(lambda: window.focusWidget() is list_of_jobs)


def test_a_toast_stands_above_what_is_to_be_kept_clear(window: QWidget) -> None:
    toast = ToastHost(window, lambda: 90).show_toast("Video is ready")
    higher = ToastHost(window).show_toast("Video is ready").y() - toast.y()
    assert higher == 90


def test_at_most_three_toasts_stand_at_once_and_do_not_overlap(window: QWidget) -> None:
    host = ToastHost(window)
    made = [host.show_toast(f"Result {n}") for n in range(MOST + 2)]
    assert host.toasts() == tuple(made[2:])
    tops = [toast.geometry().bottom() for toast in host.toasts()]
    assert tops == sorted(tops)
    assert len(set(tops)) == MOST


def test_a_toast_takes_no_focus(window: QWidget, qtbot: QtBot) -> None:
    field = QLineEdit(window)
    field.show()
    with qtbot.waitActive(window):
        window.activateWindow()
    field.setFocus()
    ToastHost(window).show_toast("Saved", action="Show")
    assert field.hasFocus()
    QTest.keyClicks(field, "still here")
    assert field.text() == "still here"


def test_the_action_of_a_toast_is_told_and_ends_it(window: QWidget, qtbot: QtBot) -> None:
    host = ToastHost(window)
    toast = host.show_toast("Deleted", action="Undo")
    button = toast.findChild(QuietButton)
    assert button is not None
    assert name(button) == "Undo"
    with qtbot.waitSignal(toast.action_requested, timeout=1000):
        button.click()
    assert host.toasts() == ()


def test_a_toast_fades_and_goes(window: QWidget, qtbot: QtBot, worn: Appearance) -> None:
    worn.set_reduced_motion(False)
    host = ToastHost(window)
    toast = host.show_toast("Saved")
    toast.leave()
    qtbot.waitUntil(lambda: host.toasts() == ())


def test_a_toast_leaves_when_its_time_is_over(window: QWidget, qtbot: QtBot) -> None:
    host = ToastHost(window)
    host.show_toast("Saved", stays_ms=1)
    qtbot.waitUntil(lambda: host.toasts() == ())


def test_an_empty_place_offers_a_beginning(qtbot: QtBot) -> None:
    empty = EmptyState("image", "Nothing made yet", "Write an idea.", primary="Write a prompt")
    qtbot.addWidget(empty)
    empty.resize(500, 400)
    empty.show()
    first, second = empty.findChild(PrimaryButton), empty.findChild(SecondaryButton)
    assert first is not None
    assert second is not None
    assert not second.isVisible()
    with qtbot.waitSignal(empty.primary_requested, timeout=1000):
        first.click()
    empty.set_words("search", "Nothing found", secondary="Clear search")
    assert not first.isVisible()
    with qtbot.waitSignal(empty.secondary_requested, timeout=1000):
        second.click()
