"""A TCP proxy that goes wrong in one way or another on a part of its connections (Toxiproxy's vocabulary)."""

import asyncio
import contextlib
import socket
import struct
from collections import Counter
from enum import StrEnum
from random import Random


class Fault(StrEnum):
    """What happens to one connection. Times are short, as the studio's own are in this test."""

    NONE = "none"
    LATENCY = "latency"
    DOWN = "down"
    SLOW = "slow"
    RESET = "reset after n bytes"
    BLACK_HOLE = "black hole"
    SLICER = "slicer"
    TRUNCATE = "truncate"
    TWICE = "duplicate answer"
    CORRUPT = "corrupt byte"


FAULTS = tuple(fault for fault in Fault if fault is not Fault.NONE)
LONGEST_LATENCY_S = 0.5
BLACK_HOLE_S = 3.0
SLOW_BYTES, SLOW_PAUSE_S = 64, 0.0625
"""1 KB/s."""


class FaultProxy:
    """Forwards to `port`. With `share` as its chance a connection gets a fault; `happened` counts them."""

    def __init__(self, port: int, share: float, random: Random) -> None:
        self._port = port
        self._share = share
        self._random = random
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self.happened: Counter[Fault] = Counter()

    async def start(self) -> str:
        """Returns its address."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, backlog=256)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._open.add(task)
            task.add_done_callback(self._open.discard)
        fault = self._next() if self._random.random() < self._share else Fault.NONE
        self.happened[fault] += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._forward(fault, reader, writer)
        writer.close()

    def _next(self) -> Fault:
        """Each in turn, so that all of them happen."""
        wrong = sum(count for fault, count in self.happened.items() if fault is not Fault.NONE)
        return FAULTS[wrong % len(FAULTS)]

    async def _forward(self, fault: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if fault is Fault.DOWN:
            _reset(writer)
            return
        if fault is Fault.BLACK_HOLE:
            await asyncio.sleep(BLACK_HOLE_S)
            return
        if fault is Fault.LATENCY:
            await asyncio.sleep(self._random.uniform(0, LONGEST_LATENCY_S))
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._port)
        up = asyncio.create_task(_copy(reader, there_writer))
        try:
            await self._down(fault, there_reader, writer)
        finally:
            up.cancel()
            there_writer.close()

    async def _down(self, fault: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The answers, with what goes wrong with them."""
        left = self._random.randint(1, 400)
        while data := await reader.read(65536):
            if fault in (Fault.RESET, Fault.TRUNCATE):
                writer.write(data[:left])
                await writer.drain()
                if len(data) >= left:
                    if fault is Fault.RESET:
                        _reset(writer)
                    return
                left -= len(data)
                continue
            if fault is Fault.CORRUPT and b"image/png" in data[:400]:
                at = len(data) - 1 - self._random.randrange(min(60, len(data) // 2))
                data = data[:at] + bytes((data[at] ^ 0x55,)) + data[at + 1 :]
            await self._pieces(fault, data, writer)
            if fault is Fault.TWICE:
                writer.write(data)
                await writer.drain()

    async def _pieces(self, fault: Fault, data: bytes, writer: asyncio.StreamWriter) -> None:
        if fault not in (Fault.SLICER, Fault.SLOW):
            writer.write(data)
            await writer.drain()
            return
        at = 0
        while at < len(data):
            size = SLOW_BYTES if fault is Fault.SLOW else self._random.randint(1, 10)
            writer.write(data[at : at + size])
            await writer.drain()
            at += size
            await asyncio.sleep(SLOW_PAUSE_S if fault is Fault.SLOW else 0)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
