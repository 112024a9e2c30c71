"""The ways to the services that rent endpoints: their clients, made once per address, and which key they go with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.domain.keys import key_fingerprint
from app.domain.provider_info import ProviderInfo
from app.providers.endpoint_api import EndpointApi
from app.services.provider_service import ProviderService

ConnectEndpoints = Callable[[ProviderInfo, str, Callable[[], str | None]], EndpointApi]
"""Builds the client of one service for a base URL and a way to ask for the key."""


@dataclass(frozen=True)
class EndpointAccount:
    """One service that endpoints can be rented from. `is_usable`: there is a key, or none is needed."""

    provider_id: str
    title: str
    is_usable: bool
    is_demo: bool = False
    console: str = ""


@dataclass(frozen=True)
class Door:
    """An open way. `origin` is "" for the demo, whose address is another one each time; `account` is a fingerprint."""

    api: EndpointApi
    origin: str
    account: str


class EndpointDoors:
    """`infos` in the order in which they are offered."""

    def __init__(self, providers: ProviderService, connect: ConnectEndpoints, infos: Sequence[ProviderInfo]) -> None:
        self._providers = providers
        self._connect = connect
        self._infos = {info.provider_id: info for info in infos}
        self._open: dict[str, tuple[str, EndpointApi]] = {}

    def info(self, provider_id: str) -> ProviderInfo:
        """What is known about a service; one that left the program keeps its id as its name."""
        return self._infos.get(provider_id) or ProviderInfo(provider_id, provider_id, "", provider_id)

    def accounts(self) -> list[EndpointAccount]:
        """Those with a key first, the demo before those without (product.md)."""
        found = [
            EndpointAccount(info.provider_id, info.title, self._providers.has_key(info), info.is_demo, info.key_page)
            for info in self._infos.values()
        ]
        return sorted(found, key=lambda account: not account.is_usable)

    def concerns(self, key_owner: str) -> bool:
        """Whether a change at this provider is a change for an account here: they share their keys."""
        return any(key_owner in (info.provider_id, info.key_id) for info in self._infos.values())

    async def open(self, provider_id: str) -> Door:
        """The client and what it goes with. Raises StudioError when the demo cannot start."""
        info = self.info(provider_id)
        url, key = await self._providers.way_to(info)
        known = self._open.get(provider_id)
        if known is None or known[0] != url:
            self._open[provider_id] = (url, self._connect(info, url, key))
            if known is not None:
                await known[1].close()
        api = self._open[provider_id][1]
        secret = key()
        return Door(api, "" if info.is_demo else api.origin, key_fingerprint(secret) if secret else "")

    async def close(self) -> None:
        """Closes all clients."""
        while self._open:
            _, (_, api) = self._open.popitem()
            await api.close()
