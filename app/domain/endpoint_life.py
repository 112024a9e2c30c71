"""How one endpoint's record moves on: a wish, an answer, a proof. Pure rules; each says from which moment the money counts.

The rules lean to the person's side of the bill's unknowns: wishes for more count from when they were sent, wishes for less
from when a read has shown them.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.endpoint import Endpoint, EndpointPlan, EndpointState, Goal, Phase, Reading
from app.domain.problem import Problem

CLOSE = timedelta(minutes=2)
"""A proof that comes so soon after the last sign counts from now; one that comes later, from that sign."""


def accepted(endpoint: Endpoint, reading: Reading) -> Endpoint:
    """The POST was answered, or the lost one was found: its id is known now."""
    named = replace(endpoint, phase=Phase.LIVE, service_id=reading.service_id, problem=None)
    return replace(
        named,
        wire_status=reading.wire_status or named.wire_status,
        status_info=reading.status_info,
        address=reading.address or named.address,
        plan=_filled(named.plan, reading.plan),
    )


def asked(endpoint: Endpoint, goal: Goal, now: datetime, instances: int | None = None) -> Endpoint:
    """A wish that is about to be sent. What was confirmed before stays billed until a read shows less."""
    wanted = endpoint.wanted if instances is None else instances
    since = endpoint.goal_since if goal is endpoint.goal and wanted == endpoint.wanted else now
    confirmed = max(endpoint.confirmed, endpoint.wanted if not endpoint.is_stopped else 0)
    return replace(
        endpoint, goal=goal, wanted=wanted, confirmed=confirmed, asked_at=now, goal_since=since or now, problem=None
    )


def taken_back(endpoint: Endpoint, before: Endpoint, problem: Problem) -> Endpoint:
    """The server refused the wish: everything is as it was, and the reason stands beside it."""
    return replace(
        endpoint,
        goal=before.goal,
        wanted=before.wanted,
        confirmed=before.confirmed,
        asked_at=before.asked_at,
        goal_since=before.goal_since,
        problem=problem,
    )


def read(endpoint: Endpoint, reading: Reading, now: datetime) -> tuple[Endpoint, datetime]:
    """The record after an answer, and the moment from which its rate counts."""
    if reading.is_deleted:
        return gone(endpoint, now, reading.deleted_at)
    target = endpoint.wanted if reading.target is None else reading.target
    is_settled = _is_settled(reading, target)
    seen = replace(
        endpoint,
        phase=Phase.LIVE,
        wire_status=reading.wire_status,
        status_info=reading.status_info,
        there=reading.there,
        address=reading.address or endpoint.address,
        plan=_filled(endpoint.plan, reading.plan),
        problem=None,
        seen_at=now,
    )
    if endpoint.goal is Goal.NONE or endpoint.goal is Goal.DELETE:
        seen = replace(seen, wanted=target, confirmed=target if is_settled else max(endpoint.confirmed, target))
    elif is_settled and target == endpoint.wanted:
        seen = replace(seen, goal=Goal.NONE, confirmed=target, goal_since=None)
    return seen, _counts_from(endpoint, seen, now)


def gone(endpoint: Endpoint, now: datetime, told: datetime | None = None) -> tuple[Endpoint, datetime]:
    """A read has proved that it is gone. `told` is when, where the server says so."""
    last = _last_sign(endpoint)
    at = now
    if told is not None and last <= told <= now:
        at = told
    elif endpoint.goal is Goal.DELETE and now - last > CLOSE:
        at = last  # it went when it was asked to, long before anybody could look
    ended = replace(
        endpoint, phase=Phase.GONE, goal=Goal.NONE, wanted=0, confirmed=0, there=0, gone_at=at, problem=None
    )
    return ended, at


def _is_settled(reading: Reading, target: int) -> bool:
    """Whether the answer proves that as many run as are wanted.

    None at all is proved by a word that says so, or by a count of none from one that is past its start: while it starts or
    after it failed, a count of those that answer says nothing about those that are billed.
    """
    if target == 0:
        says_none = reading.there == 0 and reading.state is EndpointState.READY
        return reading.state is EndpointState.STOPPED or says_none
    return reading.state is EndpointState.READY if reading.there is None else reading.there == target


def _counts_from(before: Endpoint, after: Endpoint, now: datetime) -> datetime:
    last = _last_sign(before)
    if after.billed_instances > before.billed_instances:
        return min(last, now)  # more than we knew of: since when is not known, so since the last read
    was_asked = before.goal is not Goal.NONE
    return last if was_asked and now - last > CLOSE else now


def _last_sign(endpoint: Endpoint) -> datetime:
    """When it was last known to be there as it was, or was asked to change."""
    return max(moment for moment in (endpoint.created_at, endpoint.seen_at, endpoint.asked_at) if moment is not None)


def _filled(plan: EndpointPlan, told: EndpointPlan) -> EndpointPlan:
    """What the record does not know is taken from the answer; what was asked for stays as it was typed."""
    return replace(
        plan,
        image=plan.image or told.image,
        command=plan.command or told.command,
        port=plan.port if plan.port is not None else told.port,
        flavor_id=plan.flavor_id or told.flavor_id,
        gpu_title=plan.gpu_title or told.gpu_title,
    )
