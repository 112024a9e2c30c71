"""T-54: random programs of create, scale, stop and delete with lost answers and kills, against the server's bill.

Two promises: nothing is billed after the page has said *stopped* or *deleted*, and a create whose outcome is unknown is on
the page right after the next start. And a month of ordinary use, with restarts, is estimated within one percent.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from app.domain.endpoint import Endpoint, Phase
from app.domain.endpoint_lease import AtTheEnd, Lease, LeaseKind
from app.domain.errors import StudioError
from app.sandbox.rentals import Rental
from tests.services.endpoint_stage import Ground, KilledError, Run, chance, running, wish

PROGRAMS = 200
STEPS = 8
LONG_PROGRAMS = 5000
NEVER = Lease(LeaseKind.NEVER)
LOSSES = {"lost": 0.10, "unsent": 0.04, "down": 0.04, "kill": 0.03, "kill after": 0.03}
DEATHS = {"kill": 0.02, "kill after": 0.02}


class Witness:
    """Looks at page and bill at the same time, and remembers when the page first said that nothing is billed."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._said: dict[str, float] = {}

    def look(self, run: Run) -> None:
        for endpoint in run.service.endpoints():
            rental = self._rental(endpoint)
            if rental is None:
                continue
            now = self.ground.clock.moment.timestamp()
            if endpoint.is_billed:
                self._said.pop(rental.id, None)
                continue
            billed = self._said.setdefault(rental.id, rental.instance_seconds(now))
            extra = rental.instance_seconds(now) - billed
            assert extra == 0, f"{extra} s billed after the page said that {endpoint.name} is stopped"

    def _rental(self, endpoint: Endpoint) -> Rental | None:
        return next((one for one in self.ground.book.all() if one.id == endpoint.service_id), None)

    def nothing_is_forgotten(self, run: Run) -> None:
        """Every endpoint on the server that costs money is on the page: by its id, or as one that may be running."""
        now = self.ground.clock.moment.timestamp()
        known = {one.service_id for one in run.service.endpoints()}
        unsure = {one.name for one in run.service.unsure()}
        for rental in self.ground.book.all():
            is_costly = not rental.is_gone(now) and (rental.current(now).instances or rental.changes[-1].instances)
            assert not is_costly or rental.id in known or rental.name in unsure, f"{rental.name} runs unseen"


class Program:
    """One person with bad luck."""

    def __init__(self, seed: int, profile: Path) -> None:
        self.random = Random(seed)
        self.ground = Ground(profile)
        self.witness = Witness(self.ground)
        self.made = 0

    async def play(self) -> None:
        self.ground.wire.fate = lambda _method: chance(self.random, LOSSES)
        steps = STEPS
        while steps > 0:
            steps = await self._one_run(steps)
        await self._end_well()

    async def _one_run(self, steps: int) -> int:
        async with running(self.ground) as run:
            self.witness.nothing_is_forgotten(run)  # before anything was asked: at once, not within five seconds
            run.database.fate = lambda: chance(self.random, DEATHS)
            try:
                while steps > 0:
                    steps -= 1
                    await self._step(run)
                    await self._wait(run)
            except KilledError:
                self.ground.clock.turn(self.random.choice((1, 60, 7200)))
            finally:
                run.database.fate = lambda: ""
            assert not run.crashes
        return steps

    async def _wait(self, run: Run) -> None:
        for _ in range(self.random.randint(1, 5)):
            self.ground.clock.turn(self.random.choice((1.0, 7.0, 31.0)))
            await run.service.watch.round()
            self.witness.look(run)

    async def _step(self, run: Run) -> None:
        live = [one for one in run.service.endpoints() if one.phase is Phase.LIVE]
        acts: list[Callable[[], Awaitable[object]]] = [lambda: self._create(run)]
        if live:
            one = self.random.choice(live)
            acts += [
                lambda: run.service.scale(one.endpoint_id, self.random.randint(0, 3)),
                lambda: run.service.delete(one.endpoint_id),
                lambda: run.service.set_lease(one.endpoint_id, self._lease()),
                lambda: run.service.extend(one.endpoint_id),
            ]
        for unsure in run.service.unsure():
            acts.append(lambda unsure=unsure: self._find(run, unsure))  # type: ignore[misc]
        with contextlib.suppress(StudioError):
            await self.random.choice(acts)()
        self.witness.look(run)

    async def _create(self, run: Run) -> None:
        self.made += 1
        mark = self.random.choice(("", "", " [no zero]", " [text]", " [fail]", " [eager]", " [silent] [eager]"))
        await run.service.create(wish(f"e{self.made}{mark}", self.random.randint(1, 2), self._lease()))

    async def _find(self, run: Run, unsure: Endpoint) -> None:
        """The person looks in the console."""
        there = [one for one in self.ground.book.all() if one.name == unsure.name]
        if there:
            await run.service.add_by_id(unsure.provider_id, there[0].id, unsure_id=unsure.endpoint_id)
        else:
            await run.service.take_off(unsure.endpoint_id)

    def _lease(self) -> Lease:
        kind = self.random.choice((LeaseKind.TIME, LeaseKind.TIME, LeaseKind.NEVER))
        action = self.random.choice((AtTheEnd.STOP, AtTheEnd.DELETE))
        return Lease(kind, action, duration_s=self.random.choice((60.0, 300.0)))

    async def _end_well(self) -> None:
        """The network is back: everything that was asked for is proved, and nothing costs money unseen."""
        self.ground.wire.fate = lambda _method: ""
        async with running(self.ground) as run:
            self.witness.nothing_is_forgotten(run)
            for unsure in run.service.unsure():
                await self._find(run, unsure)
            for one in run.service.endpoints():
                await run.service.delete(one.endpoint_id)
            for _ in range(400):
                await run.pass_time(5)
                self.witness.look(run)
                if all(one.phase is Phase.GONE for one in run.service.endpoints()):
                    break
            assert not run.service.billed()
            now = self.ground.clock.moment.timestamp()
            assert all(rental.is_gone(now) for rental in self.ground.book.all())


@pytest.mark.parametrize("part", range(4))
def test_nothing_is_billed_after_the_page_says_stopped_and_no_create_is_forgotten(tmp_path: Path, part: int) -> None:
    for seed in range(part * PROGRAMS // 4, (part + 1) * PROGRAMS // 4):
        profile = tmp_path / str(seed)
        profile.mkdir()
        asyncio.run(Program(seed, profile).play())


@pytest.mark.long
def test_the_same_for_many_more_programs(tmp_path: Path) -> None:
    for seed in range(PROGRAMS, PROGRAMS + LONG_PROGRAMS):
        profile = tmp_path / str(seed)
        profile.mkdir()
        asyncio.run(Program(seed, profile).play())


@pytest.mark.parametrize("seed", range(3))
def test_a_month_is_estimated_within_one_percent_of_the_bill(tmp_path: Path, seed: int) -> None:
    """Thirty days: some endpoints, scaled up and down, stopped and deleted, with Slowlight closed every night."""
    random, ground = Random(seed), Ground(tmp_path)

    async def day(number: int) -> None:
        async with running(ground) as run:
            if number % 3 == 0:
                await run.service.create(wish(f"day-{number}", random.randint(1, 2), NEVER))
            for _hour in range(random.randint(2, 10)):
                await run.pass_time(3600, step_s=60)
                live = [one for one in run.service.endpoints() if one.phase is Phase.LIVE]
                if live and random.random() < 0.3:
                    one = random.choice(live)
                    ground.wire.fate = lambda method: chance(random, {"lost": 0.3}) if method != "GET" else ""
                    await run.service.scale(one.endpoint_id, random.randint(0, 3))
                    if random.random() < 0.3:
                        await run.service.delete(one.endpoint_id)
                    ground.wire.fate = lambda _method: ""
        ground.clock.turn(random.randint(8, 14) * 3600)

    async def month() -> Decimal:
        for number in range(30):
            await day(number)
        async with running(ground) as run:
            await run.pass_time(120)
            return run.estimated

    estimated = asyncio.run(month())
    assert ground.billed > 20
    assert abs(estimated - ground.billed) <= ground.billed / 100, (estimated, ground.billed)
