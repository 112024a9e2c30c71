"""The one player: it plays every format, never hangs, and says when something cannot be shown."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject
from PySide6.QtMultimedia import QVideoFrame, QVideoSink
from pytestqt.qtbot import QtBot

from app.widgets.player import MediaPlayer
from tests.conftest import Run

ROOT = Path(__file__).resolve().parents[2]
MEDIA = ROOT / "tests" / "fixtures" / "media"
SOON = 8_000


class Heard(QObject):
    """Writes down what the player tells."""

    def __init__(self, player: MediaPlayer) -> None:
        super().__init__()
        self.positions: list[int] = []
        self.durations: list[int] = []
        self.states: list[str] = []
        self.failures: list[str] = []
        player.position_changed.connect(self.positions.append)
        player.duration_changed.connect(self.durations.append)
        player.state_changed.connect(self.states.append)
        player.failed.connect(self.failures.append)


@pytest.fixture
def player(qtbot: QtBot) -> Iterator[MediaPlayer]:
    made = MediaPlayer()
    yield made
    inner = made._player
    if inner is None:
        made.close()
    else:
        with qtbot.waitSignal(inner.destroyed, timeout=SOON):
            made.close()


@pytest.fixture
def heard(player: MediaPlayer) -> Heard:
    return Heard(player)


@pytest.mark.parametrize("name", ["film.mp4", "silent.mp4", "film.mov", "film.webm"])
def test_a_film_shows_its_first_frame_and_then_moves(
    player: MediaPlayer, heard: Heard, qtbot: QtBot, name: str
) -> None:
    sink = QVideoSink(player)
    frames: list[int] = []
    sink.videoFrameChanged.connect(lambda frame: frames.append(frame.startTime()) if frame.isValid() else None)
    player.attach_video(sink)
    player.load(MEDIA / name)
    qtbot.waitUntil(lambda: sink.videoFrame().isValid(), timeout=SOON)
    assert player.state == "paused"
    player.play()
    qtbot.waitUntil(lambda: bool(heard.positions) and heard.positions[-1] > 400, timeout=SOON)
    assert len(set(frames)) >= 3
    assert heard.durations[0] == pytest.approx(2000, abs=20)
    assert heard.states[-1] == "playing"
    assert not heard.failures


@pytest.mark.parametrize("name", ["sound.wav", "sound.mp3", "sound.flac", "sound.ogg", "sound.m4a"])
def test_a_sound_plays_also_without_a_sound_device(player: MediaPlayer, heard: Heard, qtbot: QtBot, name: str) -> None:
    player.load(MEDIA / name)
    player.play()
    qtbot.waitUntil(lambda: any(position > 150 for position in heard.positions), timeout=SOON)
    assert not heard.failures


def test_nothing_of_the_media_library_is_loaded_before_the_first_file() -> None:
    code = (
        "import sys; from PySide6.QtWidgets import QApplication; app = QApplication([]);"
        "from app.widgets.player import MediaPlayer; from app.widgets.viewer import Viewer;"
        "from app.services.previews import Previews;"
        "player = MediaPlayer(); viewer = Viewer(player, lambda item: None, Previews());"
        "player.set_muted(True); player.stop();"
        "sys.exit('PySide6.QtMultimedia' in sys.modules or player.is_made)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_at_its_end_a_film_stands_at_its_beginning_with_a_picture(
    player: MediaPlayer, heard: Heard, qtbot: QtBot
) -> None:
    sink = QVideoSink(player)
    player.attach_video(sink)
    player.load(MEDIA / "silent.mp4")
    player.seek(1_700)
    player.play()
    qtbot.waitUntil(lambda: "stopped" in heard.states and heard.states[-1] == "paused", timeout=SOON)
    qtbot.waitUntil(lambda: heard.positions[-1] == 0 and sink.videoFrame().isValid(), timeout=SOON)


@pytest.mark.parametrize("early", [True, False])
def test_a_loop_goes_on_after_the_end(player: MediaPlayer, heard: Heard, qtbot: QtBot, early: bool) -> None:
    """Also when it is switched on while the sound plays."""
    player.set_loop(early)
    player.load(MEDIA / "sound.wav")
    player.play()
    qtbot.waitUntil(lambda: any(position > 200 for position in heard.positions), timeout=SOON)
    player.set_loop(True)

    def rounds() -> int:
        pairs = zip(heard.positions, heard.positions[1:], strict=False)
        return sum(after < before - 200 for before, after in pairs)

    qtbot.waitUntil(lambda: rounds() >= 2, timeout=SOON)
    assert player.state == "playing"


def test_a_place_sought_before_the_file_is_open_is_kept(player: MediaPlayer, heard: Heard, qtbot: QtBot) -> None:
    player.load(MEDIA / "sound.mp3")
    player.seek(1_200)
    qtbot.waitUntil(lambda: bool(heard.positions) and heard.positions[-1] >= 1_200, timeout=SOON)
    assert heard.states[-1] == "paused"


def test_a_codec_that_cannot_be_shown_is_told_and_not_waited_for(
    player: MediaPlayer, heard: Heard, qtbot: QtBot
) -> None:
    """AV1: Qt gives neither a frame nor an error (ecosystem.md 2)."""
    player.attach_video(QVideoSink(player))
    player.load(MEDIA / "av1.mp4")
    with qtbot.waitSignal(player.failed, timeout=3_000):
        player.play()


def test_a_file_that_does_not_open_is_told_once(
    player: MediaPlayer, heard: Heard, qtbot: QtBot, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\0\0\0\x18ftypisom" + b"x" * 400)
    for path in (tmp_path / "missing.mp3", broken):
        with qtbot.waitSignal(player.failed, timeout=SOON):
            player.load(path)
    assert len(heard.failures) == 2
    player.load(MEDIA / "sound.wav")
    with qtbot.waitSignal(player.duration_changed, timeout=SOON):
        player.play()


def test_a_hundred_quick_switches_end_at_the_last_file(player: MediaPlayer, heard: Heard, qtbot: QtBot) -> None:
    """The deadlock of ecosystem.md 0.2 showed within some dozens; pytest-timeout ends a run that hangs."""
    sinks = (QVideoSink(player), QVideoSink(player))
    names = ["film.mp4", "sound.ogg", "film.webm", "sound.mp3", "silent.mp4", "sound.wav"]
    for number in range(100):
        name = names[number % len(names)]
        player.attach_video(None if name.startswith("sound") else sinks[number % 2])
        player.load(MEDIA / name)
        player.play()
        if number % 3 == 0:
            player.seek(300)
        if number % 4:
            qtbot.wait(number % 5 * 8)  # the point of the test is to come at different moments
    player.attach_video(sinks[0])
    player.load(MEDIA / "film.webm")
    player.play()
    heard.positions.clear()
    qtbot.waitUntil(lambda: sinks[0].videoFrame().isValid() and len(heard.positions) > 5, timeout=SOON)
    assert heard.durations[-1] == pytest.approx(2_008, abs=5)
    assert not heard.failures


def test_a_film_leaves_nothing_on_the_screen_of_the_next(player: MediaPlayer, qtbot: QtBot) -> None:
    sink = QVideoSink(player)
    player.attach_video(sink)
    player.load(MEDIA / "silent.mp4")
    qtbot.waitUntil(lambda: sink.videoFrame().isValid(), timeout=SOON)
    shown: list[QVideoFrame] = []
    player.load(MEDIA / "av1.mp4")
    with qtbot.waitSignal(player.failed, timeout=SOON):
        sink.videoFrameChanged.connect(shown.append)
    assert not any(frame.isValid() for frame in shown)


def test_the_player_may_be_asked_from_inside_a_coroutine(player: MediaPlayer, heard: Heard, run: Run[Any]) -> None:
    """A QMediaPlayer that is made in a coroutine crashes (qasync #85); here it is made in a plain slot."""
    import asyncio

    async def ask() -> None:
        player.load(MEDIA / "sound.ogg")
        player.play()
        opened: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        player.duration_changed.connect(lambda ms: None if opened.done() else opened.set_result(ms))
        assert await opened == 2_000
        player.stop()

    run(ask())


def test_whoever_borrowed_it_before_is_told(player: MediaPlayer, qtbot: QtBot) -> None:
    one, two = QObject(), QObject()
    told: list[object] = []
    player.user_changed.connect(told.append)
    player.lend(one)
    player.lend(one)
    player.lend(two)
    assert told == [one, two]
    assert player.user is two


def test_stopping_lets_go_of_the_file(player: MediaPlayer, heard: Heard, qtbot: QtBot) -> None:
    player.load(MEDIA / "sound.flac")
    player.play()
    qtbot.waitUntil(lambda: player.state == "playing", timeout=SOON)
    player.stop()
    qtbot.waitUntil(lambda: player._player is not None and player._player.source().isEmpty(), timeout=SOON)
    assert player.state == "stopped"
    player.play()  # nothing is open: nothing happens
    assert player.state == "stopped"
