"""The endpoint service on a real database, with the demo's own rental desk behind it: no socket, and a clock that is turned.

The wire can lose a request or its answer, and the program can die at any call and at any commit.
"""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, TypeVar, cast

from app.domain.endpoint import EndpointPlan, EndpointWish
from app.domain.endpoint_lease import Lease
from app.domain.errors import ConnectionLostError, NoConnectionError
from app.domain.provider_info import ProviderInfo
from app.net.answer import Answer
from app.net.client import ApiClient
from app.providers.netmind_endpoints import NetMindEndpoints
from app.sandbox.rental_desk import RentalDesk
from app.sandbox.rentals import FLAVORS, RentalBook
from app.services.clock import Clock
from app.services.endpoint_doors import EndpointDoors
from app.services.endpoint_service import EndpointService
from app.services.provider_service import ProviderService
from app.services.settings_service import SettingsService
from app.services.tasks import Tasks
from app.store.database import Database, OpenReport
from app.store.endpoint_store import EndpointStore
from app.store.secret_store import SecretStore
from app.store.settings_store import SettingsStore

T = TypeVar("T")
INFO = ProviderInfo("netmind_endpoints", "NetMind", "http://127.0.0.1:9", "netmind", "NETMIND_API_KEY")
BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = "key-of-this-test"


class KilledError(BaseException):
    """The program died here."""


class HandClock(Clock):
    """Time that a test turns; server and studio look at the same one."""

    def __init__(self) -> None:
        self.moment = BEGIN

    def now(self) -> datetime:
        return self.moment

    def monotonic_s(self) -> float:
        return self.moment.timestamp()

    def turn(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass
class Wire:
    """Between the studio and the desk. `fate` is asked before every call: "" or lost, unsent, kill, kill after, down."""

    desk: RentalDesk
    fate: Callable[[str], str] = lambda _method: ""
    calls: list[tuple[str, str]] = field(default_factory=list)
    base_url: str = "http://127.0.0.1:9"
    owner: str = "me"

    async def request(self, method: str, path: str, *, json_body: bytes | None = None, **_more: object) -> Answer:
        self.calls.append((method, path))
        fate = self.fate(method)
        if fate == "kill":
            raise KilledError
        if fate == "unsent":
            raise NoConnectionError
        if fate == "down":
            return Answer(503, {}, b"", path)
        told = self.desk.handle(method, path, json_body, self.owner, self.base_url)
        if fate == "kill after":
            raise KilledError
        if fate == "lost":
            raise ConnectionLostError
        return Answer(told.status, {}, told.raw, path)

    async def close(self) -> None: ...


class MortalDatabase(Database):
    """A database at whose commits the program can die, before or after. Power does not fail: it is not synced."""

    fate: Callable[[], str] = staticmethod(lambda: "")

    async def run(
        self, work: Callable[[sqlite3.Connection], T], *, is_vital: bool = False, needs_reserve: bool = False
    ) -> T:
        fate = self.fate()
        if fate == "kill":
            raise KilledError
        result = await super().run(work, is_vital=is_vital, needs_reserve=needs_reserve)
        if fate == "kill after":
            raise KilledError
        return result

    async def open(self) -> OpenReport:
        report = await super().open()
        await self._in_thread(lambda: cast("Any", self)._connection.execute("PRAGMA synchronous = OFF"))
        return report


@dataclass
class Ground:
    """What outlives the program: the server with its bill, the clock, and the profile folder."""

    profile: Path
    clock: HandClock = field(default_factory=HandClock)
    has_list: bool = False

    def __post_init__(self) -> None:
        self.book = RentalBook(lambda: self.clock.now().timestamp())
        self.wire = Wire(RentalDesk(self.book, has_list=self.has_list))

    @property
    def billed(self) -> Decimal:
        """The server's bill so far."""
        now = self.clock.moment.timestamp()
        return sum((one.cost(now) for one in self.book.all()), Decimal(0))


@dataclass
class Run:
    """One run of the program on a ground."""

    ground: Ground
    service: EndpointService
    database: MortalDatabase
    doors: EndpointDoors
    providers: ProviderService
    crashes: list[str]

    @property
    def estimated(self) -> Decimal:
        """What the page says was spent, on all of them."""
        totals = self.service.sums.days(400, "usd")
        return sum((day.total for day in totals), Decimal(0))

    async def pass_time(self, seconds: float, step_s: float = 5.0) -> None:
        """Turns the clock and lets the watch do its rounds."""
        left = seconds
        while left > 0:
            self.ground.clock.turn(min(step_s, left))
            left -= step_s
            await self.service.watch.round()


def wish(name: str = "test", instances: int = 1, lease: Lease | None = None, gpus: int = 0) -> EndpointWish:
    """The published example on the second flavor, 30 cents an hour."""
    plan = EndpointPlan("python:3.10-slim", "python app.py", 8080, gpus, FLAVORS[1].flavor_id)
    price = FLAVORS[1].price("usd") * max(1, gpus)
    return EndpointWish(INFO.provider_id, name, plan, instances=instances, hourly=price, lease=lease or Lease())


@asynccontextmanager
async def running(ground: Ground, key: str = KEY) -> AsyncIterator[Run]:
    """The endpoint service of one run; entering again on the same ground is a restart. Nothing polls by itself."""
    crashes: list[str] = []
    tasks = Tasks(on_crash=lambda name, error: crashes.append(f"{name}: {error!r}"))
    settings = SettingsService(SettingsStore(ground.profile / "settings.json"), tasks.start)

    async def no_demo() -> str:
        return ""

    providers = ProviderService(
        infos=(),
        connect=lambda *_: no_generation(),
        secrets=SecretStore(),
        settings=settings,
        demo_url=no_demo,
        demo_key="",
        environment={"NETMIND_API_KEY": key},
        also=(INFO,),
    )
    cast("Any", providers)._environment_keys["netmind"] = key
    doors = EndpointDoors(
        providers, lambda info, _url, _key: NetMindEndpoints(info, cast("ApiClient", ground.wire)), (INFO,)
    )
    database = MortalDatabase(ground.profile / "test.db")
    await database.open()
    service = EndpointService(
        store=EndpointStore(database), doors=doors, providers=providers, start_task=tasks.start, clock=ground.clock
    )
    await service.start(watch=False)
    try:
        yield Run(ground, service, database, doors, providers, crashes)
    finally:
        await tasks.close()
        await settings.close()
        await doors.close()
        await database.close()


def no_generation() -> Any:
    raise AssertionError("no generation provider is asked here")


def chance(random: Random, odds: dict[str, float]) -> str:
    """One of these words with its probability, else ""."""
    mark = random.random()
    for word, probability in odds.items():
        mark -= probability
        if mark < 0:
            return word
    return ""
