"""How a service wants to see the key: `Authorization: Bearer KEY`, or the bare key.

NetMind's own pages show both forms (apis.md 1.0), so whichever has worked is remembered per address and key.
"""

from enum import StrEnum
from typing import Protocol


class Scheme(StrEnum):
    """The two forms of the Authorization header."""

    BEARER = "bearer"
    BARE = "bare"

    def header(self, key: str) -> str:
        """The value of the Authorization header."""
        return f"Bearer {key}" if self is Scheme.BEARER else key


class SchemeMemory(Protocol):
    """Remembers the form that worked. `fingerprint` stands for the key and does not give it away."""

    def get(self, base_url: str, fingerprint: str) -> Scheme | None: ...

    def set(self, base_url: str, fingerprint: str, scheme: Scheme) -> None: ...


class SchemesOfThisRun:
    """Remembers until the program ends."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Scheme] = {}

    def get(self, base_url: str, fingerprint: str) -> Scheme | None:
        """The form that worked for this address and key, or None."""
        return self._known.get((base_url, fingerprint))

    def set(self, base_url: str, fingerprint: str, scheme: Scheme) -> None:
        """Notes a form that worked."""
        self._known[base_url, fingerprint] = scheme
