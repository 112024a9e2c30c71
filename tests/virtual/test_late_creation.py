"""T-07: the program dies while its request is under way, and the server makes the job only after that.

A person who sends again as soon as the studio says that nothing was found must not pay twice (reliability.md 1.6: without
waiting, 15 of 120 such cases were paid twice).
"""

from collections.abc import Callable
from random import Random

import pytest

from app.domain.job import JobState
from tests.counts import say
from tests.virtual.conftest import chance
from tests.virtual.far_side import Fate, Handle
from tests.virtual.machine import Machine

S = JobState
CASES = 200
LATEST_S = 120.0
Make = Callable[..., Machine]


def _asks(machine: Machine, job_id: str) -> bool:
    """Whether the card says that it was probably not started."""
    job = machine.here.jobs.job(job_id)
    assert job is not None
    return job.state is S.UNSURE and job.problem is not None and "probably not started" in str(job.problem.advice)


def _case(machine: Machine, luck: Random) -> bool:
    """One case; whether the person was asked and sent again."""
    begins = luck.random() < 0.8
    delay_s = luck.uniform(0, LATEST_S)
    machine.fate = lambda: (Fate.LATE if begins else Fate.LOST_BEFORE, delay_s)
    machine.start()
    job_id = machine.submit(f"boat {luck.random()}")
    while not machine.far.posts:
        machine.loop.pass_time(0.05)
    machine.loop.pass_time(luck.choice([0.0, 0.01, 1.0, luck.uniform(0, 60)]))
    machine.kill()
    machine.fate = lambda: (Fate.ANSWERED, 0.0)
    machine.loop.pass_time(luck.choice([0.0, 5.0, luck.uniform(0, 600)]))
    machine.start()
    was_asked = False
    for _ in range(400):
        if _asks(machine, job_id) and not was_asked:
            was_asked = True
            machine.do(machine.here.jobs.unsure.send_again, job_id)
        if machine.here.state(job_id) is S.DONE:
            break
        machine.loop.pass_time(10)
    assert machine.here.state(job_id) is S.DONE
    assert machine.far.paid == 1
    assert machine.crashes + machine.here.crashes == []
    return was_asked


@pytest.mark.parametrize("handle", [Handle.REQUEST, Handle.TIME])
def test_t07_a_job_that_is_made_late_is_never_paid_twice(make_machine: Make, handle: Handle) -> None:
    asked = 0
    for number in range(CASES // 2):
        machine = make_machine(handle, number)
        asked += _case(machine, chance(number))
        machine.clear_up()
    assert 0 < asked < CASES // 2
    say("T-07", f"{handle}: {CASES // 2} cases of late creation, {asked} asked and sent again, 0 paid twice")
