"""Finished jobs on the server that are not in the library: found, offered, brought in on request, and never twice."""

from collections.abc import Callable
from shutil import rmtree

from app.domain.job import JobState
from app.services.orphans import Orphan
from tests.virtual.far_side import Fate, Handle
from tests.virtual.machine import Machine

S = JobState
Make = Callable[..., Machine]

BODY = b'{"model": "test/picture", "config": {"prompt": "a boat", "seed": 3}}'


def found(machine: Machine) -> tuple[Orphan, ...]:
    return machine.here.jobs.orphans.all


def keys(machine: Machine) -> list[str]:
    return [orphan.key for orphan in found(machine)]


def on_the_server(machine: Machine, count: int = 3) -> None:
    """Finished jobs that this computer knows nothing of."""
    for _ in range(count):
        machine.far.accept(BODY)
    machine.loop.pass_time(60)


def test_finished_jobs_that_are_not_here_are_offered_at_start(make_machine: Make) -> None:
    machine = make_machine(Handle.TIME)
    on_the_server(machine)
    machine.start()
    machine.loop.pass_time(5)
    assert sorted(keys(machine)) == ["scripted far-1", "scripted far-2", "scripted far-3"]
    assert machine.jobs() == []


def test_what_comes_later_is_offered_within_an_hour(make_machine: Make) -> None:
    machine = make_machine(Handle.TIME)
    machine.start()
    on_the_server(machine, 1)
    machine.loop.pass_time(3600)
    assert keys(machine) == ["scripted far-1"]


def test_chosen_ones_are_saved_like_any_other_and_the_rest_stays_offered(make_machine: Make) -> None:
    machine = make_machine(Handle.REQUEST)
    on_the_server(machine)
    machine.start()
    machine.loop.pass_time(5)
    chosen = keys(machine)[:2]
    machine.do(machine.here.jobs.orphans.bring_in, chosen)
    machine.loop.pass_time(60)
    assert [job.state for job in machine.jobs()] == [S.DONE, S.DONE]
    assert all(len(job.saved_assets) == 1 for job in machine.jobs())
    assert len(found(machine)) == 1
    assert machine.far.paid == 3


def test_bringing_the_same_in_twice_makes_one_job(make_machine: Make) -> None:
    machine = make_machine(Handle.TIME)
    on_the_server(machine, 1)
    machine.start()
    machine.loop.pass_time(5)
    chosen = keys(machine)
    machine.do(machine.here.jobs.orphans.bring_in, chosen)
    machine.do(machine.here.jobs.orphans.bring_in, chosen)
    machine.loop.pass_time(60)
    assert len(machine.jobs()) == 1


def test_dismissed_ones_are_not_offered_again_in_later_runs_neither(make_machine: Make) -> None:
    machine = make_machine(Handle.TIME)
    on_the_server(machine)
    machine.start()
    machine.loop.pass_time(5)
    machine.do(machine.here.jobs.orphans.dismiss, keys(machine)[:2])
    machine.loop.pass_time(5)
    assert len(found(machine)) == 1
    machine.stop()
    machine.start()
    machine.loop.pass_time(5)
    assert len(found(machine)) == 1


def test_own_jobs_are_no_orphans_deleted_ones_neither(make_machine: Make) -> None:
    machine = make_machine(Handle.TIME)
    machine.start()
    kept, removed = machine.submit("one"), machine.submit("two")
    machine.loop.pass_time(60)
    machine.do(machine.here.jobs.delete, removed)
    machine.loop.pass_time(3700)
    assert found(machine) == ()
    assert machine.here.state(kept) is S.DONE


def test_a_job_that_still_runs_over_there_is_not_offered_yet(make_machine: Make) -> None:
    machine = make_machine(Handle.TIME)
    machine.far.lasts_s = 3000
    machine.far.accept(BODY)
    machine.start()
    machine.loop.pass_time(5)
    assert found(machine) == ()
    machine.loop.pass_time(3700)
    assert len(found(machine)) == 1


def test_what_a_lost_answer_may_have_started_is_left_to_that_job(make_machine: Make) -> None:
    machine = make_machine(Handle.TIME)
    machine.start()
    machine.fate = lambda: (Fate.LOST_AFTER, 0.0)
    machine.submit()
    machine.far.accept(BODY)
    machine.loop.pass_time(3700)
    assert [job.state for job in machine.jobs()] == [S.UNSURE]
    assert found(machine) == ()


def test_after_a_reinstall_everything_that_the_server_still_has_comes_back(make_machine: Make) -> None:
    machine = make_machine(Handle.REQUEST)
    machine.start()
    for number in range(5):
        machine.submit(f"boat {number}")
    machine.loop.pass_time(120)
    machine.stop()
    for path in machine.profile.iterdir():
        rmtree(path) if path.is_dir() else path.unlink()
    machine.start()
    machine.loop.pass_time(5)
    assert len(found(machine)) == 5
    machine.do(machine.here.jobs.orphans.bring_in, keys(machine))
    machine.loop.pass_time(120)
    assert [job.state for job in machine.jobs()] == [S.DONE] * 5
    assert machine.far.paid == 5


def test_a_list_that_shows_a_job_twice_offers_it_once(make_machine: Make) -> None:
    machine = make_machine(Handle.TIME)
    on_the_server(machine, 1)
    machine.far.jobs.append(machine.far.jobs[0])
    machine.start()
    machine.loop.pass_time(5)
    assert keys(machine) == ["scripted far-1"]


def test_a_server_that_cannot_be_reached_is_asked_again_soon(make_machine: Make) -> None:
    machine = make_machine(Handle.TIME)
    on_the_server(machine, 1)
    machine.far.is_reachable = False
    machine.start()
    machine.loop.pass_time(60)
    assert found(machine) == ()
    machine.far.is_reachable = True
    machine.loop.pass_time(600)
    assert len(found(machine)) == 1
