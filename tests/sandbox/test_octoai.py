"""OctoAI's dialect on the wire, synchronous and asynchronous, as seed 004 and its clients show it."""

import base64
import http.client
import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QBuffer, QByteArray
from PySide6.QtGui import QImage, QImageWriter

from app.sandbox.octoai_rules import ENGINES
from app.sandbox.running import QUICK, RunningSandbox
from tests.painted_pictures import landscape
from tests.sandbox.calls import Answer, call, film_seconds

LATER = {"X-OctoAI-Async": "1"}


def a_picture() -> str:
    kept = QBuffer()
    assert QImageWriter(kept, b"PNG").write(landscape("given"))
    return base64.b64encode(kept.data().data()).decode()


PICTURE = a_picture()


def post(demo: RunningSandbox, engine: str = "sdxl", **body: object) -> Answer:
    return call(demo.base_url, "POST", f"/generate/{engine}", complete(engine, body))


def post_later(demo: RunningSandbox, engine: str = "sdxl", **body: object) -> Answer:
    return call(demo.base_url, "POST", f"/generate/{engine}", complete(engine, body), headers=LATER)


def complete(engine: str, body: dict[str, object]) -> dict[str, object]:
    return body if engine == "svd" else {"prompt": "a cat astronaut", **body}


def images(demo: RunningSandbox, engine: str = "sdxl", **body: object) -> list[dict[str, Any]]:
    answer = post(demo, engine, **body)
    assert answer.status == 200, answer.body[:500]
    rows: list[dict[str, Any]] = answer.json["images"]
    return rows


def decoded(row: dict[str, Any]) -> bytes:
    return base64.b64decode(row["image_b64"], validate=True)


def size_of(data: bytes) -> tuple[int, int]:
    image = QImage.fromData(QByteArray(data))
    return image.width(), image.height()


def at(demo: RunningSandbox, link: str, auth: str | None = "Bearer demo-key") -> Answer:
    assert link.startswith(demo.base_url + "/v1/")
    return call(demo.base_url, "GET", link.removeprefix(demo.base_url), auth=auth)


def completed(demo: RunningSandbox, poll_url: str) -> Any:
    deadline = time.monotonic() + 30
    while (answer := at(demo, poll_url)).status == 202:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert answer.status == 200
    return answer.json


@pytest.fixture
def own_demo() -> Iterator[RunningSandbox]:
    with RunningSandbox() as sandbox:
        yield sandbox


# --- synchronous ----------------------------------------------------------------------------------------------------------


def test_the_usual_call_answers_with_the_pictures_themselves(demo: RunningSandbox) -> None:
    answer = post(demo, num_images=2, seed=41, width=1344, height=768, image_encoding="png")
    assert answer.status == 200
    assert set(answer.json) == {"images", "prediction_time_ms"}
    assert answer.json["prediction_time_ms"] > 0
    rows = answer.json["images"]
    assert [(row["seed"], row["removed_for_safety"]) for row in rows] == [(41, False), (42, False)]
    for row in rows:
        assert decoded(row).startswith(b"\x89PNG")
        assert size_of(decoded(row)) == (1344, 768)
    assert decoded(rows[0]) != decoded(rows[1])


@pytest.mark.parametrize("engine", [name for name, engine in ENGINES.items() if not engine.is_film])
def test_every_engine_makes_a_jpeg_of_its_usual_size(demo: RunningSandbox, engine: str) -> None:
    more = {"controlnet_image": PICTURE} if engine.startswith("controlnet") else {}
    [row] = images(demo, engine, **more)
    side = 512 if engine in ("sd", "controlnet-sd") else 1024
    assert decoded(row).startswith(b"\xff\xd8\xff")
    assert size_of(decoded(row)) == (side, side)


def test_seeds_are_honoured_and_told(demo: RunningSandbox) -> None:
    again = [images(demo, "sd", seed=7)[0]["image_b64"] for _ in range(2)]
    assert again[0] == again[1]
    assert [row["seed"] for row in images(demo, "sd", seed=[5, None, 9], num_images=3)][::2] == [5, 9]
    assert [row["seed"] for row in images(demo, "sd", seed=2**32 - 1, num_images=2)] == [2**32 - 1, 0]
    chosen = images(demo, "sd")[0]
    assert images(demo, "sd", seed=chosen["seed"])[0]["image_b64"] == chosen["image_b64"]


def test_a_picture_that_was_sent_shows_through_the_result(demo: RunningSandbox) -> None:
    alone, over, weak = (
        QImage.fromData(QByteArray(decoded(images(demo, "sd", seed=3, image_encoding="png", **more)[0])))
        for more in ({}, {"init_image": PICTURE, "strength": 1}, {"init_image": PICTURE, "strength": 0.2})
    )
    assert alone == over
    assert weak != alone


def test_a_film_begins_with_the_picture_and_takes_its_shape(demo: RunningSandbox) -> None:
    answer = post(demo, "svd", image=PICTURE, fps=10, num_videos=2, seed=[1, 2])
    assert set(answer.json) == {"videos", "prediction_time_ms"}
    assert [row["seed"] for row in answer.json["videos"]] == [1, 2]
    for row in answer.json["videos"]:
        film = base64.b64decode(row["video"], validate=True)
        assert film[4:8] == b"ftyp"
        assert film_seconds(film) == pytest.approx(1.2, abs=0.15)  # plain results have 12 frames


# --- asynchronous ---------------------------------------------------------------------------------------------------------


def test_a_header_makes_it_asynchronous_with_202_until_it_is_done() -> None:
    with RunningSandbox(replace(QUICK, speed=20.0)) as demo:
        begun = post_later(demo, num_images=2).json
        assert re.fullmatch(r"[0-9a-f]{10}-[a-z0-9]{5}", begun["response_id"])
        assert begun["poll_url"] == f"{demo.base_url}/v1/requests/{begun['response_id']}"
        seen: list[tuple[int, str]] = []
        deadline = time.monotonic() + 30
        while (200, "completed") not in seen:
            assert time.monotonic() < deadline
            early = at(demo, begun["poll_url"].replace("requests", "responses"))
            answer = at(demo, begun["poll_url"])
            word = (answer.status, answer.json["status"])
            assert ("response_url" in answer.json) == (word == (200, "completed"))
            if word != (200, "completed"):
                assert early.status == 404
            seen += [word] if word not in seen else []
            time.sleep(0.01)
        # on a busy machine a state may pass between two questions, never in another order
        in_order = [(202, "pending"), (202, "running"), (200, "completed")]
        assert seen == [word for word in in_order if word in seen]
        result = at(demo, answer.json["response_url"]).json
        assert len(result["images"]) == 2
        assert at(demo, answer.json["response_url"]).json == result  # as often as one likes


def test_another_value_of_the_header_does_not_count(demo: RunningSandbox) -> None:
    answer = call(demo.base_url, "POST", "/generate/sd", {"prompt": "x"}, headers={"X-OctoAI-Async": "0"})
    assert "images" in answer.json


@pytest.mark.parametrize("auth", [None, "demo-key", "Bearer wrong"])
def test_every_address_wants_the_key_also_the_ones_that_answers_name(demo: RunningSandbox, auth: str | None) -> None:
    begun = post_later(demo, prompt="[fail]").json
    done = completed(demo, begun["poll_url"])
    for link in (begun["poll_url"], done["response_url"]):
        assert at(demo, link, auth).status == 401
    assert call(demo.base_url, "POST", "/generate/sdxl", {"prompt": "x"}, auth=auth).status == 401


def test_what_is_not_there_is_not_found(demo: RunningSandbox) -> None:
    for link in ("/v1/requests/778bbfd58c-hz95k", "/v1/responses/778bbfd58c-hz95k", "/v1/requests/x"):
        assert call(demo.base_url, "GET", link).status == 404
    assert post(demo, "sdxl-turbo").status == 404
    images(demo, "sd", prompt="[empty]")
    assert call(demo.base_url, "GET", f"/v1/requests/{demo.jobs[-1].id}").status == 404  # it was synchronous
    assert call(demo.base_url, "GET", f"/v1/generation/{demo.jobs[-1].id}").status == 404


def test_results_are_gone_when_their_day_is_over() -> None:
    with RunningSandbox(replace(QUICK, retention_s=1.0)) as demo:
        begun = post_later(demo, "sd").json
        done = completed(demo, begun["poll_url"])
        assert at(demo, done["response_url"]).status == 200
        deadline = time.monotonic() + 10
        while at(demo, begun["poll_url"]).status != 404:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert at(demo, done["response_url"]).status == 404


def test_jobs_and_the_pictures_they_work_from_outlive_a_restart(tmp_path: Path) -> None:
    with RunningSandbox(replace(QUICK, state_dir=tmp_path, speed=1.0)) as demo:
        begun = post_later(demo, "svd", image=PICTURE, seed=3).json
        demo.stop()
        demo.settings = replace(QUICK, state_dir=tmp_path)
        demo.start()
        [job] = demo.jobs
        assert (job.id, job.model, job.service) == (begun["response_id"], "svd", "octoai")
        assert job.config["image"] == f"({len(base64.b64decode(PICTURE))} bytes)"
        assert at(demo, begun["poll_url"]).status == 202  # it takes the time it was given


# --- refusals -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("engine", "body", "where"),
    [
        ("sdxl", {"prompt": None}, ["body", "prompt"]),
        ("sdxl", {"prompt": ""}, ["body", "prompt"]),
        ("sdxl", {"steps": 0}, ["body", "steps"]),
        ("sdxl", {"cfg_scale": 51}, ["body", "cfg_scale"]),
        ("sdxl", {"num_images": 17}, ["body", "num_images"]),
        ("sdxl", {"seed": -1}, ["body", "seed"]),
        ("sdxl", {"seed": [1, 2**32]}, ["body", "seed", 1]),
        ("sdxl", {"sampler": "EULER"}, ["body", "sampler"]),
        ("sdxl", {"style_preset": "cartoon"}, ["body", "style_preset"]),
        ("sdxl", {"image_encoding": "webp"}, ["body", "image_encoding"]),
        ("sdxl", {"loras": []}, ["body", "loras"]),
        ("sdxl", {"width": 1024}, ["body"]),
        ("sdxl", {"init_image": "not base64!"}, ["body", "init_image"]),
        ("sdxl", {"init_image": f"data:image/png;base64,{PICTURE}"}, ["body", "init_image"]),
        ("sdxl", {"init_image": base64.b64encode(b"%PDF-1.4 no picture").decode()}, ["body", "init_image"]),
        ("controlnet-sdxl", {}, ["body", "controlnet_image"]),
        ("svd", {}, ["body", "image"]),
        ("svd", {"image": PICTURE, "steps": 51}, ["body", "steps"]),
        ("svd", {"image": PICTURE, "fps": 26}, ["body", "fps"]),
    ],
)
def test_a_wrong_value_is_unprocessable_in_rows_of_three(
    demo: RunningSandbox, engine: str, body: dict[str, object], where: list[object]
) -> None:
    before = len(demo.jobs)
    answer = post(demo, engine, **body)
    assert answer.status == 422
    [row] = answer.json["detail"]
    assert set(row) == {"loc", "msg", "type"}
    assert row["loc"] == where
    assert len(demo.jobs) == before


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff\xfe"])
def test_a_body_that_is_no_object_is_unprocessable(demo: RunningSandbox, body: bytes) -> None:
    answer = call(demo.base_url, "POST", "/generate/sdxl", body)
    assert answer.status == 422
    assert set(answer.json["detail"][0]) == {"loc", "msg", "type"}


@pytest.mark.parametrize(
    ("engine", "width", "height"), [("sdxl", 512, 512), ("sd3", 1024, 768), ("sd", 1344, 768), ("svd", 512, 512)]
)
def test_sides_that_do_not_go_together_break_the_server_as_they_did(
    demo: RunningSandbox, engine: str, width: int, height: int
) -> None:
    more = {"image": PICTURE} if engine == "svd" else {}
    answer = post(demo, engine, width=width, height=height, **more)
    assert (answer.status, answer.body) == (500, b"Internal Server Error")
    assert post(demo, "flux-dev", width=1024, height=768, prompt="[empty]").status == 200


def test_a_body_beyond_ten_megabytes_is_too_large(demo: RunningSandbox) -> None:
    body = json.dumps({"prompt": "x", "padding": "x" * 10 * 1024 * 1024}).encode()
    assert call(demo.base_url, "POST", "/generate/sdxl", body).status == 413


# --- marks ----------------------------------------------------------------------------------------------------------------


def test_refused_results_keep_their_rows_and_seeds(demo: RunningSandbox) -> None:
    rows = images(demo, "sd", prompt="a fight [refuse]", num_images=3, seed=1)
    assert rows == [{"image_b64": None, "removed_for_safety": True, "seed": seed} for seed in (1, 2, 3)]


def test_of_several_results_one_can_be_missing(demo: RunningSandbox) -> None:
    rows = images(demo, "sd", prompt="a fight [partial]", num_images=3)
    assert [row["removed_for_safety"] for row in rows] == [False, False, True]
    assert [row["image_b64"] is None for row in rows] == [False, False, True]
    assert images(demo, "sd", prompt="[partial]")[0]["image_b64"]


def test_a_failure_shows_in_the_answer_or_behind_its_address(demo: RunningSandbox) -> None:
    assert "CUDA" in post(demo, prompt="[fail]").json["detail"]
    done = completed(demo, post_later(demo, prompt="[fail]").json["poll_url"])
    answer = at(demo, done["response_url"])
    assert answer.status == 500
    assert "CUDA" in answer.json["detail"]


def test_a_result_can_be_empty(demo: RunningSandbox) -> None:
    assert images(demo, prompt="[empty]") == []


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize(
    ("mark", "status", "text"),
    [
        ("[balance]", 400, "balance not enough"),
        ("[down]", 500, "Service is unavailable"),
        ("[http 402]", 402, "The prompt asked for 402"),
    ],
)
def test_a_post_can_be_refused(demo: RunningSandbox, mark: str, status: int, text: str, later: bool) -> None:
    before = len(demo.jobs)
    answer = (post_later if later else post)(demo, prompt=mark)
    assert (answer.status, answer.json) == (status, {"detail": text})
    assert len(demo.jobs) == before


def test_a_busy_server_a_web_page_and_a_lost_answer(demo: RunningSandbox) -> None:
    busy = post(demo, prompt="[busy] [empty]")
    assert (busy.status, busy.headers["retry-after"]) == (429, "2")
    assert post(demo, prompt="[busy] [empty]").status == 200
    assert post(demo, prompt="[html]").headers["content-type"].startswith("text/html")
    before = len(demo.jobs)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        post(demo, prompt="[lost] [empty]")
    assert len(demo.jobs) == before + 1


def test_a_slow_job_keeps_a_synchronous_caller_waiting(demo: RunningSandbox) -> None:
    post(demo, prompt="[empty] [slow]")
    assert demo.jobs[-1].running_s >= 10 * 4 / demo.settings.speed


def test_the_first_fetch_of_a_result_can_break_off_half_way(demo: RunningSandbox) -> None:
    done = completed(demo, post_later(demo, "sd", prompt="a lake [cut]").json["poll_url"])
    with pytest.raises(http.client.IncompleteRead):
        at(demo, done["response_url"])
    assert decoded(at(demo, done["response_url"]).json["images"][0])


def test_its_posts_stand_in_the_same_ledger(own_demo: RunningSandbox) -> None:
    post(own_demo, prompt="[empty]")
    begun = post_later(own_demo, "svd", image=PICTURE).json
    at(own_demo, begun["poll_url"])
    ledger = call(own_demo.base_url, "GET", "/sandbox/ledger", auth=None)
    assert ledger.json["posts"] == len(own_demo.posts) == 2
    assert ledger.json["requests"]["GET /v1/requests/{id}"] == 1
    assert [(job["service"], job["model"]) for job in ledger.json["jobs"]] == [("octoai", "sdxl"), ("octoai", "svd")]
    assert PICTURE.encode() not in ledger.body
