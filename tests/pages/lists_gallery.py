"""Shows the job column and History in both looks, for eyes: `python -m tests.pages.lists_gallery OUT_DIR [SCALE]`."""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QHoverEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.domain.job import JobState
from app.domain.media import Medium
from app.item_models.job_facts import JobFacts
from app.item_models.job_list import JobListModel
from app.pages.history_page import HistoryPage
from app.system import appearance
from app.system.appearance import Appearance
from app.widgets.job_list import JobList
from app.widgets.look import wear
from tests.fakes import NOW, FakeJobService, FakeProviders, ManualTasks, NoSpecs, provider_info
from tests.painted_pictures import PaintedPictures
from tests.seeded_jobs import HUES, library, queue


class Sheet(QWidget):
    """A panel to stand on."""

    def __init__(self, part: QWidget, width: int, height: int) -> None:
        super().__init__()
        self.setFixedSize(width, height)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(part)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), appearance.colour("panel"))


def seeded(*, slow: bool = False) -> tuple[FakeJobService, JobFacts]:
    jobs = FakeJobService()
    jobs.add(*queue(), *library())
    return jobs, JobFacts(jobs, provider_info, PaintedPictures(HUES, slow=slow), lambda: NOW)


def settle(widget: QWidget) -> None:
    widget.show()
    for _ in range(5):
        QApplication.processEvents()


def grab(widget: QWidget, path: Path) -> None:
    settle(widget)
    widget.grab().save(str(path))


def columns(folder: Path, look: str) -> None:
    jobs, facts = seeded()
    model = JobListModel(jobs, facts, Medium.IMAGE)
    part = JobList(model)
    sheet = Sheet(part, 296, 900)
    done = next(s for s in model.sections() if s.title == "Today")
    part.set_current(model.job_at(done.first).job_id)
    settle(sheet)
    place = part.view.visualRect(model.index(0, 0)).center()
    QApplication.sendEvent(part.view.viewport(), _hover(place))
    sheet.grab().save(str(folder / f"jobs-{look}.png"))
    narrow = Sheet(JobList(model), 215, 620)
    grab(narrow, folder / f"jobs-narrow-{look}.png")
    empty = Sheet(JobList(JobListModel(FakeJobService(), facts, Medium.IMAGE)), 296, 500)
    grab(empty, folder / f"jobs-empty-{look}.png")


def history(folder: Path, look: str) -> None:
    """The page's part of a window of 1440 x 900 and of 1100 x 720."""
    for size, width, height in (("wide", 1244, 900), ("small", 904, 720)):
        for mode in ("grid", "list"):
            page, tasks = _page()
            page.resize(width, height)
            page.setProperty("surface", "window")
            page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
            page.show()
            tasks.finish()
            page.set_mode(mode)
            page.choose(page.model.job_at(2).job_id)
            page.grid.setFocus()
            grab(page, folder / f"history-{mode}-{size}-{look}.png")
            if size == "wide" and mode == "grid":
                _others(page, tasks, folder, look)
            page.close()


def _others(page: HistoryPage, tasks: ManualTasks, folder: Path, look: str) -> None:
    failed = next(i for i in range(page.model.rowCount()) if page.model.job_at(i).state is JobState.FAILED)
    page.choose(page.model.job_at(failed).job_id)
    page.details.tags.begin()
    grab(page, folder / f"history-failed-{look}.png")
    page.choose(page.model.job_at(1).job_id)
    grab(page, folder / f"history-running-{look}.png")
    page.grid.selectAll()
    grab(page, folder / f"history-several-{look}.png")
    page.filters.search.setText("zebra")
    page.filters.status.set_value("failed")
    page.filters.query_changed.emit(page.filters.query())
    tasks.finish()
    grab(page, folder / f"history-nothing-{look}.png")


def _page() -> tuple[HistoryPage, ManualTasks]:
    jobs, tasks = FakeJobService(), ManualTasks()
    jobs.add(*queue()[:2], *library())
    pictures = PaintedPictures(HUES)
    page = HistoryPage(
        jobs=jobs,
        catalogue=NoSpecs(),
        providers=FakeProviders(),
        assets=pictures,
        start_task=tasks.start,
        now=lambda: NOW,
    )
    return page, tasks


def _hover(point: QPoint) -> QHoverEvent:
    at = QPointF(point)
    return QHoverEvent(QHoverEvent.Type.HoverMove, at, at, at, Qt.KeyboardModifier.NoModifier)


def main(folder: Path, scale: str) -> None:
    os.environ["QT_SCALE_FACTOR"] = scale
    app = QApplication([])
    worn = Appearance("dark")
    wear(app, worn)
    folder.mkdir(parents=True, exist_ok=True)
    for look in ("dark", "light"):
        worn.set_mode(look)
        columns(folder, look)
        history(folder, look)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "1")
