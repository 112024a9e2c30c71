"""Closing a connection without an answer, which the ASGI interface has no word for."""

import asyncio
from typing import ClassVar

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

Ends = tuple[tuple[str, int] | None, tuple[str, int | None] | None]


class CuttableProtocol(H11Protocol):
    """uvicorn's HTTP, with the open connections findable by the addresses of both ends."""

    open: ClassVar[dict[Ends, asyncio.Transport]] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the connection."""
        super().connection_made(transport)
        self.open[(self.client, self.server)] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self.open.pop((self.client, self.server), None)
        super().connection_lost(exc)


async def hang_up(scope: Scope, receive: Receive) -> None:
    """Close a request's connection at once and come back when it is gone."""
    transport = CuttableProtocol.open.get((scope.get("client"), scope.get("server")))
    if transport is not None:
        transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


class HangUp:
    """An ASGI answer that is none."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Close the connection instead of answering."""
        await hang_up(scope, receive)
