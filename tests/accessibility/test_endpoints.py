"""A rented endpoint by names alone: created, watched, scaled, put off and deleted through the accessibility interface."""

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.endpoint import Endpoint, EndpointPlan, Phase
from app.sandbox.running import QUICK, RunningSandbox
from app.store.database import Database
from app.store.endpoint_store import EndpointStore
from app.system.paths import Paths
from tests.accessibility.session import Node, Probe, screen, studio
from tests.system_needs import require_packages

BUTTON = ("push button", "button")
TEXT = ("text", "entry")
PAGE = ("page tab", "push button", "button", "list item", "radio button", "toggle button")


@pytest.fixture(scope="module")
def server() -> Iterator[RunningSandbox]:
    """NetMind's dialect on this computer."""
    with RunningSandbox(QUICK) as running:
        yield running


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory, server: RunningSandbox) -> Iterator[Probe]:
    """One studio with a key for that server."""
    require_packages("xvfb", "dbus-x11", "at-spi2-core", "python3-pyatspi")
    profile = tmp_path_factory.mktemp("profile")
    settings = {"providers": {"netmind_endpoints": {"base_url": server.base_url}}}
    (profile / "settings.json").write_text(json.dumps(settings))
    with screen() as display, studio(profile, display, "demo-key") as started:
        yield started


def _cell(probe: Probe, words: str) -> Node | None:
    return next((node for node in probe.tree() if node.role == "table cell" and node.name == words), None)


def _type(probe: Probe, name: str, words: str, *roles: str) -> None:
    assert probe.ask(do="type", path=probe.find(name, *roles).path, text=words), name


def test_an_endpoint_lives_its_life_by_names_alone(probe: Probe, server: RunningSandbox) -> None:
    probe.press("Endpoints", *PAGE)
    probe.press("New endpoint", *BUTTON)
    for name in ("Name", "GPU type", "Docker image", "Command", "Port", "GPUs", "Instances"):
        probe.find(name)
    probe.press("RTX 4090, other", "radio button", begins=True)
    _type(probe, "Name", "by-names", *TEXT)
    _type(probe, "Command", "echo one\necho two", *TEXT)
    _type(probe, "Docker image", "python:3.12-slim", *TEXT)
    probe.press("Create endpoint", *BUTTON)
    probe.find("Endpoints", "table", "tree table", "list")
    probe.until(lambda: _cell(probe, "by-names, Available"), "the endpoint available")
    (rental,) = server.rentals.all()
    assert (rental.image, rental.command) == ("python:3.12-slim", "echo one\necho two")

    _type(probe, "Instances", "2", "spin button")
    probe.press("Apply", *BUTTON)
    probe.until(lambda: server.rentals.all()[0].changes[-1].instances == 2, "two instances at the server")
    probe.until(lambda: _cell(probe, "Rate $0.60/h"), "the new rate")
    probe.press("Extend by 1 hour", *BUTTON)
    probe.until(lambda: _cell(probe, "Auto-stop in 2 h 59 min"), "an hour more")

    probe.press("Delete endpoint", *BUTTON)
    probe.press("Delete by-names", *BUTTON)
    probe.until(lambda: _cell(probe, "by-names, Deleted"), "the endpoint deleted")
    assert not server.rentals.of(rental.owner)
    bill = server.rentals.all()[0]
    assert bill.is_gone(server.rentals.clock())


def test_a_create_that_a_crash_cut_off_is_on_screen_within_five_seconds_of_a_start(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """T-54. The seconds count from when the window is there; the row is what the program leaves that dies in a POST."""
    require_packages("xvfb", "dbus-x11", "at-spi2-core", "python3-pyatspi")
    profile = tmp_path_factory.mktemp("killed")
    asyncio.run(_died_while_creating(profile))
    with screen() as display, studio(profile, display, "demo-key") as probe:
        started = time.monotonic()
        probe.until(
            lambda: any("A paid endpoint may be running: night-batch" in node.name for node in probe.tree()),
            "the red banner",
        )
        assert time.monotonic() - started <= 5


async def _died_while_creating(profile: Path) -> None:
    paths = Paths.for_profile(profile)
    paths.prepare()
    database = Database(paths.database)
    await database.open()
    plan = EndpointPlan("python:3.10-slim", port=8080)
    lost = Endpoint("e1", "netmind_endpoints", "night-batch", plan, datetime.now(UTC), phase=Phase.SENDING)
    await EndpointStore(database).save(lost)
    await database.close()
