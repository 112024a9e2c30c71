"""The life of a job: its states, the moves that are legal, and the files it brought home.

    waiting -> sending -> queued -> running -> saving -> done
       any of the first five -> failed | cancelled | expired        sending -> unsure

*Waiting* is written before anything is sent; *sending* before the POST goes out; the remote reference right after the
answer. A job found in *sending* at start-up without a reference is *unsure*: it may have been charged, and it is never
sent again by the program.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from app.domain.media import Medium
from app.domain.money import Money
from app.domain.problem import Problem
from app.domain.remote import RemoteRef
from app.domain.text import Text
from app.domain.values import Params


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    SENDING = "sending"
    QUEUED = "queued"
    RUNNING = "running"
    SAVING = "saving"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNSURE = "unsure"


_S = JobState
_ENDS = frozenset({_S.FAILED, _S.CANCELLED, _S.EXPIRED})

LEGAL_MOVES: Mapping[JobState, frozenset[JobState]] = {
    _S.WAITING: frozenset({_S.SENDING}) | _ENDS,
    # back to waiting: the POST provably never left this computer, or the server said "too many, later"
    _S.SENDING: frozenset({_S.WAITING, _S.QUEUED, _S.RUNNING, _S.SAVING, _S.UNSURE}) | _ENDS,
    # a worker may be lost and the job put back in line (apis.md case 32)
    _S.QUEUED: frozenset({_S.RUNNING, _S.SAVING}) | _ENDS,
    _S.RUNNING: frozenset({_S.QUEUED, _S.SAVING}) | _ENDS,
    _S.SAVING: frozenset({_S.DONE}) | _ENDS,
    # adopted by id after looking in the provider's list; or the person says to send it again, or gives it up
    _S.UNSURE: frozenset({_S.WAITING, _S.QUEUED, _S.RUNNING, _S.SAVING, _S.FAILED, _S.CANCELLED}),
    # the server still has the result and the person asks for it once more
    _S.FAILED: frozenset({_S.QUEUED}),
    _S.CANCELLED: frozenset({_S.QUEUED}),
    _S.EXPIRED: frozenset({_S.QUEUED}),
    # a file that was saved is lost, and the server may still have it
    _S.DONE: frozenset({_S.SAVING}),
}
"""Every move a job may make. The job service is the only one that makes them."""

RESTING = frozenset({_S.DONE, _S.FAILED, _S.CANCELLED, _S.EXPIRED, _S.UNSURE})
"""States in which the studio does nothing by itself."""

WATCHED = frozenset({_S.QUEUED, _S.RUNNING})
"""States in which the provider is asked from time to time."""


class Hold(StrEnum):
    """Why a waiting job is not sent although its turn may have come. It is kept on disk: a restart does not send it."""

    NONE = ""
    EDITED = "edited"
    """Its recipe is open in a form; what is sent is decided there."""
    ASKS = "asks"
    """It waited through a restart for more than a day: the person may have changed their mind (reliability.md 3.2)."""


class TransferState(StrEnum):
    """The life of one result file, apart from the life of its job (apis.md 4.1)."""

    KNOWN = "known"
    SAVED = "saved"
    GONE = "gone"


@dataclass(frozen=True)
class Asset:
    """One result file. `path` is relative to the library and empty until the file is saved and checked.

    `width`, `height` in pixels and `duration_s` in seconds are filled in when the file was looked at, else None.
    `sha256` is the hash of the saved file in hex.
    """

    asset_id: str
    job_id: str
    index: int
    remote_key: str
    medium: Medium
    state: TransferState = TransferState.KNOWN
    path: str = ""
    size_bytes: int = 0
    sha256: str = ""
    mime: str = ""
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None


@dataclass(frozen=True)
class Job:
    """One wish and what became of it. A value: every change makes a new one. Times are UTC with a zone."""

    job_id: str
    provider_id: str
    model_id: str
    model_title: str
    medium: Medium
    params: Params
    prompt: str
    created_at: datetime
    state: JobState = JobState.WAITING
    estimate: Money | None = None
    remote_ref: RemoteRef | None = None
    wire_status: str = ""
    progress: float | None = None
    queue_position: int | None = None
    sent_at: datetime | None = None
    finished_at: datetime | None = None
    problem: Problem | None = None
    assets: tuple[Asset, ...] = ()
    set_aside: bool = False
    """The person stopped waiting: watched slowly, saved all the same, takes no place in the queue."""
    favourite: bool = False
    tags: tuple[str, ...] = field(default=())
    place: int | None = None
    """Its place in the line where the person has arranged the line; None stands behind those, by time."""
    hold: Hold = Hold.NONE
    expires_at: datetime | None = None
    """When its provider may throw the result away, by that provider's own clock; None where nothing is published."""
    is_deleted_there: bool = False
    """The person had it deleted at its provider: nothing can be fetched from there any more."""

    @property
    def is_resting(self) -> bool:
        """True when nothing more happens without the person."""
        return self.state in RESTING

    @property
    def told_problem(self) -> Problem | None:
        """What is wrong, as it is told: where nothing is paid for, nothing is said about money."""
        is_free = self.estimate is not None and not self.estimate.amount
        return replace(self.problem, money=Text()) if self.problem is not None and is_free else self.problem

    @property
    def is_known_there(self) -> bool:
        """Its provider accepted it, and has not deleted it since at the person's wish."""
        return self.remote_ref is not None and not self.is_deleted_there

    @property
    def has_unsaved_results(self) -> bool:
        """True where something lies at the provider that is not in the library: on its way here, or left over there."""
        if self.state is JobState.SAVING:
            return True
        if self.state not in (JobState.FAILED, JobState.DONE):
            return False
        return any(asset.state is TransferState.KNOWN for asset in self.assets)

    @property
    def saved_assets(self) -> tuple[Asset, ...]:
        """The files that lie in the library, in the order the server gave them."""
        return tuple(asset for asset in self.assets if asset.state is TransferState.SAVED)


def line_order(job: Job) -> tuple[bool, int, datetime, str]:
    """The order in which waiting jobs are sent: as the person arranged them, then as they were asked for."""
    return (job.place is None, job.place or 0, job.created_at, job.job_id)


class IllegalMoveError(Exception):
    """A programming error: somebody tried a move that is not in `LEGAL_MOVES`."""


def check_move(old: JobState, new: JobState) -> None:
    """Raises IllegalMoveError unless the table has the move. Staying where one is, is not a move."""
    if new is not old and new not in LEGAL_MOVES[old]:
        message = f"{old} -> {new}"
        raise IllegalMoveError(message)
