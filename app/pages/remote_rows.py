"""A job on a server in one line: when, how it stands, and what it is as far as its list tells."""

from datetime import datetime

from app.domain.remote import RemoteState
from app.domain.settling import Candidate
from app.domain.text import Text, text
from app.services.orphans import Orphan
from app.system.language import clock_time, day_label, say

DOT = " \u00b7 "
_STATES: dict[RemoteState, Text] = {
    RemoteState.QUEUED: text("In line"),
    RemoteState.RUNNING: text("Running"),
    RemoteState.SUCCEEDED: text("Done"),
    RemoteState.EMPTY: text("Done"),
    RemoteState.FAILED: text("Failed"),
    RemoteState.CANCELLED: text("Cancelled"),
    RemoteState.UNKNOWN: text("State not known"),
}


def candidate_row(one: Candidate) -> tuple[str, str]:
    """Key and words of what could be a lost job."""
    likely = say(text("fits in time")) if one.is_likely else ""
    return one.key, _line(one.created_at, say(_STATES[one.state]), likely, one.prompt or one.model_id or one.key)


def orphan_row(orphan: Orphan) -> tuple[str, str]:
    """Key and words of a finished job that is not in the library."""
    entry = orphan.entry
    what = entry.prompt or orphan.model_title or str(entry.ref.get("key", ""))
    return orphan.key, _line(entry.created_at, orphan.provider_title, what)


def _line(created_at: datetime | None, *parts: str) -> str:
    when = _when(created_at) if created_at is not None else say(text("time not known"))
    return DOT.join(" ".join(part.split()) for part in (when, *parts) if part)


def _when(moment: datetime) -> str:
    local = moment.astimezone()
    return f"{day_label(local.date(), datetime.now().astimezone().date())} {clock_time(moment)}"
