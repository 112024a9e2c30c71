"""Answers of the result host: a file with ranges and ETag, or an error in the XML of object storage."""

import asyncio
from collections.abc import Mapping
from xml.sax.saxutils import escape

from starlette.responses import FileResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.sandbox.connections import hang_up
from app.sandbox.order import RenderedFile


def storage_error(status: int, code: str, message: str) -> Response:
    """An error as S3 writes it."""
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
    )
    return Response(text, status_code=status, media_type="application/xml")


def two_credentials() -> Response:
    """What object storage says when a signed link comes with an Authorization header."""
    return storage_error(400, "InvalidArgument", "Only one auth mechanism allowed")


def link_expired() -> Response:
    """The link's time is over; a new GET of the job signs another."""
    return storage_error(403, "AccessDenied", "Request has expired")


def link_forged() -> Response:
    """The link was never signed here."""
    return storage_error(403, "SignatureDoesNotMatch", "The request signature we calculated does not match")


def file_gone() -> Response:
    """The link is good, the file was deleted."""
    return storage_error(404, "NoSuchKey", "The specified key does not exist.")


def whole_or_part(file: RenderedFile) -> Response:
    """The file, by GET or HEAD: 200, or 206 / 416 for a Range that If-Range does not forbid."""
    return FileResponse(file.path, media_type=file.mime)


async def file_broken_off(file: RenderedFile) -> ASGIApp:
    """The file, of which half arrives."""
    data = await asyncio.to_thread(file.path.read_bytes)
    return BrokenOff(data, {"content-type": file.mime, "accept-ranges": "bytes", "etag": _etag(file)})


class BrokenOff:
    """An ASGI answer that promises a whole body and hangs up after half of it."""

    def __init__(self, data: bytes, headers: Mapping[str, str]) -> None:
        """Break off this body. The headers may lack its length."""
        self._data = data
        self._headers = {**headers, "content-length": str(len(data))}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head, half of the body, nothing more."""
        head = [(name.encode(), value.encode()) for name, value in self._headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": self._data[: len(self._data) // 2], "more_body": True})
        await asyncio.sleep(0.05)  # an abort at once would throw away what was just written
        await hang_up(scope, receive)


def _etag(file: RenderedFile) -> str:
    """The same ETag that the whole file has."""
    return FileResponse(file.path, stat_result=file.path.stat()).headers["etag"]
