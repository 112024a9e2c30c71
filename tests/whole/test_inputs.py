"""From a file of this computer to a saved result, through the window and the demo's own process."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.application import Options, Studio
from app.domain.job import Job, JobState
from app.domain.media import Medium
from app.domain.media_input import inputs_in
from app.pages.create_page import CreatePage
from app.studio_window import StudioWindow
from app.widgets.media_offer import Offer
from tests.conftest import Run

MEDIA = Path(__file__).resolve().parents[1] / "fixtures" / "media"
QUICK = ("--speed", "200", "--media", "small")


@asynccontextmanager
async def window(qapp: QApplication, profile: Path) -> AsyncIterator[tuple[StudioWindow, Studio]]:
    """The whole program on a profile, with a demo in a hurry."""
    qapp.setQuitOnLastWindowClosed(False)  # as the program does: the loop ends after everything else
    studio = Studio(Options(profile=profile, demo=True), demo_arguments=QUICK)
    studio.settings.set("welcome.seen", True)
    desk = StudioWindow(qapp, studio, asyncio.Event())
    desk.open()
    await desk.start()
    try:
        yield desk, studio
    finally:
        desk.end()
        await studio.close()
        qapp.setQuitOnLastWindowClosed(True)


def page_of(desk: StudioWindow, medium: Medium) -> CreatePage:
    desk.window.show_page(medium)
    page = desk.window.page(medium)
    assert isinstance(page, CreatePage)
    return page


async def until_read(page: CreatePage) -> None:
    assert page.panel.inputs is not None
    await asyncio.sleep(0)
    while page.panel.inputs.waits():
        await asyncio.sleep(0.01)


async def generated(studio: Studio, page: CreatePage, prompt: str) -> Job:
    """Presses Generate and waits for the end."""
    page.panel.form.set_prompt(prompt)
    before = {job.job_id for job in studio.jobs.recent(page_medium(page))}
    while page.panel.foot.is_resting:
        await asyncio.sleep(0.01)
    page.panel.submit()
    assert not page.panel.form.errors()
    (job_id,) = {job.job_id for job in studio.jobs.recent(page_medium(page))} - before
    return await rested(studio, job_id)


def page_medium(page: CreatePage) -> Medium:
    spec = page.panel.spec
    assert spec is not None
    return spec.medium


async def rested(studio: Studio, job_id: str) -> Job:
    while True:
        job = studio.jobs.job(job_id)
        if job is not None and job.is_resting:
            assert job.state is JobState.DONE, job.problem
            return job
        await asyncio.sleep(0.02)


def test_a_dropped_picture_becomes_a_picture_a_film_and_a_film_with_sound_and_again_after_a_restart(
    run: Run[None], qapp: QApplication, tmp_path: Path
) -> None:
    original = tmp_path / "holiday at home.png"
    shutil.copy(MEDIA / "picture.png", original)
    profile = tmp_path / "profile"

    made: list[str] = []

    async def story() -> None:
        async with window(qapp, profile) as (desk, studio):
            page = page_of(desk, Medium.IMAGE)
            page.use_input(original, Medium.IMAGE)
            await until_read(page)
            original.unlink()
            picture = await generated(studio, page, "make it night")
            assert picture.saved_assets[0].medium is Medium.IMAGE

            desk.use_result(picture, picture.saved_assets[0].asset_id, "video")
            page = page_of(desk, Medium.VIDEO)
            await until_read(page)
            film = await generated(studio, page, "slowly nearer")
            assert film.saved_assets[0].medium is Medium.VIDEO

            desk.use_result(film)
            page = page_of(desk, Medium.AUDIO)
            await until_read(page)
            scored = await generated(studio, page, "rain on leaves")
            assert scored.saved_assets[0].medium is Medium.VIDEO, "sound for a film gives the film with sound"
            assert scored.saved_assets[0].path.startswith("videos/")
            made.append(picture.job_id)

    async def later() -> None:
        async with window(qapp, profile) as (desk, studio):
            again = await rested(studio, studio.jobs.retry(made[0]))
            assert [kept.name for kept in inputs_in(dict(again.params))] == ["holiday at home.png"]
            (field,) = page_of(desk, Medium.IMAGE).panel.form.media_fields().values()
            assert field.given(), "what stood in the form is there again"

    run(story())
    run(later())


def test_a_text_becomes_a_voice_that_came_inside_the_answer(run: Run[None], qapp: QApplication, tmp_path: Path) -> None:
    async def story() -> None:
        async with window(qapp, tmp_path) as (desk, studio):
            page = page_of(desk, Medium.AUDIO)
            spec = next(found for found in studio.catalogue.models(Medium.AUDIO) if found.title == "Demo voice")
            page.panel.form.set_spec(spec)
            voice = await generated(studio, page, "Hello from the demo.")
            assert voice.saved_assets[0].mime == "audio/flac"
            assert voice.prompt == "Hello from the demo."

    run(story())


def test_what_is_no_picture_is_said_and_nothing_is_sent(run: Run[None], qapp: QApplication, tmp_path: Path) -> None:
    async def story() -> None:
        async with window(qapp, tmp_path) as (desk, studio):
            page = page_of(desk, Medium.IMAGE)
            page.use_input(MEDIA / "picture.png", Medium.IMAGE)
            await until_read(page)
            (name, field) = next(iter(page.panel.form.media_fields().items()))
            field.offer(Offer((MEDIA / "film.mp4",)))
            await until_read(page)
            assert "film.mp4 is a video" in page.panel.form.errors()[name]
            assert not studio.jobs.recent(Medium.IMAGE)

    run(story())
