"""Finished jobs on the server that the library does not have: found at start and every hour, brought in on request.

They come from a reinstall, from another computer on the same account, or from an answer that was lost and given up. Whose
they are nobody can tell, so nothing is brought in without the person (reliability.md 3.3).
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import count
from uuid import uuid4

from PySide6.QtCore import QObject, Signal

from app.domain.errors import StudioError
from app.domain.job import Job, JobState
from app.domain.media import Medium
from app.domain.model_spec import ModelSpec
from app.domain.problem import Problem
from app.domain.remote import Listed, RemoteState, ref_key
from app.domain.settling import Fit, fit
from app.domain.text import text
from app.domain.values import Json
from app.services.job_tools import JobTools
from app.services.provider_service import ProviderCard
from app.services.remote_lists import REFUSALS, REFUSALS_UNTIL_LEFT, RemoteList, RemoteLists

log = logging.getLogger(__name__)

EVERY_S = 3600.0
AFTER_FAILURE_S = 300.0


@dataclass(frozen=True)
class Orphan:
    """One finished job on a server; `model_title` is empty where the list does not name a model."""

    provider_id: str
    provider_title: str
    model_title: str
    entry: Listed

    @property
    def key(self) -> str:
        """Tells it apart from all others, at all providers."""
        return f"{self.provider_id} {ref_key(self.entry.ref)}"


class Orphans(QObject):
    """`changed` carries all orphans that are known now, newest first.

    `taken(job)` is called with each new job after it is on disk, then `resume(provider_id)`; `trouble` hears why one could
    not be written.
    """

    changed = Signal(tuple)

    def __init__(
        self,
        tools: JobTools,
        find_spec: Callable[[str, str], ModelSpec | None],
        taken: Callable[[Job], None],
        resume: Callable[[str], None],
        trouble: Callable[[Problem], None],
    ) -> None:
        super().__init__()
        self._book = tools.book
        self._store = tools.store
        self._tasks = tools.tasks
        self._providers = tools.providers
        self._seams = tools.seams
        self._clock = tools.seams.clock
        self._lists = RemoteLists(tools)
        self._find_spec = find_spec
        self._taken = taken
        self._resume = resume
        self._trouble = trouble
        self._found: dict[str, tuple[Orphan, ...]] = {}
        self._asked: dict[str, tuple[str, str]] = {}
        self._asking: set[str] = set()
        self._failures: Counter[str] = Counter()
        self._refusals: Counter[str] = Counter()
        self._due_round: dict[str, int] = {}

    @property
    def all(self) -> tuple[Orphan, ...]:
        """What is known now, newest first."""
        found = [orphan for orphans in self._found.values() for orphan in orphans]
        return tuple(sorted(found, key=_time, reverse=True))

    def start(self) -> None:
        """Looks as soon as a provider has its key, and every hour."""
        self._providers.changed.connect(self._provider_changed)
        for card in self._providers.cards():
            self._provider_changed(card.info.provider_id)

    async def _look_again_and_again(self) -> None:
        """After a failure sooner than in an hour, with growing pauses; a list that is refused is left alone."""
        for round_ in count(1):
            await asyncio.sleep(self._seams.pause_s(AFTER_FAILURE_S))
            for card in self._providers.cards():
                provider_id = card.info.provider_id
                is_left = self._refusals[provider_id] >= REFUSALS_UNTIL_LEFT
                due = self._due_round.setdefault(provider_id, self._rounds_until_next(provider_id))
                if round_ >= due and not is_left and self._may_ask(card):
                    await self.look(provider_id)
                    self._due_round[provider_id] = round_ + self._rounds_until_next(provider_id)

    def _rounds_until_next(self, provider_id: str) -> int:
        failures, most = self._failures[provider_id], round(EVERY_S / AFTER_FAILURE_S)
        return min(1 << min(failures - 1, 10), most) if failures else most

    def _may_ask(self, card: ProviderCard) -> bool:
        """What the demo made costs nothing and says that it is a demo: nobody has lost it."""
        asks_demo = self._seams.demo_has_orphans
        return card.usable and card.info.capabilities.list_jobs and (asks_demo or not card.info.is_demo)

    def _provider_changed(self, provider_id: str) -> None:
        card = self._providers.card(provider_id)
        address = (card.base_url, card.key_source)
        was_refused = self._refusals.pop(provider_id, 0)
        if self._may_ask(card) and (was_refused or self._asked.get(provider_id) != address):
            if not self._asked:
                self._tasks.start("look for orphans", self._look_again_and_again())
            self._asked[provider_id] = address
            self._tasks.start(f"look for orphans at {provider_id}", self.look(provider_id))

    async def look(self, provider_id: str) -> None:
        """Asks one provider; what it cannot say now it says the next time."""
        if provider_id in self._asking:
            return
        self._asking.add(provider_id)
        try:
            shown = await self._lists.fetch(provider_id)
            self._show(provider_id, await self._orphans_in(provider_id, shown))
            self._failures[provider_id] = self._refusals[provider_id] = 0
        except StudioError as error:
            log.warning("the list of %s could not be compared: %s", provider_id, error.code)
            self._failures[provider_id] += 1
            self._refusals[provider_id] += isinstance(error, REFUSALS)
        finally:
            self._asking.discard(provider_id)

    async def _orphans_in(self, provider_id: str, shown: RemoteList) -> list[Orphan]:
        """Finished, unknown, not dismissed, and not what an answer that is awaited or lost may have started."""
        dismissed = await self._store.dismissed_keys(provider_id)
        unsure = self._book.with_state({JobState.UNSURE}, provider_id)
        waiting = await self._lists.all_sent([*unsure, *shown.in_flight])
        known = await self._lists.known(provider_id)
        title = self._providers.info(provider_id).title
        return [
            Orphan(provider_id, title, self._model_title(provider_id, entry), entry)
            for entry in shown.listed
            if entry.snapshot.state is RemoteState.SUCCEEDED
            and ref_key(entry.ref) not in known | dismissed
            and not any(fit(sent, entry) >= Fit.LIKELY for sent in waiting)
        ]

    def _model_title(self, provider_id: str, entry: Listed) -> str:
        spec = self._find_spec(provider_id, entry.model_id) if entry.model_id else None
        return spec.title if spec is not None else entry.model_id

    def _show(self, provider_id: str, orphans: Collection[Orphan]) -> None:
        before = self.all
        self._found[provider_id] = tuple(orphans)
        if self.all != before:
            self.changed.emit(self.all)

    # --- wishes

    def bring_in(self, keys: Collection[str]) -> None:
        """Takes these into the library: they become jobs and are saved like any other."""
        self._tasks.start("bring in orphans", self._bring_in(self._chosen(keys)))

    def dismiss(self, keys: Collection[str]) -> None:
        """These are not offered again, in later runs neither."""
        self._tasks.start("dismiss orphans", self._dismiss(self._chosen(keys)))

    def _chosen(self, keys: Collection[str]) -> list[Orphan]:
        return [orphan for orphan in self.all if orphan.key in keys]

    async def _bring_in(self, chosen: Collection[Orphan]) -> None:
        try:
            for orphan in chosen:
                job = self._job_of(orphan)
                if await self._store.take_in(job):
                    self._taken(job)
                    self._resume(job.provider_id)
                self._drop([orphan])
        except StudioError as error:
            self._trouble(error.problem())

    async def _dismiss(self, chosen: Collection[Orphan]) -> None:
        try:
            for provider_id in {orphan.provider_id for orphan in chosen}:
                keys = [ref_key(orphan.entry.ref) for orphan in chosen if orphan.provider_id == provider_id]
                await self._store.dismiss(provider_id, keys)
            self._drop(chosen)
        except StudioError as error:
            self._trouble(error.problem())

    def _drop(self, orphans: Collection[Orphan]) -> None:
        gone = {orphan.key for orphan in orphans}
        for provider_id in {orphan.provider_id for orphan in orphans}:
            left = [orphan for orphan in self._found.get(provider_id, ()) if orphan.key not in gone]
            self._show(provider_id, left)

    def _job_of(self, orphan: Orphan) -> Job:
        """Prompt, model and time as far as the list shows them; the rest is not known to anybody here."""
        entry, now = orphan.entry, self._clock.now()
        params: dict[str, Json] = {"prompt": entry.prompt} if entry.prompt else {}
        created = entry.created_at if entry.created_at is not None and entry.created_at <= now else now
        return Job(
            job_id=uuid4().hex,
            provider_id=orphan.provider_id,
            model_id=entry.model_id,
            model_title=orphan.model_title or str(text("Found at {provider}", provider=orphan.provider_title)),
            medium=entry.medium or Medium.OTHER,
            params=params,
            prompt=entry.prompt,
            created_at=created,
            state=JobState.QUEUED,
            remote_ref=entry.ref,
            sent_at=created,
            wire_status=entry.snapshot.wire_status,
        )


def _time(orphan: Orphan) -> float:
    created = orphan.entry.created_at
    return created.timestamp() if created is not None else 0.0
