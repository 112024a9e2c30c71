"""The window around the pages, and the three pages that only tell and ask: welcome, activity, endpoints."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from app.domain.text import Text, plain, text
from app.pages.activity_page import SHOWN, ActivityPage
from app.pages.main_window import WELCOME, MainWindow
from app.pages.welcome_page import WelcomePage
from app.services.activity_service import ActivityKind, ActivityService
from app.system.appearance import Appearance
from app.widgets.look import wear

KEYS = ("image", "video", "audio", "history", "endpoints", "activity", "settings")


@pytest.fixture(scope="module", autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    worn = Appearance("dark", qapp)
    worn.set_reduced_motion(True)
    wear(qapp, worn)
    yield
    worn.set_reduced_motion(False)


class Pages:
    """Counts which pages were made."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def window(self) -> MainWindow:
        return MainWindow({key: lambda key=key: self._make(key) for key in (*KEYS, WELCOME)})  # type: ignore[misc]

    def _make(self, key: str) -> QWidget:
        self.made.append(key)
        return QWidget()


@pytest.fixture
def pages() -> Pages:
    return Pages()


@pytest.fixture
def window(pages: Pages) -> Iterator[MainWindow]:
    made = pages.window()
    made.show_page("image")
    made.show()
    made.activateWindow()
    QApplication.processEvents()
    yield made
    made.close_for_good()
    made.deleteLater()


def button(page: QWidget, words: str) -> QAbstractButton:
    found = [part for part in page.findChildren(QAbstractButton) if part.text() == words and part.isVisible()]
    assert found, words
    return found[0]


def press(page: QWidget, words: str) -> None:
    QTest.mouseClick(button(page, words), Qt.MouseButton.LeftButton)


# --- the window


def test_a_page_is_made_when_it_is_first_opened_and_only_once(window: MainWindow, pages: Pages) -> None:
    assert pages.made == ["image"]
    for key in ("video", "image", "video"):
        window.show_page(key)
        assert window.current_page == key
    assert pages.made == ["image", "video"]
    assert window.is_made("video")
    assert not window.is_made("history")


def test_every_page_has_a_key_combination(window: MainWindow) -> None:
    for number, key in enumerate(KEYS, start=1):
        QTest.keyClick(window, Qt.Key(Qt.Key.Key_0 + number), Qt.KeyboardModifier.ControlModifier)
        assert window.current_page == key
    window.show_page("image")
    QTest.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert window.current_page == "settings"


def test_closing_the_window_is_a_wish_until_the_work_has_ended(window: MainWindow) -> None:
    wishes: list[bool] = []
    window.close_requested.connect(lambda: wishes.append(True))
    assert not window.close()
    assert wishes == [True]
    assert window.isVisible()
    window.close_for_good()
    assert not window.isVisible()


def test_a_banner_pushes_the_page_down_and_goes_without_a_trace(window: MainWindow) -> None:
    page = window.page("image")
    assert page.mapTo(window, QPoint(0, 0)).y() == 0
    window.show_banner(text("NetMind cannot be reached."))
    QApplication.processEvents()
    assert window.banner.isVisible()
    assert page.mapTo(window, QPoint(0, 0)).y() > window.banner.height()
    window.show_banner(Text())
    QApplication.processEvents()
    assert not window.banner.isVisible()
    assert page.mapTo(window, QPoint(0, 0)).y() == 0


# --- welcome


@pytest.mark.parametrize(("words", "signal"), [("Start with the demo", "demo"), ("Add an API key", "connect")])
def test_both_doors_open(words: str, signal: str) -> None:
    page = WelcomePage()
    page.show()
    heard: list[str] = []
    page.demo_requested.connect(lambda: heard.append("demo"))
    page.connect_requested.connect(lambda: heard.append("connect"))
    press(page, words)
    assert heard == [signal]


@pytest.mark.parametrize("size", [(804, 660), (1244, 900)])
def test_the_welcome_fits_into_the_smallest_window(size: tuple[int, int]) -> None:
    page = WelcomePage()
    page.resize(*size)
    page.show()
    QApplication.processEvents()
    for part in page.findChildren(QWidget):
        assert page.rect().contains(QRect(part.mapTo(page, QPoint(0, 0)), part.size())), part
    first, second = button(page, "Start with the demo"), button(page, "Add an API key")
    assert first.mapTo(page, QPoint(0, 0)).y() == second.mapTo(page, QPoint(0, 0)).y()
    assert first.size() == second.size()


# --- activity


@pytest.fixture
def activity() -> ActivityService:
    return ActivityService()


def _titles(page: ActivityPage) -> list[str]:
    labels = [part for part in page.findChildren(QWidget) if part.isVisible() and part.property("text")]
    rows = sorted((part.mapTo(page, QPoint(0, 0)).y(), str(part.property("text"))) for part in labels)
    return [words for _, words in rows if words.startswith("Saved")]


def test_the_newest_entry_stands_first_also_when_it_comes_later(activity: ActivityService) -> None:
    activity.add(ActivityKind.DONE, plain("Saved 1"))
    page = ActivityPage(activity)
    page.resize(900, 600)
    page.show()
    activity.add(ActivityKind.DONE, plain("Saved 2"), plain("A lake"), "job-2")
    QApplication.processEvents()
    assert _titles(page) == ["Saved 2", "Saved 1"]
    assert page.isVisible()
    page.deleteLater()


def test_an_entry_leads_to_its_job(activity: ActivityService) -> None:
    activity.add(ActivityKind.ERROR, plain("Refused"), plain("A lake"), "job-7")
    page = ActivityPage(activity)
    page.show()
    heard: list[str] = []
    page.show_job_requested.connect(heard.append)
    press(page, "Show")
    assert heard == ["job-7"]
    assert button(page, "Show").accessibleDescription() == "A lake"


def test_an_empty_activity_says_what_belongs_there_and_offers_nothing_to_copy(activity: ActivityService) -> None:
    page = ActivityPage(activity)
    page.show()
    assert not any(part.text() == "Copy all" and part.isVisible() for part in page.findChildren(QAbstractButton))
    activity.add(ActivityKind.WARNING, plain("The demo ended"), plain("It is started again."))
    press(page, "Copy all")
    copied = QGuiApplication.clipboard().text()
    assert "warning\tThe demo ended\tIt is started again." in copied


def test_a_long_run_does_not_fill_the_memory_with_rows(activity: ActivityService) -> None:
    page = ActivityPage(activity)
    for number in range(SHOWN + 5):
        activity.add(ActivityKind.DONE, plain(f"Saved {number}"), job_id="x")
    QApplication.sendPostedEvents(None, 52)  # DeferredDelete
    page.show()
    shown = [part for part in page.findChildren(QAbstractButton) if part.text() == "Show" and part.isVisible()]
    assert len(shown) == SHOWN
