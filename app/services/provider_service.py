"""Providers with their keys and addresses: what is usable now, and the connected objects the job service works with."""

import asyncio
import hashlib
import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from app.domain.errors import InsecureAddressError, StudioError
from app.domain.keys import KeyTextError, clean_key
from app.domain.provider_info import ProviderInfo, is_acceptable_base_url, is_same_origin, origin_of
from app.domain.text import Text, text
from app.net.knock import knock
from app.net.media_client import MediaClient
from app.providers.base import Provider
from app.services.settings_service import SettingsService
from app.store.secret_store import SecretStore
from app.system.redaction import register_secret

log = logging.getLogger(__name__)


class UnknownProviderError(StudioError):
    """A job of a provider that this version does not have."""

    code = "unknown_provider"
    happened = text("This version of Slowlight does not know {provider}.")
    advice = text("Use a version that knows it. The job waits for that.")
    short = text("unknown provider")
    not_started = True


class KeySource(StrEnum):
    """Where the key in use comes from."""

    KEYCHAIN = "keychain"
    ENVIRONMENT = "environment"
    SESSION = "session"
    NONE = "none"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True)
class ProviderCard:
    """What Settings and the model picker show of a provider. The key itself is never part of it.

    `key_owner` is the id of the provider under which the key is kept that this one uses as well; "" for its own.
    """

    info: ProviderInfo
    base_url: str
    key_source: KeySource
    note: Text = field(default_factory=Text)
    key_owner: str = ""

    @property
    def has_key(self) -> bool:
        """True when calls can carry a key."""
        return self.key_source in (KeySource.KEYCHAIN, KeySource.ENVIRONMENT, KeySource.SESSION)

    @property
    def has_ended(self) -> bool:
        """True where the hosted service has ended and no compatible server is set in its place."""
        return self.info.is_retired_at(self.base_url)

    @property
    def usable(self) -> bool:
        """True when Generate can be offered."""
        return not self.has_ended and (self.has_key or self.key_source is KeySource.NOT_NEEDED)

    @property
    def why_not(self) -> Text:
        """A few words on why Generate cannot be offered; empty when it can."""
        if self.usable:
            return Text()
        return text("service has ended") if self.has_ended else text("needs an API key")


@dataclass(frozen=True)
class Connected:
    """A provider ready for calls, and the key-less client for its result links."""

    provider: Provider
    media: MediaClient

    async def close(self) -> None:
        """Closes both clients."""
        await self.provider.close()
        await self.media.close()


Connect = Callable[[ProviderInfo, str, Callable[[], str | None]], Connected]
"""Builds the clients of one provider for a base URL and a way to ask for the key."""


class ProviderService(QObject):
    """`demo_url` starts the demo server when it is first needed and gives its address.

    A kept key is bound to the origin it was saved for (reliability.md K13): at another address it is asked for again,
    and the old one stays where it is. A key of the environment goes to the address that the same person has set. `also` are
    services that make nothing and share a provider's key: they have no card and are reached by `way_to`.
    """

    changed = Signal(str)

    def __init__(
        self,
        *,
        infos: Sequence[ProviderInfo],
        connect: Connect,
        secrets: SecretStore,
        settings: SettingsService,
        demo_url: Callable[[], Awaitable[str]],
        demo_key: str,
        environment: Mapping[str, str] = os.environ,
        also: Sequence[ProviderInfo] = (),
    ) -> None:
        super().__init__()
        self._also = {info.provider_id: info for info in also}
        self._infos = {info.provider_id: info for info in infos}
        self._connect = connect
        self._secrets = secrets
        self._settings = settings
        self._demo_url = demo_url
        self._demo_key = demo_key
        self._environment = environment
        self._keys: dict[str, tuple[str, KeySource]] = {}
        self._environment_keys: dict[str, str] = {}
        self._notes: dict[str, Text] = {}
        self._connected: dict[str, tuple[str, Connected]] = {}
        self._keys_known = asyncio.Event()
        self._keys_known.set()

    async def load(self) -> None:
        """Reads the keys once: the environment first, then the keychain. A locked keychain leaves the key out.

        A keychain may wait for a person to unlock it. Until it has answered, `connected` waits for keys that only it can
        have; everything else goes on.
        """
        self._keys_known.clear()
        try:
            own = [info for info in (*self._infos.values(), *self._also.values()) if not info.is_demo]
            for key_id in {info.key_id for info in own}:
                self._take_from_environment(key_id)
            unknown = {self._slot(info) for info in own if info.key_id not in self._environment_keys}
            self._tell_all()
            await asyncio.gather(*map(self._read_keychain, unknown))
        finally:
            self._keys_known.set()
        self._tell_all()

    def _slot(self, info: ProviderInfo) -> str:
        """The name under which the key for the address in use is kept: `netmind`, or `netmind https://own.example`."""
        address = self.base_url(info.provider_id)
        if is_same_origin(address, info.default_base_url):
            return info.key_id
        return f"{info.key_id} {origin_of(address)}"

    def _tell_all(self) -> None:
        for provider_id in self._infos:
            self.changed.emit(provider_id)

    def _take_from_environment(self, key_id: str) -> None:
        key = self._from_environment(key_id)
        if key:
            register_secret(key)
            self._environment_keys[key_id] = key

    def _from_environment(self, key_id: str) -> str:
        for info in self._infos.values():
            value = self._environment.get(info.key_environment, "") if info.key_environment else ""
            if info.key_id == key_id and value.strip():
                try:
                    return clean_key(value)
                except KeyTextError:
                    self._notes[self._slot(info)] = text(
                        "The environment variable {name} holds something that is not a key. It is not used.",
                        name=info.key_environment,
                    )
        return ""

    async def _read_keychain(self, slot: str) -> None:
        try:
            key = await self._secrets.get(slot)
        except StudioError as error:
            self._notes[slot] = error.problem().happened
            return
        if key:
            self._keys[slot] = (key, KeySource.KEYCHAIN)

    def info(self, provider_id: str) -> ProviderInfo:
        """What is known about a provider; a provider that left the program keeps its name in old jobs."""
        known = self._infos.get(provider_id) or self._also.get(provider_id)
        return known or ProviderInfo(provider_id, provider_id, "", provider_id)

    def cards(self) -> list[ProviderCard]:
        """All providers, in the order in which they were registered."""
        return [self.card(provider_id) for provider_id in self._infos]

    def card(self, provider_id: str) -> ProviderCard:
        """One provider as it stands now."""
        info = self.info(provider_id)
        if info.is_demo:
            return ProviderCard(info, "", KeySource.NOT_NEEDED)
        slot = self._slot(info)
        source = self._kept(info.key_id, slot)[1]
        note = self._notes.get(slot, Text())
        return ProviderCard(info, self.base_url(provider_id), source, note, self._owner(info, slot))

    def _owner(self, info: ProviderInfo, slot: str) -> str:
        """The first provider that uses the same key at the same origin has the key's field; "" for that one itself."""
        others = (other for other in self._infos.values() if not other.is_demo and self._slot(other) == slot)
        first = next(others, info)
        return "" if first.provider_id == info.provider_id else first.provider_id

    def _kept(self, key_id: str, slot: str) -> tuple[str, KeySource]:
        """The key in use and where it comes from; "" and NONE without one."""
        if key_id in self._environment_keys:
            return self._environment_keys[key_id], KeySource.ENVIRONMENT
        return self._keys.get(slot, ("", KeySource.NONE))

    def rank(self, provider_id: str) -> int:
        """A provider with a key comes first, then the demo, then what cannot be used yet, last what has ended (product.md).

        Among equals the order in which they were registered decides.
        """
        card = self.card(provider_id)
        tier = 3 if card.has_ended else 1 if card.info.is_demo else 0 if card.has_key else 2
        known = list(self._infos)
        return tier * (len(known) + 1) + (known.index(provider_id) if provider_id in known else len(known))

    def base_url(self, provider_id: str) -> str:
        """The address from the settings, else the published one."""
        own = self._settings.get(f"providers.{provider_id}.base_url")
        if isinstance(own, str) and own.strip() and is_acceptable_base_url(own.strip()):
            return own.strip().rstrip("/")
        return self.info(provider_id).default_base_url

    async def takes_connections(self, provider_id: str) -> bool:
        """Whether somebody listens at its address. The demo is started when it is asked, so it is not looked for."""
        url = self.base_url(provider_id)
        return bool(url) and not self.info(provider_id).is_demo and await knock(url)

    def door(self, provider_id: str, salt: str) -> str:
        """A short sign of the address and key in use, worth nothing to anybody else; "" for the demo, which moves about."""
        info = self.info(provider_id)
        key = "" if info.is_demo else self._key_for(info)()
        if not key:
            return ""
        return hashlib.sha256(f"{salt} {self.base_url(provider_id)} {key}".encode()).hexdigest()[:16]

    def base_path(self, provider_id: str) -> str:
        """The API path from the settings, else the first that the provider had; "" for one that has no choice."""
        paths = self.info(provider_id).base_paths
        own = self._settings.get(f"providers.{provider_id}.base_path") if paths else ""
        return own if isinstance(own, str) and own else paths[0] if paths else ""

    def keychain_name(self) -> str:
        """The keychain of this system in words."""
        return self._secrets.backend_name()

    async def connected(self, provider_id: str) -> Connected:
        """The provider ready for calls; made once per address. Raises StudioError when the demo cannot start."""
        if provider_id not in self._infos:
            raise UnknownProviderError
        info = self.info(provider_id)
        if not info.is_demo and not self._kept(info.key_id, self._slot(info))[0]:
            await self._keys_known.wait()
        url = await self._demo_url() if info.is_demo else self.base_url(provider_id)
        path = self.base_path(provider_id)
        address = f"{url} {path}"
        known = self._connected.get(provider_id)
        if known is not None and known[0] == address:
            return known[1]
        if path:  # the one in use stands first
            info = replace(info, base_paths=(path, *(other for other in info.base_paths if other != path)))
        connected = self._connect(info, url, self._key_for(info))
        self._connected[provider_id] = (address, connected)  # before anything is awaited: there is one at a time
        if known is not None:
            await known[1].close()  # what is on its way through it comes to its end
        return connected

    async def way_to(self, info: ProviderInfo) -> tuple[str, Callable[[], str | None]]:
        """Base URL and key of a service among `also`, or of the demo. Raises StudioError when the demo cannot start."""
        if not self.has_key(info):
            await self._keys_known.wait()
        url = await self._demo_url() if info.is_demo else self.base_url(info.provider_id)
        return url, self._key_for(info)

    def has_key(self, info: ProviderInfo) -> bool:
        """Whether calls to it can carry a key now."""
        return info.is_demo or bool(self._kept(info.key_id, self._slot(info))[0])

    def _key_for(self, info: ProviderInfo) -> Callable[[], str | None]:
        """How a client asks for its key: the one of its own address, whatever is set later."""
        if info.is_demo:
            return lambda: self._demo_key
        slot = self._slot(info)
        return lambda: self._kept(info.key_id, slot)[0] or None

    async def save_key(self, provider_id: str, key: str) -> Text:
        """Keeps a key in the keychain, or for this run where there is none. Answers where it is kept.

        Raises KeyTextError with its sentence for something that cannot be a key.
        """
        cleaned = clean_key(key)
        info = self.info(provider_id)
        slot = self._slot(info)
        stored = await self._secrets.set(slot, cleaned)
        in_keychain = stored.where == "keychain"
        self._keys[slot] = (cleaned, KeySource.KEYCHAIN if in_keychain else KeySource.SESSION)
        self._notes.pop(slot, None)
        if info.key_id in self._environment_keys:
            self._tell(info.key_id)
            return text("The key is saved. This run uses the key of the environment variable instead.")
        if in_keychain:
            self._tell(info.key_id)
            return text("The key is in {keychain}.", keychain=self._secrets.backend_name())
        self._notes[slot] = text("Held for this run only: {reason}", reason=stored.reason)
        self._tell(info.key_id)
        return text("There is no keychain to keep it in. The key is held until Slowlight is closed.")

    async def remove_key(self, provider_id: str) -> None:
        """Takes the key out of memory and keychain; a key from the environment stays for this run.

        Raises KeychainError when the keychain still has it; this run does not use it any more all the same.
        """
        info = self.info(provider_id)
        slot = self._slot(info)
        self._keys.pop(slot, None)
        self._notes.pop(slot, None)
        try:
            await self._secrets.delete(slot)
        finally:
            self._tell(info.key_id)

    async def test_key(self, provider_id: str) -> Text:
        """Makes the cheapest call that needs the key. Raises StudioError with the reason when it fails."""
        connected = await self.connected(provider_id)
        await connected.provider.check_key()
        return text("The key works: {provider} answered.", provider=self.info(provider_id).title)

    async def set_base_url(self, provider_id: str, url: str) -> None:
        """Points a provider elsewhere; "" is the published address. Raises InsecureAddressError."""
        url = url.strip().rstrip("/")
        if url and not is_acceptable_base_url(url):
            raise InsecureAddressError(address=url)
        self._settings.set(f"providers.{provider_id}.base_url", url or None)
        info = self.info(provider_id)
        self._tell(info.key_id)  # whose key it is may have changed with it
        slot = self._slot(info)
        if not info.is_demo and not self._kept(info.key_id, slot)[0]:
            await self._read_keychain(slot)
            self._tell(info.key_id)

    def set_base_path(self, provider_id: str, path: str) -> None:
        """Chooses the API path; "" is the first that the provider had. Raises ValueError for what is no plain path."""
        self._settings.set(f"providers.{provider_id}.base_path", path or None)
        self.changed.emit(provider_id)

    def _tell(self, key_id: str) -> None:
        for info in self._infos.values():
            if info.key_id == key_id:
                self.changed.emit(info.provider_id)

    async def close(self) -> None:
        """Closes all clients."""
        while self._connected:
            _, (_, connected) = self._connected.popitem()
            await connected.close()
