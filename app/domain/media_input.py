"""A file that a model works from: its facts in forms, recipes and stored requests, and never a path of anybody's disk.

In a form and in a job's `params` such a file is a JSON object, `{"input": "<sha256>", "name": "lake.png", ...}`, or an https
address as text. In the request that is written down before it is sent it is a placeholder; what the provider really gets
(a link that lives for two hours, or base64) is put in its place right before the POST (apis.md 1.0, case 91).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.domain.media import FILE_TYPES, FileType, Medium
from app.domain.values import Json, JsonObject

FROM_LIBRARY = "library"
"""`origin` of a result that is used again."""

_NAME_CHARS = 200
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PLACEHOLDER = re.compile(r"slowlight-input:([0-9a-f]{64})(?::(base64))?")


class InputEncoding(StrEnum):
    """How a provider takes a file: as a link that it fetches, or as base64 inside the request."""

    URL = "url"
    BASE64 = "base64"


@dataclass(frozen=True)
class MediaInput:
    """One kept file. Pixels and seconds are None where the medium has none or nobody knows.

    `name` is the file's name as the person knows it, for reading only; `origin` is `FROM_LIBRARY` or "".
    """

    sha256: str
    name: str
    mime: str
    size_bytes: int
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    origin: str = ""

    @property
    def file_type(self) -> FileType | None:
        """The format by the MIME type; None for one that is not on the list any more."""
        return next((kind for kind in FILE_TYPES if kind.mime == self.mime), None)

    @property
    def medium(self) -> Medium:
        """What it is: a picture, a film, a sound."""
        kind = self.file_type
        return kind.medium if kind else Medium.OTHER

    def to_json(self) -> JsonObject:
        """The object that stands in forms and recipes; facts that are not known are left out."""
        facts: JsonObject = {
            "input": self.sha256,
            "name": self.name,
            "mime": self.mime,
            "size_bytes": self.size_bytes,
            "width": self.width,
            "height": self.height,
            "duration_s": self.duration_s,
            "origin": self.origin,
        }
        return {name: value for name, value in facts.items() if value not in (None, "")}


Given = MediaInput | str
"""One entry of a media field: a kept file, or the text that a person typed where an https address should be."""


def read_input(value: Json) -> MediaInput | None:
    """The file that a JSON object stands for; None for anything else."""
    if not isinstance(value, dict):
        return None
    digest, mime = value.get("input"), value.get("mime")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest) or not isinstance(mime, str):
        return None
    return MediaInput(
        sha256=digest,
        name=str(value.get("name", ""))[:_NAME_CHARS],
        mime=mime,
        size_bytes=_whole(value.get("size_bytes")) or 0,
        width=_whole(value.get("width")),
        height=_whole(value.get("height")),
        duration_s=_seconds(value.get("duration_s")),
        origin=str(value.get("origin", "")),
    )


def given_in(value: Json) -> tuple[Given, ...]:
    """The entries of a media field's value, which is one entry, a list of them, or nothing. Strangers are left out."""
    found: list[Given] = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str) and item.strip():
            found.append(item.strip())
        elif (kept := read_input(item)) is not None:
            found.append(kept)
    return tuple(found)


def value_of(given: tuple[Given, ...], *, as_list: bool) -> Json:
    """The JSON value of these entries; None for none."""
    items: list[Json] = [item.to_json() if isinstance(item, MediaInput) else item for item in given]
    if not items:
        return None
    return items if as_list else items[0]


def inputs_in(value: Json) -> Iterator[MediaInput]:
    """Every kept file anywhere inside a JSON value, such as a job's params or a draft."""
    kept = read_input(value)
    if kept is not None:
        yield kept
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from inputs_in(inner)


def placeholder(digest: str, encoding: InputEncoding = InputEncoding.URL) -> str:
    """What stands in a stored request for a file, such as `slowlight-input:<sha256>`."""
    return f"slowlight-input:{digest}" + (":base64" if encoding is InputEncoding.BASE64 else "")


def read_placeholder(text: str) -> tuple[str, InputEncoding] | None:
    """The sha256 and the way it is sent; None for any other text."""
    match = _PLACEHOLDER.fullmatch(text)
    return (match[1], InputEncoding(match[2] or InputEncoding.URL)) if match else None


def with_placeholders(value: Json, encoding: InputEncoding = InputEncoding.URL) -> Json:
    """The same JSON with a placeholder for every kept file."""
    kept = read_input(value)
    if kept is not None:
        return placeholder(kept.sha256, encoding)
    if isinstance(value, dict):
        return {name: with_placeholders(inner, encoding) for name, inner in value.items()}
    if isinstance(value, list):
        return [with_placeholders(inner, encoding) for inner in value]
    return value


def digests_in(body: bytes) -> frozenset[str]:
    """The sha256 of every placeholder in a stored request."""
    return frozenset(match[1] for match in _PLACEHOLDER.finditer(body.decode("utf-8", "replace")))


def digests_anywhere(value: Json) -> frozenset[str]:
    """Every word of JSON that could be a sha256, in texts too: what a sweep must not touch."""
    return frozenset(_DIGEST.findall(json.dumps(value)))


def _whole(value: Json) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _seconds(value: Json) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None
