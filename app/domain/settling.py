"""A paid request whose answer was lost: which entries of its provider's list could be the job that it started.

Where the list shows the request, the request decides, and the random seed that the studio chose makes it one of a kind.
Elsewhere only the time can tell (reliability.md 3.1). Pure functions: who asks, and when, is decided in
`app.services.settling`.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from app.domain.remote import Listed, RemoteState, ref_key
from app.domain.text import Text, text
from app.domain.values import Json

BEFORE = timedelta(minutes=5)
"""The clocks of this computer and of the service may differ by so much."""
AFTER = timedelta(minutes=15)
"""So long after the request its job may still come into being, where nothing but the time can tell."""
MAX_ID_CHARS = 256


@dataclass(frozen=True)
class SentRequest:
    """What went out: the JSON of the body (None where it is none), the model, and when, in UTC."""

    job_id: str
    model_id: str
    body: Json
    sent_at: datetime


class Fit(IntEnum):
    """How well an entry fits a request. Only *likely* ones are ever taken without asking."""

    NO = 0
    POSSIBLE = 1
    """Nothing speaks against it, and nothing for it: it is offered to the person."""
    LIKELY = 2
    """It came into being at the right time, and nothing more is known."""
    CERTAIN = 3
    """It shows this very request and came into being at the right time."""


@dataclass(frozen=True)
class Candidate:
    """One entry of the list as a person chooses from it; `created_at` is UTC, empty fields are not known."""

    key: str
    state: RemoteState
    created_at: datetime | None = None
    model_id: str = ""
    prompt: str = ""
    is_likely: bool = False


@dataclass(frozen=True)
class Found:
    """What a list says about one request. `sole` is the one entry that can be taken without asking."""

    sole: Listed | None = None
    is_certain: bool = False
    likely: tuple[Listed, ...] = ()


class RemoteIdError(ValueError):
    """Something that cannot be the id of a job; `sentence` says why at its field."""

    def __init__(self, sentence: Text) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


def body_json(body: bytes) -> Json:
    """A stored request as JSON; None where it is something else."""
    try:
        value: Json = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value


def fit(sent: SentRequest, entry: Listed) -> Fit:
    """How well one entry of the list fits; ids that are known already are left out before."""
    created = entry.created_at
    begun = created is None or created >= sent.sent_at - BEFORE
    if entry.request is not None and sent.body is not None:
        if not holds(sent.body, entry.request):
            return Fit.NO
        return Fit.CERTAIN if begun else Fit.POSSIBLE
    if entry.model_id and sent.model_id and entry.model_id != sent.model_id:
        return Fit.NO
    if created is None:
        return Fit.POSSIBLE
    return Fit.LIKELY if begun and created <= sent.sent_at + AFTER else Fit.NO


def holds(sent: Json, shown: Json) -> bool:
    """True where every value that was sent is there as it was; a service may have added its defaults."""
    if sent is None:
        return True
    if isinstance(sent, bool) or isinstance(shown, bool):
        return sent is shown
    if isinstance(sent, dict):
        return isinstance(shown, dict) and all(holds(value, shown.get(name)) for name, value in sent.items())
    if isinstance(sent, list):
        return isinstance(shown, list) and len(sent) == len(shown) and all(map(holds, sent, shown))
    if isinstance(sent, str) and isinstance(shown, str):
        return sent.split() == shown.split()
    return sent == shown


def settle(
    requests: Sequence[SentRequest],
    listed: Sequence[Listed],
    *,
    known: Collection[str],
    refused: Mapping[str, Collection[str]],
    in_flight: Sequence[SentRequest] = (),
) -> dict[str, Found]:
    """What the list says about each of the requests, by job id.

    `known` are ids of jobs that are accounted for. `refused` are ids by job id that the person has decided against. An
    entry that fits two requests, or one whose answer is still awaited (`in_flight`), is nobody's without asking.
    """
    unknown = [entry for entry in listed if ref_key(entry.ref) and ref_key(entry.ref) not in known]
    fits = {
        sent.job_id: [
            (entry, fit(sent, entry)) for entry in unknown if ref_key(entry.ref) not in refused.get(sent.job_id, ())
        ]
        for sent in requests
    }
    awaited = [(entry, fit(sent, entry)) for sent in in_flight for entry in unknown]
    claims = Counter(
        ref_key(entry.ref) for rows in (*fits.values(), awaited) for entry, how in rows if how >= Fit.LIKELY
    )
    return {job_id: _found(rows, claims) for job_id, rows in fits.items()}


def _found(rows: Sequence[tuple[Listed, Fit]], claims: Mapping[str, int]) -> Found:
    likely = [(entry, how) for entry, how in rows if how >= Fit.LIKELY]
    best = max((how for _, how in likely), default=Fit.NO)
    top = [entry for entry, how in likely if how is best]
    sole = top[0] if len(top) == 1 and claims.get(ref_key(top[0].ref)) == 1 else None
    return Found(sole, best is Fit.CERTAIN, tuple(entry for entry, _ in likely))


def clean_remote_id(typed: str) -> str:
    """The id that somebody typed or pasted, also out of an address. Raises RemoteIdError with its sentence."""
    found = typed.strip().strip("\"'").split("?")[0].rstrip("/").rpartition("/")[2]
    if not found:
        raise RemoteIdError(text("Paste the id of the job, as the provider's console shows it."))
    if len(found) > MAX_ID_CHARS:
        raise RemoteIdError(text("This is too long to be the id of a job."))
    if found in (".", "..") or not found.isprintable() or any(sign.isspace() for sign in found):
        raise RemoteIdError(text("An id has no blanks or line breaks in it."))
    return found
