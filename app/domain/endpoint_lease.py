"""The end that every endpoint has: after a time, or at an amount, with a warning before; never is a choice of its own."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

USUAL_S = 2 * 3600.0
WARN_AT = 0.8
EXTEND_BY_S = 3600.0
MONTH_H = 730
"""Hours of a month in an estimate: a year's hours by twelve."""


class LeaseKind(StrEnum):
    """What ends it."""

    TIME = "time"
    AMOUNT = "amount"
    NEVER = "never"


class AtTheEnd(StrEnum):
    """What happens then."""

    STOP = "stop"
    """Instances to 0 where the server takes it, else delete."""
    DELETE = "delete"


@dataclass(frozen=True)
class Lease:
    """`since` is when it was set. `until` is for a time, `amount` is the endpoint's whole spend at which it ends."""

    kind: LeaseKind = LeaseKind.TIME
    action: AtTheEnd = AtTheEnd.STOP
    since: datetime | None = None
    until: datetime | None = None
    amount: Decimal | None = None
    base: Decimal = Decimal(0)
    """The spend when an amount was set: the 80 % are counted from there."""
    is_warned: bool = False
    duration_s: float = USUAL_S

    def begun(self, now: datetime) -> "Lease":
        """The same lease, counted from now."""
        until = now + timedelta(seconds=self.duration_s) if self.kind is LeaseKind.TIME else None
        return replace(self, since=now, until=until, is_warned=False)

    def renewed(self, now: datetime, spent: Decimal) -> "Lease":
        """The same length or the same room once more, for one that is started again after its end."""
        again = replace(self.begun(now), base=spent)
        return replace(again, amount=spent + (self.amount - self.base)) if self.amount is not None else again

    def progress(self, now: datetime, spent: Decimal) -> float:
        """How much of it is over, from 0 to 1 and beyond; 0 for one that never ends or has not begun."""
        if self.kind is LeaseKind.TIME and self.since is not None and self.until is not None:
            whole_s = (self.until - self.since).total_seconds()
            return 1.0 if whole_s <= 0 else max(0.0, (now - self.since).total_seconds() / whole_s)
        if self.kind is LeaseKind.AMOUNT and self.amount is not None:
            room = self.amount - self.base
            return 1.0 if room <= 0 else max(0.0, float((spent - self.base) / room))
        return 0.0

    def is_over(self, now: datetime, spent: Decimal) -> bool:
        """The end has come."""
        return self.progress(now, spent) >= 1.0

    def should_warn(self, now: datetime, spent: Decimal) -> bool:
        """80 % are over, and nobody has been told yet."""
        return not self.is_warned and self.progress(now, spent) >= WARN_AT

    def left_s(self, now: datetime, spent: Decimal, rate: Decimal | None) -> float | None:
        """Seconds until the end, at this cost per hour; None where nothing can be said."""
        if self.kind is LeaseKind.TIME and self.until is not None:
            return max(0.0, (self.until - now).total_seconds())
        if self.kind is LeaseKind.AMOUNT and self.amount is not None and rate:
            return max(0.0, float((self.amount - spent) / rate) * 3600)
        return None

    def extended(self, now: datetime, rate: Decimal | None) -> "Lease":
        """One hour more: of time, or of the money that an hour costs."""
        if self.kind is LeaseKind.TIME and self.until is not None:
            until = max(self.until, now) + timedelta(seconds=EXTEND_BY_S)
            return replace(self, since=now, until=until, is_warned=False)
        if self.kind is LeaseKind.AMOUNT and self.amount is not None:
            more = rate or self.amount - self.base
            return replace(self, amount=self.amount + more, is_warned=False)
        return self
