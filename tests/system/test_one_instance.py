"""One program per profile, and the second one makes the first come forward."""

import os
import subprocess
import sys
from pathlib import Path

from pytestqt.qtbot import QtBot

from app.system.one_instance import OneInstance

HOLDER = """
import sys, time
from pathlib import Path
from app.system.one_instance import OneInstance
one = OneInstance(Path(sys.argv[1]))
print(one.claim(), flush=True)
time.sleep(60)
"""


def test_a_profile_has_one_holder_until_it_is_given_back(tmp_path: Path) -> None:
    first, second = OneInstance(tmp_path / "a.lock"), OneInstance(tmp_path / "a.lock")
    assert first.claim()
    assert not second.claim()
    assert OneInstance(tmp_path / "b.lock").claim()
    first.close()
    first.close()
    assert second.claim()
    second.close()


def test_a_holder_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    lock = tmp_path / "a.lock"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(lock)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        assert not OneInstance(lock).claim()
        holder.kill()
        holder.wait()
    again = OneInstance(lock)
    assert again.claim()
    again.close()


def test_the_second_one_is_heard_by_the_first(qtbot: QtBot, tmp_path: Path) -> None:
    first, second = OneInstance(tmp_path / "a.lock"), OneInstance(tmp_path / "a.lock")
    assert first.claim()
    first.listen()
    with qtbot.waitSignal(first.knocked):
        note = second.knock()
    assert not note.exists()
    first.stop_listening()
    unread = second.knock()
    first.close()
    assert unread.exists()
    assert second.claim()
    second.listen()
    assert not unread.exists()
    second.close()


def test_the_lock_is_for_its_owner_alone(tmp_path: Path) -> None:
    one = OneInstance(tmp_path / "a.lock")
    assert one.claim()
    if os.name == "posix":
        assert (tmp_path / "a.lock").stat().st_mode & 0o077 == 0
    one.close()
