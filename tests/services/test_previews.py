"""Files from a server are decoded by a process that has no key, no network and little time; its death costs one picture."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import psutil
import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QImage

from app.domain.media import MP4, PNG, Medium
from app.services.asset_service import AssetService
from app.services.media_probe import MediaFacts
from app.services.preview_process import PreviewProcess, ProcessGoneError, command, environment
from app.services.previews import Previews
from app.system.previews import CLOSED, DIED, TOO_LARGE, FilmFinding, PictureFinding
from tests.conftest import Run

ROOT = Path(__file__).resolve().parents[2]
MEDIA = ROOT / "tests" / "fixtures" / "media"
WithPreviews = Callable[[Callable[[Previews], Coroutine[Any, Any, Any]]], Any]
posix_only = pytest.mark.skipif(os.name != "posix", reason="the limits are those of POSIX")
linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="read from /proc")


@pytest.fixture
def with_previews(run: Run[Any]) -> WithPreviews:
    """Runs one coroutine with one process."""

    async def whole(work: Callable[[Previews], Coroutine[Any, Any, Any]]) -> Any:
        previews = Previews(processes=1)
        try:
            return await work(previews)
        finally:
            await previews.close()

    return lambda work: run(whole(work))


async def shown(previews: Previews, path: Path, **how: Any) -> PictureFinding:
    future: asyncio.Future[PictureFinding] = asyncio.get_running_loop().create_future()
    previews.ask_picture(path, future.set_result, **how)
    return await future


async def frame(previews: Previews, path: Path, number: int) -> PictureFinding:
    future: asyncio.Future[PictureFinding] = asyncio.get_running_loop().create_future()
    previews.ask_frame(path, number, future.set_result)
    return await future


async def playable(previews: Previews, path: Path, medium: Medium) -> str:
    future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    previews.ask_playable(path, medium, future.set_result)
    return await future


def painted(path: Path, width: int, height: int) -> Path:
    """Every pixel tells its place."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    for y in range(height):
        for x in range(width):
            image.setPixelColor(x, y, QColor(x % 256, y % 256, 7))
    image.save(str(path))
    return path


def test_pixels_come_back_exactly(with_previews: WithPreviews, tmp_path: Path) -> None:
    path = painted(tmp_path / "picture.png", 301, 200)

    async def look(previews: Previews) -> None:
        found = await shown(previews, path)
        assert found.size == QSize(301, 200)
        assert found.image is not None
        assert found.image == QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)
        small = await shown(previews, path, box=QSize(100, 100))
        assert small.size == QSize(301, 200)
        assert small.image is not None
        assert small.image.width() == 100
        part = await shown(previews, path, part=QRect(250, 150, 500, 20))
        assert part.image is not None
        assert part.image.size() == QSize(51, 20)
        assert part.image.pixelColor(0, 0) == QColor(250, 150, 7)

    with_previews(look)


def test_a_moving_picture_is_given_out_image_by_image_and_goes_round(with_previews: WithPreviews) -> None:
    async def look(previews: Previews) -> None:
        for name in ("moving.gif", "moving.webp"):
            assert (await shown(previews, MEDIA / name)).moves
            seen = [await frame(previews, MEDIA / name, number) for number in range(3)]
            assert all(one.image is not None and one.delay_ms > 0 for one in seen), name
            assert seen[0].image != seen[1].image
            again = await frame(previews, MEDIA / name, 10_000)
            assert again.image == seen[0].image

    with_previews(look)


def test_one_warm_process_answers_all_questions_and_ends_when_nothing_is_asked(run: Run[Any]) -> None:
    async def look() -> None:
        previews = Previews(processes=1, idle_s=0.05)
        await shown(previews, MEDIA / "picture.png")
        pids = set()
        for _ in range(3):
            pids |= {process.pid for process in previews.crew.processes}
            await shown(previews, MEDIA / "picture.jpg")
        assert len(pids) <= 2  # it may have been idle in between
        while previews.crew.processes:
            await asyncio.sleep(0.01)
        assert all(not psutil.pid_exists(pid) for pid in pids)
        assert not (await shown(previews, MEDIA / "picture.png")).error
        await previews.close()

    run(look())


@posix_only
def test_a_process_that_dies_over_a_file_is_replaced_and_the_file_is_not_tried_again(
    with_previews: WithPreviews, tmp_path: Path
) -> None:
    """The death is given from outside; what matters is what comes after it."""
    never = tmp_path / "never.png"
    os.mkfifo(never)  # whoever opens it waits for ever

    async def look(previews: Previews) -> None:
        await shown(previews, MEDIA / "picture.png")
        first = previews.crew.processes[0].pid
        asked = asyncio.ensure_future(shown(previews, never))
        while psutil.Process(first).status() == psutil.STATUS_ZOMBIE or not _is_asked(first, never):
            await asyncio.sleep(0.01)
        os.kill(first, signal.SIGSEGV)
        assert (await asked).error == DIED
        assert not (await shown(previews, MEDIA / "picture.png")).error
        assert previews.crew.processes[0].pid != first
        second = previews.crew.processes[0].pid
        assert (await shown(previews, never)).error == DIED
        assert previews.crew.processes[0].pid == second, "it was not asked"

    with_previews(look)


def _is_asked(pid: int, path: Path) -> bool:
    """A process that waits inside open() of a pipe sleeps there; its one other thread waits for questions."""
    waits = {(task / "wchan").read_text() for task in Path(f"/proc/{pid}/task").iterdir()}
    return any("fifo" in wait or "wait_for_partner" in wait for wait in waits)


@linux_only
def test_a_file_that_takes_too_long_or_too_much_is_given_up_and_saved_all_the_same(
    run: Run[Any], tmp_path: Path
) -> None:
    """A result was paid for: what ends the process that looks into it is not called broken."""

    async def look() -> MediaFacts:
        assets = AssetService(tmp_path / "cache")
        stop = asyncio.Event()

        async def kill_all() -> None:
            while not stop.is_set():
                for process in assets.previews.crew.processes:
                    process.kill()
                await asyncio.sleep(0.001)

        killer = asyncio.ensure_future(kill_all())
        try:
            return await assets.inspect(MEDIA / "film.mp4", MP4)
        finally:
            stop.set()
            await killer
            await assets.close()

    assert run(look()) == MediaFacts(decodable=False)


@linux_only
def test_the_process_knows_no_key_has_no_network_and_cannot_write(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NETMIND_API_KEY", "OCTOAI_TOKEN", "HTTPS_PROXY", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "HOME"):
        monkeypatch.setenv(name, "sk-CANARY")
    process = PreviewProcess()
    try:
        process.ask({"what": "look", "path": str(MEDIA / "picture.png")})
        known = Path(f"/proc/{process.pid}/environ").read_bytes()
        assert b"CANARY" not in known
        limits = Path(f"/proc/{process.pid}/limits").read_text()
        rows = {line[:26].strip(): line[26:].split() for line in limits.splitlines()}
        assert rows["Max address space"][0] == str(1 << 30)
        assert rows["Max core file size"][0] == "0"
        assert int(rows["Max cpu time"][0]) < 60
        own = Path(f"/proc/{process.pid}/ns/net").readlink()
        if _may_cut_off():
            assert own != Path("/proc/self/ns/net").readlink()
            names = [
                line.split(":")[0].strip() for line in Path(f"/proc/{process.pid}/net/dev").read_text().splitlines()[2:]
            ]
            assert names == ["lo"]
    finally:
        process.end()


def _may_cut_off() -> bool:
    """Some systems let nobody make name spaces."""
    tried = subprocess.run(["unshare", "-U", "-n", "true"], check=False, capture_output=True)
    return tried.returncode == 0


def test_the_process_imports_neither_a_network_library_nor_the_keychain() -> None:
    code = (
        "import sys, app.preview.__main__, app.preview.desk, app.preview.film_probe, app.preview.sound_probe;"
        "bad = {'httpx', 'httpcore', 'keyring', 'sqlite3', 'qasync', 'ssl', 'PySide6.QtSvg'};"
        "sys.exit(', '.join(bad & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_its_environment_is_a_list_of_what_is_allowed() -> None:
    assert set(environment()) <= {
        *("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "WINDIR"),
        *("QT_QPA_PLATFORM", "QT_LOGGING_RULES", "MALLOC_ARENA_MAX", "PYTHONPATH"),
    }
    assert command()[-1] == "--preview-worker"


@linux_only
def test_it_ends_with_the_program_that_started_it_also_when_that_is_killed() -> None:
    code = (
        "import sys; from pathlib import Path; from app.services.preview_process import PreviewProcess;"
        "one = PreviewProcess(); print(one.pid, flush=True); sys.stdin.read()"
    )
    asking = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with asking:
        assert asking.stdout is not None
        child = psutil.Process(int(asking.stdout.readline()))
        asking.kill()
    child.wait(timeout=20)


@posix_only
def test_memory_beyond_the_limit_ends_the_process_and_not_the_computer() -> None:
    code = "from app.preview import cell; cell.close_doors(); bytearray(1 << 30)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True, text=True)
    assert "MemoryError" in done.stderr


@posix_only
def test_processor_time_is_counted_for_each_file() -> None:
    """The limit is made short here; the system ends who goes on."""
    code = "import time; from app.preview import cell; cell.CPU_S = 0; cell.begin_question()\nwhile True: pass"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True)
    assert done.returncode == -signal.SIGXCPU


def test_an_answer_that_cannot_be_is_not_believed(with_previews: WithPreviews) -> None:
    """A file may have taken the process over: lengths, sizes and kinds of what it says are checked."""
    import io

    from app.services.preview_answers import film_of, picture_of, sound_of
    from app.system.preview_wire import WireError, receive

    wild: list[bytes] = [
        b"\xff" * 8,
        (5).to_bytes(8, "big") + b"[1,2]",
        (9).to_bytes(8, "big") + b"{'no': 1}",
        (2).to_bytes(8, "big") + b"{",
        *(
            len(words).to_bytes(8, "big") + words
            for words in (
                b'{"image": [30000, 30000, "rgb"]}',
                b'{"image": [-1, -1, "rgb"]}',
                b'{"image": [2, 2, "svg"]}',
                b'{"image": "x"}',
                b'{"image": [2, 2, "rgb"]}xx',
            )
        ),
    ]
    for said in wild:
        with pytest.raises(WireError):
            receive(io.BytesIO(said))
    assert receive(io.BytesIO(b"")) is None
    lies: dict[str, Any] = {
        "error": 7,
        "size": [0, 10**12],
        "width": "9",
        "duration_s": float("inf"),
        "peaks": ["x", 9e9],
    }
    assert picture_of((lies, None)).size is None
    assert film_of((lies, None)).width is None
    assert film_of((lies, None)).duration_s is None
    assert sound_of((lies, None)).peaks == (0.0, 1.0)


def test_too_many_pixels_are_told_and_not_decoded(with_previews: WithPreviews, tmp_path: Path) -> None:
    import zlib

    data = bytearray((MEDIA / "picture.png").read_bytes())
    data[16:24] = (30_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    huge = tmp_path / "huge.png"
    huge.write_bytes(data)

    async def look(previews: Previews) -> None:
        for found in (await shown(previews, huge), await previews.prove_picture(huge, PNG)):
            assert found == PictureFinding(error=TOO_LARGE, size=QSize(30_000, 30_000))

    with_previews(look)


def test_playing_is_allowed_after_a_look_and_the_look_is_remembered(
    with_previews: WithPreviews, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes((MEDIA / "film.mp4").read_bytes())

    async def look(previews: Previews) -> None:
        assert await playable(previews, film, Medium.VIDEO) == ""
        assert await playable(previews, MEDIA / "sound.mp3", Medium.AUDIO) == ""
        for process in previews.crew.processes:
            process.kill()
        assert await playable(previews, film, Medium.VIDEO) == ""
        film.write_bytes(b"\0\0\0\x18ftypisom" + b"x" * 300)
        assert await playable(previews, film, Medium.VIDEO)

    with_previews(look)


def test_after_closing_everybody_is_told_so(run: Run[Any]) -> None:
    async def look() -> None:
        previews = Previews(processes=1)
        told: list[FilmFinding] = []
        for _ in range(5):
            previews.ask_still(MEDIA / "film.mp4", 0, told.append)
        await previews.close()
        previews.ask_still(MEDIA / "film.mp4", 0, told.append)
        while len(told) < 6:
            await asyncio.sleep(0)
        assert {found.error for found in told} <= {CLOSED, ""}
        with pytest.raises(asyncio.CancelledError):
            await previews.prove_film(MEDIA / "film.mp4")

    run(look())


def test_where_no_process_can_start_files_are_saved_and_nobody_waits(
    run: Run[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))

    async def look() -> MediaFacts:
        assets = AssetService(tmp_path / "cache")
        try:
            return await assets.inspect(MEDIA / "picture.png", PNG)
        finally:
            await assets.close()

    assert run(look()) == MediaFacts(decodable=False)
    with pytest.raises(ProcessGoneError):
        PreviewProcess()
