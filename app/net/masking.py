"""Takes the caller's key out of what a service sends back: services echo it (apis.md case 47)."""

from app.domain.redaction import HIDDEN, shapes_of

SHORTEST = 16
"""A shorter key could be a part of ordinary words."""

_HIDDEN = HIDDEN.encode("ascii")


class KeyMask:
    """Hides one key in every shape, in a whole body or in a stream, where it may lie across two pieces."""

    def __init__(self, key: str) -> None:
        self._shapes = [shape.encode("ascii") for shape in shapes_of(key) if len(shape) >= SHORTEST]
        self._overlap = max(map(len, self._shapes), default=1) - 1
        self._held = b""

    def whole(self, body: bytes) -> bytes:
        """The body without the key."""
        for shape in self._shapes:
            body = body.replace(shape, _HIDDEN)
        return body

    def feed(self, piece: bytes) -> bytes:
        """What can be passed on after this piece; the end is held back, as a key may begin there."""
        known = self.whole(self._held + piece)
        cut = max(0, len(known) - self._overlap)
        self._held = known[cut:]
        return known[:cut]

    def finish(self) -> bytes:
        """What was held back."""
        held, self._held = self._held, b""
        return held
