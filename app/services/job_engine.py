"""Who works when: waiting jobs are sent as places come free, sent ones are watched, finished ones are brought home.

The steps have rooms of their own (`sending`, `watching`, `saving`); here is only the order between them, and what an
answer of a provider means for a job.
"""

import asyncio
import logging
from collections.abc import Callable

from app.domain.errors import EmptyResultError, Moment, StudioError, UnknownOutcomeError
from app.domain.job import WATCHED, Job, JobState
from app.domain.remote import RemoteState, Snapshot
from app.providers.wire import failure_error
from app.services.job_tools import JobTools
from app.services.saving import Saver
from app.services.sending import Sender
from app.services.watching import Watcher

log = logging.getLogger(__name__)

EMPTY_ANSWERS_UNTIL_FAILED = 4
"""Completed without a result is asked again a few times (apis.md case 26)."""
SENDING_GRACE_S = 10.0
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
        self._sender = Sender(tools)
        self._saver = Saver(tools)
        self._watchers: dict[str, Watcher] = {}
        self._in_hand: set[str] = set()
        self._taken_back: set[str] = set()
        self._later: dict[str, asyncio.Task[None]] = {}
        self._saving: set[str] = set()
        self._sending: set[asyncio.Task[None]] = set()
        self._empty_answers: dict[str, int] = {}
        self._is_closing = False

    async def start(self) -> None:
        """Takes up what the last run left: unfinished jobs go on where they stood."""
        for job in self._book.with_state({JobState.SENDING}):
            # the program ended between the POST and its answer: nobody knows, and nobody sends it again
            problem = UnknownOutcomeError().problem(Moment.SUBMIT, provider=self._tools.title(job))
            await self._book.change(job.job_id, JobState.UNSURE, problem=problem)
        for job in self._book.with_state({JobState.SAVING}):
            self._start_saving(job.job_id, None)
        for job in self._book.with_state(WATCHED):
            self._ensure_watcher(job.provider_id)
        self.dispatch()

    async def close(self) -> None:
        """Starts nothing new and gives a POST on its way some seconds for its answer."""
        self._is_closing = True
        self._sender.uploads.close()
        if self._sending:
            await asyncio.wait(self._sending, timeout=SENDING_GRACE_S)

    def hold(self, job_id: str) -> None:
        """Keeps a job from being sent: its intent is not on disk yet."""
        self._in_hand.add(job_id)

    def release(self, job_id: str) -> None:
        """The job may be sent from now on."""
        self._in_hand.discard(job_id)

    def take_back(self, job_id: str) -> bool:
        """The person takes back a waiting job, also while its files are uploaded; it is not sent any more.

        False while it is being written down or sent: then it is too late to cancel it for certain.
        """
        if job_id in self._in_hand and not self._sender.uploads.take_back(job_id):
            return False
        self._taken_back.add(job_id)
        task = self._later.pop(job_id, None)
        if task is not None:
            task.cancel()
        return True

    def resume(self, provider_id: str) -> None:
        """A new key or address, or a job that is wanted again: look now instead of later."""
        if self._book.with_state(WATCHED, provider_id):
            self._ensure_watcher(provider_id).wake_now()
        self.dispatch()

    # --- sending

    def dispatch(self) -> None:
        """Sends the oldest waiting jobs of each provider while it has places free."""
        if self._is_closing:
            return
        busy: dict[str, int] = {}
        for job in self._book.with_state({JobState.SENDING, *WATCHED}):
            if not job.set_aside:
                busy[job.provider_id] = busy.get(job.provider_id, 0) + 1
        for job in self._book.with_state({JobState.WAITING}):
            if job.job_id in self._later or job.job_id in self._taken_back:
                continue
            busy[job.provider_id] = busy.get(job.provider_id, 0) + 1
            if job.job_id in self._in_hand or busy[job.provider_id] > max(1, self._tools.running_limit()):
                continue
            self._in_hand.add(job.job_id)
            task = self._tasks.start(f"send {job.job_id[:8]}", self._send(job))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _send(self, job: Job) -> None:
        try:
            pause_s = await self._sender.send(job)
        finally:
            self._in_hand.discard(job.job_id)
        sent = self._book.get(job.job_id)
        if pause_s is not None:
            later = self._send_later(job.job_id, pause_s)
            self._later[job.job_id] = self._tasks.start(f"send later {job.job_id[:8]}", later)
        elif sent is not None and sent.state in WATCHED:
            self._ensure_watcher(job.provider_id)
        self.dispatch()

    async def _send_later(self, job_id: str, pause_s: float) -> None:
        await asyncio.sleep(pause_s)
        self._later.pop(job_id, None)
        self.dispatch()

    # --- watching

    def _ensure_watcher(self, provider_id: str) -> Watcher:
        watcher = self._watchers.get(provider_id)
        if watcher is None:
            watcher = Watcher(
                provider_id,
                self._tools,
                on_snapshot=self._on_snapshot,
                on_gone=self._on_gone,
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

    async def _on_snapshot(self, job: Job, snapshot: Snapshot) -> None:
        """What one answer means. The job may have moved meanwhile: only watched jobs listen."""
        current = self._book.get(job.job_id)
        if current is None or current.state not in WATCHED:
            return
        match snapshot.state:
            case RemoteState.SUCCEEDED:
                await self._book.change(job.job_id, JobState.SAVING, wire_status=snapshot.wire_status, problem=None)
                self._start_saving(job.job_id, snapshot)
                self.dispatch()
            case RemoteState.FAILED:
                await self._fail(job, failure_error(snapshot), snapshot)
            case RemoteState.EMPTY:
                await self._empty(job, snapshot)
            case RemoteState.CANCELLED:
                changes = {"wire_status": snapshot.wire_status, "finished_at": self._clock.now()}
                await self._book.change(job.job_id, JobState.CANCELLED, **changes)
                self.dispatch()
            case RemoteState.QUEUED | RemoteState.RUNNING | RemoteState.UNKNOWN:
                await self._progress(current, snapshot)

    async def _progress(self, job: Job, snapshot: Snapshot) -> None:
        state = {RemoteState.QUEUED: JobState.QUEUED, RemoteState.RUNNING: JobState.RUNNING}.get(snapshot.state)
        await self._book.change(
            job.job_id,
            state or job.state,
            wire_status=snapshot.wire_status,
            progress=snapshot.progress,
            queue_position=snapshot.queue_position,
            problem=None,
        )

    async def _empty(self, job: Job, snapshot: Snapshot) -> None:
        answers = self._empty_answers.get(job.job_id, 0) + 1
        self._empty_answers[job.job_id] = answers
        if answers >= EMPTY_ANSWERS_UNTIL_FAILED:
            self._empty_answers.pop(job.job_id)
            await self._fail(job, EmptyResultError(snapshot.message), snapshot)

    async def _fail(self, job: Job, error: StudioError, snapshot: Snapshot) -> None:
        await self._book.change(
            job.job_id,
            JobState.FAILED,
            wire_status=snapshot.wire_status,
            problem=error.problem(Moment.OTHER, provider=self._tools.title(job)),
            finished_at=self._clock.now(),
        )
        self.dispatch()

    async def _on_gone(self, job: Job, error: StudioError) -> None:
        problem = error.problem(Moment.WATCH, provider=self._tools.title(job))
        await self._book.change(job.job_id, JobState.EXPIRED, problem=problem, finished_at=self._clock.now())
        self.dispatch()

    # --- saving

    def _start_saving(self, job_id: str, snapshot: Snapshot | None) -> None:
        if job_id not in self._saving:
            self._saving.add(job_id)
            self._tasks.start(f"save {job_id[:8]}", self._save(job_id, snapshot))

    async def _save(self, job_id: str, snapshot: Snapshot | None) -> None:
        try:
            await self._saver.save(job_id, snapshot)
        finally:
            self._saving.discard(job_id)
