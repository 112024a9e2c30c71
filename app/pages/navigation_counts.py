"""How many jobs are on their way, as the badges of the navigation: counted once for many changes of one moment."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, QTimer

from app.domain.media import Medium
from app.pages.main_window import MainWindow
from app.services.job_service import JobService

COUNT_MS = 50


class NavigationCounts(QObject):
    """`pages` gives the medium of each page that has a badge."""

    def __init__(self, window: MainWindow, jobs: JobService, pages: Mapping[str, Medium]) -> None:
        super().__init__(window)
        self._window = window
        self._jobs = jobs
        self._pages = pages
        self._soon = QTimer(self, singleShot=True, interval=COUNT_MS)
        self._soon.timeout.connect(self._count)
        jobs.job_added.connect(self._changed)
        jobs.job_changed.connect(self._changed)

    def _changed(self, _job: object) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _count(self) -> None:
        running = self._jobs.unfinished()
        for key, medium in self._pages.items():
            count = sum(1 for job in running if job.medium is medium and not job.set_aside)
            self._window.navigation.set_badge(key, str(count) if count else "")
