"""Which entries of a provider's list could be the job that a request started."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.remote import Listed, RemoteState, Snapshot
from app.domain.settling import Fit, SentRequest, body_json, fit, holds, settle
from app.domain.values import Json, JsonObject

SENT_AT = datetime(2026, 3, 12, 14, 0, tzinfo=UTC)
BODY: JsonObject = {"job_type": "text2video", "config": {"prompt": "a  boat", "settings": {"seed": 7}}}
SENT = SentRequest("ours", "", BODY, SENT_AT)


def entry(key: str = "a", minutes: float | None = 0.0, request: JsonObject | None = None, model: str = "") -> Listed:
    created = None if minutes is None else SENT_AT + timedelta(minutes=minutes)
    return Listed({"key": key}, Snapshot(RemoteState.RUNNING), created, model, request=request)


@pytest.mark.parametrize(
    ("sent", "shown", "is_held"),
    [
        ({"a": 1}, {"a": 1.0, "b": 2}, True),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 2], "c": 3}}, True),
        ({"a": None}, {}, True),
        ({"a": 1}, {"a": True}, False),
        ({"a": [1]}, {"a": [1, 2]}, False),
        ({"a": "x y"}, {"a": " x  y "}, True),
        ({"a": 1}, {}, False),
        ({"a": 1}, None, False),
    ],
)
def test_a_service_may_add_its_defaults_and_change_nothing(sent: Json, shown: Json, is_held: bool) -> None:
    assert holds(sent, shown) is is_held


def test_the_request_decides_where_the_list_shows_it() -> None:
    same: JsonObject = {
        "config": {"prompt": "a boat", "settings": {"seed": 7, "resolution": 720}},
        "job_type": "text2video",
    }
    other: JsonObject = {"config": {"prompt": "a boat", "settings": {"seed": 8}}, "job_type": "text2video"}
    assert fit(SENT, entry(request=same)) is Fit.CERTAIN
    assert fit(SENT, entry(request=same, minutes=600)) is Fit.CERTAIN
    assert fit(SENT, entry(request=same, minutes=-6)) is Fit.POSSIBLE
    assert fit(SENT, entry(request=other)) is Fit.NO


@pytest.mark.parametrize(
    ("minutes", "how"),
    [(-6, Fit.NO), (-4, Fit.LIKELY), (0, Fit.LIKELY), (14, Fit.LIKELY), (16, Fit.NO), (None, Fit.POSSIBLE)],
)
def test_elsewhere_the_time_decides(minutes: float | None, how: Fit) -> None:
    assert fit(SENT, entry(minutes=minutes)) is how


def test_another_model_is_never_it() -> None:
    sent = SentRequest("ours", "qwen", None, SENT_AT)
    assert fit(sent, entry(model="veo")) is Fit.NO
    assert fit(sent, entry(model="qwen")) is Fit.LIKELY


def test_exactly_one_is_taken_and_known_ones_do_not_count() -> None:
    listed = [entry("known"), entry("new")]
    found = settle([SENT], listed, known={"known"}, refused={})["ours"]
    assert found.sole is listed[1]
    assert settle([SENT], listed, known=set(), refused={})["ours"].sole is None
    assert settle([SENT], listed, known={"known", "new"}, refused={})["ours"].likely == ()


def test_what_the_person_decided_against_is_not_taken() -> None:
    found = settle([SENT], [entry("a"), entry("b")], known=set(), refused={"ours": {"a"}})["ours"]
    assert found.sole is not None
    assert found.sole.ref == {"key": "b"}


def test_an_entry_that_two_requests_could_have_started_is_nobodys() -> None:
    other = SentRequest("theirs", "", None, SENT_AT)
    assert settle([SENT, other], [entry()], known=set(), refused={})["ours"].sole is None
    assert settle([SENT], [entry()], known=set(), refused={}, in_flight=[other])["ours"].sole is None


def test_a_certain_one_wins_over_those_that_only_fit_in_time() -> None:
    found = settle([SENT], [entry("a"), entry("b", request=BODY)], known=set(), refused={})["ours"]
    assert found.sole is not None
    assert (found.sole.ref, found.is_certain) == ({"key": "b"}, True)


@pytest.mark.parametrize("body", [b"", b"\xff", b"{", b"[" * 100_000])
def test_a_body_that_is_no_json_decides_nothing(body: bytes) -> None:
    assert body_json(body) is None
