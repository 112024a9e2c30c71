"""Which pictures are taken, and what is done before each: the stage with its window, and the list of shots."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from app.application import Options, Studio
from app.domain.job import Job, JobState
from app.domain.text import plain, text
from app.pages.create_page import CreatePage
from app.pages.endpoints_page import EndpointsPage
from app.pages.history_page import HistoryPage
from app.services.activity_service import ActivityKind
from app.studio_window import StudioWindow
from app.widgets.playback import Playback
from tests.screenshots.library import job_id_of
from tests.screenshots.plan import EXPIRED, LAKE, REFUSED, RUNNING, UNSURE, WAITING, WAVES, WIND, WRONG

_STILL_LOOKS, _LOOK_PAUSE_S, _LONGEST_S = 3, 0.1, 4.0
T = TypeVar("T", bound=QObject)


class Stage:
    """The studio's window on a profile, without anything that runs: unfinished jobs stand as the database has them."""

    def __init__(self, qt: QApplication, profile: Path, *, demo: bool) -> None:
        self.studio = Studio(Options(profile=profile, demo=demo))
        self.studio.settings.set("appearance.reduced_motion", True)
        self.desk = StudioWindow(qt, self.studio, asyncio.Event())
        self.window = self.desk.window

    async def open(self) -> None:
        self.desk.open()
        await self.studio.start(take_up=False)

    async def close(self) -> None:
        self.desk.end()
        await self.studio.close()

    def page(self, key: str) -> QWidget:
        self.window.show_page(key)
        return self.window.page(key)

    def create(self, key: str) -> CreatePage:
        page = self.page(key)
        assert isinstance(page, CreatePage)
        return page

    def history(self) -> HistoryPage:
        page = self.page("history")
        assert isinstance(page, HistoryPage)
        return page

    def job(self, prompt: str) -> Job:
        job = self.studio.jobs.job(job_id_of(prompt))
        assert job is not None, prompt
        return job

    def show(self, prompt: str) -> CreatePage:
        """The job in the viewer of its page, its recipe in the form."""
        job = self.job(prompt)
        page = self.create(job.medium)
        page.edit_and_run(job)
        page.show_job(job.job_id)
        return page

    async def still(self) -> QImage:
        """The window when nothing changes in it any more: thumbnails have come, a film shows its frame."""
        last, same = QImage(), 0
        async with asyncio.timeout(_LONGEST_S * 5):
            for _ in range(round(_LONGEST_S / _LOOK_PAUSE_S)):
                await asyncio.sleep(_LOOK_PAUSE_S)
                seen = self.window.grab().toImage()
                same = same + 1 if seen == last else 0
                last = seen
                if same >= _STILL_LOOKS:
                    break
        return last


@dataclass(frozen=True)
class Shot:
    """One picture: `before` brings the window into its state, at once or as a coroutine. `where` names the profile."""

    name: str
    before: Callable[[Stage], Awaitable[None] | object]
    where: str = "library"

    async def prepare(self, stage: Stage) -> None:
        under_way = self.before(stage)
        if isinstance(under_way, Awaitable):
            await under_way


def _image(stage: Stage) -> None:
    stage.show(LAKE)


def _played(prompt: str, position_ms: int) -> Callable[[Stage], Awaitable[None]]:
    """Some way into a film or sound, as for a person who looks or listens."""

    async def play(stage: Stage) -> None:
        playback = stage.show(prompt).viewer.findChild(Playback)
        assert isinstance(playback, Playback)
        playback.seek(position_ms)

    return play


def _with_field_errors(stage: Stage) -> None:
    page = stage.show(WRONG)
    problem = stage.job(WRONG).problem
    assert problem is not None
    page.panel.form.set_errors(problem.fields, focus=False)


def _history(stage: Stage, mode: str, prompt: str = LAKE) -> HistoryPage:
    page = stage.history()
    page.filters.clear()
    page.set_mode(mode)
    page.choose(job_id_of(prompt))
    return page


def _history_without_hits(stage: Stage) -> None:
    _history(stage, "grid").filters.search.setText("a prompt that nobody wrote")


def _activity(stage: Stage) -> None:
    stage.page("activity")
    activity = stage.studio.activity
    if activity.entries():
        return
    for prompt in (EXPIRED, REFUSED, WIND, WAVES, LAKE):
        job = stage.job(prompt)
        if job.state is JobState.DONE:
            title = text("Saved {count} from {model}.", count=len(job.saved_assets), model=job.model_title)
            activity.add(ActivityKind.DONE, title, plain(job.prompt), job.job_id)
        elif job.problem is not None:
            kind = ActivityKind.ERROR if job.state is JobState.FAILED else ActivityKind.WARNING
            activity.add(kind, job.problem.happened, plain(job.prompt), job.job_id)


def _settings(share: float) -> Callable[[Stage], Awaitable[None]]:
    async def scroll(stage: Stage) -> None:
        area = stage.page("settings").findChild(QScrollArea)
        assert isinstance(area, QScrollArea)
        await asyncio.sleep(_LOOK_PAUSE_S)  # its height is known when it was laid out
        bar = area.verticalScrollBar()
        bar.setValue(round(bar.maximum() * share))

    return scroll


def _endpoints(stage: Stage, name: str) -> EndpointsPage:
    page = stage.page("endpoints")
    assert isinstance(page, EndpointsPage)
    page.close_form()
    page.view.choose(name)
    return page


async def _new_endpoint(stage: Stage) -> None:
    page = _endpoints(stage, "comfy-render")
    page.open_form()
    while not page.form.wish().plan.flavor_id:
        await asyncio.sleep(_LOOK_PAUSE_S)


def _offline(stage: Stage) -> None:
    _image(stage)
    stage.window.show_banner(text("NetMind cannot be reached. Running jobs go on over there and are saved later."))


def _toast(stage: Stage) -> None:
    stage.window.show_banner(text(""))
    stage.show(WIND)
    for toast in stage.window.toasts.toasts():
        toast.leave()
    stage.window.toasts.show_toast("Video is ready", WAVES, action="Show")


SHOTS: tuple[Shot, ...] = (
    Shot("image", _image),
    Shot("image-running", lambda stage: stage.show(RUNNING)),
    Shot("image-waiting", lambda stage: stage.show(WAITING)),
    Shot("image-failed", lambda stage: stage.show(REFUSED)),
    Shot("image-field-errors", _with_field_errors),
    Shot("image-unsure", lambda stage: stage.show(UNSURE)),
    Shot("video", _played(WAVES, 1200)),
    Shot("video-expired", lambda stage: stage.show(EXPIRED)),
    Shot("audio", _played(WIND, 4200)),
    Shot("history", lambda stage: _history(stage, "grid")),
    Shot("history-failed", lambda stage: _history(stage, "grid", REFUSED)),
    Shot("history-list", lambda stage: _history(stage, "list", WIND)),
    Shot("history-no-hits", _history_without_hits),
    Shot("endpoints", lambda stage: _endpoints(stage, "comfy-render"), "rented"),
    Shot("endpoints-failed", lambda stage: _endpoints(stage, "voice-clone-test"), "rented"),
    Shot("endpoints-deleting", lambda stage: _endpoints(stage, "old-render"), "rented"),
    Shot("endpoints-new", _new_endpoint, "rented"),
    Shot("endpoints-unsure", lambda stage: _endpoints(stage, "night-batch"), "unsure"),
    Shot("endpoints-empty", lambda stage: stage.page("endpoints"), "empty"),
    Shot("activity", _activity),
    Shot("settings", _settings(0.0)),
    Shot("settings-middle", _settings(0.5)),
    Shot("settings-end", _settings(1.0)),
    Shot("toast", _toast),
    Shot("offline", _offline),
    Shot("welcome", lambda stage: stage.page("welcome"), "first"),
    Shot("image-no-key", lambda stage: stage.page("image"), "first"),
    Shot("image-empty", lambda stage: stage.page("image"), "empty"),
    Shot("audio-empty", lambda stage: stage.page("audio"), "empty"),
    Shot("history-empty", lambda stage: stage.history(), "empty"),
    Shot("activity-empty", lambda stage: stage.page("activity"), "empty"),
    Shot("image-netmind", lambda stage: stage.page("image"), "keyed"),
    Shot("video-netmind", lambda stage: stage.page("video"), "keyed"),
    Shot("audio-netmind", lambda stage: stage.page("audio"), "keyed"),
    Shot("settings-key", _settings(0.0), "keyed"),
)

SIZES = {"large": QSize(1440, 900), "small": QSize(1100, 720)}
