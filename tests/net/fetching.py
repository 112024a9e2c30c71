"""One download against a server of a few lines, and whether the right bytes lie in the folder."""

import asyncio
import hashlib
from pathlib import Path

from app.domain.errors import (
    StudioError,
)
from app.net.download import Downloaded, download
from app.net.media_client import MediaClient
from tests.net.servers import Running, Script, Seen, Wire, reply, serving

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3_000  # 768,008 bytes
SHA256 = hashlib.sha256(PICTURE).hexdigest()
ETAG = '"e-1"'
LIMIT = 10 * 1024 * 1024


def fetch(
    script: Script, part: Path, *, max_bytes: int = LIMIT, keep_free_bytes: int = 0, **limits: float
) -> tuple[Downloaded | StudioError, Running]:
    """One download with a fresh client of these limits; its result or its error, and what the server saw."""

    async def main() -> tuple[Downloaded | StudioError, Running]:
        async with serving(script) as server:
            media = MediaClient(allow_loopback=True, **limits)  # type: ignore[arg-type]
            try:
                url = server.base_url + "/a.png"
                return await download(media, url, part, max_bytes=max_bytes, keep_free_bytes=keep_free_bytes), server
            except StudioError as error:
                return error, server
            finally:
                await media.close()

    return asyncio.run(main())


def good(result: Downloaded | StudioError, part: Path) -> bool:
    """True when the right bytes lie in the part file and nothing lies beside it."""
    return (
        isinstance(result, Downloaded)
        and result.sha256 == SHA256
        and result.size_bytes == len(PICTURE)
        and result.head == PICTURE[:64]
        and part.read_bytes() == PICTURE
        and [path.name for path in part.parent.iterdir()] == [part.name]
    )


def left(part: Path) -> list[str]:
    """Names of everything in the folder."""
    return sorted(path.name for path in part.parent.iterdir())


def chunked(body: bytes, *, end: bool = True) -> bytes:
    pieces = [body[start : start + 100_000] for start in range(0, len(body), 100_000)]
    coded = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + coded + (b"0\r\n\r\n" if end else b"")


def then_end(raw: bytes) -> Script:
    async def script(_seen: Seen, wire: Wire) -> None:
        await wire.send(raw)
        wire.end()

    return script


def cut_at(size: int, *, etag: str = ETAG, tear: bool = False) -> Script:
    """Names the whole length and sends only a beginning."""

    async def script(_seen: Seen, wire: Wire) -> None:
        head = reply(200, b"", f"ETag: {etag}", length=len(PICTURE))
        await wire.send(head, PICTURE[:size])
        if tear:
            wire.reset()
        else:
            wire.end()

    return script


def ranged(seen: Seen) -> bytes:
    """What a good storage answers: the rest for a Range, the whole without."""
    start = int(seen.headers["range"].removeprefix("bytes=").rstrip("-")) if "range" in seen.headers else 0
    if not start:
        return reply(200, PICTURE, f"ETag: {ETAG}")
    assert seen.headers["if-range"] == ETAG
    where = f"Content-Range: bytes {start}-{len(PICTURE) - 1}/{len(PICTURE)}"
    return reply(206, PICTURE[start:], f"ETag: {ETAG}", where)


async def storage(seen: Seen, wire: Wire) -> None:
    await wire.send(ranged(seen))
