"""Money: amounts with their unit, never added across units, estimates marked as such."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class PricePer(StrEnum):
    """What one price counts."""

    REQUEST = "request"
    RESULT = "result"
    SECOND = "second"
    FREE = "free"


@dataclass(frozen=True)
class Money:
    """An amount in one unit, for example Decimal("0.04") "usd". `estimated` until a server has said what it charged."""

    amount: Decimal
    unit: str = "usd"
    estimated: bool = True

    def __str__(self) -> str:
        sign = {"usd": "$", "cny": "¥", "eur": "€"}.get(self.unit)
        return f"{sign}{_digits(self.amount)}" if sign else f"{_digits(self.amount)} {self.unit.upper()}"


@dataclass(frozen=True)
class Price:
    """A model's price as its spec gives it; `amount` is meaningless for `PricePer.FREE`."""

    per: PricePer
    amount: Decimal = Decimal(0)
    unit: str = "usd"

    def for_run(self, results: int = 1, seconds: float = 0) -> Money:
        """The estimate for one run that makes `results` files of `seconds` length."""
        factor = {
            PricePer.FREE: Decimal(0),
            PricePer.REQUEST: Decimal(1),
            PricePer.RESULT: Decimal(results),
            PricePer.SECOND: Decimal(str(seconds)) * results,
        }[self.per]
        return Money(self.amount * factor, self.unit)


def _digits(amount: Decimal) -> str:
    """Two decimals, more only for amounts that would read as zero."""
    if amount == 0 or amount >= Decimal("0.01"):
        return f"{amount:.2f}"
    return f"{amount.normalize():f}"
