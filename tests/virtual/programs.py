"""T-08: what people, networks, servers and kill -9 can do to the job service, as rules that hypothesis plays in any order.

Three things must hold whatever is played: nothing is paid for that nobody clicked, everything that is paid for can be
found again, and no job goes back to where it came from.
"""

from collections import Counter
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.domain.job import LEGAL_MOVES, RESTING, Job, JobState
from app.domain.remote import ref_key
from app.domain.settling import RemoteIdError
from tests.virtual.far_side import FarSide, Fate, Handle
from tests.virtual.loop import VirtualClock, VirtualLoop
from tests.virtual.machine import Machine

S = JobState
_nth = st.integers(0, 7)
_fates = st.sampled_from(list(Fate))
_delays = st.sampled_from([0.0, 1.0, 40.0, 120.0])
_while = st.sampled_from([0.01, 0.06, 0.3, 2.0, 20.0, 130.0, 600.0, 4000.0])
_UNTIL_EVERYTHING_RESTS_S = 3 * 3600.0


class Programs(RuleBasedStateMachine):
    """One program of bad luck. `steps` counts what was played, over all programs."""

    folder_for_all: ClassVar[str | None] = None
    steps: ClassVar[int] = 0
    begun: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.machine: Machine | None = None
        self.clicks = 0
        self.allowed: Counter[str] = Counter()
        """By prompt, which is another one for each wish: how many requests the person has asked for."""
        self.agreed: Counter[str] = Counter()
        """By job: clicks on *send again* that are not used up."""
        self.read = 0
        self.foreign: set[str] = set()
        self.lost = 0
        self.seen: dict[str, JobState] = {}
        self.illegal: list[str] = []

    @initialize(handle=st.sampled_from(list(Handle)), seed=st.integers(0, 1000), limit=st.integers(1, 3))
    def begin(self, handle: Handle, seed: int, limit: int) -> None:
        Programs.begun += 1
        self.folder = Path(mkdtemp(prefix="slowlight-t08-", dir=Programs.folder_for_all))
        loop = VirtualLoop()
        clock = VirtualClock(loop)
        self.far = FarSide(clock.now, handle)
        self.machine = Machine(self.folder, self.far, loop, clock, seed)
        self.machine.limit = limit
        self.machine.fate = lambda: self.fate
        self.fate: tuple[Fate, float] = (Fate.ANSWERED, 0.0)
        self._switch_on()

    @property
    def m(self) -> Machine:
        assert self.machine is not None
        return self.machine

    def _switch_on(self) -> None:
        self.m.start()
        self.read = 0

    def _switch_off(self, *, orderly: bool) -> None:
        self._listen()
        changes = self.m.here.changes
        self.m.stop() if orderly else self.m.kill()
        for job in changes[self.read :]:
            self._heard(job)

    def _listen(self) -> None:
        """Takes note of everything that was told since the last time, from the first moment of a run on."""
        changes = self.m.here.changes
        for job in changes[self.read :]:
            self._heard(job)
        self.read = len(changes)

    def _heard(self, job: Job) -> None:
        old = self.seen.get(job.job_id)
        if old is not None and job.state is not old and job.state not in LEGAL_MOVES[old]:
            self.illegal.append(f"{old} -> {job.state}")
        self.seen[job.job_id] = job.state
        if old is S.UNSURE and job.state is S.WAITING:
            if not self.agreed[job.job_id]:
                self.illegal.append("sent again without being asked to")
            self.agreed[job.job_id] -= 1
            self.allowed[job.prompt] += 1
        if job.state is S.UNSURE and old is not S.UNSURE:
            self.lost += 1

    def _job(self, nth: int, *states: JobState) -> str | None:
        """One of the newest jobs in one of these states."""
        found = [job_id for job_id in reversed(self.seen) if self.m.here.state(job_id) in states]
        return found[nth % len(found)] if found else None

    # --- the person

    @rule()
    def submit(self) -> None:
        self.clicks += 1
        self.allowed[f"boat {self.clicks}"] += 1
        self.m.submit(f"boat {self.clicks}")

    @rule(nth=_nth)
    def retry(self, nth: int) -> None:
        job_id = self._job(nth, *RESTING)
        if job_id is not None:
            job = self.m.here.jobs.job(job_id)
            self.allowed[job.prompt if job is not None else ""] += 1
            self.m.do(self.m.here.jobs.retry, job_id)

    @rule(nth=_nth)
    def cancel(self, nth: int) -> None:
        job_id = self._job(nth, *(set(S) - RESTING))
        if job_id is not None:
            self.m.do(self.m.here.jobs.cancel, job_id)

    @rule(nth=_nth, undo=st.booleans())
    def delete(self, nth: int, undo: bool) -> None:
        job_id = self._job(nth, *RESTING)
        if job_id is not None:
            self.m.do(self.m.here.jobs.delete, job_id)
            if undo:
                self.m.do(self.m.here.jobs.undo_delete, job_id)

    @rule(nth=_nth)
    def fetch_again(self, nth: int) -> None:
        job_id = self._job(nth, S.FAILED, S.CANCELLED, S.EXPIRED)
        if job_id is not None:
            self.m.do(self.m.here.jobs.fetch_again, job_id)

    @rule(nth=_nth)
    def send_again(self, nth: int) -> None:
        job_id = self._job(nth, S.UNSURE)
        if job_id is not None:
            self.agreed[job_id] += 1
            self.m.do(self.m.here.jobs.unsure.send_again, job_id)

    @rule(nth=_nth)
    def forget(self, nth: int) -> None:
        job_id = self._job(nth, S.UNSURE)
        if job_id is not None:
            self.m.do(self.m.here.jobs.unsure.forget, job_id)

    @rule(nth=_nth, key=_nth)
    def it_is_this_one(self, nth: int, key: int) -> None:
        job_id = self._job(nth, S.UNSURE)
        if job_id is None:
            return
        try:
            self.m.loop.run(self.m.here.jobs.unsure.take(job_id, f"far-{key + 1}"))
        except RemoteIdError:
            return

    @rule(nth=_nth, wanted=st.booleans())
    def decide_about_orphans(self, nth: int, wanted: bool) -> None:
        if found := self.m.here.jobs.orphans.all:
            orphans, key = self.m.here.jobs.orphans, found[nth % len(found)].key
            self.m.do(orphans.bring_in if wanted else orphans.dismiss, [key])

    # --- the world

    @rule(fate=_fates, delay_s=_delays)
    def the_next_post(self, fate: Fate, delay_s: float) -> None:
        self.fate = (fate, delay_s)

    @rule(seconds=_while)
    def time_passes(self, seconds: float) -> None:
        self.m.loop.pass_time(seconds)

    @rule(count=st.integers(1, 8))
    def a_moment_passes(self, count: int) -> None:
        self.m.loop.steps(count)

    @rule(seconds=_while)
    def the_network_is_away(self, seconds: float) -> None:
        self.far.is_reachable = False
        self.m.loop.pass_time(seconds)
        self.far.is_reachable = True

    @rule()
    def another_computer_submits(self) -> None:
        self.foreign.add(self.far.accept(b'{"model": "test/picture", "config": {"prompt": "foreign"}}').key)

    @rule(nth=_nth)
    def the_server_forgets_a_job(self, nth: int) -> None:
        shown = self.far.shown()
        if shown:
            shown[nth % len(shown)].is_gone = True

    @rule(after_s=st.sampled_from([0.0, 1.0, 300.0]))
    def kill(self, after_s: float) -> None:
        self._switch_off(orderly=False)
        self.m.loop.pass_time(after_s)
        self._switch_on()

    @rule(fate=_fates, delay_s=_delays, dies_after_s=st.sampled_from([0.0, 0.04, 0.06, 0.5, 30.0]))
    def submit_and_die(self, fate: Fate, delay_s: float, dies_after_s: float) -> None:
        self.fate = (fate, delay_s)
        self.submit()
        self.m.loop.pass_time(dies_after_s)
        self.kill(1.0)

    @rule(count=st.integers(1, 30))
    def die_at_any_moment(self, count: int) -> None:
        self.submit()
        self.m.loop.steps(count)
        self.kill(1.0)

    @rule()
    def restart(self) -> None:
        self._switch_off(orderly=True)
        self._switch_on()

    # --- what must hold

    @invariant()
    def paid_at_most_what_was_clicked(self) -> None:
        Programs.steps += 1
        if self.machine is None:
            return
        self._listen()
        for prompt, posts in self.far.posted.items():
            assert posts <= self.allowed[prompt], prompt

    @invariant()
    def no_job_goes_back(self) -> None:
        assert self.illegal == []

    def teardown(self) -> None:
        """In the end everything rests, nothing that was paid is unknown, and every file is there."""
        if self.machine is None:
            return
        try:
            self._end_well()
        finally:
            self.m.clear_up()
            rmtree(self.folder, ignore_errors=True)

    def _end_well(self) -> None:
        self.fate = (Fate.ANSWERED, 0.0)
        self.m.loop.pass_time(_UNTIL_EVERYTHING_RESTS_S)
        jobs = self.m.jobs()
        assert [job.state for job in jobs if not job.is_resting and not job.hold] == []
        assert self.m.crashes + self.m.here.crashes == []
        self._nothing_is_unknown()
        for job in jobs:
            for asset in job.saved_assets:
                assert self.m.here.jobs.path_of(asset).is_file()
            assert job.state is not S.DONE or job.saved_assets
        self.paid_at_most_what_was_clicked()
        self.no_job_goes_back()

    def _nothing_is_unknown(self) -> None:
        here = self.m.here
        known = self.m.loop.run(here.store.known_remote_keys("scripted"))
        known |= self.m.loop.run(here.store.dismissed_keys("scripted"))
        known |= {ref_key(orphan.entry.ref) for orphan in here.jobs.orphans.all}
        unsure = [job.job_id for job in self.m.jobs() if job.state is S.UNSURE]
        for job_id in unsure:
            known |= {row.key for row in self.m.loop.run(here.jobs.unsure.candidates(job_id))}
        own = [job for job in self.far.shown() if job.key not in self.foreign]
        unknown = [job.key for job in own if job.key not in known]
        if self.far.handle is Handle.NOTHING:
            assert len(unknown) <= self.lost  # nobody can ask; but each of them has its unsure job
        else:
            assert unknown == []
