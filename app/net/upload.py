"""Brings one file to a storage service, to a link that somebody signed for us, and proves nothing by itself.

Presigned links are strict: the Content-Type has to be the one that was announced, or none where none was (apis.md case
89), and the length has to be named, as chunked bodies are refused (case 90). The file is read block by block.
"""

from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from pathlib import Path

from app.domain.errors import (
    LinkExpiredError,
    ServiceFailedError,
    TooManyRequestsError,
)
from app.domain.local_errors import (
    StorageError,
)
from app.net.download import error_words
from app.net.media_client import MediaClient
from app.net.retry import parse_retry_after
from app.net.threads import in_thread

UPLOAD_S = 300.0
"""As long as NetMind's own client waits (apis.md 1.0); more for files that need longer at `SLOWEST_BYTES_PER_S`."""
SLOWEST_BYTES_PER_S = 32 * 1024
BLOCK_BYTES = 256 * 1024

Progress = Callable[[int, int], None]
"""Bytes handed to the network so far, and bytes there are."""


async def upload(
    media: MediaClient,
    url: str,
    file: Path,
    *,
    size_bytes: int,
    content_type: str = "",
    on_progress: Progress | None = None,
) -> None:
    """Puts `file` to `url`; returns when the storage service has said that it has all of it.

    Raises LinkExpiredError for what a new link may help against (any answer from 300 to 499: expired, another type than
    announced), ServiceFailedError (5xx), TooManyRequestsError, StorageError when the file cannot be read, and
    InsecureAddressError, NoConnectionError, ConnectionLostError or ServiceTimeoutError.
    """
    headers = {"Content-Length": str(size_bytes), "Accept": "*/*"}
    if content_type:
        headers["Content-Type"] = content_type
    deadline_s = UPLOAD_S + size_bytes / SLOWEST_BYTES_PER_S
    body = _blocks(file, size_bytes, on_progress)
    try:
        async with media.put(url, body, headers, deadline_s=deadline_s) as stream:
            status = stream.status
            if 200 <= status < 300:
                return
            words = await error_words(stream)
            retry_after_s = parse_retry_after(stream.headers, datetime.now(UTC))
    finally:
        await body.aclose()
    if status == 429:
        raise TooManyRequestsError(words, http_status=status, retry_after_s=retry_after_s)
    if status >= 500 or status == 408:
        raise ServiceFailedError(words, http_status=status, retry_after_s=retry_after_s)
    raise LinkExpiredError(words, http_status=status)


async def _blocks(file: Path, size_bytes: int, on_progress: Progress | None) -> AsyncGenerator[bytes, None]:
    try:
        source = await in_thread(file.open, "rb")
    except OSError as error:
        raise StorageError(reason=error.strerror or "a file is missing") from error
    sent = 0
    try:
        while block := await in_thread(source.read, BLOCK_BYTES):
            sent += len(block)
            if sent > size_bytes:
                break
            yield block
            if on_progress is not None:
                on_progress(sent, size_bytes)
        if sent != size_bytes:
            raise StorageError(reason="a file has changed while it was read")
    except OSError as error:
        raise StorageError(reason=error.strerror or "a file cannot be read") from error
    finally:
        source.close()
