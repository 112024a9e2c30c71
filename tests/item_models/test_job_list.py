"""The right-hand column's rows: order, headings, and that one changed job changes one row."""

from datetime import datetime, timedelta
from random import Random

import pytest
from PySide6.QtCore import QPersistentModelIndex, QSize, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from app.domain.job import Job, JobState
from app.domain.job_words import Progress
from app.domain.media import Medium
from app.item_models.job_facts import JobFacts, JobRole
from app.item_models.job_list import FINISHED_KEPT, JobListModel
from tests.fakes import NOW, FakeJobService, make_job, provider_info
from tests.painted_pictures import PaintedPictures

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


class Scene:
    """A service, the facts about its jobs at `now`, and the list of its image jobs under Qt's own tester."""

    def __init__(self) -> None:
        self.now: datetime = NOW
        self.jobs = FakeJobService()
        self.pictures = PaintedPictures(slow=True)
        self.facts = JobFacts(self.jobs, provider_info, self.pictures, lambda: self.now)
        self.model = JobListModel(self.jobs, self.facts, Medium.IMAGE)
        self.tester = QAbstractItemModelTester(self.model, FATAL)
        self.changed: list[tuple[int, int]] = []
        self.model.dataChanged.connect(lambda first, last, roles: self.changed.append((first.row(), last.row())))

    def prompts(self) -> list[str]:
        self.model.catch_up()
        return [str(self.model.index(row, 0).data()) for row in range(self.model.rowCount())]

    def headings(self) -> list[tuple[str, str, int]]:
        return [(section.title, section.detail, section.count) for section in self.model.sections()]


@pytest.fixture
def scene(qapp: QApplication) -> Scene:
    return Scene()


def ago(**past: float) -> datetime:
    return NOW - timedelta(**past)


def test_the_queue_comes_first_in_its_own_order_and_then_what_is_finished_newest_first(scene: Scene) -> None:
    scene.jobs.add(
        make_job("done early", created_at=ago(hours=2)),
        make_job("running", JobState.RUNNING, created_at=ago(seconds=40)),
        make_job("waiting", JobState.WAITING, created_at=ago(seconds=5)),
        make_job("done yesterday", created_at=ago(days=1)),
        make_job("done late", created_at=ago(hours=1)),
    )
    assert scene.prompts() == ["running", "waiting", "done late", "done early", "done yesterday"]
    assert scene.headings() == [("Queue", "1 running \u00b7 1 waiting", 2), ("Today", "", 2), ("Yesterday", "", 1)]


def test_jobs_that_were_there_before_the_list_are_shown(qapp: QApplication) -> None:
    jobs = FakeJobService()
    jobs.add(make_job("early"), make_job("film", medium=Medium.VIDEO))
    model = JobListModel(jobs, JobFacts(jobs, provider_info), Medium.IMAGE)
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == ["early"]


def test_a_change_of_one_job_changes_one_row(scene: Scene) -> None:
    jobs = [make_job(f"job {n}", JobState.RUNNING, created_at=ago(minutes=n)) for n in range(3)]
    scene.jobs.add(*jobs)
    scene.changed.clear()
    scene.jobs.change(jobs[1].job_id, progress=0.5)
    assert scene.changed == [(1, 1)]


def test_a_job_that_finishes_moves_below_and_keeps_its_selection(scene: Scene) -> None:
    running = make_job("runs", JobState.RUNNING, created_at=ago(minutes=1))
    scene.jobs.add(running, make_job("old", created_at=ago(hours=1)), make_job("w", JobState.WAITING))
    held = QPersistentModelIndex(scene.model.index_of(running.job_id))
    resets: list[bool] = []
    scene.model.modelReset.connect(lambda: resets.append(True))
    scene.jobs.change(running.job_id, state=JobState.DONE, finished_at=NOW)
    assert scene.prompts() == ["w", "runs", "old"]
    assert held.row() == 1
    assert not resets


def test_a_row_tells_prompt_and_state_word_to_assistive_technology(scene: Scene) -> None:
    scene.jobs.add(make_job("A tea house", JobState.FAILED))
    spoken = scene.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "A tea house, Failed, prompt was refused"


def test_passing_time_is_told_for_running_rows_only(scene: Scene) -> None:
    scene.jobs.add(make_job("done"), make_job("runs", JobState.RUNNING, created_at=ago(seconds=41)))
    index = scene.model.index(0, 0)
    assert index.data(JobRole.LINE) == "0:41 of about 1:10"
    assert index.data(JobRole.PROGRESS) == Progress(41 / 70)
    scene.changed.clear()
    scene.now = NOW + timedelta(seconds=2)
    scene.model.tick()
    assert scene.changed == [(0, 0)]
    assert index.data(JobRole.LINE) == "0:43 of about 1:10"


def test_the_ticker_rests_while_nothing_runs(scene: Scene) -> None:
    running = make_job("runs", JobState.RUNNING)
    seen = [scene.model.is_ticking]
    scene.jobs.add(running)
    seen.append(scene.model.is_ticking)
    scene.jobs.change(running.job_id, state=JobState.FAILED)
    seen.append(scene.model.is_ticking)
    assert seen == [False, True, False]


def test_a_day_that_ends_renames_the_headings(scene: Scene) -> None:
    scene.jobs.add(make_job("done"))
    scene.now = NOW + timedelta(days=1)
    scene.model.day_passed()
    assert scene.headings() == [("Yesterday", "", 1)]


def test_a_picture_that_arrives_repaints_its_row(scene: Scene) -> None:
    scene.jobs.add(*(make_job(f"job {n}", created_at=ago(minutes=n)) for n in range(3)))
    job = scene.model.job_at(1)
    assert scene.facts.cover(job, QSize(64, 48)) is None
    scene.changed.clear()
    scene.pictures.deliver()
    assert scene.changed == [(1, 1)]
    assert scene.facts.cover(job, QSize(64, 48)) is not None


def test_a_job_that_is_not_waited_for_counts_as_neither(scene: Scene) -> None:
    running = make_job("runs", JobState.RUNNING)
    scene.jobs.add(running)
    assert scene.model.counts == (1, 0)
    scene.jobs.change(running.job_id, set_aside=True)
    assert scene.model.counts == (0, 0)
    assert scene.model.index(0, 0).data(JobRole.LINE) == "not waited for, saved when done"


def test_the_column_keeps_a_bounded_number_of_jobs_and_never_drops_an_unfinished_one(scene: Scene) -> None:
    scene.jobs.add(make_job("long", JobState.RUNNING, created_at=ago(days=9)))
    for number in range(FINISHED_KEPT + 5):
        scene.jobs.add(make_job(f"job {number}", created_at=ago(seconds=number)))
    scene.model.catch_up()
    assert scene.model.rowCount() == FINISHED_KEPT
    assert scene.prompts()[0] == "long"


RANKS = {JobState.RUNNING: 0, JobState.SAVING: 0, JobState.SENDING: 1, JobState.QUEUED: 1, JobState.WAITING: 2}


def _in_the_queue(job: Job) -> tuple[object, ...]:
    """What runs first, then what is in line over there, each as sent; then what waits here, as asked for."""
    waits = job.state is JobState.WAITING
    return (RANKS[job.state], job.created_at if waits else job.sent_at or job.created_at, job.job_id)


@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_events_leaves_the_rows_in_order(scene: Scene, seed: int) -> None:
    random = Random(seed)
    states = list(JobState)
    for step in range(150):
        known = list(scene.jobs.jobs)
        if not known or random.random() < 0.4:
            past = ago(hours=random.uniform(0, 60))
            medium = random.choice([Medium.IMAGE, Medium.IMAGE, Medium.VIDEO])
            scene.jobs.add(make_job(f"step {step}", random.choice(states), created_at=past, medium=medium))
        elif random.random() < 0.75:
            scene.jobs.change(random.choice(known), state=random.choice(states), favourite=random.random() < 0.5)
        else:
            scene.jobs.remove(random.choice(known))
        shown = [job for job in scene.jobs.jobs.values() if job.medium is Medium.IMAGE]
        queue = sorted((j for j in shown if not j.is_resting), key=_in_the_queue)
        rest = sorted((j for j in shown if j.is_resting), key=lambda j: j.created_at, reverse=True)
        assert scene.prompts() == [job.prompt for job in (*queue, *rest)]
        assert sum(section.count for section in scene.model.sections()) == len(shown)
        assert all(scene.model.row_of(job.job_id) >= 0 for job in shown)
