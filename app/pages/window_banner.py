"""What concerns every page at this moment, one thing at a time: what cannot be saved before what cannot be reached.

Jobs that waited through a restart for more than a day ask here, all with one question.
"""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain import job_words
from app.domain.job import Job, JobState
from app.domain.problem import Problem
from app.domain.text import Text, plain, text
from app.pages.main_window import MainWindow
from app.services.activity_service import ActivityKind, ActivityService
from app.services.connection_service import ConnectionService
from app.services.job_service import JobService
from app.system.language import say

_BRING_IN = text("Bring them in")
_CHOOSE_FOLDER = text("Choose another folder")
_SHOW = text("Show")
MINUTE_MS = 60_000
_STORAGE = ("disk_full", "library_missing")


class WindowBanner(QObject):
    """Hears of jobs that cannot be saved and of providers out of reach, and keeps what the start has to say.

    `orphans_requested`: the person wants to see what the server has and the library does not. `library_requested`: they
    want to save in another folder. `endpoints_requested`: they want to see what may be running and costing money.
    """

    orphans_requested = Signal()
    library_requested = Signal()
    endpoints_requested = Signal()

    def __init__(
        self, window: MainWindow, jobs: JobService, connection: ConnectionService, activity: ActivityService
    ) -> None:
        super().__init__(window)
        self._window = window
        self._activity = activity
        self._start = Text()
        self._notice = Text()
        self._offline = Text()
        self._orphans = Text()
        self._endpoints = Text()
        self._unsaved: dict[str, Job] = {}
        self._minute = QTimer(self, interval=MINUTE_MS)
        self._minute.timeout.connect(self._show)
        self._jobs = jobs
        self._keeps_waiting = False
        self._answers: tuple[Callable[[], object], ...] = ()
        jobs.job_changed.connect(self._job_changed)
        jobs.queue.changed.connect(self._show)
        connection.offline_changed.connect(self._offline_changed)
        window.banner.action_requested.connect(self._answered)

    def say_start(self, problem: Problem) -> None:
        """What the start could not do; it stays."""
        self._start = _sentences(problem)
        self._show()

    def say_notice(self, sentences: Iterable[Text]) -> None:
        """What the start has to say though it went well; it stays, behind what is going on now."""
        self._notice = plain(" ".join(map(say, sentences)))
        self._show()

    def say_orphans(self, sentence: Text) -> None:
        """What a server has and the library does not; an empty sentence takes it away."""
        self._orphans = sentence
        self._show()

    def say_endpoints(self, sentence: Text) -> None:
        """What may be running and costing money without anybody knowing; an empty sentence takes it away."""
        self._endpoints = sentence
        self._show()

    def _offline_changed(self, _offline: bool, sentence: Text) -> None:
        self._offline = sentence
        self._show()

    def _job_changed(self, job: Job) -> None:
        problem = job.problem
        if job.state is JobState.SAVING and problem is not None and problem.code in _STORAGE:
            if not self._unsaved:
                self._activity.add(ActivityKind.WARNING, problem.happened, problem.advice, job.job_id)
            self._unsaved[job.job_id] = job
        elif self._unsaved.pop(job.job_id, None) is None:
            return
        self._show()

    def _cannot_be_saved(self) -> Text:
        """What the disk says, how many results wait for it, and how long the first of them can still be saved."""
        jobs = list(self._unsaved.values())
        words = [_sentences(job.problem) for job in jobs[:1] if job.problem is not None]
        if len(jobs) > 1:
            words.append(text("{count} jobs wait for it.", count=len(jobs)))
        left = [seconds for job in jobs if (seconds := self._jobs.seconds_left(job)) is not None]
        if left:
            words.append(text("The first result: {time}.", time=say(job_words.time_left(min(left)))))
        return plain(" ".join(map(say, words)))

    def _answered(self, number: int) -> None:
        """What the person chose of what the banner offers."""
        self._answers[number]()

    def _keep_waiting(self) -> None:
        """They stay where they are; their rows and the next start ask again."""
        self._keeps_waiting = True
        self._show()

    def _show(self) -> None:
        urgent = self._start or self._offline
        asking = 0 if self._keeps_waiting else len(self._jobs.queue.asking())
        queue = self._jobs.queue
        self._answers = ()
        (self._minute.start if self._unsaved else self._minute.stop)()
        if self._unsaved and not self._start:
            self._answers = (self.library_requested.emit,)
            self._window.show_banner(self._cannot_be_saved(), [_CHOOSE_FOLDER])
        elif self._endpoints and not self._start:
            self._answers = (self.endpoints_requested.emit,)
            self._window.show_banner(self._endpoints, [_SHOW], kind="error")
        elif urgent:
            self._window.show_banner(urgent)
        elif asking:
            self._answers = (queue.start_asking, self._keep_waiting, queue.cancel_asking)
            self._window.show_banner(*_question(asking), kind="info")
        elif self._orphans:
            self._answers = (self.orphans_requested.emit,)
            self._window.show_banner(self._orphans, [_BRING_IN], kind="info")
        else:
            self._window.show_banner(self._notice)


def _question(count: int) -> tuple[Text, tuple[Text, ...]]:
    """What jobs ask that waited through a restart for long, and the answers."""
    if count == 1:
        sentence = text("A job has waited for more than a day. Nothing was sent for it.")
        return sentence, (text("Start"), text("Keep waiting"), text("Cancel"))
    sentence = text("{count} jobs have waited for more than a day. Nothing was sent for them.", count=count)
    return sentence, (text("Start them"), text("Keep waiting"), text("Cancel them"))


def _sentences(problem: Problem) -> Text:
    return plain(" ".join(say(part) for part in (problem.happened, problem.money, problem.advice) if part))
