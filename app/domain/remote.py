"""What a provider tells about one job over there, in our words (apis.md 4.3)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.media import Medium
from app.domain.text import Text
from app.domain.values import JsonObject

RemoteRef = JsonObject
"""Opaque to everybody but the provider that wrote it; always holds `"key"`, a string unique per provider."""


class RemoteState(StrEnum):
    """Canonical words for the many words on the wire."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    EMPTY = "empty"
    """The server says it succeeded and gives nothing. Asked again a few times, then failed (apis.md case 26)."""
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    """A word we do not know: keep polling and show it as it came (apis.md case 23)."""


@dataclass(frozen=True)
class Artifact:
    """One result on the server. `url` is a link without need of a key; or `inline` holds the bytes themselves.

    With `via_provider` neither is there: the provider itself brings it (`Provider.fetch`), because it is too big for
    memory or needs the key. `suggested_name` comes from outside and never becomes a path; `key` is stable per job (file id
    or index).
    """

    key: str
    url: str = ""
    inline: bytes | None = None
    suggested_name: str = ""
    size_bytes: int | None = None
    via_provider: bool = False


@dataclass(frozen=True)
class Snapshot:
    """One answer about one job. `wire_status` is the server's word as it came; `message` its failure or log text.

    `notice` is worth saying beside a result that came, such as that some were removed; `missing` counts those.
    """

    state: RemoteState
    wire_status: str = ""
    artifacts: tuple[Artifact, ...] = ()
    message: str = ""
    progress: float | None = None
    queue_position: int | None = None
    notice: Text = field(default_factory=Text)
    missing: int = 0


@dataclass(frozen=True)
class Submission:
    """The answer to a paid POST: the reference is stored before anything else happens."""

    ref: RemoteRef
    snapshot: Snapshot


@dataclass(frozen=True)
class Listed:
    """One entry of a provider's list of jobs; all but the first two only where the list shows them.

    `request` is the body of the POST as the service wrote it down, in the shape in which it was sent; it is compared and
    never kept.
    """

    ref: RemoteRef
    snapshot: Snapshot
    created_at: datetime | None = None
    model_id: str = ""
    prompt: str = ""
    request: JsonObject | None = field(default=None, repr=False)
    medium: Medium | None = None


def ref_key(ref: RemoteRef) -> str:
    """The string that tells two remote jobs of one provider apart."""
    return str(ref.get("key", ""))
