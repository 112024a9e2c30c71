"""An endpoint in words: its state, its money, its end."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from app.domain.endpoint import Endpoint, EndpointPlan, EndpointState, Goal, Phase
from app.domain.endpoint_lease import AtTheEnd, Lease, LeaseKind
from app.domain.money import Money
from app.domain.text import Text, plain, text


class Tone(StrEnum):
    """How a state is coloured; each is a colour token."""

    DONE = "done"
    RUNNING = "running"
    WAITING = "waiting"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True)
class StateWords:
    """`word` fits a row; `detail` says what it means for the money."""

    word: Text
    tone: Tone
    detail: Text


_BILLED = text("It is billed until it is stopped or deleted.")
_BY_PHASE = {
    Phase.SENDING: StateWords(text("Creating"), Tone.RUNNING, text("The request is on its way.")),
    Phase.UNSURE: StateWords(text("May be running"), Tone.FAILED, text("Nobody knows whether it was started.")),
    Phase.GONE: StateWords(text("Deleted"), Tone.WAITING, text("The service has confirmed that it is gone.")),
}
_BY_GOAL = {
    Goal.DELETE: StateWords(
        text("Still billing"), Tone.WARNING, text("Deleting. The service has not confirmed yet that it is gone.")
    ),
    Goal.STOP: StateWords(
        text("Stopping"), Tone.WARNING, text("Still billing until the service shows that no instance is left.")
    ),
    Goal.SCALE: StateWords(
        text("Scaling"), Tone.RUNNING, text("Waiting for the service to show the new number of instances.")
    ),
}
_DELETING = StateWords(text("Deleting"), Tone.WAITING, text("No instance is left, so nothing is billed."))
_STOPPED = StateWords(text("Stopped"), Tone.WAITING, text("No instance is left, so nothing is billed."))


def state_words(endpoint: Endpoint) -> StateWords:
    """What stands in the row. A word of the server that is not known is shown as it came."""
    if endpoint.phase is not Phase.LIVE:
        return _BY_PHASE[endpoint.phase]
    if endpoint.goal is Goal.DELETE and endpoint.is_stopped:
        return _DELETING
    if endpoint.goal is not Goal.NONE:
        return _BY_GOAL[Goal.STOP if endpoint.goal is Goal.SCALE and endpoint.wanted == 0 else endpoint.goal]
    return _STOPPED if endpoint.is_stopped else _server_words(endpoint)


def _server_words(endpoint: Endpoint) -> StateWords:
    word = (
        plain(endpoint.wire_status[:1].upper() + endpoint.wire_status[1:]) if endpoint.wire_status else text("Not read")
    )
    match endpoint.state:
        case EndpointState.READY:
            return StateWords(word, Tone.DONE, text("It runs."))
        case EndpointState.STARTING:
            return StateWords(word, Tone.RUNNING, text("Getting ready. Slowlight counts this time as billed."))
        case EndpointState.FAILED:
            return StateWords(word, Tone.FAILED, text("It does not work, and is taken as billed until it is deleted."))
        case EndpointState.DELETING:
            return StateWords(word, Tone.WARNING, _BILLED)
        case _:
            return StateWords(word, Tone.WARNING, _BILLED)


def gpu_name(title: str) -> str:
    """A flavor's title as people say it: NVIDIA_GeForce_RTX_4090 is an RTX 4090."""
    return " ".join(title.replace("_", " ").split()).removeprefix("NVIDIA ").removeprefix("GeForce ")


def gpu_title(plan: EndpointPlan) -> str:
    """GPU and region: two flavors may differ by the region only (apis.md 1.3 quirk 4)."""
    parts = [gpu_name(plan.gpu_title), plan.region]
    return " \u00b7 ".join(part for part in parts if part) or "\u2013"


def money(amount: Decimal, currency: str) -> str:
    """An amount to the cent, small ones to four places; never more digits than an estimate deserves."""
    places = Decimal("0.01") if amount == 0 or abs(amount) >= Decimal("0.01") else Decimal("0.0001")
    return str(Money(amount.quantize(places, ROUND_HALF_UP), currency))


def per_hour(rate: Decimal | None, currency: str) -> Text:
    """Such as $0.60/h; a rate that is not known says so."""
    return text("unknown") if rate is None else text("{amount}/h", amount=money(rate, currency))


def lasted(seconds: float) -> Text:
    """A duration in its two largest units."""
    minutes = int(max(0.0, seconds)) // 60
    hours, days = minutes // 60, minutes // 1440
    if days:
        return text("{days} d {hours} h", days=days, hours=hours % 24)
    if hours:
        return text("{hours} h {minutes} min", hours=hours, minutes=f"{minutes % 60:02}")
    return text("{minutes} min", minutes=minutes) if minutes else text("{seconds} s", seconds=int(max(0.0, seconds)))


def lease_words(endpoint: Endpoint, now: datetime, spent: Decimal) -> Text:
    """The auto-stop clock in a few words."""
    lease = endpoint.lease
    is_ending = endpoint.goal in (Goal.STOP, Goal.DELETE)
    if not endpoint.is_billed or is_ending or endpoint.phase is not Phase.LIVE:
        return plain("\u2013")
    if lease.kind is LeaseKind.NEVER:
        return text("never")
    if lease.is_over(now, spent):
        return text("now")
    if lease.kind is LeaseKind.AMOUNT and lease.amount is not None:
        return text("at {amount}", amount=money(lease.amount, endpoint.plan.currency))
    left = lease.left_s(now, spent, endpoint.rate)
    return plain("\u2013") if left is None else text("in {time}", time=lasted(left))


def end_words(lease: Lease) -> Text:
    """What happens at the end."""
    if lease.kind is LeaseKind.NEVER:
        return text("It runs until somebody stops it.")
    if lease.action is AtTheEnd.DELETE:
        return text("Then it is deleted.")
    return text("Then its instances go to 0. Where the service does not take that, it is deleted.")
