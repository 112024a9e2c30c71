"""octoai 1.11.0, the last client of that service, works against the demo server unmodified."""

from typing import Any

import pytest
from PySide6.QtGui import QImageReader

from tests.clients.conftest import Drive, Driven
from tests.sandbox.calls import film_seconds

pytestmark = pytest.mark.timeout(600)  # the first run makes the environment


@pytest.fixture(scope="module")
def visit(drive: Drive) -> Driven:
    return drive("drive_octoai.py")


@pytest.mark.parametrize(
    ("engine", "size", "kind", "count"),
    [
        ("sdxl", (1344, 768), "png", 2),
        ("sd3", (1024, 1024), "jpeg", 1),
        ("flux-schnell", (512, 512), "jpeg", 1),
        ("flux-dev", (1024, 1024), "jpeg", 1),
        ("controlnet-sdxl", (1024, 1024), "jpeg", 1),
    ],
)
def test_every_engine_brings_pictures_that_open(
    visit: Driven, engine: str, size: tuple[int, int], kind: str, count: int
) -> None:
    told = visit.told["images"][engine]
    assert len(told["rows"]) == count
    assert told["took_ms"] > 0
    for row in told["rows"]:
        reader = QImageReader(str(visit.folder / row["file"]))
        reader.setDecideFormatFromContent(True)
        assert (reader.size().toTuple(), reader.format().data()) == (size, kind.encode())
        assert not reader.read().isNull()


def test_seeds_and_refusals_come_through(visit: Driven) -> None:
    assert [row["seed"] for row in visit.told["images"]["sdxl"]["rows"]] == [7, 9]
    assert [row["removed"] for row in visit.told["images"]["refused"]["rows"]] == [True, True]


def test_a_picture_becomes_a_film(visit: Driven) -> None:
    assert visit.told["film"]["seeds"] == [3, 4]
    assert film_seconds((visit.folder / "new.mp4").read_bytes()) > 0.5


def test_its_asyncio_half_works_too(visit: Driven) -> None:
    assert visit.told["async client"] > 1000


def test_its_futures_work_with_the_key_where_it_forgets_it(visit: Driven) -> None:
    told = visit.told["infer"]
    assert told.pop("without a key")["status"] == 401
    assert told == {"early": False, "async images": 1, "images": 1}


@pytest.mark.parametrize(
    ("case", "kind", "status", "words"),
    [
        ("wrong key", "ApiError", 401, "Invalid token"),
        ("wrong value", "UnprocessableEntityError", 422, "steps"),
        ("wrong sides", "ApiError", 500, "Internal Server Error"),
        ("no credit", "ApiError", 400, "balance not enough"),
        ("web page", "ApiError", 200, "<h1>"),
        ("too busy", "ApiError", 429, "Too many requests"),
    ],
)
def test_refusals_are_the_clients_own_errors(visit: Driven, case: str, kind: str, status: int, words: str) -> None:
    told: Any = visit.told[case]
    assert (told["kind"], told["status"]) == (kind, status)
    assert words in told["body"]
