"""The demo's rented GPUs: seed 003 field by field, a life by the clock, and a bill to the second."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.sandbox.rental_desk import RentalDesk
from app.sandbox.rentals import DELETE_S, DOWN_S, FLAVORS, READY_S, UP_S, RentalBook
from app.sandbox.running import QUICK, RunningSandbox
from tests.providers.recordings import recorded
from tests.sandbox.calls import call

PATH = "/v1/inference-service"
OTHER = FLAVORS[1].flavor_id


def body(name: str = "test-flask-server-9", instances: object = 1, **changes: object) -> dict[str, Any]:
    """The published create."""
    deploy = {"image_url": "python:3.10-slim", "command": "a\n\tb  ", "port": 8080, "gpu_num": 0}
    resource = {"flavor_id": OTHER, "scale_type": "manual", "target_instance_number": instances}
    whole = {"name": name, "description": "test", "payment_type": "usd"}
    return {**whole, "resource_metadata": resource, "deploy_metadata": deploy, **changes}


class Hand:
    """A desk with a clock that a test turns."""

    def __init__(self, folder: Path | None = None) -> None:
        self.now = 1_000_000.0
        self.book = RentalBook(lambda: self.now, folder=folder)
        self.desk = RentalDesk(self.book)

    def create(self, **changes: Any) -> str:
        told = self.desk.create("me", body(**changes), "http://demo")
        assert told.status == 200, told
        return str(self.json(told)["service_id"])

    def read(self, service_id: str) -> dict[str, Any]:
        return self.json(self.desk.read("me", service_id, "http://demo"))

    @staticmethod
    def json(told: Any) -> dict[str, Any]:
        assert isinstance(told.body, dict)
        return told.body

    def scale(self, service_id: str, to: object) -> Any:
        asked = {"resource_metadata": {"target_instance_number": to}}
        return self.desk.scale("me", service_id, asked, "http://demo")


def test_the_answers_have_the_fields_of_the_seed_and_no_others(demo: RunningSandbox) -> None:
    flavors = call(demo.base_url, "GET", f"{PATH}/flavor").json
    published: Any = recorded("flavors", "netmind_endpoints").body
    assert flavors["flavor_list"][0].keys() == published["flavor_list"][0].keys()
    assert flavors["flavor_list"][0]["billing"] == published["flavor_list"][0]["billing"]
    made = call(demo.base_url, "POST", PATH, body())
    shown: Any = recorded("create", "netmind_endpoints").body
    assert made.status == 200
    assert list(made.json) == list(shown)
    assert list(made.json["resource_metadata"]) == list(shown["resource_metadata"])
    assert made.json["status"] == "initializing"
    assert made.json["deploy_metadata"]["command"] == "a\n\tb  "
    gone = call(demo.base_url, "DELETE", f"{PATH}/{made.json['service_id']}")
    assert (gone.status, gone.body) == (200, b"")


def test_there_is_no_list_unless_it_is_switched_on(demo: RunningSandbox) -> None:
    assert call(demo.base_url, "GET", PATH).status == 405
    with RunningSandbox(replace(QUICK, endpoint_list=True)) as other:
        call(other.base_url, "POST", PATH, body())
        assert len(call(other.base_url, "GET", PATH).json["service_list"]) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"payment_type": "eur"}, "payment_type"),
        ({"instances": 0}, "target_instance_number"),
        ({"deploy_metadata": {"image_url": "a", "command": "", "gpu_num": 0}}, "port"),
        ({"deploy_metadata": {"image_url": "a", "command": "", "port": "80", "gpu_num": 0}}, "port"),
    ],
)
def test_a_wrong_create_is_refused_field_by_field(demo: RunningSandbox, change: Any, field: str) -> None:
    answer = call(demo.base_url, "POST", PATH, body(**change))
    assert answer.status == 422
    assert answer.json["detail"][0]["loc"][-1] == field


def test_without_a_key_nothing_is_told(demo: RunningSandbox) -> None:
    assert call(demo.base_url, "GET", f"{PATH}/flavor", auth=None).status == 401


def test_it_starts_and_is_available_and_billed_from_the_beginning() -> None:
    hand = Hand()
    service_id = hand.create()
    hand.now += READY_S - 1
    assert hand.read(service_id)["status"] == "initializing"
    hand.now += 1
    found = hand.read(service_id)
    assert (found["status"], found["endpoint_metadata"]["available_instance_number"]) == ("available", 1)
    hand.now += 3600 - READY_S
    assert hand.book.all()[0].cost(hand.now) == Decimal("0.3")


def test_a_change_echoes_old_values_and_comes_later() -> None:
    hand = Hand()
    service_id = hand.create()
    hand.now += READY_S
    told = hand.json(hand.scale(service_id, "3"))
    assert (told["status"], told["resource_metadata"]["target_instance_number"]) == ("initializing", 1)
    assert hand.read(service_id)["resource_metadata"]["target_instance_number"] == 1
    hand.now += UP_S
    assert hand.read(service_id)["resource_metadata"]["target_instance_number"] == 3
    hand.scale(service_id, 0)
    hand.now += DOWN_S
    assert hand.read(service_id)["status"] == "stopped"
    billed = hand.book.all()[0].instance_seconds(hand.now)
    assert billed == READY_S + UP_S + 3 * DOWN_S
    hand.now += 10_000
    assert hand.book.all()[0].instance_seconds(hand.now) == billed


def test_a_deleted_one_is_billed_until_it_is_gone() -> None:
    hand = Hand()
    service_id = hand.create()
    hand.now += 100
    assert hand.desk.delete("me", service_id).raw == b""
    assert hand.read(service_id)["status"] == "deleting"
    hand.now += DELETE_S
    assert hand.desk.read("me", service_id, "").status == 404
    assert hand.desk.delete("me", service_id).status == 404
    hand.now += 10_000
    assert hand.book.all()[0].instance_seconds(hand.now) == 100 + DELETE_S


def test_marks_make_it_fail_and_be_particular() -> None:
    hand = Hand()
    failing, textual, stubborn = hand.create(name="x [fail]"), hand.create(name="[text]"), hand.create(name="[no zero]")
    hand.now += READY_S
    assert hand.read(failing)["status"] == "failed"
    assert hand.read(failing)["status_info"]
    assert hand.scale(textual, 2).status == 422
    assert hand.scale(textual, "2").status == 200
    assert hand.scale(stubborn, 0).status == 422


def test_the_bill_goes_on_while_the_server_is_off(tmp_path: Path) -> None:
    first = Hand(tmp_path)
    service_id = first.create(instances=2)
    second = Hand(tmp_path)
    second.now = first.now + 7200
    assert second.read(service_id)["status"] == "available"
    assert second.book.all()[0].cost(second.now) == Decimal("1.2")


def test_free_units_are_those_that_nobody_has() -> None:
    hand = Hand()
    before = hand.book.free(FLAVORS[1])
    hand.create(instances=2)
    assert hand.book.free(FLAVORS[1]) == before - 2


def test_the_bill_and_an_endpoints_own_page_are_there(demo: RunningSandbox) -> None:
    made = call(demo.base_url, "POST", PATH, body("mine")).json
    page = f"/endpoints/{made['service_id']}/"
    answer = call(demo.base_url, "GET", page, auth=None)
    while answer.status == 503:
        answer = call(demo.base_url, "GET", page, auth=None)
    assert b"Demo endpoint" in answer.body
    bill = call(demo.base_url, "GET", "/sandbox/bill", auth=None).json
    assert Decimal(bill["sums"]["usd"]) > 0
    assert [row["name"] for row in bill["endpoints"] if row["service_id"] == made["service_id"]] == ["mine"]
    assert any(seen.path == PATH for seen in demo.posts), "a create costs money"
