"""The ways to hosts: one for services that a person has chosen, and one for result links, which judges every address.

On the second a name is looked up once, every address is judged, and a judged one is connected to. So a name that is
harmless when it is looked at and points inside when it is connected to finds no gap (DNS rebinding, reliability.md S13).
TLS, its certificate and the Host header keep the name. Proxies do not come this way: they look names up in their own
network.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import chain, zip_longest
from typing import Any

import httpcore

from app.domain.errors import InsecureAddressError
from app.net.address import IPAddress

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port -> its addresses, the best one first. Raises OSError where the name is not known."""

Judge = Callable[[IPAddress], bool]
"""True for an address that may be connected to."""

PATIENCE_S = 2.0
"""So long an address is tried while there are others: behind many routers IPv6 leads nowhere (apis.md case 99)."""


async def look_up(host: str, port: int) -> list[str]:
    """Asks the system, off the event loop's thread."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class Network(httpcore.AsyncNetworkBackend):
    """The usual way, without its leak: httpcore 1.0.9 leaves the socket open when a TLS handshake is cancelled."""

    def __init__(self) -> None:
        self._sockets = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - named so by the base
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to `host`. Raises OSError or an error of httpcore for no connection."""
        return _Stream(await self._sockets.connect_tcp(host, port, timeout, local_address, socket_options))

    async def sleep(self, seconds: float) -> None:
        """Waits, for whoever tries again."""
        await self._sockets.sleep(seconds)


class JudgedNetwork(Network):
    """Connects to names of which every single address passes `judge`."""

    def __init__(self, judge: Judge, resolve: Resolve = look_up, *, patience_s: float = PATIENCE_S) -> None:
        super().__init__()
        self._judge = judge
        self._resolve = resolve
        self._patience_s = patience_s

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - named so by the base
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to one of the addresses of `host`.

        Raises InsecureAddressError where one of them does not pass, OSError or an error of httpcore for no connection.
        """
        async with asyncio.timeout(timeout):
            *others, last = await self._addresses(host, port)
            for address in others:
                try:
                    return await super().connect_tcp(address, port, self._patience_s, local_address, socket_options)
                except (httpcore.ConnectError, httpcore.ConnectTimeout):
                    continue
            return await super().connect_tcp(last, port, None, local_address, socket_options)

    async def _addresses(self, host: str, port: int) -> list[str]:
        """At least one, IPv4 and IPv6 in turn beginning with the best one."""
        found = [ipaddress.ip_address(address) for address in dict.fromkeys(await self._resolve(host, port))]
        if not found:
            raise OSError(f"The name {host[:100]} has no address.")
        if not all(map(self._judge, found)):
            raise InsecureAddressError(address=host[:100])
        best = [str(address) for address in found if address.version == found[0].version]
        other = [str(address) for address in found if address.version != found[0].version]
        return [address for address in chain.from_iterable(zip_longest(best, other)) if address]


class _Stream(httpcore.AsyncNetworkStream):
    """A connection that is closed when its TLS handshake does not come to an end, for whatever reason."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - named by the base
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - named by the base
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - named by the base
    ) -> httpcore.AsyncNetworkStream:
        try:
            return await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            await self._stream.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
