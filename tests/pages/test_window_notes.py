"""What the window says by itself: notes about jobs, the banner, and files that cannot be opened."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from app.domain.errors import (
    Moment,
    OutOfCreditError,
)
from app.domain.job import Asset, Job, JobState, TransferState
from app.domain.job_words import JobAction
from app.domain.local_errors import (
    DiskFullError,
    StorageError,
)
from app.domain.media import Medium
from app.domain.text import Text, text
from app.pages.job_notes import JobNotes
from app.pages.main_window import WELCOME, MainWindow
from app.pages.window_actions import WindowActions
from app.pages.window_banner import WindowBanner
from app.services.activity_service import ActivityService
from app.services.connection_service import ConnectionService
from app.services.job_service import JobService
from app.services.settings_service import SettingsService
from app.store.settings_store import SettingsStore
from app.system.appearance import Appearance
from app.widgets.look import wear
from app.widgets.toast import Toast
from tests.fakes import FakeQueue, make_job

PICTURE = Asset("a1", "job-1", 0, "0", Medium.IMAGE, TransferState.SAVED, path="images/lake.png")


class Jobs(QObject):
    """Says what a test wants to have happened."""

    job_changed = Signal(object)
    job_rested = Signal(object)
    copy_deleted = Signal(object, str)

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.queue = FakeQueue([])
        self.left_s: float | None = None
        self.kept: dict[str, Job] = {}
        self.deleted: list[str] = []
        self.deleted_there: list[str] = []

    def job(self, job_id: str) -> Job | None:
        return self.kept.get(job_id)

    def path_of(self, asset: Asset) -> Path:
        return self.folder / asset.path

    def delete(self, job_id: str, *, on_server: bool = False) -> None:
        self.deleted.append(job_id)
        if on_server:
            self.deleted_there.append(job_id)

    def seconds_left(self, job: Job) -> float | None:
        return self.left_s

    def can_delete_on_server(self, job_id: str) -> bool:
        return True

    def delete_on_server(self, job_id: str) -> None:
        self.deleted_there.append(job_id)

    def undo_delete(self, job_id: str) -> None:
        self.deleted.remove(job_id)


class Room:
    """A window with what speaks in it."""

    def __init__(self, profile: Path) -> None:
        pages = ("image", "video", "audio", "history", "endpoints", "activity", "settings", WELCOME)
        self.window = MainWindow(dict.fromkeys(pages, QWidget))
        self.window.show_page("history")
        self.fake = Jobs(profile)
        self.activity = ActivityService()
        self.connection = ConnectionService()
        jobs = cast("JobService", self.fake)
        settings = SettingsService(SettingsStore(profile / "settings.json"), lambda _name, work: work.close())
        self.shown: list[str] = []
        JobNotes(window=self.window, jobs=jobs, settings=settings, show_job=lambda job: self.shown.append(job.job_id))
        self.banner = WindowBanner(self.window, jobs, self.connection, self.activity)
        self.settings_opened: list[str] = []
        self.actions = WindowActions(
            window=self.window,
            jobs=jobs,
            start_task=lambda _name, work: asyncio.run(work),
            show_job=lambda _job: None,
            edit_job=lambda _job: None,
            open_settings=self.settings_opened.append,
        )

    def toasts(self) -> list[str]:
        """The words of each note, oldest first."""
        return [words_of(toast) for toast in self.window.toasts.toasts()]


def words_of(toast: Toast) -> str:
    return " | ".join(label.accessibleName() or label.text() for label in toast.findChildren(QLabel) if label.text())


@pytest.fixture
def room(tmp_path: Path, qapp: QApplication) -> Iterator[Room]:
    worn = Appearance("dark", qapp)
    worn.set_reduced_motion(True)
    wear(qapp, worn)
    made = Room(tmp_path)
    made.window.show()
    QApplication.processEvents()
    yield made
    made.window.close_for_good()
    made.window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    worn.set_reduced_motion(False)


def _failed(number: int) -> Job:
    problem = OutOfCreditError().problem(Moment.SUBMIT, provider="NetMind")
    return make_job(job_id=f"job-{number}", state=JobState.FAILED, problem=problem)


def test_jobs_that_end_alike_are_one_note_that_counts(room: Room) -> None:
    for number in range(3):
        room.fake.job_rested.emit(make_job(job_id=f"done-{number}", state=JobState.DONE))
    for number in range(2):
        room.fake.job_rested.emit(_failed(number))
    first, second = room.window.toasts.toasts()
    assert "3 pictures are ready" in words_of(first)
    assert "Failed (2): balance not enough" in words_of(second)
    second.action_requested.emit()
    assert room.shown == ["job-1"]


def test_a_note_that_has_gone_is_not_counted_any_more(room: Room) -> None:
    room.fake.job_rested.emit(make_job(job_id="one", state=JobState.DONE))
    room.window.toasts.toasts()[0].leave()
    room.fake.job_rested.emit(make_job(job_id="two", state=JobState.DONE))
    assert len(room.toasts()) == 1
    assert "Picture is ready" in room.toasts()[0]


def test_a_full_disk_is_said_on_every_page_until_the_last_result_is_saved(room: Room) -> None:
    problem = DiskFullError(folder="/drive").problem(Moment.SAVE, provider="NetMind")
    stuck = [make_job(job_id=f"job-{n}", state=JobState.SAVING, problem=problem) for n in range(2)]
    for job in (*stuck, *stuck):
        room.fake.job_changed.emit(job)
    assert len(room.activity.entries()) == 1
    said = room.window.banner.text
    assert "2 jobs wait for it" in said
    assert "left to save" not in said
    room.fake.left_s = 50 * 60.0
    room.fake.job_changed.emit(stuck[0])
    assert "50 min left to save" in room.window.banner.text
    wished: list[bool] = []
    room.banner.library_requested.connect(lambda: wished.append(True))
    (button,) = room.window.banner.buttons
    assert button.text() == "Choose another folder"
    button.click()
    assert wished
    assert "not enough space for the result in /drive" in said
    assert "still at NetMind" in said
    room.fake.job_changed.emit(replace(stuck[0], state=JobState.DONE, problem=None))
    assert room.window.banner.isVisible()
    room.fake.job_changed.emit(replace(stuck[1], state=JobState.DONE, problem=None))
    assert not room.window.banner.isVisible()


def test_a_network_that_returns_does_not_take_away_what_the_start_had_to_say(room: Room) -> None:
    room.banner.say_start(StorageError(reason="the disk is full").problem())
    room.connection.offline_changed.emit(True, text("NetMind cannot be reached."))
    room.connection.offline_changed.emit(False, Text())
    assert "the disk is full" in room.window.banner.text
    assert "Free some space" in room.window.banner.text
    assert room.window.banner.isVisible()


def test_a_file_that_is_gone_is_named_instead_of_opening_nothing(room: Room) -> None:
    job = make_job(job_id="job-1", state=JobState.DONE, assets=(PICTURE,))
    room.actions.show_in_folder(job)
    assert "lake.png is not in the library any more." in room.toasts()[-1]
    room.actions.open_externally(job, PICTURE.asset_id)
    assert "lake.png is not in the library any more." in room.toasts()[-1]


def test_removing_one_job_or_several_is_said_in_plain_words_and_can_be_undone(room: Room) -> None:
    for number in range(3):
        room.fake.kept[f"job-{number}"] = _failed(number)
    room.actions.delete(["job-0"])
    assert "Removed from History" in room.toasts()[-1]
    room.actions.delete(["job-1", "job-2"])
    assert "2 jobs removed" in room.toasts()[-1]
    room.window.toasts.toasts()[-1].action_requested.emit()
    assert room.fake.deleted == ["job-0"]


def test_what_is_deleted_on_the_server_as_well_says_that_undo_does_not_bring_it_back(room: Room) -> None:
    job = make_job(job_id="job-1")
    room.fake.kept["job-1"] = job
    room.actions.perform("job-1", JobAction.DELETE)
    assert (room.fake.deleted, room.fake.deleted_there) == (["job-1"], [])
    assert "server" not in room.toasts()[-1]
    room.actions.perform("job-1", JobAction.DELETE_BOTH)
    assert room.fake.deleted_there == ["job-1"]
    assert "Undo brings it back here, not there." in room.toasts()[-1]
    room.actions.perform("job-1", JobAction.DELETE_THERE)
    assert (len(room.fake.deleted), len(room.fake.deleted_there)) == (2, 2), "it stays here"
    assert "stay here" in room.toasts()[-1]
    begun = room.window.toasts.toasts()[-1]
    room.fake.copy_deleted.emit(job, "NetMind")
    assert room.toasts()[-1].startswith("The copy at NetMind is deleted"), room.toasts()
    assert begun not in room.window.toasts.toasts(), "the note of the beginning gives way"


def test_jobs_that_waited_for_long_ask_with_one_question_and_three_answers(room: Room) -> None:
    queue = room.fake.queue
    queue.asked = [make_job(state=JobState.WAITING), make_job(state=JobState.WAITING)]
    queue.changed.emit()
    banner = room.window.banner
    assert banner.text.startswith("2 jobs have waited")
    start, keep, cancel = banner.buttons
    start.click()
    cancel.click()
    assert queue.wishes == [("start_asking",), ("cancel_asking",)]
    room.connection.failed("NetMind")
    room.connection.failed("NetMind")
    assert not list(banner.buttons)  # what is wrong now comes first
    room.connection.succeeded("NetMind")
    assert len(banner.buttons) == 3
    keep.click()
    assert not banner.isVisible()


def test_a_job_whose_key_was_not_taken_opens_the_settings_of_its_provider(room: Room) -> None:
    room.fake.kept["job-1"] = make_job(job_id="job-1", state=JobState.FAILED, provider_id="octoai")
    room.actions.perform("job-1", JobAction.OPEN_SETTINGS)
    assert room.settings_opened == ["octoai"]
