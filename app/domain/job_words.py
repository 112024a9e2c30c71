"""What the studio says about a job: state words, the second line of a row, and what can be done with it.

One table each for words and for actions, so that list, history, viewer and notices never disagree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.durations import clock, lasted
from app.domain.errors import (
    EmptyResultError,
    GenerationFailedError,
    KeyMissingError,
    KeyRejectedError,
    PromptRefusedError,
)
from app.domain.job import WATCHED, Hold, Job, JobState, TransferState
from app.domain.local_errors import LOST
from app.domain.media import Medium
from app.domain.provider_info import Capabilities
from app.domain.text import Text, plain, text


@dataclass(frozen=True)
class StateWords:
    """A state's word for people, the colour token it wears, and the icon of a job that has no picture yet."""

    word: Text
    role: str
    icon: str


_S = JobState

STATES: Mapping[JobState, StateWords] = {
    _S.WAITING: StateWords(text("Waiting"), "waiting", "hourglass"),
    _S.SENDING: StateWords(text("Sending"), "running", "send"),
    _S.QUEUED: StateWords(text("In line"), "waiting", "hourglass"),
    _S.RUNNING: StateWords(text("Running"), "running", "loader-circle"),
    _S.SAVING: StateWords(text("Saving"), "running", "download"),
    _S.DONE: StateWords(text("Done"), "done", "check"),
    _S.FAILED: StateWords(text("Failed"), "failed", "triangle-alert"),
    _S.CANCELLED: StateWords(text("Cancelled"), "waiting", "circle-x"),
    _S.EXPIRED: StateWords(text("Expired"), "warning", "clock-alert"),
    _S.UNSURE: StateWords(text("Unsure"), "warning", "circle-help"),
}
"""The words are fixed by product.md; assistive technology relies on them."""

MEDIUM_ICONS: Mapping[Medium, str] = {
    Medium.IMAGE: "image",
    Medium.VIDEO: "clapperboard",
    Medium.AUDIO: "audio-lines",
    Medium.OTHER: "file-text",
}


class JobAction(StrEnum):
    """What a person can do with a job, apart from starring and tagging it."""

    CANCEL = "cancel"
    EDIT = "edit"
    RELEASE = "release"
    MOVE_FIRST = "move_first"
    MOVE_UP = "move_up"
    MOVE_DOWN = "move_down"
    STOP_WAITING = "stop_waiting"
    WAIT_AGAIN = "wait_again"
    RETRY = "retry"
    FETCH_AGAIN = "fetch_again"
    SHOW = "show"
    OPEN_FOLDER = "open_folder"
    COPY_ERROR = "copy_error"
    OPEN_SETTINGS = "open_settings"
    RUN_AGAIN = "run_again"
    EDIT_AND_RUN = "edit_and_run"
    USE_RESULT = "use_result"
    SEND_AGAIN = "send_again"
    THIS_ONE = "this_one"
    FORGET = "forget"
    DELETE = "delete"
    DELETE_BOTH = "delete_both"
    DELETE_THERE = "delete_there"


_A = JobAction

WITHOUT_RESULT = frozenset({GenerationFailedError.code, EmptyResultError.code, PromptRefusedError.code})
"""Codes of ends after which there never was anything to save."""

_OF_THE_KEY = frozenset({KeyMissingError.code, KeyRejectedError.code})
_KEY, _DELETES = _A.OPEN_SETTINGS, (_A.DELETE, _A.DELETE_BOTH, _A.DELETE_THERE)
_OFFERS: Mapping[JobState, tuple[JobAction, ...]] = {
    _S.WAITING: (_KEY, _A.CANCEL, _A.RELEASE, _A.EDIT, _A.EDIT_AND_RUN),
    # the paid POST is under way: nothing here can take it back
    _S.SENDING: (_A.EDIT_AND_RUN,),
    _S.QUEUED: (_KEY, _A.CANCEL, _A.STOP_WAITING, _A.WAIT_AGAIN, _A.EDIT_AND_RUN),
    _S.RUNNING: (_KEY, _A.CANCEL, _A.STOP_WAITING, _A.WAIT_AGAIN, _A.EDIT_AND_RUN),
    _S.SAVING: (_A.EDIT_AND_RUN,),
    _S.DONE: (_A.SHOW, _A.FETCH_AGAIN, _A.OPEN_FOLDER, _A.RUN_AGAIN, _A.EDIT_AND_RUN, _A.USE_RESULT, *_DELETES),
    _S.FAILED: (
        _A.OPEN_SETTINGS,
        _A.SHOW,
        _A.RETRY,
        _A.FETCH_AGAIN,
        _A.EDIT_AND_RUN,
        _A.OPEN_FOLDER,
        _A.COPY_ERROR,
        *_DELETES,
    ),
    _S.CANCELLED: (_A.SHOW, _A.RUN_AGAIN, _A.FETCH_AGAIN, _A.EDIT_AND_RUN, _A.OPEN_FOLDER, *_DELETES),
    _S.EXPIRED: (_A.SHOW, _A.RUN_AGAIN, _A.FETCH_AGAIN, _A.EDIT_AND_RUN, _A.OPEN_FOLDER, _A.COPY_ERROR, _A.DELETE),
    _S.UNSURE: (_A.THIS_ONE, _A.SEND_AGAIN, _A.FORGET, _A.EDIT_AND_RUN, _A.COPY_ERROR, _A.DELETE),
}

_LABELS: Mapping[JobAction, Text] = {
    _A.CANCEL: text("Cancel"),
    _A.EDIT: text("Edit"),
    _A.RELEASE: text("Put back in line"),
    _A.MOVE_FIRST: text("Send next"),
    _A.MOVE_UP: text("Move up"),
    _A.MOVE_DOWN: text("Move down"),
    _A.STOP_WAITING: text("Stop waiting"),
    _A.WAIT_AGAIN: text("Wait for it again"),
    _A.RETRY: text("Retry"),
    _A.FETCH_AGAIN: text("Fetch again"),
    _A.SHOW: text("Show"),
    _A.OPEN_FOLDER: text("Show in folder"),
    _A.COPY_ERROR: text("Copy error"),
    _A.OPEN_SETTINGS: text("Open Settings"),
    _A.RUN_AGAIN: text("Run again"),
    _A.EDIT_AND_RUN: text("Edit and run"),
    _A.USE_RESULT: text("Use as reference image"),
    _A.SEND_AGAIN: text("It did not start: send again"),
    _A.THIS_ONE: text("It is this one"),
    _A.FORGET: text("Forget"),
    _A.DELETE: text("Delete"),
    _A.DELETE_BOTH: text("Delete here and on the server"),
    _A.DELETE_THERE: text("Delete on the server only"),
}

ACTION_ICONS: Mapping[JobAction, str] = {
    _A.CANCEL: "x",
    _A.EDIT: "pencil",
    _A.RELEASE: "play",
    _A.MOVE_FIRST: "skip-forward",
    _A.MOVE_UP: "arrow-up",
    _A.MOVE_DOWN: "arrow-down",
    _A.STOP_WAITING: "circle-stop",
    _A.WAIT_AGAIN: "hourglass",
    _A.RETRY: "rotate-ccw",
    _A.FETCH_AGAIN: "download",
    _A.SHOW: "eye",
    _A.OPEN_FOLDER: "folder-open",
    _A.COPY_ERROR: "clipboard-copy",
    _A.OPEN_SETTINGS: "settings",
    _A.RUN_AGAIN: "refresh-cw",
    _A.EDIT_AND_RUN: "pencil",
    _A.USE_RESULT: "image-plus",
    _A.SEND_AGAIN: "rotate-ccw",
    _A.THIS_ONE: "check",
    _A.FORGET: "x",
    _A.DELETE: "trash-2",
    _A.DELETE_BOTH: "trash-2",
    _A.DELETE_THERE: "trash-2",
}


def actions(job: Job, capabilities: Capabilities) -> tuple[JobAction, ...]:
    """What can be done with this job now, the most wanted first."""
    possible = {
        _A.RELEASE: bool(job.hold),
        _A.CANCEL: job.state is JobState.WAITING or (capabilities.cancel_running and not job.set_aside),
        _A.STOP_WAITING: not capabilities.cancel_running and not job.set_aside,
        _A.WAIT_AGAIN: job.set_aside,
        _A.FETCH_AGAIN: job.is_known_there and _may_be_fetched(job),
        _A.SHOW: bool(job.saved_assets),
        _A.OPEN_FOLDER: bool(job.saved_assets),
        _A.USE_RESULT: _first_medium(job) in (Medium.IMAGE, Medium.VIDEO),
        _A.COPY_ERROR: job.problem is not None,
        _A.OPEN_SETTINGS: job.problem is not None and job.problem.code in _OF_THE_KEY,
        **dict.fromkeys((_A.DELETE_BOTH, _A.DELETE_THERE), capabilities.delete_remote and _is_over_there(job)),
        _A.THIS_ONE: capabilities.takes_ids,
    }
    return tuple(action for action in _OFFERS[job.state] if possible.get(action, True))


def _is_over_there(job: Job) -> bool:
    """Accepted by its provider, and nothing is lost by deleting it there: all is saved here, or there never was anything."""
    if job.state is JobState.FAILED and (job.problem is None or job.problem.code not in WITHOUT_RESULT):
        return False
    all_saved = all(asset.state is TransferState.SAVED for asset in job.assets)
    return job.is_known_there and all_saved and bool(job.assets) is (job.state is JobState.DONE)


def _may_be_fetched(job: Job) -> bool:
    """A finished job once it has lost a file; another one unless its prompt was refused and there never was a result."""
    code = job.problem.code if job.problem is not None else ""
    return code in LOST if job.state is JobState.DONE else code != PromptRefusedError.code or bool(job.assets)


def label(action: JobAction, job: Job | None = None) -> Text:
    """The action in words.

    Sending a job again whose outcome nobody knows says what that costs, and cancelling says where: what waits here is
    only ours, what runs over there is stopped over there.
    """
    if action is JobAction.SEND_AGAIN and job is not None and job.estimate is not None and job.estimate.amount:
        return text("It did not start: send again ({price})", price=job.estimate)
    if action is JobAction.CANCEL and job is not None and job.state in WATCHED:
        return text("Cancel on the server")
    if action is JobAction.EDIT_AND_RUN and job is not None and job.state is JobState.WAITING:
        return text("Use for a new one")
    if action is JobAction.USE_RESULT and job is not None and _first_medium(job) is Medium.VIDEO:
        return text("Add sound to it")
    return _LABELS[action]


_GONE_THERE = text("The copy at {provider} cannot be brought back. Your files stay in the library.")
_MEANINGS: Mapping[JobAction, Text] = {
    _A.STOP_WAITING: text("The job goes on at {provider} and is still saved when it is done."),
    _A.FETCH_AGAIN: text("Asks {provider} for the result once more. That costs nothing."),
    _A.DELETE_BOTH: _GONE_THERE,
    _A.DELETE_THERE: _GONE_THERE,
    _A.SEND_AGAIN: text("Looks at {provider} once more, then sends the same request again. It is charged again."),
    _A.THIS_ONE: text("Choose it among the jobs at {provider}, or paste its id. That costs nothing."),
    _A.FORGET: text("Nothing is looked for any more and nothing is sent. The recipe stays in the history."),
}


def meaning(action: JobAction, provider: str) -> Text:
    """What an action does where its label does not say it all; empty for the others. `provider` is a title."""
    sentence = _MEANINGS.get(action, Text())
    return sentence.with_values(provider=provider) if sentence else sentence


def _first_medium(job: Job) -> Medium | None:
    return next((asset.medium for asset in job.saved_assets), None)


def elapsed_s(job: Job, now: datetime) -> float:
    """Seconds since the job was sent, or since it was asked for while it has not been."""
    return max(0.0, (now - (job.sent_at or job.created_at)).total_seconds())


def took_s(job: Job) -> float | None:
    """Seconds from the POST to the saved files; None while the job goes on or was never sent."""
    if job.finished_at is None or job.sent_at is None:
        return None
    return max(0.0, (job.finished_at - job.sent_at).total_seconds())


def results(medium: Medium, count: int) -> Text:
    """How many files, by what they are: "1 image", "4 images"."""
    one, many = {
        Medium.IMAGE: (text("1 image"), text("{count} images", count=count)),
        Medium.VIDEO: (text("1 video"), text("{count} videos", count=count)),
        Medium.AUDIO: (text("1 sound"), text("{count} sounds", count=count)),
        Medium.OTHER: (text("1 file"), text("{count} files", count=count)),
    }[medium]
    return one if count == 1 else many


@dataclass(frozen=True)
class Progress:
    """`share` is 0 to 1, or None while nobody can know how far it is."""

    share: float | None = None


def progress(job: Job, now: datetime, expected_s: float | None) -> Progress | None:
    """The line under a row: what the server says, else time passed of time expected, never a made-up 100 %."""
    if job.state in (JobState.SENDING, JobState.SAVING):
        return Progress()
    if job.state is JobState.WAITING and job.progress:
        return Progress(job.progress)  # its files are on their way
    if job.state is not JobState.RUNNING or job.set_aside:
        return None
    if job.progress is not None and 0 < job.progress <= 1:
        return Progress(job.progress)
    if not expected_s or elapsed_s(job, now) >= expected_s:
        return Progress()
    return Progress(elapsed_s(job, now) / expected_s)


def time_left(seconds: float, *, brief: bool = False) -> Text:
    """How long a result can still be saved, in the unit that matters; `brief` where there is little room."""
    if seconds <= 0:
        return text("may be gone") if brief else text("may be gone over there")
    minutes = seconds / 60
    if minutes < 90:
        count, words = max(1, int(minutes)), (text("{count} min left"), text("{count} min left to save"))
    elif minutes < 48 * 60:
        count, words = int(minutes // 60), (text("{count} h left"), text("{count} h left to save"))
    else:
        count, words = int(minutes // (24 * 60)), (text("{count} days left"), text("{count} days left to save"))
    return words[0 if brief else 1].with_values(count=count)


def second_line(
    job: Job,
    now: datetime,
    expected_s: float | None,
    provider: str,
    *,
    left_s: float | None = None,
    is_paused: bool = False,
) -> tuple[Text, ...]:
    """What follows the state word, in parts that are shown with a dot between them. `provider` is its title.

    `left_s` is how long a result that is not here yet can be saved; `is_paused` whether the queue sends nothing.
    """
    clock_words = () if left_s is None else (time_left(left_s),)
    if job.state is JobState.SAVING and clock_words:
        trouble = job.problem.short.with_values(provider=provider) if job.problem else Text()
        return (*clock_words, *((trouble,) if trouble else ()))
    if job.state is JobState.WAITING and (job.hold or is_paused):
        return (_HELD[job.hold],)
    return (*_second_line(job, now, expected_s, provider), *clock_words)


def _second_line(job: Job, now: datetime, expected_s: float | None, provider: str) -> tuple[Text, ...]:
    if job.state is JobState.DONE:
        return _outcome(job)
    if job.problem is not None and job.problem.short:
        return (job.problem.short.with_values(provider=provider),)
    if job.state in WATCHED:
        return _over_there(job, now, expected_s, provider)
    if job.state is JobState.WAITING and job.progress:
        return (text("uploading its file"),)
    if job.state is JobState.CANCELLED and job.sent_at is not None:
        return (text("may have been charged"),)
    return (_AFTERWORDS[job.state],)


def brief_line(
    job: Job,
    now: datetime,
    expected_s: float | None,
    provider: str,
    *,
    left_s: float | None = None,
    is_paused: bool = False,
) -> tuple[Text, ...]:
    """`second_line` where there is little room: running jobs as "0:41 / 1:10", finished ones without their price."""
    if job.state is JobState.RUNNING and not job.set_aside and job.problem is None and expected_s:
        return (plain(f"{clock(elapsed_s(job, now))} / {clock(expected_s)}"),)
    if job.state is JobState.SAVING and left_s is not None:
        return (time_left(left_s, brief=True),)
    parts = second_line(job, now, expected_s, provider, left_s=left_s, is_paused=is_paused)
    return parts[:2] if job.state is JobState.DONE else parts


def _over_there(job: Job, now: datetime, expected_s: float | None, provider: str) -> tuple[Text, ...]:
    if job.set_aside:
        return (text("not waited for, saved when done"),)
    if job.state is JobState.RUNNING:
        return (_running(elapsed_s(job, now), expected_s),)
    place = (text("place {count}", count=job.queue_position),) if job.queue_position else ()
    return (text("at {provider}", provider=provider), *place)


def _running(elapsed: float, expected_s: float | None) -> Text:
    if not expected_s:
        return plain(clock(elapsed))
    if elapsed <= expected_s:
        return text("{elapsed} of about {expected}", elapsed=clock(elapsed), expected=clock(expected_s))
    return text("{elapsed}, usually {expected}", elapsed=clock(elapsed), expected=clock(expected_s))


_HELD: Mapping[Hold, Text] = {
    Hold.NONE: text("queue paused"),
    Hold.EDITED: text("being edited"),
    Hold.ASKS: text("asks first"),
}

_AFTERWORDS: Mapping[JobState, Text] = {
    _S.WAITING: text("to be sent"),
    _S.SENDING: text("handing over"),
    _S.SAVING: text("into your library"),
    _S.FAILED: text("no result"),
    _S.CANCELLED: text("nothing was sent"),
    _S.EXPIRED: text("not saved in time"),
    _S.UNSURE: text("may have been charged"),
}


def _outcome(job: Job) -> tuple[Text, ...]:
    """Done: how many files and how many are missing, how long it took, what it cost; what is not known is left out."""
    parts = [results(job.medium, len(job.saved_assets))]
    if job.problem is not None and job.problem.short:
        parts.append(job.problem.short)
    took = took_s(job)
    if took is not None:
        parts.append(lasted(took))
    if job.estimate is not None:
        parts.append(plain(str(job.estimate)) if job.estimate.amount else text("free"))
    return tuple(parts)
