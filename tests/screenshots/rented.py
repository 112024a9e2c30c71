"""A profile with some rented endpoints and a week of their cost, and a service on this computer that has a price list."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from app.domain.endpoint import Endpoint, EndpointPlan, Goal, Phase
from app.domain.endpoint_errors import EndpointUnknownError
from app.domain.endpoint_lease import Lease, LeaseKind
from app.sandbox.rentals import FLAVORS
from app.sandbox.running import RunningSandbox
from app.store.database import Database
from app.store.endpoint_store import EndpointStore
from app.system.paths import Paths

KEY = "demo-key"
HOUR = timedelta(hours=1)
_USD = Decimal("0.3")
_WEEK = ((6, "comfy-render", 4.0), (5, "comfy-render", 6.0), (5, "upscaler", 3), (4, "test-flask-server-9", 3), (3, "x", 0),
         (3, "comfy-render", 9), (3, "upscaler", 4), (2, "test-flask-server-9", 1.6), (1, "comfy-render", 5),
         (1, "upscaler", 2))  # fmt: skip
"""Days ago, whose, hours."""


@contextmanager
def service(profile: Path) -> Iterator[None]:
    """A price list to choose from; nothing is rented there."""
    with RunningSandbox() as server:
        address = {"providers": {"netmind_endpoints": {"base_url": server.base_url}}}
        (profile / "settings.json").write_text(json.dumps(address))
        yield


async def fill(profile: Path, *, unsure: bool = False) -> None:
    """Writes them into a new profile."""
    paths = Paths.for_profile(profile)
    paths.prepare()
    database = Database(paths.database)
    await database.open()
    store, now = EndpointStore(database), datetime.now(UTC)
    for endpoint in _endpoints(now, unsure=unsure):
        await store.save(endpoint, rate_from=endpoint.created_at)
    for days, name, hours in _WEEK:
        begin = now.replace(hour=9, minute=0) - timedelta(days=days)
        past = _one(name, begin, phase=Phase.LIVE)
        past = replace(past, endpoint_id=f"{name}-{days}", service_id="")
        await store.save(past, rate_from=begin)
        await store.save(replace(past, phase=Phase.GONE), rate_from=begin + hours * HOUR)
        await store.hide(past.endpoint_id, now)
    await database.close()


def _one(name: str, created: datetime, **changes: object) -> Endpoint:
    flavor = FLAVORS[1]
    plan = EndpointPlan(
        "ghcr.io/studio/comfy:1.4", "python main.py --listen", 8188, 1, flavor.flavor_id, flavor.name, "other", "12.0"
    )
    made = Endpoint(
        endpoint_id=name,
        provider_id="netmind_endpoints",
        name=name,
        plan=plan,
        created_at=created,
        phase=Phase.LIVE,
        service_id=f"6b1f{name.encode().hex()[:25]}a27",
        wanted=1,
        confirmed=1,
        there=1,
        wire_status="available",
        address="https://6b1f0c1e.endpoints.example.com/",
        hourly=_USD,
        seen_at=created,
        lease=replace(Lease(duration_s=6 * 3600).begun(created)),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def _endpoints(now: datetime, *, unsure: bool) -> list[Endpoint]:
    flask = EndpointPlan(
        "python:3.10-slim", "python app.py", 8080, 0, FLAVORS[0].flavor_id, FLAVORS[0].name, "cn", "12.0"
    )
    flavor = FLAVORS[0]
    found = [
        _one("comfy-render", now - 5.2 * HOUR, wanted=2, confirmed=2, there=2),
        _one("test-flask-server-9", now - 5 * HOUR, plan=flask, lease=Lease(LeaseKind.NEVER)),
        _one("upscaler", now - HOUR / 90, there=0, confirmed=0, wire_status="initializing", lease=Lease().begun(now)),
        _one(
            "voice-clone-test",
            now - HOUR / 3,
            plan=replace(flask, image="python:3.11-slim"),
            there=0,
            wire_status="failed",
            status_info="Back-off restarting failed container",
            lease=Lease().begun(now - HOUR / 3),
        ),
        _one("old-render", now - 3 * HOUR, goal=Goal.DELETE, goal_since=now, asked_at=now, wire_status="deleting"),
    ]
    if unsure:
        problem = EndpointUnknownError(name="night-batch").problem(provider="NetMind")
        plan = replace(flask, gpu_title=flavor.name)
        lost = _one("night-batch", now, phase=Phase.UNSURE, service_id="", wire_status="", plan=plan, problem=problem)
        found.append(replace(lost, confirmed=0, there=None, address=""))
    return found
