"""Taking a person's file: fit for models, proven to decode, kept by its content, and refused in plain words."""

import asyncio
import os
import shutil
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from app.domain.input_rules import InputRules, parse_rules
from app.domain.media import Medium
from app.domain.media_input import FROM_LIBRARY, MediaInput
from app.domain.values import Json
from app.services.asset_service import AssetService
from app.services.input_service import InputRefusedError, InputService
from app.store.input_vault import InputVault
from app.system import pictures
from tests.conftest import Run

MEDIA = Path(__file__).resolve().parents[1] / "fixtures" / "media"


def rules(*accepts: Json, **hints: Json) -> InputRules:
    words: Json = list(accepts or ("image",))
    return parse_rules({"type": "string", "x-accepts": words, **hints})


@dataclass
class Desk:
    """An input service on real parts."""

    service: InputService
    vault: InputVault
    folder: Path
    in_use: set[str]

    def files(self) -> list[str]:
        return sorted(path.suffix for path in self.folder.iterdir()) if self.folder.is_dir() else []

    def kept(self, kept: MediaInput) -> Path:
        found = self.vault.verified(kept.sha256)
        assert found is not None
        return found.path

    async def refused(self, path: Path, wanted: InputRules, title: str = "First frame") -> str:
        with pytest.raises(InputRefusedError) as caught:
            await self.service.keep_file(path, wanted, title)
        return str(caught.value.sentence)


@asynccontextmanager
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    assets = AssetService(tmp_path / "cache")
    vault = InputVault(tmp_path / "inputs")
    in_use: set[str] = set()

    async def references() -> frozenset[str]:
        return frozenset(in_use)

    try:
        yield Desk(InputService(vault, assets, references), vault, tmp_path / "inputs", in_use)
    finally:
        await assets.close()


def two_halves(path: Path) -> Path:
    """40 x 20 pixels, the left half red, the right half blue, as JPEG."""
    picture = QImage(40, 20, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.blue)
    painter = QPainter(picture)
    painter.fillRect(0, 0, 20, 20, Qt.GlobalColor.red)
    painter.end()
    assert picture.save(str(path), quality=95)
    return path


def turned(path: Path, orientation: int) -> Path:
    """Puts a camera's note into a JPEG: which side is up, and where it was taken."""
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<H", 2)
    tiff += struct.pack("<HHII", 0x0112, 3, 1, orientation) + struct.pack("<HHII", 0x8825, 4, 1, 0) + b"\0\0\0\0"
    body = b"Exif\0\0" + tiff + b"SECRET PLACE"
    data = path.read_bytes()
    path.write_bytes(data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:])
    return path


def test_a_picture_is_kept_as_it_is_with_its_facts(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(tmp_path) as here:
            path = tmp_path / "lake.png"
            shutil.copy(MEDIA / "picture.png", path)
            kept = await here.service.keep_file(path, rules(), "First frame", origin=FROM_LIBRARY)
            path.unlink()
            assert here.kept(kept).read_bytes() == (MEDIA / "picture.png").read_bytes()
            assert (kept.name, kept.mime, kept.medium, kept.origin) == (
                "lake.png",
                "image/png",
                Medium.IMAGE,
                FROM_LIBRARY,
            )
            assert (kept.width, kept.height) == (96, 64)
            assert kept.size_bytes == (MEDIA / "picture.png").stat().st_size

    run(story())


@pytest.mark.parametrize(("name", "accepts"), [("film.mp4", "video"), ("film.webm", "video"), ("sound.mp3", "audio")])
def test_films_and_sounds_are_kept_with_their_length(run: Run[None], tmp_path: Path, name: str, accepts: str) -> None:
    async def story() -> None:
        async with desk(tmp_path) as here:
            kept = await here.service.keep_file(MEDIA / name, rules(accepts), "Source")
            assert kept.duration_s
            assert kept.duration_s > 0.3
            assert bool(kept.width) is (accepts == "video")

    run(story())


def test_case_94_a_photo_that_lies_on_its_side_is_kept_upright(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(tmp_path) as here:
            photo = turned(two_halves(tmp_path / "photo.jpg"), 6)  # turn by 90 degrees, clockwise
            kept = await here.service.keep_file(photo, rules(), "First frame")
            assert (kept.width, kept.height, kept.mime) == (20, 40, "image/jpeg")
            path = here.kept(kept)
            assert b"SECRET PLACE" not in path.read_bytes(), "the camera's note stays at home"
            picture = QImage(str(path))
            assert picture.size() == QSize(20, 40)
            assert QColor(picture.pixel(10, 5)).red() > 200
            assert QColor(picture.pixel(10, 35)).blue() > 200

    run(story())


def test_case_94_print_colours_become_screen_colours(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(tmp_path) as here:
            picture = QImage(str(two_halves(tmp_path / "a.jpg"))).convertToFormat(QImage.Format.Format_CMYK8888)
            path = tmp_path / "print.jpg"
            assert picture.save(str(path), quality=95)
            kept = await here.service.keep_file(path, rules(), "First frame")
            file_type = pictures.type_of(here.kept(kept))
            assert file_type is not None
            read = pictures.reader(here.kept(kept), file_type)
            assert read.imageFormat() is not QImage.Format.Format_CMYK8888

    run(story())


def test_case_94_of_a_moving_picture_the_first_image_is_kept(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(tmp_path) as here:
            kept = await here.service.keep_file(MEDIA / "moving.gif", rules("png", "jpg"), "First frame")
            assert kept.mime == "image/png"

    run(story())


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"\0\0\0\x18ftypmif1", "HEIC"),
        (b"\0\0\0\x18ftypavif", "AVIF"),
        (b"II*\0", "TIFF"),
        (b"BM", "BMP"),
        (b"<svg xmlns=''>", "SVG"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_case_94_a_picture_of_another_kind_is_said_with_a_way_out(
    run: Run[None], tmp_path: Path, head: bytes, word: str
) -> None:
    async def story() -> None:
        async with desk(tmp_path) as here:
            path = tmp_path / "IMG_1.JPG"
            path.write_bytes(head + b"x" * 200)
            said = await here.refused(path, rules())
            assert word in said
            assert said.endswith("Save it as JPEG or PNG first.")
            assert not here.files()

    run(story())


def test_what_cannot_be_used_is_refused_and_not_kept(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(tmp_path) as here:
            words = tmp_path / "picture.png"
            words.write_text("no picture at all")
            half = tmp_path / "half.png"
            half.write_bytes((MEDIA / "picture.png").read_bytes()[:-40])
            types = "First frame takes PNG, JPG, WEBP and GIF."
            assert await here.refused(words, rules()) == f"picture.png is no file that can be used here. {types}"
            assert await here.refused(MEDIA / "film.mp4", rules()) == f"film.mp4 is a video. {types}"
            assert await here.refused(half, rules()) == "half.png is damaged or not complete."
            assert await here.refused(tmp_path, rules()) == f"{tmp_path.name} is no file."
            assert await here.refused(tmp_path / "gone.png", rules()) == "gone.png is no file."
            small = rules(**{"x-max-mb": 0.0001})
            assert "takes 0.1 MB at most" in await here.refused(MEDIA / "picture.png", small)
            few = rules(**{"x-max-pixels": 1000})
            assert "96 \u00d7 64" in await here.refused(MEDIA / "picture.png", few)
            assert not here.files()

    run(story())


def test_a_refused_file_does_not_take_a_kept_twin_with_it(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(tmp_path) as here:
            kept = await here.service.keep_file(MEDIA / "picture.png", rules(), "First frame")
            await here.refused(MEDIA / "picture.png", rules(**{"x-max-pixels": 1000}))
            assert here.vault.verified(kept.sha256) is not None

    run(story())


def test_a_pasted_picture_becomes_a_file(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(tmp_path) as here:
            picture = QImage(30, 10, QImage.Format.Format_ARGB32)
            picture.fill(QColor(10, 200, 30, 128))
            kept = await here.service.keep_picture(picture, "Pasted picture", rules(), "First frame")
            assert (kept.name, kept.mime, kept.width, kept.height) == ("Pasted picture", "image/png", 30, 10)
            assert QImage(str(here.kept(kept))).hasAlphaChannel()
            with pytest.raises(InputRefusedError, match="is a picture"):
                await here.service.keep_picture(picture, "Pasted picture", rules("audio"), "Source")

    run(story())


def test_a_name_that_could_not_be_shown_is_made_readable(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(tmp_path) as here:
            path = tmp_path / ("a\u202eb" + "x" * 180 + "end.png")
            shutil.copy(MEDIA / "picture.png", path)
            kept = await here.service.keep_file(path, rules(), "First frame")
            assert kept.name.isprintable()
            assert kept.name.endswith("end.png")
            assert len(kept.name) <= 120

    run(story())


def test_a_thumbnail_comes_when_it_is_made(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(tmp_path) as here:
            kept = await here.service.keep_file(MEDIA / "picture.png", rules(), "First frame")
            ready: list[str] = []
            here.service.thumbnail_ready.connect(ready.append)
            assert here.service.thumbnail(kept, QSize(160, 160)) is None
            while not ready:
                await asyncio.sleep(0.005)
            assert ready == [kept.sha256]
            assert here.service.thumbnail(kept, QSize(160, 160)) is not None

    run(story())


def test_the_sweep_keeps_what_recipes_and_drafts_name(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(tmp_path) as here:
            wanted = await here.service.keep_file(MEDIA / "picture.png", rules(), "First frame")
            gone = await here.service.keep_file(MEDIA / "picture.jpg", rules(), "First frame")
            long_ago = time.time() - 91 * 24 * 3600
            for path in here.folder.iterdir():
                os.utime(path, (long_ago, long_ago))
            here.in_use.add(wanted.sha256)
            assert await here.service.sweep() == 1
            assert here.vault.find(wanted.sha256) is not None
            assert here.vault.find(gone.sha256) is None

    run(story())
