"""T-18: pictures that were made to break decoders cost a process that nobody sees, and never the window."""

import struct
import zlib
from pathlib import Path
from random import Random

import pytest

from app.domain.media import GIF, JPEG, PNG, WEBP
from app.services.previews import Previews
from app.system.previews import TOO_LARGE
from tests.counts import say
from tests.hostile.broken_files import broken
from tests.hostile.trying import Asker, asker, written

MEDIA = Path(__file__).resolve().parents[1] / "fixtures" / "media"
GOOD = (
    ("picture.png", PNG),
    ("picture.jpg", JPEG),
    ("picture.webp", WEBP),
    ("moving.gif", GIF),
    ("moving.webp", WEBP),
)
SHORT, LONG = 10_000, 200_000


def _fuzz(many: int, folder: Path, seed: int) -> str:
    chance = Random(seed)
    good = [((MEDIA / name).read_bytes(), kind) for name, kind in GOOD]
    ways = ("prove", "prove", "prove", "look", "show", "frame")
    with asker() as one:
        for number in range(many):
            data, kind = good[number % len(good)]
            path = written(folder, "broken", broken(data, chance))
            what = chance.choice(ways)
            one.ask({"what": what, "path": path, "kind": kind.extension, "box": [320, 320], "number": number % 3})
        _still_answers(one)
    assert one.tally.decoded > many // 100, "the files are only half broken"
    assert one.tally.refused > many // 10
    return str(one.tally)


def _still_answers(one: Asker) -> None:
    assert not one.ask({"what": "prove", "path": str(MEDIA / "picture.png"), "kind": "png"}).error


def test_ten_thousand_broken_pictures_never_reach_the_window(tmp_path: Path) -> None:
    say("T-18", f"broken pictures: {_fuzz(SHORT, tmp_path, 18)}")


@pytest.mark.long
def test_two_hundred_thousand_broken_pictures_never_reach_the_window(tmp_path: Path) -> None:
    say("T-18 long", f"broken pictures: {_fuzz(LONG, tmp_path, 180)}")


def _png(width: int, height: int, *, depth: int = 1, colour: int = 0, rows: int | None = None) -> bytes:
    """A PNG of black, whose rows are packed to next to nothing; `rows` are really there."""
    row = b"\0" * (1 + (width * depth * {0: 1, 2: 3, 6: 4}[colour] + 7) // 8)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(row) for _ in range(height if rows is None else rows)) + packer.flush()

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


SVG_BOMB = (
    b"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink"><defs><g id="a0">
<rect width="9" height="9"/></g>"""
    + b"".join(b'<g id="a%d">%s</g>' % (n + 1, b'<use x:href="#a%d"/>' % n * 10) for n in range(30))
    + b'</defs><use x:href="#a30"/><image x:href="/etc/passwd" width="9" height="9"/></svg>'
)


def test_bombs_are_refused_by_their_header_or_end_the_process_that_opened_them(tmp_path: Path) -> None:
    """A billion pixels in some kilobytes, drawings that grow by ten thirty times, files that lie about their size."""
    bombs = {
        "30000x30000": _png(30_000, 30_000, rows=200),
        "line": _png(2**31 - 1, 1, rows=0),
        "column": _png(1, 2**31 - 1, rows=0),
        "deep": _png(9_000, 9_000, depth=16, colour=6, rows=10),
        "cut": _png(9_000, 9_000, rows=100),
        "svg": SVG_BOMB,
        "svg in png": b"\x89PNG\r\n\x1a\n" + SVG_BOMB,
        "empty": b"",
    }
    with asker() as one:
        for name, data in bombs.items():
            path = written(tmp_path, name, data)
            for what in ("look", "prove", "show"):
                found = one.ask({"what": what, "path": path, "kind": "png", "box": [320, 320]})
                assert found.error or what == "look", (name, what)
                assert found.image is None, (name, what)
                if name == "30000x30000":
                    assert found.error == TOO_LARGE
        many = written(tmp_path, "many", (MEDIA / "moving.gif").read_bytes()[:-1] * 200 + b"\x3b")
        one.ask({"what": "prove", "path": many, "kind": "gif"})
        whole = written(tmp_path, "whole", _png(10_000, 10_000))
        assert not one.ask({"what": "prove", "path": whole, "kind": "png"}).error, "100 million pixels are decoded"
        _still_answers(one)
    say("T-18 bombs", f"picture bombs: {one.tally}")


def test_drawings_pages_and_archives_are_never_rendered(tmp_path: Path) -> None:
    """SVG, HTML, PDF and ZIP are kept as files; whatever is asked about them, no pixel comes back."""
    plain = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    others = (plain, SVG_BOMB, b"<!doctype html><img src=x>", b"%PDF-1.7\n", b"PK\3\4" + b"\0" * 60, b"BM" + b"\0" * 60)
    previews = Previews(processes=1)
    try:
        for number, data in enumerate(others):
            for name in (f"{number}.png", f"{number}.svg"):
                path = Path(written(tmp_path, name, data))
                assert previews.pixels(path).image is None
                assert previews.look(path).error
    finally:
        previews.crew.close()
