"""One page for three media: what is shown follows the job that is looked at, and nothing takes it away."""

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from app.domain.job import Job, JobState
from app.domain.job_words import JobAction
from app.domain.media import Medium
from app.domain.problem import Problem
from app.domain.text import text
from app.pages.create_page import CreatePage
from app.widgets.buttons import PrimaryButton
from app.widgets.player import MediaPlayer
from app.widgets.prompt_edit import PromptEdit
from app.widgets.viewer_content import ViewerKind
from tests.pages.create_stage import Stage, make_stage

MEDIA = (Medium.IMAGE, Medium.VIDEO, Medium.AUDIO)


def open_page(qtbot: QtBot, stage: Stage, medium: Medium = Medium.IMAGE) -> CreatePage:
    page = CreatePage(
        medium,
        jobs=stage.jobs,
        catalogue=stage.catalogue,
        settings=stage.settings,
        providers=stage.providers,
        assets=stage.pictures,
        player=MediaPlayer(),
        start_task=stage.start_task,
    )
    qtbot.addWidget(page)
    page.resize(1244, 900)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    return page


@pytest.fixture
def stage(qapp: QApplication) -> Stage:
    return make_stage()


def generate(page: CreatePage, stage: Stage, words: str = "a quiet lake", qtbot: QtBot | None = None) -> str:
    """Writes a prompt and presses Generate; gives the id of the new job."""
    if qtbot is not None:
        qtbot.waitUntil(lambda: not page.panel.foot.is_resting)
    page.panel.form.set_prompt(words)
    QTest.mouseClick(page.panel.foot.button, Qt.MouseButton.LeftButton)
    return f"job-{len(stage.jobs.requests)}"


def kind(page: CreatePage) -> str:
    return page.viewer.content.kind


def named(page: CreatePage, part: type[QWidget], name: str) -> list[QWidget]:
    return [found for found in page.findChildren(part) if found.accessibleName() == name and found.isVisible()]


def test_an_opened_page_is_ready_for_an_idea(qtbot: QtBot, stage: Stage) -> None:
    """Words typed at once are the prompt; in the list of models they would choose another one."""
    page = open_page(qtbot, stage)
    prompt = page.focusWidget()
    assert isinstance(prompt, PromptEdit)
    assert prompt.accessibleName() == "Prompt"


@pytest.mark.parametrize("medium", MEDIA)
def test_the_names_that_assistive_technology_relies_on_are_there(qtbot: QtBot, stage: Stage, medium: Medium) -> None:
    page = open_page(qtbot, stage, medium)
    generate(page, stage)
    assert named(page, QComboBox, "Model")
    assert named(page, PromptEdit, "Prompt")
    assert named(page, QWidget, "Jobs")
    assert named(page, QWidget, "Preview")
    buttons = [button.label for button in page.findChildren(PrimaryButton) if button.isVisible()]
    assert [label for label in buttons if label.startswith("Generate")]


@pytest.mark.parametrize("medium", MEDIA)
def test_a_wish_is_followed_from_the_click_to_the_result(qtbot: QtBot, stage: Stage, medium: Medium) -> None:
    page = open_page(qtbot, stage, medium)
    assert kind(page) == ViewerKind.EMPTY
    job_id = generate(page, stage)
    assert page.shown_job_id == job_id
    assert kind(page) == ViewerKind.WAITING
    stage.jobs.change(job_id, state=JobState.SENDING)
    assert page.viewer.content.title == "Sending"
    stage.jobs.change(job_id, state=JobState.QUEUED)
    assert page.viewer.content.title == "In line at NetMind"
    stage.jobs.change(job_id, state=JobState.RUNNING, sent_at=datetime.now(UTC) - timedelta(seconds=9))
    assert kind(page) == ViewerKind.RUNNING
    assert page.viewer.content.started_at is not None
    stage.jobs.change(job_id, state=JobState.SAVING)
    assert page.viewer.content.title == "Saving"
    stage.jobs.finish(job_id)
    assert kind(page) == ViewerKind.RESULTS
    assert page.list.current_id() == job_id


def test_the_usual_time_of_the_model_is_told_while_it_runs(qtbot: QtBot, stage: Stage) -> None:
    stage.jobs.times["Qwen/Qwen-Image"] = 25.0
    page = open_page(qtbot, stage)
    job_id = generate(page, stage)
    stage.jobs.change(job_id, state=JobState.RUNNING, sent_at=datetime.now(UTC))
    assert page.viewer.content.expected_s == 25.0


def test_a_finished_job_never_steals_the_viewer(qtbot: QtBot, stage: Stage) -> None:
    page = open_page(qtbot, stage)
    first = generate(page, stage, "first")
    stage.jobs.finish(first)
    second = generate(page, stage, "second", qtbot)
    assert page.shown_job_id == first, "a result is being looked at"
    stage.jobs.finish(second)
    assert page.shown_job_id == first
    assert page.viewer.current_asset == f"{first}-0"


def test_a_new_job_takes_the_place_of_one_that_brought_nothing(qtbot: QtBot, stage: Stage) -> None:
    page = open_page(qtbot, stage)
    first = generate(page, stage)
    stage.jobs.change(first, state=JobState.FAILED)
    assert kind(page) == ViewerKind.FAILED
    second = generate(page, stage, "again", qtbot)
    assert page.shown_job_id == second


def test_the_list_shows_what_the_person_clicks(qtbot: QtBot, stage: Stage) -> None:
    page = open_page(qtbot, stage)
    first = generate(page, stage, "first")
    stage.jobs.finish(first, count=4)
    second = generate(page, stage, "second", qtbot)
    stage.jobs.finish(second)
    page.list.show_requested.emit(second)
    assert page.shown_job_id == second
    page.viewer.next_requested.emit()
    assert page.shown_job_id == first, "the older one comes next"
    page.viewer.previous_requested.emit()
    page.viewer.previous_requested.emit()
    assert page.shown_job_id == second, "nothing is newer"


def test_a_starred_result_stays_at_the_picture_that_is_looked_at(qtbot: QtBot, stage: Stage) -> None:
    page = open_page(qtbot, stage)
    job_id = generate(page, stage)
    stage.jobs.finish(job_id, count=4)
    QTest.keyClick(page.viewer, Qt.Key.Key_Right)
    assert page.viewer.current_asset == f"{job_id}-1"
    page.viewer.favourite_toggled.emit(True)
    assert page.viewer.content.favourite
    assert page.viewer.current_asset == f"{job_id}-1"


def test_a_deleted_job_leaves_the_viewer_empty(qtbot: QtBot, stage: Stage) -> None:
    page = open_page(qtbot, stage)
    job_id = generate(page, stage)
    stage.jobs.finish(job_id)
    stage.jobs.remove(job_id)
    assert kind(page) == ViewerKind.EMPTY
    assert page.shown_job_id == ""


def refused(**fields: str) -> Problem:
    return Problem(
        "invalid_request",
        text("{provider} did not accept the settings of this job."),
        money=text("Nothing was started and nothing was charged."),
        advice=text("Change what is marked in the form and generate again."),
        server_text="num_images: too many",
        fields=fields,
        http_status=422,
    )


def test_what_the_server_says_about_a_field_stands_at_the_field(qtbot: QtBot, stage: Stage) -> None:
    page = open_page(qtbot, stage)
    job_id = generate(page, stage)
    stage.jobs.change(job_id, state=JobState.FAILED, problem=refused(num_images="at most 2"))
    assert page.panel.form.errors() == {"num_images": "at most 2"}
    content = page.viewer.content
    assert content.detail == "NetMind did not accept the settings of this job."
    assert content.money == "Nothing was started and nothing was charged."
    assert content.server_text == "num_images: too many"


def test_a_form_that_went_on_is_not_marked_for_an_older_request(qtbot: QtBot, stage: Stage) -> None:
    page = open_page(qtbot, stage)
    job_id = generate(page, stage)
    page.panel.form.set_prompt("something else by now")
    stage.jobs.change(job_id, state=JobState.FAILED, problem=refused(num_images="at most 2"))
    assert page.panel.form.errors() == {}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (JobState.FAILED, ViewerKind.FAILED),
        (JobState.CANCELLED, ViewerKind.FAILED),
        (JobState.EXPIRED, ViewerKind.EXPIRED),
        (JobState.UNSURE, ViewerKind.UNSURE),
        (JobState.DONE, ViewerKind.FAILED),
    ],
)
@pytest.mark.parametrize("problem", [None, refused()])
def test_every_end_without_a_result_says_what_happened(
    qtbot: QtBot, stage: Stage, state: JobState, expected: ViewerKind, problem: Problem | None
) -> None:
    page = open_page(qtbot, stage)
    job_id = generate(page, stage)
    stage.jobs.change(job_id, state=state, problem=problem)
    content = page.viewer.content
    assert content.kind == expected
    assert content.title
    assert content.detail or state is JobState.FAILED
    assert "{" not in content.title + content.detail + content.money + content.advice


def test_a_job_that_is_not_waited_for_says_so(qtbot: QtBot, stage: Stage) -> None:
    page = open_page(qtbot, stage)
    job_id = generate(page, stage)
    stage.jobs.change(job_id, state=JobState.RUNNING, set_aside=True)
    assert page.viewer.content.detail.startswith("Not waited for.")


def test_retry_in_the_viewer_asks_for_what_the_state_allows(qtbot: QtBot, stage: Stage) -> None:
    page = open_page(qtbot, stage)
    job_id = generate(page, stage)
    for state, action in ((JobState.FAILED, JobAction.RETRY), (JobState.EXPIRED, JobAction.RUN_AGAIN)):
        stage.jobs.change(job_id, state=state)
        with qtbot.waitSignal(page.action_requested) as caught:
            page.viewer.retry_requested.emit()
        assert caught.args == [job_id, action]


def test_edit_and_run_fills_the_form_and_sends_nothing(qtbot: QtBot, stage: Stage) -> None:
    page = open_page(qtbot, stage)
    job_id = generate(page, stage, "the recipe")
    page.panel.form.set_prompt("something else")
    with qtbot.assertNotEmitted(page.action_requested):
        page.list.action_requested.emit(job_id, JobAction.EDIT_AND_RUN)
    assert page.panel.form.values()["prompt"] == "the recipe"
    assert page.panel.form.values()["seed"] == 4711
    assert len(stage.jobs.requests) == 1


def test_vary_is_the_same_recipe_with_a_new_seed(qtbot: QtBot, stage: Stage) -> None:
    page = open_page(qtbot, stage)
    job_id = generate(page, stage, "the recipe")
    stage.jobs.finish(job_id)
    page.panel.form.set_prompt("something else")
    page.viewer.vary_requested.emit()
    assert page.panel.form.values()["prompt"] == "the recipe"
    assert page.panel.form.values()["seed"] is None


def test_a_recipe_that_no_model_can_make_is_said(qtbot: QtBot, stage: Stage) -> None:
    page = open_page(qtbot, stage)
    job = Job("old", "demo", "gone/model", "Gone", Medium.IMAGE, {"prompt": "a"}, "a", datetime.now(UTC))
    with qtbot.waitSignal(page.toast_requested) as caught:
        page.edit_and_run(job)
    assert caught.args is not None
    assert caught.args[0] == "This recipe cannot be opened"


def test_wishes_about_a_result_carry_its_job_and_file(qtbot: QtBot, stage: Stage) -> None:
    page = open_page(qtbot, stage)
    job_id = generate(page, stage)
    stage.jobs.finish(job_id)
    for inside, outside in (
        (page.viewer.save_as_requested, page.save_as_requested),
        (page.viewer.show_in_folder_requested, page.show_in_folder_requested),
        (page.viewer.open_externally_requested, page.open_externally_requested),
    ):
        with qtbot.waitSignal(outside) as caught:
            inside.emit(page.viewer.current_asset)
        assert caught.args == [job_id, f"{job_id}-0"]


def test_other_media_do_not_come_in(qtbot: QtBot, stage: Stage) -> None:
    image, audio = open_page(qtbot, stage), open_page(qtbot, stage, Medium.AUDIO)
    audio.activateWindow()
    generate(audio, stage, "wind")
    assert image.list.is_empty
    assert image.shown_job_id == ""


def test_control_enter_generates_from_the_viewer_and_the_list(qtbot: QtBot, stage: Stage) -> None:
    page = open_page(qtbot, stage)
    page.panel.form.set_prompt("a quiet lake")
    for count, target in enumerate((page.viewer, page.list), start=1):
        for repeated in (False, True):
            control = Qt.KeyboardModifier.ControlModifier
            event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, control, "\r", repeated, 1)
            QApplication.sendEvent(target, event)
        assert len(stage.jobs.requests) == count
        qtbot.waitUntil(lambda: not page.panel.foot.is_resting)


@pytest.mark.parametrize("width", [804, 904, 1084, 1244, 1700])
def test_nothing_is_cut_off_in_a_narrow_window(qtbot: QtBot, stage: Stage, width: int) -> None:
    page = open_page(qtbot, stage)
    page.resize(width, 660)
    qtbot.waitUntil(lambda: page.width() == width)
    assert page.minimumSizeHint().width() <= width
    assert page.viewer.width() >= 320
    assert page.list.geometry().right() < width
    button = page.panel.foot.button
    assert page.rect().contains(button.geometry().translated(page.panel.foot.mapTo(page, button.rect().topLeft())))
    assert page.panel.width() == (344 if width >= 1084 else page.panel.width())
