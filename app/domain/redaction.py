"""What must never be stored, logged or shown: keys, signatures and people, taken out of text and of JSON.

Servers echo secrets: Haiper's answers hold the caller's token, result links carry signatures and user ids (apis.md
cases 47 and 73).
"""

import base64
import re
from urllib.parse import quote

from app.domain.values import Json

HIDDEN = "***"

_SECRET_NAME = re.compile(r"token|api_?key|authorization|secret|password|signature|credential", re.IGNORECASE)
_PERSONAL_NAMES = frozenset({"user_id", "userid", "nickname", "email", "user_name", "username"})
_URL = re.compile(r"\b(https?://)(?:[^\s/?#\"'<>@]*@)?([^\s?#\"'<>]*)(?:[?#][^\s\"'<>]*)?", re.IGNORECASE)
_PATTERNS = (
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{6,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (
        re.compile(
            r"((?:api[_ -]?key|token|secret|password|signature|authorization)[\w-]*[\"']?\s*[:=]\s*[\"']?)"
            r"(?!(?:bearer|basic)\s)[^\s\"',;&}]+",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"\b(?:sk|pk|rk|nm|key)[-_][A-Za-z0-9_-]{8,}"), HIDDEN),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]+)?"), HIDDEN),
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"), HIDDEN),
)


def shapes_of(secret: str) -> tuple[str, ...]:
    """The forms in which a secret may turn up: plain, percent-encoded, backwards, in hex, in base64.

    The longest comes first, so that no part of one is left over.
    """
    raw = secret.encode("utf-8", "surrogatepass")
    shapes = {secret, quote(secret, safe="", errors="replace"), secret[::-1], raw.hex(), raw.hex().upper()}
    # Base64 of a text that holds the secret differs by where it starts; the last group may hold a neighbour's bits.
    for offset in range(3):
        skipped = -offset % 3
        whole = len(raw[skipped:]) // 3 * 3
        shapes.add(base64.b64encode(raw[skipped : skipped + whole]).decode("ascii"))
    return tuple(sorted(shapes, key=lambda shape: (-len(shape), shape)))


def redact_text(words: str) -> str:
    """The same text with keys, tokens, e-mail addresses and the query of every link taken out."""
    cleaned = _URL.sub(r"\1\2", words)
    for pattern, replacement in _PATTERNS:
        cleaned = pattern.sub(replacement, cleaned)
    return cleaned


def redact(value: Json, *, known: str = "") -> Json:
    """The same JSON without secrets: values of telling names are hidden whole, texts go through `redact_text`.

    `known` is an exact secret to hide wherever it stands.
    """
    if isinstance(value, dict):
        return {name: HIDDEN if _is_secret(name) else redact(inner, known=known) for name, inner in value.items()}
    if isinstance(value, list):
        return [redact(inner, known=known) for inner in value]
    if isinstance(value, str):
        return redact_text(value.replace(known, HIDDEN) if known else value)
    return value


def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None or name.casefold() in _PERSONAL_NAMES
