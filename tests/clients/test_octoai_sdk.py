"""octoai-sdk 0.10.1, the client of the seed's days, works against the demo server unmodified."""

import pytest
import vendor_clients

from tests.clients.conftest import Drive, Driven, has_old_octoai
from tests.sandbox.calls import film_seconds

pytestmark = [has_old_octoai, pytest.mark.timeout(600)]  # the first run makes the environment

JPEG = "ffd8ff"


@pytest.fixture(scope="module")
def visit(drive: Drive) -> Driven:
    return drive("drive_octoai_sdk.py", first_on_path=vendor_clients.OLD_OCTOAI)


def test_infer_brings_the_pictures(visit: Driven) -> None:
    assert visit.told["infer"] == [{"head": JPEG, "seed": 5, "removed": False}]


def test_infer_async_is_not_ready_at_first_and_brings_the_pictures_in_the_end(visit: Driven) -> None:
    told = visit.told["async"]
    assert told["early"] == {"ready": False, "result": None}
    assert [row["head"] for row in told["images"]] == [JPEG, JPEG]
    polls = [seen for seen in visit.demo.requests if seen.path == f"/v1/requests/{told['id']}"]
    results = [seen for seen in visit.demo.requests if seen.path == f"/v1/responses/{told['id']}"]
    assert len(polls) >= 4
    assert len(results) == 1
    assert {seen.header("authorization") for seen in (*polls, *results)} == {"Bearer demo-key"}


def test_a_job_that_failed_later_is_the_clients_server_error(visit: Driven) -> None:
    assert visit.told["failed later"].startswith("OctoAIServerError: Server error: 500")
    assert "CUDA" in visit.told["failed later"]


def test_the_image_generator_counts_what_was_removed(visit: Driven) -> None:
    told = visit.told["image generator"]
    assert told == {"sizes": [[1344, 768], [1344, 768]], "removed": 1, "more": [[512, 512], [1024, 1024]]}


def test_the_video_generator_makes_a_film(visit: Driven) -> None:
    told = visit.told["video generator"]
    assert (told["films"], told["removed"]) == (1, 0)
    assert film_seconds((visit.folder / "old.mp4").read_bytes()) > 0.5
    assert told["seed"].startswith("OctoAIValidationError: seed set to: 5")  # its own check is upside down


def test_refusals_are_the_clients_own_errors(visit: Driven) -> None:
    told = visit.told
    assert told["wrong key"].startswith("OctoAIClientError: Error: 401")
    assert told["wrong engine"].startswith("OctoAIClientError: Error: 404")
    assert told["wrong value"].startswith("OctoAIClientError: Error: 422")
    assert told["too large"].startswith("OctoAIClientError: Error: 413")
    assert told["unknown request"].startswith("OctoAIClientError: Error: 404")


def test_it_repeats_a_paid_post_after_429_which_the_ledger_shows(visit: Driven) -> None:
    assert visit.told["infer after 429"][0]["head"] == JPEG
    assert len([seen for seen in visit.demo.posts if b"[busy]" in seen.body]) == 2
    assert len([job for job in visit.demo.jobs if "[busy]" in job.prompt]) == 1
