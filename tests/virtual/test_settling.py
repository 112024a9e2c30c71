"""A lost answer: what is found in the server's list is taken, what is not is asked about, and nothing is paid twice."""

from collections.abc import Callable

import pytest

from app.domain.errors import (
    InvalidRequestError,
    KeyRejectedError,
    NoConnectionError,
    NotAllowedError,
    ServiceFailedError,
    StudioError,
)
from app.domain.job import Job, JobState
from app.domain.settling import RemoteIdError
from app.store.ledger import Event
from tests.virtual.far_side import Fate, Handle
from tests.virtual.machine import Machine

S = JobState
Make = Callable[..., Machine]


def lose(machine: Machine, fate: Fate = Fate.LOST_AFTER, delay_s: float = 0.0) -> str:
    """Sends one job whose answer does not come; returns its id when it is unsure."""
    machine.fate = lambda: (fate, delay_s)
    job_id = machine.submit()
    while machine.here.state(job_id) is not S.UNSURE:
        machine.loop.pass_time(0.1)
    machine.fate = lambda: (Fate.ANSWERED, 0.0)
    return job_id


def job_of(machine: Machine, job_id: str) -> Job:
    job = machine.here.jobs.job(job_id)
    assert job is not None
    return job


def advice(machine: Machine, job_id: str) -> str:
    problem = job_of(machine, job_id).problem
    assert problem is not None
    return str(problem.advice)


@pytest.mark.parametrize("handle", [Handle.REQUEST, Handle.TIME])
@pytest.mark.parametrize("fate", [Fate.LOST_AFTER, Fate.BAD_GATEWAY])
def test_a_job_whose_answer_was_lost_is_found_and_saved_and_paid_once(
    make_machine: Make, handle: Handle, fate: Fate
) -> None:
    machine = make_machine(handle)
    machine.start()
    job_id = lose(machine, fate)
    assert "Looking at Scripted" in advice(machine, job_id)
    machine.loop.pass_time(300)
    assert machine.here.state(job_id) is S.DONE
    assert len(job_of(machine, job_id).saved_assets) == 1
    assert machine.far.paid == 1


def test_where_only_the_time_can_tell_nothing_is_taken_before_a_post_can_no_longer_be_under_way(
    make_machine: Make,
) -> None:
    machine = make_machine(Handle.TIME)
    machine.start()
    job_id = lose(machine)
    machine.loop.pass_time(110)
    assert machine.here.state(job_id) is S.UNSURE
    machine.loop.pass_time(30)
    assert machine.here.state(job_id) is not S.UNSURE


def test_a_job_that_shows_up_late_is_found_by_a_later_look(make_machine: Make) -> None:
    machine = make_machine(Handle.TIME)
    machine.start()
    job_id = lose(machine, Fate.LATE, delay_s=400)
    machine.loop.pass_time(200)
    assert "not among the jobs" in advice(machine, job_id)
    machine.loop.pass_time(600)
    assert machine.here.state(job_id) is S.DONE
    assert machine.far.paid == 1


@pytest.mark.parametrize("handle", [Handle.REQUEST, Handle.TIME])
def test_a_job_that_was_never_started_is_asked_about_and_not_sent_again(make_machine: Make, handle: Handle) -> None:
    machine = make_machine(handle)
    machine.start()
    job_id = lose(machine, Fate.LOST_BEFORE)
    machine.loop.pass_time(86400)
    assert machine.here.state(job_id) is S.UNSURE
    assert "probably not started" in advice(machine, job_id)
    assert machine.far.posts == 1


def test_without_a_list_the_person_is_asked_at_once(make_machine: Make) -> None:
    machine = make_machine(Handle.NOTHING)
    machine.start()
    job_id = lose(machine)
    assert "no list" in advice(machine, job_id)
    machine.loop.pass_time(86400)
    assert machine.here.state(job_id) is S.UNSURE
    assert machine.far.posts == 1


def test_two_that_could_be_it_are_shown_and_none_is_taken(make_machine: Make) -> None:
    machine = make_machine(Handle.TIME)
    machine.start()
    job_id = lose(machine)
    machine.far.accept(b'{"model": "another computer\'s"}')
    machine.loop.pass_time(400)
    assert machine.here.state(job_id) is S.UNSURE
    assert "2 jobs at Scripted" in advice(machine, job_id)
    rows = machine.loop.run(machine.here.jobs.unsure.candidates(job_id))
    assert [(row.key, row.is_likely) for row in sorted(rows, key=lambda row: row.key)] == [
        ("far-1", True),
        ("far-2", True),
    ]


def test_where_the_list_shows_the_request_another_computer_s_job_does_not_disturb(make_machine: Make) -> None:
    machine = make_machine(Handle.REQUEST)
    machine.start()
    job_id = lose(machine)
    machine.far.accept(b'{"model": "test/picture", "config": {"prompt": "a lake", "seed": 1234}}')
    machine.loop.pass_time(60)
    job = job_of(machine, job_id)
    assert job.state is S.DONE
    assert job.remote_ref == {"v": 1, "key": "far-1"}


def test_one_entry_for_two_lost_answers_is_nobodys(make_machine: Make) -> None:
    machine = make_machine(Handle.TIME)
    machine.start()
    first, second = lose(machine, Fate.LOST_BEFORE), lose(machine)
    machine.loop.pass_time(400)
    assert {machine.here.state(first), machine.here.state(second)} == {S.UNSURE}


def test_a_job_whose_answer_is_still_awaited_is_not_taken_for_a_lost_one(make_machine: Make) -> None:
    machine = make_machine(Handle.TIME)
    machine.start()
    lost = lose(machine, Fate.LOST_BEFORE)
    machine.loop.pass_time(110)
    machine.fate = lambda: (Fate.ANSWERED, 30.0)  # its answer takes its time, while the list shows it already
    awaited = machine.submit("another")
    machine.loop.pass_time(60)
    assert machine.here.state(lost) is S.UNSURE
    assert machine.here.state(awaited) is S.DONE


@pytest.mark.parametrize("handle", [Handle.REQUEST, Handle.TIME])
def test_looking_goes_on_after_a_restart(make_machine: Make, handle: Handle) -> None:
    machine = make_machine(handle)
    machine.start()
    job_id = lose(machine)
    machine.kill()
    machine.start()
    assert machine.here.state(job_id) is S.UNSURE
    machine.loop.pass_time(300)
    assert machine.here.state(job_id) is S.DONE
    assert machine.far.paid == 1


def test_looking_waits_for_the_network_and_says_so(make_machine: Make) -> None:
    machine = make_machine(Handle.TIME)
    machine.start()
    job_id = lose(machine)
    machine.far.is_reachable = False
    machine.loop.pass_time(3600)
    assert "cannot be asked" in advice(machine, job_id)
    machine.far.is_reachable = True
    machine.loop.pass_time(600)
    assert machine.here.state(job_id) is S.DONE


def test_a_wall_clock_that_is_wrong_makes_the_person_choose_and_sends_nothing(make_machine: Make) -> None:
    machine = make_machine(Handle.TIME)
    machine.start()
    job_id = lose(machine)
    for job in machine.far.jobs:
        job.created_at = job.created_at.replace(year=2027)
    machine.loop.pass_time(86400 * 30)
    assert machine.here.state(job_id) is S.UNSURE
    assert machine.far.posts == 1


# --- what the person decides


def test_send_again_sends_the_very_same_request_once_more(make_machine: Make) -> None:
    machine = make_machine(Handle.REQUEST)
    machine.start()
    job_id = lose(machine, Fate.LOST_BEFORE)
    machine.loop.pass_time(600)
    machine.do(machine.here.jobs.unsure.send_again, job_id)
    machine.do(machine.here.jobs.unsure.send_again, job_id)
    machine.loop.pass_time(60)
    assert machine.here.state(job_id) is S.DONE
    assert (machine.far.posts, machine.far.paid) == (2, 1)
    assert machine.far.jobs[0].request["config"] == job_of(machine, job_id).params
    events = machine.loop.run(machine.here.store.events(job_id))
    assert [e.detail["attempt"] for e in events if e.event == Event.SENDING] == [1, 2]


@pytest.mark.parametrize("handle", [Handle.REQUEST, Handle.TIME])
def test_send_again_looks_first_and_sends_nothing_where_something_has_turned_up(
    make_machine: Make, handle: Handle
) -> None:
    machine = make_machine(handle)
    machine.start()
    job_id = lose(machine)
    machine.do(machine.here.jobs.unsure.send_again, job_id)
    machine.loop.pass_time(2)
    assert machine.far.posts == 1
    assert machine.here.state(job_id) is not S.WAITING
    machine.loop.pass_time(300)
    assert machine.here.state(job_id) is S.DONE


def test_what_the_person_has_seen_and_decided_against_is_not_taken_afterwards(make_machine: Make) -> None:
    machine = make_machine(Handle.TIME)
    machine.start()
    job_id = lose(machine, Fate.LOST_BEFORE)
    machine.far.accept(b'{"model": "another computer\'s"}')
    machine.do(machine.here.jobs.unsure.send_again, job_id)
    machine.loop.pass_time(1)
    assert "One job at Scripted could be it" in advice(machine, job_id)
    machine.fate = lambda: (Fate.LOST_AFTER, 0.0)
    machine.do(machine.here.jobs.unsure.send_again, job_id)
    machine.loop.pass_time(1)
    assert machine.far.posts == 2
    machine.kill()
    machine.start()
    machine.loop.pass_time(300)
    assert job_of(machine, job_id).remote_ref == {"v": 1, "key": "far-2"}


def test_send_again_without_a_connection_sends_nothing_and_says_why(make_machine: Make) -> None:
    machine = make_machine(Handle.TIME)
    machine.start()
    job_id = lose(machine, Fate.LOST_BEFORE)
    machine.far.is_reachable = False
    told: list[str] = []
    machine.here.jobs.trouble.connect(lambda problem: told.append(problem.code))
    machine.do(machine.here.jobs.unsure.send_again, job_id)
    machine.loop.pass_time(5)
    assert told == [NoConnectionError.code]
    assert machine.here.state(job_id) is S.UNSURE


def test_an_id_that_the_person_knows_is_taken(make_machine: Make) -> None:
    machine = make_machine(Handle.NOTHING)
    machine.start()
    job_id = lose(machine)
    machine.loop.run(machine.here.jobs.unsure.take(job_id, "  https://console.example/jobs/far-1?tab=1 "))
    machine.loop.pass_time(60)
    assert machine.here.state(job_id) is S.DONE
    assert machine.far.posts == 1


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "Paste the id"),
        ("two words", "no blanks"),
        ("x" * 300, "too long"),
        ("far-99", "does not know"),
        ("far-1", "already"),
    ],
)
def test_an_id_that_cannot_be_it_gets_its_sentence(make_machine: Make, typed: str, reason: str) -> None:
    machine = make_machine(Handle.TIME)
    machine.start()
    machine.submit()
    machine.loop.pass_time(60)
    job_id = lose(machine, Fate.LOST_BEFORE)
    with pytest.raises(RemoteIdError) as caught:
        machine.loop.run(machine.here.jobs.unsure.take(job_id, typed))
    assert reason in str(caught.value.sentence)
    assert machine.here.state(job_id) is S.UNSURE


def test_a_forgotten_job_is_looked_for_no_more_and_its_result_is_offered_as_an_orphan(make_machine: Make) -> None:
    machine = make_machine(Handle.TIME)
    machine.start()
    job_id = lose(machine)
    machine.do(machine.here.jobs.unsure.forget, job_id)
    machine.loop.pass_time(600)
    assert machine.here.state(job_id) is S.CANCELLED
    machine.loop.pass_time(3600)
    assert [orphan.entry.ref["key"] for orphan in machine.here.jobs.orphans.all] == ["far-1"]


def test_an_answer_with_the_id_of_another_job_is_no_answer(make_machine: Make) -> None:
    machine = make_machine(Handle.REQUEST)
    machine.start()
    first = machine.submit("one")
    machine.loop.pass_time(2)
    machine.fate = lambda: (Fate.SAME_ANSWER, 0.0)
    second = machine.submit("two")
    machine.loop.pass_time(300)
    assert job_of(machine, first).remote_ref == {"v": 1, "key": "far-1"}
    assert job_of(machine, second).remote_ref == {"v": 1, "key": "far-2"}
    assert machine.far.paid == 2


# --- a list that cannot be had


@pytest.mark.parametrize("refusal", [KeyRejectedError, NotAllowedError, InvalidRequestError])
def test_a_list_that_is_refused_is_left_alone_until_there_is_another_key(
    make_machine: Make, refusal: type[StudioError]
) -> None:
    machine = make_machine(Handle.REQUEST)
    machine.start()
    machine.far.list_error = refusal()
    job_id = lose(machine)
    before = machine.far.lists
    machine.loop.pass_time(30 * 24 * 3600)
    assert machine.far.lists - before <= 3  # the settler's two, and the orphans' second
    assert machine.here.state(job_id) is S.UNSURE
    assert "does not let" in advice(machine, job_id)
    machine.far.list_error = None
    machine.do(machine.here.providers.changed.emit, job_of(machine, job_id).provider_id)
    machine.loop.pass_time(60)
    assert machine.here.state(job_id) is S.DONE
    assert machine.far.paid == 1


def test_a_list_that_is_broken_is_asked_for_with_growing_pauses(make_machine: Make) -> None:
    machine = make_machine(Handle.REQUEST)
    machine.start()
    machine.far.list_error = ServiceFailedError()
    job_id = lose(machine)
    machine.loop.pass_time(24 * 3600)
    assert machine.far.lists <= 24 * 3600 / 60
    machine.far.list_error = None
    machine.loop.pass_time(600)
    assert machine.here.state(job_id) is S.DONE


# --- what is known before anything is sent


def test_the_intent_is_written_with_body_hash_provider_price_and_a_seed_of_our_own(make_machine: Make) -> None:
    machine = make_machine(Handle.TIME)
    machine.start()
    job_id = machine.submit()
    machine.loop.pass_time(60)
    events = machine.loop.run(machine.here.store.events(job_id))
    kinds = [entry.event for entry in events]
    assert kinds[:3] == [Event.INTENT, Event.SENDING, Event.STATE]
    intent = events[0].detail
    assert intent["seed"] == job_of(machine, job_id).params["seed"]
    assert (intent["provider"], intent["model"]) == ("scripted", "test/picture")
    assert {"sha256", "path", "size_bytes", "amount", "unit"} <= set(intent)
    assert kinds.index(Event.REFERENCE) < kinds.index(Event.SAVED)


@pytest.mark.parametrize("fate", [Fate.NOT_SENT, Fate.BUSY])
def test_only_what_was_provably_not_started_is_sent_again_by_itself(make_machine: Make, fate: Fate) -> None:
    machine = make_machine(Handle.TIME)
    machine.start()
    fates = [fate, fate, Fate.ANSWERED]
    machine.fate = lambda: (fates.pop(0), 0.0)
    job_id = machine.submit()
    machine.loop.pass_time(300)
    assert machine.here.state(job_id) is S.DONE
    assert machine.far.paid == 1
