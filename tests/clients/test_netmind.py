"""netmind 0.1.11, NetMind's official client, keeps its files at the demo server unmodified."""

from typing import Any

import pytest

from tests.clients.conftest import Drive, Driven

pytestmark = pytest.mark.timeout(600)  # the first run makes the environment


@pytest.fixture(scope="module")
def visit(drive: Drive) -> Driven:
    return drive("drive_netmind.py")


@pytest.mark.parametrize(
    ("what", "name", "purpose"),
    [("picture", "given.png", "inference"), ("lines", "a_b_train.jsonl", "fine-tune")],
)
def test_a_file_is_uploaded_shown_linked_fetched_and_deleted(visit: Driven, what: str, name: str, purpose: str) -> None:
    told: Any = visit.told[what]
    assert told["retrieved"]["id"] == told["id"] == told["link id"]
    assert (told["retrieved"]["name"], told["retrieved"]["purpose"]) == (name, purpose)
    assert isinstance(told["retrieved"]["at"], int)
    assert told["retrieved"]["bytes"] > 0
    assert told["listed"] == [told["retrieved"]]
    assert told["same bytes"] is True
    assert (told["deleted"], told["left"], told["link then"]) == (None, 0, 404)


def test_uploads_carry_the_announced_type_their_length_and_no_key(visit: Driven) -> None:
    puts = [seen for seen in visit.demo.requests if seen.method == "PUT"]
    assert [seen.header("content-type") for seen in puts] == ["image/png", None, "image/png"]
    for seen in puts:
        assert seen.header("authorization") is None
        assert seen.header("content-length") == str(len(seen.body))
    announced = [seen.header("file-content-type") for seen in visit.demo.requests if seen.method == "POST"]
    assert announced[:3] == ["image/png", None, "image/png"]


def test_its_asyncio_half_works_too(visit: Driven) -> None:
    assert visit.told["async client"] == {"listed": True, "link": True}


@pytest.mark.parametrize(
    ("case", "status"),
    [
        ("wrong key", 401),
        ("wrong purpose", 422),
        ("retrieve unknown", 404),
        ("retrieve_url unknown", 404),
        ("delete unknown", 404),
    ],
)
def test_refusals_are_the_clients_own_errors(visit: Driven, case: str, status: int) -> None:
    assert visit.told[case] == status
