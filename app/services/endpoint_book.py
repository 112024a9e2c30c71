"""What is known of every endpoint, in memory and on disk. A wish is on disk before it is sent; news is in memory even if the
disk refuses it, and is written as soon as it can be."""

import logging
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from app.domain.endpoint import Endpoint, Phase
from app.domain.endpoint_spend import Stretch, spent
from app.domain.errors import StudioError
from app.domain.local_errors import StorageError
from app.store.endpoint_store import EndpointStore

log = logging.getLogger(__name__)


class EndpointBook:
    """`on_change` is told of every new value, `on_remove` of ids that are gone from the page."""

    def __init__(
        self,
        store: EndpointStore,
        on_change: Callable[[Endpoint], None],
        on_remove: Callable[[str], None],
        on_trouble: Callable[[StudioError], None],
    ) -> None:
        self._store = store
        self._on_change = on_change
        self._on_remove = on_remove
        self._on_trouble = on_trouble
        self._endpoints: dict[str, Endpoint] = {}
        self._stretches: dict[str, list[Stretch]] = {}
        self._names: dict[str, tuple[str, str]] = {}
        self._unwritten: dict[str, datetime | None] = {}

    async def load(self) -> None:
        """Reads everything. Raises StorageError."""
        self._names = await self._store.names()
        for stretch in await self._store.stretches():
            self._stretches.setdefault(stretch.endpoint_id, []).append(stretch)
        for endpoint in await self._store.load():
            self._endpoints[endpoint.endpoint_id] = endpoint

    def all(self) -> list[Endpoint]:
        """Oldest first."""
        return list(self._endpoints.values())

    def get(self, endpoint_id: str) -> Endpoint | None:
        """One, or None."""
        return self._endpoints.get(endpoint_id)

    def by_service(self, provider_id: str, service_id: str) -> Endpoint | None:
        """The one with this id of the server, or None."""
        found = (
            one for one in self.all() if one.provider_id == provider_id and one.service_id == service_id and service_id
        )
        return next(found, None)

    def name_of(self, endpoint_id: str) -> tuple[str, str]:
        """Name and provider, also of one that is off the page."""
        known = self._endpoints.get(endpoint_id)
        return (known.name, known.provider_id) if known else self._names.get(endpoint_id, ("", ""))

    def stretches(self) -> list[Stretch]:
        """Every stretch of cost of every endpoint that ever was."""
        return [stretch for known in self._stretches.values() for stretch in known]

    def stretches_of(self, endpoint_id: str) -> list[Stretch]:
        """Those of one."""
        return list(self._stretches.get(endpoint_id, ()))

    def spent(self, endpoint_id: str, now: datetime, since: datetime | None = None) -> Decimal:
        """What one has cost so far, estimated."""
        return spent(self._stretches.get(endpoint_id, ()), now, since)

    async def write(self, endpoint: Endpoint, rate_from: datetime | None = None) -> None:
        """Disk first, then memory: for wishes. Raises StorageError, and then nothing may be sent."""
        self._stretches[endpoint.endpoint_id] = await self._store.save(endpoint, rate_from=rate_from)
        self._unwritten.pop(endpoint.endpoint_id, None)
        self._keep(endpoint)

    async def news(self, endpoint: Endpoint, rate_from: datetime | None = None) -> None:
        """Memory first, then disk: for what has happened already. A disk that refuses is tried again."""
        self._keep(endpoint)
        earlier = self._unwritten.get(endpoint.endpoint_id)
        rate_from = rate_from if earlier is None or rate_from is None else min(earlier, rate_from)
        try:
            self._stretches[endpoint.endpoint_id] = await self._store.save(endpoint, rate_from=rate_from)
        except StorageError as error:
            if endpoint.endpoint_id not in self._unwritten:
                self._on_trouble(error)
            self._unwritten[endpoint.endpoint_id] = rate_from or earlier
            log.warning("an endpoint could not be written: %s", error)
        else:
            self._unwritten.pop(endpoint.endpoint_id, None)

    async def write_what_is_left(self) -> None:
        """Tries again what the disk has refused."""
        for endpoint_id, rate_from in list(self._unwritten.items()):
            known = self._endpoints.get(endpoint_id)
            if known is None:
                self._unwritten.pop(endpoint_id, None)
            else:
                await self.news(known, rate_from)

    async def remove(self, endpoint_id: str) -> None:
        """Forgets one that provably never was."""
        self._endpoints.pop(endpoint_id, None)
        self._stretches.pop(endpoint_id, None)
        self._unwritten.pop(endpoint_id, None)
        self._on_remove(endpoint_id)
        try:
            await self._store.remove(endpoint_id)
        except StorageError as error:  # at the next start it is shown as unsure, which is the safe side
            self._on_trouble(error)

    async def hide(self, endpoint_id: str, at: datetime) -> None:
        """Takes one off the page; its cost stays in the sums. Raises StorageError."""
        await self._store.hide(endpoint_id, at)
        known = self._endpoints.pop(endpoint_id, None)
        if known is not None:
            self._names[endpoint_id] = (known.name, known.provider_id)
        self._on_remove(endpoint_id)

    def _keep(self, endpoint: Endpoint) -> None:
        is_new = self._endpoints.get(endpoint.endpoint_id) != endpoint
        self._endpoints[endpoint.endpoint_id] = endpoint
        if is_new:
            self._on_change(endpoint)

    def unsure(self) -> list[Endpoint]:
        """Those whose creation nobody knows the outcome of."""
        return [one for one in self.all() if one.phase is Phase.UNSURE]
