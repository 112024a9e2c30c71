"""A Docker image reference such as `ghcr.io/studio/comfy:1.4`: what is wrong with one, in words.

The grammar is that of the public distribution project; a reference is not a URL (seed 003: `image_url` is
"python:3.10-slim", apis.md 1.3 quirk 3).
"""

import re

from app.domain.text import Text, text

MAX_CHARS = 255
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_HOST_PART = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = rf"{_HOST_PART}(?:\.{_HOST_PART})*(?::[0-9]+)?"
_REFERENCE = re.compile(
    rf"(?:{_DOMAIN}/)?{_COMPONENT}(?:/{_COMPONENT})*"
    r"(?::[\w][\w.-]{0,127})?"
    r"(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?",
    re.ASCII,
)


def image_problem(reference: str) -> Text | None:
    """Why this cannot be an image reference, or None. Blanks around it are somebody's typing and no fault."""
    name = reference.strip()
    if not name:
        return text("A Docker image is needed, such as python:3.10-slim.")
    return None if _REFERENCE.fullmatch(name) and len(name) <= MAX_CHARS else _fault(name)


def _fault(name: str) -> Text:
    if "://" in name:
        return text("This is a web address. Write the image's name only, such as python:3.10-slim.")
    if any(letter.isspace() for letter in name):
        return text("An image name has no blanks in it.")
    if len(name) > MAX_CHARS:
        return text("An image name has at most {limit} characters.", limit=MAX_CHARS)
    if _REFERENCE.fullmatch(name.lower()):
        return text("The name of an image has small letters only; its tag, behind the colon, may have others.")
    return text("This is not an image name. It looks like name:tag or registry.example/name:tag.")
