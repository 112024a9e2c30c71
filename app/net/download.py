"""Brings one result to the disk: whole, checked and synced, or a clear error and nothing that looks finished.

The link is fetched without a key, streamed to `*.part`, continued where an earlier try was cut (Range with If-Range), and
compared with every length the server named. What it is, is decided by its first bytes (apis.md cases 59 to 66).
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.domain.errors import (
    BrokenResultError,
    ConnectionLostError,
    LinkExpiredError,
    ResultTooLargeError,
    ServiceFailedError,
    StudioError,
    TooManyRequestsError,
)
from app.domain.media import SNIFF_BYTES, sniff
from app.net.answer import excerpt
from app.net.media_client import MediaClient, MediaStream
from app.net.part_file import KEEP_FREE_BYTES, PartFile, ResumePoint
from app.net.retry import parse_retry_after
from app.net.threads import in_thread

Progress = Callable[[int, int | None], None]
"""Bytes that are there, and bytes there will be where the server said so."""

_BLOCK_BYTES = 256 * 1024
_ERROR_BYTES = 8 * 1024
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")
_XML_MESSAGE = re.compile(rb"<Message>([^<]{1,300})</Message>")


@dataclass(frozen=True)
class Downloaded:
    """A complete, synced part file. `length_verified` is False where no length was named to compare with.

    `head` holds the first `SNIFF_BYTES` bytes, `sha256` hex digits, `etag` the server's or "".
    """

    size_bytes: int
    sha256: str
    head: bytes
    etag: str = ""
    length_verified: bool = True


async def download(
    media: MediaClient,
    url: str,
    part: Path,
    *,
    max_bytes: int,
    on_progress: Progress | None = None,
    keep_free_bytes: int = KEEP_FREE_BYTES,
) -> Downloaded:
    """Fetches `url` into `part` and returns when it is complete and synced; the caller renames it.

    Raises LinkExpiredError (4xx from the storage), ServiceFailedError (5xx), TooManyRequestsError, BrokenResultError (empty,
    short, not media: nothing is kept), ResultTooLargeError (nothing is kept), DiskFullError, LibraryMissingError,
    InsecureAddressError, and NoConnectionError, ConnectionLostError or ServiceTimeoutError. After those three, and after
    cancelling, the part stays and the next call with the same path goes on from there where the server allows it.
    """
    file = PartFile(part, keep_free_bytes=keep_free_bytes)
    fetch = _Fetch(media, url, file, max_bytes, on_progress)
    point = await in_thread(file.resume_point)
    if point is not None:
        continued = await fetch.run(point)
        if continued is not None:
            return continued
    fresh = await fetch.run(None)
    if fresh is None:
        raise BrokenResultError("A part was sent where the whole was asked for.")
    return fresh


async def write_inline(data: bytes, part: Path, *, keep_free_bytes: int = KEEP_FREE_BYTES) -> Downloaded:
    """Writes a result that came inside the answer, synced. It may be media or text.

    Raises BrokenResultError for an empty or unreadable one, DiskFullError and LibraryMissingError.
    """
    if not data or (sniff(data[:SNIFF_BYTES]) is None and not _is_text(data)):
        raise BrokenResultError
    file = PartFile(part, keep_free_bytes=keep_free_bytes)
    try:
        await in_thread(_write_whole, file, data)
    except BaseException:
        await in_thread(file.discard)
        raise
    return Downloaded(file.size_bytes, file.sha256, file.head)


def _write_whole(file: PartFile, data: bytes) -> None:
    file.check_space(len(data))
    file.open(0)
    file.write(data)
    file.finish()


def _is_text(data: bytes) -> bool:
    try:
        words = data.decode("utf-8-sig")
        return "\0" not in words and not words.lstrip().startswith("<")
    except UnicodeDecodeError:
        return False


@dataclass
class _Fetch:
    """One download and what it needs."""

    media: MediaClient
    url: str
    file: PartFile
    max_bytes: int
    on_progress: Progress | None
    resumable: bool = False

    async def run(self, point: ResumePoint | None) -> Downloaded | None:
        """Fetches everything, or the rest from `point` on. None: this server or file cannot be continued there."""
        self.resumable = point is not None
        offset, etag = (point.offset, point.etag) if point else (0, "")
        async with self.media.open(self.url, offset, etag) as stream:
            await self._check_status(stream)
            if stream.status == 416:
                return None
            is_partial = stream.status == 206
            total = _total(stream, offset)
            if is_partial and (total == 0 or not offset or stream.headers.get("etag", etag) != etag):
                return None
            if not is_partial:
                offset = 0  # the server sends the whole: Range was ignored, or the file is another one
            self._check_size(total)
            await in_thread(self.file.check_space, (total or 0) - offset)
            return await self._receive(stream, offset, total)

    async def _check_status(self, stream: MediaStream) -> None:
        status = stream.status
        if status in (200, 206, 416):
            return
        words = await error_words(stream)
        retry_after_s = parse_retry_after(stream.headers, datetime.now(UTC))
        if 200 <= status < 300:
            raise BrokenResultError(words, http_status=status)
        if status == 429:
            raise TooManyRequestsError(words, http_status=status, retry_after_s=retry_after_s)
        if status >= 500 or status == 408:
            raise ServiceFailedError(words, http_status=status, retry_after_s=retry_after_s)
        raise LinkExpiredError(words, http_status=status)

    def _check_size(self, size: int | None) -> None:
        if size is not None and size > self.max_bytes:
            raise ResultTooLargeError(limit=size_in_words(self.max_bytes))

    async def _receive(self, stream: MediaStream, offset: int, total: int | None) -> Downloaded:
        etag = stream.headers.get("etag", "")
        try:
            await self._write_all(stream, offset, total, etag)
            if self.file.size_bytes == 0:
                raise BrokenResultError("The file is empty.")
            if total is not None and self.file.size_bytes != total:
                raise BrokenResultError(f"{self.file.size_bytes} bytes came instead of {total}.")
            await in_thread(self.file.finish)
        except (BrokenResultError, ResultTooLargeError):
            if self.file.is_open or not self.resumable:  # a login page does not cost what came before it
                await in_thread(self.file.discard)
            raise
        except BaseException:  # cut, cancelled or a full disk: what came is kept
            await in_thread(self.file.keep, etag)
            raise
        file = self.file
        return Downloaded(file.size_bytes, file.sha256, file.head, etag, length_verified=total is not None)

    async def _write_all(self, stream: MediaStream, offset: int, total: int | None, etag: str) -> None:
        """The first bytes are looked at before anything is written, so that an error page never becomes a file."""
        file = self.file
        if offset:
            await in_thread(file.open, offset)
        block, is_open = bytearray(), bool(offset)
        try:
            async for chunk in stream:
                block += chunk
                self._check_size((file.size_bytes if is_open else 0) + len(block))
                if not is_open and len(block) >= SNIFF_BYTES:
                    await self._begin(bytes(block[:SNIFF_BYTES]))
                    is_open = True
                if is_open and len(block) >= _BLOCK_BYTES:
                    await self._write(block, total, etag)
        except (ConnectionLostError, asyncio.CancelledError):
            if is_open:  # what came before the cut is worth keeping
                await self._write(block, total, etag)
            raise
        if not is_open:
            await self._begin(bytes(block))
        await self._write(block, total, etag)

    async def _begin(self, head: bytes) -> None:
        if head and sniff(head) is None:
            raise BrokenResultError(excerpt(head))
        await in_thread(self.file.open, 0)

    async def _write(self, block: bytearray, total: int | None, etag: str) -> None:
        data = bytes(block)
        block.clear()
        await in_thread(self.file.write, data, etag)
        if self.on_progress is not None:
            self.on_progress(self.file.size_bytes, total)


def _total(stream: MediaStream, offset: int) -> int | None:
    """The size of the whole file as the server names it; None where it does not, 0 where a part does not fit."""
    length = stream.headers.get("content-length", "").strip()
    if stream.status != 206:
        return int(length) if re.fullmatch(r"\d{1,18}", length) else None
    match = _CONTENT_RANGE.fullmatch(stream.headers.get("content-range", "").strip())
    if match is None or int(match[1]) != offset:
        return 0
    end = int(match[2]) + 1
    return end if match[3] in ("*", str(end)) else 0


async def error_words(stream: MediaStream) -> str:
    """What an error page says, without its markup: storage services wrap it in XML beside ids and signatures."""
    body = b""
    try:
        async for chunk in stream:
            body += chunk
            if len(body) >= _ERROR_BYTES:
                break
    except StudioError:
        pass  # the status says enough
    message = _XML_MESSAGE.search(body)
    return excerpt(message[1] if message else b"" if body.lstrip().startswith(b"<?xml") else body)


def size_in_words(size_bytes: int) -> str:
    """For sentences: "4.0 GB", "250 MB"; at least 1 MB."""
    gigabyte = 1024**3
    if size_bytes >= gigabyte:
        return f"{size_bytes / gigabyte:.1f} GB"
    return f"{max(1, round(size_bytes / 1024**2))} MB"
