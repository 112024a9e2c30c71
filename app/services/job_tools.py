"""What the rooms of the job service share: the book, the doors to the outside, and the seams that tests replace."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random, SystemRandom

from app.domain.errors import GenerationFailedError, Moment, StudioError
from app.domain.job import Job, JobState
from app.domain.media import FileType, Medium
from app.domain.problem import Problem
from app.domain.remote import RemoteRef
from app.net.part_file import KEEP_FREE_BYTES
from app.net.retry import poll_delay_s
from app.services.clock import Clock
from app.services.job_book import JobBook
from app.services.media_probe import MediaFacts
from app.services.outages import Outages
from app.services.provider_service import ProviderService
from app.services.queue_rules import QueueRules
from app.services.server_time import ServerTimes
from app.services.tasks import Tasks
from app.store.input_vault import InputVault
from app.store.job_store import JobStore
from app.store.media_folder import MediaFolder

Inspect = Callable[[Path, FileType], Awaitable[MediaFacts]]
"""Looks into a file; raises BrokenResultError when it does not decode."""

Pace = Callable[[Medium, int, Random], float]
"""Seconds until the next question, by medium and number of questions asked so far."""


@dataclass(frozen=True)
class SavingLimits:
    """What downloads may take: bytes of one file, files at once, and what is left on the disk for everybody else."""

    max_bytes: int = 4 * 1024**3
    overall: Callable[[], int] = lambda: 4
    per_provider: Callable[[], int] = lambda: 3
    keep_free_bytes: Callable[[], int] = lambda: KEEP_FREE_BYTES


@dataclass(frozen=True)
class JobSeams:
    """What tests replace. `pause_factor` shortens the pauses between tries; `knock` as for `Outages`.

    `demo_has_orphans`: finished jobs of the demo are looked for as well; a test's provider is one of its kind.
    """

    clock: Clock = field(default_factory=Clock)
    random: Random = field(default_factory=SystemRandom)
    pace: Pace = poll_delay_s
    limits: SavingLimits = field(default_factory=SavingLimits)
    pause_factor: float = 1.0
    knock: Callable[[str], Awaitable[bool]] | None = None
    demo_has_orphans: bool = False

    def pause_s(self, seconds: float) -> float:
        """How long to wait really."""
        return seconds * self.pause_factor


@dataclass(frozen=True)
class JobTools:
    """`folder()` is the library as set now; `rules` say how many jobs run at once and whether the queue is paused.

    `vault` holds the files that jobs work from; None where there are none.
    """

    book: JobBook
    store: JobStore
    providers: ProviderService
    outages: Outages
    times: ServerTimes
    tasks: Tasks
    folder: Callable[[], MediaFolder]
    inspect: Inspect
    rules: QueueRules
    seams: JobSeams
    vault: InputVault | None = None

    def failure(self, job: Job, error: StudioError) -> Problem:
        """The sentences for a run that failed over there.

        After a long run the provider's advice takes the place of the usual one: an offer with its price, nothing more.
        """
        info = self.providers.info(job.provider_id)
        problem = error.problem(Moment.OTHER, provider=info.title)
        lasted_s = (self.seams.clock.now() - (job.sent_at or job.created_at)).total_seconds()
        is_long = info.long_run is not None and lasted_s >= info.long_run.after_s
        if info.long_run is None or not is_long or not isinstance(error, GenerationFailedError):
            return problem
        advice = info.long_run.sentence(str(job.estimate) if job.estimate else "")
        return replace(problem, advice=advice.with_values(provider=info.title))

    def marked(self, job: Job, ref: RemoteRef) -> RemoteRef:
        """The reference with a sign of the account that the job was sent to; `is_elsewhere` compares it."""
        door = self.providers.door(job.provider_id, job.job_id)
        return {**ref, "door": door} if door else ref

    def is_elsewhere(self, job: Job) -> bool:
        """Whether the provider's address or key is another one now: what it does not know then, is not gone."""
        door = (job.remote_ref or {}).get("door")
        return bool(door) and door != self.providers.door(job.provider_id, job.job_id)

    def title(self, job: Job) -> str:
        """The name of the job's provider, for sentences."""
        return self.providers.info(job.provider_id).title


ENDED_BADLY = frozenset({JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED})


def to_be_fetched(job: Job) -> Job:
    """The job as it is when its server is asked once more; unchanged where there is nothing to ask for."""
    if job.remote_ref is None or job.state not in ENDED_BADLY:
        return job
    return replace(job, state=JobState.QUEUED, problem=None, finished_at=None)
