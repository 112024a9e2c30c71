"""The sums over all endpoints: rate now, spend today, spend by day. Play money of the demo is never added to real money."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from app.domain.endpoint import Phase
from app.domain.endpoint_spend import DaySpend, billed_s, by_day
from app.services.clock import Clock
from app.services.endpoint_book import EndpointBook


@dataclass(frozen=True)
class EndpointTotals:
    """Sums by currency. `is_demo`: only endpoints of the demo run, and nothing is really charged."""

    rates: tuple[tuple[str, Decimal], ...] = ()
    today: tuple[tuple[str, Decimal], ...] = ()
    billed: int = 0
    has_unknown_rate: bool = False
    is_demo: bool = False


class EndpointSums:
    """Computed from the book when asked; `is_demo` says whose money is play money."""

    def __init__(self, book: EndpointBook, clock: Clock, is_demo: Callable[[str], bool]) -> None:
        self._book = book
        self._clock = clock
        self._is_demo = is_demo

    def running_s(self, endpoint_id: str) -> float:
        """For how long it has been counted as billed."""
        return billed_s(self._book.stretches_of(endpoint_id), self._clock.now())

    def totals(self) -> EndpointTotals:
        """Rate now and spend today. The demo's play money is never added to real money."""
        billed = [one for one in self._book.all() if one.is_billed]
        real = [one for one in billed if not self._is_demo(one.provider_id)]
        is_demo = not real and bool(billed)
        counted = real or billed
        rates: dict[str, Decimal] = {}
        for one in counted:
            if one.rate is not None and one.phase is Phase.LIVE:
                rates[one.plan.currency] = rates.get(one.plan.currency, Decimal(0)) + one.rate
        today = self._today(is_demo=is_demo)
        unknown = any(one.rate is None for one in counted)
        return EndpointTotals(tuple(rates.items()), tuple(today.items()), len(counted), unknown, is_demo)

    def _today(self, *, is_demo: bool) -> dict[str, Decimal]:
        begin, now = _midnight(self._clock.now()), self._clock.now()
        sums: dict[str, Decimal] = {}
        for one in self._book.stretches():
            if self._is_demo(self._book.name_of(one.endpoint_id)[1]) is is_demo:
                cost = one.cost(begin, now)
                if cost:
                    sums[one.currency] = sums.get(one.currency, Decimal(0)) + cost
        return sums

    def days(self, count: int, currency: str, *, is_demo: bool = False) -> list[DaySpend]:
        """Spend of the last `count` days of this computer's calendar, today last."""
        now = self._clock.now()
        begins = [_midnight(now, ago) for ago in range(count - 1, -1, -1)]
        days = list(zip(begins, [*begins[1:], now], strict=True))
        counted = [
            one
            for one in self._book.stretches()
            if one.currency == currency
            and (one.end is None or one.end > begins[0])
            and self._is_demo(self._book.name_of(one.endpoint_id)[1]) is is_demo
        ]
        return by_day(counted, days, now)

    def currencies(self, *, is_demo: bool = False) -> list[str]:
        """Every currency that anything was spent in."""
        found = [
            one.currency
            for one in self._book.stretches()
            if self._is_demo(self._book.name_of(one.endpoint_id)[1]) is is_demo
        ]
        return list(dict.fromkeys(found))


def _midnight(now: datetime, days_ago: int = 0) -> datetime:
    """The begin of a day of this computer's calendar; a day may have 23 or 25 hours."""
    local = now.astimezone()
    day = (local - timedelta(days=days_ago)).date()
    return datetime(day.year, day.month, day.day).astimezone()
