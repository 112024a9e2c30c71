"""A result becomes the thing that the next run works from: on its own page or another, and as a copy of its own."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.domain.job import Asset, Job, TransferState
from app.domain.job_words import JobAction, actions, label
from app.domain.media import Medium
from app.domain.media_input import FROM_LIBRARY, MediaInput
from app.domain.provider_info import Capabilities
from app.pages.create_page import CreatePage
from app.services.asset_service import AssetService
from app.services.input_service import InputService
from app.services.tasks import Tasks
from app.store.input_vault import InputVault
from app.widgets.player import MediaPlayer
from app.widgets.viewer_content import ViewerItem
from tests.conftest import Run
from tests.fakes import make_job
from tests.pages.create_stage import Stage, make_stage

MEDIA = Path(__file__).resolve().parents[1] / "fixtures" / "media"


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    made = make_stage(key=False)  # only the demo can be used
    made.jobs.folder = tmp_path / "library"
    made.jobs.folder.mkdir()
    return made


@asynccontextmanager
async def opened(stage: Stage, tmp_path: Path, qtbot: QtBot, medium: Medium) -> AsyncIterator[CreatePage]:
    assets, vault, tasks = AssetService(tmp_path / "cache"), InputVault(tmp_path / "inputs"), Tasks()

    async def nothing() -> frozenset[str]:
        return frozenset()

    page = CreatePage(
        medium,
        jobs=stage.jobs,
        catalogue=stage.catalogue,
        settings=stage.settings,
        providers=stage.providers,
        assets=stage.pictures,
        player=MediaPlayer(),
        start_task=tasks.start,
        inputs=InputService(vault, assets, nothing),
    )
    qtbot.addWidget(page)
    page.show()
    try:
        yield page
    finally:
        await tasks.close()
        await assets.close()


async def settled(page: CreatePage) -> None:
    assert page.panel.inputs is not None
    await asyncio.sleep(0)
    while page.panel.inputs.waits():
        await asyncio.sleep(0.005)


def shown_result(page: CreatePage, stage: Stage, medium: Medium, name: str) -> Job:
    """A finished job with one file, in the viewer."""
    shutil.copy(MEDIA / name, stage.jobs.folder / name)
    asset = Asset("asset-1", "job-x", 0, "key", medium, TransferState.SAVED, path=name, size_bytes=9)
    job = replace(make_job(medium=medium), job_id="job-x", provider_id="demo", assets=(asset,))
    stage.jobs.add(job)
    page.show_job(job.job_id)
    return job


def offers(page: CreatePage) -> dict[str, str]:
    item = page.viewer.current_item
    assert item is not None
    return {offer.target: offer.label for offer in page._uses(item)}


def given(page: CreatePage) -> MediaInput:
    (field,) = page.panel.form.media_fields().values()
    (kept,) = field.given()
    assert isinstance(kept, MediaInput)
    return kept


def test_each_result_offers_the_pages_that_can_work_from_it(
    run: Run[None], stage: Stage, tmp_path: Path, qtbot: QtBot
) -> None:
    async def story() -> None:
        async with opened(stage, tmp_path, qtbot, Medium.IMAGE) as page:
            shown_result(page, stage, Medium.IMAGE, "picture.png")
            assert offers(page) == {"image": "Use as reference image", "video": "Use as first frame"}
            asked: list[tuple[str, str, str]] = []
            page.use_as_input_requested.connect(lambda *what: asked.append(what))
            page.viewer.use_as_input_requested.emit("asset-1", "video")
            assert asked == [("job-x", "asset-1", "video")]
            film = ViewerItem("film", MEDIA / "film.mp4", Medium.VIDEO, "video/mp4")
            assert {offer.target: offer.label for offer in page._uses(film)} == {"audio": "Add sound to it"}
            assert page._uses(ViewerItem("t", MEDIA / "x.txt", Medium.OTHER, "text/plain")) == []

    run(story())


@pytest.mark.parametrize(
    "way",
    [
        (Medium.IMAGE, "picture.png", "google/nano-banana"),
        (Medium.VIDEO, "picture.png", "google/veo3.1-fast"),
        (Medium.AUDIO, "film.mp4", "hkchengrex/MMAudio"),
    ],
)
def test_a_result_goes_into_the_first_fitting_field_of_a_usable_model(
    run: Run[None], stage: Stage, tmp_path: Path, qtbot: QtBot, way: tuple[Medium, str, str]
) -> None:
    page_medium, name, model = way
    medium = Medium.VIDEO if name == "film.mp4" else Medium.IMAGE

    async def story() -> None:
        async with opened(stage, tmp_path, qtbot, page_medium) as page:
            page.panel.form.set_prompt("make it night")
            page.use_input(MEDIA / name, medium)
            await settled(page)
            spec = page.panel.spec
            assert spec is not None
            assert (spec.provider_id, spec.model_id) == ("demo", model)
            assert (given(page).name, given(page).origin) == (name, FROM_LIBRARY)
            assert page.panel.form.values()["prompt"] == "make it night", "what was written stays"
            assert not stage.jobs.requests, "generating stays a click of the person"

    run(story())


def test_the_model_that_is_chosen_stays_where_it_takes_such_a_file(
    run: Run[None], stage: Stage, tmp_path: Path, qtbot: QtBot
) -> None:
    stage.providers.set_key(True)

    async def story() -> None:
        async with opened(stage, tmp_path, qtbot, Medium.IMAGE) as page:
            page.use_input(MEDIA / "picture.png", Medium.IMAGE)
            await settled(page)
            first = page.panel.spec
            assert first is not None
            assert first.provider_id == "netmind"
            page.use_input(MEDIA / "picture.jpg", Medium.IMAGE)
            await settled(page)
            assert page.panel.spec is first
            (field,) = page.panel.form.media_fields().values()
            assert len(field.given()) == 2

    run(story())


def test_a_page_without_such_a_model_says_so(run: Run[None], stage: Stage, tmp_path: Path, qtbot: QtBot) -> None:
    async def story() -> None:
        async with opened(stage, tmp_path, qtbot, Medium.IMAGE) as page:
            said: list[str] = []
            page.toast_requested.connect(lambda title, words, kind: said.append(title))
            page.use_input(MEDIA / "sound.mp3", Medium.AUDIO)
            assert said == ["No model here works from such a file"]

    run(story())


def test_history_offers_it_for_pictures_and_films_only() -> None:
    can = Capabilities()
    words = {}
    for medium in (Medium.IMAGE, Medium.VIDEO, Medium.AUDIO, Medium.OTHER):
        asset = Asset("a", "j", 0, "k", medium, TransferState.SAVED, path="x")
        job = replace(make_job(medium=Medium.IMAGE), assets=(asset,))
        offered = JobAction.USE_RESULT in actions(job, can)
        words[medium] = str(label(JobAction.USE_RESULT, job)) if offered else ""
    assert list(words.values()) == ["Use as reference image", "Add sound to it", "", ""]
