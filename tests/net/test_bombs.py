"""Bombs and slow servers: memory stays small and every exchange ends within its budget (T-14, T-17)."""

import asyncio
import gzip
import socket
import time
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from app.domain.errors import (
    BrokenResultError,
    ConnectionLostError,
    NotAServiceAnswerError,
    ServiceTimeoutError,
    StudioError,
)
from app.net.client import ApiClient
from tests.net.calls import KEY, error_of, get
from tests.net.fetching import fetch, left
from tests.net.memory import MEBIBYTE, little_memory
from tests.net.servers import Running, Script, Seen, Wire, reply

BUDGET_S = 0.4
MARGIN_S = 2.0
"""On a busy machine; the budgets themselves are a fifth of it."""


@cache
def gzip_bomb(layers: int = 1, size: int = 200 * MEBIBYTE) -> bytes:
    """A small answer that unpacks to `size` bytes of JSON blanks, made without ever holding them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    block = b" " * MEBIBYTE
    packed = b"".join(packer.compress(block) for _ in range(size // MEBIBYTE)) + packer.flush()
    for _ in range(layers - 1):
        packed = gzip.compress(packed)
    return packed


def packed_reply(body: bytes, encoding: str) -> Script:
    async def script(_seen: Seen, wire: Wire) -> None:
        await wire.send(reply(200, body, f"Content-Encoding: {encoding}", "Content-Type: application/json"))

    return script


@pytest.mark.parametrize(
    ("layers", "encoding"),
    [(1, "gzip"), (2, "gzip"), (2, "gzip, gzip"), (1, "deflate"), (1, "br"), (1, "zstd"), (1, "x-gzip"), (1, "GZIP")],
)
def test_a_bomb_in_an_answer_of_the_service_is_an_error_and_takes_no_memory(layers: int, encoding: str) -> None:
    bomb = gzip_bomb(layers)
    started = time.monotonic()
    with little_memory():
        if (layers, encoding) == (2, "gzip"):
            # one layer is taken off; what is inside is not JSON
            error, _ = error_of(packed_reply(bomb, encoding), read)
        else:
            error, _ = error_of(packed_reply(bomb, encoding), get)
    assert isinstance(error, NotAServiceAnswerError)
    assert time.monotonic() - started < MARGIN_S


async def read(client: ApiClient, _server: Running) -> None:
    (await client.request("GET", "/v1/x")).json()


async def blanks(_seen: Seen, wire: Wire) -> None:
    await wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n")
    for _ in range(100):
        await wire.send(b" " * MEBIBYTE)


async def endless_blanks(_seen: Seen, wire: Wire) -> None:
    await wire.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        await wire.send(b"100000\r\n" + b" " * MEBIBYTE + b"\r\n")


@pytest.mark.parametrize("script", [blanks, endless_blanks])
def test_a_hundred_megabytes_of_blanks_are_cut_at_the_limit(script: Script) -> None:
    with little_memory():
        error, _ = error_of(script, get)
    assert isinstance(error, NotAServiceAnswerError)


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate"])
def test_a_packed_result_is_never_unpacked(tmp_path: Path, encoding: str) -> None:
    part = tmp_path / "job-0.part"
    with little_memory():
        result, server = fetch(packed_reply(gzip_bomb(), encoding), part)
    assert isinstance(result, BrokenResultError)
    assert left(part) == []
    assert server.seen[0].headers["accept-encoding"] == "identity"


# --- slow ones


def drip(start: bytes, piece: bytes, end: Callable[[int], bool] = lambda _n: False) -> Script:
    """Sends `start` at once and then a `piece` now and then, for ever."""

    async def script(_seen: Seen, wire: Wire) -> None:
        await wire.send(start)
        number = 0
        while not end(number):
            await wire.send(piece)
            number += 1
            await asyncio.sleep(0.05)

    return script


async def silent(_seen: Seen, _wire: Wire) -> None:
    await asyncio.Event().wait()


SLOW = {
    "silence": silent,
    "first bytes": drip(b"", b"H"),
    "header": drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"z"),
    "headers": drip(b"HTTP/1.1 200 OK\r\n", b"X-Slow: z\r\n"),
    "interim answers": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body": drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
    "chunks": drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "chunk size": drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
    "body without end": drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
}


@pytest.mark.parametrize("where", SLOW)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_answer_that_drips_ends_with_its_budget(where: str, method: str) -> None:
    async def use(client: ApiClient, _server: Running) -> None:
        await client.request(method, "/v1/x", json_body=b"{}" if method == "POST" else None, deadline_s=BUDGET_S)

    started = time.monotonic()
    error, server = error_of(SLOW[where], use)
    took = time.monotonic() - started
    assert isinstance(error, ServiceTimeoutError)
    assert not error.not_started
    assert server.count(method) == 1
    assert BUDGET_S * 0.9 <= took < BUDGET_S + MARGIN_S


@pytest.mark.parametrize("where", SLOW)
def test_a_result_that_drips_ends_with_its_budget(tmp_path: Path, where: str) -> None:
    started = time.monotonic()
    result, _ = fetch(
        SLOW[where], tmp_path / "job-0.part", headers_deadline_s=BUDGET_S, floor_window_s=BUDGET_S, floor_bytes=10_000
    )
    assert isinstance(result, ServiceTimeoutError)
    assert time.monotonic() - started < 2 * BUDGET_S + MARGIN_S
    assert [name for name in left(tmp_path / "job-0.part") if not name.endswith(".part")] == []


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n", b""])
def test_headers_without_an_end_are_cut_and_take_no_memory(head: bytes, tmp_path: Path) -> None:
    async def endless(_seen: Seen, wire: Wire) -> None:
        await wire.send(head)
        while True:
            await wire.send(b"X: y\r\n" * 10_000 if head.endswith(b"\n") else b"z" * 60_000)

    with little_memory():
        error, _ = error_of(endless, get)
        result, _ = fetch(endless, tmp_path / "job-0.part")
    assert isinstance(error, ConnectionLostError)
    assert isinstance(result, ConnectionLostError)


def test_a_tls_handshake_that_stands_still_ends_and_nothing_was_sent() -> None:
    async def main(port: int) -> StudioError:
        client = ApiClient(f"https://127.0.0.1:{port}", lambda: KEY)
        with pytest.raises(StudioError) as caught:
            await client.request("POST", "/v1/x", json_body=b"{}", deadline_s=BUDGET_S)
        await client.close()
        return caught.value

    started = time.monotonic()
    with socket.create_server(("127.0.0.1", 0)) as never_accepts:
        assert asyncio.run(main(never_accepts.getsockname()[1])).not_started
    assert time.monotonic() - started < BUDGET_S + MARGIN_S
