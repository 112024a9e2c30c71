"""The endpoint service where things go wrong: other keys, full disks, lists that exist, servers that do not answer."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

import pytest

from app.domain.endpoint import Endpoint, Goal, Phase
from app.domain.endpoint_errors import EndpointGoneError, EndpointRefusedError
from app.domain.endpoint_lease import AtTheEnd, Lease, LeaseKind
from app.domain.errors import NoConnectionError, StudioError
from app.domain.local_errors import StorageError
from app.net.answer import Answer
from app.sandbox.rentals import DELETE_S, READY_S
from app.services.tasks import Tasks
from tests.services.endpoint_stage import Ground, Run, Wire, running, wish

Act = Callable[[Run], Awaitable[object]]
HOUR_S = 3600.0


def on(ground: Ground, *runs: Act, keys: tuple[str, ...] = ()) -> None:
    """One run of the program after the other on one ground; `keys` where they are not always the same."""

    async def main() -> None:
        for number, act in enumerate(runs):
            async with running(ground, keys[number] if keys else "key-of-this-test") as run:
                await act(run)
                assert not run.crashes

    asyncio.run(main())


def only(run: Run) -> Endpoint:
    (endpoint,) = run.service.endpoints()
    return endpoint


async def make_one(run: Run, **changes: object) -> Endpoint:
    made = await run.service.create(wish(**changes))  # type: ignore[arg-type]
    await run.pass_time(READY_S + 10)
    return only(run) if len(run.service.endpoints()) == 1 else made


# --- beginning


def test_nothing_is_rented_where_the_wish_could_not_be_written(tmp_path: Path) -> None:
    ground = Ground(tmp_path)

    async def act(run: Run) -> None:
        await run.database.read(lambda connection: connection.execute("PRAGMA query_only = 1"))
        with pytest.raises(StorageError):
            await run.service.create(wish())

    on(ground, act)
    assert not ground.wire.calls


def test_an_id_that_the_disk_refused_stays_in_memory_and_is_written_later(tmp_path: Path) -> None:
    ground = Ground(tmp_path)
    told: list[object] = []

    async def full(run: Run) -> None:
        run.service.trouble.connect(told.append)
        post = ground.wire.request

        async def then_full(method: str, path: str, **more: object) -> Answer:
            answer = await post(method, path, **more)  # type: ignore[arg-type]
            if method == "POST":
                await run.database.read(lambda connection: connection.execute("PRAGMA query_only = 1"))
            return answer

        ground.wire.request = then_full  # type: ignore[method-assign]
        made = await run.service.create(wish())
        ground.wire.request = post  # type: ignore[method-assign]
        assert made.phase is Phase.LIVE
        assert told
        await run.database.read(lambda connection: connection.execute("PRAGMA query_only = 0"))
        await run.service._round()

    async def again(run: Run) -> None:
        assert only(run).service_id == ground.book.all()[0].id

    on(ground, full, again)


@pytest.mark.parametrize("fate", ["unsent", "down", "lost"])
def test_a_create_is_sent_once_whatever_comes_of_it(tmp_path: Path, fate: str) -> None:
    ground = Ground(tmp_path)
    ground.wire.fate = lambda method: fate if method == "POST" else ""

    async def act(run: Run) -> None:
        if fate == "unsent":
            with pytest.raises(NoConnectionError):
                await run.service.create(wish())
            assert not run.service.endpoints()
        else:
            assert (await run.service.create(wish())).phase is Phase.UNSURE
        await run.pass_time(HOUR_S, step_s=60)

    on(ground, act, act if fate == "unsent" else make_nothing)
    assert [method for method, _ in ground.wire.calls].count("POST") == (2 if fate == "unsent" else 1)


async def make_nothing(run: Run) -> None:
    assert [one.phase for one in run.service.endpoints()] == [Phase.UNSURE]
    await run.pass_time(HOUR_S, step_s=60)


def test_the_cost_of_one_that_was_found_later_counts_from_its_create(tmp_path: Path) -> None:
    ground = Ground(tmp_path)

    async def lose(run: Run) -> None:
        ground.wire.fate = lambda method: "lost" if method == "POST" else ""
        await run.service.create(wish())
        ground.wire.fate = lambda _method: ""
        ground.clock.turn(2 * HOUR_S)

    async def find(run: Run) -> None:
        unsure = only(run)
        assert run.estimated == 0
        await run.service.add_by_id(unsure.provider_id, f" {ground.book.all()[0].id} ", unsure_id=unsure.endpoint_id)
        assert only(run).phase is Phase.LIVE
        assert run.estimated == Decimal("0.6") == ground.billed

    on(ground, lose, find)


def test_where_a_server_has_a_list_a_lost_one_is_found_in_it_and_strangers_are_named(tmp_path: Path) -> None:
    ground = Ground(tmp_path, has_list=True)

    async def act(run: Run) -> None:
        await run.service.create(wish("known"))
        ground.book.create("me", {**vars_of(ground), "name": "from-elsewhere"}, 1)
        ground.wire.fate = lambda method: "lost" if method == "POST" else ""
        await run.service.create(wish("lost-one"))
        await run.service._look_in_list("netmind_endpoints")
        assert {one.name: one.phase for one in run.service.endpoints()} == {
            "known": Phase.LIVE,
            "lost-one": Phase.LIVE,
        }
        assert [one.name for one in run.service.strangers("netmind_endpoints")] == ["from-elsewhere"]

    on(ground, act)


def vars_of(ground: Ground) -> dict[str, object]:
    (rental,) = ground.book.all()
    names = ("name", "description", "currency", "flavor_id", "image", "command", "port", "gpus")
    return {name: getattr(rental, name) for name in names}


def test_a_server_without_a_list_is_asked_for_it_once(tmp_path: Path) -> None:
    ground = Ground(tmp_path)

    async def act(run: Run) -> None:
        ground.wire.fate = lambda method: "lost" if method == "POST" else ""
        await run.service.create(wish())
        for _ in range(3):
            await run.service._look_in_list("netmind_endpoints")
        assert only(run).phase is Phase.UNSURE

    on(ground, act)
    assert ground.wire.calls.count(("GET", "/v1/inference-service")) == 1


def test_one_from_elsewhere_is_read_before_it_is_taken_and_gets_an_end(tmp_path: Path) -> None:
    ground = Ground(tmp_path)

    async def first(run: Run) -> None:
        await run.service.create(wish("here", instances=2))

    async def elsewhere(run: Run) -> None:
        with pytest.raises(EndpointGoneError):
            await run.service.add_by_id("netmind_endpoints", "no-such-id")
        await run.service.add_by_id("netmind_endpoints", ground.book.all()[0].id)
        added = only(run)
        assert (added.wanted, added.rate, added.plan.image) == (2, Decimal("0.6"), "python:3.10-slim")
        assert added.lease.kind is LeaseKind.TIME
        again = await run.service.add_by_id("netmind_endpoints", ground.book.all()[0].id)
        assert again.endpoint_id == added.endpoint_id

    on(ground, first)
    other = Ground(tmp_path / "other", ground.clock)
    other.profile.mkdir()
    other.book, other.wire = ground.book, ground.wire
    ground.profile = other.profile
    on(ground, elsewhere)


# --- proofs


def test_a_404_with_another_key_proves_nothing(tmp_path: Path) -> None:
    ground = Ground(tmp_path)

    async def with_other_key(run: Run) -> None:
        ground.wire.owner = "somebody else"
        await run.service.delete(only(run).endpoint_id)
        await run.pass_time(600, step_s=30)
        assert only(run).phase is Phase.LIVE
        assert only(run).is_billed
        problem = only(run).problem
        assert problem is not None
        assert problem.code == "endpoint_elsewhere"

    async def with_the_right_key(run: Run) -> None:
        ground.wire.owner = "me"
        await run.pass_time(120)
        assert only(run).phase is Phase.GONE

    on(ground, make_one, with_other_key, with_the_right_key, keys=("mine", "another", "mine"))


def test_at_another_address_nothing_is_asked_and_nothing_proved(tmp_path: Path) -> None:
    ground = Ground(tmp_path)

    async def moved(run: Run) -> None:
        ground.wire.base_url = "http://127.0.0.1:10"
        ground.wire.calls.clear()
        await run.pass_time(120)
        assert not ground.wire.calls
        assert only(run).is_billed

    on(ground, make_one, moved)


def test_one_that_somebody_else_deleted_is_gone_after_two_answers(tmp_path: Path) -> None:
    ground = Ground(tmp_path)

    async def act(run: Run) -> None:
        await make_one(run)
        await run.pass_time(HOUR_S, step_s=60)
        ground.book.delete(ground.book.all()[0])
        ground.clock.turn(DELETE_S + 60)
        await run.service.watch.round()
        assert only(run).is_billed, "one 404 may be a mistake"
        await run.pass_time(120)
        assert only(run).phase is Phase.GONE

    on(ground, act)


def test_a_wish_that_was_lost_is_sent_again_until_a_read_shows_it(tmp_path: Path) -> None:
    ground = Ground(tmp_path)

    async def act(run: Run) -> None:
        await make_one(run)
        lose = iter([True, True, False])
        ground.wire.fate = lambda method: "unsent" if method == "DELETE" and next(lose) else ""
        await run.service.delete(only(run).endpoint_id)
        assert only(run).goal is Goal.DELETE
        await run.pass_time(300)
        assert only(run).phase is Phase.GONE

    on(ground, act)
    assert [method for method, _ in ground.wire.calls].count("DELETE") == 3


def test_a_refused_change_is_taken_back_with_its_reason(tmp_path: Path) -> None:
    ground = Ground(tmp_path)

    async def act(run: Run) -> None:
        await make_one(run, name="x [no zero]")
        with pytest.raises(EndpointRefusedError):
            await run.service.scale(only(run).endpoint_id, 0)
        assert (only(run).wanted, only(run).goal) == (1, Goal.NONE)
        assert only(run).problem is not None
        assert only(run).rate == Decimal("0.3")

    on(ground, act)


# --- the end


@pytest.mark.parametrize(
    ("name", "action", "sent"),
    [
        ("plain", AtTheEnd.STOP, ["PUT"]),
        ("plain", AtTheEnd.DELETE, ["DELETE"]),
        ("x [no zero]", AtTheEnd.STOP, ["PUT", "PUT", "DELETE"]),
        ("x [text]", AtTheEnd.STOP, ["PUT", "PUT"]),
    ],
)
def test_the_end_does_what_was_chosen_or_deletes(tmp_path: Path, name: str, action: AtTheEnd, sent: list[str]) -> None:
    ground = Ground(tmp_path)

    async def act(run: Run) -> None:
        await make_one(run, name=name, lease=Lease(action=action, duration_s=600))
        await run.pass_time(700)
        assert not only(run).is_billed

    on(ground, act)
    assert [method for method, _ in ground.wire.calls if method in ("PUT", "DELETE")] == sent


def test_a_stop_that_is_never_proved_becomes_a_deletion(tmp_path: Path) -> None:
    ground = Ground(tmp_path)

    async def act(run: Run) -> None:
        await make_one(run, name="x [fail]", lease=Lease(duration_s=600))
        await run.pass_time(600 + 15 * 60)
        assert only(run).phase is Phase.GONE

    on(ground, act)


def test_an_amount_ends_it_within_a_cent(tmp_path: Path) -> None:
    ground = Ground(tmp_path)

    async def act(run: Run) -> None:
        await make_one(run, lease=Lease(LeaseKind.AMOUNT, AtTheEnd.DELETE, amount=Decimal(1)))
        await run.pass_time(4 * HOUR_S)
        assert only(run).phase is Phase.GONE

    on(ground, act)
    assert abs(ground.billed - 1) < Decimal("0.01")


@pytest.mark.parametrize(
    "lease", [Lease(duration_s=600), Lease(LeaseKind.AMOUNT, amount=Decimal("0.05"))], ids=["time", "amount"]
)
def test_one_that_is_started_again_after_its_end_gets_the_same_time_once_more(tmp_path: Path, lease: Lease) -> None:
    ground = Ground(tmp_path)

    async def act(run: Run) -> None:
        await make_one(run, lease=lease)
        await run.pass_time(700)
        assert only(run).is_stopped
        await run.service.scale(only(run).endpoint_id, 1)
        await run.pass_time(300)
        assert only(run).confirmed == 1
        await run.pass_time(400)
        assert only(run).is_stopped

    on(ground, act)


def test_after_a_start_the_overdue_one_is_ended_before_anything_is_asked(tmp_path: Path) -> None:
    ground = Ground(tmp_path)

    async def two(run: Run) -> None:
        await run.service.create(wish("forever", lease=Lease(LeaseKind.NEVER)))
        await run.service.create(wish("over", lease=Lease(action=AtTheEnd.DELETE)))
        ground.clock.turn(10 * HOUR_S)
        ground.wire.calls.clear()

    async def start(run: Run) -> None:
        await run.service.watch.round()
        over = next(one for one in run.service.endpoints() if one.name == "over")
        assert ground.wire.calls[0] == ("DELETE", f"/v1/inference-service/{over.service_id}")

    on(ground, two, start)


def test_a_server_that_does_not_answer_holds_up_nobody_elses_end(tmp_path: Path) -> None:
    """The real loop of the watch, with a read that hangs for ever."""
    ground = Ground(tmp_path)

    async def act(run: Run) -> None:
        slow = await run.service.create(wish("slow", lease=Lease(LeaseKind.NEVER)))
        await run.service.create(wish("over", lease=Lease(action=AtTheEnd.DELETE, duration_s=60)))
        ground.clock.turn(READY_S + 120)
        wire: Wire = ground.wire
        answer = wire.request

        async def hanging(method: str, path: str, **more: object) -> Answer:
            if method == "GET" and path.endswith(slow.service_id):
                await asyncio.Event().wait()
            return await answer(method, path, **more)  # type: ignore[arg-type]

        wire.request = hanging  # type: ignore[method-assign]
        tasks = Tasks()
        run.service._start_task = tasks.start
        tasks.start("watch", run.service._run())
        while ("DELETE" in {method for method, _ in wire.calls}) is False:
            await asyncio.sleep(0.01)
        await tasks.close()
        wire.request = answer  # type: ignore[method-assign]

    on(ground, act)


def test_polling_rests_when_nobody_looks_and_nothing_costs(tmp_path: Path) -> None:
    ground = Ground(tmp_path)

    async def act(run: Run) -> None:
        await make_one(run)
        ground.wire.calls.clear()
        await run.pass_time(600)
        assert 8 <= len(ground.wire.calls) <= 12, "once a minute while it costs money"
        run.service._is_seen = True
        ground.wire.calls.clear()
        await run.pass_time(600)
        assert 30 <= len(ground.wire.calls) <= 42, "every 15 seconds while it is seen"
        run.service._is_seen = False
        await run.service.scale(only(run).endpoint_id, 0)
        await run.pass_time(120)
        ground.wire.calls.clear()
        await run.pass_time(600)
        assert not ground.wire.calls

    on(ground, act)


def test_failures_make_the_pauses_longer(tmp_path: Path) -> None:
    ground = Ground(tmp_path)

    async def act(run: Run) -> None:
        await make_one(run)
        ground.wire.fate = lambda _method: "down"
        ground.wire.calls.clear()
        await run.pass_time(HOUR_S, step_s=10)
        assert len(ground.wire.calls) < 20
        problem = only(run).problem
        assert problem is not None
        assert only(run).is_billed

    on(ground, act)


def test_what_is_taken_off_the_page_stays_in_the_sums(tmp_path: Path) -> None:
    ground = Ground(tmp_path)

    async def act(run: Run) -> None:
        await make_one(run)
        await run.pass_time(HOUR_S, step_s=60)
        await run.service.delete(only(run).endpoint_id)
        await run.pass_time(60)
        before = run.estimated
        await run.service.take_off(only(run).endpoint_id)
        assert not run.service.endpoints()
        assert run.estimated == before > Decimal("0.3")

    async def later(run: Run) -> None:
        assert run.estimated > Decimal("0.3")
        assert not run.service.endpoints()

    on(ground, act, later)


def test_closing_waits_for_a_create_that_is_on_its_way(tmp_path: Path) -> None:
    ground = Ground(tmp_path)

    async def act(run: Run) -> None:
        gate, answer = asyncio.Event(), ground.wire.request

        async def slow(method: str, path: str, **more: object) -> Answer:
            if method == "POST":
                await gate.wait()
            return await answer(method, path, **more)  # type: ignore[arg-type]

        ground.wire.request = slow  # type: ignore[method-assign]
        creating = asyncio.ensure_future(run.service.create(wish()))
        await asyncio.sleep(0.01)
        closing = asyncio.ensure_future(run.service.close())
        await asyncio.sleep(0.01)
        assert not closing.done()
        gate.set()
        await closing
        assert (await creating).phase is Phase.LIVE
        ground.wire.request = answer  # type: ignore[method-assign]

    on(ground, act)


def test_every_error_has_sentences_with_the_name_in_them(tmp_path: Path) -> None:
    ground = Ground(tmp_path)

    async def act(run: Run) -> None:
        body = wish("named")
        ground.wire.fate = lambda _method: ""
        bad = wish("named")
        bad = type(bad)(bad.provider_id, "named", type(bad.plan)("python", port=0), hourly=bad.hourly)
        with pytest.raises(StudioError) as caught:
            await run.service.create(bad)
        problem = caught.value.problem(provider="NetMind")
        assert "named" in str(problem.happened)
        assert str(problem.money) == "Nothing was started or changed by it."
        assert body.name == "named"

    on(ground, act)
