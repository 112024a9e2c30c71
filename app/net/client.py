"""The one door to HTTP: a client that carries the key to one origin, and one for media that knows no key.

httpx is imported here and nowhere else. Its errors are translated here into the tree of `app.domain.errors`, with the
truth that matters for money: whether the request had left this computer. httpx's timeouts are per read, so every
exchange has a deadline of our own (reliability.md S5).
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Self, cast
from urllib.parse import urlsplit

import httpx

from app.domain.errors import (
    ConnectionLostError,
    InsecureAddressError,
    KeyMissingError,
    KeyRejectedError,
    NoConnectionError,
    NotAServiceAnswerError,
    ServiceTimeoutError,
)
from app.domain.keys import KeyTextError, clean_key, key_fingerprint
from app.domain.provider_info import is_acceptable_base_url
from app.domain.redaction import HIDDEN
from app.net.address import api_url, check_media_url, is_loopback_url, redirect_target, without_query
from app.net.answer import MAX_BODY_BYTES, Answer, BoundedBody
from app.net.lane import Lane
from app.net.schemes import Scheme, SchemeMemory, SchemesOfThisRun
from app.net.tls import tls_context

CONNECT_S = 10.0
EXCHANGE_S = 60.0
MEDIA_HEADERS_S = 30.0
FLOOR_BYTES = 30 * 1024
FLOOR_WINDOW_S = 30.0
MAX_REDIRECTS = 5
USER_AGENT = "Slowlight"

_MAX_IDLE_CONNECTIONS = 8
_IDLE_S = 30.0
_SAFE_METHODS = frozenset({"GET", "HEAD", "DELETE"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OWN_HEADERS = frozenset({"authorization", "cookie", "host", "proxy-authorization", "accept-encoding"})
_MASKABLE_KEY_CHARS = 16  # a shorter key could be a part of ordinary words
_WIRE_ERRORS = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError, ssl.SSLError)

log = logging.getLogger(__name__)
for _name in ("httpx", "httpcore"):  # at INFO they write whole signed links (reliability.md K2)
    logging.getLogger(_name).setLevel(logging.WARNING)


class _Trace:
    """How far one request came, as httpcore tells it."""

    def __init__(self) -> None:
        self.sent = False
        self.reused = True

    async def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        if event == "connection.connect_tcp.started":
            self.reused = False
        elif event == "http11.send_request_headers.started":
            # the CONNECT that opens a proxy's tunnel is not our request
            self.sent = self.sent or info["request"].method != b"CONNECT"


@contextmanager
def _translated(trace: _Trace) -> Iterator[None]:
    """Errors of the wire become errors of the studio. The cause is cut off: it holds the request with its key."""
    try:
        yield
    except _WIRE_ERRORS as error:
        reason = str(error)[:200]
        if not trace.sent:
            raise NoConnectionError(reason) from None
        if isinstance(error, httpx.TimeoutException | TimeoutError):
            raise ServiceTimeoutError(reason) from None
        raise ConnectionLostError(reason) from None


async def _http(*, keep_alive: bool, direct: bool, tls: bool) -> httpx.AsyncClient:
    """An unbounded pool without cookies and redirects; `direct` leaves the environment's proxies out.

    Raises NoConnectionError when the proxy settings cannot be used.
    """
    context = await tls_context() if tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    idle = _MAX_IDLE_CONNECTIONS if keep_alive else 0
    try:
        return httpx.AsyncClient(
            verify=context,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=idle, keepalive_expiry=_IDLE_S),
            follow_redirects=False,
            trust_env=not direct,
        )
    except (ValueError, ImportError, httpx.InvalidURL):
        # the text of the error may hold the proxy's password
        raise NoConnectionError("The proxy settings of this computer cannot be used.") from None


def _timeout(longest_s: float) -> httpx.Timeout:
    return httpx.Timeout(connect=CONNECT_S, read=longest_s, write=longest_s, pool=None)


def _headers(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


class ApiClient:
    """Talks JSON to one provider. The key goes to this base URL's origin and nowhere else; no redirect is followed.

    Answers with any status but 3xx are returned, not raised. Raises InsecureAddressError for a base URL that is neither
    https nor this computer.
    """

    def __init__(
        self,
        base_url: str,
        credential: Callable[[], str | None],
        *,
        schemes: SchemeMemory | None = None,
        at_once: int = 8,
    ) -> None:
        if not is_acceptable_base_url(base_url):
            raise InsecureAddressError(address=without_query(base_url))
        self.base_url = base_url.rstrip("/")
        self._credential = credential
        self._schemes = schemes or SchemesOfThisRun()
        make = partial(_http, direct=is_loopback_url(base_url), tls=base_url.lower().startswith("https:"))
        self._shared = Lane(partial(make, keep_alive=True), slots=at_once)
        # a paid request gets a connection of its own: a reused one may be closed already, and then nobody
        # can tell whether the request arrived
        self._fresh = Lane(partial(make, keep_alive=False), slots=at_once)

    async def request(
        self,
        method: str,
        path: str,
        *,
        json_body: bytes | None = None,
        deadline_s: float = EXCHANGE_S,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = MAX_BODY_BYTES,
    ) -> Answer:
        """One exchange with the service.

        `path` lies below the base URL (see `address.path_of`). While it is not known in which form the service wants the
        key, a 401 is answered with the bare key once: a 401 proves that nothing was done, so this holds for paid
        requests too. Safe methods are repeated once when a kept connection turned out to be closed; a POST never is.

        Raises KeyMissingError, KeyRejectedError (the key cannot be sent), NoConnectionError (never left),
        ServiceTimeoutError and ConnectionLostError (left, no answer), NotAServiceAnswerError (redirect, body too large
        or badly packed).
        """
        url = api_url(self.base_url, path)
        key = self._key()
        extra = {name: value for name, value in (headers or {}).items() if name.lower() not in _OWN_HEADERS}
        if json_body is not None:
            extra.setdefault("Content-Type", "application/json")
        call = _Call(method.upper(), url, extra, json_body, deadline_s, max_bytes, key)
        fingerprint = key_fingerprint(key)
        known = self._schemes.get(self.base_url, fingerprint)
        used = known or Scheme.BEARER
        answer = await self._send(call, used)
        if known is None and answer.status == 401:
            used = Scheme.BARE
            answer = await self._send(call, used)
        if known is None and answer.ok:
            self._schemes.set(self.base_url, fingerprint, used)
        if 300 <= answer.status < 400:
            raise NotAServiceAnswerError("The address answered with a redirect.", http_status=answer.status)
        return answer

    def _key(self) -> str:
        key = self._credential()
        if not key:
            raise KeyMissingError
        try:
            return clean_key(key)
        except KeyTextError as error:
            raise KeyRejectedError(str(error.sentence)) from None

    async def _send(self, call: "_Call", scheme: Scheme) -> Answer:
        safe = call.method in _SAFE_METHODS
        trace = _Trace()
        try:
            return await self._exchange(self._shared if safe else self._fresh, call, scheme, trace)
        except ServiceTimeoutError:
            raise
        except ConnectionLostError:
            if not (safe and trace.reused):
                raise
        # the service had closed the kept connection (apis.md case 97)
        return await self._exchange(self._fresh, call, scheme, _Trace())

    async def _exchange(self, lane: Lane[httpx.AsyncClient], call: "_Call", scheme: Scheme, trace: _Trace) -> Answer:
        async with lane.borrow() as http:
            with _translated(trace):
                async with asyncio.timeout(call.deadline_s):
                    request = call.build(http, scheme, trace)
                    response = await http.send(request, stream=True)
                    try:
                        body = await _read(response, call.max_bytes)
                    finally:
                        await response.aclose()
        log.debug("%s %s answered %d", call.method, urlsplit(call.url).path, response.status_code)
        if len(call.key) >= _MASKABLE_KEY_CHARS:
            body = body.replace(call.key.encode("ascii"), HIDDEN.encode("ascii"))
        return Answer(response.status_code, _headers(response), body, without_query(call.url))

    async def close(self) -> None:
        """Closes all connections."""
        await self._shared.close()
        await self._fresh.close()


@dataclass(frozen=True)
class _Call:
    """One API request before it has an Authorization header."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    deadline_s: float
    max_bytes: int
    key: str

    def build(self, http: httpx.AsyncClient, scheme: Scheme, trace: _Trace) -> httpx.Request:
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            **self.headers,
            "Authorization": scheme.header(self.key),
        }
        return http.build_request(
            self.method,
            self.url,
            content=self.body,
            headers=headers,
            timeout=_timeout(self.deadline_s),
            extensions={"trace": trace},
        )


def _chunks(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """The body as it stands on the wire. It is a generator, which httpx does not say, and has to be closed."""
    return cast("AsyncGenerator[bytes, None]", response.aiter_raw())


async def _read(response: httpx.Response, max_bytes: int) -> bytes:
    body = BoundedBody(response.headers.get("content-encoding", ""), max_bytes)
    async with aclosing(_chunks(response)) as chunks:
        async for raw in chunks:
            body.feed(raw)
    return body.finish()


class MediaStream:
    """The bytes of one result as they arrive. Header names are lowercase; `url` is the last of the redirects."""

    def __init__(
        self, response: httpx.Response, url: str, trace: _Trace, floor_bytes: int, floor_window_s: float
    ) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = _headers(response)
        self.url = url
        self._trace = trace
        self._raw = _chunks(response)
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
            with _translated(self._trace):
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
    """

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        at_once: int = 6,
        floor_bytes: int = FLOOR_BYTES,
        floor_window_s: float = FLOOR_WINDOW_S,
        headers_deadline_s: float = MEDIA_HEADERS_S,
    ) -> None:
        self._allow_loopback = allow_loopback
        self._floor = floor_bytes, floor_window_s
        self._headers_deadline_s = headers_deadline_s
        self._public = Lane(partial(_http, keep_alive=True, direct=False, tls=True), slots=at_once)
        self._local = Lane(partial(_http, keep_alive=True, direct=True, tls=False), slots=at_once)

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
            async with self._get(target, asked) as stream:
                if stream.status not in _REDIRECTS:
                    yield stream
                    return
                location = stream.headers.get("location", "")
            target = redirect_target(target, location, allow_loopback=self._allow_loopback)
        raise InsecureAddressError("The link leads from one address to the next without an end.", address=target)

    @asynccontextmanager
    async def _get(self, url: str, headers: Mapping[str, str]) -> AsyncIterator[MediaStream]:
        trace = _Trace()
        lane = self._local if is_loopback_url(url) and url.startswith("http:") else self._public
        async with lane.borrow() as http:
            with _translated(trace):
                async with asyncio.timeout(self._headers_deadline_s):
                    request = http.build_request(
                        "GET",
                        url,
                        headers=dict(headers),
                        timeout=_timeout(self._headers_deadline_s),
                        extensions={"trace": trace},
                    )
                    _check_same_host(url, request)
                    response = await http.send(request, stream=True)
            stream = MediaStream(response, url, trace, *self._floor)
            try:
                yield stream
            finally:
                await stream.close()
                await response.aclose()

    async def close(self) -> None:
        """Closes all connections."""
        await self._public.close()
        await self._local.close()


def _check_same_host(url: str, request: httpx.Request) -> None:
    """What was checked is what is connected to: two parsers must not see two hosts in one link."""
    host = (urlsplit(url).hostname or "").lower()
    if host.isascii() and request.url.host.lower() != host:
        raise InsecureAddressError(address=request.url.host)
