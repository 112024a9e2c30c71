"""One use of a provider against a server of a few lines, and what came of it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from app.domain.errors import StudioError
from tests.net.servers import Running, Script, serving

KEY = "canary-0123456789-of-this-test"


class Closable(Protocol):
    """A provider, as far as ending it goes."""

    async def close(self) -> None: ...


P = TypeVar("P", bound=Closable)
T = TypeVar("T")


def asked(
    script: Script, make: Callable[[str], P], use: Callable[[P], Awaitable[T]]
) -> tuple[T | StudioError, Running]:
    """What `use` gets from the provider that `make` builds for the server's address, or its error; and what was seen."""

    async def main() -> tuple[T | StudioError, Running]:
        async with serving(script) as server:
            provider = make(server.base_url)
            try:
                return await use(provider), server
            except StudioError as error:
                return error, server
            finally:
                await provider.close()

    return asyncio.run(main())
