"""Everything ever made: search and filters above, cards or rows in the middle, all about one job at the right."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.history import HistoryQuery
from app.domain.job import Job
from app.domain.model_spec import ModelSpec
from app.domain.provider_info import ProviderInfo
from app.item_models.history_list import HistoryModel
from app.item_models.job_facts import JobFacts
from app.item_models.job_source import Jobs, Pictures, StartTask
from app.pages.history_filters import HistoryFilters
from app.widgets.empty_state import EmptyState
from app.widgets.history_grid import HistoryGrid
from app.widgets.job_details import JobDetails
from app.widgets.labels import Divider
from app.widgets.overlaid import Overlaid

DETAILS, DETAILS_SMALLEST, MIDDLE = 320, 264, 420
"""Widths in px. A narrow page takes from the details first, and then does without them."""


class HistoryJobs(Jobs, Protocol):
    """The part of `JobService` that this page wants something of."""

    def set_favourite(self, job_id: str, on: bool) -> None: ...
    def set_tags(self, job_id: str, tags: tuple[str, ...]) -> None: ...
    async def all_tags(self) -> list[str]: ...


class Specs(Protocol):
    """The part of `Catalogue` that knows a model's parameters."""

    def find(self, provider_id: str, model_id: str) -> ModelSpec | None: ...


class Card(Protocol):
    """The part of `ProviderCard` that the filter shows."""

    @property
    def info(self) -> ProviderInfo: ...


class Providers(Protocol):
    """The part of `ProviderService` that knows names."""

    def info(self, provider_id: str) -> ProviderInfo: ...
    def cards(self) -> Sequence[Card]: ...


class HistoryPage(QWidget):
    """Wishes that concern other pages go up; ids are those of jobs."""

    show_requested = Signal(str)
    action_requested = Signal(str, object)  # job id, JobAction
    delete_requested = Signal(list)  # job ids, all resting
    mode_changed = Signal(str)  # "grid" or "list"

    def __init__(
        self,
        *,
        jobs: HistoryJobs,
        catalogue: Specs,
        providers: Providers,
        assets: Pictures,
        start_task: StartTask,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._start_task = start_task
        self._assets = assets
        facts = JobFacts(jobs, providers.info, assets, now)
        self.model = HistoryModel(jobs, facts, start_task, self)
        self.filters = HistoryFilters([card.info for card in providers.cards()], self)
        self.grid = HistoryGrid(self.model, self)
        self.details = JobDetails(facts, catalogue.find, self)
        self.empty = EmptyState("images", "", parent=self)
        self._looked_at = ""
        self._is_loaded = False
        self._lay_out()
        self._connect()
        self.grid.setFocus()  # so that opening the page leads to the results and not into the search

    def _lay_out(self) -> None:
        self._middle = Overlaid(self.grid, self.empty, self)
        self._edge = Divider(self, vertical=True)
        lower = QHBoxLayout()
        lower.setSpacing(0)
        lower.addWidget(self._middle, 1)
        lower.addWidget(self._edge)
        lower.addWidget(self.details)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filters)
        column.addWidget(Divider(self))
        column.addLayout(lower, 1)
        self._show_face()

    def _connect(self) -> None:
        self.filters.query_changed.connect(self.model.set_query)
        self.filters.mode_changed.connect(self.set_mode)
        self.filters.left_downwards.connect(self._enter_grid)
        self.model.loaded.connect(self._on_loaded)
        self.model.total_changed.connect(self.filters.set_count)
        self.model.dataChanged.connect(self._refresh_details)
        for change in (self.model.rowsInserted, self.model.rowsRemoved, self.model.modelReset):
            change.connect(self._show_face)
        self.grid.chosen_changed.connect(self._show_details)
        self.grid.show_requested.connect(self.show_requested)
        self.grid.action_requested.connect(self.action_requested)
        self.grid.delete_requested.connect(self.delete_requested)
        self.details.show_requested.connect(self.show_requested)
        self.details.action_requested.connect(self.action_requested)
        self.details.delete_requested.connect(self.grid.request_delete)
        self.details.favourite_toggled.connect(self._jobs.set_favourite)
        self.details.tags_changed.connect(self._jobs.set_tags)
        self.empty.primary_requested.connect(self.filters.clear)

    # --- what other parts ask for

    def focus_search(self) -> None:
        """Puts the cursor into the search field, what stands there marked."""
        self.filters.search.setFocus()
        self.filters.search.selectAll()

    def kept_clear(self) -> int:
        """The height in px of what can be done with the chosen jobs."""
        return self.details.foot_height

    def set_mode(self, mode: str) -> None:
        """Shows cards ("grid") or rows ("list")."""
        self.filters.switch.set_mode(mode)
        self.grid.set_mode(self.filters.switch.mode())
        self.mode_changed.emit(self.filters.switch.mode())

    def choose(self, job_id: str) -> bool:
        """Looks at one job; False if it is not among what is shown."""
        return self.grid.choose(job_id)

    # --- facts

    def _on_loaded(self) -> None:
        """The job that was looked at stays so where it is still there, else the first one is."""
        self._is_loaded = True
        self.filters.set_count(self.model.total)
        if not self.grid.choose(self._looked_at):
            self.grid.choose_first()
        self._show_face()
        self._start_task("read tags", self._read_tags())

    async def _read_tags(self) -> None:
        self.details.tags.set_known(await self._jobs.all_tags())

    def _show_face(self) -> None:
        """Rows, or why there are none; nothing at all before the first answer."""
        has_rows = self.model.rowCount() > 0
        if not has_rows and self._is_loaded:
            self._explain()
        self._middle.cover(not has_rows and self._is_loaded)
        self._show_details()

    def _explain(self) -> None:
        if self.model.query == HistoryQuery():
            words = self.tr("Everything you make is kept here with its recipe, until you delete it.")
            self.empty.set_words("images", self.tr("Nothing here yet"), words)
        else:
            words = self.tr("Try fewer words, or other filters.")
            self.empty.set_words("search", self.tr("Nothing matches"), words, primary=self.tr("Clear search"))

    def _show_details(self) -> None:
        chosen, looked_at = self.grid.chosen(), self.grid.looked_at()
        if looked_at is not None:
            self._looked_at = looked_at.job_id
        if len(chosen) > 1:
            self.details.show_several(chosen)
        elif looked_at is not None:
            self.details.show_job(looked_at)
        self._fit()

    def _refresh_details(self) -> None:
        job: Job | None = self.model.shown_job(self.details.job_id)
        if job is not None:
            self.details.show_job(job)

    def _enter_grid(self) -> None:
        self.grid.setFocus()

    # --- Qt

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._is_loaded:
            self.model.reload()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """The details stay while their job is shown, also when nothing is chosen: the cards should not jump."""
        room = self.width() - MIDDLE
        self.details.setFixedWidth(max(DETAILS_SMALLEST, min(DETAILS, round(self.width() * 0.29))))
        has_subject = len(self.grid.chosen()) > 1 or self.model.shown_job(self.details.job_id) is not None
        self.details.setVisible(has_subject and room >= DETAILS_SMALLEST)
        self._edge.setVisible(has_subject and room >= DETAILS_SMALLEST)
