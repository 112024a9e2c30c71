"""What of endpoints concerns the whole window: the badge, the red banner, warnings, and the question at quit."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

from app.domain.endpoint_lease import Lease
from app.pages.endpoint_notes import EndpointNotes
from app.pages.main_window import MainWindow
from app.pages.window_banner import WindowBanner
from app.sandbox.rentals import READY_S
from app.services.activity_service import ActivityService
from app.services.connection_service import ConnectionService
from app.services.job_service import JobService
from app.services.tasks import Tasks
from app.system.language import say
from tests.fakes import FakeQueue
from tests.services.endpoint_stage import Ground, Run, running, wish


class NoJobs(QObject):
    """Nobody makes anything here."""

    job_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.queue = FakeQueue([])


@dataclass
class Desk:
    run: Run
    window: MainWindow
    notes: EndpointNotes
    activity: ActivityService

    @property
    def badge(self) -> str:
        return self.window.navigation._items["endpoints"].accessibleDescription()

    @property
    def banner(self) -> str:
        return self.window.banner.text if not self.window._notice.isHidden() else ""

    def question(self) -> str:
        return " ".join(say(sentence) for sentence in self.notes.what_is_left())


def in_a_window(ground: Ground, *acts: Callable[[Desk], Awaitable[None]]) -> None:
    async def main() -> None:
        for act in acts:
            async with running(ground) as run:
                window = MainWindow({"image": QWidget, "endpoints": QWidget})
                activity, jobs, tasks = ActivityService(), NoJobs(), Tasks()
                banner = WindowBanner(window, cast("JobService", jobs), ConnectionService(), activity)
                notes = EndpointNotes(
                    window=window, service=run.service, activity=activity, start_task=tasks.start, banner=banner
                )
                window.show_page("image")
                for endpoint in run.service.endpoints():
                    run.service.changed.emit(endpoint)
                await act(Desk(run, window, notes, activity))
                await tasks.close()
                window.deleteLater()
                QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    asyncio.run(main())


def test_the_rate_of_all_stands_in_the_navigation_and_in_the_question_at_quit(
    qapp: QApplication, tmp_path: Path
) -> None:
    async def act(desk: Desk) -> None:
        assert (desk.badge, desk.question()) == ("", "")
        await desk.run.service.create(wish("one", instances=2))
        await desk.run.service.create(wish("two"))
        assert desk.badge == "$0.90/h"
        assert "2 endpoints may be running and cost $0.90/h, estimated." in desk.question()
        assert "auto-stop works only while it is open" in desk.question()
        for endpoint in desk.run.service.endpoints():
            await desk.run.service.delete(endpoint.endpoint_id)
        await desk.run.pass_time(READY_S)
        assert (desk.badge, desk.question()) == ("", "")

    in_a_window(Ground(tmp_path), act)


def test_one_that_may_be_running_is_red_on_every_page_and_after_every_start(qapp: QApplication, tmp_path: Path) -> None:
    ground = Ground(tmp_path)

    async def lose(desk: Desk) -> None:
        ground.wire.fate = lambda method: "lost" if method == "POST" else ""
        await desk.run.service.create(wish("night-batch"))
        assert desk.banner.startswith("A paid endpoint may be running: night-batch.")
        assert "1 endpoint may be running" in desk.question()

    async def again(desk: Desk) -> None:
        assert desk.banner.startswith("A paid endpoint may be running: night-batch.")
        assert len(desk.activity.entries()) == 1
        desk.window.banner.buttons[0].click()
        assert desk.window.current_page == "endpoints"
        assert desk.banner == "", "this page says it itself"
        desk.window.show_page("image")
        await desk.run.service.take_off(desk.run.service.endpoints()[0].endpoint_id)
        assert desk.banner == ""

    in_a_window(ground, lose, again)


def test_the_warning_before_an_end_offers_one_hour_more(qapp: QApplication, tmp_path: Path) -> None:
    async def act(desk: Desk) -> None:
        desk.window.show()
        await desk.run.service.create(wish("one", lease=Lease(duration_s=3600)))
        await desk.run.pass_time(50 * 60)
        (toast,) = desk.window.toasts.toasts()
        toast.action_requested.emit()
        await asyncio.sleep(0.05)
        endpoint = desk.run.service.endpoints()[0]
        assert endpoint.lease.left_s(desk.run.service.now(), desk.run.service.spent(endpoint.endpoint_id), None) == 4200

    in_a_window(Ground(tmp_path), act)
