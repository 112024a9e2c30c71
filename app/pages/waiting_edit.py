"""A waiting job whose recipe is open in the form: it is not sent meanwhile, Save puts the new recipe in its place."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.domain.job import Hold, Job, JobState
from app.domain.media import Medium
from app.domain.request import GenerationRequest
from app.pages.create_panel import CreatePanel
from app.pages.create_source import CreateJobs


class WaitingEdit(QObject):
    """At most one at a time per page. `too_late`: the job was sent or cancelled while its recipe was open."""

    too_late = Signal()

    def __init__(self, medium: Medium, panel: CreatePanel, jobs: CreateJobs, parent: QObject) -> None:
        super().__init__(parent)
        self._medium = medium
        self._panel = panel
        self._jobs = jobs
        self._job_id = ""
        self._is_saving = False
        panel.recipe_replaced.connect(self.cancel)
        panel.foot.change_discarded.connect(self.cancel)
        jobs.job_added.connect(self._found)
        jobs.job_changed.connect(self._changed)
        jobs.queue.edit_ended.connect(self._ended)
        for job in jobs.recent(medium):
            self._found(job)

    @property
    def job_id(self) -> str:
        """The job whose recipe is in the form, or ""."""
        return self._job_id

    def begin(self, job: Job, open_recipe: Callable[[Job], bool]) -> bool:
        """Opens a waiting job's recipe; False when it is being sent already, or no model here can make it."""
        if job.job_id == self._job_id:
            return True
        if not self._jobs.queue.begin_edit(job.job_id):
            return False
        if not open_recipe(job):  # this ends an earlier edit
            self._jobs.queue.cancel_edit(job.job_id)
            return False
        self._use(job.job_id)
        return True

    def save(self, request: GenerationRequest) -> None:
        """The form's recipe takes the place of the job's."""
        self._is_saving = True
        self._jobs.queue.save_edit(self._job_id, request)

    def cancel(self) -> None:
        """The job keeps the recipe that it had and stands in the line again."""
        job_id = self._job_id
        self._use("")
        if job_id:
            self._jobs.queue.cancel_edit(job_id)

    def _use(self, job_id: str) -> None:
        self._job_id, self._is_saving = job_id, False
        self._panel.set_changing(bool(job_id))

    def _found(self, job: Job) -> None:
        """A job that was open when the program ended: what stood in the form is there again, so its edit goes on."""
        is_open = job.state is JobState.WAITING and job.hold is Hold.EDITED and job.medium is self._medium
        if is_open and not self._job_id and self._jobs.queue.begin_edit(job.job_id):
            self._use(job.job_id)

    def _changed(self, job: Job) -> None:
        if job.job_id == self._job_id and job.state is not JobState.WAITING and not self._is_saving:
            self._use("")
            self.too_late.emit()

    def _ended(self, job_id: str, saved: bool) -> None:
        if job_id == self._job_id:
            self._use("")
            if not saved:
                self.too_late.emit()
