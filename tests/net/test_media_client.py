"""The media client against real sockets: no key, redirects by its own rules, and a floor under the speed."""

import asyncio
import time

import pytest

from app.domain.errors import InsecureAddressError, NoConnectionError, ServiceTimeoutError, StudioError
from app.net.media_client import MAX_REDIRECTS, MediaClient
from tests.net.servers import Running, Script, Seen, Wire, always, reply, serving

PICTURE = b"\x89PNG\r\n\x1a\n" + b"p" * 1_000


async def fetch(media: MediaClient, url: str, offset: int = 0, etag: str = "") -> tuple[int, bytes]:
    async with media.open(url, offset, etag) as stream:
        return stream.status, b"".join([chunk async for chunk in stream])


def fetched(script: Script, path: str = "/a.png", **limits: float) -> tuple[tuple[int, bytes] | StudioError, Running]:
    """What a client that may reach this computer gets, or its error; and what the server saw."""

    async def main() -> tuple[tuple[int, bytes] | StudioError, Running]:
        async with serving(script) as server:
            media = MediaClient(allow_loopback=True, **limits)  # type: ignore[arg-type]
            try:
                return await fetch(media, server.base_url + path), server
            except StudioError as error:
                return error, server
            finally:
                await media.close()

    return asyncio.run(main())


def test_media_is_fetched_without_key_cookies_or_packing() -> None:
    async def main() -> Running:
        async with serving(always(reply(200, PICTURE, "Set-Cookie: session=1"))) as server:
            media = MediaClient(allow_loopback=True)
            for _ in range(2):
                assert await fetch(media, server.base_url + "/a.png?X-Amz-Signature=1") == (200, PICTURE)
            await media.close()
        return server

    for request in asyncio.run(main()).seen:
        assert request.path == "/a.png?X-Amz-Signature=1"
        assert request.headers["accept-encoding"] == "identity"
        assert not {"authorization", "cookie", "range", "if-range", "proxy-authorization"} & request.headers.keys()


def test_the_rest_of_a_file_is_asked_for_with_its_etag() -> None:
    async def main() -> Running:
        async with serving(always(reply(206, b"rest"))) as server:
            media = MediaClient(allow_loopback=True)
            await fetch(media, server.base_url, 100, '"e1"')
            await media.close()
        return server

    headers = asyncio.run(main()).seen[0].headers
    assert headers["range"] == "bytes=100-"
    assert headers["if-range"] == '"e1"'


def test_every_status_is_told_and_not_raised() -> None:
    for status in (200, 206, 304, 400, 403, 404, 416, 500):
        result, _ = fetched(always(reply(status, b"")))
        assert result == (status, b"")


def test_a_link_to_this_computer_is_refused_for_an_outside_provider() -> None:
    async def main() -> None:
        async with serving(always(reply(200, PICTURE))) as server:
            media = MediaClient()
            with pytest.raises(InsecureAddressError):
                await fetch(media, server.base_url)
            await media.close()
            assert server.seen == []

    asyncio.run(main())


def test_a_dead_address_is_no_connection() -> None:
    async def main() -> None:
        media = MediaClient(allow_loopback=True)
        with pytest.raises(NoConnectionError):
            await fetch(media, "http://127.0.0.1:1/a.png")
        await media.close()

    asyncio.run(main())


# --- redirects


async def two_hops(seen: Seen, wire: Wire) -> None:
    hops = {"/a.png": "/b.png?x=1", "/b.png?x=1": "c.png"}
    if seen.path in hops:
        await wire.send(reply(302, b"moved", f"Location: {hops[seen.path]}", "Set-Cookie: hop=1"))
    else:
        await wire.send(reply(200, PICTURE))


def test_redirects_are_followed_by_hand() -> None:
    result, server = fetched(two_hops)
    assert result == (200, PICTURE)
    assert [request.path for request in server.seen] == ["/a.png", "/b.png?x=1", "/c.png"]
    assert not any("cookie" in request.headers for request in server.seen)


def test_a_circle_of_redirects_ends() -> None:
    result, server = fetched(always(reply(301, b"", "Location: /again")))
    assert isinstance(result, InsecureAddressError)
    assert len(server.seen) == MAX_REDIRECTS + 1


@pytest.mark.parametrize(
    "location",
    [
        "http://example.org/a.png",
        "https://10.0.0.1/",
        "file:///etc/passwd",
        "http://169.254.169.254/latest",
        "http://[",
    ],
)
def test_a_redirect_to_a_forbidden_place_is_refused(location: str) -> None:
    result, server = fetched(always(reply(302, b"", f"Location: {location}")))
    assert isinstance(result, InsecureAddressError)
    assert len(server.seen) == 1


# --- speed


async def crawl(_seen: Seen, wire: Wire) -> None:
    await wire.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        await wire.send(b"x")
        await asyncio.sleep(0.01)


async def stop_in_the_middle(_seen: Seen, wire: Wire) -> None:
    await wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 1_000)
    await asyncio.Event().wait()


async def no_headers(_seen: Seen, _wire: Wire) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("script", [crawl, stop_in_the_middle, no_headers])
def test_a_download_below_the_floor_ends(script: Script) -> None:
    started = time.monotonic()
    result, _ = fetched(script, floor_bytes=10_000, floor_window_s=0.3, headers_deadline_s=0.3)
    assert isinstance(result, ServiceTimeoutError)
    assert time.monotonic() - started < 3


def test_a_download_above_the_floor_may_take_longer_than_its_window() -> None:
    async def steady(_seen: Seen, wire: Wire) -> None:
        await wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
        for _ in range(10):
            await wire.send(b"x" * 500)
            await asyncio.sleep(0.06)

    result, _ = fetched(steady, floor_bytes=400, floor_window_s=0.5)
    assert result == (200, b"x" * 5_000)


def test_time_that_the_reader_takes_does_not_count() -> None:
    async def main() -> None:
        async with serving(always(reply(200, b"x" * 300_000))) as server:
            media = MediaClient(allow_loopback=True, floor_bytes=10**9, floor_window_s=0.4)
            size = 0
            async with media.open(server.base_url) as stream:
                async for chunk in stream:
                    size += len(chunk)
                    await asyncio.sleep(0.15)
            await media.close()
            assert size == 300_000

    asyncio.run(main())


def test_leaving_a_stream_early_closes_its_connection() -> None:
    async def main() -> None:
        async with serving(crawl) as server:
            media = MediaClient(allow_loopback=True)
            async with media.open(server.base_url) as stream:
                async for _chunk in stream:
                    break
            await media.close()

    asyncio.run(main())
