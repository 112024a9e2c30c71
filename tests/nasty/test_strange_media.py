"""Cases 75 and 76: files that are hard to look at. The real look into a file, in the studio's own loop."""

import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage

from app.domain.errors import BrokenResultError
from app.domain.job import JobState as S
from app.domain.media import sniff
from app.services.asset_service import AssetService
from app.services.media_probe import MediaFacts
from tests.conftest import Run
from tests.nasty.dialects import IN_NETMIND
from tests.nasty.stage import Scene, Service, act
from tests.net.memory import little_memory
from tests.net.servers import reply

MEDIA = Path(__file__).resolve().parents[1] / "fixtures" / "media"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *, depth: int = 8, colour: int = 2, rows: bytes | None = None) -> bytes:
    """A PNG of these sizes, all black; `rows` are its packed pixels where they are another thing."""
    samples = {0: 1, 2: 3, 6: 4}[colour]
    row = 1 + (width * samples * depth + 7) // 8
    if rows is None:
        packer = zlib.compressobj(9)
        rows = b"".join(packer.compress(bytes(row)) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def wav(claimed: int, sound: bytes = bytes(8_000)) -> bytes:
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8_000, 16_000, 2, 16)
    return b"RIFF" + struct.pack("<I", claimed) + b"WAVE" + form + b"data" + struct.pack("<I", claimed) + sound


def without_index() -> bytes:
    """A film whose index (moov) has got lost."""
    film = (MEDIA / "film.mp4").read_bytes()
    return film.replace(b"moov", b"free")


def deep_picture(folder: Path) -> bytes:
    picture = QImage(32, 32, QImage.Format.Format_RGBA64)
    picture.fill(QColor("teal"))
    assert picture.save(str(folder / "deep.png"))
    return (folder / "deep.png").read_bytes()


Made = Callable[[Path], bytes]
SHOWABLE: dict[str, Made] = {
    "sixteen bits": deep_picture,
    "sixteen bits grey": lambda _: png(16, 16, depth=16, colour=0),
    "moving": lambda _: (MEDIA / "moving.gif").read_bytes(),
    "very long": lambda _: png(20_000, 2),
    "very high": lambda _: png(2, 20_000),
}
NOT_SHOWABLE: dict[str, Made] = {
    "too large": lambda _: png(30_000, 30_000, depth=1, colour=0, rows=zlib.compress(bytes(10))),
    "absurdly large": lambda _: png(2**31 - 1, 2**31 - 1, rows=zlib.compress(bytes(10))),
    "no size": lambda _: png(0, 0, rows=zlib.compress(b"")),
    "broken pixels": lambda _: png(64, 64, rows=b"not packed"),
    "half a picture": lambda _: (MEDIA / "picture.jpg").read_bytes()[:900],
    "film without index": lambda _: without_index(),
    "half a film": lambda _: (MEDIA / "film.mp4").read_bytes()[:2_000],
    "sound that claims too much": lambda _: wav(0xFFFFFFF0),
    "sound that claims nothing": lambda _: wav(0),
    "sound without a sound": lambda _: (
        b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00" + bytes(16) + b"data\x00\x00\x00\x00"
    ),
}


def looked_at(run: Run[object], folder: Path, data: bytes) -> MediaFacts | None:
    """What the studio sees in the file; None for a broken one. Within its time and memory, whatever it is."""
    path = folder / "result.part"
    path.write_bytes(data)
    kind = sniff(data[:64])
    assert kind is not None

    async def look() -> MediaFacts | None:
        assets = AssetService(folder / "cache")
        try:
            return await assets.inspect(path, kind)
        except BrokenResultError:
            return None
        finally:
            await assets.close()

    started = time.monotonic()
    facts = run(look())
    assert time.monotonic() - started < 20
    assert facts is None or isinstance(facts, MediaFacts)
    return facts


@pytest.mark.parametrize("name", SHOWABLE)
def test_case_075_a_rare_but_good_file_is_seen(run: Run[object], tmp_path: Path, name: str) -> None:
    facts = looked_at(run, tmp_path, SHOWABLE[name](tmp_path))
    assert facts is not None
    assert facts.width
    assert facts.height


@pytest.mark.parametrize("name", NOT_SHOWABLE)
def test_case_075_a_broken_or_monstrous_file_is_refused_or_not_shown_and_hurts_nothing(
    run: Run[object], tmp_path: Path, name: str
) -> None:
    facts = looked_at(run, tmp_path, NOT_SHOWABLE[name](tmp_path))
    assert facts is None or not facts.decodable or facts.duration_s is not None


def test_case_076_a_picture_that_would_fill_the_memory_is_not_unpacked(run: Run[object], tmp_path: Path) -> None:
    looked_at(run, tmp_path, (MEDIA / "picture.png").read_bytes())  # what is loaded once does not count
    bomb = png(30_000, 30_000, depth=1, colour=0)
    assert len(bomb) < 200_000
    with little_memory():
        facts = looked_at(run, tmp_path, bomb)
    assert facts is None or not facts.decodable


@pytest.mark.parametrize(
    "body",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"<!DOCTYPE html><html><script>alert(1)</script></html>",
        b"%PDF-1.7\n1 0 obj",
        b"PK\x03\x04" + bytes(100),
        b"MZ\x90\x00" + bytes(100),
        b"\x7fELF" + bytes(100),
        b"#!/bin/sh\nrm -rf /\n",
        b"\x1f\x8b\x08\x00" + bytes(100),
        b"BM" + bytes(100),
        b"\x00\x00\x01\x00" + bytes(100),
        b"\x00\x00\x00\x1cftypavif" + bytes(100),
    ],
)
def test_case_076_what_could_run_or_is_on_no_list_never_becomes_a_file(tmp_path: Path, body: bytes) -> None:
    async def story(here: Scene) -> None:
        job = await here.stage.until_state(here.stage.submit(), S.FAILED)
        assert job.problem is not None
        assert job.problem.code == "broken_result"

    file = reply(200, body, "Content-Type: image/png", "Content-Disposition: attachment; filename=a.png")
    act(tmp_path, Service(IN_NETMIND, poll=[IN_NETMIND.done("/files/a.png")], files={"/files/a.png": [file]}), story)
    assert [path for path in (tmp_path / "library").rglob("*") if path.is_file()] == []
