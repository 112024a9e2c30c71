"""What every test may use: the application dressed as the studio, and a loop that runs Qt and asyncio together."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_LOGGING_RULES", "qt.multimedia.*=false")

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from app.system.event_loop import StudioLoop
from tests.counts import pytest_runtest_protocol, pytest_terminal_summary  # noqa: F401 - hooks of pytest

_T = TypeVar("_T")
Run = Callable[[Coroutine[Any, Any, _T]], _T]

DEADLINE_S = 60.0
"""A test that hangs says so; no promise is measured by it."""


ALONE = ("tests/load/", "tests/virtual/", "tests/whole/test_kills.py", "tests/services/test_endpoint_money.py")
"""Tests of counted time and of load: another process on the same core would be counted too."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what `make test` runs after all others, in one process."""
    for item in items:
        if item.nodeid.startswith(ALONE):
            item.add_marker("alone")


@pytest.fixture(autouse=True)
def windows_end_with_their_test() -> Iterator[None]:
    """What is to be deleted later is deleted now: nobody runs the loop that would do it, and a thousand windows that
    were left behind make every change of look slow."""
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def studio_loop(qapp: QApplication) -> Iterator[StudioLoop]:
    """The studio's own loop. Whatever fails in it unseen fails the test."""
    errors: list[dict[str, Any]] = []
    # as in the studio (app/run.py): a window that an earlier test closed does not end this loop
    qapp.setQuitOnLastWindowClosed(False)
    loop = StudioLoop(qapp)
    asyncio.set_event_loop(loop)
    loop.set_exception_handler(lambda _loop, context: errors.append(context))
    yield loop
    leftovers = [task for task in asyncio.all_tasks(loop) if not task.done()]
    for task in leftovers:
        task.cancel()
    if leftovers:
        loop.run_until_complete(asyncio.gather(*leftovers, return_exceptions=True))
    asyncio.set_event_loop(None)
    loop.close()
    assert not errors, errors


@pytest.fixture
def run(studio_loop: StudioLoop) -> Callable[[Coroutine[Any, Any, Any]], Any]:
    """Runs one coroutine to its end on the studio's loop."""

    def run_it(work: Coroutine[Any, Any, Any]) -> Any:
        return studio_loop.run_until_complete(asyncio.wait_for(work, DEADLINE_S))

    return run_it
