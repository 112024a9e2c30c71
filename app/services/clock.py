"""Time as a seam: durations by the monotonic clock, dates by the wall clock, both replaceable in tests."""

import time
from datetime import UTC, datetime


class Clock:
    """The real clock."""

    def now(self) -> datetime:
        """The date and time in UTC, with its zone."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Seconds that never jump; only differences mean something."""
        return time.monotonic()
