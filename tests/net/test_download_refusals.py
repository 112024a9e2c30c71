"""What must not become a file: error pages, empty and endless answers, full disks and traps in the folder."""

import asyncio
import json
import stat
from pathlib import Path

import pytest

from app.domain.errors import (
    BrokenResultError,
    InsecureAddressError,
    LinkExpiredError,
    ResultTooLargeError,
    ServiceFailedError,
    TooManyRequestsError,
)
from app.domain.local_errors import (
    DiskFullError,
    LibraryMissingError,
)
from app.net.download import download, write_inline
from app.net.media_client import MediaClient
from app.net.part_file import CHECKPOINT_BYTES, PartFile, disk_error, note_path
from tests.net.fetching import ETAG, LIMIT, PICTURE, cut_at, fetch, good, left, storage
from tests.net.servers import Seen, Wire, always, in_turn, reply


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "job-0.part"


# --- what is not media


NOT_MEDIA = [
    b"",
    b"<!DOCTYPE html><html><body>Log in to the WiFi</body></html>",
    b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    b'{"error": "not found"}',
    b"Not found",
    b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    b"%PDF-1.7",
    b"PK\x03\x04",
    b"\0" * 1_000,
    b"\x1f\x8b\x08" + b"\0" * 100,
]


@pytest.mark.parametrize("body", NOT_MEDIA)
@pytest.mark.parametrize("kind", ["image/png", "text/html"])
def test_what_is_not_media_leaves_nothing_behind(part: Path, body: bytes, kind: str) -> None:
    result, _ = fetch(always(reply(200, body, f"Content-Type: {kind}")), part)
    assert isinstance(result, BrokenResultError)
    assert "<" not in result.server_text
    assert left(part) == []


def test_a_login_page_does_not_cost_what_was_fetched_before(part: Path) -> None:
    fetch(cut_at(500_000), part)
    result, _ = fetch(always(reply(200, b"<html>Log in</html>")), part)
    assert isinstance(result, BrokenResultError)
    result, server = fetch(storage, part)
    assert good(result, part)
    assert server.seen[0].headers["range"] == "bytes=500000-"


@pytest.mark.parametrize("status", [201, 203, 204, 206])
def test_a_success_that_is_not_the_whole_file_is_no_result(part: Path, status: int) -> None:
    result, _ = fetch(always(reply(status, PICTURE if status != 204 else b"")), part)
    assert isinstance(result, BrokenResultError)
    assert left(part) == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_an_expired_link_says_what_the_storage_said(part: Path, status: int) -> None:
    page = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
    result, _ = fetch(always(reply(status, page)), part)
    assert isinstance(result, LinkExpiredError)
    assert result.server_text == "Request has expired"
    assert result.http_status == status
    assert left(part) == []


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_a_failing_storage_is_waited_for(part: Path, status: int) -> None:
    result, _ = fetch(always(reply(status, b"<html>Bad Gateway</html>", "Retry-After: 7")), part)
    assert isinstance(result, ServiceFailedError)
    assert result.retry_after_s == 7.0


def test_a_busy_storage_is_waited_for(part: Path) -> None:
    result, _ = fetch(always(reply(429, b"slow down", "Retry-After: 3")), part)
    assert isinstance(result, TooManyRequestsError)
    assert result.retry_after_s == 3.0


def test_a_failing_storage_does_not_cost_what_was_fetched_before(part: Path) -> None:
    fetch(cut_at(500_000), part)
    fetch(always(reply(503)), part)
    fetch(always(reply(403)), part)
    result, server = fetch(storage, part)
    assert good(result, part)
    assert server.seen[0].headers["range"] == "bytes=500000-"


# --- size and disk


def test_a_file_that_names_too_large_a_size_is_not_begun(part: Path) -> None:
    result, _ = fetch(always(reply(200, PICTURE)), part, max_bytes=500_000)
    assert isinstance(result, ResultTooLargeError)
    assert left(part) == []


def test_an_endless_file_is_cut_at_the_limit(part: Path) -> None:
    async def endless(_seen: Seen, wire: Wire) -> None:
        await wire.send(b"HTTP/1.1 200 OK\r\n\r\n", PICTURE)
        while True:
            await wire.send(b"x" * 65_536)

    result, _ = fetch(endless, part, max_bytes=2 * 1024 * 1024)
    assert isinstance(result, ResultTooLargeError)
    assert "2 MB" in str(result.problem().happened)
    assert left(part) == []


def test_a_disk_that_would_become_full_is_not_filled(part: Path) -> None:
    result, _ = fetch(always(reply(200, PICTURE)), part, keep_free_bytes=2**62)
    assert isinstance(result, DiskFullError)
    assert str(part.parent) in str(result.problem().happened)
    assert left(part) == []


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    part = tmp_path / "unplugged" / "job-0.part"
    result, _ = fetch(always(reply(200, PICTURE)), part)
    assert isinstance(result, LibraryMissingError)
    assert str(part.parent) in str(result.problem().happened)


def test_a_full_disk_and_a_missing_folder_are_told_apart(tmp_path: Path) -> None:
    assert isinstance(disk_error(OSError(28, "No space left on device"), tmp_path), DiskFullError)
    assert isinstance(disk_error(OSError(122, "Disk quota exceeded"), tmp_path), DiskFullError)
    assert isinstance(disk_error(OSError(30, "Read-only file system"), tmp_path), LibraryMissingError)
    assert isinstance(disk_error(OSError(5, "Input/output error"), tmp_path), LibraryMissingError)


@pytest.mark.parametrize("kind", ["symlink", "hardlink", "folder"])
def test_nothing_is_written_through_a_link_that_waits_in_place_of_the_part(tmp_path: Path, kind: str) -> None:
    victim = tmp_path / "precious"
    victim.write_bytes(b"precious")
    folder = tmp_path / "library"
    folder.mkdir()
    part = folder / "job-0.part"
    note = json.dumps({"synced": 8, "etag": ETAG})
    note_path(part).write_text(note)
    if kind == "symlink":
        part.symlink_to(victim)
    elif kind == "hardlink":
        part.hardlink_to(victim)
    else:
        part.mkdir()
    result, _ = fetch(storage, part)
    assert victim.read_bytes() == b"precious"
    assert isinstance(result, LibraryMissingError) if kind == "folder" else good(result, part)


def test_a_long_download_notes_its_way_back_while_it_runs(part: Path) -> None:
    file = PartFile(part)
    file.open(0)
    for _ in range(CHECKPOINT_BYTES // 2**20):
        file.write(b"x" * 2**20, ETAG)
    point = PartFile(part).resume_point()
    file.close()
    assert point is not None
    assert (point.offset, point.etag) == (CHECKPOINT_BYTES, ETAG)


def test_a_forbidden_link_is_refused_before_anything_is_touched(part: Path) -> None:
    async def main() -> None:
        media = MediaClient()
        with pytest.raises(InsecureAddressError):
            await download(media, "http://127.0.0.1:9/a.png", part, max_bytes=LIMIT)
        await media.close()

    asyncio.run(main())
    assert left(part) == []


def test_two_failures_and_a_success_end_in_one_right_file(part: Path) -> None:
    result, _ = fetch(in_turn(reply(200, b"<html>")), part)
    assert isinstance(result, BrokenResultError)
    fetch(cut_at(300_000, tear=True), part)
    result, _ = fetch(storage, part)
    assert good(result, part)


# --- results that came inside the answer


def test_an_inline_result_is_written_like_a_download(part: Path) -> None:
    result = asyncio.run(write_inline(PICTURE, part))
    assert good(result, part)
    assert stat.S_IMODE(part.stat().st_mode) == 0o600


def test_an_inline_text_is_a_result_too(part: Path) -> None:
    result = asyncio.run(write_inline(b"Good morning.", part))
    assert result.size_bytes == 13


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02\x03", b"<html>no</html>", b"\xff\xfe\xfd"])
def test_an_inline_result_that_is_nothing_is_refused(part: Path, data: bytes) -> None:
    with pytest.raises(BrokenResultError):
        asyncio.run(write_inline(data, part))
    assert left(part) == []


def test_an_inline_result_needs_space_and_a_folder(tmp_path: Path, part: Path) -> None:
    with pytest.raises(DiskFullError):
        asyncio.run(write_inline(PICTURE, part, keep_free_bytes=2**62))
    with pytest.raises(LibraryMissingError):
        asyncio.run(write_inline(PICTURE, tmp_path / "gone" / "a.part"))
    assert left(part) == []
