"""A lost answer and a job of another computer, decided in the real window against the real demo server."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.application import Options, Studio
from app.domain.job import Job, JobState
from app.domain.media import Medium
from app.domain.request import GenerationRequest
from app.sandbox.running import QUICK, RunningSandbox
from app.services.job_tools import JobSeams
from app.studio_window import StudioWindow
from app.widgets.buttons import PaintedButton
from app.widgets.job_picker import JobPicker
from app.widgets.orphan_picker import OrphanPicker
from app.widgets.remote_list import RemoteList
from tests.conftest import Run
from tests.sandbox.calls import IMAGE, PATH, call

KEY = "a-key-in-the-window"
SLOWLY, QUICKLY = 1.0, 0.005


@asynccontextmanager
async def _window(
    qt: QApplication, profile: Path, server: RunningSandbox, pause_factor: float
) -> AsyncIterator[tuple[Studio, StudioWindow]]:
    (profile / "settings.json").write_text(json.dumps({"providers": {"netmind": {"base_url": server.base_url}}}))
    seams = JobSeams(pause_factor=pause_factor, pace=lambda *_: 0.05)
    studio = Studio(Options(profile=profile), seams=seams)
    desk = StudioWindow(qt, studio, asyncio.Event())
    desk.open()
    await desk.start()
    try:
        yield studio, desk
    finally:
        desk.end()
        await studio.close()


def _button(place: QWidget, name: str) -> PaintedButton | None:
    found = (button for button in place.findChildren(PaintedButton) if button.text().startswith(name))
    return next((button for button in found if button.isVisible() and button.isEnabled()), None)


async def _press(place: QWidget, name: str) -> None:
    while (button := _button(place, name)) is None:
        await asyncio.sleep(0.01)
    button.click()


async def _until(condition: Callable[[], object]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


async def _lost(studio: Studio, desk: StudioWindow) -> str:
    """A job whose answer does not come, shown in the viewer."""
    spec = studio.catalogue.find("netmind", "Qwen/Qwen-Image")
    assert spec is not None
    params = {**spec.defaults(), "prompt": "[lost] a boat"}
    job_id = studio.jobs.submit(GenerationRequest("netmind", spec.model_id, spec.title, spec.medium, params))
    await _until(lambda: _state(studio, job_id) is JobState.UNSURE)
    desk.show_job(_job(studio, job_id))
    return job_id


def _job(studio: Studio, job_id: str) -> Job:
    job = studio.jobs.job(job_id)
    assert job is not None
    return job


def _state(studio: Studio, job_id: str) -> JobState:
    return _job(studio, job_id).state


@pytest.fixture
def play(
    run: Run[None], qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., RunningSandbox]:
    monkeypatch.setenv("NETMIND_API_KEY", KEY)

    def it(
        story: Callable[[Studio, StudioWindow, RunningSandbox], Awaitable[None]],
        *,
        pause_factor: float = SLOWLY,
        before: Callable[[RunningSandbox], None] = lambda server: None,
    ) -> RunningSandbox:
        server = RunningSandbox(replace(QUICK, keys=(KEY,)))

        async def whole() -> None:
            async with _window(qapp, tmp_path, server, pause_factor) as (studio, desk):
                await story(studio, desk, server)

        with server:
            before(server)
            run(whole())
        return server

    return it


def test_the_right_job_is_chosen_from_the_server_s_list(play: Callable[..., RunningSandbox]) -> None:
    async def story(studio: Studio, desk: StudioWindow, server: RunningSandbox) -> None:
        job_id = await _lost(studio, desk)
        await _press(desk.window, "It is this one")
        await _until(lambda: desk.window.findChildren(JobPicker))
        (picker,) = desk.window.findChildren(JobPicker)
        rows = picker.findChild(RemoteList)
        assert isinstance(rows, RemoteList)
        QTest.keyClicks(picker.focusWidget(), "no such id")
        await _press(picker, "It is this one")
        await _until(lambda: _button(picker, "It is this one") and rows.count())
        rows.setCurrentRow(0)
        await _press(picker, "It is this one")
        await _until(lambda: _state(studio, job_id) is JobState.DONE)
        assert len(_job(studio, job_id).saved_assets) == 1

    assert len(play(story).posts) == 1


def test_forget_ends_it_and_says_that_it_may_have_been_charged(play: Callable[..., RunningSandbox]) -> None:
    async def story(studio: Studio, desk: StudioWindow, server: RunningSandbox) -> None:
        job_id = await _lost(studio, desk)
        await _press(desk.window, "Forget")
        await _until(lambda: _state(studio, job_id) is JobState.CANCELLED)
        assert _job(studio, job_id).sent_at is not None

    assert len(play(story).posts) == 1


def test_send_again_finds_what_was_started_after_all_and_sends_nothing(play: Callable[..., RunningSandbox]) -> None:
    async def story(studio: Studio, desk: StudioWindow, server: RunningSandbox) -> None:
        job_id = await _lost(studio, desk)
        await _press(desk.window, "It did not start: send again")
        await _until(
            lambda: "One job at NetMind could be it" in str(getattr(_job(studio, job_id).problem, "advice", ""))
        )
        assert _state(studio, job_id) is JobState.UNSURE

    assert len(play(story).posts) == 1


def test_finished_jobs_of_another_computer_are_offered_and_brought_in(play: Callable[..., RunningSandbox]) -> None:
    def another_computer(server: RunningSandbox) -> None:
        config = {"prompt": "from elsewhere"}
        for _ in range(2):
            call(server.base_url, "POST", PATH, {"model": IMAGE, "config": config}, auth=f"Bearer {KEY}")

    async def story(studio: Studio, desk: StudioWindow, server: RunningSandbox) -> None:
        await _until(lambda: "2 finished jobs on the server are not in your library" in desk.window.banner.text)
        await _press(desk.window.banner, "Bring them in")
        await _until(lambda: desk.window.findChildren(OrphanPicker))
        (picker,) = desk.window.findChildren(OrphanPicker)
        await _press(picker, "Bring in 2")
        await _until(lambda: len(_done(studio)) == 2)
        assert not desk.window.banner.isVisible()

    play(story, pause_factor=QUICKLY, before=another_computer)


def _done(studio: Studio) -> list[Job]:
    jobs = [job for medium in (Medium.IMAGE, Medium.OTHER) for job in studio.jobs.recent(medium)]
    return [job for job in jobs if job.state is JobState.DONE and job.saved_assets]
