"""Rented endpoints for the pages: wishes in, facts out as signals, and a watch over what costs money."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.domain.endpoint import Endpoint, EndpointPlan, EndpointWish, Flavor, Goal, Phase, Reading
from app.domain.endpoint_errors import NoPriceError
from app.domain.endpoint_form import TEMPLATES, EndpointTemplate, template_of
from app.domain.endpoint_lease import Lease, LeaseKind
from app.domain.errors import StudioError
from app.domain.problem import Problem
from app.services.clock import Clock
from app.services.endpoint_book import EndpointBook
from app.services.endpoint_check import CheckResult, check_address
from app.services.endpoint_doors import EndpointAccount, EndpointDoors
from app.services.endpoint_engine import EndpointEngine, EndpointTools
from app.services.endpoint_lists import EndpointLists
from app.services.endpoint_sums import EndpointSums
from app.services.endpoint_watch import EndpointWatch
from app.services.provider_service import ProviderService
from app.store.endpoint_store import EndpointStore

log = logging.getLogger(__name__)

NAP_S = 1.0
CREATES_UNTIL_S = 15.0
"""A create on its way gets so long for its answer when Slowlight is closed."""
UNSURE_PAUSE = timedelta(seconds=60)

StartTask = Callable[[str, Coroutine[Any, Any, None]], object]


@dataclass(frozen=True)
class FlavorOffer:
    """What one service has to rent. `is_loading` while it is asked; `problem` when it could not be asked."""

    flavors: tuple[Flavor, ...] = ()
    is_loading: bool = False
    problem: Problem | None = None


class EndpointService(QObject):
    """`changed` carries an Endpoint, new or not; `removed` its id. `warned`: 80 % of its time or money are over.

    Everything that is `async` raises StudioError with sentences for the person.
    """

    changed = Signal(object)
    removed = Signal(str)
    flavors_changed = Signal(str)
    templates_changed = Signal()
    accounts_changed = Signal()
    strangers_changed = Signal(str)
    warned = Signal(object)
    ended = Signal(object)
    trouble = Signal(object)
    loaded = Signal()

    def __init__(
        self,
        *,
        store: EndpointStore,
        doors: EndpointDoors,
        providers: ProviderService,
        start_task: StartTask,
        clock: Clock | None = None,
    ) -> None:
        super().__init__()
        self._store = store
        self._doors = doors
        self._providers = providers
        self._start_task = start_task
        self._clock = clock or Clock()
        self._book = EndpointBook(store, self.changed.emit, self.removed.emit, self._say)
        self._engine = EndpointEngine(EndpointTools(self._book, doors, self._clock))
        self.sums = EndpointSums(self._book, self._clock, lambda provider_id: doors.info(provider_id).is_demo)
        self._lists = EndpointLists(self._book, doors, self._engine)
        self.watch = EndpointWatch(self._book, self._engine, self._clock, lambda: self._is_seen, self.warned.emit)
        self._offers: dict[str, FlavorOffer] = {}
        self._templates: dict[str, EndpointPlan] = {}
        self._is_seen = False
        self._is_loaded = False
        self._busy: set[str] = set()
        self._tried_lists: set[str] = set()
        self._creating = 0
        self._lists_due = self._clock.now()
        self._wake = asyncio.Event()
        providers.changed.connect(self._provider_changed)

    # --- beginning and end

    async def start(self, *, watch: bool = True) -> None:
        """Reads the registry, tells of every endpoint, then watches. Raises StorageError."""
        await self._book.load()
        self._templates = await self._store.templates()
        self._is_loaded = True
        for endpoint in self._book.all():
            self.changed.emit(endpoint)
        self.loaded.emit()
        if watch:
            self._start_task("watch endpoints", self._run())

    async def close(self) -> None:
        """Gives a create on its way some seconds for its answer. Call before the tasks are ended."""
        end = asyncio.get_running_loop().time() + CREATES_UNTIL_S
        while self._creating and asyncio.get_running_loop().time() < end:  # noqa: ASYNC110 - a rare and short wait
            await asyncio.sleep(0.05)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._round()
            except Exception:
                log.exception("a round of the watch over endpoints failed")  # it must not end the watch
            try:
                async with asyncio.timeout(NAP_S if self._book.all() else None):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _round(self) -> None:
        """Starts what is due, each by itself: one server that does not answer holds up nobody else's end."""
        await self._book.write_what_is_left()
        for endpoint_id in self.watch.due():
            if endpoint_id not in self._busy:
                self._busy.add(endpoint_id)
                self._start_task(f"endpoint {endpoint_id[:8]}", self._step(endpoint_id))
        now = self._clock.now()
        if now >= self._lists_due:
            self._lists_due = now + UNSURE_PAUSE
            for provider_id in {one.provider_id for one in self._book.unsure()}:
                self._start_task("look in the list", self._look_in_list(provider_id))

    async def _step(self, endpoint_id: str) -> None:
        before = self._book.get(endpoint_id)
        try:
            await self.watch.step(endpoint_id)
        except StudioError as error:
            self._say(error)
        finally:
            self._busy.discard(endpoint_id)
        after = self._book.get(endpoint_id)
        was_asked = before is not None and before.goal in (Goal.STOP, Goal.DELETE)
        if after is not None and not was_asked and after.goal in (Goal.STOP, Goal.DELETE):
            self.ended.emit(after)

    async def _look_in_list(self, provider_id: str) -> None:
        if await self._lists.look(provider_id):
            self.strangers_changed.emit(provider_id)

    def _say(self, error: StudioError) -> None:
        self.trouble.emit(error.problem())

    def _provider_changed(self, provider_id: str) -> None:
        if self._doors.concerns(provider_id):
            self._offers.clear()
            self._tried_lists.clear()
            self.watch.look_soon()
            self.accounts_changed.emit()
            self._wake.set()

    # --- what there is

    @property
    def is_loaded(self) -> bool:
        """Whether the registry has been read."""
        return self._is_loaded

    def accounts(self) -> list[EndpointAccount]:
        """Where endpoints can be rented, usable ones first."""
        return self._doors.accounts()

    def account(self, provider_id: str) -> EndpointAccount:
        """One of them; an unknown one cannot be used."""
        known = {account.provider_id: account for account in self.accounts()}
        return known.get(provider_id) or EndpointAccount(provider_id, provider_id, is_usable=False)

    def endpoints(self) -> list[Endpoint]:
        """Those on the page, oldest first."""
        return self._book.all()

    def endpoint(self, endpoint_id: str) -> Endpoint | None:
        """One, or None."""
        return self._book.get(endpoint_id)

    def unsure(self) -> list[Endpoint]:
        """Those that may be running without anybody knowing."""
        return self._book.unsure()

    def billed(self) -> list[Endpoint]:
        """Those that cost money now, or may."""
        return [one for one in self._book.all() if one.is_billed]

    def strangers(self, provider_id: str) -> tuple[Reading, ...]:
        """What a service's list shows and nobody here knows; empty where it has no list."""
        return self._lists.strangers.get(provider_id, ())

    def now(self) -> datetime:
        """The time that everything here is counted by."""
        return self._clock.now()

    # --- money

    def spent(self, endpoint_id: str) -> Decimal:
        """What one has cost so far, estimated, in its currency."""
        return self._book.spent(endpoint_id, self._clock.now())

    def lease_progress(self, endpoint: Endpoint) -> float:
        """How much of its time or money is over, from 0 to 1."""
        return min(1.0, endpoint.lease.progress(self._clock.now(), self.spent(endpoint.endpoint_id)))

    def name_of(self, endpoint_id: str) -> str:
        """The name, also of one that is off the page."""
        return self._book.name_of(endpoint_id)[0]

    # --- flavors and templates

    def flavors(self, provider_id: str) -> FlavorOffer:
        """What was read last; asks when nothing was read yet. `flavors_changed` tells of the answer."""
        if provider_id not in self._offers:
            self.refresh_flavors(provider_id)
        return self._offers[provider_id]

    def refresh_flavors(self, provider_id: str) -> None:
        """Asks for the price list again."""
        known = self._offers.get(provider_id, FlavorOffer())
        if not known.is_loading:
            self._offers[provider_id] = FlavorOffer(known.flavors, is_loading=True)
            self._start_task("read flavors", self._read_flavors(provider_id))
            self.flavors_changed.emit(provider_id)

    async def _read_flavors(self, provider_id: str) -> None:
        try:
            door = await self._doors.open(provider_id)
            offer = FlavorOffer(await door.api.flavors())
        except StudioError as error:
            problem = error.problem(provider=self._doors.info(provider_id).title)
            offer = FlavorOffer(self._offers.get(provider_id, FlavorOffer()).flavors, problem=problem)
        self._offers[provider_id] = offer
        self.flavors_changed.emit(provider_id)

    def templates(self) -> list[EndpointTemplate]:
        """The built-in ones, then own ones by name."""
        return [*TEMPLATES, *(template_of(name, plan) for name, plan in self._templates.items())]

    async def save_template(self, name: str, plan: EndpointPlan) -> None:
        """Keeps a plan under a name, over one of the same name."""
        kept = template_of(name, plan).plan
        await self._store.save_template(name, kept)
        self._templates[name] = kept
        self.templates_changed.emit()

    async def remove_template(self, name: str) -> None:
        """Forgets an own template."""
        await self._store.remove_template(name)
        self._templates.pop(name, None)
        self.templates_changed.emit()

    # --- wishes

    async def create(self, wish: EndpointWish) -> Endpoint:
        """Rents it. Comes back *unsure* when the answer was lost; raises where provably nothing was started."""
        self._creating += 1
        try:
            return await self._engine.create(wish)
        except StudioError as error:
            error.values.setdefault("name", wish.name)
            raise
        finally:
            self._creating -= 1
            self._wake.set()

    async def add_by_id(
        self, provider_id: str, service_id: str, lease: Lease | None = None, unsure_id: str = ""
    ) -> Endpoint:
        """Takes one by its id, from elsewhere or for an unsure one. Raises when the server does not show it."""
        found = await self._engine.add(provider_id, service_id, lease or Lease(), unsure_id)
        self._wake.set()
        return found

    async def scale(self, endpoint_id: str, instances: int) -> None:
        """Another number of instances; reads tell when it is so. One that is started again after its end gets a new one."""
        endpoint, now = self._book.get(endpoint_id), self._clock.now()
        spent = self.spent(endpoint_id)
        if endpoint is not None and instances and endpoint.lease.is_over(now, spent):
            await self._book.write(replace(endpoint, lease=endpoint.lease.renewed(now, spent)))
        await self._engine.scale(endpoint_id, instances)
        self._look_soon(endpoint_id)

    async def delete(self, endpoint_id: str) -> None:
        """Asks for its end, and again until a read proves it."""
        await self._engine.delete(endpoint_id)
        self._look_soon(endpoint_id)

    async def set_lease(self, endpoint_id: str, lease: Lease) -> None:
        """Another end, counted from now; an amount is the whole spend at which it ends."""
        endpoint = self._book.get(endpoint_id)
        if endpoint is None:
            return
        if lease.kind is LeaseKind.AMOUNT and endpoint.hourly is None:
            raise NoPriceError(name=endpoint.name)
        begun = replace(lease.begun(self._clock.now()), base=self.spent(endpoint_id))
        await self._book.write(replace(endpoint, lease=begun))
        self._wake.set()

    async def extend(self, endpoint_id: str) -> None:
        """One hour more."""
        endpoint = self._book.get(endpoint_id)
        if endpoint is not None:
            await self._book.write(replace(endpoint, lease=endpoint.lease.extended(self._clock.now(), endpoint.rate)))

    async def take_off(self, endpoint_id: str) -> None:
        """Off the page: one that is gone, or one that somebody has made sure of elsewhere. Its cost so far stays."""
        endpoint, now = self._book.get(endpoint_id), self._clock.now()
        if endpoint is None:
            return
        if endpoint.phase is Phase.LIVE:
            await self._book.write(replace(endpoint, phase=Phase.GONE, gone_at=now), now)
        await self._book.hide(endpoint_id, now)

    def refresh(self) -> None:
        """Looks at all of them now, and at the lists where there are some."""
        self.watch.look_soon()
        self._lists_due = self._clock.now()
        for provider_id in {one.provider_id for one in self._book.all()}:
            self._start_task("look in the list", self._look_in_list(provider_id))
        self._wake.set()

    def set_seen(self, seen: bool) -> None:
        """Whether the page is looked at: then it is asked more often."""
        if seen and not self._is_seen:
            self.watch.look_soon()
            self._try_lists()
        self._is_seen = seen
        self._wake.set()

    def _try_lists(self) -> None:
        """Once in each run: is there a list after all, and does it name something that nobody here knows?"""
        for account in self.accounts():
            if account.is_usable and not account.is_demo and account.provider_id not in self._tried_lists:
                self._tried_lists.add(account.provider_id)
                self._start_task("look in the list", self._look_in_list(account.provider_id))

    async def check(self, endpoint_id: str) -> CheckResult:
        """Calls its own address once, without a key."""
        endpoint = self._book.get(endpoint_id)
        return await check_address(endpoint.address if endpoint else "")

    async def use_as_base_url(self, endpoint_id: str, provider_id: str) -> None:
        """Points a provider to this endpoint's address. Raises InsecureAddressError."""
        endpoint = self._book.get(endpoint_id)
        if endpoint is not None:
            await self._providers.set_base_url(provider_id, endpoint.address)

    def _look_soon(self, endpoint_id: str) -> None:
        self.watch.look_soon(endpoint_id)
        self._wake.set()


def free_names(endpoints: Sequence[Endpoint]) -> set[str]:
    """Names that are in use: without a list, the name is all that tells two apart."""
    return {one.name for one in endpoints if one.phase is not Phase.GONE}
