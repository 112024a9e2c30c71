"""T-23: waiting is spread evenly, a dead server is spared, and a POST that may have arrived is never sent again."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from shutil import rmtree
from tempfile import mkdtemp

import pytest

from app.domain.job import JobState
from app.domain.media import Medium
from app.net.retry import POLL_JITTER, backoff_s, poll_delay_s
from tests.counts import say
from tests.load.sky import Sky, chance
from tests.virtual.conftest import quick_disk
from tests.virtual.far_side import Fate, Handle

S = JobState
SAMPLES, BUCKETS = 10_000, 10
WITHIN = 0.2
"""Of the uniform share (botocore's own mark)."""
MOST_LOAD = 1.1


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(mkdtemp(prefix="slowlight-test-", dir=quick_disk()))
    yield made
    rmtree(made, ignore_errors=True)


def shares(samples: list[float], low: float, high: float) -> list[float]:
    """How many samples fall into each tenth of the span, as shares of what even chance would give."""
    assert all(low <= sample <= high for sample in samples)
    found = Counter(min(BUCKETS - 1, int((sample - low) / (high - low) * BUCKETS)) for sample in samples)
    return [found[bucket] * BUCKETS / len(samples) for bucket in range(BUCKETS)]


@pytest.mark.parametrize("attempt", [0, 1, 3, 5, 40])
def test_backoff_is_as_even_as_chance(attempt: int) -> None:
    random = Random(23 + attempt)
    samples = [backoff_s(attempt, first=1.0, cap=60.0, random=random) for _ in range(SAMPLES)]
    found = shares(samples, 0.0, min(60.0, 2.0**attempt))
    assert all(abs(share - 1.0) <= WITHIN for share in found), found
    say("T-23 arithmetic", f"retry: {SAMPLES:,} samples for each of 5 attempts, within {WITHIN:.0%} of uniform")


@pytest.mark.parametrize(("medium", "asked", "pause_s"), [(Medium.IMAGE, 60, 8.0), (Medium.VIDEO, 60, 15.0)])
def test_questions_are_spread_by_a_fifth_either_way(medium: Medium, asked: int, pause_s: float) -> None:
    random = Random(5)
    samples = [poll_delay_s(medium, asked, random) for _ in range(SAMPLES)]
    found = shares(samples, pause_s * (1 - POLL_JITTER), pause_s * (1 + POLL_JITTER))
    assert all(abs(share - 1.0) <= WITHIN for share in found), found


def asked_between(sky: Sky, since_s: float, seconds: float) -> int:
    sky.pass_time(max(0.0, since_s + seconds - sky.loop.time()))
    return sum(since_s <= at < since_s + seconds for at in sky.asked_at)


@pytest.mark.parametrize("handle", [Handle.TIME, Handle.NOTHING])
def test_a_dead_server_is_asked_no_more_than_a_living_one(folder: Path, handle: Handle) -> None:
    """Ten jobs run over there and ten wait; after a minute the load is measured for ten minutes."""
    sky = Sky(folder, 3, handle)
    sky.machine.limit = 10
    sky.far.lasts_s = 86400.0
    sky.machine.start()
    for number in range(20):
        sky.machine.submit(f"job {number}")
    sky.pass_time(60)
    normal = asked_between(sky, sky.loop.time(), 600)
    sky.far.is_reachable = False
    for number in range(5):
        sky.machine.submit(f"more {number}")
    sky.pass_time(60)
    dead = asked_between(sky, sky.loop.time(), 600)
    assert 0 < dead <= normal * MOST_LOAD
    assert len(sky.machine.with_state(S.FAILED, S.UNSURE, S.EXPIRED)) == 0
    assert sky.far.posts == 10
    sky.machine.clear_up()
    say(f"T-23 load, {handle}", f"load: {normal} requests in ten minutes while it lives, {dead} while it is dead")


@pytest.mark.parametrize("handle", [Handle.TIME, Handle.NOTHING])
def test_jobs_that_only_wait_probe_a_dead_server_one_at_a_time(folder: Path, handle: Handle) -> None:
    sky = Sky(folder, 4, handle)
    sky.far.is_reachable = False
    sky.machine.start()
    for number in range(50):
        sky.machine.submit(f"job {number}")
    sky.pass_time(60)
    asked = asked_between(sky, sky.loop.time(), 600)
    assert 0 < asked <= 600 / 15 + 1
    sky.far.is_reachable = True
    sky.pass_time(300)
    assert [job.state for job in sky.machine.jobs()] == [S.DONE] * 50
    assert sky.far.posts == 50
    sky.machine.clear_up()


def test_no_post_is_repeated_after_it_may_have_arrived(folder: Path) -> None:
    """400 wishes, each POST with a fate of its own: what provably never left goes out again, nothing else does."""
    sky, random = Sky(folder, 5, Handle.NOTHING), chance(99)
    tries: Counter[Fate] = Counter()

    def fate() -> tuple[Fate, float]:
        chosen = random.choice([fate for fate in Fate if fate not in (Fate.NO_MONEY, Fate.SAME_ANSWER)])
        tries[chosen] += 1
        return chosen, 1.0

    sky.machine.fate = fate
    sky.machine.start()
    for number in range(400):
        sky.machine.submit(f"job {number}")
    sky.pass_time(4 * 3600)
    prompts = Counter(str(_config(job.request)["prompt"]) for job in sky.far.jobs)
    assert max(prompts.values()) == 1
    assert sky.far.posts <= 400
    assert {job.state for job in sky.machine.jobs()} <= {S.DONE, S.UNSURE}
    assert tries[Fate.NOT_SENT] > 20
    assert tries[Fate.LOST_AFTER] > 20
    sky.machine.clear_up()
    again = tries[Fate.NOT_SENT] + tries[Fate.BUSY]
    say(
        "T-23 POST",
        f"paid requests: 400 wishes, {sky.far.posts} arrived, {again} provably did not and were repeated, 0 twice",
    )


def _config(request: object) -> dict[str, object]:
    assert isinstance(request, dict)
    config = request["config"]
    assert isinstance(config, dict)
    return config
