"""What pages talk to about jobs: wishes in, facts out. The only writer of job state, through its book and engine."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from PySide6.QtCore import QObject, Signal

from app.domain.errors import Moment, StudioError, UnknownModelError
from app.domain.history import HistoryQuery
from app.domain.job import Asset, Job, JobState
from app.domain.local_errors import (
    StorageError,
)
from app.domain.media import Medium
from app.domain.model_spec import ModelSpec
from app.domain.problem import Problem
from app.domain.request import GenerationRequest
from app.domain.settings import MOST_OVERALL
from app.domain.values import Json, Params
from app.providers.base import PreparedRequest
from app.services.connection_service import ConnectionService
from app.services.job_book import JobBook
from app.services.job_engine import JobEngine
from app.services.job_queue import JobQueue
from app.services.job_tools import Inspect, JobSeams, JobTools, to_be_fetched
from app.services.library_check import LibraryCheck
from app.services.orphans import Orphans
from app.services.outages import Outages
from app.services.provider_service import ProviderService
from app.services.queue_rules import PauseSwitch, QueueRules
from app.services.remote_deletion import RemoteDeletion
from app.services.result_files import ResultFiles
from app.services.seeds import with_seed
from app.services.server_time import ServerTimes
from app.services.tasks import Tasks
from app.services.timings import Timings
from app.services.unsure_jobs import UnsureJobs
from app.services.uploaded_files import UploadedFiles
from app.store.input_vault import InputVault
from app.store.job_store import JobStore
from app.store.media_folder import MediaFolder

log = logging.getLogger(__name__)


class JobService(QObject):
    """Facts: `job_added`, `job_changed`, `job_rested` carry a Job, `job_removed` a job id.

    `key_trouble` carries a provider id and a Problem; `timings_changed` a provider id and a model id. `trouble` carries
    the Problem of a wish that could not be fulfilled, such as a star that the disk did not take. `copy_deleted` carries a
    Job that its provider has deleted, and the provider's title. `refusal_changed`: another answer from `refusal`.
    """

    job_added = Signal(object)
    job_changed = Signal(object)
    job_rested = Signal(object)
    job_removed = Signal(str)
    key_trouble = Signal(str, object)
    trouble = Signal(object)
    copy_deleted = Signal(object, str)
    timings_changed = Signal(str, str)
    refusal_changed = Signal()

    def __init__(
        self,
        *,
        store: JobStore,
        providers: ProviderService,
        connection: ConnectionService,
        tasks: Tasks,
        find_spec: Callable[[str, str], ModelSpec | None],
        folder: Callable[[], MediaFolder],
        earlier: Callable[[], Sequence[MediaFolder]] = tuple,
        inspect: Inspect,
        running_limit: Callable[[], int],
        overall_limit: Callable[[], int] = lambda: MOST_OVERALL,
        pause: PauseSwitch | None = None,
        times: ServerTimes | None = None,
        vault: InputVault | None = None,
        seams: JobSeams | None = None,
    ) -> None:
        super().__init__()
        self._seams = seams or JobSeams()
        self._store = store
        self._providers = providers
        self._tasks = tasks
        self._find_spec = find_spec
        self._files = ResultFiles(folder, earlier)
        self._refusal: Problem | None = None
        self._timings = Timings(store, find_spec, self._start, self.timings_changed.emit)
        self._book = JobBook(store, self._told)
        pause = pause or PauseSwitch()
        self._times = times or ServerTimes(self._seams.clock)
        outages = Outages(
            connection,
            tasks,
            title=lambda provider_id: providers.info(provider_id).title,
            knock=self._seams.knock or providers.takes_connections,
            random=self._seams.random,
            pause_s=self._seams.pause_s,
        )
        tools = JobTools(
            book=self._book,
            store=store,
            providers=providers,
            outages=outages,
            times=self._times,
            tasks=tasks,
            folder=folder,
            inspect=inspect,
            rules=QueueRules(running_limit, overall_limit, pause.is_on),
            seams=self._seams,
            vault=vault,
        )
        self._engine = JobEngine(tools, self._key_trouble)
        self.queue = JobQueue(tools, self._engine, self._prepared, pause.turn)
        self.queue.trouble.connect(self.trouble)
        self.check = LibraryCheck(tools, self._files, self._engine.save_again)
        self._deletion = RemoteDeletion(tools, self.trouble.emit, self.copy_deleted.emit)
        self._uploaded = UploadedFiles(tools)
        self.unsure = UnsureJobs(tools, self._engine.settler, self._engine.dispatch, self.trouble.emit)
        self.orphans = Orphans(tools, find_spec, self._bring_back, self._engine.resume, self.trouble.emit)
        providers.changed.connect(self._engine.resume)

    async def start(self, *, take_up: bool = True) -> None:
        """Shows what the database holds and takes up what the last run left.

        `take_up=False` only shows: unfinished jobs stay as they are, for pictures of a library that has no server.
        """
        found = await self._book.load()
        for job in found:
            self.job_added.emit(job)
        if take_up:
            await self._engine.start()
            self.queue.changed.emit()
            self.orphans.start()
        else:
            self._book.leave_alone(job for job in found if not job.is_resting)

    async def close(self) -> None:
        """Starts nothing new and gives a POST on its way some seconds for its answer."""
        await self._engine.close()

    def limit_changed(self, *, library: bool = False) -> None:
        """More may run or be downloaded at once than before; `library`: results go to another folder."""
        self._engine.limits_changed(library=library)

    @property
    def refusal(self) -> Problem | None:
        """Why nothing new can be made in this run, such as a history of a newer version; None when all is well."""
        return self._refusal

    def refuse(self, problem: Problem) -> None:
        """From now on no new wish is taken."""
        self._refusal = problem
        self.refusal_changed.emit()

    # --- wishes

    def submit(self, request: GenerationRequest) -> str:
        """Takes a wish and returns its job id at once; writing and sending happen in a task. "" when it is refused."""
        if self._refusal is not None:
            self.trouble.emit(self._refusal)
            return ""
        spec = self._find_spec(request.provider_id, request.model_id)
        job = Job(
            job_id=uuid4().hex,
            provider_id=request.provider_id,
            model_id=request.model_id,
            model_title=request.model_title,
            medium=request.medium,
            params=with_seed(spec, request.params, self._seams.random),
            prompt=request.prompt,
            created_at=self._seams.clock.now(),
            estimate=request.estimate,
        )
        self._book.begin(job)
        self.job_added.emit(job)
        self._engine.keep(self._start("write down", job.job_id, self._write_down(job, spec)))
        return job.job_id

    async def _write_down(self, job: Job, spec: ModelSpec | None) -> None:
        """The intent is on disk before anything is sent; where that fails, nothing is sent."""
        try:
            prepared = await self._prepare(spec, job.provider_id, job.params)
            await self._book.write_down(job.job_id, prepared.body, prepared.path)
        except StudioError as error:
            await self._failed_before_sending(job, error)
        except Exception:
            await self._failed_before_sending(job, StudioError())
            raise
        finally:
            self._engine.dispatch()

    async def _prepare(self, spec: ModelSpec | None, provider_id: str, params: Params) -> PreparedRequest:
        if spec is None:
            raise UnknownModelError
        connected = await self._providers.connected(provider_id)
        return await asyncio.to_thread(connected.provider.prepare, spec, params)

    async def _prepared(self, request: GenerationRequest) -> tuple[dict[str, Json], PreparedRequest]:
        """The values and the request for another recipe of a job that waits."""
        spec = self._find_spec(request.provider_id, request.model_id)
        values = with_seed(spec, request.params, self._seams.random)
        return values, await self._prepare(spec, request.provider_id, values)

    async def _failed_before_sending(self, job: Job, error: StudioError) -> None:
        problem = error.problem(Moment.SUBMIT, provider=self._providers.info(job.provider_id).title)
        now = self._seams.clock.now()

        def failed(job: Job) -> Job:
            taken_back = job.state is not JobState.WAITING
            return job if taken_back else replace(job, state=JobState.FAILED, problem=problem, finished_at=now)

        await self._book.edit(job.job_id, failed)
        try:
            await self._book.write_down(job.job_id, b"", "")
        except StorageError:
            log.exception("job %s could not be written down", job.job_id)

    def cancel(self, job_id: str) -> None:
        """A waiting job is cancelled, nothing was sent. A running one is set aside: it goes on and is still saved."""
        self._start("cancel", job_id, self._engine.take_back(job_id))

    def wait_again(self, job_id: str) -> None:
        """Takes a job that was set aside back into the queue."""
        self._edit("wait again", job_id, lambda job: replace(job, set_aside=False), self._engine.resume)

    def retry(self, job_id: str) -> str:
        """A new job with the same recipe, the same seed included; "" when the job is gone."""
        job = self._book.get(job_id)
        if job is None:
            return ""
        return self.submit(
            GenerationRequest(job.provider_id, job.model_id, job.model_title, job.medium, job.params, job.estimate)
        )

    def fetch_again(self, job_id: str) -> None:
        """Asks the server once more for a job that has a reference and ended badly, or has lost a file since."""
        if (job := self._book.get(job_id)) is not None and job.state is JobState.DONE:
            self.check.fetch(job_id)
            return
        self._edit("fetch again", job_id, to_be_fetched, self._engine.resume)

    def delete(self, job_id: str, *, on_server: bool = False) -> None:
        """Takes a resting job out of the history; `undo_delete` brings it back. Its files stay where they are.

        `on_server` deletes it at its provider as well, as `delete_on_server` does.
        """
        job = self._book.get(job_id)
        if job is None or not job.is_resting:
            return
        self._book.forget(job_id)
        self.job_removed.emit(job_id)
        self._start("delete", job_id, self._delete(job))
        if on_server:
            self._start("delete at the provider", job_id, self._deletion.delete(job))

    def can_delete_on_server(self, job_id: str) -> bool:
        """Whether to offer it: the job rests, was accepted by its provider, and the provider has a call for it."""
        job = self._book.get(job_id)
        return job is not None and job.is_resting and self._deletion.can_delete(job)

    def delete_on_server(self, job_id: str) -> None:
        """Deletes a resting job at its provider and keeps it here, once every file is known to lie in the library.

        What stands in the way comes as `trouble`; the job here is not changed by it.
        """
        job = self._book.get(job_id)
        if job is not None and job.is_resting:
            self._start("delete at the provider", job_id, self._deletion.delete(job))

    async def _delete(self, job: Job) -> None:
        try:
            await self._store.remove(job.job_id)
        except StorageError as error:
            self._bring_back(job)
            self.trouble.emit(error.problem())

    def undo_delete(self, job_id: str) -> None:
        """Brings a deleted job back."""
        self._start("undo delete", job_id, self._undo_delete(job_id))

    async def _undo_delete(self, job_id: str) -> None:
        try:
            await self._store.restore(job_id)
            job = await self._store.get(job_id)
        except StorageError as error:
            self.trouble.emit(error.problem())
            return
        if job is not None and self._book.get(job_id) is None:
            self._bring_back(job)

    def _bring_back(self, job: Job) -> None:
        self._book.put(job)
        self.job_added.emit(job)

    def set_favourite(self, job_id: str, on: bool) -> None:
        """Stars a job or takes the star away."""
        self._edit("favourite", job_id, lambda job: replace(job, favourite=on))

    def set_tags(self, job_id: str, tags: tuple[str, ...]) -> None:
        """Replaces a job's tags."""
        self._edit("tags", job_id, lambda job: replace(job, tags=tags))

    # --- questions

    def job(self, job_id: str) -> Job | None:
        """The newest value of a job in memory."""
        return self._book.get(job_id)

    def recent(self, medium: Medium) -> list[Job]:
        """Unfinished and recent jobs of a medium, newest first."""
        return [job for job in self._book.all() if job.medium is medium]

    def unfinished(self) -> list[Job]:
        """Everything that is still on its way, oldest first."""
        return sorted(self._book.unfinished(), key=lambda job: job.created_at)

    def expected_seconds(self, provider_id: str, model_id: str) -> float | None:
        """About how long this model takes: the median of its own past times, else what its spec says."""
        return self._timings.expected_s(provider_id, model_id)

    def is_paused(self) -> bool:
        """Whether nothing that waits is sent."""
        return self.queue.is_paused

    def seconds_left(self, job: Job) -> float | None:
        """How long its provider keeps a result that is not here yet, negative when it may be gone; None if unknown."""
        if job.expires_at is None or not job.has_unsaved_results:
            return None
        return (job.expires_at - self._times.now(job.provider_id)).total_seconds()

    def path_of(self, asset: Asset) -> Path:
        """Where a saved file lies: in the library, or in one of before where that has it."""
        return self._files.path_of(asset)

    async def history(self, query: HistoryQuery, offset: int, limit: int) -> list[Job]:
        """One page of everything ever made, newest first."""
        return await self._book.history(query, offset, limit)

    async def history_count(self, query: HistoryQuery) -> int:
        """How many jobs match."""
        return await self._store.count(query)

    async def all_tags(self) -> list[str]:
        """Every tag in use."""
        return await self._store.all_tags()

    async def spent_this_month(self) -> dict[str, Decimal]:
        """Estimates of jobs that were accepted since the first of this month, by unit; never added across units."""
        today = self._seams.clock.now().astimezone()
        return await self._store.spent(today.replace(day=1, hour=0, minute=0, second=0, microsecond=0))

    async def save_copy(self, asset: Asset, target: Path) -> None:
        """Copies a result to a place the person chose. Raises ResultMissingError, DiskFullError or CopyRefusedError."""
        await self._files.save_copy(asset, target)

    # --- inside

    def _start(self, what: str, about: str, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        return self._tasks.start(f"{what} {about[:8]}", work)

    def _edit(
        self, what: str, job_id: str, edit: Callable[[Job], Job], then: Callable[[str], None] | None = None
    ) -> None:
        """`then` is called with the provider's id after the change is on disk."""
        self._start(what, job_id, self._edit_and_go_on(job_id, edit, then))

    async def _edit_and_go_on(
        self, job_id: str, edit: Callable[[Job], Job], then: Callable[[str], None] | None
    ) -> None:
        try:
            job = await self._book.edit(job_id, edit)
        except StorageError as error:
            self.trouble.emit(error.problem())
            return
        if job is not None and then is not None:
            then(job.provider_id)

    def _told(self, old: Job, job: Job) -> None:
        self.job_changed.emit(job)
        if job.is_resting and not old.is_resting:
            self.job_rested.emit(job)
            self._uploaded.rested(job)
            if job.state is JobState.DONE:
                self._timings.read(job.provider_id, job.model_id)

    def _key_trouble(self, provider_id: str, error: StudioError) -> None:
        title = self._providers.info(provider_id).title
        self.key_trouble.emit(provider_id, error.problem(Moment.WATCH, provider=title))
