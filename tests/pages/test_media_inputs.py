"""From a dropped file to the request: taken through the service, shown, sent along, or refused at its field."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from app.domain.media import Medium
from app.domain.media_input import MediaInput, read_input
from app.domain.request import GenerationRequest
from app.pages.create_panel import CreatePanel
from app.services.asset_service import AssetService
from app.services.input_service import InputService
from app.services.tasks import Tasks
from app.store.input_vault import InputVault
from app.widgets.media_field import MediaField
from app.widgets.media_offer import Offer
from tests.conftest import Run
from tests.pages.create_stage import Stage, make_stage

MEDIA = Path(__file__).resolve().parents[1] / "fixtures" / "media"
SPEC = """{
  "format": 1, "provider": "netmind", "id": "test/edit", "title": "A test model", "medium": "image", "order": 1,
  "sources": ["a test"], "summary": "x",
  "parameters": {"type": "object", "required": ["prompt", "image_urls"], "properties": {
    "prompt": {"type": "string", "x-widget": "prompt"},
    "image_urls": {"type": "array", "title": "Reference images", "x-widget": "media", "x-accepts": ["image"], "x-many": 2}
  }}
}"""


@dataclass
class Room:
    """A create panel with a model that takes pictures, on a real input service."""

    panel: CreatePanel
    service: InputService
    vault: InputVault
    stage: Stage
    sent: list[GenerationRequest]

    @property
    def field(self) -> MediaField:
        found = self.panel.form.media_field("image_urls")
        assert found is not None
        return found

    def error(self) -> str:
        return self.panel.form.errors().get("image_urls", "")

    async def settled(self) -> None:
        assert self.panel.inputs is not None
        await asyncio.sleep(0)
        while self.panel.inputs.waits():
            await asyncio.sleep(0.005)


@pytest.fixture
def own_models(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "edit.json").write_text(SPEC)
    return folder


@asynccontextmanager
async def room(stage: Stage, tmp_path: Path, qtbot: QtBot) -> AsyncIterator[Room]:
    assets, vault, tasks = AssetService(tmp_path / "cache"), InputVault(tmp_path / "inputs"), Tasks()

    async def nothing() -> frozenset[str]:
        return frozenset()

    service = InputService(vault, assets, nothing)
    panel = CreatePanel(
        Medium.IMAGE,
        jobs=stage.jobs,
        catalogue=stage.catalogue,
        settings=stage.settings,
        providers=stage.providers,
        start_task=tasks.start,
        inputs=service,
    )
    qtbot.addWidget(panel)
    panel.show()
    sent: list[GenerationRequest] = []
    panel.submitted.connect(sent.append)
    try:
        yield Room(panel, service, vault, stage, sent)
    finally:
        await tasks.close()
        await assets.close()


@pytest.fixture
def stage(own_models: Path) -> Stage:
    return make_stage(own_models=own_models)


def test_a_dropped_file_goes_into_the_request_by_its_hash(
    run: Run[None], stage: Stage, tmp_path: Path, qtbot: QtBot
) -> None:
    original = tmp_path / "lake.png"
    shutil.copy(MEDIA / "picture.png", original)

    async def story() -> None:
        async with room(stage, tmp_path, qtbot) as here:
            here.panel.form.set_prompt("make it night")
            here.field.offer(Offer((original,)))
            await here.settled()
            original.unlink()
            here.panel.submit()
            params = here.sent[0].params
            assert isinstance(params["image_urls"], list)
            kept = read_input(params["image_urls"][0])
            assert kept is not None
            assert (kept.name, kept.width) == ("lake.png", 96)
            assert here.vault.verified(kept.sha256) is not None
            assert str(tmp_path) not in str(params), "no path of the person's disk goes into a recipe"

    run(story())


def test_nothing_is_generated_while_a_file_is_still_being_read(
    run: Run[None], stage: Stage, tmp_path: Path, qtbot: QtBot
) -> None:
    async def story() -> None:
        async with room(stage, tmp_path, qtbot) as here:
            here.panel.form.set_prompt("make it night")
            here.field.take(MediaInput("a" * 64, "old.png", "image/png", 10))
            here.field.offer(Offer((MEDIA / "film.mp4", MEDIA / "picture.jpg")))
            await asyncio.sleep(0)
            here.panel.submit()
            assert not here.sent
            assert "still being read" in here.error()
            assert "still being read" in here.panel.foot.reason()
            await here.settled()
            assert "film.mp4 is a video" in here.error()
            assert len(here.field.given()) == 2
            assert not here.panel.foot.reason()

    run(story())


def test_what_is_refused_is_said_at_the_field(run: Run[None], stage: Stage, tmp_path: Path, qtbot: QtBot) -> None:
    async def story() -> None:
        async with room(stage, tmp_path, qtbot) as here:
            here.field.offer(Offer((MEDIA / "sound.mp3",)))
            await here.settled()
            assert here.error() == "sound.mp3 is a sound. Reference images takes PNG, JPG, WEBP and GIF."
            here.field.offer(Offer(tuple(MEDIA / f"picture.{kind}" for kind in ("png", "jpg", "webp"))))
            await here.settled()
            assert len(here.field.given()) == 2
            assert here.error() == "Reference images takes 2 files at most."

    run(story())


def test_a_picture_from_the_clipboard_is_kept_too(run: Run[None], stage: Stage, tmp_path: Path, qtbot: QtBot) -> None:
    async def story() -> None:
        async with room(stage, tmp_path, qtbot) as here:
            picture = QImage(12, 8, QImage.Format.Format_RGB32)
            picture.fill(QColor("teal"))
            here.field.offer(Offer(picture=picture))
            await here.settled()
            (kept,) = here.field.given()
            assert isinstance(kept, MediaInput)
            assert (kept.name, kept.width, kept.height) == ("Pasted picture", 12, 8)

    run(story())


def test_a_file_does_not_fall_into_a_recipe_that_was_opened_meanwhile(
    run: Run[None], stage: Stage, tmp_path: Path, qtbot: QtBot
) -> None:
    async def story() -> None:
        async with room(stage, tmp_path, qtbot) as here:
            here.field.offer(Offer((MEDIA / "picture.png",)))
            await asyncio.sleep(0)
            here.panel.form.set_values({"prompt": "another recipe"})
            await here.settled()
            assert here.field.given() == ()

    run(story())


def test_the_small_picture_comes_by_itself(run: Run[None], stage: Stage, tmp_path: Path, qtbot: QtBot) -> None:
    async def story() -> None:
        async with room(stage, tmp_path, qtbot) as here:
            here.field.offer(Offer((MEDIA / "picture.png",)))
            await here.settled()
            while not here.field.cards()[0].has_thumbnail:
                await asyncio.sleep(0.005)

    run(story())


def test_a_file_is_there_again_after_a_restart(run: Run[None], stage: Stage, tmp_path: Path, qtbot: QtBot) -> None:
    async def story() -> None:
        async with room(stage, tmp_path, qtbot) as here:
            here.field.offer(Offer((MEDIA / "picture.png",)))
            await here.settled()
            here.panel.flush()
            before = here.field.value()
        async with room(stage, tmp_path, qtbot) as again:
            assert again.field.value() == before
            while not again.field.cards()[0].has_thumbnail:
                await asyncio.sleep(0.005)

    run(story())
