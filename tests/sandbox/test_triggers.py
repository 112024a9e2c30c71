"""Marks in a prompt make the demo misbehave as they say."""

import http.client
import time
from dataclasses import replace

import pytest

from app.sandbox.running import QUICK, RunningSandbox
from app.sandbox.triggers import EXPLAINED, Trigger, explanation, status_asked_for, triggers_in, without_marks
from tests.sandbox.calls import IMAGE, PATH, Answer, call, create, finished


def post(demo: RunningSandbox, prompt: str) -> Answer:
    return call(demo.base_url, "POST", PATH, {"model": IMAGE, "config": {"prompt": prompt}})


def test_marks_are_found_in_any_case_and_taken_out_of_the_subject() -> None:
    prompt = "a [FAIL] quiet [slow] lake [http 503] [x]"
    assert triggers_in(prompt) == {Trigger.FAIL, Trigger.SLOW}
    assert status_asked_for(prompt) == 503
    assert without_marks(prompt) == "a quiet lake [x]"


def test_every_mark_is_explained() -> None:
    assert set(EXPLAINED) == set(Trigger)
    assert all(f"[{trigger}]" in explanation() for trigger in Trigger)


@pytest.mark.parametrize(("mark", "word"), [("[fail]", "CUDA"), ("[refuse]", "moderation")])
def test_a_job_can_be_made_to_fail_with_a_text(demo: RunningSandbox, mark: str, word: str) -> None:
    job = finished(demo.base_url, create(demo.base_url, prompt=f"a lake {mark}")["id"])
    assert job["status"] == "failed"
    assert word in job["logs"][-1]["text"]
    assert job["result"] == {}


def test_a_job_can_complete_with_nothing(demo: RunningSandbox) -> None:
    job = finished(demo.base_url, create(demo.base_url, prompt="[empty]")["id"])
    assert (job["status"], job["result"]) == ("completed", {})
    assert job["logs"][-1]["text"]


def test_a_slow_job_takes_ten_times_as_long(demo: RunningSandbox) -> None:
    create(demo.base_url, prompt="[fail] [slow]")
    slow = demo.jobs[-1]
    assert 10 * 5 / demo.settings.speed <= slow.running_s <= 10 * 8 / demo.settings.speed


@pytest.mark.parametrize(
    ("mark", "status", "text"),
    [
        ("[balance]", 400, "balance not enough"),
        ("[down]", 500, "Service is unavailable"),
        ("[http 403]", 403, "The prompt asked for 403"),
    ],
)
def test_a_post_can_be_refused(demo: RunningSandbox, mark: str, status: int, text: str) -> None:
    before = len(demo.jobs)
    answer = post(demo, f"a lake {mark}")
    assert (answer.status, answer.json) == (status, {"message": text})
    assert len(demo.jobs) == before


def test_a_busy_server_takes_the_same_body_the_second_time(demo: RunningSandbox) -> None:
    first, second = post(demo, "[busy] [fail]"), post(demo, "[busy] [fail]")
    assert (first.status, first.headers["retry-after"]) == (429, "2")
    assert second.status == 200


def test_a_post_can_be_answered_with_a_web_page(demo: RunningSandbox) -> None:
    answer = post(demo, "[html]")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")


def test_an_answer_can_get_lost_while_the_job_is_accepted(demo: RunningSandbox) -> None:
    before = len(demo.jobs)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        post(demo, "[lost] [fail]")
    assert len(demo.jobs) == before + 1
    assert call(demo.base_url, "GET", PATH).status == 200


def test_a_job_can_come_into_being_after_its_answer_was_lost() -> None:
    with RunningSandbox(replace(QUICK, speed=120.0)) as server:
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            post(server, "[late] [fail]")
        (job,) = server.jobs
        assert _listed(server) == []
        while not _listed(server):
            pass
        assert _listed(server) == [job.id]
        assert job.created <= time.time()


def _listed(server: RunningSandbox) -> list[str]:
    return [row["id"] for row in call(server.base_url, "GET", PATH).json["generation_list"]]
