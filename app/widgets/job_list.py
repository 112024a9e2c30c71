"""The right-hand column of a create page: the queue with its progress, then what is finished, newest first."""

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QHideEvent,
    QHoverEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QToolTip, QVBoxLayout, QWidget

from app.domain.job_words import JobAction, Progress, label, meaning
from app.item_models.job_facts import DOT, JobRole
from app.item_models.job_list import JobListModel
from app.item_models.job_rows import Index
from app.system import appearance
from app.system.language import say
from app.widgets import plain
from app.widgets.buttons import QuietButton
from app.widgets.empty_state import EmptyState
from app.widgets.job_menu import job_menu
from app.widgets.job_row_delegate import HEIGHT, JobRowDelegate, progress_rect, row_place, side_of, text_start
from app.widgets.overlaid import Overlaid
from app.widgets.place import Place
from app.widgets.queue_bar import BUTTON, QueueBar
from app.widgets.section_layout import Measures
from app.widgets.section_view import SectionView

_MEASURES = Measures(HEIGHT, first_heading=42, heading=51)
_MOVES = {
    Qt.Key.Key_Up: JobAction.MOVE_UP,
    Qt.Key.Key_Down: JobAction.MOVE_DOWN,
    Qt.Key.Key_Home: JobAction.MOVE_FIRST,
}
"""With Alt: where a job that waits goes."""
_FRAME_MS, _SWEEP_S = 33, 1.6


class JobList(QWidget):
    """Wishes go up: `show_requested` and `action_requested` carry a job id; `current_id` is what the viewer shows."""

    show_requested = Signal(str)
    action_requested = Signal(str, object)  # job id, JobAction
    see_all_requested = Signal()
    pause_requested = Signal(bool)
    cancel_waiting_requested = Signal()

    def __init__(self, model: JobListModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._view = JobListView(model, self)
        # the viewer beside it already says how to begin
        self._empty = EmptyState("", "", self.tr("Your jobs line up here."), self)
        self._see_all = QuietButton(self.tr("See all"), parent=self._view.viewport())
        self._see_all.setFixedHeight(28)
        self._see_all.setToolTip(self.tr("Everything you have made, in History"))
        self._see_all.clicked.connect(self.see_all_requested)
        self._queue = QueueBar(self._view.viewport())
        self._queue.pause_requested.connect(self.pause_requested)
        self._queue.cancel_waiting_requested.connect(self.cancel_waiting_requested)
        self._layers = Overlaid(self._view, self._empty, self)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self._layers)
        self._view.show_requested.connect(self.show_requested)
        self._view.action_requested.connect(self.action_requested)
        self._view.laid_out.connect(self._place_see_all)
        self._view.laid_out.connect(self._place_queue_bar)
        for change in (model.rowsInserted, model.rowsRemoved, model.modelReset):
            change.connect(self._choose_face)
        self._choose_face()

    @property
    def view(self) -> "JobListView":
        return self._view

    @property
    def see_all(self) -> QuietButton:
        return self._see_all

    @property
    def queue_bar(self) -> QueueBar:
        return self._queue

    @property
    def is_empty(self) -> bool:
        return self._layers.is_covered

    def current_id(self) -> str:
        """The job that is marked, or ""."""
        return str(self._view.currentIndex().data(JobRole.ID) or "")

    def set_current(self, job_id: str) -> None:
        """Marks the job that the viewer shows; "" marks none. Asks for nothing."""
        index = self._model.index_of(job_id)
        if not index.isValid():
            self._view.clearSelection()
            self._view.setCurrentIndex(QModelIndex())
            return
        flags = QItemSelectionModel.SelectionFlag
        self._view.selectionModel().setCurrentIndex(index, flags.ClearAndSelect)

    def reveal(self, job_id: str) -> None:
        """Scrolls a job into sight."""
        self._view.scrollTo(self._model.index_of(job_id))

    def _choose_face(self) -> None:
        self._layers.cover(not self._model.rowCount())

    def _place_see_all(self) -> None:
        """Stands in the heading of the first finished day, and scrolls away with it."""
        headings, sections = self._view.heading_rects(), self._model.sections()
        place = next((i for i, section in enumerate(sections) if self._model.job_at(section.first).is_resting), -1)
        self._see_all.setVisible(0 <= place < len(headings))
        if self._see_all.isVisibleTo(self._view.viewport()):
            width = self._see_all.sizeHint().width()
            heading = row_place(headings[place], self._view.layoutDirection())
            top = heading.rect.height() - 33
            area = heading.part(heading.width - width - side_of(heading.width) + QuietButton.PADDING, top, width, 28)
            self._see_all.setGeometry(area.toRect())

    def _place_queue_bar(self) -> None:
        """Stands in the heading of the queue, which is the first one where there is a queue."""
        headings = self._view.heading_rects()
        self._queue.setVisible(bool(headings) and not self._model.job_at(0).is_resting)
        if self._queue.isVisibleTo(self._view.viewport()):
            self._queue.set_queue(is_paused=self._model.facts.is_paused(), waiting=len(self._model.waiting_ids()))
            heading = row_place(headings[0], self._view.layoutDirection())
            start = heading.width - self._queue.width() - side_of(heading.width) + 6
            area = heading.part(start, heading.rect.height() - 33, self._queue.width(), self._queue.height())
            self._queue.setGeometry(area.toRect())


class JobListView(SectionView):
    """The list itself, named `Jobs`."""

    show_requested = Signal(str)
    action_requested = Signal(str, object)

    def __init__(self, model: JobListModel, parent: QWidget | None = None) -> None:
        super().__init__(_MEASURES, parent)
        self.setAccessibleName(self.tr("Jobs"))
        self._delegate = JobRowDelegate(model.facts, self)
        self._pressed: tuple[str, JobAction] | None = None
        self._frames = QTimer(self)
        self._frames.setInterval(_FRAME_MS)
        self._frames.timeout.connect(self._move_light)
        self.setItemDelegate(self._delegate)
        self.set_rows(model)
        self.clicked.connect(self._show)
        self.activated.connect(self._show)
        self.menu_requested.connect(self._open_menu)
        model.dataChanged.connect(self._attend)
        self.laid_out.connect(self._attend)

    @property
    def is_animated(self) -> bool:
        """Whether a light sweeps, which costs a repaint of its line many times a second."""
        return self._frames.isActive()

    def quick_rect(self, index: QModelIndex, action: JobAction) -> QRectF:
        """Where an action of a row is offered under the pointer; empty if it is not."""
        offered = dict(self._delegate.quick_rects(self._place(index), index))
        return offered.get(action, QRectF())

    def _show(self, index: QModelIndex) -> None:
        if index.isValid():
            self.show_requested.emit(str(index.data(JobRole.ID)))

    def _ask(self, index: QModelIndex, action: JobAction) -> None:
        job_id = str(index.data(JobRole.ID))
        if action is JobAction.SHOW:
            self.show_requested.emit(job_id)
        else:
            self.action_requested.emit(job_id, action)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._delegate.dirty = event.region()
        super().paintEvent(event)

    def _open_menu(self, where: QPoint) -> None:
        index = self.currentIndex()
        if index.isValid():
            held = str(index.data(JobRole.ID))
            actions = index.data(JobRole.ACTIONS)
            provider = str(index.data(JobRole.PROVIDER))
            menu = job_menu(
                index.data(JobRole.JOB), actions, lambda action: self._ask_by_id(held, action), self, provider
            )
            menu.popup(where)

    def _ask_by_id(self, job_id: str, action: JobAction) -> None:
        """The list may have changed while the menu was open."""
        index = self.rows().index_of(job_id)
        if index.isValid() and action in index.data(JobRole.ACTIONS):
            self._ask(index, action)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() == Qt.Key.Key_Delete and index.isValid():
            if JobAction.DELETE in index.data(JobRole.ACTIONS):
                self._ask(index, JobAction.DELETE)
            return
        move = _MOVES.get(Qt.Key(event.key())) if event.modifiers() == Qt.KeyboardModifier.AltModifier else None
        if move is not None:
            if index.isValid() and move in index.data(JobRole.ACTIONS):
                self._ask(index, move)
            return
        super().keyPressEvent(event)

    def rowsAboutToBeRemoved(self, parent: Index, first: int, last: int) -> None:
        """The mark tells what the viewer shows, so it goes with its row; only who walks by keys keeps a place."""
        if first <= self.currentIndex().row() <= last and not self.hasFocus():
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        super().rowsAboutToBeRemoved(parent, first, last)

    # --- quick actions

    def _place(self, index: QModelIndex) -> Place:
        return row_place(self.visualRect(index), self.layoutDirection())

    def _action_at(self, point: QPoint) -> tuple[QModelIndex, JobAction | None]:
        index = self.indexAt(point)
        return index, self._delegate.action_at(self._place(index), index, point) if index.isValid() else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index, action = self._action_at(event.position().toPoint())
        self._pressed = None
        if action is not None and event.button() is Qt.MouseButton.LeftButton:
            self._pressed = (str(index.data(JobRole.ID)), action)
            return
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            super().mouseReleaseEvent(event)
            return
        index, action = self._action_at(event.position().toPoint())
        if index.isValid() and pressed == (index.data(JobRole.ID), action):
            self._ask(index, pressed[1])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            super().mouseMoveEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The second press on a quick action is not a wish to open the row."""
        if self._action_at(event.position().toPoint())[1] is None:
            super().mouseDoubleClickEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHoverEvent):
            index, hot = self._action_at(event.position().toPoint())
            if hot is not self._delegate.hot:
                self._delegate.hot = hot
                self.update(index)
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            self._tell(event)
            return True
        return super().viewportEvent(event)

    def _tell(self, event: QHelpEvent) -> None:
        """Names a quick action, or tells a prompt that is cut."""
        index, action = self._action_at(event.pos())
        words = ""
        if action is not None:
            sentences = (label(action, index.data(JobRole.JOB)), meaning(action, str(index.data(JobRole.PROVIDER))))
            words = "\n".join(say(sentence) for sentence in sentences if sentence)
        elif index.isValid():
            prompt = str(index.data())
            width = self.viewport().width()
            room = width - text_start(width) - side_of(width)
            words = prompt if QFontMetricsF(appearance.font(13)).horizontalAdvance(prompt) > room else ""
        QToolTip.showText(event.globalPos(), plain.tooltip(words), self)

    # --- the light of what cannot be measured

    def _sweeping(self) -> list[QModelIndex]:
        queue = sum(section.count for section in self.rows().sections()[:1])
        seen = [self.rows().index(row, 0) for row in self.seen_rows() if row < queue]
        return [index for index in seen if index.data(JobRole.PROGRESS) == Progress(None)]

    def _attend(self) -> None:
        """Frames are drawn only while a light is to be seen."""
        moving = self.isVisible() and appearance.motion_ms() > 0 and bool(self._sweeping())
        if not moving:
            self._delegate.phase = -1.0
            self._frames.stop()
        elif not self._frames.isActive():
            self._delegate.phase = 0.35
            self._frames.start()

    def _move_light(self) -> None:
        self._delegate.phase = (self._delegate.phase + _FRAME_MS / 1000 / _SWEEP_S) % 1.0
        for index in self._sweeping():
            line = progress_rect(self._place(index)).toAlignedRect()
            self.viewport().update(line)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._attend()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._frames.stop()

    def paint_heading(self, painter: QPainter, area: QRectF, title: str, detail: str) -> None:
        side = side_of(area.width())
        line = row_place(area.toRect(), self.layoutDirection()).inner(side, area.height() - 29, side, 9)
        used = line.write(painter, title, "text", appearance.font(13, QFont.Weight.DemiBold))
        if detail:
            rest = line.inner(used + 10, 0, 2 * BUTTON, 0)  # the queue's own buttons stand behind it
            font = appearance.font(12, tabular=True)
            rest.write(painter, _fitting(detail, QFontMetricsF(font), rest.width), "third", font)


def _fitting(detail: str, metrics: QFontMetricsF, room: float) -> str:
    """The counts, or the last of them where there is no room for both, or nothing: half a number tells nothing."""
    tried = (detail, detail.rsplit(DOT, maxsplit=1)[-1])
    return next((words for words in tried if metrics.horizontalAdvance(words) <= room), "")
