"""Money leans to the safe side: what an endpoint is billed for, when it counts as stopped or gone, and when it ends."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.domain import endpoint_life as life
from app.domain.endpoint import Endpoint, EndpointPlan, EndpointWish, Flavor, Goal, Phase, Reading
from app.domain.endpoint_form import TEMPLATES, EndpointTemplate, free_name, problems, warnings
from app.domain.endpoint_lease import Lease, LeaseKind
from app.domain.endpoint_spend import Stretch, by_day, spent
from app.domain.endpoint_words import lasted, lease_words, money, state_words

NOW = datetime(2026, 3, 12, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FLAVOR = Flavor("f", "RTX", prices={"usd": Decimal("0.3")}, free=1, most_gpus=2)


def running(**changes: object) -> Endpoint:
    """One with two instances at 30 cents each, last seen a minute ago."""
    known = Endpoint(
        "e1",
        "netmind_endpoints",
        "test",
        EndpointPlan("python"),
        NOW - HOUR,
        phase=Phase.LIVE,
        service_id="s1",
        wanted=2,
        confirmed=2,
        wire_status="available",
        hourly=Decimal("0.3"),
        seen_at=NOW - timedelta(minutes=1),
    )
    return replace(known, **changes)  # type: ignore[arg-type]


def answer(status: str = "available", target: int | None = 2, there: int | None = None, **more: object) -> Reading:
    return Reading("s1", status, target=target, there=there, **more)  # type: ignore[arg-type]


def test_a_gpu_is_billed_as_one_where_an_instance_has_none_of_its_own() -> None:
    assert FLAVOR.hourly("usd", 0) == FLAVOR.hourly("usd", 1) == Decimal("0.3")
    assert FLAVOR.hourly("usd", 2) == Decimal("0.6")
    assert FLAVOR.hourly("cny", 1) is None


@pytest.mark.parametrize("word", ["initializing", "failed", "stopped", "deleting", "unavailable", "hibernating", ""])
def test_every_word_but_a_proof_is_billed(word: str) -> None:
    seen, _ = life.read(running(), answer(word), NOW)
    assert seen.billed_instances == 2
    assert state_words(seen).word


def test_an_unknown_word_is_shown_as_it_came() -> None:
    assert str(state_words(running(wire_status="hibernating")).word) == "Hibernating"


def test_old_values_in_an_answer_do_not_undo_a_wish() -> None:
    asked = life.asked(running(), Goal.SCALE, NOW, 5)
    seen, _ = life.read(asked, answer("initializing", 2), NOW)
    assert (seen.goal, seen.wanted, seen.billed_instances) == (Goal.SCALE, 5, 5)
    done, _ = life.read(seen, answer("available", 5), NOW)
    assert (done.goal, done.billed_instances) == (Goal.NONE, 5)


def test_fewer_instances_are_billed_as_before_until_a_read_shows_them() -> None:
    asked = life.asked(running(), Goal.SCALE, NOW, 1)
    assert asked.billed_instances == 2
    waiting, _ = life.read(asked, answer("initializing", 1), NOW)
    assert waiting.billed_instances == 2
    done, _ = life.read(waiting, answer("available", 1), NOW)
    assert done.billed_instances == 1


@pytest.mark.parametrize(
    ("reading", "stopped"),
    [
        (answer("available", 0), False),
        (answer("initializing", 0), False),
        (answer("available", 0, 1), False),
        (answer("available", 0, 0), True),
        (answer("initializing", 0, 0), False),
        (answer("failed", 0, 0), False),
        (answer("stopped", 0), True),
        (answer("stopped", 2), False),
    ],
)
def test_stopped_is_what_a_read_proves_and_nothing_else(reading: Reading, *, stopped: bool) -> None:
    seen, _ = life.read(life.asked(running(), Goal.STOP, NOW, 0), reading, NOW)
    assert seen.is_stopped is stopped
    assert (seen.rate == 0) is stopped


def test_a_deletion_is_still_billing_until_it_is_proved() -> None:
    asked = life.asked(running(), Goal.DELETE, NOW)
    seen, _ = life.read(asked, answer("deleting"), NOW)
    assert str(state_words(seen).word) == "Still billing"
    assert seen.rate == Decimal("0.6")
    ended, at = life.gone(seen, NOW + timedelta(seconds=5))
    assert (ended.phase, ended.rate, at) == (Phase.GONE, Decimal(0), NOW + timedelta(seconds=5))


def test_what_went_while_nobody_looked_is_counted_until_it_was_asked_to_go() -> None:
    asked = life.asked(running(), Goal.DELETE, NOW)
    _, at = life.gone(asked, NOW + 10 * HOUR)
    assert at == NOW


def test_what_somebody_else_deleted_is_counted_until_the_proof_unless_the_server_says_when() -> None:
    assert life.gone(running(), NOW + 10 * HOUR)[1] == NOW + 10 * HOUR
    assert life.gone(running(), NOW + 10 * HOUR, NOW + HOUR)[1] == NOW + HOUR
    assert life.gone(running(), NOW + 10 * HOUR, NOW - 5 * HOUR)[1] == NOW + 10 * HOUR, "before it was seen alive"


def test_an_end_after_a_time_warns_at_eighty_percent_and_can_be_put_off() -> None:
    lease = Lease().begun(NOW)
    assert not lease.should_warn(NOW + 95 * timedelta(minutes=1), Decimal(0))
    assert lease.should_warn(NOW + 96 * timedelta(minutes=1), Decimal(0))
    assert lease.is_over(NOW + 2 * HOUR, Decimal(0))
    longer = lease.extended(NOW + 2 * HOUR, None)
    assert not longer.should_warn(NOW + 2 * HOUR, Decimal(0))
    assert longer.is_over(NOW + 3 * HOUR, Decimal(0))


def test_an_end_at_an_amount_counts_the_whole_spend() -> None:
    lease = Lease(LeaseKind.AMOUNT, amount=Decimal(6), base=Decimal(1)).begun(NOW)
    assert not lease.should_warn(NOW, Decimal("4.9"))
    assert lease.should_warn(NOW, Decimal(5))
    assert lease.is_over(NOW, Decimal(6))
    assert not lease.extended(NOW, Decimal("0.6")).is_over(NOW, Decimal(6))


def test_never_never_ends() -> None:
    never = Lease(LeaseKind.NEVER).begun(NOW)
    assert not never.is_over(NOW + 10_000 * HOUR, Decimal(10**6))
    assert str(lease_words(running(lease=never), NOW, Decimal(0))) == "never"


def test_money_is_exact_over_stretches_and_days() -> None:
    one = Stretch("e1", NOW, Decimal("0.3"), "usd", NOW + HOUR)
    two = Stretch("e1", NOW + HOUR, Decimal("0.6"), "usd")
    assert spent((one, two), NOW + 3 * HOUR) == Decimal("1.5")
    days = by_day((one, two), [(NOW, NOW + HOUR), (NOW + HOUR, NOW + 2 * HOUR)], NOW + HOUR * 3 / 2)
    assert [day.total for day in days] == [Decimal("0.3"), Decimal("0.3")]


def test_the_form_says_what_is_wrong_with_each_field() -> None:
    empty = EndpointWish("p", " ", EndpointPlan(gpus=3), instances=0, lease=Lease(LeaseKind.AMOUNT))
    assert set(problems(empty, FLAVOR)) == {"name", "image", "port", "gpus", "instances", "lease"}
    good = EndpointWish("p", "n", EndpointPlan("python", port=80, gpus=0), hourly=Decimal(1))
    assert problems(good, FLAVOR) == {}
    assert set(problems(good, None)) == {"flavor"}
    assert set(warnings(replace(good, instances=2), FLAVOR)) == {"instances"}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.template_id)
def test_every_template_can_be_created_as_it_stands(template: EndpointTemplate) -> None:
    assert problems(EndpointWish("p", "n", template.plan), FLAVOR) == {}


def test_names_stay_apart() -> None:
    assert free_name("comfy", set()) == "comfy"
    assert free_name("comfy", {"comfy", "comfy-2"}) == "comfy-3"


def test_amounts_and_times_are_short() -> None:
    assert money(Decimal("1.239"), "usd") == "$1.24"
    assert money(Decimal("0.00219"), "usd") == "$0.0022"
    assert [str(lasted(s)) for s in (5, 300, 3660, 90_000)] == ["5 s", "5 min", "1 h 01 min", "1 d 1 h"]
