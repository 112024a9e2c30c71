"""Keeps keys and private links out of everything that is written down or shown.

Two nets. The first knows every key in use by value (`register_secret`) and hides it in whatever shape it appears: plain,
percent-encoded, backwards, in base64. The second knows what secrets look like (`app.domain.redaction`), and here also
header lists as HTTP libraries print them and links of any scheme: a presigned link is a key to the result
(reliability.md K2, K8).
"""

import re
import threading

from app.domain.redaction import HIDDEN, redact_text, shapes_of

SHORTEST_SECRET = 6
"""Shorter values are not registered: hiding "a" would make every log unreadable."""

_lock = threading.Lock()
_shapes: tuple[str, ...] = ()  # longest first, so that no part of one is left over

_URL = re.compile(r"""(?ix) \b ([a-z][a-z0-9+.-]{1,20}://)   # scheme
                      (?:[^\s/"'<>]*@)?                      # user name and password
                      ([^\s/?\#"'<>]*) ([^\s?\#"'<>]*)       # host, path
                      (?:[?\#][^\s"'<>]*)?                   # query and fragment""")
_HEADER = re.compile(
    r"""(?ix) (\b(?:(?:proxy-)?authorization|x-(?:api-)?key)) (["']?)
        (\s*[:=]\s* | \s*,\s*b?(?=["']))                      # "name: value", name=value or ("name", b"value")
        (["']?) (?:(?:bearer|basic|token|key)\s+)? [^\s"',;}]+"""
)


def register_secret(value: str) -> None:
    """From now on this value is hidden wherever `redact` looks. May be called from any thread."""
    global _shapes  # noqa: PLW0603 - one process, one set of secrets
    secret = value.strip()
    if len(secret) < SHORTEST_SECRET:
        return
    with _lock:
        long_enough = {shape for shape in shapes_of(secret) if len(shape) >= SHORTEST_SECRET}
        _shapes = tuple(sorted(long_enough.union(_shapes), key=len, reverse=True))


def hide_registered(words: str) -> str:
    """The same words without the registered secrets; quick on long texts, for use before they are cut."""
    for shape in _shapes:
        words = words.replace(shape, HIDDEN)
    return words


def redact(words: str) -> str:
    """The same words without anything that opens an account or a file."""
    words = _HEADER.sub(rf"\1\2\3\4{HIDDEN}", hide_registered(words))
    return redact_text(_URL.sub(r"\1\2\3", words))
