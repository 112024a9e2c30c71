"""When to ask again: pure arithmetic, no clock and no network (apis.md 4.5, reliability.md 3.3)."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random

from app.domain.media import Medium

LONGEST_RETRY_AFTER_S = 3600.0
POLL_FACTOR = 1.3
POLL_JITTER = 0.2

_POLL_S: Mapping[bool, tuple[float, float, float]] = {  # is it a film: first, next, longest pause (apis.md 4.5)
    False: (1.0, 1.5, 8.0),
    True: (3.0, 4.0, 15.0),
}
_MS_HEADERS = ("retry-after-ms", "x-ms-retry-after-ms", "openai-poll-after-ms")


def backoff_s(attempt: int, *, first: float, cap: float, random: Random) -> float:
    """Seconds to wait before trying again after failure number `attempt` (from 0): anything from 0 to `first` doubled
    that many times, and never more than `cap`.

    Full jitter: many programs that failed together do not come back together.
    """
    doublings = min(max(attempt, 0), 64)
    return random.random() * min(cap, first * 2.0**doublings)


def poll_delay_s(medium: Medium, polls_done: int, random: Random) -> float:
    """Seconds until the next question about a job: short at first, longer by and by, 20 % of chance either way."""
    first, following, longest = _POLL_S[medium is Medium.VIDEO]
    steps = min(polls_done - 1, 64)
    pause = first if polls_done <= 0 else min(longest, following * POLL_FACTOR**steps)
    return pause * (1.0 + POLL_JITTER * (2.0 * random.random() - 1.0))


def parse_retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that a server asks to wait, from 0 to `LONGEST_RETRY_AFTER_S`, or None where it says nothing readable.

    `headers` have lowercase names; `now` is aware. A date is compared with the answer's own `Date`, because the clock of
    this computer may be wrong (apis.md cases 40 and 41).
    """
    for name in _MS_HEADERS:
        milliseconds = _number(headers.get(name, ""))
        if milliseconds is not None:
            return _clamped(milliseconds / 1000.0)
    asked = headers.get("retry-after", "").strip()
    seconds = _number(asked)
    if seconds is not None:
        return _clamped(seconds)
    until = http_date(asked)
    if until is None:
        return None
    return _clamped((until - (http_date(headers.get("date", "")) or now)).total_seconds())


def _clamped(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_S)


def _number(words: str) -> float | None:
    try:
        number = float(words)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def http_date(words: str) -> datetime | None:
    """The moment that a header such as `Date` names, aware; None for what is no date."""
    try:
        date = parsedate_to_datetime(words)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
