"""History read page by page while the world goes on: nothing twice, nothing left out, nothing from an older question."""

from datetime import timedelta
from random import Random

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from app.domain.history import HistoryQuery
from app.domain.job import JobState
from app.domain.media import Medium
from app.item_models.history_list import PAGE, HistoryModel, matches
from app.item_models.job_facts import JobFacts
from tests.fakes import NOW, FakeJobService, ManualTasks, make_job, provider_info

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal
NOWHERE = QModelIndex()


class Scene:
    """A library, and the list of it under Qt's own tester, which asks for more rows whenever it can."""

    def __init__(self, *, is_tested: bool = True) -> None:
        self.jobs = FakeJobService()
        self.tasks = ManualTasks()
        facts = JobFacts(self.jobs, provider_info, now=lambda: NOW)
        self.model = HistoryModel(self.jobs, facts, self.tasks.start)
        self.tester = QAbstractItemModelTester(self.model, FATAL) if is_tested else None

    def fill(self, number: int) -> None:
        for place in range(number):
            self.jobs.add(make_job(f"job {place}", created_at=NOW - timedelta(minutes=place + 1)))

    def open(self) -> None:
        self.model.reload()
        self.tasks.finish()

    def read_on(self) -> None:
        self.model.fetchMore(NOWHERE)
        self.tasks.finish()

    def read_all(self) -> None:
        while self.model.canFetchMore(NOWHERE) or not self.tasks.is_idle:
            self.read_on()

    def shown(self) -> list[str]:
        return [self.model.job_at(row).job_id for row in range(self.model.rowCount())]

    def expected(self) -> list[str]:
        found = [job for job in self.jobs.jobs.values() if matches(self.model.query, job)]
        return [job.job_id for job in sorted(found, key=lambda job: (-job.created_at.timestamp(), job.job_id))]


@pytest.fixture
def quiet_scene(qapp: QApplication) -> Scene:
    """Without the tester: nobody asks for more rows but the test."""
    return Scene(is_tested=False)


@pytest.fixture
def scene(qapp: QApplication) -> Scene:
    return Scene()


def test_pages_are_read_only_as_far_as_somebody_scrolls(quiet_scene: Scene) -> None:
    quiet_scene.fill(3 * PAGE)
    quiet_scene.open()
    assert quiet_scene.model.rowCount() == PAGE
    assert quiet_scene.model.total == 3 * PAGE
    quiet_scene.read_on()
    assert PAGE < quiet_scene.model.rowCount() < 3 * PAGE
    quiet_scene.read_all()
    assert quiet_scene.shown() == quiet_scene.expected()
    assert not quiet_scene.model.canFetchMore(NOWHERE)


def test_an_answer_to_an_older_question_is_dropped(scene: Scene) -> None:
    scene.jobs.add(make_job("lake"), make_job("forest"))
    scene.open()
    scene.model.set_query(HistoryQuery(words="lake"))
    scene.tasks.step()
    scene.model.set_query(HistoryQuery(words="forest"))
    scene.tasks.finish()
    assert [scene.model.job_at(row).prompt for row in range(scene.model.rowCount())] == ["forest"]


def test_the_old_rows_stay_until_the_answer_comes(scene: Scene) -> None:
    scene.jobs.add(make_job("lake"), make_job("forest"))
    scene.open()
    scene.model.set_query(HistoryQuery(words="lake"))
    assert scene.model.rowCount() == 2
    scene.tasks.finish()
    assert scene.model.rowCount() == 1
    assert scene.model.total == 1


def test_a_new_job_appears_on_top_without_a_reset_and_the_selection_stays(scene: Scene) -> None:
    scene.fill(PAGE + 20)
    scene.open()
    resets: list[bool] = []
    scene.model.modelReset.connect(lambda: resets.append(True))
    held = QPersistentModelIndex(scene.model.index(3, 0))
    before = scene.model.job_at(3).job_id
    scene.jobs.add(make_job("new", created_at=NOW))
    assert scene.shown()[0] == next(iter(scene.expected()))
    assert held.row() == 4
    assert scene.model.job_at(held.row()).job_id == before
    assert scene.model.total == PAGE + 21
    assert not resets


def test_a_job_that_no_longer_fits_the_question_leaves_and_one_that_does_comes(scene: Scene) -> None:
    star, plain = make_job("star", favourite=True), make_job("plain", created_at=NOW)
    scene.jobs.add(star, plain)
    scene.model.set_query(HistoryQuery(favourites_only=True))
    scene.tasks.finish()
    assert scene.shown() == [star.job_id]
    scene.jobs.set_favourite(star.job_id, on=False)
    assert scene.shown() == []
    scene.jobs.set_favourite(plain.job_id, on=True)
    assert scene.shown() == [plain.job_id]
    assert scene.model.total == 1


def test_an_older_job_below_what_was_read_waits_for_its_page(quiet_scene: Scene) -> None:
    quiet_scene.fill(2 * PAGE)
    quiet_scene.open()
    oldest = quiet_scene.expected()[-1]
    quiet_scene.jobs.change(oldest, favourite=True)
    assert oldest not in quiet_scene.shown()
    quiet_scene.read_all()
    assert quiet_scene.shown() == quiet_scene.expected()


def test_jobs_deleted_while_a_page_is_read_leave_no_gap(scene: Scene) -> None:
    scene.fill(3 * PAGE)
    scene.open()
    scene.model.fetchMore(NOWHERE)
    for job_id in scene.shown()[:50]:
        scene.jobs.remove(job_id)
    scene.tasks.finish()
    scene.read_all()
    assert scene.shown() == scene.expected()


def test_what_happens_while_the_first_page_is_read_is_not_lost(scene: Scene) -> None:
    scene.fill(10)
    scene.model.reload()
    scene.tasks.step()
    doomed = scene.expected()[4]
    scene.jobs.add(make_job("new", created_at=NOW))
    scene.jobs.remove(doomed)
    scene.jobs.change(scene.expected()[5], state=JobState.FAILED)
    scene.tasks.finish()
    assert scene.shown() == scene.expected()
    assert scene.model.total == 10
    assert scene.model.job_at(5).state is JobState.FAILED


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        ("", True),
        ("quiet", True),
        ("qui", True),
        ("qui lake", False),
        ("lake qui", True),
        ("QWEN", True),
        ("dusk", True),
    ],
)
def test_a_search_finds_whole_words_and_a_last_one_half_typed(words: str, fits: bool) -> None:
    job = make_job("A quiet lake", tags=("dusk",))
    assert matches(HistoryQuery(words=words), job) is fits


@pytest.mark.parametrize("seed", range(5))
def test_any_order_of_events_ends_with_what_the_library_holds(scene: Scene, seed: int) -> None:
    random = Random(seed)
    states = [JobState.DONE, JobState.RUNNING, JobState.FAILED]
    scene.fill(random.randint(0, 3 * PAGE))
    scene.open()
    queries = [HistoryQuery(), HistoryQuery(states=frozenset({JobState.DONE})), HistoryQuery(medium=Medium.VIDEO)]
    for step in range(200):
        known = list(scene.jobs.jobs)
        choice = random.random()
        if choice < 0.25 or not known:
            past, medium = (
                NOW - timedelta(minutes=random.uniform(-60, 300)),
                random.choice([Medium.IMAGE, Medium.VIDEO]),
            )
            scene.jobs.add(make_job(f"step {step}", random.choice(states), created_at=past, medium=medium))
        elif choice < 0.5:
            scene.jobs.change(random.choice(known), state=random.choice(states))
        elif choice < 0.65:
            scene.jobs.remove(random.choice(known))
        elif choice < 0.7:
            scene.model.set_query(random.choice(queries))
        elif choice < 0.85:
            scene.model.fetchMore(NOWHERE)
        else:
            scene.tasks.step()
    scene.tasks.finish()
    scene.read_all()
    assert scene.shown() == scene.expected()
    assert scene.model.total == len(scene.expected())
