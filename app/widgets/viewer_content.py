"""What the viewer is told to show, as plain values: a state with its words, or results."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from app.domain.media import Medium


class ViewerKind(StrEnum):
    """Which of its faces the viewer wears."""

    EMPTY = "empty"
    WAITING = "waiting"
    RUNNING = "running"
    FAILED = "failed"
    EXPIRED = "expired"
    UNSURE = "unsure"
    RESULTS = "results"


@dataclass(frozen=True)
class ViewerItem:
    """One saved result. `path` is absolute; pixels, seconds and bytes; None where a medium has none or it is unknown."""

    asset_id: str
    path: Path
    medium: Medium
    mime: str = ""
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    size_bytes: int = 0


@dataclass(frozen=True)
class ViewerContent:
    """All words are for people and already translated. `title` and `detail` may be empty: then the kind has its own.

    With results `detail` is a notice that stands above their facts, such as that some did not come.
    `money` and `advice` belong to all but results, `server_text` to failed, expired and unsure; `kept` says how long the
    result can still be saved; `started_at` (UTC), `expected_s` and
    `progress` (0 to 1, None when nobody can know) to waiting and running; `items`, `current` (an index), `favourite` and
    `place` ("Videos/Slowlight"; empty: taken from the path) to results. `offers` stand on the card of a job on its
    way, and on that of an unsure job in place of retrying, the most wanted first.
    """

    kind: str = ViewerKind.EMPTY
    title: str = ""
    detail: str = ""
    money: str = ""
    advice: str = ""
    server_text: str = ""
    kept: str = ""
    started_at: datetime | None = None
    expected_s: float | None = None
    progress: float | None = None
    items: tuple[ViewerItem, ...] = ()
    current: int = 0
    favourite: bool = False
    place: str = ""
    can_retry: bool = True
    can_vary: bool = True
    offers: "tuple[CardOffer, ...]" = ()


@dataclass(frozen=True)
class CardOffer:
    """One button of a card; `target` is told back as it is. Label and hint are translated already."""

    target: str
    label: str
    icon: str
    hint: str = ""


@dataclass(frozen=True)
class UseOffer:
    """Where a result can be used again; `target` is told back as it is. The label is translated already."""

    target: str
    label: str
    icon: str


def clock_text(milliseconds: int) -> str:
    """A place in a film or sound: "0:01.6", "1:02:03.4"."""
    tenths = max(0, milliseconds) // 100
    seconds, tenth = divmod(tenths, 10)
    return f"{span_text(seconds)}.{tenth}"


def span_text(seconds: float) -> str:
    """A length in whole seconds: "0:41", "1:02:03"."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def size_text(size_bytes: int) -> str:
    """ "870 B", "14 kB", "3.1 MB": decimal units, as file managers show them."""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    size = size_bytes / 1000
    for unit in ("kB", "MB"):
        if size < 999.5:
            return f"{size:.0f} {unit}" if unit == "kB" or size >= 99.95 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def place_of(item: ViewerItem) -> str:
    """The last two folders of the path, which is what people recognise."""
    return "/".join(item.path.parent.parts[-2:]).lstrip("/")
