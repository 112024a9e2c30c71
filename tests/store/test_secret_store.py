"""Keys lie in a real keychain or nowhere; a keychain that waits, lies or is missing never stops the studio."""

import asyncio
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from keyring.backends import SecretService, fail, null
from keyring.errors import KeyringLocked

from app.domain.local_errors import (
    KeychainError,
)
from app.store.secret_store import Keyring, SecretStore, Stored, allowed
from app.system.redaction import redact

ROOT = Path(__file__).resolve().parents[2]
KEY = "a1b2c3d4e5f60718"


class Honest:
    """A keychain as it should be. `calls` tells the most that were inside at the same time."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.inside = 0
        self.most_inside = 0
        self.threads: set[str] = set()

    def _visit(self) -> None:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        self.threads.add(threading.current_thread().name)
        time.sleep(0.002)
        self.inside -= 1

    def get_password(self, service: str, username: str) -> str | None:
        self._visit()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._visit()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._visit()
        del self.kept[service, username]


class Forgetful(Honest):
    def set_password(self, service: str, username: str, password: str) -> None:
        """Accepts everything and keeps nothing, as keyring's null back end does."""


class Locked(Honest):
    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked(f"cannot open {KEY}")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked(f"cannot open for {password}")


class Chain:
    """Looks like keyring's chainer. One made of its class would register itself for every other test."""

    __module__ = "keyring.backends.chainer"

    def __init__(self, backends: list[object]) -> None:
        self.backends = backends


class Prompting(Honest):
    """Waits for a person until the test lets it go on."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = threading.Event()

    def _visit(self) -> None:
        assert self.answered.wait(10)


def store(keychain: Keyring | None, wait_s: float = 5) -> SecretStore:
    return SecretStore(find=lambda: keychain, wait_s=wait_s)


def test_a_key_is_kept_read_back_and_removed() -> None:
    honest = Honest()

    async def story() -> None:
        secrets = store(honest)
        assert await secrets.get("netmind") is None
        assert await secrets.set("netmind", KEY) == Stored("keychain")
        assert honest.kept == {("slowlight", "netmind"): KEY}
        assert await store(honest).get("netmind") == KEY
        await secrets.delete("netmind")
        await secrets.delete("netmind")
        assert honest.kept == {}
        assert await secrets.get("netmind") is None

    asyncio.run(story())
    assert honest.threads == {"keychain"}
    assert KEY not in redact(f"the key is {KEY}")


def test_a_keychain_that_forgets_is_not_believed() -> None:
    async def story() -> None:
        secrets = store(Forgetful())
        stored = await secrets.set("netmind", KEY)
        assert stored.where == "session"
        assert "give back" in stored.reason
        assert await secrets.get("netmind") == KEY
        await secrets.delete("netmind")
        assert await secrets.get("netmind") is None

    asyncio.run(story())


def test_without_a_keychain_a_key_is_held_for_this_run_only() -> None:
    async def story() -> None:
        secrets = store(None)
        assert await secrets.set("netmind", KEY) == Stored("session", "no system keychain was found")
        assert await secrets.get("netmind") == KEY
        assert secrets.backend_name() == ""
        assert await store(None).get("netmind") is None

    asyncio.run(story())


def test_a_locked_keychain_is_told_and_the_key_not_lost(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        secrets = store(Locked())
        with pytest.raises(KeychainError) as caught:
            await secrets.get("netmind")
        assert "it is locked" in str(caught.value.problem().happened)
        assert await secrets.set("netmind", KEY) == Stored("session", "it is locked")
        assert await secrets.get("netmind") == KEY

    asyncio.run(story())
    assert KEY not in str(Stored("session", "it is locked"))


def test_a_keychain_that_waits_for_a_person_stops_nobody_else() -> None:
    prompting = Prompting()

    async def story() -> None:
        secrets = store(prompting, wait_s=0.05)
        began = time.monotonic()
        stored, _ = await asyncio.gather(secrets.set("netmind", KEY), asyncio.sleep(0))
        assert stored.where == "session"
        assert "in time" in stored.reason
        with pytest.raises(KeychainError):
            await secrets.get("octoai")
        assert time.monotonic() - began < 2
        assert await secrets.get("netmind") == KEY
        prompting.answered.set()
        patient = store(prompting)
        while await patient.get("netmind") != KEY:
            await asyncio.sleep(0.001)

    asyncio.run(story())


def test_what_nobody_waits_for_any_more_is_not_done_later() -> None:
    prompting = Prompting()

    async def story() -> None:
        secrets = store(prompting, wait_s=0.05)
        with pytest.raises(KeychainError):
            await secrets.get("first")
        await secrets.set("netmind", KEY)
        prompting.answered.set()
        patient = SecretStore(find=lambda: prompting)
        patient._one_at_a_time = secrets._one_at_a_time
        assert await patient.get("netmind") is None

    asyncio.run(story())


def test_one_question_at_a_time_is_put_to_the_keychain() -> None:
    honest = Honest()

    async def story() -> None:
        secrets = store(honest)
        await asyncio.gather(*(secrets.set(f"key-{number}", KEY) for number in range(8)))

    asyncio.run(story())
    assert honest.most_inside == 1
    assert len(honest.kept) == 8


def test_only_back_ends_that_keep_keys_safely_are_used() -> None:
    good, bad, worse = (kind() for kind in (SecretService.Keyring, fail.Keyring, null.Keyring))
    assert allowed(good) is good
    assert allowed(bad) is None
    assert allowed(worse) is None
    assert allowed(Honest()) is None
    assert allowed(Chain([worse, bad, good])) is good
    assert allowed(Chain([worse, bad])) is None


def test_keyring_is_not_imported_before_it_is_needed() -> None:
    code = "import sys, app.store.secret_store as s; s.SecretStore(); assert 'keyring' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


ONE_RUN = """
import asyncio, sys
from app.store.secret_store import SecretStore

async def main():
    secrets = SecretStore(wait_s=10)
    if sys.argv[1] == "set":
        print(await secrets.set("netmind", sys.argv[2]))
    elif sys.argv[1] == "delete":
        await secrets.delete("netmind")
    else:
        print(await secrets.get("netmind"))
    print(secrets.backend_name())

asyncio.run(main())
"""


def environment(tmp_path: Path) -> dict[str, str]:
    """A person who has nothing yet: no keychain, no session bus, no settings of keyring."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LD_LIBRARY_PATH")}
    (tmp_path / "run").mkdir(mode=0o700)
    return {**kept, "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path / "run"), "CODE": ONE_RUN}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only here a system without a keychain can be made")
@pytest.mark.parametrize("choice", ["", "keyring.backends.null.Keyring", "keyring.backends.nowhere.Keyring"])
def test_a_system_without_a_safe_keychain_holds_the_key_in_memory(tmp_path: Path, choice: str) -> None:
    env = environment(tmp_path)
    if choice:
        env["PYTHON_KEYRING_BACKEND"] = choice
    done = subprocess.run(
        [sys.executable, "-c", ONE_RUN, "set", KEY], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert "where='session'" in done.stdout
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and KEY in file.read_text(errors="ignore")]


@pytest.mark.skipif(
    not (shutil.which("dbus-run-session") and shutil.which("gnome-keyring-daemon")), reason="needs gnome-keyring"
)
def test_a_real_keychain_keeps_the_key_from_one_run_to_the_next(tmp_path: Path) -> None:
    session = """
        printf 'pw\\n' | gnome-keyring-daemon --unlock --components=secrets --daemonize > /dev/null 2>&1
        "$0" -c "$CODE" set "$1" && "$0" -c "$CODE" get && "$0" -c "$CODE" delete && "$0" -c "$CODE" get
    """
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", session, sys.executable, KEY],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    name = "GNOME Keyring / Secret Service"
    assert done.stdout.splitlines() == [
        *("Stored(where='keychain', reason='')", name, KEY, name, name, "None", name),
    ], done.stderr
