"""One call to an endpoint's own address: whether anybody answers, and what it says of itself. No key goes along."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum

from app.net.address import is_loopback_url
from app.net.answer import excerpt
from app.net.media_client import MediaClient

READ_BYTES = 32 * 1024
DEADLINE_S = 20.0


class Served(StrEnum):
    """What the answer shows without doubt; everything else is *unknown*, because guessing would send keys astray."""

    COMFYUI = "comfyui"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class CheckResult:
    """`status` is the HTTP status, `words` the first ones of the answer."""

    status: int
    served: Served
    words: str


async def check_address(address: str) -> CheckResult:
    """Calls it once. Raises StudioError when nothing answers, and InsecureAddressError for an address that is not https."""
    client = MediaClient(allow_loopback=is_loopback_url(address), headers_deadline_s=DEADLINE_S)
    body = b""
    try:
        async with asyncio.timeout(DEADLINE_S * 2), client.open(address) as stream:
            async for chunk in stream:
                body += chunk
                if len(body) >= READ_BYTES:
                    break
            status = stream.status
    finally:
        await client.close()
    words = excerpt(body[:READ_BYTES])
    served = Served.COMFYUI if 200 <= status < 300 and "comfyui" in words.casefold() else Served.UNKNOWN
    return CheckResult(status, served, words)
