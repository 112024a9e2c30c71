"""Calls of the API client against a server of a few lines, and what came of them."""

import asyncio
from collections.abc import Awaitable, Callable

from app.domain.errors import (
    StudioError,
)
from app.net.client import ApiClient
from app.net.schemes import SchemesOfThisRun
from tests.net.servers import Running, Script, json_reply, serving

KEY = "sk-canary-0123456789"
OK = json_reply({"id": "a"})

Use = Callable[[ApiClient, Running], Awaitable[None]]


def against(script: Script, use: Use, *, key: str | None = KEY, schemes: SchemesOfThisRun | None = None) -> Running:
    """Runs `use` with a client of a server that follows `script`; answers with what the server saw."""

    async def main() -> Running:
        async with serving(script) as server:
            client = ApiClient(server.base_url, lambda: key, schemes=schemes)
            try:
                await use(client, server)
            finally:
                await client.close()
        return server

    return asyncio.run(main())


async def get(client: ApiClient, _server: Running) -> None:
    await client.request("GET", "/v1/x")


async def post(client: ApiClient, _server: Running) -> None:
    await client.request("POST", "/v1/x", json_body=b'{"model": "m"}')


def error_of(script: Script, use: Use, *, key: str | None = KEY) -> tuple[StudioError, Running]:
    """The error that `use` ends with, and what the server saw."""
    caught: list[StudioError] = []

    async def expecting(client: ApiClient, server: Running) -> None:
        try:
            await use(client, server)
        except StudioError as error:
            caught.append(error)

    server = against(script, expecting, key=key)
    assert caught, "no error came"
    return caught[0], server
