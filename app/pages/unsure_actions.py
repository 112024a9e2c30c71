"""The wishes about a job whose answer was lost, as the window takes them: which one it is, send again, forget."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from PySide6.QtCore import QObject

from app.domain.errors import StudioError
from app.domain.job import Job
from app.domain.job_words import JobAction
from app.domain.provider_info import ProviderInfo
from app.domain.settling import RemoteIdError
from app.pages.main_window import MainWindow
from app.pages.remote_rows import candidate_row
from app.services.job_service import JobService
from app.system.language import say
from app.widgets.job_picker import JobPicker

StartTask = Callable[[str, Coroutine[Any, Any, None]], object]


class UnsureActions(QObject):
    """Opens what asks the person, and hands the answer to the service."""

    def __init__(self, window: MainWindow, jobs: JobService, start_task: StartTask) -> None:
        super().__init__(window)
        self._window = window
        self._jobs = jobs
        self._start_task = start_task
        self._picker: JobPicker | None = None

    def perform(self, job: Job, action: JobAction) -> bool:
        """Does what the card of an unsure job offers; False for anything else."""
        match action:
            case JobAction.THIS_ONE:
                self.pick(job)
            case JobAction.SEND_AGAIN:
                self._jobs.unsure.send_again(job.job_id)
            case JobAction.FORGET:
                self._jobs.unsure.forget(job.job_id)
            case _:
                return False
        return True

    def pick(self, job: Job) -> None:
        """Asks which job on the server it is."""
        info = self._jobs.unsure.provider(job)
        picker = JobPicker(info.title, info.capabilities.list_jobs, self._window)
        self._picker = picker
        picker.finished.connect(self._closed)
        picker.id_given.connect(lambda typed: self._start_task("find a job", self._take(picker, job, typed)))
        picker.open()
        if info.capabilities.list_jobs:
            self._start_task("ask for the list", self._fill(picker, job, info))

    def _closed(self) -> None:
        self._picker = None

    def _is_open(self, picker: JobPicker) -> bool:
        """It is deleted when it closes; nothing may be said to it then."""
        return self._picker is picker

    async def _fill(self, picker: JobPicker, job: Job, info: ProviderInfo) -> None:
        try:
            found = await self._jobs.unsure.candidates(job.job_id)
        except StudioError as error:
            if self._is_open(picker):
                picker.show_trouble(say(error.problem(provider=info.title).happened))
            return
        if self._is_open(picker):
            none = self.tr("There is no job at {provider} that is not in your library.").format(provider=info.title)
            picker.show_rows([candidate_row(one) for one in found], none)

    async def _take(self, picker: JobPicker, job: Job, typed: str) -> None:
        try:
            await self._jobs.unsure.take(job.job_id, typed)
        except RemoteIdError as error:
            self._say(picker, partial(picker.show_error, say(error.sentence)))
            return
        except StudioError as error:
            problem = error.problem(provider=self._jobs.unsure.provider(job).title)
            self._say(picker, partial(picker.show_error, say(problem.happened)))
            return
        self._say(picker, picker.accept)
        self._window.toasts.show_toast(self.tr("Found. It is saved when it is done."), kind="info")

    def _say(self, picker: JobPicker, then: Callable[[], object]) -> None:
        if self._is_open(picker):
            then()
