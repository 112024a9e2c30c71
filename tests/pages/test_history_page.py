"""History: what a search asks, what stays chosen while the world goes on, and which wishes go up."""

from time import perf_counter

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.domain.history import HistoryQuery
from app.domain.job import Job, JobState
from app.domain.job_words import JobAction
from app.domain.media import Medium
from app.domain.problem import Problem
from app.domain.text import text
from app.item_models.job_facts import JobRole
from app.pages.history_page import HistoryPage
from tests.fakes import NOW, FakeJobService, FakeProviders, ManualTasks, NoSpecs, make_job
from tests.painted_pictures import PaintedPictures
from tests.seeded_jobs import LAKE, library, queue


class Scene:
    """A page over a seeded library, opened and read."""

    def __init__(self, qtbot: QtBot, jobs: list[Job]) -> None:
        self.jobs = FakeJobService()
        self.jobs.add(*jobs)
        self.tasks = ManualTasks()
        self.page = HistoryPage(
            jobs=self.jobs,
            catalogue=NoSpecs(),
            providers=FakeProviders(),
            assets=PaintedPictures(),
            start_task=self.tasks.start,
            now=lambda: NOW,
        )
        self.page.resize(1244, 900)
        self.shown: list[str] = []
        self.asked: list[tuple[str, JobAction]] = []
        self.deleted: list[list[str]] = []
        self.page.show_requested.connect(self.shown.append)
        self.page.action_requested.connect(lambda job_id, action: self.asked.append((job_id, action)))
        self.page.delete_requested.connect(self.deleted.append)
        qtbot.addWidget(self.page)
        self.page.show()
        qtbot.waitExposed(self.page)
        self.settle()

    def settle(self) -> None:
        self.tasks.finish()
        QApplication.processEvents()

    def job(self, prompt: str) -> Job:
        return next(job for job in self.jobs.jobs.values() if job.prompt == prompt)

    def choose(self, prompt: str) -> Job:
        job = self.job(prompt)
        assert self.page.choose(job.job_id)
        return job

    def prompts(self) -> list[str]:
        return [self.page.model.job_at(row).prompt for row in range(self.page.model.rowCount())]

    def button(self, name: str) -> QAbstractButton:
        return button(self.page, name)

    def details(self) -> dict[str, str]:
        return {row.title: row.value for row in self.page.details.table.rows}


def spoken(part: QWidget) -> str:
    """The name that assistive technology knows a part by."""
    voice = QAccessible.queryAccessibleInterface(part)
    assert voice is not None
    return voice.text(QAccessible.Text.Name)


def button(page: QWidget, name: str) -> QAbstractButton:
    """The visible button that assistive technology knows by this name."""
    for found in page.findChildren(QAbstractButton):
        if found.isVisible() and spoken(found) == name:
            return found
    raise LookupError(name)


@pytest.fixture
def scene(qtbot: QtBot) -> Scene:
    return Scene(qtbot, [*queue(), *library()])


def test_assistive_technology_finds_the_names_it_relies_on(scene: Scene) -> None:
    scene.choose(LAKE)
    grid = QAccessible.queryAccessibleInterface(scene.page.grid)
    search = QAccessible.queryAccessibleInterface(scene.page.filters.search)
    assert grid is not None
    assert search is not None
    assert (grid.role(), grid.text(QAccessible.Text.Name)) == (QAccessible.Role.List, "History")
    assert (search.role(), search.text(QAccessible.Text.Name)) == (QAccessible.Role.EditableText, "Search history")
    item = grid.child(scene.page.model.row_of(scene.job(LAKE).job_id))
    assert item is not None
    assert LAKE in item.text(QAccessible.Text.Name)
    assert "Done" in item.text(QAccessible.Text.Name)
    for name in ("Run again", "Edit and run", "Delete"):
        assert scene.button(name).isEnabled()


def test_opening_the_page_leads_to_the_results(scene: Scene) -> None:
    assert scene.page.focusWidget() is scene.page.grid


def test_no_toast_covers_what_can_be_done_with_a_job(scene: Scene) -> None:
    delete = scene.page.details.delete
    top = delete.mapTo(scene.page, QPoint()).y()
    assert delete.isVisible()
    assert scene.page.height() - scene.page.kept_clear() <= top


def test_everything_that_takes_the_focus_has_a_name(scene: Scene) -> None:
    scene.choose("Portrait of a lighthouse keeper")
    nameless = []
    for part in scene.page.findChildren(QWidget):
        takes_focus = part.isVisible() and part.focusPolicy() is not Qt.FocusPolicy.NoFocus
        if takes_focus and not isinstance(part, QScrollArea) and not spoken(part):
            nameless.append(part)
    assert not nameless


def test_the_first_job_is_looked_at_and_its_recipe_shown(scene: Scene) -> None:
    assert scene.page.details.job_id == scene.page.model.job_at(0).job_id
    scene.choose(LAKE)
    told = scene.details()
    assert scene.page.details.prompt.text == LAKE
    assert told["Model"] == "Qwen/Qwen-Image"
    assert told["Provider"] == "NetMind"
    assert told["Took"] == "24 s"
    assert told["Cost"] == "$0.04 estimated"
    assert told["Files"].startswith("4 of 4 saved")
    assert told["Guidance scale"] == "2.5"
    assert "Prompt" not in told


def test_the_seed_is_copied_as_the_plain_number(scene: Scene) -> None:
    scene.choose(LAKE)
    scene.button("Copy seed").click()
    assert QGuiApplication.clipboard().text() == str(scene.job(LAKE).params["seed"])


def test_a_search_waits_until_typing_pauses_and_asks_once(scene: Scene, qtbot: QtBot) -> None:
    before = len(scene.jobs.questions)
    QTest.keyClicks(scene.page.filters.search, "fog")
    assert len(scene.jobs.questions) == before
    with qtbot.waitSignal(scene.page.filters.query_changed):
        pass
    scene.settle()
    assert [query.words for query, _ in scene.jobs.questions[before:]] == ["fog"]
    assert scene.prompts() == ["Pearl harbour fog, slow dolly"]
    assert scene.page.filters.count.text() == "1 job"


def test_filters_hold_together_and_are_cleared_at_once(scene: Scene) -> None:
    scene.page.filters.media.chips()[3].click()
    scene.settle()
    assert {scene.page.model.job_at(row).medium for row in range(scene.page.model.rowCount())} == {Medium.AUDIO}
    scene.page.filters.favourites.click()
    scene.settle()
    assert scene.page.model.query == HistoryQuery(medium=Medium.AUDIO, favourites_only=True)
    assert scene.page.model.rowCount() == 0
    scene.button("Clear search").click()
    scene.settle()
    assert scene.page.model.query == HistoryQuery()
    assert scene.page.model.rowCount() == len(scene.jobs.jobs)
    assert not scene.page.filters.favourites.isChecked()


def test_a_status_is_chosen_from_a_menu(scene: Scene) -> None:
    menu = scene.page.filters.status.menu()
    labels = [entry.text() for entry in menu.actions()]
    assert labels[:3] == ["Any status", "On the way", "Done"]
    menu.actions()[labels.index("On the way")].trigger()
    scene.settle()
    assert len(scene.prompts()) == len(queue())
    assert scene.page.filters.status.text() == "On the way"


def test_nothing_matching_and_nothing_made_are_different_things(qtbot: QtBot) -> None:
    scene = Scene(qtbot, [])
    seen = [scene.page.empty.isVisible()]
    with pytest.raises(LookupError):
        scene.button("Clear search")
    scene.jobs.add(make_job("first"))
    seen.append(scene.page.empty.isVisible())
    scene.page.filters.search.setText("zebra")
    qtbot.waitUntil(lambda: not scene.tasks.is_idle)
    scene.settle()
    seen.append(scene.page.empty.isVisible())
    assert seen == [True, False, True]
    assert scene.button("Clear search").isVisible()


def test_what_is_looked_at_stays_when_new_jobs_come_and_another_search_still_has_it(scene: Scene) -> None:
    job = scene.choose(LAKE)
    scene.jobs.add(make_job("new", created_at=NOW))
    assert scene.page.details.job_id == job.job_id
    scene.page.filters.media.chips()[1].click()
    scene.settle()
    assert [chosen.job_id for chosen in scene.page.grid.chosen()] == [job.job_id]


def test_a_running_job_that_finishes_is_told_in_the_details(scene: Scene) -> None:
    job = scene.choose("Paper boats crossing a flooded street")
    seen = [scene.details()["State"]]
    scene.jobs.change(job.job_id, state=JobState.FAILED)
    seen.append(scene.details()["State"])
    assert seen == ["Running, 0:41 of about 1:10", "Failed, no result"]


def test_the_buttons_ask_for_the_job_that_is_shown(scene: Scene) -> None:
    job = scene.choose(LAKE)
    for name in ("Run again", "Edit and run", "Show file", "Show in viewer"):
        scene.button(name).click()
    expected = [JobAction.RUN_AGAIN, JobAction.EDIT_AND_RUN, JobAction.OPEN_FOLDER]
    assert scene.asked == [(job.job_id, action) for action in expected]
    assert scene.shown == [job.job_id]


def test_a_failed_job_tells_three_sentences_and_can_be_copied(scene: Scene) -> None:
    job = scene.choose("Portrait of a lighthouse keeper")
    sentences = scene.page.details.problem.sentences()
    assert len(sentences) == 4
    assert "NetMind refused this prompt" in sentences[0]
    assert sentences[-1] == "NSFW content detected"
    for name in ("Copy error", "Run again"):
        scene.button(name).click()
    assert [action for _, action in scene.asked] == [JobAction.COPY_ERROR, JobAction.RETRY]
    assert {job_id for job_id, _ in scene.asked} == {job.job_id}


def test_a_job_on_its_way_can_be_given_up_but_not_deleted(scene: Scene) -> None:
    job = scene.choose("Paper boats crossing a flooded street")
    assert not scene.button("Delete").isEnabled()
    scene.button("Stop waiting").click()
    assert scene.asked == [(job.job_id, JobAction.STOP_WAITING)]
    QTest.keyClick(scene.page.grid, Qt.Key.Key_Delete)
    assert scene.deleted == []


def test_the_ways_to_delete_at_the_provider_stand_beside_delete_where_there_are_any(scene: Scene) -> None:
    job = make_job("a lake at dawn", provider_id="haiper")
    scene.jobs.add(job)
    scene.settle()
    scene.choose("a lake at dawn")
    QTest.keyClick(scene.button("More ways to delete"), Qt.Key.Key_Space)
    (menu,) = scene.page.details.findChildren(QMenu)
    assert [entry.text() for entry in menu.actions()] == ["Delete here and on the server", "Delete on the server only"]
    assert "cannot be brought back" in menu.actions()[0].toolTip()
    edge = scene.page.mapToGlobal(scene.page.rect().topRight()).x()
    assert menu.geometry().right() <= edge, "the menu does not stick out of the window"
    menu.actions()[0].trigger()
    assert scene.asked == [(job.job_id, JobAction.DELETE_BOTH)]
    menu.close()
    running = next(job for job in queue() if job.state is JobState.RUNNING)
    scene.choose(running.prompt)
    with pytest.raises(LookupError):
        scene.button("More ways to delete")


def test_the_focus_stays_at_the_foot_when_there_is_no_copy_to_delete_any_more(scene: Scene) -> None:
    job = make_job("a lake at dawn", provider_id="haiper")
    scene.jobs.add(job)
    scene.settle()
    scene.choose("a lake at dawn")
    scene.button("More ways to delete").setFocus()
    scene.jobs.change(job.job_id, is_deleted_there=True)
    assert scene.page.focusWidget() is scene.page.details.delete


def test_what_is_missing_from_a_finished_job_is_a_notice_and_no_error(scene: Scene) -> None:
    partly = Problem("notice", text("1 of 4 results was removed."))
    scene.jobs.add(make_job("a lake at dawn", files=3, problem=partly))
    scene.settle()
    scene.choose("a lake at dawn")
    told = [scene.page.details.problem.is_notice]
    with pytest.raises(LookupError):
        scene.button("Copy error")
    scene.choose("Portrait of a lighthouse keeper")
    assert scene.button("Copy error").isVisible()
    told.append(scene.page.details.problem.is_notice)
    assert told == [True, False]


def test_several_are_deleted_at_once_and_the_running_ones_stay(scene: Scene) -> None:
    scene.page.grid.selectAll()
    assert scene.page.details.job_id == ""
    scene.button("Delete").click()
    resting = [job.job_id for job in scene.jobs.jobs.values() if job.is_resting]
    assert sorted(scene.deleted[0]) == sorted(resting)


def test_after_a_deletion_the_neighbour_is_looked_at(scene: Scene) -> None:
    job = scene.choose("Glacier valley, first light, telephoto")
    row = scene.page.model.row_of(job.job_id)
    scene.jobs.remove(job.job_id)
    neighbour = scene.page.model.job_at(row)
    assert scene.page.details.job_id == neighbour.job_id


def test_a_star_and_tags_are_given_and_taken(scene: Scene) -> None:
    job = scene.choose("Jade coast at noon")
    scene.button("Favourite").click()
    assert scene.jobs.jobs[job.job_id].favourite
    scene.button("Add tag").click()
    QTest.keyClicks(scene.page.details.tags.field, "Coast, sea ,coast")
    QTest.keyClick(scene.page.details.tags.field, Qt.Key.Key_Return)
    assert scene.jobs.jobs[job.job_id].tags == ("Coast", "sea")
    scene.button("Remove tag Coast").click()
    assert scene.jobs.jobs[job.job_id].tags == ("sea",)
    assert [chip.label for chip in scene.page.details.tags.chips()] == ["sea"]


def test_every_tag_has_its_place_also_after_another_job_was_looked_at(scene: Scene) -> None:
    for prompt in ("Jade coast at noon", LAKE):
        scene.choose(prompt)
        QApplication.processEvents()
    chips = scene.page.details.tags.chips()
    assert [chip.label for chip in chips] == ["landscape", "album cover"]
    assert not chips[0].geometry().intersects(chips[1].geometry())
    assert all(scene.page.details.tags.rect().contains(chip.geometry()) for chip in chips)


def test_escape_gives_a_half_written_tag_up(scene: Scene) -> None:
    job = scene.choose("Jade coast at noon")
    scene.button("Add tag").click()
    QTest.keyClicks(scene.page.details.tags.field, "coa")
    QTest.keyClick(scene.page.details.tags.field, Qt.Key.Key_Escape)
    assert scene.jobs.jobs[job.job_id].tags == ()
    assert scene.button("Add tag").isVisible()


def test_a_tag_being_written_belongs_to_the_job_it_was_begun_for(scene: Scene) -> None:
    first = scene.choose("Jade coast at noon")
    scene.button("Add tag").click()
    QTest.keyClicks(scene.page.details.tags.field, "coast")
    second = scene.choose("Terraced hills, morning")
    assert scene.jobs.jobs[first.job_id].tags == ()
    assert scene.jobs.jobs[second.job_id].tags == ()


def test_keys_walk_through_the_cards_and_open_one(scene: Scene) -> None:
    scene.page.filters.search.setFocus()
    QTest.keyClick(scene.page.filters.search, Qt.Key.Key_Down)
    assert scene.page.grid.hasFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left):
        QTest.keyClick(scene.page.grid, key)
    row = scene.page.grid.currentIndex().row()
    assert row == 4
    QTest.keyClick(scene.page.grid, Qt.Key.Key_Return)
    assert scene.shown == [scene.page.model.job_at(row).job_id]
    assert scene.page.details.job_id == scene.shown[0]


def test_the_menu_of_a_card_offers_what_its_state_allows(scene: Scene) -> None:
    scene.choose("Slow pan across a rain-dark street")
    QTest.keyClick(scene.page.grid, Qt.Key.Key_Menu)
    menu = scene.page.grid.findChild(QMenu)
    assert isinstance(menu, QMenu)
    words = [entry.text() for entry in menu.actions() if entry.text()]
    menu.close()
    assert words == ["Run again", "Fetch again", "Edit and run", "Copy error", "Delete"]


def test_a_list_shows_the_same_jobs_and_keeps_what_is_chosen_in_sight(scene: Scene) -> None:
    job = scene.choose("Harbour cranes in the rain")
    scene.page.set_mode("list")
    assert scene.page.filters.switch.mode() == "list"
    index = scene.page.model.index_of(job.job_id)
    assert scene.page.grid.viewport().rect().contains(scene.page.grid.visualRect(index))
    assert [chosen.job_id for chosen in scene.page.grid.chosen()] == [job.job_id]


def test_a_narrow_page_keeps_cards_and_details(scene: Scene) -> None:
    widths = []
    for width in (1244, 904, 804):
        scene.page.resize(width, 700)
        QApplication.processEvents()
        assert scene.page.width() == width
        assert scene.page.details.isVisible()
        widths.append(scene.page.details.width())
    assert widths[0] == 320
    assert widths[0] > widths[1] >= widths[2] >= 260
    first, second = (scene.page.grid.visualRect(scene.page.model.index(row, 0)) for row in (0, 1))
    assert first.top() == second.top()


def test_ten_thousand_jobs_are_painted_as_fast_as_a_hundred(qtbot: QtBot) -> None:
    few, many = (Scene(qtbot, [make_job(f"job {n}") for n in range(count)]) for count in (100, 10_000))
    while many.page.model.canFetchMore(many.page.grid.rootIndex()):
        many.page.model.fetchMore(many.page.grid.rootIndex())
        many.settle()
    assert many.page.model.rowCount() == 10_000
    assert _scroll_s(many) < 3 * _scroll_s(few)


def _scroll_s(scene: Scene) -> float:
    """The best time of several for painting the grid at three places, in seconds."""
    view, bar = scene.page.grid, scene.page.grid.verticalScrollBar()
    times = []
    for _ in range(4):
        started = perf_counter()
        for place in (0, bar.maximum() // 2, bar.maximum()):
            bar.setValue(place)
            view.viewport().grab()
        times.append(perf_counter() - started)
    return min(times)


def test_a_card_tells_how_many_how_long_or_of_which_format(scene: Scene) -> None:
    def badge(prompt: str) -> object:
        return scene.page.model.index_of(scene.job(prompt).job_id).data(JobRole.BADGE)

    assert badge(LAKE) == ("images", "4")
    assert badge("Pearl harbour fog, slow dolly") == ("play", "0:10")
    assert badge("Jade coast at noon") == ("", "PNG")
    assert badge("Portrait of a lighthouse keeper") == ("", "SDXL")
