"""T-40: a server that lies. Forty ways to do so, and what the studio makes of each: it never goes backwards by itself."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from app.domain.errors import (
    JobGoneError,
    KeyRejectedError,
    NotAllowedError,
    NotAServiceAnswerError,
    ServiceFailedError,
    ServiceTimeoutError,
    StudioError,
    TooManyRequestsError,
)
from app.domain.job import RESTING, WATCHED, JobState
from app.domain.remote import Artifact, Listed, RemoteRef, RemoteState, Snapshot
from tests.counts import say
from tests.services.scripted import PIXEL
from tests.virtual.far_side import FarProvider, Handle
from tests.virtual.machine import Machine

S, R = JobState, RemoteState
Answer = Snapshot | Exception
Make = Callable[..., Machine]

IN_LINE, RUNS = Snapshot(R.QUEUED, "pending"), Snapshot(R.RUNNING, "running")
NOTHING_IN_IT, FAILED, STOPPED = (
    Snapshot(R.EMPTY, "completed"),
    Snapshot(R.FAILED, "failed"),
    Snapshot(R.CANCELLED, "x"),
)
NOVEL = Snapshot(R.UNKNOWN, "marinating")


def done(*files: bytes | None, keys: Sequence[str] = ()) -> Snapshot:
    """Finished, with these files; None is a good one."""
    names = keys or [f"file-{number}" for number in range(len(files))]
    artifacts = tuple(
        Artifact(key, inline=PIXEL if file is None else file) for key, file in zip(names, files, strict=True)
    )
    return Snapshot(R.SUCCEEDED, "completed", artifacts)


GOOD, PAGE, VOID = done(None), done(b"<html>Please wait</html>"), done(b"")


@dataclass(frozen=True)
class Lie:
    """What the server says about one job, in turn, the last answer for ever; and what has to come of it."""

    name: str
    answers: tuple[Answer, ...]
    ends: JobState = S.DONE
    files: int = 1


LIES = (
    Lie("404 at first", (JobGoneError(), GOOD)),
    Lie("404 three times at first", (JobGoneError(), JobGoneError(), JobGoneError(), GOOD)),
    Lie("404 in the middle", (IN_LINE, JobGoneError(), RUNS, GOOD)),
    Lie("404 for ever", (RUNS, JobGoneError()), S.EXPIRED, 0),
    Lie("back in line", (RUNS, IN_LINE, RUNS, GOOD)),
    Lie("back in line again and again", (RUNS, IN_LINE) * 6 + (GOOD,)),
    Lie("done without files, then with", (NOTHING_IN_IT, GOOD)),
    Lie("done without files three times, then with", (NOTHING_IN_IT,) * 3 + (GOOD,)),
    Lie("done without files, then runs again", (NOTHING_IN_IT, RUNS, GOOD)),
    Lie("done without files for ever", (NOTHING_IN_IT,), S.FAILED, 0),
    Lie("failed, then done", (FAILED, GOOD), S.FAILED, 0),
    Lie("cancelled, then done", (STOPPED, GOOD), S.CANCELLED, 0),
    Lie("failed out of the line", (IN_LINE, FAILED), S.FAILED, 0),
    Lie("a word that nobody knows", (NOVEL, RUNS, NOVEL, GOOD)),
    Lie("a problem of its own", (ServiceFailedError(http_status=500),) * 5 + (GOOD,)),
    Lie("a problem now and then", (ServiceFailedError(), RUNS, ServiceFailedError(), GOOD)),
    Lie("too many questions", (TooManyRequestsError(), TooManyRequestsError(), GOOD)),
    Lie("too many questions, come back in an hour", (TooManyRequestsError(retry_after_s=3600.0), GOOD)),
    Lie("a page instead of an answer", (NotAServiceAnswerError("<html>"), GOOD)),
    Lie("the key is wrong, then right", (KeyRejectedError(), GOOD)),
    Lie("not allowed, then allowed", (NotAllowedError(), GOOD)),
    Lie("no answer in time", (ServiceTimeoutError(),) * 3 + (GOOD,)),
    Lie("an error that nobody thought of", (StudioError(), GOOD)),
    Lie("more than all done", (replace(RUNS, progress=5.0), GOOD)),
    Lie("less than nothing done", (replace(RUNS, progress=-1.0), GOOD)),
    Lie("no number at all done", (replace(RUNS, progress=float("nan")), GOOD)),
    Lie("progress backwards", (replace(RUNS, progress=0.9), replace(RUNS, progress=0.1), GOOD)),
    Lie("a place below zero in the line", (replace(IN_LINE, queue_position=-5), GOOD)),
    Lie("a place beyond all numbers", (replace(IN_LINE, queue_position=10**30), GOOD)),
    Lie("half a character in its word", (replace(RUNS, wire_status="\ud800"), GOOD)),
    Lie("a word of a megabyte", (replace(NOVEL, wire_status="w" * 1_000_000), GOOD)),
    Lie("a page as the file", (PAGE,), S.FAILED, 0),
    Lie("a page as the file, then the file", (PAGE, GOOD)),
    Lie("an empty file, then the file", (VOID, GOOD)),
    Lie("an empty file, runs again, then the file", (VOID, RUNS, GOOD)),
    Lie("a page as the file, then nothing is known", (PAGE, JobGoneError()), S.EXPIRED, 0),
    Lie("one file, then two", (PAGE, done(None, None)), files=2),
    Lie("two good files and a page", (done(None, None, b"<html>"),), files=2),
    Lie("a key that climbs out of the library", (done(None, keys=["../../../evil"]),)),
    Lie("a key of five thousand characters", (done(None, keys=["k" * 5000]),)),
)


class Liar(FarProvider):
    """Answers from the script, each job from its beginning; the list tells the same as the single question."""

    script: tuple[Answer, ...] = (GOOD,)
    lists: tuple[Callable[[Sequence[Listed]], list[Listed]], ...] = (list,)

    def _next(self, key: str) -> Snapshot:
        place = self.places.get(key, 0)
        self.places[key] = place + 1
        answer = self.script[min(place, len(self.script) - 1)]
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def places(self) -> dict[str, int]:
        if not hasattr(self, "_places"):
            self._places: dict[str, int] = {}
        return self._places

    async def poll(self, ref: RemoteRef) -> Snapshot:
        return self._next(str(ref["key"]))

    async def list_jobs(self, wanted: Collection[str] = ()) -> list[Listed]:
        return self.lists[0]([Listed(e.ref, GOOD, e.created_at) for e in await super().list_jobs(wanted)])


def started(machine: Machine, script: tuple[Answer, ...], listed: Callable[..., list[Listed]] = list) -> Machine:
    """The machine, with a liar on the other side."""
    liar = type("ThisLiar", (Liar,), {"script": script, "lists": (listed,)})
    machine.provider_type = liar
    machine.start()
    return machine


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.name)
def test_t40_a_lie_changes_nothing_for_good(make_machine: Make, lie: Lie) -> None:
    machine = started(make_machine(Handle.NOTHING), lie.answers)
    job_id = machine.submit()
    machine.loop.pass_time(2 * 3600)
    job = machine.here.jobs.job(job_id)
    assert job is not None
    assert (job.state, len(job.saved_assets)) == (lie.ends, lie.files)
    seen = machine.here.states_seen(job_id)
    assert [state for state in seen if state in RESTING] == [lie.ends]
    for asset in job.saved_assets:
        path = machine.here.jobs.path_of(asset).resolve()
        assert path.is_relative_to(machine.profile.resolve() / "library")
        assert path.read_bytes() == PIXEL
    machine.kill()
    machine.start()
    again = machine.here.jobs.job(job_id)
    assert again is not None
    assert again.state is lie.ends
    assert machine.far.posts == 1
    assert machine.here.crashes == []


def _twice(listed: Sequence[Listed]) -> list[Listed]:
    return [*listed, *listed]


def _nothing(listed: Sequence[Listed]) -> list[Listed]:
    return []


def _in_the_year_9999(listed: Sequence[Listed]) -> list[Listed]:
    return [replace(entry, created_at=datetime(9999, 12, 31, tzinfo=UTC)) for entry in listed]


def _without_times(listed: Sequence[Listed]) -> list[Listed]:
    return [replace(entry, created_at=None) for entry in listed]


def _without_ids(listed: Sequence[Listed]) -> list[Listed]:
    return [replace(entry, ref={}) for entry in listed]


def _refused(listed: Sequence[Listed]) -> list[Listed]:
    raise ServiceFailedError


LISTS = (_twice, _nothing, _in_the_year_9999, _without_times, _without_ids, _refused)


@pytest.mark.parametrize("listed", LISTS)
def test_t40_a_list_that_lies_loses_no_job_and_makes_no_other(
    make_machine: Make, listed: Callable[..., list[Listed]]
) -> None:
    machine = started(make_machine(Handle.TIME), (RUNS, RUNS, GOOD), listed)
    ids = [machine.submit(f"boat {number}") for number in range(3)]
    machine.loop.pass_time(2 * 3600)
    assert [machine.here.state(job_id) for job_id in ids] == [S.DONE] * 3
    assert len(machine.jobs()) == 3
    assert machine.here.jobs.orphans.all == ()
    assert machine.far.posts == 3


def test_t40_a_word_that_nobody_knows_for_ever_is_watched_for_ever(make_machine: Make) -> None:
    machine = started(make_machine(Handle.NOTHING), (NOVEL,))
    job_id = machine.submit()
    machine.loop.pass_time(86400)
    assert machine.here.state(job_id) in WATCHED


def test_t40_counts() -> None:
    assert len(LIES) >= 40
    say("T-40", f"{len(LIES)} lies about one job, {len(LISTS)} of a list, 0 believed for good")
