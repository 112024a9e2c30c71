"""NetMind's files API: a file of this computer becomes a link that the workers can fetch (apis.md 1.0, "Files API").

POST /v1/files announces name and type, the bytes go to the signed link of the answer without a key, and
GET /v1/files/{id}/presigned_url gives the link for the request. That link lives for two hours, so it is made for each
request; the upload itself is done once for the same bytes, until nobody needs the file over there any more.
"""

import asyncio
import json
import logging

from app.domain.errors import (
    KeyRejectedError,
    LinkExpiredError,
    NotAllowedError,
    NotAServiceAnswerError,
    StudioError,
)
from app.domain.input_errors import UploadRefusedError
from app.net.address import path_of
from app.net.answer import Answer
from app.net.client import ApiClient
from app.providers.base import InputFile, Inputs
from app.providers.wire import error_of

log = logging.getLogger(__name__)

FILES = path_of("v1", "files")
PURPOSE = "inference"
TRIES = 2
"""A signed link that is refused is asked for anew once: it may have expired on a slow line (apis.md case 91)."""
MAX_ID_CHARS = 256


class NetMindFiles:
    """Uploads of one account. Nothing here is paid: every error proves that no job was started."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api
        self._uploaded: dict[str, str] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    async def link(self, file: InputFile, inputs: Inputs) -> str:
        """A link to the file's bytes that the service can fetch now. Raises StudioError with `not_started`."""
        try:
            # two jobs with the same picture wait for one upload
            async with self._turns.setdefault(file.sha256, asyncio.Lock()):
                return await self._link(file, inputs)
        except StudioError as error:
            error.not_started = True
            raise

    def known(self, digest: str) -> str:
        """The id over there of a file by its sha256; "" when it was not uploaded, or is gone again."""
        return self._uploaded.get(digest, "")

    async def forget(self, digest: str, file_id: str) -> None:
        """Deletes a file over there. Raises nothing: what stays there only takes room."""
        async with self._turns.setdefault(digest, asyncio.Lock()):
            if self._uploaded.get(digest) == file_id:
                del self._uploaded[digest]  # first: from now on nobody gets a link to it
            try:
                answer = await self._api.request("DELETE", path_of("v1", "files", file_id))
            except StudioError as error:
                log.info("an uploaded file stays at the provider: %s", error.code)
                return
        if not answer.ok and answer.status not in (404, 410):
            log.info("an uploaded file stays at the provider: HTTP %d", answer.status)

    async def _link(self, file: InputFile, inputs: Inputs) -> str:
        known = self._uploaded.get(file.sha256)
        if known is not None:
            answer = await self._ask_link(known)
            if answer.status not in (403, 404, 410, 422):
                return _signed(_read(answer))
            del self._uploaded[file.sha256]  # gone over there, or another account by now
        file_id = await self._upload(file, inputs)
        self._uploaded[file.sha256] = file_id
        return _signed(_read(await self._ask_link(file_id)))

    async def _ask_link(self, file_id: str) -> Answer:
        return await self._api.request("GET", path_of("v1", "files", file_id, "presigned_url"))

    async def _upload(self, file: InputFile, inputs: Inputs) -> str:
        body = json.dumps({"file_name": file.name, "purpose": PURPOSE}).encode()
        refused: LinkExpiredError | None = None
        for _ in range(TRIES):
            headers = {"file-content-type": file.mime}
            made = _read(await self._api.request("POST", FILES, json_body=body, headers=headers))
            file_id = made.get("id")
            if not isinstance(file_id, str) or not 0 < len(file_id) <= MAX_ID_CHARS or file_id in (".", ".."):
                raise NotAServiceAnswerError("The answer names no file.")
            try:
                await inputs.put(_signed(made), file)
            except LinkExpiredError as error:
                refused = error
            else:
                return file_id
        words, status = (refused.server_text, refused.http_status) if refused else ("", None)
        raise UploadRefusedError(words, http_status=status)


def _read(answer: Answer) -> dict[str, object]:
    """The object in an answer. Raises the error that an answer without success stands for."""
    if not answer.ok:
        error = error_of(answer)
        if isinstance(error, KeyRejectedError) and answer.status == 403:
            # the new gateway says "Invalid API key" where an address does not exist, too (apis.md 1.0)
            error = NotAllowedError(error.server_text, http_status=answer.status)
        raise error
    body = answer.json()
    if not isinstance(body, dict):
        raise NotAServiceAnswerError("The answer about a file has an unknown form.")
    return {**body}


def _signed(body: dict[str, object]) -> str:
    link = body.get("presigned_url")
    if not isinstance(link, str) or not link.strip():
        raise NotAServiceAnswerError("The answer about a file holds no link.")
    return link.strip()
