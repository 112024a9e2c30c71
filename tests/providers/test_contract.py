"""What every provider promises to the rest of the house: tried on all, and on the toy of docs/adding-a-provider.md."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from app.application import PROVIDERS, Factory
from app.domain.errors import KeyRejectedError, NotAllowedError, StudioError
from app.domain.model_spec import ModelSpec, Widget, parse_model_spec
from app.domain.provider_info import ProviderInfo, is_acceptable_base_url
from app.domain.values import Json, JsonObject
from app.net.client import ApiClient
from app.net.spool import Spool
from app.providers.base import PreparedRequest, Provider
from tests.net.servers import Running, Script, always, json_reply, reply
from tests.providers.asking import KEY, asked
from tests.providers.lantern import LANTERN, LanternProvider

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
MODELS, RECORDINGS = ROOT / "resources" / "models", ROOT / "tests" / "recordings"
TOY: tuple[ProviderInfo, Factory] = (LANTERN, lambda info, api, _spool: LanternProvider(info, api))
EACH = [pytest.param(*entry, id=entry[0].provider_id) for entry in (*PROVIDERS, TOY)]
REF: JsonObject = {"v": 1, "key": "job-1"}
TOY_SPEC: JsonObject = {
    "format": 1,
    "provider": "lantern",
    "id": "candle",
    "title": "Candle",
    "medium": "image",
    "order": 10,
    "summary": "Pictures from words.",
    "price": {"note": "price not published"},
    "expected_s": 20,
    "sources": ["Nobody: the service does not exist"],
    "parameters": {
        "type": "object",
        "required": ["prompt"],
        "properties": {"prompt": {"type": "string", "title": "Prompt", "x-widget": "prompt", "x-mark": "documented"}},
    },
}

of_each = pytest.mark.parametrize(("info", "make"), EACH)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path)


def specs(info: ProviderInfo) -> list[ModelSpec]:
    if info is LANTERN:
        return [parse_model_spec(TOY_SPEC)]
    return [parse_model_spec(json.loads(path.read_text())) for path in (MODELS / info.provider_id).glob("*.json")]


def request(provider: Provider) -> PreparedRequest:
    """The first model with nothing but words; a provider without such a model has one with files that need not be sent."""
    for spec in specs(provider.info):
        if not any(param.required and param.widget is Widget.MEDIA for param in spec.params):
            return provider.prepare(spec, {**spec.defaults(), "prompt": "a lake"})
    raise AssertionError("no model that works from words")


def ask(
    info: ProviderInfo, make: Factory, spool: Spool, script: Script, use: Callable[[Provider], Awaitable[T]]
) -> tuple[T | StudioError, Running]:
    return asked(script, lambda url: make(info, ApiClient(url, lambda: KEY), spool), use)


@of_each
def test_it_is_described(info: ProviderInfo, make: Factory) -> None:
    assert info.is_demo or is_acceptable_base_url(info.default_base_url)
    assert info.provider_id.isidentifier()
    assert info.title
    assert str(info.summary)
    assert info.key_id
    assert {spec.provider_id for spec in specs(info)} == {info.provider_id}
    if not info.is_demo and info is not LANTERN:
        assert list((RECORDINGS / info.provider_id).glob("*.json")), (
            "answers of the service, or made-up ones that say so"
        )


@of_each
def test_a_request_is_json_and_made_without_the_network(info: ProviderInfo, make: Factory, spool: Spool) -> None:
    async def use(provider: Provider) -> Json:
        return [json.loads(request(provider).body) for _ in range(2)]

    told, server = ask(info, make, spool, always(json_reply({})), use)
    assert isinstance(told, list)
    assert told[0] == told[1], "the same values make the same bytes"
    assert "a lake" in json.dumps(told[0])
    assert server.seen == []


@of_each
@pytest.mark.parametrize("call", ["submit", "check_key"])
def test_a_rejected_key_is_that_error_and_is_tried_once_in_each_scheme(
    info: ProviderInfo, make: Factory, spool: Spool, call: str
) -> None:
    told, server = ask(info, make, spool, always(json_reply({"detail": "no"}, 401)), USES[call])
    assert isinstance(told, KeyRejectedError)
    assert told.not_started
    assert all(KEY in seen.headers["authorization"] for seen in server.seen)
    posts = [seen.headers["authorization"] for seen in server.seen if seen.method == "POST"]
    assert len(posts) == len(set(posts))


@of_each
@pytest.mark.parametrize("call", ["submit", "poll"])
@pytest.mark.parametrize("body", [b"<html>hello</html>", b"", b"null", b"[]", b'{"id": 3', b'{"nothing": "known"}'])
def test_an_answer_that_means_nothing_is_an_error_of_ours(
    info: ProviderInfo, make: Factory, spool: Spool, call: str, body: bytes
) -> None:
    told, server = ask(info, make, spool, always(reply(200, body)), USES[call])
    assert isinstance(told, StudioError) or call == "poll", told
    assert not (call == "submit" and isinstance(told, StudioError) and told.not_started), "it may have been charged"
    assert sum(seen.method == "POST" for seen in server.seen) == (call == "submit"), "nothing is sent twice"


@of_each
def test_deleting_what_is_gone_is_done_and_where_nothing_can_be_deleted_that_is_said(
    info: ProviderInfo, make: Factory, spool: Spool
) -> None:
    async def use(provider: Provider) -> None:
        await provider.delete(REF)

    told, _ = ask(info, make, spool, always(json_reply({"detail": "not found"}, 404)), use)
    assert told is None if info.capabilities.delete_remote else isinstance(told, NotAllowedError)


async def _submit(provider: Provider) -> object:
    return await provider.submit(request(provider))


async def _poll(provider: Provider) -> object:
    return await provider.poll(REF)


async def _check(provider: Provider) -> object:
    await provider.check_key()
    return None


USES: dict[str, Callable[[Provider], Awaitable[object]]] = {"submit": _submit, "poll": _poll, "check_key": _check}
