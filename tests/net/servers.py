"""A real HTTP server of a few lines that answers, byte by byte, exactly what a test wants to see on the wire."""

import asyncio
import json
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seen:
    """One request as the server saw it. Header names are lowercase; `connection` counts from 1."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    connection: int


@dataclass
class Wire:
    """The server's end of a connection."""

    writer: asyncio.StreamWriter
    is_open: bool = True

    async def send(self, *parts: bytes) -> None:
        """Puts bytes on the wire as they are."""
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()

    def end(self) -> None:
        """Closes politely."""
        self.is_open = False
        self.writer.close()

    def reset(self) -> None:
        """Tears the connection off: the other side sees a reset."""
        self.is_open = False
        sock: socket.socket = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Script = Callable[[Seen, Wire], Awaitable[None]]


@dataclass
class Running:
    """A server on a free port of this computer, and everything it was asked."""

    port: int
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    is_tls: bool = False

    @property
    def base_url(self) -> str:
        return f"https://localhost:{self.port}" if self.is_tls else f"http://127.0.0.1:{self.port}"

    def count(self, method: str) -> int:
        """How many requests of one method came."""
        return sum(1 for request in self.seen if request.method == method)


def reply(status: int = 200, body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    """A whole answer; `length` lies about the size, -1 leaves it out."""
    named = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status} Whatever", *headers, *([] if named < 0 else [f"Content-Length: {named}"])]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def json_reply(value: object, status: int = 200, *headers: str) -> bytes:
    """A whole answer in JSON."""
    return reply(status, json.dumps(value).encode(), "Content-Type: application/json", *headers)


def always(answer: bytes) -> Script:
    """The same answer to everything."""

    async def script(_seen: Seen, wire: Wire) -> None:
        await wire.send(answer)

    return script


async def silence(_seen: Seen, _wire: Wire) -> None:
    """No answer at all, and no end."""
    await asyncio.Event().wait()


def in_turn(*answers: bytes) -> Script:
    """One answer after the other; the last one stays."""
    left = list(answers)

    async def script(_seen: Seen, wire: Wire) -> None:
        await wire.send(left.pop(0) if len(left) > 1 else left[0])

    return script


@asynccontextmanager
async def serving(script: Script, tls: ssl.SSLContext | None = None, port: int = 0) -> AsyncIterator[Running]:
    """Runs a server in this loop until the block ends; on `port`, or on a free one."""
    handlers: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.connections += 1
        task = asyncio.current_task()
        assert task is not None
        handlers.add(task)
        try:
            await _talk(reader, writer, running.connections)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            handlers.discard(task)
            writer.close()

    async def _talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int) -> None:
        wire = Wire(writer)
        while wire.is_open:
            request = await _request(reader, connection)
            running.seen.append(request)
            await script(request, wire)

    server = await asyncio.start_server(connected, "127.0.0.1", port, ssl=tls)
    running = Running(server.sockets[0].getsockname()[1], is_tls=tls is not None)
    try:
        yield running
    finally:
        server.close()
        ending = list(handlers)
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        await server.wait_closed()


async def _request(reader: asyncio.StreamReader, connection: int) -> Seen:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, path, _version = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Seen(method, path, headers, body, connection)
