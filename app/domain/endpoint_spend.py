"""What endpoints have cost so far, by our own clock: stretches of time with one rate each, added up exactly.

A stretch that is open goes on while Slowlight is closed, because the bill does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

HOUR_S = Decimal(3600)
MICROSECONDS = Decimal(1_000_000)


@dataclass(frozen=True)
class Stretch:
    """From `begin` to `end` (None: it still runs) one endpoint cost `rate` per hour."""

    endpoint_id: str
    begin: datetime
    rate: Decimal
    currency: str
    end: datetime | None = None

    def cost(self, since: datetime, until: datetime) -> Decimal:
        """What falls between two moments."""
        begin, end = max(self.begin, since), min(self.end or until, until)
        return self.rate * seconds(begin, end) / HOUR_S if end > begin else Decimal(0)


def seconds(begin: datetime, end: datetime) -> Decimal:
    """The length of a time, exactly."""
    lasted = end - begin
    return Decimal(lasted.days * 86400 + lasted.seconds) + Decimal(lasted.microseconds) / MICROSECONDS


def spent(stretches: Iterable[Stretch], now: datetime, since: datetime | None = None) -> Decimal:
    """The sum of stretches of one currency until now."""
    return sum((one.cost(since or one.begin, now) for one in stretches), Decimal(0))


def billed_s(stretches: Iterable[Stretch], now: datetime) -> float:
    """Seconds in which anything was billed."""
    return float(sum((seconds(one.begin, one.end or now) for one in stretches if one.rate), Decimal(0)))


@dataclass(frozen=True)
class DaySpend:
    """One day of the chart: what each endpoint has cost in it, by its id, largest first."""

    begin: datetime
    parts: tuple[tuple[str, Decimal], ...] = ()

    @property
    def total(self) -> Decimal:
        """The whole day."""
        return sum((amount for _, amount in self.parts), Decimal(0))


def by_day(stretches: Iterable[Stretch], days: Iterable[tuple[datetime, datetime]], now: datetime) -> list[DaySpend]:
    """The cost of each day, given as begin and end, until now."""
    known = list(stretches)
    found = []
    for begin, end in days:
        sums: dict[str, Decimal] = {}
        for one in known:
            cost = one.cost(begin, min(end, now))
            if cost:
                sums[one.endpoint_id] = sums.get(one.endpoint_id, Decimal(0)) + cost
        found.append(DaySpend(begin, tuple(sorted(sums.items(), key=lambda part: -part[1]))))
    return found
