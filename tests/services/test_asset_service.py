"""Results are proved to play before they are called saved; thumbnails and waveforms come without anyone waiting."""

import asyncio
import shutil
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from app.domain.errors import BrokenResultError
from app.domain.media import FILE_TYPES, GIF, JPEG, M4A, MOV, MP4, PNG, WAV, WEBM, WEBP, FileType, Medium, sniff
from app.services.asset_service import AssetService
from app.services.media_completeness import is_complete
from app.services.media_probe import MediaFacts
from app.services.previews import Previews
from app.services.thumbnails import side_for
from app.system.previews import SoundFinding
from tests.conftest import Run

MEDIA = Path(__file__).resolve().parents[1] / "fixtures" / "media"
WithAssets = Callable[[Callable[[AssetService], Coroutine[Any, Any, Any]]], Any]

PLAYABLE = (
    ("picture.png", MediaFacts(96, 64)),
    ("picture.jpg", MediaFacts(160, 120)),
    ("picture.webp", MediaFacts(160, 120)),
    ("moving.gif", MediaFacts(64, 48)),
    ("moving.webp", MediaFacts(64, 48)),
    ("film.mp4", MediaFacts(160, 96, 2.0, True)),
    ("silent.mp4", MediaFacts(160, 96, 2.0, False)),
    ("film.mov", MediaFacts(160, 96, 2.0, False)),
    ("film.webm", MediaFacts(160, 96, 2.0, True)),
    ("av1.mp4", MediaFacts(160, 96, 2.0, False, decodable=False)),
    ("sound.wav", MediaFacts(duration_s=0.6, has_audio=True)),
    ("sound.mp3", MediaFacts(duration_s=2.0, has_audio=True)),
    ("sound.flac", MediaFacts(duration_s=1.0, has_audio=True)),
    ("sound.ogg", MediaFacts(duration_s=2.0, has_audio=True)),
    ("sound.m4a", MediaFacts(duration_s=2.0, has_audio=True)),
)


def type_of(path: Path) -> FileType:
    found = sniff(path.read_bytes()[:64])
    assert found is not None
    return found


@pytest.fixture
def with_assets(run: Run[Any], tmp_path: Path) -> WithAssets:
    """Runs one coroutine with a service of its own, which is closed afterwards."""

    async def whole(work: Callable[[AssetService], Coroutine[Any, Any, Any]]) -> Any:
        assets = AssetService(tmp_path / "cache")
        try:
            return await work(assets)
        finally:
            await assets.close()

    return lambda work: run(whole(work))


@pytest.fixture
def assets(qtbot: QtBot, tmp_path: Path, run: Run[Any]) -> Iterator[AssetService]:
    """A service in a plain Qt loop, as widgets use it."""
    service = AssetService(tmp_path / "cache")
    yield service
    run(service.close())


def test_every_format_is_looked_into_and_its_facts_are_right(with_assets: WithAssets) -> None:
    async def look(assets: AssetService) -> list[MediaFacts]:
        paths = [MEDIA / name for name, _ in PLAYABLE]
        return await asyncio.gather(*(assets.inspect(path, type_of(path)) for path in paths))

    for (name, wanted), seen in zip(PLAYABLE, with_assets(look), strict=True):
        assert seen.duration_s == pytest.approx(wanted.duration_s, abs=0.1), name
        assert MediaFacts(seen.width, seen.height, None, seen.has_audio, seen.decodable) == MediaFacts(
            wanted.width, wanted.height, None, wanted.has_audio, wanted.decodable
        ), name
    assert {type_of(MEDIA / name) for name, _ in PLAYABLE} == set(FILE_TYPES)


def test_a_file_is_looked_into_under_the_name_it_is_downloaded_with(with_assets: WithAssets, tmp_path: Path) -> None:
    async def look(assets: AssetService) -> None:
        for name, wanted in PLAYABLE:
            part = tmp_path / "result.part"
            shutil.copyfile(MEDIA / name, part)
            assert (await assets.inspect(part, type_of(part))).width == wanted.width, name
            part.rename(tmp_path / "result.done")

    with_assets(look)


@pytest.mark.parametrize("share", [0.98, 0.5, 0.1])
def test_a_cut_file_is_never_called_whole(with_assets: WithAssets, tmp_path: Path, share: float) -> None:
    """flac, ogg, mp3 and webm are streams: any part of them plays, so only a part without a beginning is broken."""

    async def look(assets: AssetService) -> list[str]:
        accepted = []
        for name, _ in PLAYABLE:
            data = (MEDIA / name).read_bytes()
            cut = tmp_path / name
            cut.write_bytes(data[: int(len(data) * share)])
            try:
                await assets.inspect(cut, type_of(cut))
            except BrokenResultError:
                continue
            accepted.append(name)
        return accepted

    streams = {"film.webm", "sound.flac", "sound.ogg", "sound.mp3"}
    assert set(with_assets(look)) <= streams


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (PNG, b"\x89PNG\r\n\x1a\n" + b"\0" * 400 + b"IEND"),
        (JPEG, b"\xff\xd8\xff\xe0" + bytes(range(200)) + b"\xff\xd9"),
        (WEBP, b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 40),
        (GIF, b"GIF89a" + b"\0" * 40 + b"\x3b"),
        (MP4, b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x08moov"),
        (MOV, b"\0\0\0\x10ftypqt  \0\0\0\0" + b"<html>not found</html>"),
        (WEBM, b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 4),
        (WAV, b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 28),
        (M4A, b"\0\0\0\x10ftypM4A \0\0\0\0" + b"\0" * 100),
        (PNG, b""),
    ],
)
def test_rubbish_with_the_right_first_bytes_is_broken(
    with_assets: WithAssets, tmp_path: Path, kind: FileType, data: bytes
) -> None:
    async def look(assets: AssetService) -> None:
        path = tmp_path / "rubbish"
        path.write_bytes(data)
        with pytest.raises(BrokenResultError):
            await assets.inspect(path, kind)

    with_assets(look)


def test_a_missing_file_is_broken_and_the_next_one_is_still_looked_at(with_assets: WithAssets, tmp_path: Path) -> None:
    async def look(assets: AssetService) -> None:
        for kind in (PNG, MP4, WAV):
            with pytest.raises(BrokenResultError):
                await assets.inspect(tmp_path / "nothing", kind)
        assert (await assets.inspect(MEDIA / "film.mp4", MP4)).width == 160

    with_assets(look)


def test_a_picture_is_never_read_as_another_format_than_it_claims(with_assets: WithAssets, tmp_path: Path) -> None:
    async def look(assets: AssetService) -> None:
        svg = tmp_path / "picture"
        svg.write_bytes(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>IEND')
        with pytest.raises(BrokenResultError):
            await assets.inspect(svg, PNG)
        with pytest.raises(BrokenResultError):
            await assets.inspect(MEDIA / "picture.png", WEBP)

    with_assets(look)


def test_a_picture_of_too_many_pixels_is_kept_and_not_decoded(with_assets: WithAssets, tmp_path: Path) -> None:
    """30,000 x 30,000 by its header; the few bytes behind it would not decode, and are not tried."""
    data = bytearray((MEDIA / "picture.png").read_bytes())
    data[16:24] = (30_000).to_bytes(4, "big") * 2
    import zlib

    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    huge = tmp_path / "huge.png"
    huge.write_bytes(data)

    facts = with_assets(lambda assets: assets.inspect(huge, PNG))

    assert facts == MediaFacts(30_000, 30_000, decodable=False)


def test_a_film_that_is_waited_for_goes_before_waveforms(run: Run[Any]) -> None:
    async def look() -> list[str]:
        order: list[str] = []
        begun = asyncio.Event()
        previews = Previews(processes=1)

        def heard(found: SoundFinding) -> None:
            order.append("sound")
            begun.set()

        for _ in range(4):
            previews.ask_peaks(MEDIA / "sound.flac", heard)
        await begun.wait()
        await previews.prove_film(MEDIA / "film.mp4")
        order.append("film")
        await previews.close()
        return order

    assert "film" in run(look())[:3]


def test_thumbnails_of_pictures_and_films_come_later_and_then_at_once(assets: AssetService, qtbot: QtBot) -> None:
    for name, medium in (("picture.png", Medium.IMAGE), ("moving.gif", Medium.IMAGE), ("film.webm", Medium.VIDEO)):
        with qtbot.waitSignal(assets.thumbnail_ready, timeout=10_000) as ready:
            assert assets.thumbnail(name, MEDIA / name, medium) is None
        assert ready.args == [name]
        picture = assets.thumbnail(name, MEDIA / name, medium)
        assert picture is not None
        assert picture.width() > picture.height() > 10


def test_the_thumbnail_of_a_film_is_not_its_first_frame(assets: AssetService, qtbot: QtBot) -> None:
    """Films often begin in black. The test film's counter moves, so the pictures at 0 and 0.5 s differ."""
    with qtbot.waitSignal(assets.thumbnail_ready, timeout=10_000):
        assets.thumbnail("film", MEDIA / "silent.mp4", Medium.VIDEO)
    later = assets.thumbnail("film", MEDIA / "silent.mp4", Medium.VIDEO)
    assert later is not None
    first: list[QImage | None] = []
    assets.previews.ask_still(MEDIA / "silent.mp4", 5_000, lambda found: first.append(found.picture))
    qtbot.waitUntil(lambda: bool(first), timeout=10_000)
    assert first[0] is not None
    spots = [(x, y) for x in range(0, 160, 8) for y in range(0, 96, 8)]
    assert max(abs(later.pixelColor(*s).lightness() - first[0].pixelColor(*s).lightness()) for s in spots) > 40


def test_a_stored_thumbnail_is_used_when_the_result_is_away(tmp_path: Path, qtbot: QtBot, run: Run[Any]) -> None:
    for path in (MEDIA / "film.mp4", tmp_path / "unplugged.mp4"):
        service = AssetService(tmp_path / "cache")
        with qtbot.waitSignal(service.thumbnail_ready, timeout=10_000):
            assert service.thumbnail("film", path, Medium.VIDEO) is None
        run(service.close())


def test_a_damaged_result_is_tried_once_and_not_again(assets: AssetService, qtbot: QtBot, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"\0\0\0\x18ftypisom" + b"x" * 300)
    wishes = [("gone", tmp_path / "gone.png", Medium.IMAGE), ("bad", bad, Medium.VIDEO), ("s", bad, Medium.AUDIO)]
    for wish in wishes:
        assert assets.thumbnail(*wish) is None
    qtbot.waitUntil(lambda: not assets._thumbnails._underway, timeout=10_000)
    for wish in wishes:
        assert assets.thumbnail(*wish) is None
    assert not assets._thumbnails._underway


def test_a_result_that_is_back_is_looked_at_again_after_forget(
    assets: AssetService, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "back.png"
    assert assets.thumbnail("back", path, Medium.IMAGE) is None
    qtbot.waitUntil(lambda: not assets._thumbnails._underway, timeout=10_000)
    shutil.copyfile(MEDIA / "picture.png", path)
    assets.forget("back")
    with qtbot.waitSignal(assets.thumbnail_ready, timeout=10_000):
        assets.thumbnail("back", path, Medium.IMAGE)


def test_memory_for_thumbnails_stays_within_its_bound(assets: AssetService) -> None:
    kept = assets._thumbnails
    big = QImage(2000, 1000, QImage.Format.Format_RGB32)
    from app.services.thumbnails import MEMORY_BYTES, _Wish

    for number in range(20):
        kept._remember(_Wish(str(number), 640), big.copy())
    assert 0 < kept._memory_bytes <= MEMORY_BYTES
    assert _Wish("19", 640) in kept._memory
    assert _Wish("0", 640) not in kept._memory


def test_transparency_survives_in_a_thumbnail(assets: AssetService, qtbot: QtBot, tmp_path: Path) -> None:
    glass = QImage(900, 600, QImage.Format.Format_ARGB32)
    glass.fill(QColor(255, 0, 0, 90))
    glass.save(str(tmp_path / "glass.png"))
    with qtbot.waitSignal(assets.thumbnail_ready, timeout=10_000):
        assets.thumbnail("glass", tmp_path / "glass.png", Medium.IMAGE, QSize(200, 100))
    small = assets.thumbnail("glass", tmp_path / "glass.png", Medium.IMAGE, QSize(200, 100))
    assert small is not None
    assert (small.width(), small.height()) == (320, 213)
    assert abs(small.pixelColor(5, 5).alpha() - 90) < 4


@pytest.mark.parametrize(("wanted", "side"), [(20, 160), (160, 160), (161, 320), (600, 640), (5000, 640)])
def test_a_wish_gets_the_next_larger_stored_size(wanted: int, side: int) -> None:
    assert side_for(QSize(wanted, wanted // 2)) == side


@pytest.mark.parametrize("name", ["sound.wav", "sound.mp3"])
def test_a_waveform_shows_where_the_sound_is_quiet_and_loud(assets: AssetService, qtbot: QtBot, name: str) -> None:
    with qtbot.waitSignal(assets.peaks_ready, timeout=10_000):
        assert assets.peaks(name, MEDIA / name) is None
    peaks = assets.peaks(name, MEDIA / name)
    assert peaks
    assert len(peaks) <= 600
    third = len(peaks) // 3
    assert max(peaks[:third]) < 0.3 * min(peaks[-third : -third // 4])
    assert all(0 <= peak <= 1 for peak in peaks)


@pytest.mark.parametrize("name", ["sound.flac", "sound.ogg", "sound.m4a", "film.mp4", "film.webm"])
def test_every_sound_and_every_film_with_sound_has_a_waveform(assets: AssetService, qtbot: QtBot, name: str) -> None:
    with qtbot.waitSignal(assets.peaks_ready, timeout=10_000):
        assets.peaks(name, MEDIA / name)
    assert max(assets.peaks(name, MEDIA / name) or (0,)) > 0.05


def test_a_film_without_sound_has_an_empty_waveform_and_is_not_asked_again(assets: AssetService, qtbot: QtBot) -> None:
    with qtbot.waitSignal(assets.peaks_ready, timeout=10_000):
        assets.peaks("silent", MEDIA / "silent.mp4")
    assert assets.peaks("silent", MEDIA / "silent.mp4") == ()


def test_a_stored_waveform_is_used_and_a_damaged_one_is_made_again(tmp_path: Path, qtbot: QtBot, run: Run[Any]) -> None:
    stored = tmp_path / "cache" / "sound.peaks.json"
    seen = []
    for path, spoil in ((MEDIA / "sound.flac", False), (tmp_path / "away", True), (MEDIA / "sound.flac", False)):
        service = AssetService(tmp_path / "cache")
        with qtbot.waitSignal(service.peaks_ready, timeout=10_000):
            service.peaks("sound", path)
        seen.append(service.peaks("sound", path))
        qtbot.waitUntil(stored.exists, timeout=10_000)
        run(service.close())
        if spoil:
            stored.write_text('{"version": 1, "peaks": "no"}')
    assert seen[0]
    assert len(seen[0]) == len(seen[1] or ()) == len(seen[2] or ())


def test_closing_gives_up_what_runs_and_answers_nothing_new(with_assets: WithAssets) -> None:
    async def look(assets: AssetService) -> None:
        films = [asyncio.ensure_future(assets.inspect(MEDIA / "film.mp4", MP4)) for _ in range(5)]
        await asyncio.sleep(0.005)
        await assets.close()
        ends = await asyncio.gather(*films, return_exceptions=True)
        assert all(isinstance(end, MediaFacts | asyncio.CancelledError) for end in ends), ends
        with pytest.raises(asyncio.CancelledError):
            await assets.inspect(MEDIA / "film.mp4", MP4)
        assets.thumbnail("late", MEDIA / "picture.png", Medium.IMAGE)
        assets.forget("late")

    with_assets(look)


def test_a_cancelled_question_does_not_stop_the_next_one(with_assets: WithAssets) -> None:
    async def look(assets: AssetService) -> None:
        asked = asyncio.ensure_future(assets.inspect(MEDIA / "film.mp4", MP4))
        await asyncio.sleep(0.01)
        asked.cancel()
        assert (await assets.inspect(MEDIA / "film.webm", WEBM)).has_audio

    with_assets(look)


def test_ids_that_are_no_plain_words_stay_inside_the_cache_folder(tmp_path: Path) -> None:
    from app.services.cache_files import CacheFiles

    files = CacheFiles(tmp_path)
    for wild in ("../../etc/passwd", "a/b", "", "x" * 300, "nul\0"):
        assert files.path(wild, "160.webp").parent == tmp_path
        assert len(files.path(wild, "160.webp").name) < 100


def test_notes_behind_the_end_of_a_picture_do_not_make_it_incomplete(tmp_path: Path) -> None:
    for name, kind in (("picture.jpg", JPEG), ("picture.png", PNG)):
        path = tmp_path / name
        path.write_bytes((MEDIA / name).read_bytes() + b"appended notes" * 900)
        assert is_complete(path, kind)


def test_a_streamed_wav_of_unknown_length_is_complete(tmp_path: Path) -> None:
    data = bytearray((MEDIA / "sound.wav").read_bytes())
    data[4:8] = b"\xff\xff\xff\xff"
    path = tmp_path / "streamed.wav"
    path.write_bytes(data)
    assert is_complete(path, WAV)


def test_many_films_in_a_row_neither_hang_nor_mix_up(with_assets: WithAssets) -> None:
    names = [("film.mp4", MP4, 160), ("film.webm", WEBM, 160), ("av1.mp4", MP4, 160), ("film.mov", MOV, 160)]

    async def look(assets: AssetService) -> None:
        for name, kind, width in names * 5:
            facts = await assets.inspect(MEDIA / name, kind)
            assert facts.width == width
            assert facts.decodable is (name != "av1.mp4")
            assert facts.has_audio is (name in ("film.mp4", "film.webm"))

    with_assets(look)


def test_the_media_library_is_not_loaded_before_it_is_needed(tmp_path: Path) -> None:
    """Start-up time and idle memory: a picture needs none of it. A fresh interpreter looks at its modules."""
    import subprocess
    import sys

    code = (
        "import sys; from PySide6.QtGui import QGuiApplication; app = QGuiApplication([]);"
        "from pathlib import Path; from app.services.asset_service import AssetService;"
        f"AssetService(Path({str(tmp_path)!r}));"
        "sys.exit('PySide6.QtMultimedia' in sys.modules)"
    )
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
