"""Error texts, categories and times, as tables from apis.md 1.0 and 4.6."""

import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    ServiceTimeoutError,
    StudioError,
    TooManyRequestsError,
    UnknownModelError,
)
from app.domain.remote import RemoteState, Snapshot
from app.domain.values import Json
from app.net.answer import Answer
from app.providers.wire import categorise, error_of, error_text, failure_error, field_errors, parse_time


def answer(body: object, status: int = 400, **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(
        status, {name.replace("_", "-"): value for name, value in headers.items()}, raw, "https://a.example/x"
    )


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"error": {"message": "one", "type": "x"}}, "one"),
        ({"error": "one"}, "one"),
        ({"message": "one", "detail": "two"}, "one"),
        ({"detail": "one"}, "one"),
        ({"detail": [{"loc": ["body", "a"], "msg": "one"}, {"loc": ["body", "b"], "msg": "two"}]}, "one; two"),
        ({"errors": ["one", {"message": "two"}]}, "one; two"),
        ({"failure": "one"}, "one"),
        ({"failure_reason": "one"}, "one"),
        ({"task_status_msg": "one"}, "one"),
        ({"base_resp": {"status_code": 1008, "status_msg": "one"}}, "one"),
        ({"msg": "one"}, "one"),
        ({"title": "one"}, "one"),
        ({"success": False, "errorcode": "NOT_LOGGEDIN"}, "NOT_LOGGEDIN"),
        ({"error": None, "message": "", "detail": {}, "msg": "one"}, "one"),
        ("one", "one"),
        (["one", "two"], "one; two"),
        (b"just text\nhere", "just text here"),
        (b"<html><title>502 Bad Gateway</title><h1>nginx</h1></html>", "502 Bad Gateway nginx"),
        (b"", ""),
    ],
)
def test_the_words_of_an_error_are_found_in_every_shape(body: object, text: str) -> None:
    assert error_text(answer(body)) == text


def test_error_words_are_short_and_without_secrets() -> None:
    text = error_text(answer({"message": "key sk-abcdefgh12345678 for me@example.org is bad " + "x" * 1_000}))
    assert "abcdefgh" not in text
    assert "example.org" not in text
    assert len(text) == 300


def test_validation_rows_are_told_by_field() -> None:
    rows: Json = {
        "detail": [
            {"loc": ["body", "config", "image_size"], "msg": "one"},
            {"loc": ["body", "seed"], "msg": "two"},
            {"loc": ["body", "seed"], "msg": "three"},
            {"loc": ["body", "images", 0], "msg": "four"},
            {"loc": [], "msg": "lost"},
            {"loc": "prompt", "msg": "five"},
            {"loc": None, "msg": "lost"},
            "lost",
        ]
    }
    assert field_errors(rows) == {"image_size": "one", "seed": "two; three", "images": "four", "prompt": "five"}
    assert field_errors({"errors": [{"field": "seed", "message": "one"}]}) == {"seed": "one"}
    assert field_errors([]) == field_errors({"detail": "text"}) == field_errors({"detail": {"a": 1}}) == {}


CASES = [
    (400, "balance not enough", OutOfCreditError, True),
    (402, "", OutOfCreditError, True),
    (429, "insufficient balance (1008)", OutOfCreditError, True),
    (500, "insufficient balance (1008)", OutOfCreditError, True),
    (429, "insufficient_quota", OutOfCreditError, True),
    (400, "Model name: X not exists", UnknownModelError, True),
    (404, "Unknown model", UnknownModelError, True),
    (422, "model nobody/nothing not found", UnknownModelError, True),
    (400, "Your prompt was flagged by the content moderation", PromptRefusedError, True),
    (422, "The content could not be processed (content_policy_violation)", PromptRefusedError, True),
    (451, "blocked by our safety system", PromptRefusedError, True),
    (400, "", InvalidRequestError, True),
    (400, "the option is case sensitive", InvalidRequestError, True),
    (401, "", KeyRejectedError, True),
    (401, "Model not found", KeyRejectedError, True),
    (403, '{"message":"Invalid API key"}', KeyRejectedError, True),
    (403, "This model is not open to your account", NotAllowedError, True),
    (404, "", NotAllowedError, True),
    (410, "gone", NotAllowedError, True),
    (408, "", ServiceTimeoutError, False),
    (409, "", InvalidRequestError, True),
    (413, "", InvalidRequestError, True),
    (422, "", InvalidRequestError, True),
    (429, "slow down", TooManyRequestsError, True),
    (429, "nsfw queue is full", TooManyRequestsError, True),
    (500, "Service is unavailable", ServiceFailedError, False),
    (500, "model not found in cache", ServiceFailedError, False),
    (502, "", ServiceFailedError, False),
    (504, "", ServiceFailedError, False),
    (200, "huh", NotAServiceAnswerError, False),
]


@pytest.mark.parametrize(("status", "text", "kind", "not_started"), CASES)
def test_words_decide_first_and_then_the_status(
    status: int, text: str, kind: type[StudioError], not_started: bool
) -> None:
    error = categorise(status, text)
    assert type(error) is kind
    assert error.not_started is not_started
    assert error.http_status == status
    assert error.server_text == text


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        (404, "", JobGoneError),
        (404, "Generation not found", JobGoneError),
        (410, "", JobGoneError),
        (403, "Invalid API key", NotAllowedError),
        (401, "", KeyRejectedError),
        (500, "", ServiceFailedError),
    ],
)
def test_a_job_that_was_known_is_gone_with_a_404(status: int, text: str, kind: type[StudioError]) -> None:
    assert type(categorise(status, text, job_known=True)) is kind


def test_an_answer_becomes_its_error_with_fields_and_waiting_time() -> None:
    error = error_of(answer({"detail": [{"loc": ["body", "seed"], "msg": "too big"}]}, 422))
    assert isinstance(error, InvalidRequestError)
    assert error.fields == {"seed": "too big"}
    assert error.problem().fields == {"seed": "too big"}
    busy = error_of(answer({"message": "busy"}, 429, retry_after="7"))
    assert isinstance(busy, TooManyRequestsError)
    assert busy.retry_after_s == 7.0
    refused = error_of(answer({"detail": [{"loc": ["body"], "msg": "no", "type": "content_policy_violation"}]}, 422))
    assert isinstance(refused, PromptRefusedError)


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_a_login_page_never_makes_a_job_gone(status: int) -> None:
    error = error_of(answer(b"<!DOCTYPE html><h1>Log in</h1>", status), job_known=True)
    assert isinstance(error, NotAServiceAnswerError)
    assert error.waiting_helps
    assert "<" not in error.server_text


@pytest.mark.parametrize(
    ("status", "kind"), [(401, KeyRejectedError), (413, InvalidRequestError), (502, ServiceFailedError)]
)
def test_a_page_with_a_telling_status_is_believed(status: int, kind: type[StudioError]) -> None:
    assert type(error_of(answer(b" \n<html>nginx</html>", status))) is kind


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("CUDA out of memory", GenerationFailedError),
        ("", GenerationFailedError),
        ("The prompt was rejected by our content moderation system", PromptRefusedError),
        ("NSFW content detected", PromptRefusedError),
        ("violates our usage policies", PromptRefusedError),
        ("balance not enough", OutOfCreditError),
    ],
)
def test_a_failed_job_says_why(message: str, kind: type[StudioError]) -> None:
    error = failure_error(Snapshot(RemoteState.FAILED, "failed", message=message))
    assert type(error) is kind
    assert error.server_text == (message or "failed")


@pytest.mark.parametrize(
    ("value", "time"),
    [
        (1_700_000_000, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        (1_700_000_000_000, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        ("1700000000", datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        ("2025-09-18 09:14:20", datetime(2025, 9, 18, 9, 14, 20, tzinfo=UTC)),
        ("2025-09-18T09:14:20", datetime(2025, 9, 18, 9, 14, 20, tzinfo=UTC)),
        ("2025-09-18T09:14:20.123456Z", datetime(2025, 9, 18, 9, 14, 20, 123456, tzinfo=UTC)),
        ("2025-09-18T11:14:20+02:00", datetime(2025, 9, 18, 9, 14, 20, tzinfo=UTC)),
        (None, None),
        (True, None),
        ("", None),
        ("yesterday", None),
        (1e20, None),
        (-1e20, None),
        (float("nan"), None),
        ([], None),
    ],
)
def test_times_are_read_in_every_form_that_was_seen(value: Json, time: datetime | None) -> None:
    assert parse_time(value) == time


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
telling_names = st.sampled_from(
    ["error", "message", "detail", "errors", "msg", "base_resp", "status_msg", "loc", "type"]
)
error_bodies = st.dictionaries(
    telling_names,
    json_values | st.lists(st.dictionaries(telling_names, json_values, max_size=3), max_size=3),
    max_size=4,
)


@settings(max_examples=150, deadline=None)
@given(st.integers(200, 599), error_bodies, st.booleans())
def test_any_error_body_becomes_an_error_that_can_be_shown(status: int, body: Json, job_known: bool) -> None:
    raw = json.dumps(body).encode()
    error = error_of(Answer(status, {"retry-after": "x"}, raw, ""), job_known=job_known)
    assert isinstance(error, StudioError)
    assert len(error.server_text) <= 300
    assert json.dumps(error.problem().to_json())


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"[]," * 2_000_000 + b"[]]",
        b'{"detail": [' + b'{"loc": ["a"], "msg": "x"},' * 250_000 + b"{}]}",
        b'{"message": "' + b"x" * 7_000_000 + b'"}',
        b"<p>" * 2_000_000,
        b"Bearer " * 1_000_000,
        b"a@" * 3_000_000,
    ],
)
def test_megabytes_of_error_are_not_read_in_the_window_s_time(body: bytes) -> None:
    started = time.process_time()
    error = error_of(Answer(422, {}, body, "https://a.example/v1"))
    assert time.process_time() - started < 0.1
    assert len(error.server_text) <= 300
