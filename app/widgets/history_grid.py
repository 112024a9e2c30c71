"""The history as cards or rows under days: several can be chosen, one is looked at."""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from app.domain.job import Job
from app.domain.job_words import JobAction
from app.item_models.history_list import HistoryModel
from app.item_models.job_facts import JobRole
from app.widgets.history_delegate import CARDS, ROWS, CardDelegate, RowDelegate
from app.widgets.job_menu import job_menu
from app.widgets.section_view import SectionView


class HistoryGrid(SectionView):
    """Named `History`. `chosen_changed` comes when another job is looked at or others are chosen."""

    chosen_changed = Signal()
    show_requested = Signal(str)
    action_requested = Signal(str, object)  # job id, JobAction
    delete_requested = Signal(list)  # job ids

    def __init__(self, model: HistoryModel, parent: QWidget | None = None) -> None:
        super().__init__(CARDS, parent)
        self.setAccessibleName(self.tr("History"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._cards, self._lines = CardDelegate(model.facts, self), RowDelegate(model.facts, self)
        self.setItemDelegate(self._cards)
        self.set_rows(model)
        self.activated.connect(self._show)
        self.menu_requested.connect(self._open_menu)
        model.rowsRemoved.connect(self._after_removal)
        self.selectionModel().selectionChanged.connect(self.chosen_changed)
        self.selectionModel().currentChanged.connect(self.chosen_changed)

    def set_mode(self, mode: str) -> None:
        """ "grid" or "list"."""
        is_grid = mode == "grid"
        self.setItemDelegate(self._cards if is_grid else self._lines)
        self.set_measures(CARDS if is_grid else ROWS)

    def chosen(self) -> list[Job]:
        """The chosen jobs, from the top."""
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return [self.rows().job_at(row) for row in rows]

    def looked_at(self) -> Job | None:
        """The job whose details are wanted: the current one where it is chosen, else the first chosen."""
        chosen = self.chosen()
        current = str(self.currentIndex().data(JobRole.ID) or "")
        return next((job for job in chosen if job.job_id == current), chosen[0] if chosen else None)

    def choose(self, job_id: str) -> bool:
        """Chooses one job and looks at it; False if it is not shown."""
        index = self.rows().index_of(job_id)
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        return index.isValid()

    def choose_first(self) -> None:
        if self.rows().rowCount():
            self.choose(self.rows().job_at(0).job_id)

    def _after_removal(self, _parent: QModelIndex, first: int, _last: int) -> None:
        """The neighbour takes the place of the last chosen one, so that many can be deleted one after another."""
        left = self.rows().rowCount()
        if left and not self.chosen():
            self.choose(self.rows().job_at(min(first, left - 1)).job_id)

    def _show(self, index: QModelIndex) -> None:
        if index.isValid():
            self.show_requested.emit(str(index.data(JobRole.ID)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.request_delete()
            return
        super().keyPressEvent(event)

    def request_delete(self) -> None:
        """Asks to delete what is chosen, as far as nothing of it is still on its way."""
        ids = [job.job_id for job in self.chosen() if job.is_resting]
        if ids:
            self.delete_requested.emit(ids)

    def _open_menu(self, where: QPoint) -> None:
        job = self.looked_at()
        if job is None:
            return
        several = len(self.chosen()) > 1
        facts = self.rows().facts
        actions = (JobAction.DELETE,) if several else facts.actions(job)
        menu = job_menu(job, actions, lambda action: self._ask(job.job_id, action), self, facts.provider(job).title)
        menu.popup(where)

    def _ask(self, job_id: str, action: JobAction) -> None:
        if action is JobAction.DELETE:
            self.request_delete()
        elif action is JobAction.SHOW:
            self.show_requested.emit(job_id)
        else:
            self.action_requested.emit(job_id, action)
