"""Who works when: waiting jobs are sent as places come free, sent ones are watched, finished ones are brought home.

The steps have rooms of their own (`sending`, `watching`, `verdicts`, `saving`); here is only the order between them, and
what becomes of a job when a step ends in a way that nobody thought of: it never stays where it is without anybody working
on it.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from app.domain.errors import ConnectionLostError, Moment, NoConnectionError, StudioError, UnknownOutcomeError
from app.domain.job import RESTING, WATCHED, Hold, Job, JobState
from app.domain.remote import Snapshot
from app.services.job_tools import JobTools
from app.services.saving import Saver
from app.services.sending import Sender
from app.services.settling import Settler
from app.services.verdicts import Verdicts
from app.services.watching import Watcher

ASKED_AFTER = timedelta(days=1)
A_WRONG_CLOCK = timedelta(minutes=5)
_OUT_OF_REACH = frozenset({NoConnectionError.code, ConnectionLostError.code})
GRACE_S = 10.0
"""At shutdown a POST on its way gets this long for its answer, so that the job need not become unsure."""


class JobEngine:
    """Moves jobs along. A provider gets `running_limit()` jobs at once; set-aside jobs do not count.

    `on_key_trouble(provider_id, error)` is called when a provider no longer accepts the key of running jobs.
    """

    def __init__(self, tools: JobTools, on_key_trouble: Callable[[str, StudioError], None]) -> None:
        self._tools = tools
        self._book = tools.book
        self._tasks = tools.tasks
        self._clock = tools.seams.clock
        self._on_key_trouble = on_key_trouble
        tools.outages.worth_a_try.connect(self._maybe_back)
        self._sender = Sender(tools)
        self._saver = Saver(tools)
        self.settler = Settler(tools, self.resume)
        self._verdicts = Verdicts(tools, self._start_saving, self.dispatch)
        self._watchers: dict[str, Watcher] = {}
        self._in_hand: set[str] = set()
        self._taken_back: set[str] = set()
        self._later: dict[str, asyncio.Task[None]] = {}
        self._saving: set[str] = set()
        self._held: set[str] = set()
        self._probes: dict[str, asyncio.Task[None]] = {}
        self._unhurried: set[asyncio.Task[None]] = set()
        self._is_closing = False
        self._is_dispatching = False

    async def start(self) -> None:
        """Takes up what the last run left: unfinished jobs go on where they stood, and none waits for another."""
        for job in self._book.with_state({JobState.UNSURE}):
            self.settler.take_up(job)
        for job in self._book.with_state({JobState.SENDING}):
            if job.job_id not in self._in_hand:
                self._in_hand.add(job.job_id)
                self._tasks.start(f"recover {job.job_id[:8]}", self._recover(job))
        await self._ask_about_old_ones()
        for job in self._book.with_state({JobState.SAVING}):
            self._start_saving(job.job_id, None)
        for job in self._book.with_state(WATCHED):
            self._ensure_watcher(job.provider_id).wake_now()  # what expires first is asked for first
        self.dispatch()

    async def _recover(self, job: Job) -> None:
        """The program ended between the POST and its answer: nobody knows, and nobody sends it again.

        An answer that is on this disk may wait for its key, and the key for a keychain: it is no reason to say *unsure*.
        """
        try:
            if not await self._sender.recover(job):
                problem = UnknownOutcomeError().problem(Moment.SUBMIT, provider=self._tools.title(job))
                await self._book.happened(job.job_id, JobState.UNSURE, problem=problem)
        except Exception:
            await self._sender.failed_unexpectedly(job)
            raise
        finally:
            self._in_hand.discard(job.job_id)
            self._after_sending(job, None)

    async def _ask_about_old_ones(self) -> None:
        """What has waited through a restart for long is not sent by itself: the person may have changed their mind."""
        now = self._clock.now()
        for job in self._book.with_state({JobState.WAITING}):
            # a job from the future was written by a wrong clock: its age is not known
            if not job.hold and not -A_WRONG_CLOCK <= now - job.created_at <= ASKED_AFTER:
                await self._book.happened(job.job_id, hold=Hold.ASKS)

    async def close(self) -> None:
        """Starts nothing new, gives a POST on its way some seconds for its answer, and writes what is not on disk yet."""
        self._is_closing = True
        self._sender.uploads.close()
        if self._unhurried:
            await asyncio.wait(self._unhurried, timeout=GRACE_S)
        await self._book.catch_up()

    def keep(self, task: "asyncio.Task[None]") -> None:
        """`close` waits some seconds for this work before it is cancelled."""
        self._unhurried.add(task)
        task.add_done_callback(self._unhurried.discard)

    async def take_back(self, job_id: str) -> None:
        """A waiting job is cancelled, nothing was sent for it. One on its way is set aside: it goes on and is saved."""
        self._taken_back.add(job_id)
        self._sender.uploads.take_back(job_id)
        try:
            job = await self._book.edit(job_id, self._given_up, is_fact=True)
        finally:
            self._taken_back.discard(job_id)
        if job is not None and job.is_resting and (retry := self._later.pop(job_id, None)):
            retry.cancel()
            self._note_quiet(job.provider_id)
        self.dispatch()

    def _note_quiet(self, provider_id: str) -> None:
        if not self._book.with_state(set(JobState) - RESTING, provider_id):
            self._tools.outages.nobody_asks(provider_id)

    def _given_up(self, job: Job) -> Job:
        if job.state is JobState.WAITING:
            ended = self._clock.now()
            return replace(
                job, state=JobState.CANCELLED, hold=Hold.NONE, finished_at=ended, problem=None, progress=None
            )
        return replace(job, set_aside=True) if job.state in {JobState.SENDING, *WATCHED} else job

    def resume(self, provider_id: str) -> None:
        """A new key or address, or a job that is wanted again: look now instead of later."""
        if self._book.with_state(WATCHED, provider_id):
            self._ensure_watcher(provider_id).wake_now()
        self.settler.resume(provider_id)
        self.dispatch()

    # --- sending

    def dispatch(self) -> None:
        """Sends waiting jobs while there are places free; in the loop's next turn, once for all who ask in this one."""
        if not self._is_dispatching:
            self._is_dispatching = True
            asyncio.get_running_loop().call_soon(self._dispatch)

    def _dispatch(self) -> None:
        """In the order of the line, overall and at each provider as many as may run."""
        self._is_dispatching = False
        rules = self._tools.rules
        if self._is_closing or rules.is_paused():
            return
        waiting = self._book.with_state({JobState.WAITING})
        busy = Counter(job.provider_id for job in waiting if job.job_id in self._in_hand)
        for job in self._book.with_state({JobState.SENDING, *WATCHED}):
            if not job.set_aside:
                busy[job.provider_id] += 1
        free, limit = max(1, rules.overall()) - busy.total(), max(1, rules.per_provider())
        for job in waiting:
            if free <= 0:
                return
            if busy[job.provider_id] >= self._places_at(job.provider_id, limit) or not self._may_go(job):
                continue
            busy[job.provider_id] += 1
            free -= 1
            if self._book.is_written(job.job_id):  # until then its place is kept: nobody overtakes
                self._in_hand.add(job.job_id)
                self.keep(self._tasks.start(f"send {job.job_id[:8]}", self._send(job)))

    def _places_at(self, provider_id: str, limit: int) -> int:
        """A provider that is out of reach gets one job as a probe, at its time; where jobs run, asking for them is it."""
        if not self._tools.outages.is_away(provider_id):
            return limit
        return 0 if provider_id in self._probes or provider_id in self._watchers else 1

    def _may_go(self, job: Job) -> bool:
        job_id = job.job_id
        is_spoken_for = job_id in self._in_hand or job_id in self._later or job_id in self._taken_back
        return not (is_spoken_for or job.hold or job_id in self._held)

    def hold(self, job_id: str) -> bool:
        """From now on a waiting job is not sent; False when it is too late for that. Lasts until `let_go`, for this run."""
        job = self._book.get(job_id)
        if job is None or job.state is not JobState.WAITING or job_id in self._in_hand:
            return False
        self._held.add(job_id)
        return True

    def let_go(self, job_id: str) -> None:
        """The end of `hold`."""
        self._held.discard(job_id)
        self.dispatch()

    async def _send(self, job: Job) -> None:
        pause_s = None
        try:
            pause_s = await self._sender.send(job)
        except Exception:
            await self._sender.failed_unexpectedly(job)
            raise
        finally:
            self._in_hand.discard(job.job_id)
            self._after_sending(job, pause_s)

    def _after_sending(self, job: Job, pause_s: float | None) -> None:
        sent = self._book.get(job.job_id)
        if pause_s is not None and self._tools.outages.is_away(job.provider_id):
            self._probe_later(job.provider_id)
        elif pause_s is not None:
            later = self._send_later(job.job_id, pause_s)
            self._later[job.job_id] = self._tasks.start(f"send later {job.job_id[:8]}", later)
        elif sent is not None and sent.state in WATCHED:
            self._ensure_watcher(job.provider_id)
        elif sent is not None and sent.state is JobState.UNSURE:
            self.settler.take_up(sent)
        self.dispatch()

    async def _send_later(self, job_id: str, pause_s: float) -> None:
        await asyncio.sleep(pause_s)
        self._later.pop(job_id, None)
        self.dispatch()

    def _probe_later(self, provider_id: str) -> None:
        """The jobs of a provider that is away do not try one after the other: the next one is the probe."""
        if provider_id not in self._probes:
            pause_s = self._tools.outages.probe_pause_s()
            self._probes[provider_id] = self._tasks.start(f"probe {provider_id}", self._probe(provider_id, pause_s))

    async def _probe(self, provider_id: str, pause_s: float) -> None:
        await asyncio.sleep(pause_s)
        self._probes.pop(provider_id, None)
        self.dispatch()

    def _maybe_back(self, provider_id: str) -> None:
        """A provider that was out of reach may be there again: now instead of later."""
        probe = self._probes.pop(provider_id, None)
        if probe is not None:
            probe.cancel()
        if provider_id in self._watchers:
            self._watchers[provider_id].may_be_back()
        for job in self._book.with_state({JobState.WAITING}, provider_id):
            # who was asked by the service to come later comes later
            if job.problem is not None and job.problem.code in _OUT_OF_REACH and job.job_id in self._later:
                self._later.pop(job.job_id).cancel()
        self.dispatch()

    # --- watching

    def _ensure_watcher(self, provider_id: str) -> Watcher:
        watcher = self._watchers.get(provider_id)
        if watcher is None:
            watcher = Watcher(
                provider_id,
                self._tools,
                on_snapshot=self._verdicts.answered,
                on_gone=self._verdicts.gone,
                on_key_trouble=self._on_key_trouble,
            )
            self._watchers[provider_id] = watcher
            self._tasks.start(f"watch {provider_id}", self._watch(provider_id, watcher))
        else:
            watcher.wake()
        return watcher

    async def _watch(self, provider_id: str, watcher: Watcher) -> None:
        try:
            await watcher.run()
        finally:
            self._watchers.pop(provider_id, None)
            self._note_quiet(provider_id)
            self.dispatch()

    # --- saving

    def limits_changed(self, *, library: bool) -> None:
        """More may run or be downloaded at once than before; `library`: results go to another folder."""
        self._saver.limits_changed(library=library)
        self.dispatch()

    def save_again(self, job_id: str) -> None:
        """Brings home what a job in *saving* has not got here."""
        self._start_saving(job_id, None)

    def _start_saving(self, job_id: str, snapshot: Snapshot | None) -> None:
        if job_id not in self._saving:
            self._saving.add(job_id)
            self._tasks.start(f"save {job_id[:8]}", self._save(job_id, snapshot))

    async def _save(self, job_id: str, snapshot: Snapshot | None) -> None:
        try:
            await self._saver.save(job_id, snapshot)
        except Exception:
            await self._saver.failed_unexpectedly(job_id)
            raise
        finally:
            self._saving.discard(job_id)
