"""Uploads to signed links against a real socket: the whole file, its length named, the announced type, and no key."""

import asyncio
from pathlib import Path

import pytest

from app.domain.errors import (
    ConnectionLostError,
    InsecureAddressError,
    LinkExpiredError,
    NoConnectionError,
    ServiceFailedError,
    StudioError,
    TooManyRequestsError,
)
from app.domain.local_errors import (
    StorageError,
)
from app.net.media_client import MediaClient
from app.net.upload import BLOCK_BYTES, upload
from tests.net.servers import Running, Script, Seen, Wire, always, reply, serving

EXPIRED = b'<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>'


def uploaded(script: Script, file: Path, **more: object) -> tuple[StudioError | None, Running]:
    """The error of one upload, or None; and what the server saw."""

    async def main() -> tuple[StudioError | None, Running]:
        async with serving(script) as server:
            media = MediaClient(allow_loopback=True)
            try:
                size = file.stat().st_size if file.exists() else 10
                arguments: dict[str, object] = {"size_bytes": size, "content_type": "image/png", **more}
                await upload(media, f"{server.base_url}/put?X-Amz-Signature=1", file, **arguments)  # type: ignore[arg-type]
            except StudioError as error:
                return error, server
            else:
                return None, server
            finally:
                await media.close()

    return asyncio.run(main())


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3000)  # several blocks
    return path


def test_the_whole_file_arrives_with_its_length_and_type_and_without_a_key(picture: Path) -> None:
    told: list[tuple[int, int]] = []
    error, server = uploaded(always(reply(200)), picture, on_progress=lambda sent, size: told.append((sent, size)))
    assert error is None
    seen = server.seen[0]
    assert (seen.method, seen.path) == ("PUT", "/put?X-Amz-Signature=1")
    assert seen.body == picture.read_bytes()
    assert seen.headers["content-length"] == str(len(seen.body))
    assert seen.headers["content-type"] == "image/png"
    assert not {"transfer-encoding", "authorization", "cookie", "expect"} & seen.headers.keys()
    assert told[0] == (BLOCK_BYTES, len(seen.body))
    assert told[-1] == (len(seen.body), len(seen.body))


def test_no_type_is_sent_where_none_was_announced(picture: Path) -> None:
    _, server = uploaded(always(reply(200)), picture, content_type="")
    assert "content-type" not in server.seen[0].headers


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply(403, EXPIRED), LinkExpiredError),
        (reply(400, EXPIRED), LinkExpiredError),
        (reply(307, b"", "Location: https://elsewhere.example/put"), LinkExpiredError),
        (reply(503), ServiceFailedError),
        (reply(429, b"", "Retry-After: 7"), TooManyRequestsError),
    ],
)
def test_a_refusal_is_told_by_its_kind(picture: Path, answer: bytes, kind: type[StudioError]) -> None:
    error, server = uploaded(always(answer), picture)
    assert type(error) is kind
    assert len(server.seen) == 1, "no redirect is followed, nothing is repeated here"
    if EXPIRED in answer:
        assert error.server_text == "Request has expired"


def test_a_cut_connection_is_no_success(picture: Path) -> None:
    async def cut(seen: Seen, wire: Wire) -> None:
        wire.reset()

    error, _ = uploaded(cut, picture)
    assert isinstance(error, ConnectionLostError)


def test_a_file_that_is_gone_or_has_changed_is_no_success(tmp_path: Path, picture: Path) -> None:
    error, _ = uploaded(always(reply(200)), tmp_path / "gone.png")
    assert isinstance(error, StorageError)
    for wrong in (-1, 1):
        error, _ = uploaded(always(reply(200)), picture, size_bytes=picture.stat().st_size + wrong)
        assert isinstance(error, StorageError)


@pytest.mark.parametrize("link", ["http://storage.example/put", "https://192.168.1.4/put", "file:///etc/passwd"])
def test_a_file_goes_to_safe_addresses_only(picture: Path, link: str) -> None:
    async def main() -> None:
        media = MediaClient()
        try:
            await upload(media, link, picture, size_bytes=10)
        finally:
            await media.close()

    with pytest.raises(InsecureAddressError):
        asyncio.run(main())


def test_a_storage_that_cannot_be_reached_got_nothing(picture: Path) -> None:
    async def main() -> None:
        media = MediaClient(allow_loopback=True)
        try:
            await upload(media, "http://127.0.0.1:9/put", picture, size_bytes=picture.stat().st_size)
        finally:
            await media.close()

    with pytest.raises(NoConnectionError):
        asyncio.run(main())
