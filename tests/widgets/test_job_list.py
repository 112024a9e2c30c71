"""The column of jobs: what a click, a key and the pointer ask for, what is repainted, and what a screen reader hears."""

from datetime import timedelta

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QAccessible, QPaintEvent, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.domain.job import Job, JobState
from app.domain.job_words import JobAction
from app.domain.media import Medium
from app.item_models.job_facts import JobFacts
from app.item_models.job_list import JobListModel
from app.system.appearance import Appearance
from app.widgets.job_list import JobList
from tests.fakes import NOW, FakeJobService, make_job, provider_info
from tests.painted_pictures import PaintedPictures


class Repaints(QObject):
    """Remembers what was painted anew."""

    def __init__(self) -> None:
        super().__init__()
        self.region = QRegion()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.region += event.region()
        return False


class Scene:
    def __init__(self, qtbot: QtBot) -> None:
        self.jobs = FakeJobService()
        self.model = JobListModel(
            self.jobs, JobFacts(self.jobs, provider_info, PaintedPictures(), lambda: NOW), Medium.IMAGE
        )
        self.list = JobList(self.model)
        self.list.resize(296, 600)
        self.shown: list[str] = []
        self.asked: list[tuple[str, JobAction]] = []
        self.list.show_requested.connect(self.shown.append)
        self.list.action_requested.connect(lambda job_id, action: self.asked.append((job_id, action)))
        qtbot.addWidget(self.list)
        self.list.show()
        qtbot.waitExposed(self.list)

    def add(self, *jobs: Job) -> None:
        self.jobs.add(*jobs)
        QApplication.processEvents()

    def centre(self, job: Job) -> QPoint:
        return self.list.view.visualRect(self.model.index_of(job.job_id)).center()

    def click(self, point: QPoint) -> None:
        QTest.mouseClick(self.list.view.viewport(), Qt.MouseButton.LeftButton, pos=point)

    def menu(self) -> QMenu:
        found = self.list.view.findChild(QMenu)
        assert isinstance(found, QMenu)
        return found

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.list.view, key)


@pytest.fixture
def scene(qtbot: QtBot) -> Scene:
    return Scene(qtbot)


def running(seconds: int = 30, provider_id: str = "netmind") -> Job:
    created = NOW - timedelta(seconds=seconds)
    return make_job("runs", JobState.RUNNING, created_at=created, provider_id=provider_id)


def test_an_empty_column_says_so_until_the_first_job_comes(scene: Scene) -> None:
    seen = [scene.list.is_empty]
    scene.add(make_job())
    seen.append(scene.list.is_empty)
    assert seen == [True, False]


def test_a_screen_reader_finds_a_list_named_jobs_with_prompt_and_state_word(scene: Scene) -> None:
    scene.add(make_job("A tea house", JobState.FAILED))
    voice = QAccessible.queryAccessibleInterface(scene.list.view)
    assert voice is not None
    assert voice.role() is QAccessible.Role.List
    assert voice.text(QAccessible.Text.Name) == "Jobs"
    item = voice.child(0)
    assert item is not None
    assert item.role() is QAccessible.Role.ListItem
    assert "A tea house" in item.text(QAccessible.Text.Name)
    assert "Failed" in item.text(QAccessible.Text.Name)


def test_a_click_and_the_enter_key_show_a_job(scene: Scene) -> None:
    first, second = make_job("first"), make_job("second", created_at=NOW - timedelta(hours=1))
    scene.add(first, second)
    scene.click(scene.centre(second))
    assert scene.shown == [second.job_id]
    scene.press(Qt.Key.Key_Up)
    scene.press(Qt.Key.Key_Return)
    assert scene.shown == [second.job_id, first.job_id]


def test_the_delete_key_asks_only_where_deleting_is_possible(scene: Scene) -> None:
    done, still = make_job("done"), running()
    scene.add(done, still)
    for job in (still, done):
        scene.list.set_current(job.job_id)
        scene.press(Qt.Key.Key_Delete)
    assert scene.asked == [(done.job_id, JobAction.DELETE)]


def test_the_menu_key_opens_the_menu_of_the_state(scene: Scene) -> None:
    job = running(provider_id="haiper")
    scene.add(job)
    scene.list.set_current(job.job_id)
    scene.press(Qt.Key.Key_Menu)
    menu = scene.menu()
    assert [entry.text() for entry in menu.actions() if entry.text()] == ["Cancel on the server", "Edit and run"]
    menu.actions()[0].trigger()
    menu.close()
    assert scene.asked == [(job.job_id, JobAction.CANCEL)]


def test_a_menu_entry_that_came_too_late_asks_for_nothing(scene: Scene) -> None:
    job = running(provider_id="haiper")
    scene.add(job)
    scene.list.set_current(job.job_id)
    scene.press(Qt.Key.Key_Menu)
    menu = scene.menu()
    scene.jobs.change(job.job_id, state=JobState.DONE)
    menu.actions()[0].trigger()
    menu.close()
    assert scene.asked == []


def test_a_quick_action_is_asked_for_without_showing_the_job(scene: Scene) -> None:
    job = make_job("failed", JobState.FAILED)
    scene.add(job)
    button = scene.list.view.quick_rect(scene.model.index(0, 0), JobAction.RETRY)
    assert not button.isEmpty()
    scene.click(button.center().toPoint())
    assert (scene.asked, scene.shown) == ([(job.job_id, JobAction.RETRY)], [])


def test_marking_a_job_from_outside_asks_for_nothing_and_survives_its_move(scene: Scene) -> None:
    job = running()
    scene.add(job, make_job("w", JobState.WAITING), make_job("old", created_at=NOW - timedelta(hours=1)))
    scene.list.set_current(job.job_id)
    scene.jobs.change(job.job_id, state=JobState.DONE)
    assert scene.list.current_id() == job.job_id
    assert scene.list.view.selectionModel().isSelected(scene.model.index_of(job.job_id))
    assert scene.shown == []
    scene.list.set_current("")
    assert scene.list.current_id() == ""


def test_the_mark_goes_with_its_job_and_the_keys_keep_their_place(scene: Scene) -> None:
    jobs = [make_job(f"job {n}", created_at=NOW - timedelta(minutes=n)) for n in range(4)]
    scene.add(*jobs)
    scene.list.view.clearFocus()
    scene.list.set_current(jobs[1].job_id)
    scene.jobs.remove(jobs[1].job_id)
    seen = [scene.list.current_id()]
    scene.list.view.setFocus()
    scene.list.set_current(jobs[2].job_id)
    scene.jobs.remove(jobs[2].job_id)
    seen.append(scene.list.current_id())
    assert seen == ["", jobs[3].job_id]


def test_see_all_stands_in_the_heading_of_the_first_finished_day(scene: Scene, qtbot: QtBot) -> None:
    scene.add(running())
    assert not scene.list.see_all.isVisible()
    scene.add(make_job("done"))
    heading = scene.list.view.heading_rects()[1]
    assert scene.list.see_all.isVisible()
    assert heading.contains(scene.list.see_all.geometry())
    with qtbot.waitSignal(scene.list.see_all_requested):
        scene.list.see_all.click()


def test_a_second_that_passes_repaints_the_running_row_only(scene: Scene) -> None:
    job = running()
    scene.add(job, *(make_job(f"done {n}", created_at=NOW - timedelta(minutes=n)) for n in range(6)))
    QApplication.processEvents()
    painted = Repaints()
    scene.list.view.viewport().installEventFilter(painted)
    scene.model.tick()
    QApplication.processEvents()
    row = scene.list.view.visualRect(scene.model.index_of(job.job_id))
    assert not painted.region.isEmpty()
    assert painted.region.subtracted(QRegion(row)).isEmpty()


def test_a_light_sweeps_only_while_nobody_can_know_and_somebody_can_see(scene: Scene, worn: Appearance) -> None:
    worn.set_reduced_motion(False)
    known, unknown = running(seconds=10), running(seconds=500)
    scene.add(known)
    seen = [scene.list.view.is_animated]
    scene.add(unknown)
    seen.append(scene.list.view.is_animated)
    scene.list.hide()
    seen.append(scene.list.view.is_animated)
    scene.list.show()
    QApplication.processEvents()
    seen.append(scene.list.view.is_animated)
    scene.jobs.change(unknown.job_id, state=JobState.DONE)
    QApplication.processEvents()
    seen.append(scene.list.view.is_animated)
    assert seen == [False, True, False, True, False]
