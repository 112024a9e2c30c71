"""NetMind's endpoint dialect against a real server: what goes over the wire, how often, and what answers mean."""

import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, TypeVar, cast

import pytest

from app.domain.endpoint import EndpointPlan, EndpointWish, Flavor, Reading
from app.domain.endpoint_errors import (
    EndpointGoneError,
    EndpointRefusedError,
    EndpointUnknownError,
    NoEndpointListError,
)
from app.domain.errors import (
    ConnectionLostError,
    KeyRejectedError,
    NotAServiceAnswerError,
    OutOfCreditError,
    ServiceFailedError,
    StudioError,
    TooManyRequestsError,
)
from app.net.client import ApiClient
from app.providers.netmind_endpoints import NETMIND_ENDPOINTS, NetMindEndpoints, reading_of
from tests.net.servers import Running, Script, Seen, Wire, always, in_turn, json_reply, reply
from tests.providers.asking import KEY, asked
from tests.providers.recordings import recorded

T = TypeVar("T")
ID = "6b1f0c1e5a7d4b6c9e8f7a6b5c4d3a27"
COMMAND = 'pip install flask  \n\n\tpython app.py --greeting "hällo"\n'
WISH = EndpointWish(
    "netmind_endpoints",
    "test-flask-server-9",
    EndpointPlan("python:3.10-slim", COMMAND, 8080, 0, "69475e82e81c4dd6be3467e2ca374e0c", currency="usd"),
    description="test",
    instances=1,
)


def against(script: Script, use: Callable[[NetMindEndpoints], Awaitable[T]]) -> tuple[T | StudioError, Running]:
    return asked(script, lambda url: NetMindEndpoints(NETMIND_ENDPOINTS, ApiClient(url, lambda: KEY)), use)


def recording(name: str) -> bytes:
    return recorded(name, "netmind_endpoints").reply


def one(**changes: Any) -> dict[str, Any]:
    return {**cast("dict[str, Any]", recorded("read", "netmind_endpoints").body), **changes}


def test_the_published_flavors_are_read_with_exact_prices_and_kept_apart_by_region() -> None:
    found, server = against(always(recording("flavors")), lambda api: api.flavors())
    assert isinstance(found, tuple)
    assert [seen.path for seen in server.seen] == ["/v1/inference-service/flavor"]
    assert [(flavor.title, flavor.region) for flavor in found] == [
        ("NVIDIA_GeForce_RTX_4090", "cn"),
        ("NVIDIA_GeForce_RTX_4090", "other"),
    ]
    first: Flavor = found[0]
    assert dict(first.prices) == {"usd": Decimal("0.3"), "cny": Decimal("2.2"), "nmt": Decimal("0.147164")}
    assert (first.cuda, first.free, first.most_gpus, first.cluster) == ("12.0", 1, 2, "US_01_4090")


def test_a_create_sends_the_published_body_and_keeps_the_command_letter_by_letter() -> None:
    found, server = against(always(recording("create")), lambda api: api.create(WISH))
    assert isinstance(found, Reading)
    assert (found.service_id, found.wire_status, found.target) == (ID, "initializing", 1)
    assert [(seen.method, seen.path) for seen in server.seen] == [("POST", "/v1/inference-service")]
    assert server.seen[0].headers["authorization"] == f"Bearer {KEY}"
    assert json.loads(server.seen[0].body) == {
        "name": "test-flask-server-9",
        "description": "test",
        "payment_type": "usd",
        "resource_metadata": {
            "flavor_id": "69475e82e81c4dd6be3467e2ca374e0c",
            "scale_type": "manual",
            "target_instance_number": 1,
        },
        "deploy_metadata": {"image_url": "python:3.10-slim", "command": COMMAND, "port": 8080, "gpu_num": 0},
    }


@pytest.mark.parametrize(
    ("answer", "error", "not_started"),
    [
        (json_reply({"message": "balance not enough"}, 400), OutOfCreditError, True),
        (json_reply({"detail": [{"loc": ["body", "port"], "msg": "wrong"}]}, 422), EndpointRefusedError, True),
        (json_reply({"message": "Invalid API key"}, 401), KeyRejectedError, True),
        (reply(429), TooManyRequestsError, True),
        (reply(500), ServiceFailedError, False),
        (reply(504, b"<html>gateway</html>"), ServiceFailedError, False),
        (reply(200), EndpointUnknownError, False),
        (reply(200, b"<html>hello</html>"), EndpointUnknownError, False),
        (json_reply({}), EndpointUnknownError, False),
        (json_reply([]), EndpointUnknownError, False),
        (json_reply({"service_id": None, "status": "initializing"}), EndpointUnknownError, False),
        (json_reply({"success": False, "errorcode": "NOT_LOGGEDIN"}), KeyRejectedError, True),
    ],
)
def test_a_create_says_whether_something_may_run_and_is_sent_once(
    answer: bytes, error: type[StudioError], *, not_started: bool
) -> None:
    found, server = against(always(answer), lambda api: api.create(WISH))
    assert type(found) is error
    assert found.not_started is not_started
    # a 401 proves that nothing was done, so the other form of the key is tried once
    assert server.count("POST") == (2 if b" 401 " in answer else 1)


def test_a_create_whose_answer_is_lost_is_not_sent_again() -> None:
    async def tear(_seen: Seen, wire: Wire) -> None:
        wire.reset()

    found, server = against(tear, lambda api: api.create(WISH))
    assert isinstance(found, ConnectionLostError)
    assert not found.not_started
    assert server.count("POST") == 1


def test_scaling_sends_a_number_and_text_once_where_a_number_is_refused() -> None:
    refused = json_reply({"detail": [{"loc": ["body", "target_instance_number"], "msg": "str"}]}, 422)
    found, server = against(in_turn(refused, recording("update")), lambda api: api.scale(ID, 2))
    assert found is None, "the old values in the answer are no failure"
    bodies = [json.loads(seen.body) for seen in server.seen]
    assert bodies == [{"resource_metadata": {"target_instance_number": value}} for value in (2, "2")]
    again, server = against(always(refused), lambda api: api.scale(ID, 2))
    assert isinstance(again, EndpointRefusedError)
    assert server.count("PUT") == 2


@pytest.mark.parametrize("answer", [reply(200), reply(204), reply(404, b'{"message": "no"}'), reply(200, b"<p>")])
def test_a_delete_is_judged_by_its_status_and_404_is_done(answer: bytes) -> None:
    found, server = against(always(answer), lambda api: api.delete(ID))
    assert found is None
    assert [(seen.method, seen.path) for seen in server.seen] == [("DELETE", f"/v1/inference-service/{ID}")]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (json_reply({"message": "not found"}, 404), EndpointGoneError),
        (reply(410), EndpointGoneError),
        (reply(404, b"<html>some proxy</html>"), NotAServiceAnswerError),
        (reply(200), NotAServiceAnswerError),
        (json_reply([1]), NotAServiceAnswerError),
        (json_reply(one(service_id="another")), NotAServiceAnswerError),
        (json_reply({"success": False, "errorcode": "NOT_LOGGEDIN"}), KeyRejectedError),
        (reply(503), ServiceFailedError),
    ],
)
def test_only_a_real_404_says_that_an_endpoint_is_gone(answer: bytes, error: type[StudioError]) -> None:
    found, _ = against(always(answer), lambda api: api.read(ID))
    assert type(found) is error


def test_a_read_takes_numbers_as_text_and_finds_the_address_wherever_it_stands() -> None:
    resource = {**one()["resource_metadata"], "target_instance_number": "2"}
    place = {"something": {"deep": 1}, "gateway": "https://abc.example.com/run", "available_instance_number": "1"}
    found = reading_of(one(resource_metadata=resource, endpoint_metadata=place, status_info={"reason": "pulling"}))
    assert found is not None
    assert (found.target, found.there, found.address) == (2, 1, "https://abc.example.com/run")
    assert found.status_info == "pulling"
    assert found.plan.gpu_title == "NVIDIA_GeForce_RTX_4090"


@pytest.mark.parametrize(
    "strange",
    [
        {"status": 5, "name": None, "resource_metadata": [], "deploy_metadata": "x", "endpoint_metadata": None},
        {"resource_metadata": {"target_instance_number": -1}, "deploy_metadata": {"port": True, "gpu_num": 1e300}},
        {"resource_metadata": {"target_instance_number": 10**30}, "created_at": "...", "is_deleted": "yes"},
        {"data": {"service_id": ID}, "service_id": ID},
    ],
)
def test_a_strange_answer_is_read_as_far_as_it_goes(strange: dict[str, Any]) -> None:
    found = reading_of({**one(), **strange})
    assert found is not None
    assert found.service_id == ID
    assert not found.is_deleted
    assert found.target in (1, None)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 422])
def test_a_service_without_a_list_says_so_and_no_key_is_blamed(status: int) -> None:
    found, _ = against(always(json_reply({"message": "Invalid API key"}, status)), lambda api: api.list_all())
    assert isinstance(found, NoEndpointListError)


def test_a_list_is_read_where_a_server_has_one() -> None:
    rows = [one(), one(service_id="b", is_deleted=True), one(service_id="c"), "?"]
    found, _ = against(always(json_reply({"data": rows})), lambda api: api.list_all())
    assert isinstance(found, tuple)
    assert [reading.service_id for reading in found] == [ID, "c"]
