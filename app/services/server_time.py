"""What time it is at each provider: deadlines are theirs, so they are kept by their clock and not by this computer's.

Every answer carries a `Date`. From then on the provider's time goes on by steady seconds, so a wall clock that is wrong or
jumps changes no deadline (reliability.md 3.3, apis.md cases 40 and 41).
"""

from datetime import datetime, timedelta

from app.services.clock import Clock


class ServerTimes:
    """Before a provider's first answer its time is taken to be this computer's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heard: dict[str, tuple[datetime, float]] = {}

    def heard(self, provider_id: str, date: datetime) -> None:
        """An answer came with this `Date`."""
        self._heard[provider_id] = (date, self._clock.monotonic_s())

    def now(self, provider_id: str) -> datetime:
        """The provider's present time. After a sleep of this computer it is behind until the next answer, never ahead."""
        known = self._heard.get(provider_id)
        if known is None:
            return self._clock.now()
        date, at_s = known
        return date + timedelta(seconds=self._clock.monotonic_s() - at_s)
