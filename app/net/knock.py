"""Is a host reachable again? Opens a connection to it and closes it: no request, no TLS, no key."""

import asyncio
import contextlib
from urllib.parse import urlsplit

KNOCK_S = 3.0


async def knock(url: str) -> bool:
    """Whether somebody takes connections at the origin of `url`. Behind a proxy the answer may always be no."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(KNOCK_S):
            _, writer = await asyncio.open_connection(parts.hostname, port)
    except (OSError, UnicodeError, ValueError):
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True
