"""The queue through a create page: pausing, moving, changing what waits, and what the window says before it closes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.job import Hold, Job, JobState
from app.domain.job_words import JobAction
from app.domain.media import Medium
from app.item_models.job_facts import JobRole
from app.pages.create_page import CreatePage
from app.pages.leaving import LeavingDialog, what_is_left
from app.services.job_queue import Move
from app.services.job_service import JobService
from app.system.language import say
from app.widgets.paragraph import Paragraph
from app.widgets.player import MediaPlayer
from tests.fakes import FakeJobService, make_job
from tests.pages.create_stage import Stage, make_stage

S, A = JobState, JobAction


class Room:
    """A create page with three jobs that wait."""

    def __init__(self, qtbot: QtBot) -> None:
        self.stage: Stage = make_stage()
        self.page = CreatePage(
            Medium.IMAGE,
            jobs=self.stage.jobs,
            catalogue=self.stage.catalogue,
            settings=self.stage.settings,
            providers=self.stage.providers,
            assets=self.stage.pictures,
            player=MediaPlayer(),
            start_task=self.stage.start_task,
        )
        qtbot.addWidget(self.page)
        self.page.resize(1244, 900)
        self.page.show()
        self.toasts: list[str] = []
        self.page.toast_requested.connect(lambda title, _words, _kind: self.toasts.append(title))
        self.ids = [self._ask(words) for words in ("first", "second", "third")]
        self.wishes.clear()

    @property
    def wishes(self) -> list[tuple[object, ...]]:
        return cast("list[tuple[object, ...]]", self.stage.jobs.wishes)

    def _ask(self, words: str) -> str:
        self.page.panel.form.set_prompt(words)
        spec = self.page.panel.spec
        assert spec is not None
        return self.stage.jobs.submit(self.stage.catalogue.request(spec, self.page.panel.form.values()))

    def actions(self, job_id: str) -> tuple[JobAction, ...]:
        found = self.page._rows.index_of(job_id).data(JobRole.ACTIONS)
        assert isinstance(found, tuple)
        return found

    def ask(self, job_id: str, action: JobAction) -> None:
        self.page.list.action_requested.emit(job_id, action)

    def save(self) -> None:
        QTest.mouseClick(self.page.panel.foot.button, Qt.MouseButton.LeftButton)

    @property
    def button(self) -> str:
        return self.page.panel.foot.button.label


@pytest.fixture
def room(qtbot: QtBot, qapp: QApplication) -> Iterator[Room]:
    return Room(qtbot)  # type: ignore[return-value]  # a plain value is a fixture as well


def test_a_job_that_waits_can_be_moved_only_where_there_is_one_to_move_past(room: Room) -> None:
    first, second, third = room.ids
    moves = {A.MOVE_FIRST, A.MOVE_UP, A.MOVE_DOWN}
    assert moves & set(room.actions(first)) == {A.MOVE_DOWN}
    assert moves & set(room.actions(second)) == moves
    assert moves & set(room.actions(third)) == {A.MOVE_FIRST, A.MOVE_UP}
    room.stage.jobs.change(first, state=S.RUNNING)
    assert moves & set(room.actions(second)) == {A.MOVE_DOWN}


def test_moving_by_menu_and_by_keyboard_is_the_same_wish(room: Room) -> None:
    first, second, third = room.ids
    room.ask(second, A.MOVE_UP)
    room.ask(third, A.MOVE_FIRST)
    view = room.page.list.view
    view.setCurrentIndex(room.page._rows.index_of(second))
    alt = Qt.KeyboardModifier.AltModifier
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home):
        QTest.keyClick(view, key, alt)
    line = (first, second, third)
    assert room.wishes == [
        ("move", second, Move.UP, line),
        ("move", third, Move.FIRST, line),
        ("move", second, Move.UP, line),
        ("move", second, Move.DOWN, line),
        ("move", second, Move.FIRST, line),
    ]
    assert view.currentIndex().data(JobRole.ID) == second


def test_rows_follow_the_places_that_the_line_gives_them(room: Room) -> None:
    first, second, third = room.ids
    for place, job_id in enumerate((third, first, second), 1):
        room.stage.jobs.change(job_id, place=place)
    assert room.page._rows.waiting_ids() == [third, first, second]


def test_the_queue_is_paused_and_resumed_at_its_heading_and_every_row_says_so(room: Room) -> None:
    bar = room.page.list.queue_bar
    assert bar.isVisible()
    assert bar.pause.accessibleName() == "Pause queue"
    QTest.mouseClick(bar.pause, Qt.MouseButton.LeftButton)
    assert room.stage.jobs.is_paused()
    assert bar.pause.accessibleName() == "Resume queue"
    assert room.page._rows.sections()[0].title == "Queue paused"
    assert room.page._rows.index_of(room.ids[0]).data(JobRole.LINE) == "queue paused"
    QTest.mouseClick(bar.pause, Qt.MouseButton.LeftButton)
    assert not room.stage.jobs.is_paused()
    assert room.page._rows.index_of(room.ids[0]).data(JobRole.LINE) == "to be sent"


def test_what_waits_is_cancelled_from_the_menu_of_the_queue(room: Room) -> None:
    menu = room.page.list.queue_bar.menu()
    entry = menu.actions()[-1]
    assert "(3)" in entry.text()
    entry.trigger()
    assert room.wishes == [("cancel_waiting", Medium.IMAGE)]
    assert room.toasts == ["1 waiting job cancelled"]


def test_a_waiting_job_is_changed_in_the_form_and_saved_in_its_own_place(room: Room) -> None:
    second = room.ids[1]
    room.ask(second, A.EDIT)
    assert room.button == "Save changes"
    assert room.page.panel.form.values()["prompt"] == "second"
    room.page.panel.form.set_prompt("second, but better")
    room.save()
    kind, job_id, request = room.wishes[-1]
    assert (kind, job_id) == ("save_edit", second)
    assert request.prompt == "second, but better"  # type: ignore[attr-defined]
    assert len(room.stage.jobs.requests) == 3  # nothing new was asked for
    room.stage.jobs.queue.edit_ended.emit(second, True)
    assert room.button.startswith("Generate")
    assert room.toasts == []


def test_discarding_lets_the_job_stand_in_line_as_it_was(room: Room) -> None:
    room.ask(room.ids[0], A.EDIT)
    room.page.panel.foot.change_discarded.emit()
    assert room.wishes == [("begin_edit", room.ids[0]), ("cancel_edit", room.ids[0])]
    assert room.button.startswith("Generate")


def test_another_recipe_in_the_form_ends_the_change_so_that_it_cannot_overwrite_the_job(room: Room) -> None:
    first, second, _ = room.ids
    room.ask(first, A.EDIT)
    job = room.stage.jobs.job(second)
    assert job is not None
    room.page.edit_and_run(job)
    assert ("cancel_edit", first) in room.wishes
    assert room.button.startswith("Generate")


def test_a_job_that_is_sent_or_cancelled_meanwhile_takes_no_changes(room: Room) -> None:
    first, second, third = room.ids
    room.stage.jobs.queue.too_late.add(first)
    room.ask(first, A.EDIT)
    assert room.button.startswith("Generate")
    room.ask(second, A.EDIT)
    room.stage.jobs.change(second, state=S.CANCELLED)
    assert room.button.startswith("Generate")
    room.ask(third, A.EDIT)
    room.save()
    room.stage.jobs.queue.edit_ended.emit(third, False)
    assert room.button.startswith("Generate")
    assert room.toasts == ["This job cannot be changed any more", "The job no longer waits", "The job no longer waits"]


def test_a_change_that_was_open_when_the_program_ended_is_open_again(room: Room) -> None:
    waited = make_job("kept", S.WAITING, provider_id="netmind", hold=Hold.EDITED)
    room.stage.jobs.add(waited)
    assert room.button == "Save changes"
    assert room.page._edit.job_id == waited.job_id


def test_jobs_that_ask_say_so_and_can_be_put_back_in_line(room: Room) -> None:
    first = room.ids[0]
    room.stage.jobs.change(first, hold=Hold.ASKS)
    assert room.page._rows.index_of(first).data(JobRole.LINE) == "asks first"
    assert A.RELEASE in room.actions(first)
    room.ask(first, A.RELEASE)
    assert room.wishes == [("release", first)]


# --- leaving


class Unfinished(FakeJobService):
    """Knows what is not finished."""

    def unfinished(self) -> list[Job]:
        return [job for job in self.jobs.values() if not job.is_resting]


def sentences(*jobs: Job, left_s: float | None = None) -> list[str]:
    known = Unfinished()
    known.left_s = left_s
    known.add(*jobs)
    return [say(sentence) for sentence in what_is_left(cast("JobService", known))]


def test_closing_says_of_everything_unfinished_what_becomes_of_it(qapp: QApplication) -> None:
    now = datetime.now(UTC)
    jobs = [make_job(state=state, created_at=now) for state in (S.RUNNING, S.QUEUED, S.SAVING, S.WAITING, S.SENDING)]
    said = sentences(*jobs, left_s=5 * 3600.0)
    assert len(said) == 5
    assert any("2 jobs run" in sentence for sentence in said)
    assert any("keeps its place" in sentence for sentence in said)
    assert said[-1].endswith("5 h left to save.")
    assert sentences(make_job(state=S.DONE), make_job(state=S.UNSURE)) == []


def test_leaving_stays_possible_and_staying_too(qtbot: QtBot, qapp: QApplication) -> None:
    page = MediaPlayer()
    assert page is not None
    left: list[bool] = []
    for leaves in (False, True):
        dialog = LeavingDialog(what_is_left(cast("JobService", _one_running())), qapp.activeWindow())  # type: ignore[arg-type]
        dialog.leave_requested.connect(lambda: left.append(True))
        dialog.show()
        assert len(dialog.findChildren(Paragraph)) == 1
        if leaves:
            QTest.mouseClick(dialog.leave, Qt.MouseButton.LeftButton)
        else:
            dialog.reject()
    assert left == [True]


def _one_running() -> Unfinished:
    known = Unfinished()
    known.add(make_job(state=S.RUNNING))
    return known
