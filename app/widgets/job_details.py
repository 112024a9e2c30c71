"""Everything about one job beside the history: picture, prompt, recipe, what went wrong, tags, and what can be done."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from app.domain.job import Job, JobState
from app.domain.job_words import ACTION_ICONS, JobAction, label
from app.domain.model_spec import ModelSpec
from app.item_models.job_facts import JobFacts
from app.system import appearance
from app.system.language import say
from app.widgets import cover_art, painting, plain
from app.widgets.buttons import IconButton, Look, PaintedButton, PrimaryButton, QuietButton, SecondaryButton
from app.widgets.detail_rows import DetailRow, count_words, detail_rows, state_row
from app.widgets.empty_state import EmptyState
from app.widgets.fact_table import FactTable
from app.widgets.floating_bar import FloatingBar
from app.widgets.flow_layout import FlowLayout
from app.widgets.job_menu import job_menu
from app.widgets.labels import Divider
from app.widgets.long_words import LongWords
from app.widgets.problem_box import ProblemBox
from app.widgets.tag_editor import TagEditor

FindSpec = Callable[[str, str], ModelSpec | None]
SIDE = 16
_COVER_RATIO = 1.47
_REMOTE = frozenset({JobAction.DELETE_BOTH, JobAction.DELETE_THERE})
_STATE_ACTIONS = (
    JobAction.OPEN_SETTINGS,
    JobAction.FETCH_AGAIN,
    JobAction.CANCEL,
    JobAction.STOP_WAITING,
    JobAction.WAIT_AGAIN,
)


class JobDetails(QWidget):
    """Wishes go up with the id of the job that is shown."""

    show_requested = Signal(str)
    action_requested = Signal(str, object)  # job id, JobAction
    delete_requested = Signal()
    favourite_toggled = Signal(str, bool)
    tags_changed = Signal(str, tuple)

    def __init__(self, facts: JobFacts, find_spec: FindSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts = facts
        self._find_spec = find_spec
        self._job: Job | None = None
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._make_parts()
        self._lay_out()
        self._connect()

    def _make_parts(self) -> None:
        self.cover = CoverButton(self._facts, self)
        self.prompt = LongWords(self)
        self.run_again = PrimaryButton(self.tr("Run again"), "refresh-cw", self)
        self.edit_and_run = SecondaryButton(self.tr("Edit and run"), "pencil", self)
        self.show_file = SecondaryButton(self.tr("Show file"), "folder-open", self)
        self.state_button = SecondaryButton(parent=self)
        self.run_again.setFont(appearance.font(12, QFont.Weight.DemiBold))
        self.problem = ProblemBox(self)
        self.table = FactTable(self)
        self.tags = TagEditor(self)
        self.favourite = FavouriteButton(self.tr("Favourite"), self)
        self.delete = QuietButton(self.tr("Delete"), "trash-2", self)
        self.more = IconButton("chevron-down", self.tr("More ways to delete"), self, size=28)
        self._several = EmptyState("layers", "", parent=self)

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(SIDE, SIDE, SIDE, SIDE)
        column.setSpacing(12)
        buttons = FlowLayout(gap=6)
        for button in (self.run_again, self.edit_and_run, self.show_file, self.state_button):
            buttons.addWidget(button)
        column.addWidget(self.cover)
        column.addWidget(self.prompt)
        column.addLayout(buttons)
        for part in (self.problem, self.table, self.tags):
            column.addWidget(part)
        column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        FloatingBar(scroll)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        scroll.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        self.tags.begun.connect(lambda: scroll.ensureWidgetVisible(self.tags, 0, SIDE))
        self._faces = QStackedLayout()
        self._faces.addWidget(scroll)
        self._faces.addWidget(self._several)
        foot = QHBoxLayout()
        foot.setContentsMargins(SIDE - 6, 8, SIDE - 6, 12)
        foot.addWidget(self.favourite)
        foot.addStretch(1)
        foot.addWidget(self.delete)
        foot.addWidget(self.more)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(self._faces, 1)
        whole.addWidget(Divider(self))
        whole.addLayout(foot)

    def _connect(self) -> None:
        self.cover.clicked.connect(lambda: self.show_requested.emit(self.job_id))
        self.run_again.clicked.connect(self._ask_again)
        self.edit_and_run.clicked.connect(lambda: self._ask(JobAction.EDIT_AND_RUN))
        self.show_file.clicked.connect(lambda: self._ask(JobAction.OPEN_FOLDER))
        self.state_button.clicked.connect(lambda: self._ask(self._state_action()))
        self.problem.copy_requested.connect(lambda: self._ask(JobAction.COPY_ERROR))
        self.tags.tags_changed.connect(lambda tags: self.tags_changed.emit(self.job_id, tags))
        self.favourite.clicked.connect(lambda on: self.favourite_toggled.emit(self.job_id, on))
        self.delete.clicked.connect(self.delete_requested)
        self.more.clicked.connect(self._open_more)

    @property
    def job_id(self) -> str:
        """The job that is shown, or ""."""
        return self._job.job_id if self._job else ""

    def show_several(self, jobs: Sequence[Job]) -> None:
        """Several are chosen: only what makes sense for all of them is offered."""
        self._job = None
        stay = sum(not job.is_resting for job in jobs)
        words = self.tr("{jobs} on the way cannot be deleted.").format(jobs=count_words(stay)) if stay else ""
        self._several.set_words("layers", self.tr("{jobs} chosen").format(jobs=count_words(len(jobs))), words)
        self._faces.setCurrentIndex(1)
        self.favourite.hide()
        self.more.hide()
        self._offer_delete(any(job.is_resting for job in jobs))

    def show_job(self, job: Job) -> None:
        """Shows a job, or what has changed about the one that is shown."""
        is_other = job.job_id != self.job_id
        self._job = job
        self._faces.setCurrentIndex(0)
        self.cover.set_job(job)
        self.prompt.set_text(job.prompt.strip() or self._facts.title(job))
        self._show_actions(job)
        self.problem.set_problem(
            job.told_problem, self._facts.provider(job).title, is_notice=job.state is JobState.DONE
        )
        self.table.set_rows(self._rows(job))
        if is_other or job.tags != self.tags.tags:
            self.tags.set_tags(job.tags)
        self.favourite.show()
        self.favourite.setChecked(job.favourite)

    def _rows(self, job: Job) -> list[DetailRow]:
        spec = self._find_spec(job.provider_id, job.model_id)
        state = state_row(job, self._facts.word(job), self._facts.line(job))
        rows = detail_rows(job, spec, self._facts.provider(job).title, self._facts.today())
        return [state, *rows] if state else rows

    def _show_actions(self, job: Job) -> None:
        offered = self._facts.actions(job)
        self.run_again.setVisible(JobAction.RUN_AGAIN in offered or JobAction.RETRY in offered)
        self.run_again.setToolTip(plain.tooltip(say(label(self._again(), job))))
        self.show_file.setVisible(JobAction.OPEN_FOLDER in offered)
        extra = next((action for action in _STATE_ACTIONS if action in offered), None)
        self.state_button.setVisible(extra is not None)
        if extra is not None:
            self.state_button.setText(say(label(extra, job)))
            self.state_button.set_icon_name(ACTION_ICONS[extra])
        self._offer_delete(JobAction.DELETE in offered)
        may_more = bool(_REMOTE.intersection(offered))
        if self.more.hasFocus() and not may_more:
            self.delete.setFocus()  # beside it; else the ring would jump to the picture at the top
        self.more.setVisible(may_more)

    def _open_more(self) -> None:
        """The ways to delete that concern the provider, in a menu over the button."""
        if self._job is None:
            return
        offered = [action for action in self._facts.actions(self._job) if action in _REMOTE]
        menu = job_menu(self._job, offered, self._ask, self, self._facts.provider(self._job).title)
        size, corner = menu.sizeHint(), self.more.mapToGlobal(self.more.rect().topRight())
        menu.popup(
            corner - QPoint(size.width() - 1, size.height())
        )  # inside the window, as the button stands at its edge

    @property
    def foot_height(self) -> int:
        """The height in px of the buttons at the bottom; 0 while they are not seen."""
        return self.height() - self.favourite.y() + 8 if self.favourite.isVisible() else 0

    def _offer_delete(self, possible: bool) -> None:
        self.delete.setEnabled(possible)
        why = self.tr("A job on its way cannot be deleted")
        self.delete.setToolTip("" if possible else plain.tooltip(why))

    def _state_action(self) -> JobAction:
        offered = self._facts.actions(self._job) if self._job else ()
        return next((action for action in _STATE_ACTIONS if action in offered), JobAction.SHOW)

    def _again(self) -> JobAction:
        offered = self._facts.actions(self._job) if self._job else ()
        return JobAction.RETRY if JobAction.RETRY in offered else JobAction.RUN_AGAIN

    def _ask_again(self) -> None:
        self._ask(self._again())

    def _ask(self, action: JobAction) -> None:
        """Asks only for what the job still offers: it may have changed since the button was painted."""
        if self._job is not None and action in self._facts.actions(self._job):
            self.action_requested.emit(self._job.job_id, action)


class CoverButton(PaintedButton):
    """The picture of a job; pressing it opens the viewer."""

    def __init__(self, facts: JobFacts, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        self._facts = facts
        self._covers = cover_art.Covers()
        self._job: Job | None = None
        self.setAccessibleName(self.tr("Show in viewer"))
        self.setToolTip(self.tr("Show in viewer"))

    def set_job(self, job: Job) -> None:
        self._job = job
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setFixedHeight(round(self.width() / _COVER_RATIO))

    def paint_surface(self, painter: QPainter, look: Look) -> None:
        """The ring comes last, on top of the picture."""

    def paint_content(self, painter: QPainter, look: Look) -> None:
        rect = QRectF(self.rect())
        image = None
        if self._job is not None:
            image = self._facts.cover(self._job, cover_art.wanted_pixels(rect, self.devicePixelRatioF()))
        if image is not None:
            self._covers.draw(painter, rect, image, self.RADIUS)
        elif self._job is not None:
            self._paint_other(painter, rect, self._job)
        if self.hovered:
            painting.surface(painter, rect, self.RADIUS, fill=appearance.colour("hover"))
        if self.ring:
            painting.focus_ring(painter, rect, self.RADIUS)

    def _paint_other(self, painter: QPainter, rect: QRectF, job: Job) -> None:
        painting.surface(painter, rect, self.RADIUS, fill=appearance.colour("raised"))
        peaks = self._facts.peaks(job)
        if peaks:
            top = rect.height() * 0.28
            cover_art.waveform(painter, rect.adjusted(16, top, -16, -top), peaks)
        else:
            cover_art.sign(painter, rect, self._facts.icon(job), 32)


class FavouriteButton(QuietButton):
    """A star that is filled while the job is a favourite."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, "star", parent)
        self.setCheckable(True)
        self.toggled.connect(lambda on: self.set_icon_name("star-filled" if on else "star"))

    def look(self) -> Look:
        worn = super().look()
        return worn._replace(ink=appearance.colour("text")) if self.isChecked() else worn

    def icon_colour(self, look: Look) -> QColor:
        return appearance.colour("accent") if self.isChecked() else look.ink
