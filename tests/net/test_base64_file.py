"""A result in base64 on the disk becomes a file, block by block, however the service wrote it."""

import asyncio
import base64
import hashlib
import tracemalloc
from pathlib import Path

import pytest

from app.domain.errors import (
    BrokenResultError,
    ResultTooLargeError,
    StudioError,
)
from app.domain.local_errors import (
    DiskFullError,
)
from app.net.base64_file import _decoded, _letters, decode_to_part
from app.net.big_json import Span
from app.net.download import Downloaded

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9_000  # 2.3 MB: several blocks
LIMIT = 64 * 1024 * 1024
TEXT = base64.b64encode(PNG)


def decode(folder: Path, written: bytes, *, max_bytes: int = LIMIT, keep_free_bytes: int = 0) -> Downloaded:
    source = folder / "answer.json"
    source.write_bytes(b'{"a": "' + written + b'"}')
    span = Span(7, 7 + len(written))
    part = folder / "result.part"
    return asyncio.run(decode_to_part(source, span, part, max_bytes=max_bytes, keep_free_bytes=keep_free_bytes))


WAYS: dict[str, bytes] = {
    "plain": TEXT,
    "with a prefix": b"data:image/png;base64," + TEXT,
    "with an escaped prefix": b"data:image\\/png;base64," + TEXT,
    "url-safe": TEXT.translate(bytes.maketrans(b"+/", b"-_")),
    "without padding": TEXT.rstrip(b"="),
    "with escaped slashes": TEXT.replace(b"/", b"\\/"),
    "with slashes as code points": TEXT.replace(b"/", b"\\u002f").replace(b"+", b"\\u002B"),
    "with line breaks": b"\\r\\n".join(TEXT[i : i + 76] for i in range(0, len(TEXT), 76)),
    "with blanks": b" ".join(TEXT[i : i + 4096] for i in range(0, len(TEXT), 4096)) + b"\\n",
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_write_base64_gives_the_same_file(tmp_path: Path, way: str) -> None:
    got = decode(tmp_path, WAYS[way])
    assert got.size_bytes == len(PNG)
    assert got.sha256 == hashlib.sha256(PNG).hexdigest()
    assert got.head == PNG[:64]
    assert (tmp_path / "result.part").read_bytes() == PNG
    assert (tmp_path / "result.part").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("step", [300, 301, 1021])
def test_blocks_may_end_inside_an_escape(way: str, step: int) -> None:
    end = WAYS[way].rindex(b"Q", 0, 20_000)
    written = WAYS[way][:end]
    blocks = (written[start : start + step] for start in range(0, len(written), step))
    letters = b"".join(_letters(blocks))
    assert letters == b"".join(_letters(iter([written])))
    whole = letters[: len(letters) // 4 * 4]
    pieces = (whole[start : start + step] for start in range(0, len(whole), step))
    assert PNG.startswith(b"".join(_decoded(pieces)))


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"====",
        TEXT[:-3].rstrip(b"=") + b"!!!!",
        TEXT[: len(TEXT) // 2] + b"=" + TEXT[len(TEXT) // 2 :],
        TEXT + b"QUJD",
        TEXT.rstrip(b"=")[:4097],
        base64.b64encode(b"<html>not a picture</html>" * 400),
        b"data:" + TEXT,
        TEXT[:8000] + b"\\u00e4" + TEXT[8000:],
        TEXT + b"\\",
    ],
)
def test_what_is_no_result_leaves_nothing(tmp_path: Path, written: bytes) -> None:
    with pytest.raises(BrokenResultError):
        decode(tmp_path, written)
    assert not (tmp_path / "result.part").exists()


def test_a_source_that_became_shorter_is_an_error(tmp_path: Path) -> None:
    source = tmp_path / "answer.json"
    source.write_bytes(TEXT[:1000])
    with pytest.raises(BrokenResultError):
        asyncio.run(decode_to_part(source, Span(0, 2000), tmp_path / "a.part", max_bytes=LIMIT, keep_free_bytes=0))
    with pytest.raises(BrokenResultError):
        asyncio.run(
            decode_to_part(tmp_path / "none", Span(0, 2000), tmp_path / "a.part", max_bytes=LIMIT, keep_free_bytes=0)
        )
    assert not (tmp_path / "a.part").exists()


@pytest.mark.parametrize(
    ("options", "kind"),
    [({"max_bytes": 1_000_000}, ResultTooLargeError), ({"keep_free_bytes": 1 << 60}, DiskFullError)],
)
def test_too_large_and_no_room_are_said_and_leave_nothing(
    tmp_path: Path, options: dict[str, int], kind: type[StudioError]
) -> None:
    with pytest.raises(kind):
        decode(tmp_path, TEXT, **options)
    assert not (tmp_path / "result.part").exists()


def test_a_big_film_is_never_whole_in_memory(tmp_path: Path) -> None:
    source = tmp_path / "answer.json"
    block = base64.b64encode(b"\0\0\0\x18ftypmp42" + b"\0" * (3 * 256 * 1024 - 12))
    with source.open("wb") as out:
        for _ in range(40):
            out.write(block)
    size = source.stat().st_size
    assert size >= 40 * 1024 * 1024
    tracemalloc.start()
    got = asyncio.run(decode_to_part(source, Span(0, size), tmp_path / "film.part", max_bytes=LIMIT, keep_free_bytes=0))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert got.size_bytes == size // 4 * 3
    assert peak < 12 * 1024 * 1024
