"""Thousands of requests that are cancelled at every moment of their lives, and a client that still answers (T-26)."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

import psutil
import pytest

from app.net.client import ApiClient
from app.net.media_client import MediaClient
from tests.net.calls import KEY, OK
from tests.net.servers import Seen, Wire, reply, serving

AT_ONCE = 50
MOMENTS = 40
"""So many steps of the loop at most lie between the start of a request and its end by cancelling."""


async def slow(seen: Seen, wire: Wire) -> None:
    await asyncio.sleep(0.002)
    await wire.send(reply(200, b"\x89PNG\r\n\x1a\n" + b"p" * 50_000) if seen.path == "/a.png" else OK)


async def cancelled(work: list[Coroutine[Any, Any, Any]], moment: int) -> None:
    tasks = [asyncio.ensure_future(one) for one in work]
    for _ in range(moment):
        await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def storm(count: int) -> None:
    """An answer comes within a second afterwards, and no connection was left open."""
    process = psutil.Process()
    async with serving(slow) as server:
        api, media = ApiClient(server.base_url, lambda: KEY), MediaClient(allow_loopback=True)

        async def fetch() -> int:
            async with media.open(f"{server.base_url}/a.png") as stream:
                return sum([len(chunk) async for chunk in stream])

        await api.request("GET", "/v1/x")
        await fetch()
        before = process.num_fds()
        for done in range(0, count, AT_ONCE):
            half = AT_ONCE // 2
            work: list[Coroutine[Any, Any, Any]] = [api.request("GET", "/v1/x") for _ in range(half)]
            work += [fetch() for _ in range(half)]
            await cancelled(work, done // AT_ONCE % MOMENTS)
        started = time.monotonic()
        assert (await api.request("GET", "/v1/x")).status == 200
        assert (await api.request("POST", "/v1/x", json_body=b"{}")).status == 200
        assert await fetch() > 50_000
        assert time.monotonic() - started < 1
        assert process.num_fds() <= before + 64, "connections were left open"
        await api.close()
        await media.close()


def test_after_two_thousand_cancelled_requests_an_answer_still_comes_at_once() -> None:
    asyncio.run(storm(2_000))


@pytest.mark.long
def test_after_twenty_thousand_cancelled_requests_an_answer_still_comes_at_once() -> None:
    asyncio.run(storm(20_000))
