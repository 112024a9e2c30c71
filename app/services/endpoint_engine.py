"""Wishes for endpoints and what becomes of them: written before they are sent, asked again until a read proves them.

A create is sent once. Scaling and deleting name an end state, so they are repeated when an answer was lost (reliability.md
3.2). Nothing counts as stopped or gone because somebody asked for it, only because a read has shown it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from app.domain import endpoint_life as life
from app.domain.endpoint import Endpoint, EndpointWish, Goal, Phase, Reading
from app.domain.endpoint_errors import (
    EndpointElsewhereError,
    EndpointGoneError,
    EndpointRefusedError,
    EndpointUnknownError,
)
from app.domain.endpoint_lease import Lease, LeaseKind
from app.domain.errors import Moment, StudioError
from app.domain.local_errors import StorageError
from app.domain.problem import Problem
from app.services.clock import Clock
from app.services.endpoint_book import EndpointBook
from app.services.endpoint_doors import Door, EndpointDoors

log = logging.getLogger(__name__)

RESEND = timedelta(seconds=30)
"""A wish that reads do not show after this time is sent again."""
STOP_PATIENCE = timedelta(minutes=10)
"""An auto-stop that has not been proved by then becomes a deletion."""
YOUNG = timedelta(seconds=60)
"""A server may not know at once what it has just made (apis.md case 15)."""
GONE_ANSWERS = 2
"""So many 404 in a row end one that nobody here has deleted."""


@dataclass
class EndpointTools:
    """What the engine works with."""

    book: EndpointBook
    doors: EndpointDoors
    clock: Clock = field(default_factory=Clock)
    new_id: Callable[[], str] = lambda: uuid4().hex


class EndpointEngine:
    """One wish at a time per endpoint is the caller's business; reads may come in between."""

    def __init__(self, tools: EndpointTools) -> None:
        self._book = tools.book
        self._doors = tools.doors
        self._clock = tools.clock
        self._new_id = tools.new_id
        self._not_found: dict[str, int] = {}

    # --- beginning

    async def create(self, wish: EndpointWish) -> Endpoint:
        """The intent is on disk before the POST, the id right after it. An unknown outcome comes back as *unsure*.

        Raises StudioError where provably nothing was started, and StorageError when the intent could not be written.
        """
        door = await self._doors.open(wish.provider_id)
        now = self._clock.now()
        intent = Endpoint(
            endpoint_id=self._new_id(),
            provider_id=wish.provider_id,
            name=wish.name,
            description=wish.description,
            plan=wish.plan,
            created_at=now,
            wanted=wish.instances,
            hourly=wish.hourly,
            lease=wish.lease.begun(now),
            origin=door.origin,
            account=door.account,
        )
        await self._book.write(intent)
        try:
            reading = await door.api.create(wish)
        except StudioError as error:
            if error.not_started:
                await self._book.remove(intent.endpoint_id)
                raise
            return await self._unsure(intent, error)
        except Exception:
            await self._unsure(intent, StudioError())
            raise
        made = life.accepted(intent, reading)
        await self._book.news(made, made.created_at)
        return made

    async def _unsure(self, intent: Endpoint, error: StudioError) -> Endpoint:
        log.warning("the outcome of creating an endpoint is not known: %s", error.code)
        unknown = EndpointUnknownError(error.server_text, http_status=error.http_status)
        found = replace(intent, phase=Phase.UNSURE, problem=self.problem(unknown, intent))
        await self._book.news(found)
        return found

    async def add(self, provider_id: str, service_id: str, lease: Lease, unsure_id: str = "") -> Endpoint:
        """Takes one by its id: the unsure one that it turned out to be, or one from elsewhere, counted from now.

        Raises StudioError when it cannot be read; nothing is kept then.
        """
        service_id = service_id.strip()
        known = self._book.by_service(provider_id, service_id)
        if known is not None:
            return known
        door = await self._doors.open(provider_id)
        reading = await door.api.read(service_id)
        if reading.is_deleted:
            raise EndpointGoneError
        unsure = self._book.get(unsure_id) or self._same_name(provider_id, reading)
        if unsure is not None:
            unsure = replace(unsure, lease=lease.begun(self._clock.now()))
        return await self.adopt(door, reading, lease, unsure)

    async def adopt(self, door: Door, reading: Reading, lease: Lease, unsure: Endpoint | None) -> Endpoint:
        """Keeps what a read has shown under the name of the unsure one, or as a new one."""
        now = self._clock.now()
        if unsure is None or unsure.phase is not Phase.UNSURE:
            unsure = Endpoint(
                endpoint_id=self._new_id(),
                provider_id=door.api.info.provider_id,
                name=reading.name or reading.service_id,
                description=reading.description,
                plan=reading.plan,
                created_at=now,
                wanted=1 if reading.target is None else reading.target,
                hourly=await self._price(door, reading),
                lease=lease.begun(now),
            )
        found = life.accepted(replace(unsure, origin=door.origin, account=door.account), reading)
        found, _ = life.read(found, reading, now)
        await self._book.news(found, found.created_at)
        return found

    async def _price(self, door: Door, reading: Reading) -> Decimal | None:
        try:
            flavors = await door.api.flavors()
        except StudioError:
            return None
        plan = reading.plan
        mine = next((flavor for flavor in flavors if flavor.flavor_id == plan.flavor_id), None)
        return mine.hourly(plan.currency, plan.gpus) if mine else None

    def _same_name(self, provider_id: str, reading: Reading) -> Endpoint | None:
        found = [
            one for one in self._book.unsure() if one.provider_id == provider_id and one.name == reading.name.strip()
        ]
        return found[0] if len(found) == 1 else None

    # --- changing

    async def scale(self, endpoint_id: str, instances: int, goal: Goal = Goal.SCALE) -> None:
        """Another number of instances. Raises StudioError where the server refused or was never reached: all is as it was.

        A lost answer is no error: the wish stays and is judged by later reads. `Goal.STOP` stays whatever happens.
        """
        before = self._book.get(endpoint_id)
        if before is None or before.phase is not Phase.LIVE:
            return
        door = await self._door(before)
        now = self._clock.now()
        wish = life.asked(before, goal, now, instances)
        await self._book.write(wish, now)
        try:
            await door.api.scale(before.service_id, instances)
        except EndpointGoneError:
            await self.look(endpoint_id)
        except StudioError as error:
            await self._not_scaled(wish, before, error)

    async def _not_scaled(self, wish: Endpoint, before: Endpoint, error: StudioError) -> None:
        """Refused: as it was. Never sent: the same, except for a stop and what was asked for before, which stay wishes.

        An answer that was lost changes nothing: reads will tell.
        """
        current = self._book.get(wish.endpoint_id)
        if current is None or current.asked_at != wish.asked_at:
            return  # something else was asked for meanwhile
        problem, now = self.problem(error, wish), self._clock.now()
        was_asked_before = before.goal is wish.goal and before.wanted == wish.wanted
        if isinstance(error, EndpointRefusedError):
            settled = replace(before, goal=Goal.NONE, wanted=before.confirmed) if was_asked_before else before
            await self._book.news(life.taken_back(current, settled, problem), now)
            raise error
        if wish.goal is Goal.STOP or was_asked_before:
            await self._book.news(replace(current, problem=problem))
        elif error.not_started:
            await self._book.news(life.taken_back(current, before, problem), now)
            raise error

    async def delete(self, endpoint_id: str) -> None:
        """Asks for its end, and again until a read proves it. Raises nothing but StorageError: the wish stays."""
        before = self._book.get(endpoint_id)
        if before is None or before.phase is not Phase.LIVE:
            return
        now = self._clock.now()
        await self._book.write(life.asked(before, Goal.DELETE, now), now)
        try:
            door = await self._door(before)
            await door.api.delete(before.service_id)
        except StudioError as error:
            current = self._book.get(endpoint_id)
            if current is not None:
                await self._book.news(replace(current, problem=self.problem(error, before)))
            return
        await self.look(endpoint_id)

    async def end(self, endpoint_id: str) -> None:
        """What was set for the end: instances to 0 where the server takes it, else delete. Raises StorageError."""
        endpoint = self._book.get(endpoint_id)
        if endpoint is None or endpoint.phase is not Phase.LIVE:
            return
        if endpoint.lease.action == "delete" or endpoint.goal is Goal.DELETE:
            await self.delete(endpoint_id)
            return
        try:
            await self.scale(endpoint_id, 0, Goal.STOP)
        except EndpointRefusedError:
            await self.delete(endpoint_id)

    async def ask_again(self, endpoint: Endpoint) -> None:
        """Sends a wish once more that reads do not show. Whatever comes of it is written down; raises StorageError."""
        now = self._clock.now()
        is_auto = endpoint.lease.kind is not LeaseKind.NEVER
        has_waited = endpoint.goal_since is not None and now - endpoint.goal_since > STOP_PATIENCE
        try:
            if endpoint.goal is Goal.DELETE or (endpoint.goal is Goal.STOP and is_auto and has_waited):
                await self.delete(endpoint.endpoint_id)
            elif endpoint.goal is Goal.STOP:
                await self.end(endpoint.endpoint_id)
            else:
                await self.scale(endpoint.endpoint_id, endpoint.wanted, endpoint.goal)
        except StorageError:
            raise
        except StudioError as error:
            log.warning("asking again failed: %s", error.code)

    # --- looking

    async def look(self, endpoint_id: str) -> StudioError | None:
        """One read, and what follows from it. Answers with the error when there was no answer; raises nothing."""
        before = self._book.get(endpoint_id)
        if before is None or before.phase is not Phase.LIVE:
            return None
        try:
            door = await self._door(before)
            reading = await door.api.read(before.service_id)
        except EndpointGoneError as error:
            await self._not_there(before, error)
            return None
        except StudioError as error:
            await self._show(before, error)
            return error
        current = self._book.get(endpoint_id)
        if current is None or (current.asked_at != before.asked_at and not reading.is_deleted):
            return None  # something was asked for meanwhile: this answer is about the time before
        self._not_found.pop(endpoint_id, None)
        now = self._clock.now()
        seen, rate_from = life.read(replace(current, account=door.account), reading, now)
        await self._book.news(seen, rate_from)
        return None

    async def _not_there(self, before: Endpoint, error: EndpointGoneError) -> None:
        """A 404 proves the end where it was asked for; else it must be said twice, by the same account, and not too soon."""
        current = self._book.get(before.endpoint_id)
        if current is None:
            return
        door = await self._doors.open(before.provider_id)
        if current.account and door.account != current.account:
            await self._show(current, EndpointElsewhereError(error.server_text, name=current.name))
            return
        now = self._clock.now()
        count = self._not_found[before.endpoint_id] = self._not_found.get(before.endpoint_id, 0) + 1
        if current.goal is not Goal.DELETE and (count < GONE_ANSWERS or now - current.created_at < YOUNG):
            return
        ended, rate_from = life.gone(current, now)
        self._not_found.pop(before.endpoint_id, None)
        await self._book.news(ended, rate_from)

    async def _show(self, before: Endpoint, error: StudioError) -> None:
        current = self._book.get(before.endpoint_id)
        if current is not None:
            await self._book.news(replace(current, problem=self.problem(error, current)))

    async def _door(self, endpoint: Endpoint) -> Door:
        """Raises EndpointElsewhereError where another address is set than the one it was started at."""
        door = await self._doors.open(endpoint.provider_id)
        if endpoint.origin and door.origin != endpoint.origin:
            raise EndpointElsewhereError(name=endpoint.name)
        return door

    def problem(self, error: StudioError, endpoint: Endpoint) -> Problem:
        """The error's sentences for this endpoint."""
        error.values.setdefault("name", endpoint.name)
        return error.problem(Moment.OTHER, provider=self._doors.info(endpoint.provider_id).title)

    def is_due_again(self, endpoint: Endpoint, now: datetime) -> bool:
        """Whether a wish has waited long enough to be sent once more."""
        waits = endpoint.phase is Phase.LIVE and endpoint.goal is not Goal.NONE
        return waits and (endpoint.asked_at is None or now - endpoint.asked_at > RESEND)
