"""One condition of a keychain, lived through by a program of its own.

`python -m tests.hostile.keychain_story CONDITION KEY` prints one line of JSON: what became of the key, what the store
said, and the longest the loop stood still.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from dataclasses import asdict
from typing import Any

import psutil

from app.domain.local_errors import KeychainError
from app.store.secret_store import SecretStore

SILENT_S = 5.0


def daemon() -> int:
    """The process id of the keyring of this session, told by the home it was given."""
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error):
            ours = (
                process.info["name"].startswith("gnome-keyring") and process.environ().get("HOME") == os.environ["HOME"]
            )
            if ours and process.status() != psutil.STATUS_ZOMBIE:
                return int(process.pid)
    raise LookupError("gnome-keyring-daemon")


def lock() -> None:
    """As a screen that was locked does it."""
    import secretstorage

    bus = secretstorage.dbus_init()
    secretstorage.Collection(bus, "/org/freedesktop/secrets/aliases/default").lock()
    bus.close()


def collections() -> list[str]:
    """Those that are there; a new one would have asked for a password."""
    import secretstorage

    with contextlib.closing(secretstorage.dbus_init()) as bus:
        return sorted(one.collection_path for one in secretstorage.get_all_collections(bus))


class Ticker:
    """How long the loop stands still: what the window would feel."""

    def __init__(self) -> None:
        self.longest_ms = 0.0
        self._task = asyncio.ensure_future(self._tick())

    async def _tick(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.005)
            self.longest_ms = max(self.longest_ms, (time.monotonic() - before - 0.005) * 1000)

    def stop(self) -> float:
        self._task.cancel()
        return round(self.longest_ms, 1)


async def _read(secrets: SecretStore, told: dict[str, Any]) -> None:
    try:
        told["read"] = await secrets.get("netmind")
    except KeychainError as error:
        told["read_refused"] = error.values["reason"]


async def live(condition: str, key: str) -> dict[str, Any]:
    """The story of one condition."""
    ticker, told = Ticker(), dict[str, Any]()
    secrets = SecretStore(wait_s=20.0)
    if condition == "fresh":
        told["before"] = collections()
        await _read(secrets, told)
        told["after"] = collections()
    elif condition in ("unlocked", "locked", "dies", "silent"):
        told["stored"] = asdict(await secrets.set("netmind", key))
        secrets = SecretStore(wait_s=20.0)  # as after a restart
        await _spoil(condition)
        await _read(secrets, told)
        if condition == "locked":
            told["other"] = await secrets.get("octoai")  # nothing is kept under it: no reason to unlock
        if condition == "dies":
            told["kept_again"] = asdict(await secrets.set("netmind", key))
            await _read(secrets, told)
    else:  # dismissed, absent, or another back end chosen by the environment
        await _read(secrets, told)
        told["stored"] = asdict(await secrets.set("netmind", key))
        await _read(secrets, told)
    told["name"] = secrets.backend_name()
    told["longest_ms"] = ticker.stop()
    return told


async def _spoil(condition: str) -> None:
    if condition == "locked":
        await asyncio.to_thread(lock)
    elif condition == "dies":
        os.kill(daemon(), signal.SIGKILL)
    elif condition == "silent":
        os.kill(daemon(), signal.SIGSTOP)
        asyncio.get_running_loop().call_later(SILENT_S, os.kill, daemon(), signal.SIGCONT)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(live(sys.argv[1], sys.argv[2]))))
