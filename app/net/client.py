"""The one door to HTTP, and the client that carries the key to one origin; `media_client` goes through the same door.

httpx is imported here and nowhere else. Its errors are translated here into the tree of `app.domain.errors`, with the
truth that matters for money: whether the request had left this computer. httpx's timeouts are per read, so every
exchange has a deadline of our own (reliability.md S5).
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias, cast
from urllib.parse import urlsplit

from app.domain.errors import (
    ConnectionLostError,
    InsecureAddressError,
    KeyMissingError,
    KeyRejectedError,
    NoConnectionError,
    NotAServiceAnswerError,
    ServiceTimeoutError,
    UnprovenServerError,
)
from app.domain.keys import KeyTextError, clean_key, key_fingerprint
from app.domain.provider_info import is_acceptable_base_url
from app.net.address import api_url, follow_up_url, is_loopback_url, without_query
from app.net.answer import MAX_BODY_BYTES, Answer, BoundedBody, Sink, Unpacker, too_large
from app.net.lane import Lane
from app.net.masking import KeyMask
from app.net.retry import http_date
from app.net.schemes import Scheme, SchemeMemory, SchemesOfThisRun
from app.net.tls import tls_context, tls_trouble

if TYPE_CHECKING:  # reading it takes about 80 ms, and the first window needs none of it
    import httpx

    from app.net.network import Network

CONNECT_S = 10.0
EXCHANGE_S = 60.0
USER_AGENT = "Slowlight"

_MAX_IDLE_CONNECTIONS = 8
_IDLE_S = 30.0
_BLOCK_BYTES = 256 * 1024
_SAFE_METHODS = frozenset({"GET", "HEAD", "DELETE"})
_OWN_HEADERS = frozenset({"authorization", "cookie", "host", "proxy-authorization", "accept-encoding"})

Http: TypeAlias = "httpx.AsyncClient"
Response: TypeAlias = "httpx.Response"

log = logging.getLogger(__name__)
for _name in ("httpx", "httpcore"):  # at INFO they write whole signed links (reliability.md K2)
    logging.getLogger(_name).setLevel(logging.WARNING)


async def load_library() -> None:
    """Reads httpx off the thread that paints, before it is needed for the first time."""
    await asyncio.to_thread(import_module, "httpx")


@cache
def _wire_errors() -> tuple[type[Exception], ...]:
    import httpx

    return httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError, ssl.SSLError


class Trace:
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
def translated(trace: Trace) -> Iterator[None]:
    """Errors of the wire become errors of the studio. The cause is cut off: it holds the request with its key."""
    try:
        yield
    except _wire_errors() as error:
        import httpx

        reason = str(error)[:200]
        if not trace.sent:
            wrong = tls_trouble(error)
            raise (UnprovenServerError(reason, reason=wrong) if wrong else NoConnectionError(reason)) from None
        if isinstance(error, httpx.TimeoutException | TimeoutError):
            raise ServiceTimeoutError(reason) from None
        raise ConnectionLostError(reason) from None


async def open_http(*, keep_alive: bool, direct: bool, tls: bool, network: "Network | None" = None) -> Http:
    """An unbounded pool without cookies and redirects; `direct` leaves the environment's proxies out.

    `network` takes the place of the usual way to hosts. Raises NoConnectionError when the proxy settings cannot be used.
    """
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    import httpx

    from app.net.network import Network

    context = await tls_context() if tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    idle = _MAX_IDLE_CONNECTIONS if keep_alive else 0
    try:
        http = httpx.AsyncClient(
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
    # httpx has no parameter for it; proxies have transports of their own and keep their way
    cast("Any", http)._transport._pool._network_backend = network or Network()
    return http


async def send(
    http: Http,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | AsyncIterator[bytes] | None = None,
    *,
    longest_s: float,
    trace: Trace,
) -> Response:
    """One request; returns with the headers of the answer. To be used inside `translated`.

    A body in pieces needs its Content-Length among the headers, or it goes out chunked. Raises InsecureAddressError where
    the library sees another host in `url` than the checks saw.
    """
    import httpx

    timeout = httpx.Timeout(connect=CONNECT_S, read=longest_s, write=longest_s, pool=None)
    request = http.build_request(
        method, url, content=body, headers=dict(headers), timeout=timeout, extensions={"trace": trace}
    )
    host = (urlsplit(url).hostname or "").lower()
    if host.isascii() and request.url.host.lower() != host:
        raise InsecureAddressError(address=request.url.host)
    return await http.send(request, stream=True)


def headers_of(response: Response) -> dict[str, str]:
    """The headers with lowercase names."""
    return {name.lower(): value for name, value in response.headers.items()}


def chunks_of(response: Response) -> AsyncGenerator[bytes, None]:
    """The body as it stands on the wire. It is a generator, which httpx does not say, and has to be closed."""
    return cast("AsyncGenerator[bytes, None]", response.aiter_raw())


class ApiClient:
    """Talks JSON to one provider. The key goes to this base URL's origin and nowhere else; no redirect is followed.

    `extra_origins` are further hosts of the same service, for links in its answers (`follow`); `exchange_s` is the longest
    time for a whole exchange that names none of its own; `on_date` hears the `Date` of each answer. Answers with any
    status but 3xx are returned, not raised. Raises InsecureAddressError for a base URL that is neither https nor this
    computer.
    """

    def __init__(
        self,
        base_url: str,
        credential: Callable[[], str | None],
        *,
        schemes: SchemeMemory | None = None,
        extra_origins: Collection[str] = (),
        exchange_s: float = EXCHANGE_S,
        at_once: int = 8,
        on_date: Callable[[datetime], None] = lambda date: None,
    ) -> None:
        if not is_acceptable_base_url(base_url):
            raise InsecureAddressError(address=without_query(base_url))
        self.base_url = base_url.rstrip("/")
        self._credential = credential
        self._extra_origins = extra_origins
        self._exchange_s = exchange_s
        self._on_date = on_date
        self._schemes = schemes or SchemesOfThisRun()
        make = partial(open_http, direct=is_loopback_url(base_url), tls=base_url.lower().startswith("https:"))
        self._shared = Lane(partial(make, keep_alive=True), slots=at_once)
        # a paid request gets a connection of its own: a reused one may be closed already, and then nobody
        # can tell whether the request arrived
        self._fresh = Lane(partial(make, keep_alive=False), slots=at_once)

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        json_body: bytes | None = None,
        deadline_s: float | None = None,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = MAX_BODY_BYTES,
        sink: Sink | None = None,
    ) -> Answer:
        """One exchange with the service.

        `path` lies below the base URL (see `address.path_of`). While it is not known in which form the service wants the
        key, a 401 is answered with the bare key once: a 401 proves that nothing was done, so this holds for paid
        requests too. Safe methods are repeated once when a kept connection turned out to be closed; a POST never is.
        With a `sink` the body of a 2xx goes there, at most `max_bytes` of it, and the answer's own body is empty.

        Raises KeyMissingError, KeyRejectedError (the key cannot be sent), NoConnectionError (never left),
        ServiceTimeoutError and ConnectionLostError (left, no answer), NotAServiceAnswerError (redirect, body too large
        or badly packed), and what the sink raises.
        """
        extra = {name: value for name, value in (headers or {}).items() if name.lower() not in _OWN_HEADERS}
        if json_body is not None:
            extra.setdefault("Content-Type", "application/json")
        url = api_url(self.base_url, path, query)
        longest_s = deadline_s or self._exchange_s
        return await self._ask(_Call(method.upper(), url, extra, json_body, longest_s, max_bytes, sink, self._key()))

    async def follow(
        self,
        link: str,
        *,
        deadline_s: float | None = None,
        max_bytes: int = MAX_BODY_BYTES,
        sink: Sink | None = None,
    ) -> Answer:
        """GET of a link in one of the service's answers, with the key, in everything else like `request`.

        Raises InsecureAddressError where it leads to an origin that the key must not go to.
        """
        url = follow_up_url(self.base_url, link, self._extra_origins)
        longest_s = deadline_s or self._exchange_s
        return await self._ask(_Call("GET", url, {}, None, longest_s, max_bytes, sink, self._key()))

    def may_follow(self, link: str) -> bool:
        """True for a link that `follow` would ask for."""
        try:
            follow_up_url(self.base_url, link, self._extra_origins)
        except InsecureAddressError:
            return False
        return bool(link.strip())

    async def _ask(self, call: "_Call") -> Answer:
        fingerprint = key_fingerprint(call.key)
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
        trace = Trace()
        try:
            return await self._exchange(self._shared if safe else self._fresh, call, scheme, trace)
        except ServiceTimeoutError:
            raise
        except ConnectionLostError:
            if not (safe and trace.reused):
                raise
        # the service had closed the kept connection (apis.md case 97)
        return await self._exchange(self._fresh, call, scheme, Trace())

    async def _exchange(self, lane: Lane[Http], call: "_Call", scheme: Scheme, trace: Trace) -> Answer:
        async with lane.borrow() as http:
            with translated(trace):
                async with asyncio.timeout(call.deadline_s):
                    response = await call.send(http, scheme, trace)
                    try:
                        body = await _read(response, call)
                    finally:
                        await response.aclose()
        log.debug("%s %s answered %d", call.method, urlsplit(call.url).path, response.status_code)
        headers = headers_of(response)
        date = http_date(headers.get("date", ""))
        if date is not None:
            self._on_date(date)
        return Answer(response.status_code, headers, body, without_query(call.url))

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
    sink: Sink | None
    key: str

    async def send(self, http: Http, scheme: Scheme, trace: Trace) -> Response:
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            **self.headers,
            "Authorization": scheme.header(self.key),
        }
        return await send(http, self.method, self.url, headers, self.body, longest_s=self.deadline_s, trace=trace)


async def _read(response: Response, call: _Call) -> bytes:
    """The body without the key, or nothing after it went into the call's sink."""
    encoding, mask = response.headers.get("content-encoding", ""), KeyMask(call.key)
    async with aclosing(chunks_of(response)) as chunks:
        if call.sink is not None and response.is_success:
            named = _named_size(response)
            await _pour(chunks, call.sink, Unpacker(encoding), mask, size=named, max_bytes=call.max_bytes)
            return b""
        body = BoundedBody(encoding, call.max_bytes if call.sink is None else MAX_BODY_BYTES)
        async for raw in chunks:
            body.feed(raw)
    return mask.whole(body.finish())


async def _pour(
    chunks: AsyncGenerator[bytes, None],
    sink: Sink,
    unpacker: Unpacker,
    mask: KeyMask,
    *,
    size: int | None,
    max_bytes: int,
) -> None:
    """A block at a time, so that the memory never holds more than one."""
    if size is not None and size > max_bytes:
        raise too_large(max_bytes)
    await sink.begin(size)
    block, came = bytearray(), 0
    async for raw in chunks:
        for data in unpacker.feed(raw):
            block += data
            came += len(data)
            if came > max_bytes:
                raise too_large(max_bytes)
            if len(block) >= _BLOCK_BYTES:
                await sink.write(mask.feed(bytes(block)))
                block.clear()
    unpacker.finish()
    await sink.write(mask.feed(bytes(block)) + mask.finish())


def _named_size(response: Response) -> int | None:
    length = response.headers.get("content-length", "").strip()
    return int(length) if length.isascii() and length.isdigit() and len(length) <= 18 else None
