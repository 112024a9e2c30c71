"""Rented GPU services of the demo: their lives by a clock, and an exact bill (seed 003).

An endpoint is initializing for a while, then available. Another number of instances is asked for and comes later, and reads
show the old number until then. A deleted one runs for some seconds more. Every instance is billed from the moment it was
asked for until it is really gone; one that has failed is billed, too, as nobody documents that it is not.
"""

import json
import math
import re
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

EPOCH_S = 1_700_000_000.0
"""Where the factored clock and the real one show the same time."""
READY_S, UP_S, DOWN_S, DELETE_S = 45.0, 30.0, 12.0, 6.0
"""How long starting, adding, taking away and deleting last, in seconds of the demo's clock at speed 1."""
_MARK = re.compile(r"\[(fail|slow|text|no zero|eager|silent)\]", re.IGNORECASE)

Clock = Callable[[], float]


class Mark(StrEnum):
    """Words in the name or description of an endpoint that make it misbehave on purpose."""

    FAIL = "fail"
    SLOW = "slow"
    TEXT = "text"
    NO_ZERO = "no zero"
    EAGER = "eager"
    SILENT = "silent"


MARKS_EXPLAINED = {
    Mark.FAIL: "the endpoint fails after starting, and is billed until it is deleted",
    Mark.SLOW: "everything about the endpoint takes ten times as long",
    Mark.TEXT: "PUT takes the number of instances as text only, and answers 422 to a number",
    Mark.NO_ZERO: "PUT answers 422 to no instances",
    Mark.EAGER: "reads show the new number of instances at once, as available, long before it is true",
    Mark.SILENT: "reads do not say how many instances there are",
}


@dataclass(frozen=True, slots=True)
class RentalFlavor:
    """One row of the price list; `units` are how many the whole demo has."""

    flavor_id: str
    name: str
    cluster: str
    region: str
    cuda: str
    usd: float
    cny: float
    nmt: float
    units: int
    most_gpus: int

    def price(self, currency: str) -> Decimal:
        """Of one GPU for one hour."""
        return Decimal(str({"usd": self.usd, "cny": self.cny, "nmt": self.nmt}[currency]))


_RTX = "NVIDIA_GeForce_RTX_4090"
FLAVORS: tuple[RentalFlavor, ...] = (  # the first two are seed 003's
    RentalFlavor("69475e82e81c4dd6be3467e2ca374e0c", _RTX, "US_01_4090", "cn", "12.0", 0.3, 2.2, 0.147164, 6, 2),
    RentalFlavor("7b2f36d30e0743debc6c60d5017e2d16", _RTX, "US_01_4090", "other", "12.0", 0.3, 2.2, 0.147164, 4, 2),
    RentalFlavor("a3d40c5e7f0b4d0c9c5f2c1f7f6f1a01", "NVIDIA_L40S", "EU_02_L40S", "eu", "12.4", 0.86, 6.2, 0.421, 3, 4),
    RentalFlavor(
        "c19f4e0d7f8a4a50b0a2a7e1d3b6f902", "NVIDIA_A100_80GB", "US_03_A100", "us", "12.4", 1.49, 10.8, 0.73, 2, 8
    ),
    RentalFlavor(
        "e7715dc2b6624f64a7f3f0a9d4c8b203", "NVIDIA_H100_80GB", "US_03_H100", "us", "12.6", 2.69, 19.4, 1.32, 0, 8
    ),
)


@dataclass(frozen=True, slots=True)
class Change:
    """From `at` on there are `instances`; before that, the ones of the change before."""

    at: float
    instances: int


@dataclass(frozen=True, slots=True)
class Rental:
    """One endpoint. `changes` are in the order of time; billing begins with the first and ends at `gone`."""

    id: str
    owner: str
    name: str
    description: str
    currency: str
    flavor_id: str
    image: str
    command: str
    port: int
    gpus: int
    created: float
    ready: float
    changes: tuple[Change, ...]
    updated: float
    marks: tuple[str, ...] = ()
    gone: float | None = None

    def current(self, now: float) -> Change:
        """The change that holds at a moment."""
        return [change for change in self.changes if change.at <= now][-1]

    def is_gone(self, now: float) -> bool:
        """Whether it has ended for good."""
        return self.gone is not None and now >= self.gone

    def target(self, now: float) -> int:
        """The number of instances that reads show as wanted."""
        return (self.changes[-1] if Mark.EAGER in self.marks else self.current(now)).instances

    def status(self, now: float) -> str:
        """The word on the wire. The last three are the demo's own: nobody documents any."""
        if self.gone is not None:
            return "deleting"
        is_changing = self.changes[-1].at > now
        if now < self.ready or (is_changing and Mark.EAGER not in self.marks):
            return "initializing"
        if Mark.FAIL in self.marks:
            return "failed"
        return "available" if self.current(now).instances else "stopped"

    def there(self, now: float) -> int:
        """Instances that answer."""
        works = now >= self.ready and Mark.FAIL not in self.marks
        return self.current(now).instances if works else 0

    def instance_seconds(self, now: float) -> float:
        """What is billed: instances by seconds, until now."""
        end = now if self.gone is None else min(now, self.gone)
        ends = [*(change.at for change in self.changes[1:]), math.inf]
        return sum(
            change.instances * max(0.0, min(until, end) - change.at)
            for change, until in zip(self.changes, ends, strict=True)
        )

    def cost(self, now: float) -> Decimal:
        """The bill so far, in its currency."""
        hourly = flavor_of(self.flavor_id).price(self.currency) * max(1, self.gpus)
        return hourly * Decimal(str(self.instance_seconds(now))) / 3600


def flavor_of(flavor_id: str) -> RentalFlavor:
    """One row of the price list. Raises KeyError."""
    return {flavor.flavor_id: flavor for flavor in FLAVORS}[flavor_id]


def factored(factor: float) -> Clock:
    """Real time, `factor` times as quick, the same in every run."""
    return lambda: EPOCH_S + (time.time() - EPOCH_S) * factor


@dataclass
class RentalBook:
    """All endpoints, also those that are gone, as the bill needs them; one JSON file each where a folder is given."""

    clock: Clock = time.time
    speed: float = 1.0
    folder: Path | None = None
    _rentals: dict[str, Rental] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Read what an earlier server left."""
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            found = filter(None, map(_read, self.folder.glob("*.json")))
            self._rentals = {rental.id: rental for rental in sorted(found, key=lambda one: one.created)}

    def create(self, owner: str, wish: Mapping[str, object], instances: int) -> Rental:
        """Begin one, and its bill. `wish` has the fields of `Rental` that a person chooses."""
        now = self.clock()
        marks = tuple(word.lower() for word in _MARK.findall(f"{wish['name']} {wish['description']}"))
        rental = Rental(
            id=uuid.uuid4().hex,
            owner=owner,
            created=now,
            updated=now,
            ready=now + self._lasts(READY_S, marks),
            changes=(Change(now, instances),),
            marks=marks,
            **wish,  # type: ignore[arg-type]
        )
        return self._keep(rental)

    def scale(self, rental: Rental, instances: int) -> Rental:
        """Another number, soon. What was asked for before and has not come yet is dropped."""
        now = self.clock()
        held = tuple(change for change in rental.changes if change.at <= now)
        lasts = UP_S if instances > held[-1].instances else DOWN_S
        at = max(now, rental.ready) + self._lasts(lasts, rental.marks)
        changes = held if instances == held[-1].instances else (*held, Change(at, instances))
        return self._keep(replace(rental, changes=changes, updated=now))

    def delete(self, rental: Rental) -> None:
        """End it, soon."""
        if rental.gone is None:
            now = self.clock()
            self._keep(replace(rental, gone=now + self._lasts(DELETE_S, rental.marks), updated=now))

    def get(self, owner: str, rental_id: str) -> Rental | None:
        """One of a key that is not gone."""
        rental = self._rentals.get(rental_id)
        return rental if rental is not None and rental.owner == owner and not rental.is_gone(self.clock()) else None

    def any(self, rental_id: str) -> Rental | None:
        """One of anybody that is not gone: its own address needs no key."""
        rental = self._rentals.get(rental_id)
        return rental if rental is not None and not rental.is_gone(self.clock()) else None

    def of(self, owner: str) -> list[Rental]:
        """Everything of one key that is not gone, oldest first."""
        now = self.clock()
        return [one for one in self.all() if one.owner == owner and not one.is_gone(now)]

    def all(self) -> list[Rental]:
        """Every one that ever was, oldest first."""
        with self._lock:
            return list(self._rentals.values())

    def free(self, flavor: RentalFlavor) -> int:
        """How many of a flavor nobody has."""
        now = self.clock()
        taken = sum(
            one.current(now).instances
            for one in self.all()
            if one.flavor_id == flavor.flavor_id and not one.is_gone(now)
        )
        return max(0, flavor.units - taken)

    def bill(self) -> dict[str, object]:
        """What everything has cost, to the second, for tests and for people who compare."""
        now = self.clock()
        sums: dict[str, Decimal] = {}
        rows = []
        for one in self.all():
            cost = one.cost(now)
            sums[one.currency] = sums.get(one.currency, Decimal(0)) + cost
            rows.append(
                {
                    "service_id": one.id,
                    "name": one.name,
                    "status": "gone" if one.is_gone(now) else one.status(now),
                    "instance_seconds": one.instance_seconds(now),
                    "cost": str(cost),
                    "currency": one.currency,
                }
            )
        return {"now": now, "sums": {name: str(total) for name, total in sums.items()}, "endpoints": rows}

    def _lasts(self, seconds: float, marks: tuple[str, ...]) -> float:
        return seconds * (10 if Mark.SLOW in marks else 1) / self.speed

    def _keep(self, rental: Rental) -> Rental:
        with self._lock:
            self._rentals[rental.id] = rental
        if self.folder is not None:
            path = self.folder / f"{rental.id}.json"
            part = path.with_suffix(".part")
            part.write_text(json.dumps(asdict(rental)), encoding="utf-8")
            part.replace(path)
        return rental


def _read(path: Path) -> Rental | None:
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        changes = tuple(Change(**change) for change in row.pop("changes"))
        return Rental(**{**row, "changes": changes, "marks": tuple(row["marks"])})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
