"""A rented GPU service: what can be rented, what was asked for, and what is known about each one (seed 003, apis.md 1.3).

An endpoint is no job: it costs money from the moment it was asked for until a read proves that it is gone. So everything
here leans to one side: what is not known counts as running, a word that is not known counts as billed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from app.domain.endpoint_lease import Lease
from app.domain.problem import Problem

CURRENCIES = ("usd", "cny", "nmt")
"""The units of a flavor's price; `payment_type` names one (seed 003)."""


@dataclass(frozen=True)
class Flavor:
    """One kind of GPU that can be rented. Two may have one title and differ by region (apis.md 1.3 quirk 4).

    `prices` are by currency and, as far as anybody knows, per GPU and hour: the unit is not documented. `free` is how many
    can be had now, `most_gpus` how many one instance can have; None where the answer does not say.
    """

    flavor_id: str
    title: str
    region: str = ""
    cuda: str = ""
    cluster: str = ""
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    free: int | None = None
    most_gpus: int | None = None

    def hourly(self, currency: str, gpus: int) -> Decimal | None:
        """What one instance costs per hour; an instance without a GPU of its own is billed as one (seed 003: gpu_num 0)."""
        price = self.prices.get(currency)
        return None if price is None else price * max(1, gpus)


@dataclass(frozen=True)
class EndpointPlan:
    """What an endpoint is made of; a template is such a plan without a GPU. The command is kept letter by letter."""

    image: str = ""
    command: str = ""
    port: int | None = None
    gpus: int = 1
    flavor_id: str = ""
    gpu_title: str = ""
    region: str = ""
    cuda: str = ""
    currency: str = "usd"


@dataclass(frozen=True)
class EndpointWish:
    """Everything the form of a new endpoint says. `hourly` is the price of one instance when it was asked for."""

    provider_id: str
    name: str
    plan: EndpointPlan
    description: str = ""
    instances: int = 1
    hourly: Decimal | None = None
    lease: Lease = field(default_factory=Lease)


class EndpointState(StrEnum):
    """Canonical words for the server's; only the first two are documented (apis.md 1.3)."""

    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"
    STOPPED = "stopped"
    DELETING = "deleting"
    UNKNOWN = "unknown"


_STATES: Mapping[str, EndpointState] = {
    **dict.fromkeys(("initializing", "pending", "creating", "starting", "deploying"), EndpointState.STARTING),
    **dict.fromkeys(("available", "running", "ready", "active"), EndpointState.READY),
    **dict.fromkeys(("failed", "error", "unavailable", "crashed"), EndpointState.FAILED),
    **dict.fromkeys(("stopped", "inactive", "paused", "suspended"), EndpointState.STOPPED),
    **dict.fromkeys(("deleting", "terminating", "stopping"), EndpointState.DELETING),
}


def state_of(word: str) -> EndpointState:
    """The canonical state for a server's word; a word that is not known stays unknown, and billed."""
    return _STATES.get(word.strip().casefold(), EndpointState.UNKNOWN)


class Phase(StrEnum):
    """How sure we are that it exists."""

    SENDING = "sending"
    """Written before the POST; found so at a start it becomes *unsure*."""
    UNSURE = "unsure"
    """The POST went out and nobody knows its outcome: a paid endpoint may be running."""
    LIVE = "live"
    """Its id is known and nothing has proved that it is gone."""
    GONE = "gone"
    """A read proved it: 404, or `is_deleted` true."""


class Goal(StrEnum):
    """What was asked of it last and is not seen yet. Kept across restarts and asked again until a read shows it."""

    NONE = ""
    SCALE = "scale"
    STOP = "stop"
    DELETE = "delete"


@dataclass(frozen=True)
class Reading:
    """One answer about one endpoint. `target` and `there` are instances wanted and running; None where it does not say.

    `hints` of the kind `gpu_title` fill what a record does not know, for one that was added by id.
    """

    service_id: str
    wire_status: str = ""
    name: str = ""
    description: str = ""
    status_info: str = ""
    target: int | None = None
    there: int | None = None
    address: str = ""
    plan: EndpointPlan = field(default_factory=EndpointPlan)
    created_at: datetime | None = None
    deleted_at: datetime | None = None
    is_deleted: bool = False

    @property
    def state(self) -> EndpointState:
        """The canonical word."""
        return state_of(self.wire_status)


@dataclass(frozen=True)
class Endpoint:
    """One endpoint as it stands. Every time is UTC.

    `endpoint_id` is ours, `service_id` the server's. `wanted` is the last wish, `confirmed` the last number that a settled
    read has shown. `origin` and `account` say where it was started and with which key (a fingerprint), because a 404 from
    elsewhere proves nothing. `asked_at` is when `goal` was sent last, `seen_at` when a read last showed it alive.
    """

    endpoint_id: str
    provider_id: str
    name: str
    plan: EndpointPlan
    created_at: datetime
    description: str = ""
    phase: Phase = Phase.SENDING
    service_id: str = ""
    wanted: int = 1
    confirmed: int = 0
    there: int | None = None
    wire_status: str = ""
    status_info: str = ""
    address: str = ""
    hourly: Decimal | None = None
    goal: Goal = Goal.NONE
    lease: Lease = field(default_factory=Lease)
    asked_at: datetime | None = None
    goal_since: datetime | None = None
    seen_at: datetime | None = None
    gone_at: datetime | None = None
    origin: str = ""
    account: str = ""
    problem: Problem | None = None

    @property
    def state(self) -> EndpointState:
        """The canonical word for what the server said last."""
        return state_of(self.wire_status)

    @property
    def is_stopped(self) -> bool:
        """A read has shown that no instance is left, and nothing else was asked for since."""
        return self.phase is Phase.LIVE and self.wanted == 0 and self.confirmed == 0 and not (self.there or 0)

    @property
    def is_billed(self) -> bool:
        """Whether it has to be thought of as costing money now."""
        return self.phase is not Phase.GONE and not self.is_stopped

    @property
    def billed_instances(self) -> int:
        """The highest number that may be running: wanted, seen, or confirmed before."""
        return max(self.wanted, self.confirmed, self.there or 0) if self.is_billed else 0

    @property
    def rate(self) -> Decimal | None:
        """Estimated cost per hour in `plan.currency`; None where the price is not known."""
        if not self.is_billed:
            return Decimal(0)
        return None if self.hourly is None else self.hourly * self.billed_instances

    @property
    def is_changing(self) -> bool:
        """Whether the next reads are likely to show something new."""
        is_starting = self.phase is Phase.LIVE and self.state is EndpointState.STARTING
        return self.goal is not Goal.NONE or is_starting
