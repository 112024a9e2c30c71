"""T-30: nine conditions of a keychain, with the real gnome-keyring where one is meant to be there."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.counts import say
from tests.hostile.keychain_story import SILENT_S
from tests.system_needs import require_packages

ROOT = Path(__file__).resolve().parents[2]
KEY = "sk-CANARY-7f3a9d2e"
NAME = "GNOME Keyring / Secret Service"
MOST_STALL_MS = 250
"""50 ms is the aim; a busy computer that runs other tests beside this one may stop a process for longer."""
TRIED: set[str] = set()
UNLOCKED = "printf 'pw\\n' | gnome-keyring-daemon --unlock --components=secrets --daemonize > /dev/null 2>&1"
FAKE_PLAIN = """
from pathlib import Path
from keyring.backend import KeyringBackend

class PlaintextKeyring(KeyringBackend):
    priority = 20
    def get_password(self, service, username):
        return None
    def set_password(self, service, username, password):
        Path.home().joinpath("plain.txt").write_text(password)
    def delete_password(self, service, username):
        pass
"""

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have one keychain each")


def environment(home: Path) -> dict[str, str]:
    """A person who has nothing yet: no keychain, no session bus, no settings of keyring."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LD_LIBRARY_PATH")}
    (home / "run").mkdir(mode=0o700)
    return {
        **kept,
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "PYTHONPATH": str(home / "more"),
    }


def lived(condition: str, home: Path, *, before: str = "", bus: bool = True, **more: str) -> dict[str, Any]:
    """What the story told. No file of the home holds the key in plain text, whatever happened."""
    story = f'{before}\nexec "$0" -m tests.hostile.keychain_story "$1" "$2"'
    command = ["sh", "-c", story, sys.executable, condition, KEY]
    done = subprocess.run(
        ["dbus-run-session", "--", *command] if bus else command,
        cwd=ROOT,
        env={**environment(home), **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    holds = [path for path in home.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert not holds
    assert KEY not in done.stderr
    assert told["longest_ms"] < MOST_STALL_MS
    TRIED.add(condition)
    say("T-30", f"keychains: {len(TRIED)} of 9 conditions, {len(TRIED)} times no key in plain text and no loop stalled")
    return told


def test_unlocked_it_keeps_the_key_for_the_next_start(tmp_path: Path) -> None:
    require_packages("gnome-keyring", "dbus-daemon")
    told = lived("unlocked", tmp_path, before=UNLOCKED)
    assert told["stored"] == {"where": "keychain", "reason": ""}
    assert told["read"] == KEY
    assert told["name"] == NAME


def test_on_a_desktop_that_never_kept_a_password_reading_asks_for_none(tmp_path: Path) -> None:
    """The first start comes before the welcome is read: no prompt for a new keyring may stand before it."""
    require_packages("gnome-keyring", "dbus-daemon")
    told = lived("fresh", tmp_path)
    assert told["read"] is None
    assert "read_refused" not in told
    assert told["before"] == told["after"]


def test_locked_it_is_told_and_only_what_holds_our_key_is_unlocked(tmp_path: Path) -> None:
    require_packages("gnome-keyring", "dbus-daemon")
    told = lived("locked", tmp_path, before=UNLOCKED)
    assert told["read_refused"] == "it is locked"
    assert told["other"] is None


def test_dismissed_the_key_is_held_for_this_run(tmp_path: Path) -> None:
    """The prompt for a new keyring cannot be shown or is waved away."""
    require_packages("gnome-keyring", "dbus-daemon")
    told = lived("dismissed", tmp_path)
    assert told["stored"] == {"where": "session", "reason": "it could not be unlocked"}
    assert told["read"] == KEY


def test_absent_the_key_is_held_for_this_run(tmp_path: Path) -> None:
    told = lived("absent", tmp_path, bus=False)
    assert told["stored"] == {"where": "session", "reason": "no system keychain was found"}
    assert told["read"] == KEY
    assert told["name"] == ""


def test_one_that_dies_midway_costs_an_error_and_not_the_key(tmp_path: Path) -> None:
    require_packages("gnome-keyring", "dbus-daemon")
    told = lived("dies", tmp_path, before=UNLOCKED)
    assert told["stored"]["where"] == "keychain"
    assert told["read"] == KEY, "what was given again is held"
    assert told["kept_again"]["where"] in ("session", "keychain")


def test_one_that_answers_after_five_seconds_is_waited_for_by_nobody_else(tmp_path: Path) -> None:
    require_packages("gnome-keyring", "dbus-daemon")
    assert SILENT_S >= 5
    told = lived("silent", tmp_path, before=UNLOCKED)
    assert told["read"] == KEY


def test_null_chosen_by_the_environment_is_refused(tmp_path: Path) -> None:
    told = lived("null", tmp_path, bus=False, PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring")
    assert told["stored"]["where"] == "session"
    assert told["read"] == KEY


def test_a_plain_file_chosen_by_the_environment_is_refused(tmp_path: Path) -> None:
    more = tmp_path / "more" / "keyrings" / "alt"
    more.mkdir(parents=True)
    (more / "file.py").write_text(FAKE_PLAIN, encoding="utf-8")
    told = lived("alt", tmp_path, bus=False, PYTHON_KEYRING_BACKEND="keyrings.alt.file.PlaintextKeyring")
    assert told["stored"]["where"] == "session"
    assert told["read"] == KEY
    assert not (tmp_path / "plain.txt").exists()
