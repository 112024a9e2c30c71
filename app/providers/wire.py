"""What every provider needs to speak with its service: bodies, error texts, error categories and times, each written once.

Sources: apis.md 1.0 (bodies that were seen) and 4.6 (the list of shapes, and the order of the rules).
"""

import json
import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from app.domain.errors import (
    GenerationFailedError,
    InvalidRequestError,
    JobGoneError,
    KeyRejectedError,
    NotAllowedError,
    NotAServiceAnswerError,
    OutOfCreditError,
    PromptRefusedError,
    ServiceFailedError,
    ServiceRetiredError,
    ServiceTimeoutError,
    StudioError,
    TooManyRequestsError,
    UnknownModelError,
)
from app.domain.provider_info import ProviderInfo
from app.domain.redaction import redact_text
from app.domain.remote import RemoteState, Snapshot
from app.domain.values import Json, JsonObject
from app.net.answer import Answer
from app.net.retry import parse_retry_after

ERROR_TEXT_CHARS = 300
LONGEST_ERROR_BYTES = 64 * 1024
"""A longer body is read for its first words only: reading it all would take seconds, and errors of services are short."""
MAX_ID_CHARS = 256
_LOOKED_AT_CHARS = 16 * 1024

_TEXT_NAMES = ("message", "detail", "errors", "failure", "failure_reason", "task_status_msg")
_LATE_TEXT_NAMES = ("msg", "title", "errorcode")

_NO_MONEY = re.compile(
    r"balance (?:is )?not enough|not enough (?:balance|credit|fund)|insufficient[ _-]*(?:\w+ )?(?:balance|credit|fund|quota)"
    r"|payment required|arrears|out of credit|no credits? left|quota.{0,20}exhausted",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"moderat|content[ _-]?(?:policy|checker|filter)|policy[ _-]?violation|violat\w+ .{0,40}polic|usage polic"
    r"|\bnsfw\b|^violation$|(?<!case )(?<!case-)\bsensitive (?:content|word)|safety (?:system|filter|checker|polic)"
    r"|prohibited content",
    re.IGNORECASE,
)
_UNKNOWN_MODEL = re.compile(
    r"model\b.{0,120}?(?:not exist|not found|unknown|not supported|unsupported|does not exist)"
    r"|(?:unknown|no such|invalid|unsupported) model",
    re.IGNORECASE | re.DOTALL,
)
_BAD_KEY = re.compile(r"(?:api[ _-]?key|token|credential)|not_?logged_?in|unauthori[sz]ed", re.IGNORECASE)


ENDINGS: Mapping[str, RemoteState] = {
    **dict.fromkeys(("cancelled", "canceled", "aborted", "revoked"), RemoteState.CANCELLED),
    **dict.fromkeys(("timed_out", "timed out", "timeout", "expired", "rejected"), RemoteState.FAILED),
    **dict.fromkeys(("nsfw", "violation", "moderated", "content_moderated"), RemoteState.FAILED),
    **dict.fromkeys(("content moderated", "request moderated"), RemoteState.FAILED),
}
"""Words that some service uses and that can only mean the end (apis.md case 24), for every table of words."""


# --- bodies and ids


def body_of(value: JsonObject) -> bytes:
    """A request's JSON as bytes. Raises InvalidRequestError for a value that JSON does not have."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    except (ValueError, TypeError, RecursionError):
        raise InvalidRequestError("A value of the form cannot be sent.") from None


def id_of(entry: JsonObject, names: Collection[str]) -> str:
    """The id under the first of these names that holds one, top level only; numbers become text, "" is none."""
    for name in names:
        value = entry.get(name)
        if isinstance(value, bool) or not isinstance(value, str | int):
            continue
        found = str(value).strip()
        if found not in ("", ".", "..") and len(found) <= MAX_ID_CHARS:
            return found
    return ""


# --- texts


def error_text(answer: Answer) -> str:
    """What an error answer says in words: no markup, no secrets, at most `ERROR_TEXT_CHARS`."""
    return _text_of(answer, _error_body(answer))


def _text_of(answer: Answer, body: Json) -> str:
    found = words_of(body)
    return short_text(found) if found else answer.excerpt()


def _error_body(answer: Answer) -> Json:
    """The body as JSON; None where it is none, or too long."""
    if len(answer.body) > LONGEST_ERROR_BYTES:
        return None
    try:
        return answer.json()
    except NotAServiceAnswerError:
        return None


def short_text(words: str) -> str:
    """A server's words on one line, redacted and cut."""
    return redact_text(" ".join(words[:_LOOKED_AT_CHARS].split()))[:ERROR_TEXT_CHARS]


def field_errors(body: Json) -> dict[str, str]:
    """What a list of validation rows says about each parameter: the last name in `loc` -> messages (case 20)."""
    found: dict[str, str] = {}
    for row in _rows(body):
        where = row.get("loc", row.get("field"))
        names = [part for part in where if isinstance(part, str)] if isinstance(where, list) else [where]
        message = row.get("msg", row.get("message"))
        if names and isinstance(names[-1], str) and isinstance(message, str):
            earlier = found.get(names[-1])
            found[names[-1]] = f"{earlier}; {short_text(message)}" if earlier else short_text(message)
    return found


def _rows(body: Json) -> list[JsonObject]:
    if not isinstance(body, dict):
        return []
    listed = body.get("detail") if isinstance(body.get("detail"), list) else body.get("errors")
    return [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []


def words_of(body: Json, depth: int = 3) -> str:
    """The first text among the shapes that services use; a list is joined."""
    if isinstance(body, str):
        return body
    if depth == 0:
        return ""
    if isinstance(body, list):
        return "; ".join(filter(None, (_row_words(item, depth) for item in body)))
    if not isinstance(body, dict):
        return ""
    base = body.get("base_resp")
    of_base = base.get("status_msg") if isinstance(base, dict) else None
    candidates = [body.get("error"), *map(body.get, _TEXT_NAMES), of_base, *map(body.get, _LATE_TEXT_NAMES)]
    return next(filter(None, (words_of(candidate, depth - 1) for candidate in candidates)), "")


def _row_words(item: Json, depth: int) -> str:
    """One validation row, with its kind where that is what tells (fal writes content_policy_violation there)."""
    words = words_of(item, depth - 1)
    kind = item.get("type") if isinstance(item, dict) else None
    return f"{words} ({kind})" if isinstance(kind, str) and "policy" in kind else words


# --- categories


def error_of(answer: Answer, *, job_known: bool = False) -> StudioError:
    """The error that an answer without success stands for.

    `job_known` says that the call was about a job that exists, so that a 404 means it is gone.
    """
    retry_after_s = parse_retry_after(answer.headers, datetime.now(UTC))
    if _is_markup(answer):
        refused = answer.ok or (400 <= answer.status < 500 and answer.status not in (401, 402, 413, 429))
        if refused:  # a proxy or a login page speaks, not the service: a job is not gone because of it (case 34)
            error: StudioError = NotAServiceAnswerError(answer.excerpt(), http_status=answer.status)
            error.not_started = not answer.ok
            return error
    body = _error_body(answer)
    return categorise(
        answer.status,
        _text_of(answer, body),
        job_known=job_known,
        fields=field_errors(body),
        retry_after_s=retry_after_s,
    )


def categorise(
    status: int,
    text: str,
    *,
    job_known: bool = False,
    fields: Mapping[str, str] | None = None,
    retry_after_s: float | None = None,
) -> StudioError:
    """The error for an HTTP status and the words that came with it: the words decide first, then the status.

    An answer in the 400s proves that a paid request started nothing; the error says so by `not_started`.
    """
    kind = _by_text(status, text, job_known) or _by_status(status, text, job_known)
    error = kind(text, http_status=status, retry_after_s=retry_after_s, fields=fields)
    if 400 <= status < 500 and status != 408 and not job_known:
        error.not_started = True
    return error


def ended(error: StudioError, info: ProviderInfo, base_url: str) -> StudioError:
    """The error as it stands, or that the service has ended: its published address answers that it is not there.

    403 counts because NetMind's gateway says "Invalid API key" where a path does not exist (apis.md 1.0 and case 21).
    """
    speaks = error.http_status in (403, 404, 410) or isinstance(error, NotAServiceAnswerError)
    if not (info.is_retired_at(base_url) and speaks):
        return error
    return ServiceRetiredError(error.server_text, http_status=error.http_status)


def says_failed(entry: JsonObject) -> bool:
    """True for a body that says itself that it is an error, whatever the status of its answer (apis.md case 5)."""
    base = entry.get("base_resp")
    code = base.get("status_code") if isinstance(base, dict) else None
    return entry.get("success") is False or bool(entry.get("errorcode")) or bool(code)


def refusal(answer: Answer) -> StudioError:
    """The error for a success by status that is an error by its own words, such as NOT_LOGGEDIN (apis.md 1.0)."""
    status = 401 if "LOGGEDIN" in error_text(answer).upper() else 400
    return error_of(Answer(status, answer.headers, answer.body, answer.url))


def failure_error(snapshot: Snapshot) -> StudioError:
    """The error for a job that ended as failed over there, by what its log says (apis.md 1.1)."""
    text = short_text(snapshot.message or snapshot.wire_status)
    if _NO_MONEY.search(text):
        return OutOfCreditError(text)
    return PromptRefusedError(text) if _REFUSED.search(text) else GenerationFailedError(text)


def _by_text(status: int, text: str, job_known: bool) -> type[StudioError] | None:
    if status < 400:
        return None
    if _NO_MONEY.search(text):
        return OutOfCreditError
    if status in (400, 403, 422, 451) and _REFUSED.search(text):
        return PromptRefusedError
    if not job_known and status in (400, 404, 422) and _UNKNOWN_MODEL.search(text):
        return UnknownModelError
    return None


def _by_status(status: int, text: str, job_known: bool) -> type[StudioError]:
    if status >= 500:
        return ServiceFailedError
    if status in (404, 410):
        return JobGoneError if job_known else NotAllowedError
    if status == 403:
        # the new gateway also says "Invalid API key" where an address does not exist (apis.md 1.0): only calls
        # without a job of their own are believed
        return KeyRejectedError if _BAD_KEY.search(text) and not job_known else NotAllowedError
    known: dict[int, type[StudioError]] = {
        401: KeyRejectedError,
        402: OutOfCreditError,
        408: ServiceTimeoutError,
        429: TooManyRequestsError,
    }
    if status in known:
        return known[status]
    return InvalidRequestError if 400 <= status < 500 else NotAServiceAnswerError


def _is_markup(answer: Answer) -> bool:
    return answer.body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


# --- times


def parse_time(value: Json) -> datetime | None:
    """Seconds or milliseconds since 1970, ISO with or without a zone, or `YYYY-MM-DD HH:MM:SS`; naive means UTC.

    None for anything else. For display only: servers change these between calls (case 45).
    """
    try:
        if isinstance(value, bool):
            return None
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value / 1000 if abs(value) > 10**11 else value, UTC)
        if not isinstance(value, str):
            return None
        if re.fullmatch(r"\s*\d{9,14}(?:\.\d+)?\s*", value):
            return parse_time(float(value))
        found = datetime.fromisoformat(value.strip())
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
