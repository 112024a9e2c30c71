"""The queue under the person's control: pause, order, change what waits, cancel the rest. Everything survives a restart."""

import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.domain.errors import Moment, StudioError
from app.domain.job import Hold, Job, JobState
from app.domain.local_errors import StorageError
from app.domain.media import Medium
from app.domain.request import GenerationRequest
from app.domain.values import Json
from app.providers.base import PreparedRequest
from app.services.job_engine import JobEngine
from app.services.job_tools import JobTools

log = logging.getLogger(__name__)

Prepare = Callable[[GenerationRequest], Awaitable[tuple[dict[str, Json], PreparedRequest]]]
"""The values that go out, and the exact request for them. Raises StudioError."""


class Move(StrEnum):
    """Where a waiting job goes among those that its list shows."""

    FIRST = "first"
    UP = "up"
    DOWN = "down"


class JobQueue(QObject):
    """`changed`: the queue was paused or goes on, or which jobs ask has changed. `trouble` carries a Problem.

    `edit_ended(job_id, saved)` ends what `begin_edit` began, unless `cancel_edit` did.
    """

    changed = Signal()
    trouble = Signal(object)
    edit_ended = Signal(str, bool)

    def __init__(self, tools: JobTools, engine: JobEngine, prepare: Prepare, pause: Callable[[bool], None]) -> None:
        super().__init__()
        self._tools = tools
        self._book = tools.book
        self._engine = engine
        self._prepare = prepare
        self._turn = pause

    # --- all of it

    @property
    def is_paused(self) -> bool:
        """While it is paused nothing is sent; what was sent goes on and is saved."""
        return self._tools.rules.is_paused()

    def set_paused(self, on: bool) -> None:
        """Pauses the queue or lets it go on."""
        if on != self.is_paused:
            self._turn(on)
            self.changed.emit()
            self._engine.dispatch()

    def cancel_waiting(self, medium: Medium | None = None) -> int:
        """Cancels everything that waits here, of one medium or of all; what was sent goes on. Returns how many."""
        waiting = [job for job in self.waiting() if medium in (None, job.medium)]
        for job in waiting:
            self._start("cancel", job.job_id, self._engine.take_back(job.job_id))
        return len(waiting)

    def waiting(self) -> list[Job]:
        """What waits here, in the order in which it is sent."""
        return self._book.with_state({JobState.WAITING})

    # --- what has waited for long

    def asking(self) -> list[Job]:
        """Jobs that waited through a restart for more than a day: they are not sent before the person says so."""
        return [job for job in self.waiting() if job.hold is Hold.ASKS]

    def start_asking(self) -> None:
        """They are to be sent after all."""
        self.release([job.job_id for job in self.asking()])

    def release(self, job_ids: Iterable[str]) -> None:
        """Jobs that were held back stand in the line like all others."""
        for job_id in job_ids:
            self._start("release", job_id, self._release(job_id))

    def cancel_asking(self) -> int:
        """They are not wanted any more. Returns how many."""
        asking = self.asking()
        for job in asking:
            self._start("cancel", job.job_id, self._cancel_asking(job.job_id))
        return len(asking)

    async def _cancel_asking(self, job_id: str) -> None:
        await self._engine.take_back(job_id)
        self.changed.emit()

    async def _release(self, job_id: str) -> None:
        try:
            await self._book.edit(job_id, lambda job: replace(job, hold=Hold.NONE))
        except StorageError as error:
            self.trouble.emit(error.problem())
        self._engine.let_go(job_id)
        self.changed.emit()

    # --- order

    def move(self, job_id: str, where: Move, among: Sequence[str]) -> None:
        """Moves a waiting job among others: `among` are the waiting jobs of its list, itself included, in their order."""
        if job_id not in among:
            return
        at = among.index(job_id)
        to = {Move.FIRST: 0, Move.UP: at - 1, Move.DOWN: at + 1}[where]
        if to != at and 0 <= to < len(among):
            self.move_to(job_id, among[to], after=where is Move.DOWN)

    def move_to(self, job_id: str, other_id: str, *, after: bool) -> None:
        """Moves a waiting job before or after another one."""
        line = [job.job_id for job in self.waiting()]
        if job_id not in line or other_id not in line or job_id == other_id:
            return
        line.remove(job_id)
        line.insert(line.index(other_id) + int(after), job_id)
        self._start("arrange", job_id, self._arrange(line))

    async def _arrange(self, line: Sequence[str]) -> None:
        try:
            await self._book.arrange(line)
        except StorageError as error:
            self.trouble.emit(error.problem())
        self._engine.dispatch()

    # --- another recipe

    def begin_edit(self, job_id: str) -> bool:
        """Holds a waiting job back while its recipe is open; False when it is too late, because it is being sent."""
        if not self._engine.hold(job_id):
            return False
        self._start("hold", job_id, self._hold(job_id))
        return True

    async def _hold(self, job_id: str) -> None:
        """On disk as well: what is being changed is not sent by a restart either."""
        await self._book.edit(job_id, _held_for_editing, is_fact=True)
        self.changed.emit()

    def cancel_edit(self, job_id: str) -> None:
        """The recipe stays as it was."""
        self.release([job_id])

    def save_edit(self, job_id: str, request: GenerationRequest) -> None:
        """The held job gets this recipe and is sent when its turn comes. It is the same job: it is sent once."""
        self._start("change", job_id, self._save_edit(job_id, request))

    async def _save_edit(self, job_id: str, request: GenerationRequest) -> None:
        try:
            values, prepared = await self._prepare(request)
            saved = await self._book.rewrite(
                job_id, lambda job: _with_recipe(job, request, values), prepared.body, prepared.path
            )
        except StudioError as error:
            title = self._tools.providers.info(request.provider_id).title
            self.trouble.emit(error.problem(Moment.SUBMIT, provider=title))
            return
        self._engine.let_go(job_id)
        self.edit_ended.emit(job_id, saved)
        self.changed.emit()

    def _start(self, what: str, job_id: str, work: Coroutine[Any, Any, None]) -> None:
        self._tools.tasks.start(f"{what} {job_id[:8]}", work)


def _held_for_editing(job: Job) -> Job:
    return replace(job, hold=Hold.EDITED) if job.state is JobState.WAITING else job


def _with_recipe(job: Job, request: GenerationRequest, values: dict[str, Json]) -> Job:
    return replace(
        job,
        provider_id=request.provider_id,
        model_id=request.model_id,
        model_title=request.model_title,
        params=values,
        prompt=request.prompt,
        estimate=request.estimate,
        problem=None,
        hold=Hold.NONE,
    )
