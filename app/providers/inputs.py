"""Files on their way into a request: how placeholders are filled.

A stored request names files by hash only. Links to uploaded files live for two hours and base64 is large, so both are put
in right before the POST (apis.md 1.0 and case 91).
"""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

from app.domain.local_errors import (
    StorageError,
)
from app.domain.media_input import InputEncoding, digests_in, read_placeholder
from app.domain.values import Json
from app.providers.base import InputFile, Inputs, PreparedRequest

Link = Callable[[InputFile], Awaitable[str]]
"""Hands a file over and gives the address that the service fetches it from."""


async def fill(prepared: PreparedRequest, inputs: Inputs, link: Link | None = None) -> PreparedRequest:
    """The request as it goes out: each placeholder becomes a link by `link`, or base64 where the spec says so.

    Without `link` everything is base64. Every file is handed over once. Raises what `inputs` and `link` raise.
    """
    if not digests_in(prepared.body):
        return prepared
    body = await asyncio.to_thread(json.loads, prepared.body)
    found: dict[str, str] = {}
    for words in _placeholders(body):
        digest, encoding = read_placeholder(words) or ("", InputEncoding.URL)
        if words not in found and digest:
            file = await inputs.file(digest)
            take = link if link is not None and encoding is InputEncoding.URL else _base64
            found[words] = await take(file)
    return replace(prepared, body=await asyncio.to_thread(_written, body, found))


def _written(body: Json, found: dict[str, str]) -> bytes:
    return json.dumps(_filled(body, found), ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def _placeholders(value: Json) -> list[str]:
    if isinstance(value, str):
        return [value] if read_placeholder(value) else []
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [words for item in inner for words in _placeholders(item)]


def _filled(value: Json, found: dict[str, str]) -> Json:
    if isinstance(value, str):
        return found.get(value, value)
    if isinstance(value, dict):
        return {name: _filled(inner, found) for name, inner in value.items()}
    return [_filled(inner, found) for inner in value] if isinstance(value, list) else value


async def _base64(file: InputFile) -> str:
    try:
        return await asyncio.to_thread(lambda: base64.b64encode(file.path.read_bytes()).decode("ascii"))
    except OSError as error:
        raise StorageError(reason=error.strerror or "a file cannot be read") from error
