"""Runs inside a D-Bus session with the system's own Python: starts the studio and answers questions about its tree.

`probe.py COMMAND...` starts the accessibility bus and COMMAND, then reads one JSON question per line from stdin and prints
one JSON answer per line. Nodes are named by the path of child numbers from the application's root, "0/2/1".
"""

import json
import pathlib
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pyatspi  # type: ignore[import-not-found]  # the system's Python has it
from gi.repository import GLib  # type: ignore[import-not-found]

LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
STARTUP_S = 40
VANISHED = (LookupError, RuntimeError, GLib.Error)
"""What pyatspi raises for a node that is gone by the time it is looked at."""


def application() -> Any:
    """The studio's root on the bus, or None while it is not there yet."""
    desktop = pyatspi.Registry.getDesktop(0)
    for number in range(desktop.childCount):
        found = desktop.getChildAtIndex(number)
        if found is not None and "slowlight" in (found.name or "").lower():
            return found
    return None


def facts(node: Any, path: str) -> dict[str, Any]:
    """What one node says of itself."""
    states = node.getState()
    return {
        "path": path,
        "role": node.getRoleName(),
        "name": node.name or "",
        "description": node.description or "",
        "focusable": states.contains(pyatspi.STATE_FOCUSABLE),
        "showing": states.contains(pyatspi.STATE_SHOWING),
        "selected": states.contains(pyatspi.STATE_SELECTED) or states.contains(pyatspi.STATE_CHECKED),
        "enabled": states.contains(pyatspi.STATE_ENABLED),
    }


def child_of(node: Any, number: int) -> Any:
    """A child, or None when it vanished meanwhile."""
    try:
        return node.getChildAtIndex(number)
    except VANISHED:
        return None


def walk(node: Any, path: str = "", depth: int = 0) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The node and everything below it that is showing."""
    try:
        found = facts(node, path)
        count = min(node.childCount, 400)
    except VANISHED:
        return
    if depth == 0 or found["showing"] or found["role"] in ("frame", "application"):
        yield node, found
        for number in range(count):
            child = child_of(node, number)
            if child is not None and depth < 40:
                yield from walk(child, f"{path}/{number}", depth + 1)


def find(path: str) -> Any:
    node = application()
    for step in path.split("/")[1:]:
        node = node.getChildAtIndex(int(step))
    return node


def press(path: str) -> bool:
    """The node's own main action."""
    action = find(path).queryAction()
    names = [action.getName(number).lower() for number in range(action.nActions)]
    for wanted in ("press", "click", "toggle", "showmenu"):
        if wanted in names:
            return bool(action.doAction(names.index(wanted)))
    return False


def answer(question: dict[str, str]) -> Any:
    kind = question["do"]
    if kind == "tree":
        root = application()
        return [found for _node, found in walk(root)] if root is not None else []
    if kind == "press":
        return press(question["path"])
    if kind == "type":
        return bool(find(question["path"]).queryEditableText().setTextContents(question["text"]))
    if kind == "read":
        text = find(question["path"]).queryText()
        return text.getText(0, text.characterCount)
    if kind == "focus":
        return bool(find(question["path"]).queryComponent().grabFocus())
    raise ValueError(kind)


def main() -> None:
    launcher = next(path for path in LAUNCHERS if pathlib.Path(path).exists())
    bus = subprocess.Popen([launcher, "--launch-immediately"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.3)
    studio = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
    try:
        until = time.time() + STARTUP_S
        while time.time() < until and studio.poll() is None and application() is None:
            time.sleep(0.1)
        print(json.dumps({"ready": application() is not None}), flush=True)
        for line in sys.stdin:
            try:
                print(json.dumps({"answer": answer(json.loads(line))}), flush=True)
            except (*VANISHED, ValueError, NotImplementedError) as error:
                print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
    finally:
        studio.terminate()
        try:
            studio.wait(15)
        except subprocess.TimeoutExpired:
            studio.kill()
        bus.terminate()


main()
