"""Jobs whose answer was lost: looks for them in their provider's list, takes what is surely theirs, asks otherwise.

Nothing is sent here without the person (reliability.md 3.1). A server may create a job late, so the first look waits for
at least twice the time that a POST may take, and later looks follow with growing pauses. Durations are those of the
monotonic clock: a restart begins them anew, which only makes them longer.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from app.domain.errors import StudioError
from app.domain.job import Job, JobState
from app.domain.problem import Problem
from app.domain.remote import Listed, RemoteRef, ref_key
from app.domain.settling import Found, settle
from app.net.client import EXCHANGE_S
from app.net.retry import backoff_s
from app.services import settling_words as words
from app.services.job_tools import JobTools
from app.services.remote_lists import REFUSALS, REFUSALS_UNTIL_LEFT, RemoteList, RemoteLists
from app.store.ledger import Event

log = logging.getLogger(__name__)

SETTLE_S = max(60.0, 2 * EXCHANGE_S)
"""From the lost answer to the first look: a server that was slow to take the request has taken it by then."""
GLANCE_S = 5.0
"""Where the list shows the request, a quick look can find the job for certain."""
PAUSES_S = (300.0, 1800.0, 3600.0, 4 * 3600.0)
LATER_PAUSE_S = 24 * 3600.0
LOOKS_UNTIL_ASKED = 2
"""So many looks in vain, minutes apart, and the person is told that it was probably not started."""
LONGEST_BACKOFF_S = 300.0
REFUSAL_PAUSE_S = 300.0


@dataclass
class _Case:
    """One unsure job: when it is looked for next, from when on a list counts, how often that was, what could be it."""

    due_s: float
    settled_s: float
    looks: int = 0
    failures: int = 0
    refusals: int = 0
    likely: tuple[Listed, ...] = ()


class Settler:
    """`adopted(provider_id)` is called when a job was found and goes on there."""

    def __init__(self, tools: JobTools, adopted: Callable[[str], None]) -> None:
        self._book = tools.book
        self._store = tools.store
        self._tasks = tools.tasks
        self._providers = tools.providers
        self._seams = tools.seams
        self._clock = tools.seams.clock
        self._lists = RemoteLists(tools)
        self._adopted = adopted
        self._cases: dict[str, _Case] = {}
        self._running: dict[str, asyncio.Event] = {}
        self.pen = asyncio.Lock()
        """One at a time decides whose job an entry is."""

    def take_up(self, job: Job) -> None:
        """Begins to look for a job that has become unsure, or was found so at start-up."""
        can = self._providers.info(job.provider_id).capabilities
        if not can.list_jobs:
            self._say(job, words.said(job, words.NO_LIST, self._title(job)))
            return
        now = self._clock.monotonic_s()
        settled_s = now + self._seams.pause_s(SETTLE_S)
        glance_s = now + self._seams.pause_s(GLANCE_S)
        self._cases[job.job_id] = _Case(glance_s if can.list_shows_request else settled_s, settled_s)
        self._say(job, words.said(job, words.LOOKING, self._title(job), is_looking=True))
        wake = self._running.get(job.provider_id)
        if wake is not None:
            wake.set()
        else:
            self._running[job.provider_id] = asyncio.Event()
            self._tasks.start(f"settle {job.provider_id}", self._run(job.provider_id))

    def resume(self, provider_id: str) -> None:
        """A new key or address, or the network is back: what failed is tried again now."""
        for job in self._open(provider_id):
            case = self._cases[job.job_id]
            if case.failures or case.refusals:
                case.due_s, case.refusals = self._clock.monotonic_s(), 0
        if provider_id in self._running:
            self._running[provider_id].set()

    def likely(self, job_id: str) -> tuple[Listed, ...]:
        """What the person has been shown as what could be this job."""
        case = self._cases.get(job_id)
        return case.likely if case is not None else ()

    def _open(self, provider_id: str) -> list[Job]:
        """Jobs that are still unsure and looked for."""
        jobs = self._book.with_state({JobState.UNSURE}, provider_id)
        return [job for job in jobs if job.job_id in self._cases]

    async def _run(self, provider_id: str) -> None:
        wake = self._running[provider_id]
        try:
            while jobs := self._open(provider_id):
                wake.clear()
                pause_s = min(self._cases[job.job_id].due_s for job in jobs) - self._clock.monotonic_s()
                if pause_s > 0:
                    await self._sleep(wake, pause_s)
                else:
                    await self._look_for_due(provider_id)
        finally:
            self._running.pop(provider_id, None)

    @staticmethod
    async def _sleep(wake: asyncio.Event, pause_s: float) -> None:
        try:
            async with asyncio.timeout(min(pause_s, LATER_PAUSE_S)):
                await wake.wait()
        except TimeoutError:
            return

    async def _look_for_due(self, provider_id: str) -> None:
        began_s = self._clock.monotonic_s()
        try:
            shown = await self._lists.fetch(provider_id)
            async with self.pen:
                await self._judge(provider_id, shown, began_s)
        except StudioError as error:
            self._failed(provider_id, began_s, error)
        except Exception as error:  # noqa: BLE001 - a bug must not end the search for what may be paid
            self._tasks.report(f"settle {provider_id}", error)
            self._failed(provider_id, began_s, StudioError())

    def _failed(self, provider_id: str, began_s: float, error: StudioError) -> None:
        log.warning("the list of %s could not be had: %s", provider_id, error.code)
        for job in self._open(provider_id):
            case = self._cases[job.job_id]
            if case.due_s > began_s:
                continue
            if isinstance(error, REFUSALS):
                self._turned_away(job, case)
                continue
            case.failures += 1
            pause_s = backoff_s(case.failures, first=5.0, cap=LONGEST_BACKOFF_S, random=self._seams.random)
            case.due_s = self._clock.monotonic_s() + self._seams.pause_s(max(pause_s, error.retry_after_s or 0.0, 1.0))
            self._say(job, words.said(job, words.UNREACHABLE, self._title(job)))

    def _turned_away(self, job: Job, case: _Case) -> None:
        case.refusals += 1
        is_left = case.refusals >= REFUSALS_UNTIL_LEFT
        pause_s = math.inf if is_left else self._seams.pause_s(REFUSAL_PAUSE_S)
        case.due_s = self._clock.monotonic_s() + pause_s
        self._say(job, words.said(job, words.REFUSED if is_left else words.UNREACHABLE, self._title(job)))

    async def _judge(self, provider_id: str, shown: RemoteList, began_s: float) -> None:
        """What the list says about every unsure job; those that were not due are only taken where it is certain."""
        jobs = self._open(provider_id)
        found = await self.compare(provider_id, jobs, shown)
        for job in jobs:
            case, about = self._cases[job.job_id], found[job.job_id]
            has_settled = began_s >= case.settled_s
            if about.sole is not None and (about.is_certain or has_settled):
                await self.adopt(job, about.sole.ref, by="request" if about.is_certain else "time")
            elif case.due_s <= began_s:
                await self._not_decided(job, case, about, has_settled)

    async def compare(self, provider_id: str, jobs: list[Job], shown: RemoteList) -> dict[str, Found]:
        """What a list says about these jobs, by job id; every other unsure job counts as a rival. Hold `pen`."""
        asked = {job.job_id for job in jobs}
        rivals = [job for job in self._book.with_state({JobState.UNSURE}, provider_id) if job.job_id not in asked]
        return settle(
            await self._lists.all_sent(jobs),
            shown.listed,
            known=await self._lists.known(provider_id),
            refused={job.job_id: await self._refused(job.job_id) for job in jobs},
            in_flight=await self._lists.all_sent([*rivals, *shown.in_flight]),
        )

    async def _refused(self, job_id: str) -> set[str]:
        """Ids of which the person has said that they are not this job."""
        said = [
            entry.detail.get("refused") for entry in await self._store.events(job_id) if entry.event == Event.SENT_AGAIN
        ]
        return {str(key) for keys in said if isinstance(keys, list) for key in keys}

    async def _not_decided(self, job: Job, case: _Case, about: Found, has_settled: bool) -> None:
        case.failures = case.refusals = 0
        news = _keys(case.likely) != _keys(about.likely)
        case.likely = about.likely
        now = self._clock.monotonic_s()
        if not has_settled:
            case.due_s = max(now, case.settled_s)
            return
        case.looks += 1
        if news or case.looks <= LOOKS_UNTIL_ASKED:
            await self._store.note(job.job_id, Event.LOOKED, {"found": [*_keys(about.likely)]})
        pause_s = PAUSES_S[case.looks - 1] if case.looks <= len(PAUSES_S) else LATER_PAUSE_S
        case.due_s = now + self._seams.pause_s(pause_s)
        self._say(job, self._outcome(job, case, pause_s))

    def _outcome(self, job: Job, case: _Case, pause_s: float) -> Problem:
        count, title = len(case.likely), self._title(job)
        if count:
            return words.said(job, words.SEVERAL if count > 1 else words.ONE_MAYBE, title, count=count)
        if case.looks < LOOKS_UNTIL_ASKED:
            return words.said(job, words.NOT_YET, title, is_looking=True, minutes=round(pause_s / 60))
        return words.said(job, words.NOT_FOUND, title)

    def show_likely(self, job: Job, likely: tuple[Listed, ...]) -> None:
        """Says on the card what was found; from then on the person knows of it."""
        case = self._cases.get(job.job_id)
        if case is not None:
            case.likely = likely
            self._say(job, self._outcome(job, case, PAUSES_S[0]))

    async def adopt(self, job: Job, ref: RemoteRef, *, by: str) -> bool:
        """The job over there is this one: it is watched and saved like any other. Hold `pen`. False when it moved on."""

        def found(current: Job) -> Job:
            if current.state is not JobState.UNSURE:
                return current
            return replace(current, state=JobState.QUEUED, remote_ref=ref, problem=None)

        new = await self._book.edit(job.job_id, found, is_fact=True)
        if new is None or new.remote_ref != ref:
            return False
        self._cases.pop(job.job_id, None)
        try:
            await self._store.note(job.job_id, Event.ADOPTED, {"key": ref_key(ref), "by": by})
        except StudioError:
            log.exception("how job %s was found could not be noted", job.job_id)
        self._adopted(job.provider_id)
        return True

    def closed(self, job_id: str) -> None:
        """The person has decided: nothing more is looked for."""
        self._cases.pop(job_id, None)

    def _say(self, job: Job, problem: Problem) -> None:
        current = self._book.get(job.job_id)
        if current is not None and current.state is JobState.UNSURE:
            self._book.show_only(job.job_id, problem=problem)

    def _title(self, job: Job) -> str:
        return self._providers.info(job.provider_id).title


def _keys(entries: Iterable[Listed]) -> list[str]:
    return [ref_key(entry.ref) for entry in entries]
