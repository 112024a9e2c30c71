"""Where an idea becomes a picture, a film or a sound: the form, the viewer, and this medium's jobs. One for all media.

The page connects its three columns and decides one thing: what the viewer shows. A job that was just started is shown
where nothing else is looked at; a job that finishes shows itself only where its waiting was watched.
"""

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget

from app.domain import job_words
from app.domain.job import Job, JobState
from app.domain.job_words import JobAction
from app.domain.media import Medium
from app.domain.request import GenerationRequest
from app.item_models.job_facts import JobFacts
from app.item_models.job_list import JobListModel
from app.item_models.job_source import Results
from app.pages.create_draft import Settings
from app.pages.create_panel import CreatePanel
from app.pages.create_source import CreateJobs, Providers, StartTask
from app.pages.job_content import content_of
from app.pages.media_inputs import InputKeeper
from app.pages.waiting_edit import WaitingEdit
from app.services.catalogue import Catalogue
from app.services.job_queue import Move
from app.widgets.controls import Divider
from app.widgets.job_list import JobList
from app.widgets.player import MediaPlayer
from app.widgets.submit_keys import is_held, is_submit
from app.widgets.viewer import Viewer
from app.widgets.viewer_content import UseOffer, ViewerContent, ViewerItem

LEFT, LEFT_SMALLEST = 344, 290
RIGHT, RIGHT_SMALLEST = 296, 184
RIGHT_SHARE = 0.238
MIDDLE = 400
"""Widths in px. A narrow window takes from the jobs and then from the form, so that the viewer keeps `MIDDLE`."""

POSTER = QSize(720, 720)
"""Device pixels of the picture that stands in the viewer until the full one is read, and in the film strip."""


_MOVES = {
    JobAction.MOVE_FIRST: Move.FIRST,
    JobAction.MOVE_UP: Move.UP,
    JobAction.MOVE_DOWN: Move.DOWN,
}


class CreatePage(QWidget):
    """Wishes that concern other pages go up; ids are those of jobs and of result files."""

    action_requested = Signal(str, object)  # job id, JobAction
    settings_requested = Signal(str)  # provider id
    history_requested = Signal()
    save_as_requested = Signal(str, str)  # job id, asset id
    show_in_folder_requested = Signal(str, str)
    open_externally_requested = Signal(str, str)
    use_as_input_requested = Signal(str, str, str)  # job id, asset id, the page that uses it
    toast_requested = Signal(str, str, str)  # title, text, kind

    def __init__(
        self,
        medium: Medium,
        *,
        jobs: CreateJobs,
        catalogue: Catalogue,
        settings: Settings,
        providers: Providers,
        assets: Results,
        player: MediaPlayer,
        start_task: StartTask,
        inputs: InputKeeper | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._medium = medium
        self._jobs = jobs
        self._assets = assets
        self._shown = ""
        self._sent: dict[str, GenerationRequest] = {}
        self._facts = JobFacts(jobs, providers.info, assets)
        self.panel = CreatePanel(
            medium,
            jobs=jobs,
            catalogue=catalogue,
            settings=settings,
            providers=providers,
            start_task=start_task,
            inputs=inputs,
            parent=self,
        )
        self._catalogue = catalogue
        uses = self._uses if inputs is not None else None
        self.viewer = Viewer(player, self._thumbnail, assets.previews, self, peaks=self._peaks, uses=uses)
        self._rows = JobListModel(jobs, self._facts, medium, self)
        self.list = JobList(self._rows, self)
        self._edit = WaitingEdit(medium, self.panel, jobs, self)
        self._lay_out()
        self._connect()
        self.focus_prompt()  # so that the page, once opened, is ready for an idea

    def _lay_out(self) -> None:
        self._right = QWidget(self)
        inside = QVBoxLayout(self._right)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.list)
        for column in (self.panel, self._right):
            column.setProperty("surface", "panel")
            column.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # the widths are set in resizeEvent
        row.addWidget(self.panel)
        row.addWidget(Divider(self, vertical=True))
        row.addWidget(self.viewer, 1)
        row.addWidget(Divider(self, vertical=True))
        row.addWidget(self._right)

    def _connect(self) -> None:
        self.panel.submitted.connect(self._submit)
        self.panel.settings_requested.connect(self.settings_requested)
        self.list.show_requested.connect(self.show_job)
        self.list.action_requested.connect(self._on_action)
        self.list.see_all_requested.connect(self.history_requested)
        self.list.pause_requested.connect(self._jobs.queue.set_paused)
        self.list.cancel_waiting_requested.connect(self._cancel_waiting)
        self._jobs.queue.changed.connect(self._on_queue)
        self._edit.too_late.connect(self._too_late)
        self._jobs.job_changed.connect(self._on_changed)
        self._jobs.job_removed.connect(self._on_removed)
        self._assets.thumbnail_ready.connect(self.viewer.thumbnail_ready)
        self._assets.peaks_ready.connect(self._on_peaks)
        viewer = self.viewer
        viewer.save_as_requested.connect(lambda asset: self.save_as_requested.emit(self._shown, asset))
        viewer.show_in_folder_requested.connect(lambda asset: self.show_in_folder_requested.emit(self._shown, asset))
        viewer.open_externally_requested.connect(lambda asset: self.open_externally_requested.emit(self._shown, asset))
        viewer.use_as_input_requested.connect(
            lambda asset, page: self.use_as_input_requested.emit(self._shown, asset, page)
        )
        viewer.vary_requested.connect(self._vary)
        viewer.favourite_toggled.connect(self._on_favourite)
        viewer.retry_requested.connect(self._on_retry)
        viewer.offer_requested.connect(lambda target: self._on_action(self._shown, JobAction(target)))
        viewer.copy_error_requested.connect(lambda: self._on_action(self._shown, JobAction.COPY_ERROR))
        viewer.previous_requested.connect(lambda: self._step(-1))
        viewer.next_requested.connect(lambda: self._step(1))

    # --- what other pages ask for

    @property
    def shown_job_id(self) -> str:
        """The job in the viewer, or ""."""
        return self._shown

    def show_job(self, job_id: str) -> None:
        """Shows a job because the person asked for it; a job that is gone changes nothing."""
        job = self._jobs.job(job_id)
        if job is not None:
            self._show(job)
            self.list.reveal(job_id)

    def edit_and_run(self, job: Job) -> None:
        """Fills the form with a job's recipe; running it stays a click of the person."""
        if not self.panel.edit(job):
            title = self.tr("This recipe cannot be opened")
            self.toast_requested.emit(title, self.tr("Its model is no longer here."), "warning")

    def use_input(self, path: Path, given: Medium) -> None:
        """Gives a result to a model of this page to work from; generating stays a click of the person."""
        if not self.panel.use_input(path, given):
            title = self.tr("No model here works from such a file")
            self.toast_requested.emit(title, self.tr("Choose a provider with such a model in Settings."), "warning")

    def focus_prompt(self) -> None:
        """Puts the cursor where the idea goes."""
        self.panel.form.focus_prompt()

    def kept_clear(self) -> int:
        """The height in px of what can be done with a result."""
        return self.viewer.footer_height

    def flush_draft(self) -> None:
        """Keeps what stands in the form, before the program ends."""
        self.panel.flush()

    # --- jobs

    def _submit(self, request: GenerationRequest) -> None:
        if self._edit.job_id:
            self._edit.save(request)
            return
        job_id = self._jobs.submit(request)
        self._sent[job_id] = request
        job = self._jobs.job(job_id)
        if job is not None and not self._is_looking():
            self._show(job)

    def _is_looking(self) -> bool:
        """Whether the viewer shows results, or work whose results are awaited there."""
        shown = self._jobs.job(self._shown) if self._shown else None
        return shown is not None and (bool(shown.saved_assets) or not shown.is_resting)

    def _on_changed(self, job: Job) -> None:
        if job.job_id == self._shown:
            self._refresh(job)
        request = self._sent.get(job.job_id)
        if request is None or not job.is_resting:
            return
        del self._sent[job.job_id]
        fields = job.problem.fields if job.problem is not None and job.state is JobState.FAILED else {}
        if fields and self.panel.still_holds(request):
            self.panel.form.set_errors(fields, focus=False)

    def _on_removed(self, job_id: str) -> None:
        self._sent.pop(job_id, None)
        if job_id == self._shown:
            self._shown = ""
            self.viewer.show_content(ViewerContent())

    def _on_action(self, job_id: str, action: JobAction) -> None:
        """The queue and editing stay on this page; everything else is decided above it."""
        job = self._jobs.job(job_id)
        move = _MOVES.get(action)
        if job is not None and action is JobAction.EDIT_AND_RUN:
            self.edit_and_run(job)
        elif job is not None and action is JobAction.EDIT:
            self.change(job)
        elif action is JobAction.RELEASE:
            self._release(job_id)
        elif move is not None:
            self._jobs.queue.move(job_id, move, self._rows.waiting_ids())
        elif job is not None:
            self.action_requested.emit(job_id, action)

    # --- the queue

    def change(self, job: Job) -> None:
        """Opens a waiting job's recipe; it is not sent before it was saved."""
        if not self._edit.begin(job, self.panel.edit):
            title = self.tr("This job cannot be changed any more")
            self.toast_requested.emit(title, self.tr("It is being sent, or its model is no longer here."), "warning")

    def _release(self, job_id: str) -> None:
        if job_id == self._edit.job_id:
            self._edit.cancel()
        else:
            self._jobs.queue.release([job_id])

    def _too_late(self) -> None:
        title = self.tr("The job no longer waits")
        self.toast_requested.emit(title, self.tr("Your changes are in the form. Generate makes a new job."), "info")

    def _cancel_waiting(self) -> None:
        count = self._jobs.queue.cancel_waiting(self._medium)
        if count:
            title = self.tr("{count} waiting jobs cancelled") if count > 1 else self.tr("1 waiting job cancelled")
            self.toast_requested.emit(title.format(count=count), self.tr("Nothing was sent for them."), "info")

    def _on_queue(self) -> None:
        self._rows.queue_changed()
        job = self._jobs.job(self._shown)
        if job is not None and job.state is JobState.WAITING:
            self._refresh(job)

    # --- the viewer

    def _show(self, job: Job) -> None:
        self._shown = job.job_id
        self._refresh(job)
        self.list.set_current(job.job_id)

    def _refresh(self, job: Job) -> None:
        self.viewer.show_content(content_of(job, self._jobs, self._facts))

    def _vary(self) -> None:
        """The recipe of what is shown goes into the form with a new random seed."""
        job = self._jobs.job(self._shown)
        if job is not None and not self.panel.edit(job, new_seed=True):
            self.edit_and_run(job)

    def _on_favourite(self, on: bool) -> None:
        if self._shown:
            self._jobs.set_favourite(self._shown, on)

    def _on_retry(self) -> None:
        job = self._jobs.job(self._shown)
        if job is not None:
            offered = self._facts.actions(job)
            again = JobAction.RETRY if JobAction.RETRY in offered else JobAction.RUN_AGAIN
            self.action_requested.emit(job.job_id, again)

    def _step(self, by: int) -> None:
        """To the next job of the list that has results."""
        row = self._rows.row_of(self._shown) + by
        while 0 <= row < self._rows.rowCount():
            job = self._rows.job_at(row)
            if job.saved_assets:
                self.show_job(job.job_id)
                return
            row += by

    def _uses(self, item: ViewerItem) -> list[UseOffer]:
        """Where this result can be worked on, page by page."""
        offers = []
        for page in (Medium.IMAGE, Medium.VIDEO, Medium.AUDIO):
            found = self._catalogue.taker(page, item.medium)
            if found is not None:
                title = found[1].title
                words = self.tr("Use as {field}").format(field=title[:1].lower() + title[1:])
                if item.medium is Medium.VIDEO and page is Medium.AUDIO:
                    words = self.tr("Add sound to it")
                offers.append(UseOffer(page, words, job_words.MEDIUM_ICONS[page]))
        return offers

    def _thumbnail(self, item: ViewerItem, size: QSize = POSTER) -> QImage | None:
        return self._assets.thumbnail(item.asset_id, item.path, item.medium, size)

    def _peaks(self, item: ViewerItem) -> tuple[float, ...] | None:
        return self._assets.peaks(item.asset_id, item.path)

    def _on_peaks(self, asset_id: str) -> None:
        item = self.viewer.current_item
        if item is not None and item.asset_id == asset_id:
            self.viewer.set_peaks(asset_id, self._peaks(item))

    # --- Qt

    def minimumSizeHint(self) -> QSize:
        """With all columns at their smallest, whatever they are now."""
        narrow = LEFT_SMALLEST + RIGHT_SMALLEST + self.viewer.minimumWidth() + 2
        return QSize(narrow, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.width() - 2
        right = min(RIGHT, max(RIGHT_SMALLEST, round(self.width() * RIGHT_SHARE)))
        self._right.setFixedWidth(right)
        self.panel.setFixedWidth(min(LEFT, max(LEFT_SMALLEST, width - right - MIDDLE)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter generates from the viewer and the list as well."""
        if not is_submit(event):
            super().keyPressEvent(event)
        elif not is_held(event):
            self.panel.submit()
