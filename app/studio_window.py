"""Puts the window on top of the studio: pages are made when first opened, facts go to them, wishes come back."""

import asyncio
import base64
import logging
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QByteArray, QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

from app.application import Studio
from app.domain.errors import StudioError
from app.domain.job import Job, JobState
from app.domain.job_words import results
from app.domain.media import Medium
from app.domain.problem import Problem
from app.domain.text import plain, text
from app.pages.activity_page import ActivityPage
from app.pages.create_page import CreatePage
from app.pages.endpoint_notes import EndpointNotes
from app.pages.job_notes import PAGE_OF, JobNotes
from app.pages.leaving import LeavingDialog, what_is_left
from app.pages.main_window import WELCOME, MainWindow
from app.pages.navigation_counts import NavigationCounts
from app.pages.orphan_notes import OrphanNotes
from app.pages.settings_page import SettingsPage
from app.pages.support_desk import SupportDesk
from app.pages.welcome_page import WelcomePage
from app.pages.window_actions import WindowActions
from app.pages.window_banner import WindowBanner
from app.services.activity_service import ActivityKind
from app.system.appearance import Appearance
from app.system.language import say
from app.system.opening_mark import OpeningMark
from app.widgets.look import wear
from app.widgets.player import MediaPlayer

log = logging.getLogger(__name__)

MEDIA = {"image": Medium.IMAGE, "video": Medium.VIDEO, "audio": Medium.AUDIO}


class StudioWindow(QObject):
    """One window for one studio. `stop` is set when the person wants to leave."""

    def __init__(self, qt: QApplication, studio: Studio, stop: asyncio.Event) -> None:
        super().__init__()
        self._studio = studio
        self._stop = stop
        self._player = MediaPlayer(self, mark=OpeningMark(studio.paths.data / "playing.txt"))
        self._leaving: LeavingDialog | None = None
        self.appearance = Appearance(str(studio.settings.get("appearance.mode")), self)
        self.appearance.set_reduced_motion(bool(studio.settings.get("appearance.reduced_motion")))
        wear(qt, self.appearance)
        self.window = MainWindow(
            {
                "image": partial(self._make_create_page, Medium.IMAGE),
                "video": partial(self._make_create_page, Medium.VIDEO),
                "audio": partial(self._make_create_page, Medium.AUDIO),
                "history": self._make_history_page,
                "endpoints": self._make_endpoints_page,
                "activity": self._make_activity_page,
                "settings": self._make_settings_page,
                WELCOME: self._make_welcome_page,
            }
        )
        self.actions = WindowActions(
            window=self.window,
            jobs=studio.jobs,
            start_task=studio.tasks.start,
            show_job=self.show_job,
            edit_job=self.edit_job,
            use_result=self.use_result,
            change_job=self.change_job,
            open_settings=self.show_provider_settings,
        )
        self.support = SupportDesk(self.window, studio.support_sources(), studio.activity, studio.tasks.start)
        self._banner = WindowBanner(self.window, studio.jobs, studio.connection, studio.activity)
        self._banner.library_requested.connect(self._choose_library)
        OrphanNotes(self.window, self._banner, studio.jobs.orphans)
        JobNotes(window=self.window, jobs=studio.jobs, settings=studio.settings, show_job=self.show_job)
        self._endpoints = EndpointNotes(
            window=self.window,
            service=studio.endpoints,
            activity=studio.activity,
            start_task=studio.tasks.start,
            banner=self._banner,
        )
        self._connect()

    # --- beginning and end

    def open(self) -> None:
        """Shows the window where it was, on the page where it was."""
        settings = self._studio.settings
        kept = settings.get("window.geometry")
        if isinstance(kept, str) and kept:
            self.window.restoreGeometry(QByteArray(base64.b64decode(kept, validate=False)))
        if self._studio.options.demo:
            settings.set("demo.enabled", True)
        is_first_start = not settings.get("demo.enabled") and not settings.get("welcome.seen")
        page = settings.get("window.page")
        pages: tuple[str, ...] = self.window.navigation.keys()
        known = page in pages
        self.window.show_page(WELCOME if is_first_start else str(page) if known else "image")
        self.window.show()
        self.support.offer_reports()

    async def start(self) -> None:
        """Database, keys, models, jobs; a database that cannot be opened is said in the window."""
        try:
            await self._studio.start()
            if self._studio.opened.notices:
                self._banner.say_notice(self._studio.opened.notices)
        except Exception as error:
            problem = (error if isinstance(error, StudioError) else StudioError()).problem()
            self._banner.say_start(problem)
            self._studio.activity.add(ActivityKind.ERROR, problem.happened, problem.advice)
            log.exception("the studio could not start")
            if not isinstance(error, StudioError):
                raise

    def come_forward(self) -> None:
        """Somebody started the studio again: this is the window they want."""
        self.window.setWindowState(self.window.windowState() & ~Qt.WindowState.WindowMinimized)
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()
        QApplication.alert(self.window)

    def end(self) -> None:
        """Remembers where the window stood and takes it away; the work below is ended by the caller."""
        geometry = self.window.saveGeometry().data()
        self._studio.settings.set("window.geometry", base64.b64encode(bytes(geometry)).decode())
        self._studio.settings.set("window.page", self.window.current_page)
        for key in MEDIA:
            page = self.window.page(key) if self.window.is_made(key) else None
            if isinstance(page, CreatePage):
                page.flush_draft()
        self._player.close()
        self.window.close_for_good()

    # --- pages

    def _make_create_page(self, medium: Medium) -> QWidget:
        studio = self._studio
        page = CreatePage(
            medium,
            jobs=studio.jobs,
            catalogue=studio.catalogue,
            settings=studio.settings,
            providers=studio.providers,
            assets=studio.assets,
            player=self._player,
            start_task=studio.tasks.start,
            inputs=studio.inputs,
        )
        page.action_requested.connect(self.actions.perform)
        page.settings_requested.connect(self.show_provider_settings)
        page.history_requested.connect(lambda: self.window.show_page("history"))
        page.toast_requested.connect(lambda title, words, kind: self.window.toasts.show_toast(title, words, kind=kind))
        page.save_as_requested.connect(self._with_job(self.actions.save_as))
        page.show_in_folder_requested.connect(self._with_job(self.actions.show_in_folder))
        page.open_externally_requested.connect(self._with_job(self.actions.open_externally))
        page.use_as_input_requested.connect(self._use_result)
        return page

    def _make_history_page(self) -> QWidget:
        studio = self._studio
        from app.pages.history_page import HistoryPage  # start-up: nobody sees it in the first second

        page = HistoryPage(
            jobs=studio.jobs,
            catalogue=studio.catalogue,
            providers=studio.providers,
            assets=studio.assets,
            start_task=studio.tasks.start,
        )
        page.show_requested.connect(self._show_job_id)
        page.action_requested.connect(self.actions.perform)
        page.delete_requested.connect(self.actions.delete)
        page.set_mode(str(studio.settings.get("history.mode")))
        page.mode_changed.connect(partial(studio.settings.set, "history.mode"))
        return page

    def _make_endpoints_page(self) -> QWidget:
        from app.pages.endpoints_page import EndpointsPage

        page = EndpointsPage(self._studio.endpoints, self._studio.tasks.start)
        page.settings_requested.connect(self.show_provider_settings)
        page.toast_requested.connect(lambda title, words, kind: self.window.toasts.show_toast(title, words, kind=kind))
        return page

    def _make_activity_page(self) -> QWidget:
        page = ActivityPage(self._studio.activity)
        page.show_job_requested.connect(self._show_job_id)
        page.support_requested.connect(self.support.show_support_file)
        page.reports_requested.connect(self.support.show_reports)
        return page

    def _make_settings_page(self) -> QWidget:
        studio = self._studio
        return SettingsPage(
            studio.settings,
            studio.providers,
            studio.library.root,
            studio.tasks.start,
            choose_library=studio.choose_library,
            check=studio.jobs.check,
        )

    def _make_welcome_page(self) -> QWidget:
        page = WelcomePage()
        page.demo_requested.connect(self._start_with_demo)
        page.connect_requested.connect(partial(self.show_provider_settings, "netmind"))
        return page

    def _start_with_demo(self) -> None:
        self._studio.settings.set("demo.enabled", True)
        self.window.show_page("image")
        self._new()

    def show_provider_settings(self, provider_id: str) -> None:
        """Opens Settings at a provider's key field."""
        self.window.show_page("settings")
        page = self.window.page("settings")
        if isinstance(page, SettingsPage):
            page.focus_provider(provider_id)

    def _choose_library(self) -> None:
        self.window.show_page("settings")
        page = self.window.page("settings")
        if isinstance(page, SettingsPage):
            page.library.choose_folder()

    def show_job(self, job: Job) -> None:
        """Opens a job in the viewer of its medium's page."""
        key = PAGE_OF.get(job.medium, "image")
        self.window.show_page(key)
        page = self.window.page(key)
        if isinstance(page, CreatePage):
            page.show_job(job.job_id)

    def edit_job(self, job: Job) -> None:
        """Fills the form of its medium's page with a job's recipe."""
        key = PAGE_OF.get(job.medium, "image")
        self.window.show_page(key)
        page = self.window.page(key)
        if isinstance(page, CreatePage):
            page.edit_and_run(job)

    def change_job(self, job: Job) -> None:
        """Opens a waiting job's recipe on its medium's page, to be saved in its place."""
        key = PAGE_OF.get(job.medium, "image")
        self.window.show_page(key)
        page = self.window.page(key)
        if isinstance(page, CreatePage):
            page.change(job)

    def use_result(self, job: Job, asset_id: str = "", key: str = "") -> None:
        """Gives a result to the model of another page, or the same, to work from; without `key` to the page that fits."""
        asset = next((found for found in job.saved_assets if asset_id in ("", found.asset_id)), None)
        if asset is None:
            return
        key = key or ("audio" if asset.medium is Medium.VIDEO else "image")
        self.window.show_page(key)
        page = self.window.page(key)
        if isinstance(page, CreatePage):
            page.use_input(self._studio.jobs.path_of(asset), asset.medium)

    def _use_result(self, job_id: str, asset_id: str, key: str) -> None:
        job = self._studio.jobs.job(job_id)
        if job is not None:
            self.use_result(job, asset_id, key)

    def _show_job_id(self, job_id: str) -> None:
        job = self._studio.jobs.job(job_id)
        if job is not None:
            self.show_job(job)

    def _with_job(self, then: Callable[[Job, str], None]) -> Callable[[str, str], None]:
        def call(job_id: str, asset_id: str) -> None:
            job = self._studio.jobs.job(job_id)
            if job is not None:
                then(job, asset_id)

        return call

    # --- facts

    def _connect(self) -> None:
        studio, window = self._studio, self.window
        window.close_requested.connect(self._wish_to_leave)
        window.search_requested.connect(self._search)
        window.new_requested.connect(self._new)
        window.page_shown.connect(self._page_shown)
        studio.activity.unread_changed.connect(lambda n: window.navigation.set_badge("activity", str(n) if n else ""))
        studio.settings.changed.connect(self._setting_changed)
        NavigationCounts(window, studio.jobs, MEDIA)
        studio.jobs.job_rested.connect(self._note_in_activity)
        studio.jobs.key_trouble.connect(self._key_trouble)
        studio.jobs.trouble.connect(self._say_trouble)

    def _wish_to_leave(self) -> None:
        """Says what is not finished, once: who wishes a second time leaves."""
        sentences = [*self._endpoints.what_is_left(), *what_is_left(self._studio.jobs)]
        if not sentences or self._leaving is not None or not self.window.isVisible():
            self._stop.set()
            return
        self._leaving = LeavingDialog(sentences, self.window)
        self._leaving.leave_requested.connect(self._stop.set)
        self._leaving.finished.connect(self._stays)
        self._leaving.show()  # not modal: a second wish to close the window is heard

    def _stays(self) -> None:
        self._leaving = None

    def _search(self) -> None:
        from app.pages.history_page import HistoryPage

        self.window.show_page("history")
        page = self.window.page("history")
        if isinstance(page, HistoryPage):
            page.focus_search()

    def _new(self) -> None:
        key = self.window.current_page if self.window.current_page in MEDIA else "image"
        self.window.show_page(key)
        page = self.window.page(key)
        if isinstance(page, CreatePage):
            page.focus_prompt()

    def _page_shown(self, key: str) -> None:
        if key == "activity":
            self._studio.activity.mark_read()
        if key != WELCOME:
            # who goes past the two doors has answered, too
            self._studio.settings.set("welcome.seen", True)

    def _setting_changed(self, key: str) -> None:
        settings = self._studio.settings
        if key == "appearance.mode":
            self.appearance.set_mode(str(settings.get(key)))
        elif key == "appearance.reduced_motion":
            self.appearance.set_reduced_motion(bool(settings.get(key)))

    def _note_in_activity(self, job: Job) -> None:
        activity = self._studio.activity
        if job.state is JobState.DONE:
            files = say(results(job.medium, len(job.saved_assets)))
            title = text("Saved {files} from {model}.", files=files, model=job.model_title)
            activity.add(ActivityKind.DONE, title, plain(job.prompt), job.job_id)
        elif job.problem is not None:
            kind = ActivityKind.ERROR if job.state is JobState.FAILED else ActivityKind.WARNING
            activity.add(kind, job.problem.happened, plain(job.prompt), job.job_id)

    def _say_trouble(self, problem: Problem) -> None:
        self.window.toasts.show_toast(say(problem.happened), say(problem.advice), kind="error")

    def _key_trouble(self, provider_id: str, problem: Problem) -> None:
        self._studio.activity.add(ActivityKind.ERROR, problem.happened, problem.money)
        toast = self.window.toasts.show_toast(
            say(problem.happened), say(problem.money), kind="error", action=self.tr("Open Settings")
        )
        toast.action_requested.connect(lambda: self.show_provider_settings(provider_id))
