"""A virtual computer for a test, on the quickest disk there is."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from shutil import rmtree
from tempfile import mkdtemp

import pytest

from tests.virtual.far_side import FarSide, Handle
from tests.virtual.loop import VirtualClock, VirtualLoop
from tests.virtual.machine import Machine

MakeMachine = Callable[[Handle], Machine]


def quick_disk() -> str | None:
    """A folder in memory where the system has one."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of one's own is made in it


@pytest.fixture
def make_machine() -> Iterator[Callable[..., Machine]]:
    """Makes machines that are gone after the test: `make_machine(handle, seed)`."""
    folders: list[Path] = []
    machines: list[Machine] = []

    def make(handle: Handle = Handle.TIME, seed: int = 7) -> Machine:
        folder = Path(mkdtemp(prefix="slowlight-test-", dir=quick_disk()))
        folders.append(folder)
        loop = VirtualLoop()
        clock = VirtualClock(loop)
        machine = Machine(folder, FarSide(clock.now, handle), loop, clock, seed)
        machines.append(machine)
        return machine

    yield make
    for machine in machines:
        machine.clear_up()
    for folder in folders:
        rmtree(folder, ignore_errors=True)


def chance(seed: int) -> Random:
    """A source of chance that says the same in every run."""
    return Random(seed)
