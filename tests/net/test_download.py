"""Downloads against real sockets: the file is whole and right, or there is a clear error and no finished file."""

import asyncio
import json
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.errors import (
    BrokenResultError,
    ConnectionLostError,
)
from app.net.download import Downloaded, download
from app.net.media_client import MediaClient
from app.net.part_file import note_path
from tests.net.fetching import ETAG, LIMIT, PICTURE, chunked, cut_at, fetch, good, left, storage, then_end
from tests.net.servers import Seen, Wire, always, reply, serving


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "job-0.part"


# --- whole files


def test_a_file_with_a_length_is_fetched_whole_and_private(part: Path) -> None:
    steps: list[tuple[int, int | None]] = []

    async def main() -> Downloaded:
        async with serving(always(reply(200, PICTURE, f"ETag: {ETAG}"))) as server:
            media = MediaClient(allow_loopback=True)
            try:
                return await download(
                    media, server.base_url, part, max_bytes=LIMIT, on_progress=lambda *step: steps.append(step)
                )
            finally:
                await media.close()

    result = asyncio.run(main())
    assert good(result, part)
    assert result.length_verified
    assert result.etag == ETAG
    assert stat.S_IMODE(part.stat().st_mode) == 0o600
    assert steps[-1] == (len(PICTURE), len(PICTURE))
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)


def test_a_chunked_file_is_fetched_whole_without_a_length_to_compare(part: Path) -> None:
    result, _ = fetch(always(chunked(PICTURE)), part)
    assert good(result, part)
    assert isinstance(result, Downloaded)
    assert not result.length_verified


def test_a_file_that_ends_with_the_connection_is_marked_as_unverified(part: Path) -> None:
    result, _ = fetch(then_end(reply(200, PICTURE, length=-1)), part)
    assert good(result, part)
    assert isinstance(result, Downloaded)
    assert not result.length_verified


def test_a_tiny_file_is_a_file(part: Path) -> None:
    result, _ = fetch(always(reply(200, b"GIF89a;")), part)
    assert isinstance(result, Downloaded)
    assert part.read_bytes() == b"GIF89a;"


def test_bytes_beyond_the_named_length_do_not_get_in(part: Path) -> None:
    result, _ = fetch(then_end(reply(200, PICTURE + b"extra", length=len(PICTURE))), part)
    assert good(result, part)


def test_what_an_older_try_left_is_replaced_when_it_cannot_be_trusted(part: Path) -> None:
    part.write_bytes(b"old" * 100_000)
    result, server = fetch(always(reply(200, PICTURE)), part)
    assert good(result, part)
    assert "range" not in server.seen[0].headers


# --- cut connections


@pytest.mark.parametrize("size", [0, 1, 63, 64, len(PICTURE) // 2, len(PICTURE) - 1])
@pytest.mark.parametrize("tear", [False, True])
def test_a_cut_connection_never_leaves_a_finished_file(part: Path, size: int, tear: bool) -> None:
    result, _ = fetch(cut_at(size, tear=tear), part)
    assert isinstance(result, ConnectionLostError)
    assert not part.exists() or part.stat().st_size < len(PICTURE)


def test_a_cut_chunked_file_is_noticed(part: Path) -> None:
    result, _ = fetch(then_end(chunked(PICTURE, end=False)), part)
    assert isinstance(result, ConnectionLostError)


def test_a_cut_download_goes_on_where_it_stopped(part: Path) -> None:
    fetch(cut_at(500_000), part)
    kept = part.stat().st_size
    assert kept == 500_000
    assert left(part) == ["job-0.part", "job-0_resume.part"]
    result, server = fetch(storage, part)
    assert good(result, part)
    assert server.seen[0].headers["range"] == f"bytes={kept}-"
    assert len(server.seen) == 1


def test_a_cancelled_download_goes_on_where_it_stopped(part: Path) -> None:
    came = threading.Event()

    async def stalls(_seen: Seen, wire: Wire) -> None:
        await wire.send(reply(200, b"", f"ETag: {ETAG}", length=len(PICTURE)), PICTURE[:600_000])
        await asyncio.Event().wait()

    async def main() -> None:
        async with serving(stalls) as server:
            media = MediaClient(allow_loopback=True)
            task = asyncio.ensure_future(
                download(media, server.base_url, part, max_bytes=LIMIT, on_progress=lambda *_: came.set())
            )
            while not came.is_set():
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await media.close()

    asyncio.run(main())
    result, server = fetch(storage, part)
    assert good(result, part)
    assert "range" in server.seen[0].headers


def other_etag(seen: Seen) -> bytes:
    if "range" not in seen.headers:
        return reply(200, PICTURE, 'ETag: "e-2"')
    where = f"Content-Range: bytes 500000-{len(PICTURE) - 1}/{len(PICTURE)}"
    return reply(206, b"?" * (len(PICTURE) - 500_000), 'ETag: "e-2"', where)


def wrong_range(seen: Seen) -> bytes:
    if "range" not in seen.headers:
        return reply(200, PICTURE)
    return reply(206, PICTURE[100:], f"Content-Range: bytes 100-{len(PICTURE) - 1}/{len(PICTURE)}")


def half_of_the_rest(seen: Seen) -> bytes:
    if "range" not in seen.headers:
        return reply(200, PICTURE)
    return reply(206, PICTURE[500_000:600_000], f"Content-Range: bytes 500000-599999/{len(PICTURE)}")


def no_range_header(seen: Seen) -> bytes:
    return reply(206, PICTURE[500_000:]) if "range" in seen.headers else reply(200, PICTURE)


def not_satisfiable(seen: Seen) -> bytes:
    if "range" not in seen.headers:
        return reply(200, PICTURE)
    return reply(416, b"", f"Content-Range: bytes */{len(PICTURE)}")


def range_ignored(_seen: Seen) -> bytes:
    return reply(200, PICTURE, 'ETag: "e-2"')


@pytest.mark.parametrize(
    "answer", [other_etag, wrong_range, half_of_the_rest, no_range_header, not_satisfiable, range_ignored]
)
def test_where_going_on_is_not_possible_the_file_is_fetched_anew(part: Path, answer: Callable[[Seen], bytes]) -> None:
    async def script(seen: Seen, wire: Wire) -> None:
        await wire.send(answer(seen))

    fetch(cut_at(500_000), part)
    result, _ = fetch(script, part)
    assert good(result, part)


@pytest.mark.parametrize("etag", ["", 'W/"weak"', "no-quotes"])
def test_without_a_strong_etag_nothing_is_continued(part: Path, etag: str) -> None:
    fetch(cut_at(500_000, etag=etag), part)
    result, server = fetch(storage, part)
    assert good(result, part)
    assert "range" not in server.seen[0].headers


@pytest.mark.parametrize(
    "note", [b"", b"{", b"[]", b'{"synced": 900000, "etag": "\\"e-1\\""}', b'{"synced": -1, "etag": "\\"e-1\\""}']
)
def test_a_note_that_claims_too_much_is_not_believed(part: Path, note: bytes) -> None:
    part.write_bytes(b"x" * 500_000)
    note_path(part).write_bytes(note)
    result, server = fetch(storage, part)
    assert good(result, part)
    assert "range" not in server.seen[0].headers


def test_bytes_behind_the_synced_ones_are_fetched_again(part: Path) -> None:
    part.write_bytes(PICTURE[:400_000] + b"\0" * 50_000)
    note_path(part).write_text(json.dumps({"synced": 400_000, "etag": ETAG}))
    result, server = fetch(storage, part)
    assert good(result, part)
    assert server.seen[0].headers["range"] == "bytes=400000-"


def test_a_part_that_is_too_long_in_the_end_is_thrown_away(part: Path) -> None:
    fetch(cut_at(500_000), part)

    async def too_much(_seen: Seen, wire: Wire) -> None:
        where = f"Content-Range: bytes 500000-{len(PICTURE) - 1}/{len(PICTURE)}"
        await wire.send(reply(206, PICTURE[500_000:] + b"more", where, f"ETag: {ETAG}"))

    result, _ = fetch(too_much, part)
    assert isinstance(result, BrokenResultError)
    assert left(part) == []
