"""Reports and the support file are seen before they are saved; what is saved is what was seen."""

from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.domain.history import HistoryQuery
from app.domain.job import Job
from app.domain.text import plain
from app.pages.activity_page import ActivityPage
from app.pages.main_window import WELCOME, MainWindow
from app.pages.support_desk import SupportDesk
from app.services.activity_service import ActivityKind, ActivityService
from app.services.support_file import SupportSources
from app.system.appearance import Appearance
from app.system.crash_reports import CrashReports
from app.widgets.buttons import PaintedButton
from app.widgets.look import wear
from app.widgets.text_sheet import TextSheet
from tests.conftest import Run
from tests.fakes import make_job

SOON = 8_000
PROMPT = "A lighthouse keeper at dawn"


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot) -> Iterator[MainWindow]:
    wear(qapp, Appearance("dark"))
    keys = ("image", "video", "audio", "history", "endpoints", "activity", "settings", WELCOME)
    made = MainWindow(dict.fromkeys(keys, QWidget))
    qtbot.addWidget(made)
    made.resize(1100, 720)
    made.show()
    yield made
    made.close_for_good()


class Desk:
    """The desk with its sources; work is run to its end at once."""

    def __init__(self, window: MainWindow, folder: Path, run: Run[None]) -> None:
        self.activity = ActivityService()
        self.reports = CrashReports(folder / "reports")
        self.desk = SupportDesk(window, self._sources(folder), self.activity, self._start(run))
        self.window = window

    def _sources(self, folder: Path) -> SupportSources:
        async def history(query: HistoryQuery, offset: int, limit: int) -> list[Job]:
            return [make_job(prompt=PROMPT)]

        return SupportSources(self.activity.entries, history, str, self.reports, folder / "slowlight.log")

    @staticmethod
    def _start(run: Run[None]) -> Callable[[str, Coroutine[Any, Any, None]], object]:
        return lambda _name, work: run(work)

    def sheet(self) -> TextSheet:
        found = [sheet for sheet in self.window.findChildren(TextSheet) if sheet.isVisible()]
        assert len(found) == 1
        return found[0]


@pytest.fixture
def desk(window: MainWindow, tmp_path: Path, run: Run[None]) -> Desk:
    return Desk(window, tmp_path, run)


def press(place: QWidget, words: str) -> None:
    (button,) = [b for b in place.findChildren(PaintedButton) if b.text() == words and b.isVisible()]
    button.click()


def test_the_support_file_is_seen_with_prompts_only_when_they_are_included(desk: Desk) -> None:
    desk.activity.add(ActivityKind.DONE, plain("Saved 1 picture."), plain(PROMPT), "job-1")
    desk.desk.show_support_file()
    sheet = desk.sheet()
    assert "Saved 1 picture." in sheet.words
    assert PROMPT not in sheet.words
    press(sheet, "Include prompts")
    assert PROMPT in sheet.words
    press(sheet, "Include prompts")
    assert PROMPT not in sheet.words
    sheet.close()


def test_what_is_saved_is_what_was_seen(desk: Desk, tmp_path: Path, run: Run[None], qtbot: QtBot) -> None:
    desk.desk.show_support_file()
    seen = desk.sheet().words
    press(desk.sheet(), "Save as")
    (dialog,) = desk.window.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "for-help.txt"))
    dialog.close()
    assert (tmp_path / "for-help.txt").read_text(encoding="utf-8") == seen
    run(desk.desk.save(tmp_path / "missing" / "x.txt", "words"))
    assert any("That did not work" in label.text() for label in desk.window.findChildren(QLabel))
    desk.sheet().close()


def test_a_report_of_the_last_run_is_offered_once_and_can_be_deleted(desk: Desk) -> None:
    assert not desk.desk.offer_reports()
    desk.reports.write("Fatal Python error: Segmentation fault", when=datetime(2026, 1, 2, tzinfo=UTC))
    assert desk.desk.offer_reports()
    assert not desk.desk.offer_reports()
    press(desk.window, "See it")
    assert "Segmentation fault" in desk.sheet().words
    press(desk.sheet(), "Delete the reports")
    assert desk.reports.text() == ""
    desk.desk.show_reports()
    assert desk.sheet().words == "There are no reports."
    desk.sheet().close()


def test_the_activity_page_leads_to_both(desk: Desk, qtbot: QtBot) -> None:
    page = ActivityPage(desk.activity)
    qtbot.addWidget(page)
    page.show()
    for words, signal in (("Support file", page.support_requested), ("Reports", page.reports_requested)):
        with qtbot.waitSignal(signal, timeout=SOON):
            press(page, words)
