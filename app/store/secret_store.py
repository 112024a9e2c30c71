"""API keys in the system's keychain; where there is none, in memory until the program ends; never in a file.

The only importer of keyring, which is slow to import and may stop in a prompt of the system for minutes. So every call is
made in a thread of its own, one at a time, with a limit to how long anybody waits for it. A key counts as kept only after it
was read back: some back ends accept everything and keep nothing (reliability.md K1).
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from app.domain.local_errors import (
    KeychainError,
)
from app.store import secret_service
from app.system.redaction import register_secret

T = TypeVar("T")
log = logging.getLogger(__name__)

SERVICE = "slowlight"
WAIT_S = 60.0
_NAMES = {
    "keyring.backends.SecretService": "GNOME Keyring / Secret Service",
    "keyring.backends.kwallet": "KWallet",
    "keyring.backends.libsecret": "GNOME Keyring / Secret Service",
    "keyring.backends.macOS": "macOS Keychain",
    "keyring.backends.Windows": "Windows Credential Manager",
}
"""The back ends that may hold keys. Not among them: `fail`, `null`, and the plain files of keyrings.alt."""
_NOT_LOOKED_YET = "the system keychain"
_NONE_FOUND = "no system keychain was found"
_NO_ANSWER = "it did not answer in time, it may be waiting to be unlocked"


class Keyring(Protocol):
    """What keyring's back ends have in common."""

    def get_password(self, service: str, username: str, /) -> str | None: ...
    def set_password(self, service: str, username: str, password: str, /) -> None: ...
    def delete_password(self, service: str, username: str, /) -> None: ...


@dataclass(frozen=True)
class Stored:
    """Where a key is now; `reason` says why it is not in the keychain, as a part of a sentence."""

    where: Literal["keychain", "session"]
    reason: str = ""


def allowed(found: object) -> Keyring | None:
    """The back end if it keeps keys safely, the first good one of a chain, or None."""
    module = type(found).__module__
    if module in _NAMES:
        return found  # type: ignore[return-value] # keyring's own classes
    if module == "keyring.backends.chainer":
        members = (allowed(member) for member in found.backends)  # type: ignore[attr-defined]
        return next((member for member in members if member is not None), None)
    return None


def _of_this_system() -> Keyring | None:
    """Runs in the thread. What a person chose in keyring's own settings is respected, and so refused if it is not safe."""
    import keyring

    found = keyring.get_keyring()
    log.info("keyring offers %s.%s", type(found).__module__, type(found).__name__)
    return allowed(found)


def _may_hold(keychain: Keyring, key_id: str) -> bool:
    """Only what holds our key is opened: opening may ask the person for a password."""
    return type(keychain).__module__ != secret_service.MODULE or secret_service.may_hold(SERVICE, key_id)


class SecretStore:
    """Keys by `key_id`. `find` looks for the keychain; tests hand in their own."""

    def __init__(self, *, find: Callable[[], Keyring | None] = _of_this_system, wait_s: float = WAIT_S) -> None:
        self._find = find
        self._wait_s = wait_s
        self._one_at_a_time = threading.Lock()
        self._session: dict[str, str] = {}
        self._name = _NOT_LOOKED_YET

    def backend_name(self) -> str:
        """The keychain in words for a person; "" when there is none. Known after the first call or `look`."""
        return self._name

    async def look(self) -> str:
        """Finds out which keychain there is, without touching a key, and returns its name. Raises KeychainError."""
        await self._in_thread(self._keychain)
        return self._name

    async def get(self, key_id: str) -> str | None:
        """The key, or None when there is none. Raises KeychainError when the keychain is locked or does not answer."""
        held = self._session.get(key_id)
        if held is not None:
            return held
        return await self._in_thread(lambda: self._read(key_id))

    async def set(self, key_id: str, value: str) -> Stored:
        """Keeps a key: in the keychain if it gives it back, else in memory. Never raises for a keychain's sake."""
        register_secret(value)
        self._session[key_id] = value
        try:
            await self._in_thread(lambda: self._keep(key_id, value))
        except KeychainError as error:
            return Stored("session", error.values["reason"])
        if self._session.get(key_id) == value:
            del self._session[key_id]
        return Stored("keychain")

    async def delete(self, key_id: str) -> None:
        """Forgets a key everywhere. Raises KeychainError when the keychain still has it."""
        self._session.pop(key_id, None)
        await self._in_thread(lambda: self._forget(key_id))

    # --- the thread

    async def _in_thread(self, work: Callable[[], T]) -> T:
        """A daemon thread, because a prompt that nobody answers must not keep the program from ending."""
        future: Future[T] = Future()

        def run() -> None:
            with self._one_at_a_time:
                # whoever stopped waiting does not want it done any more
                if not future.set_running_or_notify_cancel():
                    return
                try:
                    future.set_result(work())
                except KeychainError as error:
                    future.set_exception(error)
                except Exception as error:  # noqa: BLE001 - back ends raise whatever D-Bus and Windows raise
                    log.warning("the keychain refused: %s: %s", type(error).__name__, error)
                    future.set_exception(KeychainError(reason=_reason(error)))

        threading.Thread(target=run, name="keychain", daemon=True).start()
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._wait_s)
        except TimeoutError:
            raise KeychainError(reason=_NO_ANSWER) from None

    def _keychain(self) -> Keyring | None:
        found = self._find()
        self._name = "" if found is None else _NAMES.get(type(found).__module__, type(found).__name__)
        return found

    def _read(self, key_id: str) -> str | None:
        keychain = self._keychain()
        value = keychain.get_password(SERVICE, key_id) if keychain and _may_hold(keychain, key_id) else None
        if value:
            register_secret(value)
        return value or None

    def _keep(self, key_id: str, value: str) -> None:
        keychain = self._keychain()
        if keychain is None:
            raise KeychainError(reason=_NONE_FOUND)
        keychain.set_password(SERVICE, key_id, value)
        if keychain.get_password(SERVICE, key_id) != value:
            raise KeychainError(reason="it did not give back the key that was put in")

    def _forget(self, key_id: str) -> None:
        keychain = self._keychain()
        if keychain is None or not _may_hold(keychain, key_id) or keychain.get_password(SERVICE, key_id) is None:
            return
        keychain.delete_password(SERVICE, key_id)
        if keychain.get_password(SERVICE, key_id) is not None:
            raise KeychainError(reason="it did not remove the key")


def _reason(error: Exception) -> str:
    """By the names of keyring's errors, so that they need not be imported."""
    return {
        "NoKeyringError": _NONE_FOUND,
        "KeyringLocked": "it is locked",
        "InitError": "it could not be unlocked",
    }.get(type(error).__name__, "it reported an error")
