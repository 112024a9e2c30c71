"""Tells once that jobs have ended, where nobody is looking; several that end alike are one note that counts."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from app.domain.job import Job, JobState
from app.domain.job_words import STATES
from app.domain.media import Medium
from app.domain.problem import Problem
from app.pages.main_window import MainWindow
from app.services.job_service import JobService
from app.services.settings_service import SettingsService
from app.system.language import say
from app.widgets.toast import Toast

PAGE_OF = {Medium.IMAGE: "image", Medium.VIDEO: "video", Medium.AUDIO: "audio"}
PROMPT_CHARS = 60
_TOLD = (JobState.FAILED, JobState.EXPIRED, JobState.UNSURE)


class JobNotes(QObject):
    """`show_job` opens a job on the page of its medium."""

    def __init__(
        self, *, window: MainWindow, jobs: JobService, settings: SettingsService, show_job: Callable[[Job], None]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._jobs = jobs
        self._settings = settings
        self._show_job = show_job
        self._seen: dict[str, tuple[Toast, int]] = {}
        jobs.job_rested.connect(self._rested)

    def _rested(self, job: Job) -> None:
        if not self._settings.get("notifications.enabled"):
            return
        looking = self._window.isActiveWindow() and self._window.current_page == PAGE_OF.get(job.medium)
        if job.state is JobState.DONE and not looking:
            self._tell(f"done {job.medium}", job, lambda count: self._ready(job.medium, count), "done")
        elif job.problem is not None and job.state in _TOLD:
            problem, kind = job.problem, "error" if job.state is JobState.FAILED else "warning"
            self._tell(f"{job.state} {problem.code}", job, lambda count: _ended(job, problem, count), kind)
        if not self._window.isActiveWindow():
            QApplication.alert(self._window)

    def _tell(self, group: str, job: Job, title: Callable[[int], str], kind: str) -> None:
        """A note of the same group that is still there gives way to one that counts both."""
        earlier, count = self._seen.get(group, (None, 0))
        if earlier is not None and earlier in self._window.toasts.toasts():
            earlier.leave()
        else:
            count = 0
        prompt = job.prompt if len(job.prompt) <= PROMPT_CHARS else job.prompt[: PROMPT_CHARS - 1] + "…"
        toast = self._window.toasts.show_toast(title(count + 1), prompt, kind=kind, action=self.tr("Show"))
        toast.action_requested.connect(lambda: self._show_job(self._jobs.job(job.job_id) or job))
        self._seen[group] = (toast, count + 1)

    def _ready(self, medium: Medium, count: int) -> str:
        if count > 1:
            return {
                Medium.IMAGE: self.tr("{count} pictures are ready"),
                Medium.VIDEO: self.tr("{count} videos are ready"),
                Medium.AUDIO: self.tr("{count} sounds are ready"),
            }.get(medium, self.tr("{count} results are ready")).format(count=count)
        return {
            Medium.IMAGE: self.tr("Picture is ready"),
            Medium.VIDEO: self.tr("Video is ready"),
            Medium.AUDIO: self.tr("Sound is ready"),
        }.get(medium, self.tr("Result is ready"))


def _ended(job: Job, problem: Problem, count: int) -> str:
    """ "Failed: balance not enough": a title must be read in one line; the viewer and Activity have the sentences."""
    word = say(STATES[job.state].word)
    number = f" ({count})" if count > 1 else ""
    return f"{word}{number}: {say(problem.short or problem.happened)}"
