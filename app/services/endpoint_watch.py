"""Which endpoint needs something now: its end, a wish to be repeated, a look. Overdue ends come before everything else."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.endpoint import Endpoint, Goal, Phase
from app.domain.errors import StudioError
from app.services.clock import Clock
from app.services.endpoint_book import EndpointBook
from app.services.endpoint_engine import EndpointEngine

log = logging.getLogger(__name__)

CHANGING_S = 4.0
SEEN_S = 15.0
RUNNING_S = 60.0
LONGEST_S = 300.0


class EndpointWatch:
    """`is_seen` says whether somebody looks at the page; `on_warning` is told once when 80 % of a lease are over."""

    def __init__(
        self,
        book: EndpointBook,
        engine: EndpointEngine,
        clock: Clock,
        is_seen: Callable[[], bool],
        on_warning: Callable[[Endpoint], None],
    ) -> None:
        self._book = book
        self._engine = engine
        self._clock = clock
        self._is_seen = is_seen
        self._on_warning = on_warning
        self._next: dict[str, datetime] = {}
        self._failures: dict[str, int] = {}
        self._try_end: dict[str, datetime] = {}

    def due(self) -> list[str]:
        """Ids of those that need something now, overdue ends first."""
        now = self._clock.now()
        live = [one for one in self._book.all() if one.phase is Phase.LIVE]
        over = [one.endpoint_id for one in live if self._should_end(one, now)]
        others = [one.endpoint_id for one in live if one.endpoint_id not in over and self._has_work(one, now)]
        return over + others

    async def step(self, endpoint_id: str) -> None:
        """What one endpoint needs now. Raises StorageError where a wish could not be written down."""
        endpoint = self._book.get(endpoint_id)
        if endpoint is None or endpoint.phase is not Phase.LIVE:
            return
        now = self._clock.now()
        if self._should_end(endpoint, now):
            self._try_end[endpoint_id] = now + timedelta(seconds=CHANGING_S)
            await self._engine.end(endpoint_id)
            self._next[endpoint_id] = now
        elif self._is_look_due(endpoint, now):
            await self._look(endpoint, now)
        current = self._book.get(endpoint_id)
        if current is not None and self._engine.is_due_again(current, self._clock.now()):
            await self._engine.ask_again(current)
        await self._warn(endpoint_id)

    async def round(self) -> None:
        """One step for each that needs one, in turn."""
        for endpoint_id in self.due():
            await self.step(endpoint_id)

    def look_soon(self, endpoint_id: str = "") -> None:
        """The next step looks, at one or at all."""
        for known in [endpoint_id] if endpoint_id else list(self._next):
            self._next.pop(known, None)

    def _should_end(self, endpoint: Endpoint, now: datetime) -> bool:
        if endpoint.goal in (Goal.STOP, Goal.DELETE) or not endpoint.is_billed:
            return False
        if self._try_end.get(endpoint.endpoint_id, now) > now:
            return False
        return endpoint.lease.is_over(now, self._book.spent(endpoint.endpoint_id, now))

    def _has_work(self, endpoint: Endpoint, now: datetime) -> bool:
        spent = self._book.spent(endpoint.endpoint_id, now)
        return self._is_look_due(endpoint, now) or (endpoint.is_billed and endpoint.lease.should_warn(now, spent))

    def _is_look_due(self, endpoint: Endpoint, now: datetime) -> bool:
        return now >= self._next.get(endpoint.endpoint_id, now) and self._pause_s(endpoint) is not None

    def _pause_s(self, endpoint: Endpoint) -> float | None:
        """None: nobody looks, and nothing changes or costs."""
        if endpoint.is_changing:
            return CHANGING_S
        if self._is_seen():
            return SEEN_S
        return RUNNING_S if endpoint.is_billed else None

    async def _look(self, endpoint: Endpoint, now: datetime) -> None:
        error = await self._engine.look(endpoint.endpoint_id)
        failures = self._failures[endpoint.endpoint_id] = (
            self._failures.get(endpoint.endpoint_id, 0) + 1 if error else 0
        )
        current = self._book.get(endpoint.endpoint_id) or endpoint
        pause_s = (self._pause_s(current) or RUNNING_S) * 2.0 ** min(failures, 6)
        self._next[endpoint.endpoint_id] = now + timedelta(seconds=min(LONGEST_S, max(pause_s, _asked_pause(error))))

    async def _warn(self, endpoint_id: str) -> None:
        endpoint, now = self._book.get(endpoint_id), self._clock.now()
        if endpoint is None or not endpoint.is_billed or endpoint.goal in (Goal.STOP, Goal.DELETE):
            return
        if endpoint.lease.should_warn(now, self._book.spent(endpoint_id, now)):
            warned = replace(endpoint, lease=replace(endpoint.lease, is_warned=True))
            await self._book.news(warned)
            self._on_warning(warned)


def _asked_pause(error: StudioError | None) -> float:
    return error.retry_after_s or 0.0 if error is not None else 0.0
