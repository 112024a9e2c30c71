"""Words in a prompt that make the demo misbehave on purpose, for people who develop clients.

Write one or more of them anywhere in a prompt: `[fail]` `[refuse]` `[empty]` `[slow]` change how the job ends;
`[balance]` `[busy]` `[down]` `[html]` `[http 503]` `[lost]` `[late]` change the answer to POST;
`[cut]` breaks a download off. EXPLAINED says what each does; `--help` and the server's start page print it.
"""

import re
from enum import StrEnum


class Trigger(StrEnum):
    """One misbehaviour, written into the prompt in square brackets."""

    FAIL = "fail"
    REFUSE = "refuse"
    PARTIAL = "partial"
    EMPTY = "empty"
    SLOW = "slow"
    BALANCE = "balance"
    BUSY = "busy"
    DOWN = "down"
    HTML = "html"
    LOST = "lost"
    LATE = "late"
    CUT = "cut"


EXPLAINED: dict[Trigger, str] = {
    Trigger.FAIL: "the job ends failed, with a text where the dialect has a place for it",
    Trigger.REFUSE: "the job ends failed, with a moderation text; at OctoAI every result is removed for safety",
    Trigger.PARTIAL: "of several results one is removed for safety (OctoAI)",
    Trigger.EMPTY: "the job ends completed without a result, at NetMind with a text in logs",
    Trigger.SLOW: "the job takes ten times as long",
    Trigger.BALANCE: "POST is answered 400 'balance not enough'",
    Trigger.BUSY: "POST is answered 429 with Retry-After: 2; the same body is accepted the next time",
    Trigger.DOWN: "POST is answered 500 'Service is unavailable'",
    Trigger.HTML: "POST is answered 200 with an HTML page",
    Trigger.LOST: "the job is accepted, then the connection is closed without an answer",
    Trigger.LATE: "the connection is closed without an answer, and the job comes into being a minute later",
    Trigger.CUT: "the first whole download of each result file, or of an answer with media, breaks off half-way",
}

UNANSWERED = frozenset({Trigger.LOST, Trigger.LATE})
"""The job is made, and the client never hears of it."""

_MARK = re.compile(r"\[(" + "|".join(Trigger) + r"|http [45]\d\d)\]", re.IGNORECASE)


def triggers_in(prompt: str) -> frozenset[Trigger]:
    """The misbehaviours asked for by a prompt."""
    return frozenset(Trigger(word) for word in _marks(prompt) if not word.startswith("http "))


def status_asked_for(prompt: str) -> int | None:
    """The HTTP status a prompt asks POST to be answered with: `[http 503]`; None without such a mark."""
    return next((int(word[5:]) for word in _marks(prompt) if word.startswith("http ")), None)


def without_marks(prompt: str) -> str:
    """The prompt as the painters see it, so that a mark does not change the picture's subject."""
    return " ".join(_MARK.sub(" ", prompt).split())


def explanation() -> str:
    """All marks as lines of plain text, for --help and the start page."""
    rows = [f"  [{trigger}]".ljust(13) + text for trigger, text in EXPLAINED.items()]
    rows.append("  [http 503]".ljust(13) + "POST is answered with this status (any 4xx or 5xx)")
    return "\n".join(rows)


def _marks(prompt: str) -> list[str]:
    return [word.lower() for word in _MARK.findall(prompt)]
