"""What crosses pages: asking where to save a copy, showing files, deleting with undo."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog

from app.domain.errors import (
    StudioError,
)
from app.domain.job import Asset, Job
from app.domain.job_words import JobAction
from app.domain.local_errors import (
    ResultMissingError,
)
from app.domain.problem import Problem
from app.pages.main_window import MainWindow
from app.pages.unsure_actions import UnsureActions
from app.services.job_service import JobService
from app.system.language import say
from app.widgets.toast import Toast

StartTask = Callable[[str, Coroutine[Any, Any, None]], object]

_OF_THE_JOB: Mapping[JobAction, Callable[[JobService, str], object]] = {
    JobAction.CANCEL: JobService.cancel,
    JobAction.STOP_WAITING: JobService.cancel,
    JobAction.RELEASE: lambda jobs, job_id: jobs.queue.release([job_id]),
    JobAction.WAIT_AGAIN: JobService.wait_again,
    JobAction.FETCH_AGAIN: JobService.fetch_again,
}
"""What needs no window."""


class WindowActions(QObject):
    """`show_job`, `edit_job` and `change_job` open a job on the page of its medium.

    `use_result` gives its first file to a model, `open_settings` leads to a provider's key. The window's builder gives them.
    """

    def __init__(
        self,
        *,
        window: MainWindow,
        jobs: JobService,
        start_task: StartTask,
        show_job: Callable[[Job], None],
        edit_job: Callable[[Job], None],
        use_result: Callable[[Job], None] = lambda job: None,
        change_job: Callable[[Job], None] = lambda job: None,
        open_settings: Callable[[str], None] = lambda provider_id: None,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._jobs = jobs
        self._start_task = start_task
        self._show_job = show_job
        self._edit_job = edit_job
        self._use_result = use_result
        self._change_job = change_job
        self._open_settings = open_settings
        self._unsure = UnsureActions(window, jobs, start_task)
        self._deleting: dict[str, Toast] = {}
        jobs.copy_deleted.connect(self._copy_deleted)

    def perform(self, job_id: str, action: JobAction) -> None:
        """Does what a row or a button of a job asks for."""
        job = self._jobs.job(job_id)
        if job is None or self._unsure.perform(job, action):
            return
        if action in _OF_THE_JOB:
            _OF_THE_JOB[action](self._jobs, job_id)
            return
        match action:
            case JobAction.RETRY | JobAction.RUN_AGAIN:
                self.run_again(job_id)
            case JobAction.SHOW:
                self._show_job(job)
            case JobAction.EDIT_AND_RUN:
                self._edit_job(job)
            case JobAction.EDIT:
                self._change_job(job)
            case JobAction.USE_RESULT:
                self._use_result(job)
            case JobAction.OPEN_FOLDER:
                self.show_in_folder(job)
            case JobAction.COPY_ERROR:
                self.copy_error(job)
            case JobAction.OPEN_SETTINGS:
                self._open_settings(job.provider_id)
            case JobAction.DELETE | JobAction.DELETE_BOTH:
                there = action is JobAction.DELETE_BOTH and self._jobs.can_delete_on_server(job_id)
                self.delete([job_id], on_server=there)
            case JobAction.DELETE_THERE:
                self._delete_there(job)

    def run_again(self, job_id: str) -> None:
        """Sends the same recipe once more and says so."""
        if self._jobs.retry(job_id):
            self._window.toasts.show_toast(self.tr("Added to the queue"), kind="info")

    def _delete_there(self, job: Job) -> None:
        """Deletes at the provider and says what stays; what stands in the way is told by the job service."""
        if self._jobs.can_delete_on_server(job.job_id):
            self._jobs.delete_on_server(job.job_id)
            words = self.tr("It cannot be brought back there. The job and its files stay here.")
            title = self.tr("The copy on the server is being deleted")
            self._deleting[job.job_id] = self._window.toasts.show_toast(title, words, kind="info")

    def _copy_deleted(self, job: Job, provider: str) -> None:
        """The note of the beginning gives way to that of the end."""
        begun = self._deleting.pop(job.job_id, None)
        if begun is not None and begun in self._window.toasts.toasts():
            begun.leave()
        title = self.tr("The copy at {provider} is deleted").format(provider=provider)
        self._window.toasts.show_toast(title, self.tr("Your files stay in the library."))

    def delete(self, job_ids: list[str], *, on_server: bool = False) -> None:
        """Takes jobs out of the history and offers to take that back; what is deleted on the server stays deleted."""
        resting = [job_id for job_id in job_ids if (job := self._jobs.job(job_id)) is not None and job.is_resting]
        if not resting:
            return
        for job_id in resting:
            self._jobs.delete(job_id, on_server=on_server)
        many = self.tr("{count} jobs removed").format(count=len(resting))
        title = many if len(resting) > 1 else self.tr("Removed from History")
        words = self.tr("The files stay in the library.")
        if on_server:
            words = self.tr("Undo brings it back here, not there.")
        toast = self._window.toasts.show_toast(title, words, kind="info", action=self.tr("Undo"))
        for job_id in resting:
            toast.action_requested.connect(partial(self._jobs.undo_delete, job_id))

    def show_in_folder(self, job: Job, asset_id: str = "") -> None:
        """Opens the folder of a saved file in the system's file manager."""
        self._open(job, asset_id, folder=True)

    def open_externally(self, job: Job, asset_id: str) -> None:
        """Opens a saved file with the system's player; the file is ours and its type is on our list."""
        self._open(job, asset_id, folder=False)

    def _open(self, job: Job, asset_id: str, *, folder: bool) -> None:
        asset = self._asset(job, asset_id)
        if asset is not None:
            self._start_task("open a file", self._open_path(self._jobs.path_of(asset), folder=folder))

    async def _open_path(self, path: Path, *, folder: bool) -> None:
        """Says it when there is no file, or no program that takes it; a drive may take its time to answer."""
        if not await asyncio.to_thread(path.is_file):
            self._say(ResultMissingError(file=path.name))
        elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent if folder else path))):
            title = self.tr("No file manager answered") if folder else self.tr("No program opened the file")
            self._window.toasts.show_toast(title, str(path), kind="warning")

    def _say(self, error: StudioError) -> None:
        problem = error.problem()
        self._window.toasts.show_toast(say(problem.happened), say(problem.advice), kind="error")

    def save_as(self, job: Job, asset_id: str) -> None:
        """Asks where to, then copies off the window's thread."""
        asset = self._asset(job, asset_id)
        if asset is None:
            return
        source = self._jobs.path_of(asset)
        dialog = QFileDialog(self._window, self.tr("Save a copy"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(source.suffix.lstrip("."))
        dialog.selectFile(str(Path.home() / source.name))
        dialog.fileSelected.connect(
            lambda target: self._start_task("save a copy", self._save_copy(asset, Path(target)))
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def _save_copy(self, asset: Asset, target: Path) -> None:
        try:
            await self._jobs.save_copy(asset, target)
        except StudioError as error:
            self._say(error)
            return
        self._window.toasts.show_toast(self.tr("Copy saved"), str(target))

    def copy_error(self, job: Job) -> None:
        """Puts what went wrong on the clipboard, with what helps the people who are asked about it."""
        if job.problem is not None:
            QGuiApplication.clipboard().setText(self._error_text(job, job.told_problem or job.problem))
            self._window.toasts.show_toast(self.tr("Error copied"), kind="info")

    @staticmethod
    def _error_text(job: Job, problem: Problem) -> str:
        parts = [say(problem.happened), say(problem.money), say(problem.advice), problem.server_text]
        facts = f"{job.provider_id} {job.model_id} {job.state} {problem.code} {problem.http_status or ''} {job.job_id}"
        return "\n".join(part for part in [*parts, facts.strip()] if part)

    @staticmethod
    def _asset(job: Job, asset_id: str) -> Asset | None:
        saved = job.saved_assets
        return next((asset for asset in saved if asset.asset_id == asset_id), saved[0] if saved else None)
