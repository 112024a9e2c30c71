"""The Haiper provider against a real server: what it sends, how it reads lists in pages, and what an ended service means."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar, cast

import pytest

from app.domain.errors import (
    ConnectionLostError,
    InvalidRequestError,
    JobGoneError,
    KeyRejectedError,
    NotAllowedError,
    NotAServiceAnswerError,
    OutOfCreditError,
    ServiceFailedError,
    ServiceRetiredError,
    StudioError,
    TooManyRequestsError,
    UnknownOutcomeError,
)
from app.domain.model_spec import ModelSpec, parse_model_spec
from app.domain.provider_info import ProviderInfo
from app.domain.remote import Listed, RemoteState, ref_key
from app.domain.values import Json, JsonObject
from app.net.client import ApiClient
from app.providers.base import PreparedRequest, Provider
from app.providers.haiper import HAIPER, MOST_PAGES, PAGE_SIZE, HaiperProvider
from tests.net.servers import Running, Script, Seen, Wire, always, json_reply, reply
from tests.providers.asking import KEY, asked
from tests.providers.recordings import recorded

T = TypeVar("T")
PREPARED = PreparedRequest("/v1/haiper-job", b'{"job_type": "text2video", "config": {}}')
REF: JsonObject = {"v": 1, "key": "job-1"}
SPEC_FILE = Path(__file__).resolve().parents[2] / "resources" / "models" / "haiper" / "text2video.json"


def spec() -> ModelSpec:
    return parse_model_spec(json.loads(SPEC_FILE.read_text()))


def against(
    script: Script, use: Callable[[HaiperProvider], Awaitable[T]], info: ProviderInfo = HAIPER
) -> tuple[T | StudioError, Running]:
    return asked(script, lambda url: HaiperProvider(info, ApiClient(url, lambda: KEY)), use)


def prepared(values: dict[str, Json], info: ProviderInfo = HAIPER) -> PreparedRequest:
    return HaiperProvider(info, ApiClient("https://a.example", lambda: KEY)).prepare(spec(), values)


def config_of(values: dict[str, Json]) -> JsonObject:
    body = json.loads(prepared(values).body)
    assert body.keys() == {"job_type", "config"}
    assert body["job_type"] == "text2video"
    return cast("JsonObject", body["config"])


# --- preparing


def test_the_provider_keeps_the_promises_of_its_protocol() -> None:
    provider: Provider = HaiperProvider(HAIPER, ApiClient("https://a.example", lambda: KEY))
    can = provider.info.capabilities
    assert can.list_jobs
    assert can.list_shows_request
    assert can.delete_remote
    assert not can.cancel_running


def test_every_field_of_the_published_request_goes_out_where_it_belongs() -> None:
    stored = SPEC_FILE.parents[3] / "tests" / "recordings" / "haiper" / "2024-12-create.json"
    published = json.loads(stored.read_text())["body"]["meta_info"]["original_request"]["config"]
    values: dict[str, Json] = {"prompt": published["prompt"], "seed": -1, "is_public": True}
    # null means: leave it to the service, and so does leaving it out
    assert config_of({**spec().defaults(), **values}) == {k: v for k, v in published.items() if v is not None}
    all_set = config_of(
        {**values, "negative_prompt": "rain", "use_ff_cond": True, "is_enable_prompt_enhancer": True, "duration": 8}
    )
    assert all_set["negative_prompt"] == "rain"
    assert all_set["use_ff_cond"] is True
    assert all_set["is_enable_prompt_enhancer"] is True
    assert all_set["settings"] == {"seed": -1, "aspect_ratio": "16:9", "resolution": 720, "duration": 8}


@pytest.mark.parametrize("given", [None, False, "true", 1, 0, "", [True]])
def test_a_film_is_published_only_when_the_person_says_so(given: Json) -> None:
    values: dict[str, Json] = {"prompt": "waves"}
    if given is not None:
        values["is_public"] = given
    assert config_of(values)["is_public"] is False
    assert config_of({"prompt": "waves", "is_public": True})["is_public"] is True


def test_the_path_is_the_one_that_is_set() -> None:
    later = replace(HAIPER, base_paths=("/v1/netmind-video-job", "/v1/haiper-job"))
    assert prepared({"prompt": "p"}).path == "/v1/haiper-job"
    assert prepared({"prompt": "p"}, later).path == "/v1/netmind-video-job"
    _, server = against(always(recorded("2024-12-get", "haiper").reply), lambda provider: provider.poll(REF), later)
    assert server.seen[0].path == "/v1/netmind-video-job/job-1"


def test_a_number_that_json_does_not_have_is_refused_before_it_is_sent() -> None:
    with pytest.raises(InvalidRequestError):
        prepared({"prompt": "p", "duration": float("inf")})


# --- submitting


def test_a_job_is_created_with_one_post() -> None:
    result, server = against(always(recorded("2024-12-create", "haiper").reply), lambda p: p.submit(PREPARED))
    assert not isinstance(result, StudioError)
    assert result.ref == {"v": 1, "key": "..."}
    assert result.snapshot.state is RemoteState.QUEUED
    assert [(seen.method, seen.path, seen.body) for seen in server.seen] == [("POST", "/v1/haiper-job", PREPARED.body)]
    assert server.seen[0].headers["authorization"] == f"Bearer {KEY}"


REFUSALS: list[tuple[bytes, type[StudioError], bool]] = [
    (json_reply({"message": "balance not enough"}, 400), OutOfCreditError, True),
    (json_reply({"detail": [{"loc": ["body", "config", "duration"], "msg": "no"}]}, 422), InvalidRequestError, True),
    (recorded("made-up-retired", "haiper").reply, KeyRejectedError, True),
    (json_reply({"detail": "Not Found"}, 404), NotAllowedError, True),
    (json_reply({"message": "slow down"}, 429, "Retry-After: 4"), TooManyRequestsError, True),
    (json_reply({"detail": "Service is unavailable"}, 500), ServiceFailedError, False),
    (reply(200, b"<html>Log in</html>"), UnknownOutcomeError, False),
    (reply(200, b"{"), UnknownOutcomeError, False),
    (json_reply({"job_id": None, "status": "initializing"}), UnknownOutcomeError, False),
    (reply(302, b"", "Location: https://login.example/"), NotAServiceAnswerError, False),
]


@pytest.mark.parametrize(("answer", "kind", "not_started"), REFUSALS)
def test_a_refused_post_is_sent_once_and_says_whether_it_may_have_started(
    answer: bytes, kind: type[StudioError], not_started: bool
) -> None:
    result, server = against(always(answer), lambda provider: provider.submit(PREPARED))
    assert type(result) is kind
    assert result.not_started is not_started
    assert server.count("POST") == 1


def test_a_lost_answer_is_not_asked_for_with_a_second_post() -> None:
    async def lost(_seen: Seen, wire: Wire) -> None:
        wire.reset()

    result, server = against(lost, lambda provider: provider.submit(PREPARED))
    assert isinstance(result, ConnectionLostError)
    assert server.count("POST") == 1


# --- the service that has ended


def ended_at(script: Script, use: Callable[[HaiperProvider], Awaitable[T]]) -> T | StudioError:
    """As if the server were the published address."""

    def make(url: str) -> HaiperProvider:
        return HaiperProvider(replace(HAIPER, default_base_url=url), ApiClient(url, lambda: KEY))

    return asked(script, make, use)[0]


ENDINGS = [
    recorded("made-up-retired", "haiper").reply,
    json_reply({"detail": "Not Found"}, 404),
    reply(410),
    reply(404, b"<html>gone</html>"),
    reply(200, b"", "Location: /", length=0).replace(b"200", b"301", 1),
]


@pytest.mark.parametrize("answer", ENDINGS)
def test_the_published_address_says_that_the_service_has_ended(answer: bytes) -> None:
    for use in (
        lambda p: p.submit(PREPARED),
        lambda p: p.poll(REF),
        lambda p: p.list_jobs(),
        lambda p: p.check_key(),
    ):
        error = ended_at(always(answer), use)
        assert isinstance(error, ServiceRetiredError)
        assert error.not_started
        assert not error.waiting_helps


@pytest.mark.parametrize("answer", [json_reply({"message": "no"}, 401), json_reply({}, 500), json_reply({}, 429)])
def test_other_errors_of_the_published_address_stay_what_they_are(answer: bytes) -> None:
    assert not isinstance(ended_at(always(answer), lambda p: p.submit(PREPARED)), ServiceRetiredError)


def test_a_compatible_server_speaks_for_itself() -> None:
    result, _ = against(always(json_reply({"detail": "job not found"}, 404)), lambda provider: provider.poll(REF))
    assert isinstance(result, JobGoneError)
    checked, _ = against(always(json_reply({"message": "Invalid API key"}, 403)), lambda provider: provider.check_key())
    assert isinstance(checked, KeyRejectedError)


# --- watching


@pytest.mark.parametrize("key", ["a/b", "../x", "a b", "\u00e4", "x?y#z"])
def test_an_id_never_changes_the_path_it_travels_in(key: str) -> None:
    _, server = against(always(recorded("2024-12-get", "haiper").reply), lambda p: p.poll({"v": 1, "key": key}))
    assert server.seen[0].path.startswith("/v1/haiper-job/")
    assert server.seen[0].path.count("/") == 3
    assert "?" not in server.seen[0].path


@pytest.mark.parametrize("ref", [{}, {"key": ""}, {"key": ".."}])
def test_an_empty_reference_is_a_job_that_is_gone_and_asks_nothing(ref: JsonObject) -> None:
    result, server = against(always(reply()), lambda provider: provider.poll(ref))
    assert isinstance(result, JobGoneError)
    assert server.seen == []


@pytest.mark.parametrize("body", [b"", b"[]", b'{"detail": "x"}', b"<html>", b"[" * 100_000])
def test_what_describes_no_job_changes_none(body: bytes) -> None:
    result, _ = against(always(reply(200, body)), lambda provider: provider.poll(REF))
    assert isinstance(result, NotAServiceAnswerError)
    assert result.waiting_helps


# --- lists in pages


def row(number: int, **changes: Json) -> JsonObject:
    asked_for: JsonObject = {"job_type": "text2video", "config": {"prompt": f"film {number}"}}
    return {
        "job_id": f"job-{number}",
        "status": "processing",
        "meta_info": {"original_request": asked_for},
        "created_at": "2024-12-10T15:14:12",
        "is_deleted": False,
        "outputs": {},
        **changes,
    }


def pages(*contents: list[JsonObject], total: int | None = None) -> Script:
    """Page by page; beyond the end comes what stands last."""

    async def script(seen: Seen, wire: Wire) -> None:
        page = int(seen.path.partition("page=")[2].partition("&")[0])
        body: JsonObject = {"job_list": list(contents[min(page, len(contents)) - 1])}
        await wire.send(json_reply(body if total is None else {**body, "total_count": total}))

    return script


def keys(result: list[Listed] | StudioError) -> list[str]:
    assert isinstance(result, list)
    return [ref_key(entry.ref) for entry in result]


def listing(script: Script, wanted: tuple[str, ...] = ()) -> tuple[list[str], int]:
    result, server = against(script, lambda provider: provider.list_jobs(wanted))
    return keys(result), len(server.seen)


def test_the_published_list_is_one_request() -> None:
    result, server = against(always(recorded("2024-12-list", "haiper").reply), lambda provider: provider.list_jobs())
    assert isinstance(result, list)
    assert [entry.snapshot.state for entry in result] == [RemoteState.SUCCEEDED]
    assert result[0].prompt.startswith("A sci-fi and historical drama")
    assert result[0].model_id == "text2video"
    assert result[0].created_at is not None
    assert [seen.path for seen in server.seen] == [f"/v1/haiper-job?page=1&page_size={PAGE_SIZE}"]


def test_case_84_jobs_that_move_to_the_next_page_are_listed_once() -> None:
    first, second = [row(n) for n in range(5, 2, -1)], [row(n) for n in (3, 2, 1)]
    assert listing(pages(first, second, [], total=6)) == (["job-5", "job-4", "job-3", "job-2", "job-1"], 3)


def test_case_84_a_server_that_repeats_its_last_page_is_not_asked_for_ever() -> None:
    assert listing(pages([row(2)], [row(1)])) == (["job-2", "job-1"], 3)
    assert listing(pages([row(1, is_deleted=True)])) == ([], 2)


def test_case_84_a_page_beyond_the_end_may_be_missing() -> None:
    async def script(seen: Seen, wire: Wire) -> None:
        is_first = "page=1&" in seen.path
        await wire.send(json_reply({"job_list": [row(1)], "total_count": 9}) if is_first else reply(404))

    assert listing(script) == (["job-1"], 2)


def test_case_84_pages_without_end_are_bounded() -> None:
    count = 0

    async def script(_seen: Seen, wire: Wire) -> None:
        nonlocal count
        count += 1
        await wire.send(json_reply({"job_list": [row(count)], "total_count": 10**9}))

    found, requests = listing(script)
    assert len(found) == requests == MOST_PAGES


def test_a_server_with_smaller_pages_than_asked_for_is_read_to_its_end() -> None:
    three = [[row(n)] for n in (3, 2, 1)]
    assert listing(pages(*three, total=3)) == (["job-3", "job-2", "job-1"], 3)


def test_reading_stops_when_every_wanted_job_has_come() -> None:
    many = [[row(n)] for n in range(9, 0, -1)]
    assert listing(pages(*many, total=9), ("job-8",)) == (["job-9", "job-8"], 2)
    assert listing(pages(*many, total=9), ("job-8", "unknown"))[1] == 9


def test_case_86_deleted_jobs_and_strange_rows_are_left_out() -> None:
    strange: list[Json] = [row(1, is_deleted=True), row(2), None, "x", {"job_id": None}, {"job_id": 7, "outputs": []}]
    assert listing(always(json_reply({"job_list": strange, "total_count": 6})))[0] == ["job-2", "7"]


@pytest.mark.parametrize("body", [{"job_list": {}}, {"jobs": []}, "text", None, 5])
def test_an_answer_without_a_list_is_not_an_empty_list(body: Json) -> None:
    result, _ = against(always(json_reply(body)), lambda provider: provider.list_jobs())
    assert isinstance(result, NotAServiceAnswerError)


# --- deleting, checking


@pytest.mark.parametrize("answer", [recorded("2024-12-delete", "haiper").reply, reply(204), reply(404), reply(410)])
def test_a_deleted_or_missing_job_is_deleted(answer: bytes) -> None:
    result, server = against(always(answer), lambda provider: provider.delete(REF))
    assert result is None
    assert [(seen.method, seen.path) for seen in server.seen] == [("DELETE", "/v1/haiper-job/job-1")]


def test_a_failed_delete_is_an_error() -> None:
    result, _ = against(always(reply(500)), lambda provider: provider.delete(REF))
    assert isinstance(result, ServiceFailedError)


def test_a_key_is_tested_with_a_list_of_one() -> None:
    result, server = against(always(recorded("2024-12-list", "haiper").reply), lambda provider: provider.check_key())
    assert result is None
    assert [(seen.method, seen.path) for seen in server.seen] == [("GET", "/v1/haiper-job?page=1&page_size=1")]
