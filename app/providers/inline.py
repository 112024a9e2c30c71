"""Results that come as text inside an answer instead of behind a link, and links as servers write them."""

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes, urljoin

from app.domain.errors import BrokenResultError
from app.domain.media import SNIFF_BYTES, sniff

_DATA_URI = re.compile(r"data:([^,]{0,200}),", re.IGNORECASE)
_HEX = re.compile(r"(?:0x)?[0-9a-fA-F]+")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_LINK = re.compile(r"\s*(?:https?:)?//|\s*data:", re.IGNORECASE)
_SIGNED = re.compile(r"(?:^|&)(?:x-amz-|x-goog-|signature=|sig=|expires=|awsaccesskeyid=|key-pair-id=)", re.IGNORECASE)
_START_CHARS = 400
_BARE_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:/|$)")


def is_data_uri(text: str) -> bool:
    """True for `data:...,...`, which `sync_mode` puts where a link should be (apis.md 1.1)."""
    return _DATA_URI.match(text.lstrip()) is not None


def holds_media(text: str) -> bool:
    """True for a data URI, and for hex or base64 of media where a link should be (apis.md 1.1, quirk 9)."""
    if is_data_uri(text):
        return True
    start = "".join(text[:_START_CHARS].split())
    if "." in start or ":" in start or start.startswith("//"):
        return False  # no packed media has such letters, and every link has
    packed = _from_hex(start[: len(start) // 2 * 2]) or _from_base64(start[: len(start) // 4 * 4])
    return packed is not None and sniff(packed[:SNIFF_BYTES]) is not None


def decode_inline(text: str) -> bytes:
    """The bytes of a data URI, of base64 (also url-safe, unpadded or with line breaks) or of hex (apis.md case 58).

    Digits that could be both are hex only when media comes out. Raises BrokenResultError for anything else.
    """
    stripped = text.strip()
    match = _DATA_URI.match(stripped)
    if match is not None:
        payload = unquote_to_bytes(stripped[match.end() :])
        if not match[1].lower().rstrip().endswith(";base64"):
            return payload
        stripped = payload.decode("latin-1")
    compact = "".join(stripped.split())
    from_hex = _from_hex(compact)
    if from_hex is not None and sniff(from_hex[:SNIFF_BYTES]) is not None:
        return from_hex
    from_base64 = _from_base64(compact)
    found = from_base64 if from_base64 is not None else from_hex
    if not found:
        raise BrokenResultError("The result inside the answer is neither base64 nor hex.")
    return found


def is_link(value: object) -> bool:
    """True for a text that can only be a link or a data URI, and not a word such as "done"."""
    return isinstance(value, str) and _LINK.match(value) is not None


def unsigned_link(link: str) -> str:
    """The link without its signature, to see that two are the same file; another query may name another file."""
    path, _, query = link.partition("?")
    return path if _SIGNED.search(query) else link


def absolute_link(link: str, base_url: str) -> str:
    """A link as it can be fetched: without a scheme it is https, without a host it lies at the provider (case 57)."""
    link = link.strip()
    if _SCHEME.match(link) and not re.match(r"[\w.-]+:\d", link):
        return link
    if link.startswith("//"):
        return f"https:{link}"
    if _BARE_HOST.match(link):
        return f"https://{link}"
    try:
        return urljoin(base_url + "/", link)
    except ValueError:
        return link


def _from_hex(compact: str) -> bytes | None:
    if len(compact) % 2 or not _HEX.fullmatch(compact):
        return None
    return bytes.fromhex(compact.removeprefix("0x"))


def _from_base64(compact: str) -> bytes | None:
    plain = compact.translate(str.maketrans("-_", "+/")).rstrip("=")
    if len(plain) % 4 == 1:
        return None
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
