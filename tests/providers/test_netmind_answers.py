"""What NetMind's JSON means in our words: both published schemas, what was observed, and what nobody expects."""

import base64
import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.domain.errors import (
    InvalidRequestError,
    KeyRejectedError,
    NotAServiceAnswerError,
    StudioError,
    UnknownOutcomeError,
)
from app.domain.remote import RemoteState, ref_key
from app.domain.values import Json, JsonObject
from app.net.answer import Answer
from app.providers.netmind import listed_of, snapshot_of, submission_of
from tests.providers.recordings import recorded

BASE = "https://api.netmind.ai"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(100)
LINK = "https://files.example.org/u/output_image.png"


def body_of(name: str) -> JsonObject:
    return cast("JsonObject", recorded(name).body)


def answer(body: object, status: int = 200) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {}, raw, f"{BASE}/v1/generation")


def state_of(entry: JsonObject) -> RemoteState:
    return snapshot_of(entry, BASE).state


# --- the two published schemas


@pytest.mark.parametrize("name", ["2025-01-create", "2025-09-create"])
def test_a_created_job_is_in_line(name: str) -> None:
    submission = submission_of(answer(body_of(name)), BASE)
    assert submission.ref == {"v": 1, "key": body_of(name)["id"]}
    assert submission.snapshot.state is RemoteState.QUEUED
    assert submission.snapshot.wire_status == "pending"
    assert submission.snapshot.artifacts == ()


def test_the_result_of_january_is_one_artifact() -> None:
    snapshot = snapshot_of(body_of("2025-01-get"), BASE)
    assert snapshot.state is RemoteState.SUCCEEDED
    (artifact,) = snapshot.artifacts
    assert artifact.key == "file-..."
    assert artifact.url == "https://netmind-files-prod.s3.amazonaws.com/..."


def test_the_result_of_september_is_a_list_of_artifacts() -> None:
    snapshot = snapshot_of(body_of("2025-09-get"), BASE)
    assert snapshot.state is RemoteState.SUCCEEDED
    (artifact,) = snapshot.artifacts
    assert artifact.key == "file-srcf4srhx..."
    assert artifact.url == "https://netmind-files-prod.s3.amazonaws.com/...."
    assert artifact.suggested_name == ""


@pytest.mark.parametrize("name", ["2025-01-list", "2025-09-list"])
def test_a_list_shows_its_jobs_with_their_results(name: str) -> None:
    (listed,) = listed_of(body_of(name), BASE)
    assert listed.snapshot.state is RemoteState.SUCCEEDED
    assert len(listed.snapshot.artifacts) == 1
    assert listed.created_at is not None
    assert listed.created_at.tzinfo is UTC
    assert listed.model_id == ""


def test_the_lists_time_is_read_as_utc() -> None:
    (listed,) = listed_of(body_of("2025-09-list"), BASE)
    assert listed.created_at == datetime(2025, 9, 18, 9, 14, 21, tzinfo=UTC)


# --- status words


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("pending", RemoteState.QUEUED),
        (" Pending\n", RemoteState.QUEUED),
        ("initializing", RemoteState.RUNNING),
        ("PROCESSING", RemoteState.RUNNING),
        ("running", RemoteState.RUNNING),
        ("completed", RemoteState.SUCCEEDED),
        ("Success", RemoteState.SUCCEEDED),
        ("succeeded", RemoteState.SUCCEEDED),
        ("done", RemoteState.SUCCEEDED),
        ("failed", RemoteState.FAILED),
        ("error", RemoteState.FAILED),
        ("cancelled", RemoteState.CANCELLED),
        ("canceled", RemoteState.CANCELLED),
        ("teleporting", RemoteState.UNKNOWN),
        ("", RemoteState.UNKNOWN),
    ],
)
def test_every_known_word_has_its_state_and_the_others_are_shown(word: str, state: RemoteState) -> None:
    snapshot = snapshot_of({"id": "a", "status": word, "result": {"data": [{"url": LINK}]}}, BASE)
    assert snapshot.state is state
    assert snapshot.wire_status == word.strip()


@pytest.mark.parametrize("status", [None, 7, True, [], {}, ["completed"]])
def test_a_status_that_is_no_word_is_unknown(status: Json) -> None:
    assert state_of({"id": "a", "status": status}) is RemoteState.UNKNOWN
    assert state_of({"id": "a"}) is RemoteState.UNKNOWN


# --- results


@pytest.mark.parametrize(
    "result",
    [
        None,
        {},
        [],
        {"data": None},
        {"data": []},
        {"data": {}},
        {"data": [None]},
        {"data": [{}]},
        {"data": "done"},
        "done",
        7,
        {"data": [{"url": ""}]},
        {"data": [{"url": None, "file_id": "f"}]},
        {"data": [[LINK]]},
        {"data": [7]},
    ],
)
def test_completed_without_a_usable_result_is_empty(result: Json) -> None:
    entry: JsonObject = {"id": "a", "status": "completed", "result": result, "logs": [{"text": "no luck"}]}
    snapshot = snapshot_of(entry, BASE)
    assert snapshot.state is RemoteState.EMPTY
    assert snapshot.message == "no luck"


@pytest.mark.parametrize(
    "result",
    [
        {"data": [{"url": LINK}]},
        {"data": {"url": LINK}},
        {"url": LINK},
        [{"url": LINK}],
        [LINK],
        LINK,
        {"data": [LINK]},
    ],
)
def test_a_result_is_found_in_every_shape(result: Json) -> None:
    (artifact,) = snapshot_of({"id": "a", "status": "completed", "result": result}, BASE).artifacts
    assert artifact.url == LINK


def test_one_file_under_both_schemas_is_one_artifact() -> None:
    entry: JsonObject = {
        "status": "completed",
        "meta_info": {"file_id": "file-1", "result_download_url": LINK + "?X-Amz-Signature=2"},
        "result": {"data": [{"url": LINK + "?X-Amz-Signature=1", "file_id": "file-1"}]},
    }
    assert len(snapshot_of(entry, BASE).artifacts) == 1
    entry["meta_info"] = {"result_download_url": LINK + "?X-Amz-Signature=2"}
    assert len(snapshot_of(entry, BASE).artifacts) == 1


def test_several_results_keep_their_order_and_their_own_keys() -> None:
    items: Json = [{"url": f"{LINK}?id={number}", "file_name": "output_image.png"} for number in range(3)]
    artifacts = snapshot_of({"status": "completed", "result": {"data": items}}, BASE).artifacts
    assert [artifact.url for artifact in artifacts] == [f"{LINK}?id={number}" for number in range(3)]
    assert len({artifact.key for artifact in artifacts}) == 3


def test_what_came_of_a_partial_success_is_kept_and_the_rest_is_said() -> None:
    snapshot = snapshot_of({"status": "completed", "result": {"data": [None, {"url": LINK}]}}, BASE)
    assert snapshot.state is RemoteState.SUCCEEDED
    assert len(snapshot.artifacts) == 1
    assert "1" in str(snapshot.notice)


@pytest.mark.parametrize(
    "item",
    [
        {"url": "data:image/png;base64," + base64.b64encode(PICTURE).decode()},
        {"b64_json": base64.b64encode(PICTURE).decode()},
        {"audio": PICTURE.hex()},
        {"url": None, "base64": base64.b64encode(PICTURE).decode()},
    ],
)
def test_a_result_inside_the_answer_is_decoded(item: JsonObject) -> None:
    (artifact,) = snapshot_of({"status": "completed", "result": {"data": [item]}}, BASE).artifacts
    assert artifact.inline == PICTURE
    assert artifact.url == ""


def test_a_text_result_is_an_artifact_too() -> None:
    (artifact,) = snapshot_of({"status": "completed", "result": {"data": [{"text": "Good morning."}]}}, BASE).artifacts
    assert artifact.inline == b"Good morning."


def test_a_removed_job_is_cancelled_unless_its_result_is_still_there() -> None:
    assert state_of({"status": "pending", "is_deleted": True}) is RemoteState.CANCELLED
    snapshot = snapshot_of({**body_of("2025-09-get"), "is_deleted": True}, BASE)
    assert snapshot.state is RemoteState.SUCCEEDED
    assert snapshot.notice


def test_a_failed_job_tells_the_last_line_of_its_log() -> None:
    snapshot = snapshot_of(body_of("observed-failed"), BASE)
    assert snapshot.state is RemoteState.FAILED
    assert snapshot.message == "CUDA out of memory"


@pytest.mark.parametrize(
    ("logs", "message"),
    [
        ([], ""),
        (None, ""),
        ("one", "one"),
        ([{"text": "one"}, {"text": ""}, None, 7], "one"),
        (["one", "two"], "two"),
        ([{"message": "one"}], "one"),
        ([{"text": "token=abcdef123456 https://x.example/y?sig=1"}], "token=*** https://x.example/y"),
        ([{"text": "x" * 5_000}], "x" * 300),
    ],
)
def test_logs_are_read_in_any_shape_and_shown_short_and_without_secrets(logs: Json, message: str) -> None:
    assert snapshot_of({"status": "failed", "logs": logs}, BASE).message == message


# --- ids


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"id": "abc"}, "abc"),
        ({"id": 12345678901234567890}, "12345678901234567890"),
        ({"id": None, "generation_id": "abc"}, "abc"),
        ({"task_id": "abc"}, "abc"),
        ({"job_id": "abc"}, "abc"),
        ({"data": {"id": "abc", "status": "pending"}}, "abc"),
        ({"id": "a/b ../c"}, "a/b ../c"),
        ({"id": "outer", "data": {"id": "inner"}}, "outer"),
    ],
)
@pytest.mark.parametrize("status", [200, 201, 202])
def test_a_job_id_is_found_under_its_known_names(body: JsonObject, key: str, status: int) -> None:
    assert ref_key(submission_of(answer(body, status), BASE).ref) == key


NO_ID: list[object] = [
    {},
    [],
    "abc",
    {"id": None},
    {"id": ""},
    {"id": ".."},
    {"id": True},
    {"id": {"x": 1}},
    {"id": "x" * 300},
    {"result": {"id": "nested"}},
    {"data": [{"id": "listed"}]},
    {"data": {"data": {"id": "deep"}}},
    {"message": "ok"},
    b"",
    b"<html>Log in</html>",
    b'{"id": "abc',
    b"[" * 100_000,
]


@pytest.mark.parametrize("body", NO_ID)
def test_a_success_that_names_no_job_is_an_unknown_outcome(body: object) -> None:
    with pytest.raises(UnknownOutcomeError) as caught:
        submission_of(answer(body), BASE)
    assert not caught.value.not_started
    assert "<" not in caught.value.server_text


def test_a_success_that_says_it_failed_is_believed() -> None:
    with pytest.raises(KeyRejectedError):
        submission_of(answer(body_of("observed-not-logged-in")), BASE)
    with pytest.raises(InvalidRequestError) as caught:
        submission_of(answer({"success": False, "message": "bad config"}), BASE)
    assert caught.value.not_started
    assert caught.value.server_text == "bad config"


# --- lists


def test_removed_and_unreadable_rows_are_left_out_of_a_list() -> None:
    rows: Json = [
        {"id": "a"},
        {"id": "b", "is_deleted": True},
        None,
        7,
        {},
        {"id": None},
        {"generation_id": "c", "model": "m/n"},
    ]
    listed = listed_of({"generation_list": rows}, BASE)
    assert [ref_key(entry.ref) for entry in listed] == ["a", "c"]
    assert listed[1].model_id == "m/n"
    assert listed_of(rows, BASE) == listed
    assert listed_of({"generation_list": []}, BASE) == []


@pytest.mark.parametrize(
    "body", [{}, None, "x", 7, {"generation_list": None}, {"generation_list": {}}, {"message": "x"}]
)
def test_an_answer_without_a_list_is_not_an_empty_list(body: Json) -> None:
    with pytest.raises(NotAServiceAnswerError):
        listed_of(body, BASE)


# --- anything


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
leaves |= st.sampled_from(
    ["completed", "pending", LINK, "data:image/png;base64,AAAA", "../x", "//", "http://[", "\ud800"]
)
names = st.sampled_from(
    [
        "id",
        "status",
        "result",
        "data",
        "url",
        "file_id",
        "meta_info",
        "result_download_url",
        "logs",
        "text",
        "is_deleted",
        "generation_list",
        "generation_id",
        "success",
        "errorcode",
        "b64_json",
        "created_at",
        "file_name",
        "bytes",
        "error",
    ]
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5),
    max_leaves=15,
)


@settings(max_examples=250, deadline=None)
@given(values | st.dictionaries(names, values, max_size=6))
@example({"id": "a", "status": "completed", "result": {"data": [{"url": "http://["}]}})
def test_any_json_becomes_a_value_that_can_be_stored_or_an_error_of_the_studio(body: Json) -> None:
    raw = answer(json.dumps(body).encode())
    clean = raw.json()
    with suppress(StudioError):
        ref = submission_of(raw, BASE).ref
        assert 0 < len(ref_key(ref)) <= 256
        json.dumps(ref).encode()
    with suppress(StudioError):
        assert all(ref_key(listed.ref) for listed in listed_of(clean, BASE))
    if isinstance(clean, dict):
        snapshot = snapshot_of(clean, BASE)
        assert len(snapshot.message) <= 300
        assert len({artifact.key for artifact in snapshot.artifacts}) == len(snapshot.artifacts)
        for text in (snapshot.message, snapshot.wire_status, *(artifact.url for artifact in snapshot.artifacts)):
            text.encode("utf-8")


def test_every_recording_names_its_source() -> None:
    folder = Path(__file__).parent.parent / "recordings" / "netmind"
    found = sorted(path.stem for path in folder.glob("*.json"))
    assert len(found) == 16
    assert all(recorded(name).source for name in found)
