"""What the demo server lets in and what it refuses, and in which words."""

from dataclasses import replace
from typing import Any

import pytest

from app.sandbox.access import owner_of
from app.sandbox.running import RunningSandbox
from app.sandbox.settings import AuthStyle, SandboxSettings
from tests.sandbox.calls import AUDIO, IMAGE, PATH, VIDEO, call, create, get


@pytest.mark.parametrize("auth", ["Bearer demo-key", "bearer demo-key", "demo-key"])
def test_both_published_spellings_of_the_key_are_accepted(demo: RunningSandbox, auth: str) -> None:
    assert call(demo.base_url, "GET", PATH, auth=auth).status == 200


@pytest.mark.parametrize("auth", [None, "", "Bearer", "Bearer wrong", "wrong", "Basic demo-key", "Bearer demo-key x"])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", PATH), ("POST", PATH), ("GET", f"{PATH}/x"), ("DELETE", f"{PATH}/x")]
)
def test_every_call_without_the_right_key_is_401_json(
    demo: RunningSandbox, method: str, path: str, auth: str | None
) -> None:
    answer = call(demo.base_url, method, path, {} if method == "POST" else None, auth=auth)
    assert (answer.status, answer.json) == (401, {"message": "Invalid API key"})


def test_a_server_can_insist_on_one_spelling() -> None:
    bearer = SandboxSettings(auth_style=AuthStyle.BEARER)
    bare = replace(bearer, auth_style=AuthStyle.BARE)
    assert owner_of("Bearer demo-key", bearer)
    assert owner_of("demo-key", bearer) is None
    assert owner_of("demo-key", bare)
    assert owner_of("Bearer demo-key", bare) is None


def test_any_key_accepts_every_key_that_is_not_empty() -> None:
    settings = SandboxSettings(any_key=True)
    assert owner_of("Bearer something", settings)
    assert owner_of("  ", settings) is None


def test_jobs_of_another_key_are_not_there() -> None:
    with RunningSandbox(SandboxSettings(keys=("mine", "theirs"), speed=1000)) as s:
        body = {"model": IMAGE, "config": {"prompt": "[fail]"}}
        job_id = call(s.base_url, "POST", PATH, body, auth="Bearer mine").json["id"]
        assert call(s.base_url, "GET", f"{PATH}/{job_id}", auth="mine").status == 200
        assert call(s.base_url, "GET", f"{PATH}/{job_id}", auth="theirs").status == 404
        assert call(s.base_url, "DELETE", f"{PATH}/{job_id}", auth="theirs").status == 404
        assert call(s.base_url, "GET", PATH, auth="theirs").json == {"generation_list": []}


def test_an_unknown_model_is_400_and_named(demo: RunningSandbox) -> None:
    answer = call(demo.base_url, "POST", PATH, {"model": "no/such", "config": {"prompt": "x"}})
    assert (answer.status, answer.json) == (400, {"message": "Model name: no/such not exists"})


@pytest.mark.parametrize(
    ("model", "config", "field", "kind"),
    [
        (IMAGE, {}, ["prompt"], "missing"),
        (IMAGE, {"prompt": "  "}, ["prompt"], "string_too_short"),
        (IMAGE, {"prompt": 7}, ["prompt"], "string_type"),
        (IMAGE, {"prompt": None}, ["prompt"], "string_type"),
        (IMAGE, {"prompt": "x", "num_images": 5}, ["num_images"], "less_than_equal"),
        (IMAGE, {"prompt": "x", "num_images": 0}, ["num_images"], "greater_than_equal"),
        (IMAGE, {"prompt": "x", "num_images": "2"}, ["num_images"], "int_type"),
        (IMAGE, {"prompt": "x", "num_images": True}, ["num_images"], "int_type"),
        (IMAGE, {"prompt": "x", "seed": 1.5}, ["seed"], "int_type"),
        (IMAGE, {"prompt": "x", "image_size": "huge"}, ["image_size"], "literal_error"),
        (IMAGE, {"prompt": "x", "image_size": {"width": 100}}, ["image_size", "height"], "missing"),
        (IMAGE, {"prompt": "x", "image_size": {"width": 8192, "height": 8192}}, ["image_size"], "value_error"),
        (IMAGE, {"prompt": "x", "enable_safety_checker": "yes"}, ["enable_safety_checker"], "bool_type"),
        (AUDIO, {"prompt": "x", "duration": "long"}, ["duration"], "float_type"),
        (AUDIO, {"prompt": "x", "duration": 0}, ["duration"], "greater_than_equal"),
        (VIDEO, {"prompt": "x", "aspect_ratio": "2:1"}, ["aspect_ratio"], "literal_error"),
        (VIDEO, {"prompt": "x", "num_frames": "many"}, ["num_frames"], "int_type"),
    ],
)
def test_a_wrong_parameter_is_422_and_named(
    demo: RunningSandbox, model: str, config: dict[str, Any], field: list[str], kind: str
) -> None:
    answer = call(demo.base_url, "POST", PATH, {"model": model, "config": config})
    assert answer.status == 422
    (row,) = answer.json["detail"]
    assert (row["loc"], row["type"]) == (["body", "config", *field], kind)
    assert row["msg"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b'"text"', b"null", b"{}", b'{"model": 1, "config": 2}', b'{"model": "x"}', b"\xff\xfe"]
)
def test_a_body_of_the_wrong_form_is_422(demo: RunningSandbox, body: bytes) -> None:
    answer = call(demo.base_url, "POST", PATH, body)
    assert answer.status == 422
    assert all(row["loc"][0] == "body" for row in answer.json["detail"])


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "9" * 5000])
def test_a_number_beyond_json_is_422_and_breaks_nothing(demo: RunningSandbox, number: str) -> None:
    body = f'{{"model": "{IMAGE}", "config": {{"prompt": "x", "guidance_scale": {number}}}}}'.encode()
    assert call(demo.base_url, "POST", PATH, body).status == 422


def test_half_a_surrogate_pair_in_a_prompt_breaks_nothing(demo: RunningSandbox) -> None:
    job = create(demo.base_url, prompt="\ud83d alone [fail]")
    assert get(demo.base_url, job["id"])["id"] == job["id"]
    assert call(demo.base_url, "GET", "/sandbox/ledger", auth=None).status == 200


def test_a_body_that_is_not_called_json_is_422(demo: RunningSandbox) -> None:
    answer = call(demo.base_url, "POST", PATH, b"{}", headers={"Content-Type": "text/plain"})
    assert answer.status == 422


def test_unknown_parameters_and_null_are_let_through(demo: RunningSandbox) -> None:
    create(demo.base_url, AUDIO, "[fail]", strange=[1], seed=None)
    create(demo.base_url, AUDIO, "[fail] the example of the pages", duration=100)
    create(demo.base_url, VIDEO, "[fail]", num_frames="129")


def test_unknown_ids_paths_and_methods_are_answered_in_json(demo: RunningSandbox) -> None:
    missing = call(demo.base_url, "GET", f"{PATH}/nothing")
    assert (missing.status, missing.json) == (404, {"message": "Generation not found"})
    assert call(demo.base_url, "DELETE", f"{PATH}/nothing").status == 404
    assert call(demo.base_url, "GET", "/v2/else").json == {"detail": "Not Found"}
    assert call(demo.base_url, "PUT", PATH, {}).status == 405


def test_the_start_page_says_that_it_is_no_ai(demo: RunningSandbox) -> None:
    page = call(demo.base_url, "GET", "/", auth=None)
    assert page.status == 200
    assert b"not AI" in page.body
    assert b"[lost]" in page.body


def test_a_web_page_cannot_reach_in_through_another_host_name(demo: RunningSandbox) -> None:
    assert call(demo.base_url, "GET", "/sandbox/ledger", auth=None, headers={"Host": "evil.example"}).status == 400


def test_every_request_is_written_down_as_it_came(demo: RunningSandbox) -> None:
    before = len(demo.posts)
    create(demo.base_url, prompt="[fail] written down", seed=3)
    assert demo.wait_for("POST", PATH, before + 1)
    seen = demo.posts[before]
    assert seen.header("Authorization") == "Bearer demo-key"
    assert b'"seed": 3' in seen.body
    ledger = call(demo.base_url, "GET", "/sandbox/ledger", auth=None).json
    assert ledger["posts"] == before + 1
    assert ledger["jobs"][-1]["config"]["seed"] == 3
