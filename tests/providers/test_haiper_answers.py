"""What Haiper's JSON means in our words, and that the key it echoes goes nowhere."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.domain.errors import NotAServiceAnswerError, StudioError, UnknownOutcomeError
from app.domain.remote import RemoteState, Snapshot
from app.domain.values import Json, JsonObject
from app.net.answer import Answer
from app.providers.haiper import listed_of, rows_of, snapshot_of, submission_of
from app.providers.wire import error_of, failure_error, parse_time
from tests.providers.recordings import recorded

BASE = "https://api.netmind.ai"
SECRET = "nmk0123456789canary"
S = RemoteState


def body_of(name: str) -> JsonObject:
    return cast("JsonObject", recorded(name, "haiper").body)


def answer(body: object, status: int = 200) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {}, raw, f"{BASE}/v1/haiper-job")


def film(**changes: Json) -> JsonObject:
    return {"id": "film-1", "media_url": "https://files.example/a.mp4", **changes}


def finished(outputs: Json, **changes: Json) -> Snapshot:
    return snapshot_of({"job_id": "a", "status": "succeed", "outputs": outputs, **changes}, BASE)


# --- the published answers


def test_a_created_job_is_in_line_and_its_outputs_are_an_empty_object() -> None:
    snapshot = snapshot_of(body_of("2024-12-create"), BASE)
    assert snapshot == Snapshot(S.QUEUED, "initializing")


def test_a_finished_job_gives_its_film_and_not_its_thumbnail() -> None:
    snapshot = snapshot_of(body_of("2024-12-get"), BASE)
    assert snapshot.state is S.SUCCEEDED
    assert snapshot.wire_status == "succeed"
    (artifact,) = snapshot.artifacts
    assert artifact.url == "https://....mp4"


def test_three_formats_of_time_are_one_time() -> None:
    create, get = body_of("2024-12-create"), body_of("2024-12-get")
    assert parse_time(create["created_at"]) == datetime(2024, 12, 10, 15, 14, 12, 445307, UTC)
    assert parse_time(get["created_at"]) == datetime(2024, 12, 10, 15, 14, 12, tzinfo=UTC)
    meta = get["meta_info"]
    assert isinstance(meta, dict)
    assert parse_time(meta["update_at"]) == datetime(2024, 12, 10, 15, 18, 27, tzinfo=UTC)


def test_a_failed_job_says_why_where_it_says_so() -> None:
    snapshot = snapshot_of(body_of("made-up-failed"), BASE)
    assert snapshot.state is S.FAILED
    assert snapshot.message == "worker ran out of memory"


# --- status words


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("initializing", S.QUEUED),
        ("pending", S.QUEUED),
        (" Processing ", S.RUNNING),
        ("post_processing", S.RUNNING),
        ("running", S.RUNNING),
        ("failed", S.FAILED),
        ("canceled", S.CANCELLED),
        ("cancelled", S.CANCELLED),
        ("moonlighting", S.UNKNOWN),
        ("", S.UNKNOWN),
        (None, S.UNKNOWN),
        (7, S.UNKNOWN),
    ],
)
def test_case_25_a_status_word_is_read_and_kept_as_it_came(word: Json, state: RemoteState) -> None:
    snapshot = snapshot_of({"status": word, "outputs": {}}, BASE)
    assert snapshot.state is state
    assert snapshot.wire_status == (word.strip() if isinstance(word, str) else "")


@pytest.mark.parametrize("word", ["succeed", "SUCCEED", "succeeded", "success", "completed"])
def test_every_word_for_success_needs_a_film(word: str) -> None:
    assert snapshot_of({"status": word, "outputs": [film()]}, BASE).state is S.SUCCEEDED
    assert snapshot_of({"status": word, "outputs": {}}, BASE).state is S.EMPTY


# --- outputs


@pytest.mark.parametrize("outputs", [{}, None, [], [None], [{}], [{"media_url": None}], [{"media_url": ""}], "x", 5])
def test_case_27_nothing_that_can_be_fetched_is_nothing(outputs: Json) -> None:
    snapshot = finished(outputs)
    assert snapshot.state is S.EMPTY
    assert snapshot.artifacts == ()


@pytest.mark.parametrize(
    ("outputs", "urls"),
    [
        ([film()], ["https://files.example/a.mp4"]),
        (film(), ["https://files.example/a.mp4"]),
        (["https://files.example/a.mp4"], ["https://files.example/a.mp4"]),
        ([film(media_url="files.example/a.mp4")], ["https://files.example/a.mp4"]),
        ([film(media_url="/a.mp4")], [f"{BASE}/a.mp4"]),
        ([film(), film()], ["https://files.example/a.mp4"]),
        ([film(), film(id="film-2")], ["https://files.example/a.mp4"]),
        (
            [film(), film(id="2", media_url="https://files.example/b.mp4")],
            ["https://files.example/a.mp4", "https://files.example/b.mp4"],
        ),
        (
            [film(id=None), film(id=None, media_url="https://files.example/b.mp4")],
            ["https://files.example/a.mp4", "https://files.example/b.mp4"],
        ),
    ],
)
def test_case_70_every_film_is_known_once(outputs: Json, urls: list[str]) -> None:
    artifacts = finished(outputs).artifacts
    assert [artifact.url for artifact in artifacts] == urls
    assert len({artifact.key for artifact in artifacts}) == len(urls)


def test_case_29_a_film_that_did_not_come_is_said() -> None:
    snapshot = finished([film(), {"id": "film-2", "media_url": None}])
    assert snapshot.state is S.SUCCEEDED
    assert snapshot.missing == 1
    assert str(snapshot.notice) == "1 of the results did not come."


def test_a_job_that_was_removed_there_keeps_its_film() -> None:
    assert finished([film()], is_deleted=True).state is S.SUCCEEDED
    assert finished({}, is_deleted=True).state is S.CANCELLED


# --- the echoed key


def echoing(body: Json) -> JsonObject:
    """The body with the caller's key where the service puts it, and in places where it might."""
    token: JsonObject = {"api_token": SECRET, "user": {"nickname": "ada@example.org", "user_id": "u-1"}}
    entry: JsonObject = {"meta_info": {"netmind_api_token": token, "error": f"token: {SECRET}"}, "api_token": SECRET}
    return {**(body if isinstance(body, dict) else {}), **entry}


@pytest.mark.parametrize("status", ["failed", "succeed", "initializing", f"Bearer {SECRET}", "odd"])
def test_case_47_the_echoed_key_is_in_nothing_that_is_kept(status: str) -> None:
    entry = echoing({"job_id": "a", "status": status, "outputs": {}, "message": f"api_token={SECRET} refused"})
    kept = repr((submission_of(answer(entry), BASE), snapshot_of(entry, BASE), listed_of(entry, BASE)))
    kept += repr(failure_error(snapshot_of(entry, BASE)).problem())
    assert SECRET not in kept
    assert "ada@example.org" not in kept


@pytest.mark.parametrize("status", [200, 400, 403, 404, 422, 500])
def test_case_47_the_echoed_key_is_in_no_error(status: int) -> None:
    for body in (echoing({}), json.dumps(echoing({})).encode()[:-9], json.dumps([echoing({})]).encode()):
        found = error_of(answer(body, status)) if status != 200 else None
        if found is None:
            with pytest.raises(UnknownOutcomeError) as caught:
                submission_of(answer(body), BASE)
            found = caught.value
        assert SECRET not in repr((found, found.args, found.problem()))


# --- anything at all


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("https://f.example/a"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "job_id",
                    "status",
                    "outputs",
                    "media_url",
                    "id",
                    "meta_info",
                    "original_request",
                    "config",
                    "prompt",
                    "error",
                    "is_deleted",
                ]
            )
            | st.text(max_size=4),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(anything)
@example({"outputs": [{"id": {"a": 1}, "media_url": {"b": 2}}], "status": "succeed"})
def test_no_answer_can_break_the_reading(body: Json) -> None:
    if isinstance(body, dict):
        assert isinstance(snapshot_of(body, BASE).state, RemoteState)
    listed_of(body, BASE)
    with suppress(NotAServiceAnswerError):
        rows_of(body)
    try:
        submission_of(answer(body), BASE)
    except StudioError as error:
        assert isinstance(error, UnknownOutcomeError)  # noqa: PT017 - anything else is a failure
