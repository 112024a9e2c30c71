"""The NetMind provider against a real server: what it sends, how often, and what it makes of the answers."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar, cast

import pytest

from app.domain.errors import (
    ConnectionLostError,
    InvalidRequestError,
    JobGoneError,
    KeyRejectedError,
    NotAServiceAnswerError,
    OutOfCreditError,
    ServiceFailedError,
    StudioError,
    TooManyRequestsError,
    UnknownModelError,
    UnknownOutcomeError,
)
from app.domain.free_form import free_form_spec
from app.domain.media import Medium
from app.domain.model_spec import ModelSpec, parse_model_spec
from app.domain.remote import RemoteState, ref_key
from app.domain.values import Json, JsonObject
from app.net.client import ApiClient
from app.providers.base import PreparedRequest, Provider
from app.providers.netmind import NETMIND, NetMindProvider
from tests.net.servers import Running, Script, Seen, Wire, always, in_turn, json_reply, reply, serving
from tests.providers.recordings import recorded

T = TypeVar("T")
PREPARED = PreparedRequest("/v1/generation", b'{"model": "m", "config": {}}')
REF: JsonObject = {"v": 1, "key": "6347623b2fce4998b0e842f7e935ccb0"}


def spec() -> ModelSpec:
    return parse_model_spec(
        {
            "format": 1,
            "id": "Qwen/Qwen-Image",
            "provider": "netmind",
            "title": "Qwen Image",
            "medium": "image",
            "parameters": {
                "type": "object",
                "required": ["prompt"],
                "properties": {
                    "prompt": {"type": "string"},
                    "num_images": {"type": "integer", "default": 1},
                    "negative_prompt": {"type": "string"},
                },
            },
        }
    )


def provider_for(base_url: str) -> NetMindProvider:
    return NetMindProvider(NETMIND, ApiClient(base_url, lambda: "key-of-this-test"))


def against(script: Script, use: Callable[[NetMindProvider], Awaitable[T]]) -> tuple[T | StudioError, Running]:
    """What `use` gets, or its error; and what the server saw."""

    async def main() -> tuple[T | StudioError, Running]:
        async with serving(script) as server:
            provider = provider_for(server.base_url)
            try:
                return await use(provider), server
            except StudioError as error:
                return error, server
            finally:
                await provider.close()

    return asyncio.run(main())


def config_of(prepared: PreparedRequest) -> Json:
    body = json.loads(prepared.body)
    assert body.keys() == {"model", "config"}
    return cast("Json", body["config"])


# --- preparing


def test_the_provider_keeps_the_promises_of_its_protocol() -> None:
    provider: Provider = provider_for("https://api.netmind.ai")
    assert provider.info.title == "NetMind"
    assert provider.info.capabilities.list_jobs
    assert not provider.info.capabilities.cancel_running


def test_the_body_is_the_model_and_what_its_spec_makes_of_the_values() -> None:
    prepared = provider_for("https://a.example").prepare(
        spec(), {"prompt": "A caf\u00e9 \ud800", "negative_prompt": ""}
    )
    assert prepared.path == "/v1/generation"
    assert json.loads(prepared.body)["model"] == "Qwen/Qwen-Image"
    assert config_of(prepared) == {"prompt": "A caf\u00e9 ?", "num_images": 1}


@pytest.mark.parametrize(
    ("params", "config"),
    [
        ({"model": " x/y ", "config": '{"seed": 7}', "prompt": "p"}, {"prompt": "p", "seed": 7}),
        ({"model": "x/y", "config": {"seed": 7}, "prompt": "p"}, {"prompt": "p", "seed": 7}),
        ({"model": "x/y", "config": {"seed": 7, "prompt": "inside"}}, {"prompt": "inside", "seed": 7}),
        ({"model": "x/y", "config": "", "prompt": "p"}, {"prompt": "p"}),
    ],
)
def test_another_model_is_sent_as_typed(params: JsonObject, config: JsonObject) -> None:
    prepared = provider_for("https://a.example").prepare(free_form_spec("netmind", Medium.IMAGE), params)
    assert json.loads(prepared.body)["model"] == "x/y"
    assert config_of(prepared) == config


def test_a_free_form_spec_with_a_real_id_sends_its_values_as_the_config() -> None:
    free = replace(free_form_spec("netmind", Medium.IMAGE), model_id="x/y")
    prepared = provider_for("https://a.example").prepare(free, {"prompt": "p", "model": "hd"})
    assert json.loads(prepared.body) == {"model": "x/y", "config": {"prompt": "p", "model": "hd"}}


@pytest.mark.parametrize(
    ("params", "field"),
    [({}, "model"), ({"model": "  "}, "model"), ({"model": "x/y", "config": "{"}, "config")],
)
def test_another_model_that_cannot_be_sent_names_its_field(params: JsonObject, field: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        provider_for("https://a.example").prepare(free_form_spec("netmind", Medium.IMAGE), params)
    assert list(caught.value.fields) == [field]
    assert caught.value.not_started


def test_a_number_that_json_does_not_have_is_refused_before_it_is_sent() -> None:
    with pytest.raises(InvalidRequestError):
        provider_for("https://a.example").prepare(spec(), {"prompt": "p", "num_images": float("nan")})


# --- submitting


@pytest.mark.parametrize("name", ["2025-01-create", "2025-09-create"])
def test_a_job_is_created_with_one_post(name: str) -> None:
    result, server = against(always(recorded(name).reply), lambda provider: provider.submit(PREPARED))
    assert not isinstance(result, StudioError)
    assert ref_key(result.ref) == cast("JsonObject", recorded(name).body)["id"]
    assert [(seen.method, seen.path, seen.body) for seen in server.seen] == [("POST", "/v1/generation", PREPARED.body)]
    assert server.seen[0].headers["authorization"] == "Bearer key-of-this-test"


REFUSALS: list[tuple[bytes, type[StudioError], bool]] = [
    (recorded("observed-no-balance").reply, OutOfCreditError, True),
    (recorded("observed-unknown-model").reply, UnknownModelError, True),
    (recorded("observed-invalid-fields").reply, InvalidRequestError, True),
    (recorded("observed-invalid-key").reply, KeyRejectedError, True),
    (recorded("observed-unavailable").reply, ServiceFailedError, False),
    (recorded("observed-not-logged-in").reply, KeyRejectedError, True),
    (json_reply({"message": "slow down"}, 429, "Retry-After: 4"), TooManyRequestsError, True),
    (reply(502, b"<html>Bad Gateway</html>"), ServiceFailedError, False),
    (reply(200, b"<html>Log in</html>"), UnknownOutcomeError, False),
    (reply(200, b""), UnknownOutcomeError, False),
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


def test_field_errors_reach_their_fields() -> None:
    result, _ = against(always(recorded("observed-invalid-fields").reply), lambda provider: provider.submit(PREPARED))
    assert isinstance(result, InvalidRequestError)
    assert set(result.fields) == {"image_size", "num_images"}


def test_a_lost_answer_is_not_asked_for_with_a_second_post() -> None:
    async def lost(_seen: Seen, wire: Wire) -> None:
        wire.reset()

    result, server = against(lost, lambda provider: provider.submit(PREPARED))
    assert isinstance(result, ConnectionLostError)
    assert not result.not_started
    assert server.count("POST") == 1


def test_a_401_for_the_first_form_of_the_key_is_tried_bare_and_creates_one_job() -> None:
    created = recorded("2025-09-create").reply
    script = in_turn(json_reply({"message": "no"}, 401), created)
    result, server = against(script, lambda provider: provider.submit(PREPARED))
    assert not isinstance(result, StudioError)
    assert [seen.headers["authorization"] for seen in server.seen] == ["Bearer key-of-this-test", "key-of-this-test"]
    assert server.seen[0].body == server.seen[1].body


# --- watching


@pytest.mark.parametrize("name", ["2025-01-get", "2025-09-get"])
def test_a_finished_job_is_asked_for_by_its_id(name: str) -> None:
    result, server = against(always(recorded(name).reply), lambda provider: provider.poll(REF))
    assert not isinstance(result, StudioError)
    assert result.state is RemoteState.SUCCEEDED
    assert server.seen[0].path == f"/v1/generation/{ref_key(REF)}"


@pytest.mark.parametrize("key", ["a/b", "../x", "a b", "\u00e4", "x?y#z"])
def test_an_id_never_changes_the_path_it_travels_in(key: str) -> None:
    _, server = against(always(recorded("2025-09-get").reply), lambda provider: provider.poll({"v": 1, "key": key}))
    assert server.seen[0].path.startswith("/v1/generation/")
    assert server.seen[0].path.count("/") == 3
    assert "?" not in server.seen[0].path


@pytest.mark.parametrize("ref", [{}, {"key": ""}, {"key": ".."}])
def test_an_empty_reference_is_a_job_that_is_gone_and_asks_nothing(ref: JsonObject) -> None:
    result, server = against(always(reply()), lambda provider: provider.poll(ref))
    assert isinstance(result, JobGoneError)
    assert server.seen == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (json_reply({"detail": "Generation not found"}, 404), JobGoneError),
        (reply(404), JobGoneError),
        (reply(404, b"<html>Not found</html>"), NotAServiceAnswerError),
        (reply(200, b"<html>Log in</html>"), NotAServiceAnswerError),
        (reply(200, b""), NotAServiceAnswerError),
        (reply(200, b'{"id": "a", "sta'), NotAServiceAnswerError),
        (reply(200, b"[" * 100_000), NotAServiceAnswerError),
        (json_reply([]), NotAServiceAnswerError),
        (json_reply({}), NotAServiceAnswerError),
        (json_reply("completed"), NotAServiceAnswerError),
        (json_reply({"message": "hello"}), NotAServiceAnswerError),
        (reply(200, b" " * (9 * 1024 * 1024)), NotAServiceAnswerError),
        (reply(503, b"<html>"), ServiceFailedError),
        (reply(401), KeyRejectedError),
    ],
)
def test_a_bad_answer_to_a_question_is_a_typed_error_and_ends_no_job(answer: bytes, kind: type[StudioError]) -> None:
    result, _ = against(always(answer), lambda provider: provider.poll(REF))
    assert type(result) is kind


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (b'{"status": "completed", "result": {"data": [NaN, {"url": "https://f.example/a"}]}}', RemoteState.SUCCEEDED),
        (b'{"data": {"id": "a", "status": "running"}}', RemoteState.RUNNING),
        (b'{"id": "a", "status": null}', RemoteState.UNKNOWN),
        (b'\xef\xbb\xbf{"id": "a", "status": "pending", "progress": Infinity}', RemoteState.QUEUED),
    ],
)
def test_a_strange_but_readable_answer_is_read(body: bytes, state: RemoteState) -> None:
    result, _ = against(always(reply(200, body, "Content-Type: text/plain")), lambda provider: provider.poll(REF))
    assert not isinstance(result, StudioError)
    assert result.state is state


# --- listing, deleting, checking


@pytest.mark.parametrize("name", ["2025-01-list", "2025-09-list"])
def test_the_list_is_one_request(name: str) -> None:
    result, server = against(always(recorded(name).reply), lambda provider: provider.list_jobs())
    assert isinstance(result, list)
    assert len(result) == 1
    assert [(seen.method, seen.path) for seen in server.seen] == [("GET", "/v1/generation")]


def test_a_list_of_ten_thousand_jobs_is_read() -> None:
    row = {"id": "x" * 32, "status": "completed", "result": {"data": [{"url": "https://f.example/" + "y" * 800}]}}
    rows = [{**row, "id": f"{number:032d}"} for number in range(10_000)]
    result, _ = against(always(json_reply({"generation_list": rows})), lambda provider: provider.list_jobs())
    assert isinstance(result, list)
    assert len(result) == 10_000


@pytest.mark.parametrize("answer", [recorded("2025-09-delete").reply, reply(204), reply(200, b"{}"), reply(404)])
def test_a_deleted_or_missing_job_is_deleted(answer: bytes) -> None:
    result, server = against(always(answer), lambda provider: provider.delete(REF))
    assert result is None
    assert [(seen.method, seen.path) for seen in server.seen] == [("DELETE", f"/v1/generation/{ref_key(REF)}")]


def test_a_failed_delete_is_an_error() -> None:
    result, _ = against(always(reply(500)), lambda provider: provider.delete(REF))
    assert isinstance(result, ServiceFailedError)


def test_a_good_key_passes_and_a_bad_one_does_not() -> None:
    good, server = against(always(recorded("2025-09-list").reply), lambda provider: provider.check_key())
    assert good is None
    assert server.count("POST") == 0
    bad, _ = against(always(json_reply({"message": "Invalid API key"}, 403)), lambda provider: provider.check_key())
    assert isinstance(bad, KeyRejectedError)
