"""The client for result and upload links: no key, no cookies, redirects followed by hand under the rules of the first link.

It goes through the door of `client`; the way behind the door is judged address by address (`network`).
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Self

from app.domain.errors import InsecureAddressError, ServiceTimeoutError
from app.net.address import (
    check_media_url,
    is_loopback_address,
    is_loopback_url,
    is_public_address,
    redirect_target,
)
from app.net.client import Response, Trace, chunks_of, headers_of, open_http, send, translated
from app.net.lane import Lane

if TYPE_CHECKING:
    from app.net.network import Resolve

MEDIA_HEADERS_S = 30.0
FLOOR_BYTES = 30 * 1024
FLOOR_WINDOW_S = 30.0
LONGEST_STEP_S = 60.0
"""So long an upload may stand still, and the storage may think about it."""
MAX_REDIRECTS = 5

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class MediaStream:
    """The bytes of one result as they arrive. Header names are lowercase; `url` is the last of the redirects."""

    def __init__(self, response: Response, url: str, trace: Trace, floor_bytes: int, floor_window_s: float) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = headers_of(response)
        self.url = url
        self._trace = trace
        self._raw = chunks_of(response)
        self._floor_bytes = floor_bytes
        self._window_s = floor_window_s
        self._waited_s = 0.0
        self._came_bytes = 0

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        """The next bytes.

        Raises ConnectionLostError when they end early, and ServiceTimeoutError when less than the floor came during a whole
        window of waiting (time that the reader spends is not counted).
        """
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            with translated(self._trace):
                async with asyncio.timeout(self._window_s - self._waited_s):
                    chunk = await anext(self._raw)
        except ServiceTimeoutError:
            raise ServiceTimeoutError("The download came to a standstill.") from None
        self._waited_s += loop.time() - started
        self._came_bytes += len(chunk)
        if self._came_bytes >= self._floor_bytes:
            self._waited_s, self._came_bytes = 0.0, 0
        return chunk

    async def close(self) -> None:
        """Ends the reading."""
        await self._raw.aclose()


class MediaClient:
    """Fetches result links: no key, no cookies, https, and redirects followed by hand under the same rules.

    `allow_loopback` is for a provider whose own base URL is this computer. The floor is the slowest acceptable speed.
    What `resolve` makes of a name is judged as if it stood in the link; without it the system is asked.
    """

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        at_once: int = 6,
        floor_bytes: int = FLOOR_BYTES,
        floor_window_s: float = FLOOR_WINDOW_S,
        headers_deadline_s: float = MEDIA_HEADERS_S,
        resolve: "Resolve | None" = None,
    ) -> None:
        from app.net.network import JudgedNetwork, look_up

        self._allow_loopback = allow_loopback
        self._floor = floor_bytes, floor_window_s
        self._headers_deadline_s = headers_deadline_s
        make = partial(open_http, keep_alive=True)
        ask = resolve or look_up
        outside, here = JudgedNetwork(is_public_address, ask), JudgedNetwork(is_loopback_address, ask)
        self._public = Lane(partial(make, direct=False, tls=True, network=outside), slots=at_once)
        self._local = Lane(partial(make, direct=True, tls=False, network=here), slots=at_once)
        self._local_tls = Lane(partial(make, direct=True, tls=True, network=here), slots=at_once)

    @asynccontextmanager
    async def open(self, url: str, offset: int = 0, etag: str = "") -> AsyncIterator[MediaStream]:
        """The answer to a GET of `url`, whatever its status, to be read in pieces.

        With `offset` and a strong `etag` the rest from that byte on is asked for (Range with If-Range).
        Raises InsecureAddressError (also for a redirect), NoConnectionError, ConnectionLostError, ServiceTimeoutError.
        """
        asked = {"Accept": "*/*"}
        if offset:
            asked |= {"Range": f"bytes={offset}-", "If-Range": etag}
        target = check_media_url(url, allow_loopback=self._allow_loopback)
        for _hop in range(MAX_REDIRECTS + 1):
            async with self._exchange("GET", target, asked) as stream:
                if stream.status not in _REDIRECTS:
                    yield stream
                    return
                location = stream.headers.get("location", "")
            target = redirect_target(target, location, allow_loopback=self._allow_loopback)
        raise InsecureAddressError("The link leads from one address to the next without an end.", address=target)

    @asynccontextmanager
    async def put(
        self, url: str, body: AsyncIterator[bytes], headers: Mapping[str, str], *, deadline_s: float
    ) -> AsyncIterator[MediaStream]:
        """The answer to a PUT of `body`, whatever its status; without a key, as the link itself is the permission.

        `headers` hold the Content-Length. No redirect is followed: the body is gone by then. Raises as `open` does.
        """
        target = check_media_url(url, allow_loopback=self._allow_loopback)
        async with self._exchange("PUT", target, headers, body, deadline_s=deadline_s) as stream:
            yield stream

    @asynccontextmanager
    async def _exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: AsyncIterator[bytes] | None = None,
        *,
        deadline_s: float | None = None,
    ) -> AsyncIterator[MediaStream]:
        """Without `deadline_s` the headers have their own; with it, every single step may still not stand still."""
        trace = Trace()
        longest_s = self._headers_deadline_s if deadline_s is None else min(deadline_s, LONGEST_STEP_S)
        lane = self._public
        if is_loopback_url(url):
            lane = self._local if url.startswith("http:") else self._local_tls
        async with lane.borrow() as http:
            with translated(trace):
                async with asyncio.timeout(deadline_s or longest_s):
                    response = await send(http, method, url, headers, body, longest_s=longest_s, trace=trace)
            stream = MediaStream(response, url, trace, *self._floor)
            try:
                yield stream
            finally:
                await stream.close()
                await response.aclose()

    async def close(self) -> None:
        """Closes all connections."""
        for lane in (self._public, self._local, self._local_tls):
            await lane.close()
