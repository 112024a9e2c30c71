"""Result links as object storage signs them: unguessable, on their own, and only for a while."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from enum import StrEnum

_SIGNATURE_LENGTH = 40
_TOKEN = re.compile(r"(file-[0-9a-z]+)\.([0-9a-f]+)\.([0-9a-f]{40})")


class LinkState(StrEnum):
    """What became of a link."""

    GOOD = "good"
    EXPIRED = "expired"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class LinkSigner:
    """Makes and reads tokens `<file id>.<expiry in ms, hex>.<signature>`. No state, so links outlive a restart."""

    secret: bytes
    life_s: float

    def token(self, file_id: str, now: float) -> str:
        """A token for one file that ends `life_s` after `now` (epoch seconds)."""
        expiry_ms = int((now + self.life_s) * 1000)
        return f"{file_id}.{expiry_ms:x}.{self._signature(file_id, expiry_ms)}"

    def read(self, token: str, now: float) -> tuple[LinkState, str]:
        """Whether a token counts, and the file id it speaks of ("" when it is forged)."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            return LinkState.FORGED, ""
        file_id, expiry_ms = match[1], int(match[2], 16)
        if not hmac.compare_digest(match[3], self._signature(file_id, expiry_ms)):
            return LinkState.FORGED, ""
        return (LinkState.GOOD if now * 1000 < expiry_ms else LinkState.EXPIRED), file_id

    def _signature(self, file_id: str, expiry_ms: int) -> str:
        text = f"{file_id}.{expiry_ms}".encode()
        return hmac.new(self.secret, text, hashlib.sha256).hexdigest()[:_SIGNATURE_LENGTH]
