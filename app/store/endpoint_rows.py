"""Endpoints as JSON and back again. A row that cannot be read is not dropped by the reader: it may stand for money."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.domain.endpoint import Endpoint, EndpointPlan, Goal, Phase
from app.domain.endpoint_lease import AtTheEnd, Lease, LeaseKind
from app.domain.problem import Problem
from app.store.storable import dump_time, load_time

_TIMES = ("asked_at", "goal_since", "seen_at", "gone_at")


def record_of(endpoint: Endpoint) -> dict[str, Any]:
    """Everything that has no column of its own."""
    times = {name: dump_time(getattr(endpoint, name)) for name in _TIMES}
    return {
        "name": endpoint.name,
        "description": endpoint.description,
        "plan": asdict(endpoint.plan),
        "wanted": endpoint.wanted,
        "confirmed": endpoint.confirmed,
        "there": endpoint.there,
        "wire_status": endpoint.wire_status,
        "status_info": endpoint.status_info,
        "address": endpoint.address,
        "hourly": None if endpoint.hourly is None else str(endpoint.hourly),
        "goal": endpoint.goal.value,
        "lease": _lease_record(endpoint.lease),
        "origin": endpoint.origin,
        "account": endpoint.account,
        "problem": endpoint.problem.to_json() if endpoint.problem else None,
        **times,
    }


def endpoint_of(row: Mapping[str, Any], record: Mapping[str, Any]) -> Endpoint:
    """The endpoint of a row and its record. Raises ValueError, TypeError, KeyError or ArithmeticError for a broken one."""
    hourly = record.get("hourly")
    times = {name: load_time(record.get(name)) for name in _TIMES}
    return Endpoint(
        endpoint_id=str(row["endpoint_id"]),
        provider_id=str(row["provider_id"]),
        service_id=str(row["service_id"]),
        phase=Phase(row["phase"]),
        created_at=datetime.fromisoformat(row["created_at"]),
        name=str(record.get("name", "")),
        description=str(record.get("description", "")),
        plan=plan_of(record.get("plan") or {}),
        wanted=int(record.get("wanted", 1)),
        confirmed=int(record.get("confirmed", 0)),
        there=record.get("there"),
        wire_status=str(record.get("wire_status", "")),
        status_info=str(record.get("status_info", "")),
        address=str(record.get("address", "")),
        hourly=None if hourly is None else Decimal(hourly),
        goal=Goal(record.get("goal", "")),
        lease=_lease_of(record.get("lease") or {}),
        origin=str(record.get("origin", "")),
        account=str(record.get("account", "")),
        problem=Problem.from_json(record.get("problem")),
        **times,
    )


def plan_of(record: Mapping[str, Any]) -> EndpointPlan:
    """The plan in a JSON object; what it does not name is as in a new one."""
    known = {name: record[name] for name in EndpointPlan.__dataclass_fields__ if name in record}
    return EndpointPlan(**known)


def _lease_record(lease: Lease) -> dict[str, Any]:
    return {
        "kind": lease.kind.value,
        "action": lease.action.value,
        "since": dump_time(lease.since),
        "until": dump_time(lease.until),
        "amount": None if lease.amount is None else str(lease.amount),
        "base": str(lease.base),
        "is_warned": lease.is_warned,
        "duration_s": lease.duration_s,
    }


def _lease_of(record: Mapping[str, Any]) -> Lease:
    amount = record.get("amount")
    usual = Lease()
    return Lease(
        kind=LeaseKind(record.get("kind", usual.kind)),
        action=AtTheEnd(record.get("action", usual.action)),
        since=load_time(record.get("since")),
        until=load_time(record.get("until")),
        amount=None if amount is None else Decimal(amount),
        base=Decimal(record.get("base", "0")),
        is_warned=bool(record.get("is_warned", False)),
        duration_s=float(record.get("duration_s", usual.duration_s)),
    )
