"""A provider out of reach is asked rarely until it is there again: one probe instead of every job trying by itself.

Three failures in a row open the circuit (reliability.md 3.3). Then a request goes out every 15 to 60 seconds, and every
few seconds a bare connection is tried, which costs the service nothing: when that succeeds, the probe comes at once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

from PySide6.QtCore import QObject, Signal

from app.services.connection_service import ConnectionService
from app.services.tasks import Tasks

FAILURES_UNTIL_AWAY = 3
PROBE_S = (15.0, 60.0)
KNOCK_EVERY_S = 4.0
"""So that asking goes on within five seconds after the network is back."""


class Outages(QObject):
    """`worth_a_try` carries the id of a provider that may be back.

    `title` names a provider for the banner; `knock(provider_id)` answers whether it takes connections; `pause_s` is how
    long to wait really.
    """

    worth_a_try = Signal(str)

    def __init__(
        self,
        connection: ConnectionService,
        tasks: Tasks,
        *,
        title: Callable[[str], str],
        knock: Callable[[str], Awaitable[bool]],
        random: Random,
        pause_s: Callable[[float], float],
    ) -> None:
        super().__init__()
        self._connection = connection
        self._tasks = tasks
        self._title = title
        self._knock = knock
        self._random = random
        self._pause_s = pause_s
        self._failures: dict[str, int] = {}
        self._false_alarms: dict[str, int] = {}
        self._waiting: dict[str, asyncio.Task[None]] = {}

    def is_away(self, provider_id: str) -> bool:
        """Whether only a probe may be sent to it."""
        return self._failures.get(provider_id, 0) >= FAILURES_UNTIL_AWAY

    def failed(self, provider_id: str) -> None:
        """A call could not connect, or lost its connection."""
        self._failures[provider_id] = self._failures.get(provider_id, 0) + 1
        self._connection.failed(self._title(provider_id))
        if self.is_away(provider_id) and provider_id not in self._waiting:
            waiting = self._tasks.start(f"wait for {provider_id}", self._wait_for(provider_id))
            self._waiting[provider_id] = waiting

    def succeeded(self, provider_id: str) -> None:
        """An answer came, whatever it said."""
        was_away = self.is_away(provider_id)
        self._forget(provider_id)
        self._connection.succeeded(self._title(provider_id))
        if was_away:
            self.worth_a_try.emit(provider_id)

    def nobody_asks(self, provider_id: str) -> None:
        """Nothing waits for this provider any more."""
        self._forget(provider_id)
        self._connection.nobody_asks(self._title(provider_id))

    def pause_s(self, provider_id: str, backoff_s: float) -> float:
        """How long a watch rests after a failure: a moment at first, then until the next probe."""
        if self.is_away(provider_id):
            return self.probe_pause_s()
        return min(backoff_s, self._pause_s(KNOCK_EVERY_S))

    def probe_pause_s(self) -> float:
        """Seconds until a provider that is away is asked again."""
        low, high = PROBE_S
        return self._pause_s(self._random.uniform(low, high))

    def _forget(self, provider_id: str) -> None:
        self._failures.pop(provider_id, None)
        self._false_alarms.pop(provider_id, None)
        waiting = self._waiting.pop(provider_id, None)
        if waiting is not None:
            waiting.cancel()

    async def _wait_for(self, provider_id: str) -> None:
        """Knocks until somebody opens; one that opens and then does not answer is knocked at less and less often."""
        while True:
            alarms = self._false_alarms.get(provider_id, 0)
            pause_s = min(KNOCK_EVERY_S * 2.0**alarms, PROBE_S[1])
            await asyncio.sleep(self._pause_s(pause_s))
            if await self._knock(provider_id):
                self._false_alarms[provider_id] = alarms + 1
                self.worth_a_try.emit(provider_id)
