"""T-27: sleep, wall clocks that jump, and networks that come and go: nothing expires early, and nothing comes in a burst.

A schedule is some hours of a studio with a dozen jobs over there. The service's clock is right and its results are kept
for a day; it alone decides what has expired.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from shutil import rmtree
from tempfile import mkdtemp

import pytest

from app.domain.job import JobState
from tests.counts import say
from tests.load.sky import ENDED_EARLY, Sky, chance
from tests.virtual.conftest import quick_disk
from tests.virtual.far_side import Handle

S = JobState
SCHEDULES, JOBS = 300, 12
MOST_IN_A_SECOND = 8
SOON_S = 5.5
"""Five seconds, and the way there and back."""
ON_ITS_WAY_S = 0.06
"""A question that was out there when the computer fell asleep is answered when it wakes."""
HOUR, DAY = 3600.0, 86400.0


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(mkdtemp(prefix="slowlight-test-", dir=quick_disk()))
    yield made
    rmtree(made, ignore_errors=True)


def sleeps(sky: Sky, random: Random) -> None:
    sky.sleep(random.choice([10, 60, 600, HOUR, 8 * HOUR, 25 * HOUR, 3 * DAY]))


def jumps(sky: Sky, random: Random) -> None:
    sky.jump(random.choice([25 * HOUR, -3 * DAY, HOUR, -HOUR, 61, -61, 400 * DAY]))


def loses_its_date(sky: Sky, random: Random) -> None:
    sky.set_wall(random.choice([datetime(1970, 1, 1, tzinfo=UTC), datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC)]))


def goes_offline(sky: Sky, random: Random) -> None:
    sky.far.is_reachable = False
    sky.pass_time(random.choice([20, 120, 600]))
    sky.far.is_reachable = True


def restarts(sky: Sky, random: Random) -> None:
    sky.machine.stop()
    sky.jump(random.choice([0, 25 * HOUR, -3 * DAY]))
    sky.machine.start()


EVENTS = (sleeps, jumps, loses_its_date, goes_offline, restarts)


def watched(sky: Sky) -> bool:
    return any(job.state in (S.QUEUED, S.RUNNING) for job in sky.machine.jobs())


def early_endings(sky: Sky) -> list[str]:
    """Jobs that ended badly although the service still has them."""
    there = {job.key for job in sky.far.shown()}
    ended = [job for job in sky.machine.jobs() if job.state in ENDED_EARLY]
    return [f"{job.state}: {job.problem}" for job in ended if (job.remote_ref or {}).get("key") in there]


def play(sky: Sky, random: Random) -> int:
    """One schedule; returns the largest burst of it."""
    machine, worst = sky.machine, 0
    machine.start()
    for number in range(JOBS):
        sky.far.lasts_s = random.choice([60.0, 240.0, 600.0])
        machine.submit(f"job {number}")
        sky.pass_time(0.3)
    sky.pass_time(30)
    for _ in range(random.randint(2, 5)):
        event, awake = random.choice(EVENTS), watched(sky)
        event(sky, random)
        since_s = sky.loop.time()
        sky.pass_time(SOON_S)
        if event in (sleeps, goes_offline) and awake:
            assert any(at >= since_s - ON_ITS_WAY_S for at in sky.asked_at), (
                f"nobody asked soon after it {event.__name__} at {since_s}"
            )
        sky.pass_time(random.choice([5.0, 60.0, 300.0]))
        worst = max(worst, sky.burst(since_s))
        assert early_endings(sky) == []
    sky.pass_time(1200)
    return worst


def outcome(sky: Sky) -> None:
    """What was there in time is here, what was not is Expired with its recipe; nothing was sent twice."""
    assert sky.far.posts == JOBS
    for job in sky.machine.jobs():
        assert job.state in (S.DONE, S.EXPIRED), (job.state, job.problem)
        assert job.params["prompt"] == job.prompt
        if job.state is S.EXPIRED:
            assert any(far.key == (job.remote_ref or {})["key"] and far.is_gone for far in sky.far.jobs)
    assert sky.machine.crashes == []


@pytest.mark.parametrize("part", range(6))
def test_no_clock_expires_a_job_early_and_no_waking_up_makes_a_burst(folder: Path, part: int) -> None:
    """T-27: 300 schedules in six parts."""
    worst = saved = expired = 0
    for seed in range(part, SCHEDULES, 6):
        sky = Sky(folder / str(seed), seed, Handle.NOTHING if seed % 2 else Handle.TIME)
        sky.machine.profile.mkdir()
        try:
            burst = play(sky, chance(seed))
            assert burst <= MOST_IN_A_SECOND, f"{burst} requests in a second in schedule {seed}"
            outcome(sky)
            worst = max(worst, burst)
            saved += len(sky.machine.with_state(S.DONE))
            expired += len(sky.machine.with_state(S.EXPIRED))
        finally:
            sky.machine.clear_up()
            rmtree(folder / str(seed), ignore_errors=True)
    say(
        f"T-27 {part + 1}/6",
        f"clock: {SCHEDULES // 6} schedules, {saved} saved, {expired} expired at the service, 0 early, "
        f"at most {worst} requests in a second",
    )


def test_the_time_left_to_save_follows_the_service_and_not_the_wall(folder: Path) -> None:
    sky = Sky(folder, 1, Handle.TIME)
    sky.machine.start()
    sky.far.lasts_s = 10 * DAY
    job_id = sky.machine.submit()
    sky.pass_time(60)
    job = sky.machine.here.jobs.job(job_id)
    assert job is not None
    assert job.expires_at is not None
    before = (job.expires_at - sky.machine.times.now("scripted")).total_seconds()
    assert abs(before - (DAY - 60)) < 5
    for seconds in (25 * HOUR, -3 * DAY):
        sky.jump(seconds)
        assert abs((job.expires_at - sky.machine.times.now("scripted")).total_seconds() - before) < 1
    sky.pass_time(HOUR)
    left = (job.expires_at - sky.machine.times.now("scripted")).total_seconds()
    assert abs(left - (before - HOUR)) < 5
    sky.machine.clear_up()
