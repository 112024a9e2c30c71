"""NetMind's files API, and the storage behind it: strict about type, length and time (apis.md 1.0, cases 89 to 91)."""

import asyncio
import hashlib
import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from app.sandbox import downloads
from app.sandbox.access import owner_of
from app.sandbox.answers import NO_KEY, Answer, Json, body_of, unprocessable
from app.sandbox.checks import Choice, Rule, Words, object_problems
from app.sandbox.desk import Desk
from app.sandbox.links import LinkState
from app.sandbox.uploads import Upload

PURPOSES = ("fine-tune", "batch", "inference", "code-interpreter")
NO_FILE = "File not found"
_RULES: dict[str, Rule] = {"file_name": Words(filled=True), "purpose": Choice(PURPOSES)}


class FilesApi:
    """POST announces a file, PUT brings it, GET .../presigned_url gives the link that a job fetches it from."""

    def __init__(self, desk: Desk) -> None:
        """Serve from this desk's uploads."""
        self._desk = desk

    def routes(self) -> list[Route]:
        """All of it."""
        one = "/v1/files/{file_id}"
        return [
            Route("/v1/files", self.announce, methods=["POST"]),
            Route("/v1/files", self.list_all, methods=["GET"]),
            Route(f"{one}/presigned_url", self.link, methods=["GET"]),
            Route(one, self.show, methods=["GET"]),
            Route(one, self.delete, methods=["DELETE"]),
            Route("/uploads/{token}/{name}", self.put, methods=["PUT"]),
            Route("/uploads/{token}/{name}", self.fetch, methods=["GET", "HEAD"]),
        ]

    async def announce(self, request: Request) -> Answer:
        owner = self._owner(request)
        body = await body_of(request)
        described = body if isinstance(body, dict) else {}
        problems = object_problems(described, _RULES, ("body",), required=("file_name", "purpose"))
        if problems:
            return unprocessable(problems)
        stem, dot, ending = str(described["file_name"]).rpartition(".")
        name = re.sub(r"[^a-zA-Z0-9_-]", "_", stem if dot else ending) + "." + (ending if dot else "jsonl")
        mime = request.headers.get("file-content-type", "")
        upload = self._desk.uploads.announce(owner, name, str(described["purpose"]), mime)
        return Json({"id": upload.file_id, "presigned_url": self._desk.uploads.put_link(upload, _base(request))})

    async def list_all(self, request: Request) -> Answer:
        """A bare list, as the official client reads it."""
        return Json([_object(upload) for upload in self._desk.uploads.of(self._owner(request))])

    async def show(self, request: Request) -> Answer:
        return Json(_object(self._upload(request)))

    async def link(self, request: Request) -> Answer:
        """The id may be missing in this answer, and it is (apis.md 1.0)."""
        return Json({"presigned_url": self._desk.uploads.get_link(self._upload(request), _base(request))})

    async def delete(self, request: Request) -> Answer:
        self._desk.uploads.delete(self._upload(request))
        return Response(status_code=204)

    # --- the storage: no key, only links

    async def put(self, request: Request) -> Answer:
        state, upload = self._desk.uploads.of_put_token(request.path_params["token"])
        refused = _wrong_put(request) or _wrong_link(state)
        if refused is not None:
            return refused
        if upload is None:
            return downloads.file_gone()
        if request.headers.get("content-type", "") != upload.mime:
            return downloads.link_forged()  # the type is part of what was signed
        data = await request.body()
        await asyncio.to_thread(self._desk.uploads.store, upload, data)
        etag = hashlib.md5(data, usedforsecurity=False).hexdigest()
        return Response(status_code=200, headers={"ETag": f'"{etag}"'})

    async def fetch(self, request: Request) -> Answer:
        if "authorization" in request.headers:
            return downloads.two_credentials()
        state, upload = self._desk.uploads.of_get_token(request.path_params["token"])
        refused = _wrong_link(state)
        if refused is not None:
            return refused
        if upload is None or upload.size_bytes is None:
            return downloads.file_gone()
        return FileResponse(self._desk.uploads.path(upload), media_type=upload.mime or "application/octet-stream")

    def _owner(self, request: Request) -> str:
        owner = owner_of(request.headers.get("authorization"), self._desk.settings)
        if owner is None:
            raise HTTPException(401, NO_KEY)
        return owner

    def _upload(self, request: Request) -> Upload:
        upload = self._desk.uploads.get(self._owner(request), request.path_params["file_id"])
        if upload is None:
            raise HTTPException(404, NO_FILE)
        return upload


def _wrong_put(request: Request) -> Response | None:
    """Why object storage does not even look at the link."""
    if "authorization" in request.headers:
        return downloads.two_credentials()
    if "chunked" in request.headers.get("transfer-encoding", "").lower():
        words = "A header you provided implies functionality that is not implemented"
        return downloads.storage_error(501, "NotImplemented", words)
    if "content-length" not in request.headers:
        return downloads.storage_error(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
    return None


def _wrong_link(state: LinkState) -> Response | None:
    if state is LinkState.GOOD:
        return None
    return downloads.link_expired() if state is LinkState.EXPIRED else downloads.link_forged()


def _object(upload: Upload) -> dict[str, object]:
    row: dict[str, object] = {
        "id": upload.file_id,
        "file_name": upload.file_name,
        "purpose": upload.purpose,
        "created_at": upload.created_at,
    }
    return row if upload.size_bytes is None else {**row, "bytes": upload.size_bytes}


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")
