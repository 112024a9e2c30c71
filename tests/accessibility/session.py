"""A screen, a D-Bus session, the studio in it, and a probe that asks it through the accessibility interface."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROBE = Path(__file__).with_name("probe.py")
DEADLINE_S = 60.0


@dataclass(frozen=True)
class Node:
    """One node of the tree as assistive technology sees it."""

    path: str
    role: str
    name: str
    description: str
    focusable: bool
    showing: bool
    selected: bool
    enabled: bool


class Probe:
    """Asks, one question at a time."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, **question: str) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer
        return answer["answer"]

    def tree(self) -> list[Node]:
        """Everything that is showing, from the window down."""
        return [Node(**facts) for facts in self.ask(do="tree")]

    def find(self, name: str, *roles: str, begins: bool = False) -> Node:
        """The node of that name and one of these roles; waits until it is there."""

        def look() -> Node | None:
            for node in self.tree():
                named = node.name.startswith(name) if begins else node.name == name
                if named and (not roles or node.role in roles):
                    return node
            return None

        found = self.until(look, f"{name!r} as {roles}")
        assert isinstance(found, Node)
        return found

    def press(self, name: str, *roles: str, begins: bool = False) -> None:
        assert self.ask(do="press", path=self.find(name, *roles, begins=begins).path), f"{name} cannot be pressed"

    def until(self, look: Callable[[], Any], what: str) -> Any:
        """The first answer that is not empty; AssertionError with the names in sight when none comes."""
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            found = look()
            if found:
                return found
            time.sleep(0.05)
        names = sorted({f"{node.role}: {node.name}" for node in self.tree() if node.name})
        raise AssertionError(f"{what} never came; in sight are {names}")


@contextmanager
def screen() -> Iterator[str]:
    """A display of its own, on a number that is free."""
    reading, writing = os.pipe()
    xvfb = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1440x900x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as number:
        display = f":{number.readline().strip()}"
    try:
        yield display
    finally:
        xvfb.terminate()
        xvfb.wait()


@contextmanager
def studio(profile: Path, display: str, key: str) -> Iterator[Probe]:
    """The studio on a screen, as a person would have started it."""
    environment = {
        **os.environ,
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        "QT_LOGGING_RULES": "qt.multimedia.*=false",
        "NETMIND_API_KEY": key,
        "OCTOAI_TOKEN": key,  # with every key at hand no keychain is asked, whose service writes to our pipe
        "NO_AT_BRIDGE": "0",
    }
    command = ["dbus-run-session", "--", "/usr/bin/python3", str(PROBE), sys.executable, "-m", "app"]
    with subprocess.Popen(
        [*command, "--profile", str(profile), "--demo"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert json.loads(process.stdout.readline())["ready"], "the studio never appeared on the accessibility bus"
        try:
            yield Probe(process)
        finally:
            process.stdin.close()
            process.wait(30)
