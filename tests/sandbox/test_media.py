"""The demo's results are real files: they decode, have the asked size, move, and follow prompt and seed."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QUrl
from PySide6.QtGui import QImage, QImageReader
from PySide6.QtMultimedia import QMediaPlayer, QVideoFrame, QVideoSink
from pytestqt.qtbot import QtBot

from app.sandbox.media.palettes import PALETTES, WORDS
from app.sandbox.media.picture import still
from app.sandbox.media.scene import Easel, Stage
from app.sandbox.media.subject import FAMILIES, family_of, subject_of, words_of
from app.sandbox.running import QUICK, RunningSandbox
from app.sandbox.settings import Media
from tests.sandbox.calls import AUDIO, VIDEO, create, fetch, film_seconds, finished, flac_samples, links_of

Made = list[bytes]


@pytest.fixture(scope="module")
def studio() -> Iterator[RunningSandbox]:
    """A server that makes the real thing."""
    with RunningSandbox(replace(QUICK, media=Media.FULL)) as sandbox:
        yield sandbox


def make(s: RunningSandbox, *args: str, **config: Any) -> Made:
    job = finished(s.base_url, create(s.base_url, *args, **config)["id"])
    assert job["status"] == "completed", job
    return [fetch(link).body for link in links_of(job)]


def reader_of(data: bytes) -> QImageReader:
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    buffer.setParent(None)
    _kept.append(buffer)
    return reader


_kept: list[QBuffer] = []


@pytest.mark.parametrize(
    ("config", "size", "kind"),
    [
        ({}, (1024, 768), b"png"),
        ({"image_size": "square_hd"}, (1024, 1024), b"png"),
        ({"image_size": "portrait_16_9", "output_format": "jpeg"}, (576, 1024), b"jpeg"),
        ({"image_size": {"width": 333, "height": 77}}, (333, 77), b"png"),
    ],
)
def test_a_picture_has_the_asked_size_and_format(
    studio: RunningSandbox, config: dict[str, Any], size: tuple[int, int], kind: bytes
) -> None:
    (data,) = make(studio, seed=1, **config)
    reader = reader_of(data)
    assert reader.format().data() == kind
    image = reader.read()
    assert (image.width(), image.height()) == size


def test_a_picture_says_that_a_formula_drew_it(studio: RunningSandbox) -> None:
    (data,) = make(studio, seed=1, image_size="square")
    assert reader_of(data).text("Software") == "Slowlight demo, drawn by a formula"


def test_the_same_prompt_and_seed_give_the_same_picture_and_others_do_not(studio: RunningSandbox) -> None:
    def one(prompt: str, seed: int) -> bytes:
        return make(studio, "Qwen/Qwen-Image", prompt, seed=seed, image_size="square")[0]

    assert one("a lake", 1) == one("a lake", 1)
    assert one("a lake", 1) != one("a lake", 2)
    assert one("a lake", 1) != one("a red lake", 1)


def test_several_pictures_of_one_job_differ(studio: RunningSandbox) -> None:
    assert len(set(make(studio, seed=1, image_size="square", num_images=3))) == 3


def test_without_a_seed_every_job_is_another_picture(studio: RunningSandbox) -> None:
    first, second = (make(studio, image_size="square")[0] for _ in range(2))
    assert first != second


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_kind_paints_a_picture_with_light_and_dark(qapp: object, family: str) -> None:
    size = (120, 80) if len(family) % 2 else (60, 100)
    stage, rng = Stage(*size), random.Random(family)
    image = still(FAMILIES[family].build(Easel(stage, rng, PALETTES["dusk"])), rng)
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    values = sorted(grey.pixelColor(x, y).red() for x in range(0, size[0], 4) for y in range(0, size[1], 4))
    assert values[len(values) * 95 // 100] - values[len(values) // 20] > 30


def test_words_choose_the_kind_and_the_mood() -> None:
    assert family_of(words_of("Dust storm over copper dunes"), "") == "dunes"
    assert family_of(words_of("Two birch trees in the wood"), "") == "forest"
    assert subject_of("A snowy mountain", 1).family == "ridges"
    assert family_of([], "qwxyz") == family_of([], "QWXYZ ")
    assert set(WORDS) == set(PALETTES)


def test_a_film_has_its_length_moves_and_sounds(studio: RunningSandbox, tmp_path: Path, qtbot: QtBot) -> None:
    (data,) = make(studio, VIDEO, "the sea at dusk", seed=1, num_frames=25, width=320, height=180)
    assert film_seconds(data) == pytest.approx(25 / 24, abs=0.06)
    assert b"mp4a" in data
    path = tmp_path / "film.mp4"
    path.write_bytes(data)
    frames: list[QImage] = []
    player = QMediaPlayer()  # without a sound output: nothing here can wait for the sound thread
    sink = QVideoSink(player)
    player.setVideoSink(sink)

    def keep(frame: QVideoFrame) -> None:
        if frame.isValid():
            frames.append(frame.toImage().convertToFormat(QImage.Format.Format_RGB32))

    sink.videoFrameChanged.connect(keep)
    player.setSource(QUrl.fromLocalFile(str(path)))
    player.play()
    qtbot.waitUntil(lambda: len(frames) >= 10, timeout=10_000)
    player.setSource(QUrl())
    assert (frames[0].width(), frames[0].height()) == (320, 180)
    assert frames[0] != frames[9]


def test_a_film_is_made_no_larger_than_what_paints_quickly(studio: RunningSandbox) -> None:
    (data,) = make(studio, VIDEO, "geometric", seed=1, num_frames="5", aspect_ratio="9:16", resolution="720p")
    assert bytes.fromhex("021c03c0") in data  # 540 x 960 in the sample entry


def test_a_sound_has_the_asked_length(studio: RunningSandbox) -> None:
    (data,) = make(studio, AUDIO, "rain", seed=1, duration=1.5)
    assert flac_samples(data) == (44100, 2, 66150)


def test_the_same_prompt_and_seed_give_the_same_sound(studio: RunningSandbox) -> None:
    first, same, other = (make(studio, AUDIO, "rain", seed=seed, duration=1)[0] for seed in (1, 1, 2))
    assert first == same
    assert first != other


def test_an_overlong_sound_is_cut_to_what_upstream_makes(demo: RunningSandbox) -> None:
    (data,) = make(demo, AUDIO, "wind", seed=1, duration=100)
    assert flac_samples(data)[2] == 30 * 44100
