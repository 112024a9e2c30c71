"""Answers of the result host: a file with ranges and ETag, or an error in the XML of object storage."""

import asyncio
from xml.sax.saxutils import escape

from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

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


class BrokenOff:
    """An ASGI answer that promises a whole file and hangs up after half of it."""

    def __init__(self, file: RenderedFile) -> None:
        """Break off this file."""
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head, half of the body, nothing more."""
        data = await asyncio.to_thread(self._file.path.read_bytes)
        head = [
            (b"content-type", self._file.mime.encode()),
            (b"content-length", str(len(data)).encode()),
            (b"accept-ranges", b"bytes"),
            (b"etag", _etag(self._file).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": data[: len(data) // 2], "more_body": True})
        await asyncio.sleep(0.05)  # an abort at once would throw away what was just written
        await hang_up(scope, receive)


def _etag(file: RenderedFile) -> str:
    """The same ETag that the whole file has."""
    return FileResponse(file.path, stat_result=file.path.stat()).headers["etag"]
