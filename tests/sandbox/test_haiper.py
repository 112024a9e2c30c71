"""Haiper's dialect on the wire, at both of its paths, as seed 002 shows it."""

import http.client
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.sandbox.haiper_api import PATHS
from app.sandbox.running import QUICK, RunningSandbox
from app.sandbox.settings import AuthStyle
from tests.sandbox.calls import Answer, call, fetch, film_seconds, get

OLD, NEW = PATHS
ECHO = {  # seed 002, with the defaults of every field
    "job_type": "text2video",
    "config": {
        "prompt": "a quiet lake",
        "negative_prompt": None,
        "settings": {"seed": -1, "aspect_ratio": "16:9", "resolution": 720, "duration": 4},
        "gen_mode": "standard",
        "is_public": True,
        "use_ff_cond": None,
        "is_enable_prompt_enhancer": None,
    },
}


def post(demo: RunningSandbox, path: str = OLD, prompt: str = "a quiet lake", **config: object) -> Answer:
    return call(demo.base_url, "POST", path, {"job_type": "text2video", "config": {"prompt": prompt, **config}})


def rested(demo: RunningSandbox, job_id: str, path: str = OLD) -> Any:
    deadline = time.monotonic() + 30
    while (job := call(demo.base_url, "GET", f"{path}/{job_id}").json)["status"] not in ("succeed", "failed"):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return job


@pytest.fixture
def empty() -> Iterator[RunningSandbox]:
    with RunningSandbox() as sandbox:
        yield sandbox


def test_create_answers_as_the_published_page(demo: RunningSandbox) -> None:
    job = post(demo).json
    assert list(job) == [
        *("job_id", "user_id", "name", "description", "payment_type", "status", "meta_info"),
        *("created_at", "updated_at", "deleted_at", "is_deleted", "outputs"),
    ]
    assert (job["status"], job["payment_type"], job["outputs"], job["is_deleted"]) == ("initializing", "usd", {}, False)
    assert job["meta_info"]["original_request"] == ECHO
    assert job["meta_info"]["model_id"] == 81
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", job["created_at"])
    assert job["updated_at"] > job["created_at"]


def test_every_answer_echoes_the_secret_of_its_caller_as_the_real_service_did(demo: RunningSandbox) -> None:
    created = post(demo, prompt="[fail]").json
    listed = call(demo.base_url, "GET", OLD).json["job_list"][0]
    for job in (created, call(demo.base_url, "GET", f"{OLD}/{created['job_id']}").json, listed):
        echo = job["meta_info"]["netmind_api_token"]
        assert (echo["api_token"], echo["api_token_id"]) == ("demo-key", 0)
        assert set(echo["user"]) == {"user_id", "nickname", "currency"}


def test_the_echoed_secret_is_never_kept(tmp_path: Path) -> None:
    with RunningSandbox(replace(QUICK, state_dir=tmp_path)) as demo:
        rested(demo, post(demo).json["job_id"])
    kept = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    assert len(kept) > 2
    assert not any(b"demo-key" in content for content in kept)


def test_a_finished_job_brings_its_film_and_a_picture_of_it(demo: RunningSandbox) -> None:
    created = post(demo).json
    job = rested(demo, created["job_id"])
    [output] = job["outputs"]
    assert output["media_url"].endswith(".mp4")
    assert output["thumbnail_url"].endswith(".mp4.thumbnail")
    film, picture = fetch(output["media_url"]), fetch(output["thumbnail_url"])
    assert film.headers["content-type"] == "video/mp4"
    assert film_seconds(film.body) == pytest.approx(0.5, abs=0.1)  # plain results are short
    assert picture.body[:3] == b"\xff\xd8\xff"
    assert job["meta_info"]["model_id"] == 0
    assert job["meta_info"]["order_id"]
    assert job["meta_info"]["original_request"] == ECHO
    assert list(job["meta_info"]["original_request"]) == ["config", "job_type"]  # as the database returns it


def test_times_come_in_three_forms_and_updated_at_never_moves(demo: RunningSandbox) -> None:
    created = post(demo, prompt="[fail] [slow]").json
    job = rested(demo, created["job_id"])
    assert job["created_at"] == job["updated_at"] == created["created_at"][:19]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", job["meta_info"]["update_at"])


def test_a_job_goes_from_initializing_over_processing_to_its_end(demo: RunningSandbox) -> None:
    with RunningSandbox(replace(QUICK, speed=40.0)) as slower:
        job_id = post(slower).json["job_id"]
        seen: list[str] = []
        deadline = time.monotonic() + 30
        while "succeed" not in seen and time.monotonic() < deadline:
            job = call(slower.base_url, "GET", f"{OLD}/{job_id}").json
            assert job["outputs"] == {} or job["status"] == "succeed"
            seen += [job["status"]] if job["status"] not in seen else []
            time.sleep(0.005)
    assert seen == ["initializing", "processing", "succeed"]


def test_both_paths_show_the_same_jobs_and_no_job_of_another_service(empty: RunningSandbox) -> None:
    job_id = post(empty, NEW).json["job_id"]
    assert call(empty.base_url, "GET", f"{OLD}/{job_id}").status == 200
    assert call(empty.base_url, "GET", f"{NEW}/{job_id}").status == 200
    assert call(empty.base_url, "GET", f"/v1/generation/{job_id}").status == 404
    assert call(empty.base_url, "GET", "/v1/generation").json == {"generation_list": []}
    assert get(empty.base_url, job_id) == {"message": "Generation not found"}


def test_lists_come_in_pages_and_a_page_beyond_the_end_is_empty(empty: RunningSandbox) -> None:
    made = [post(empty, prompt=f"[fail] {number}").json["job_id"] for number in range(5)]

    def page(query: str) -> Any:
        return call(empty.base_url, "GET", f"{OLD}?{query}").json

    def ids(answer: Any) -> list[str]:
        assert answer["total_count"] == 5
        return [job["job_id"] for job in answer["job_list"]]

    assert ids(page("")) == made[::-1]
    assert ids(page("page=1&page_size=2")) + ids(page("page=2&page_size=2")) == made[:0:-1]
    assert ids(page("page=3&page_size=2")) == made[:1]
    assert ids(page("page=4&page_size=2")) == []
    assert ids(page("page=1000000000&page_size=1000")) == []


@pytest.mark.parametrize("query", ["page=0", "page=x", "page_size=-1", "page=", "page=1.5"])
def test_a_page_that_is_no_number_is_unprocessable(demo: RunningSandbox, query: str) -> None:
    answer = call(demo.base_url, "GET", f"{OLD}?{query}")
    assert answer.status == 422
    assert answer.json["detail"][0]["loc"][0] == "query"


def test_a_deleted_job_is_gone(demo: RunningSandbox) -> None:
    job_id = post(demo).json["job_id"]
    answer = call(demo.base_url, "DELETE", f"{OLD}/{job_id}")
    assert (answer.status, answer.json) == (200, {})
    assert call(demo.base_url, "GET", f"{OLD}/{job_id}").status == 404
    assert call(demo.base_url, "DELETE", f"{OLD}/{job_id}").status == 404


@pytest.mark.parametrize("auth", [None, "demo-key", "Bearer wrong", "Bearer", "Basic demo-key"])
def test_only_a_bearer_key_opens_the_door(demo: RunningSandbox, auth: str | None) -> None:
    for method, path in (("GET", OLD), ("POST", OLD), ("GET", f"{OLD}/x"), ("DELETE", f"{OLD}/x")):
        assert call(demo.base_url, method, path, auth=auth).status == 401


def test_the_style_of_the_other_dialect_does_not_lock_this_one() -> None:
    with RunningSandbox(replace(QUICK, auth_style=AuthStyle.BARE)) as demo:
        assert call(demo.base_url, "GET", OLD).status == 200


def test_jobs_of_other_keys_are_not_shown() -> None:
    with RunningSandbox(replace(QUICK, keys=("demo-key", "other"))) as demo:
        job_id = post(demo).json["job_id"]
        assert call(demo.base_url, "GET", f"{OLD}/{job_id}", auth="Bearer other").status == 404
        assert call(demo.base_url, "GET", OLD, auth="Bearer other").json == {"total_count": 0, "job_list": []}


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"{", ["body", 0]),
        ([], ["body"]),
        ({}, ["body", "job_type"]),
        ({"job_type": "text2video"}, ["body", "config"]),
        ({"job_type": "image2video", "config": {"prompt": "x"}}, ["body", "job_type"]),
        ({"job_type": "text2video", "config": "x"}, ["body", "config"]),
        ({"job_type": "text2video", "config": {}}, ["body", "config", "prompt"]),
        ({"job_type": "text2video", "config": {"prompt": " "}}, ["body", "config", "prompt"]),
        ({"job_type": "text2video", "config": {"prompt": "x", "settings": []}}, ["body", "config", "settings"]),
        ({"job_type": "text2video", "config": {"prompt": "x", "is_public": "no"}}, ["body", "config", "is_public"]),
        (
            {"job_type": "text2video", "config": {"prompt": "x", "settings": {"duration": 5}}},
            ["body", "config", "settings", "duration"],
        ),
    ],
)
def test_a_wrong_request_is_unprocessable_where_it_is_wrong(
    demo: RunningSandbox, body: object, where: list[object]
) -> None:
    before = len(demo.jobs)
    answer = call(demo.base_url, "POST", OLD, body)
    assert answer.status == 422
    assert answer.json["detail"][0]["loc"] == where
    assert len(demo.jobs) == before


def test_every_field_of_the_config_comes_back_as_it_was_sent(demo: RunningSandbox) -> None:
    sent = {
        "prompt": "a lake [fail]",
        "negative_prompt": "fog",
        "settings": {"seed": 7, "aspect_ratio": "9:16", "resolution": 1080, "duration": 8},
        "gen_mode": "smooth",
        "is_public": False,
        "use_ff_cond": True,
        "is_enable_prompt_enhancer": False,
    }
    body = {"job_type": "Haiper/Text2Video2.0", "config": {**sent, "unknown": 1}}
    job = call(demo.base_url, "POST", NEW, body).json
    assert job["meta_info"]["original_request"] == {"job_type": "Haiper/Text2Video2.0", "config": sent}


@pytest.mark.parametrize("mark", ["[fail]", "[refuse]"])
def test_a_failed_job_has_no_outputs(demo: RunningSandbox, mark: str) -> None:
    job = rested(demo, post(demo, prompt=mark).json["job_id"])
    assert (job["status"], job["outputs"]) == ("failed", {})


def test_a_job_can_succeed_with_nothing(demo: RunningSandbox) -> None:
    job = rested(demo, post(demo, prompt="[empty]").json["job_id"])
    assert (job["status"], job["outputs"]) == ("succeed", {})


@pytest.mark.parametrize(
    ("mark", "status"), [("[balance]", 400), ("[down]", 500), ("[http 410]", 410), ("[html]", 200)]
)
def test_marks_refuse_a_post_as_in_the_other_dialects(demo: RunningSandbox, mark: str, status: int) -> None:
    before = len(demo.jobs)
    answer = post(demo, prompt=mark)
    assert answer.status == status
    assert answer.headers["content-type"].startswith("text/html" if mark == "[html]" else "application/json")
    assert len(demo.jobs) == before


def test_a_busy_server_and_a_lost_answer(demo: RunningSandbox) -> None:
    busy = post(demo, prompt="[busy] [fail]")
    assert (busy.status, busy.headers["retry-after"]) == (429, "2")
    assert post(demo, prompt="[busy] [fail]").status == 200
    before = len(demo.jobs)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        post(demo, prompt="[lost] [fail]")
    assert len(demo.jobs) == before + 1


def test_jobs_and_results_outlive_a_restart(tmp_path: Path) -> None:
    with RunningSandbox(replace(QUICK, state_dir=tmp_path)) as demo:
        before = rested(demo, post(demo).json["job_id"])
        demo.stop()
        demo.start()
        after = rested(demo, before["job_id"])
        assert after["meta_info"] == before["meta_info"]
        assert fetch(after["outputs"][0]["media_url"]).status == 200


def test_its_posts_stand_in_the_same_ledger(empty: RunningSandbox) -> None:
    post(empty, OLD)
    post(empty, NEW)
    call(empty.base_url, "GET", f"{OLD}/x")
    ledger = call(empty.base_url, "GET", "/sandbox/ledger", auth=None)
    assert b"demo-key" not in ledger.body
    assert ledger.json["posts"] == len(empty.posts) == 2
    assert ledger.json["requests"] == {
        "POST /v1/haiper-job": 1,
        "POST /v1/netmind-video-job": 1,
        "GET /v1/haiper-job/{id}": 1,
        "GET /sandbox/ledger": 1,
    }
    assert [job["service"] for job in ledger.json["jobs"]] == ["haiper", "haiper"]
