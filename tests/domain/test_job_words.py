"""The words about a job: fixed state words, honest second lines, and only actions that can work."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from app.application import PROVIDERS
from app.domain.durations import clock, lasted
from app.domain.errors import JobGoneError, KeyRejectedError, Moment
from app.domain.job import RESTING, JobState, TransferState
from app.domain.job_words import (
    STATES,
    JobAction,
    Progress,
    actions,
    brief_line,
    label,
    meaning,
    progress,
    second_line,
)
from app.domain.local_errors import (
    DiskFullError,
)
from app.domain.money import Money
from app.domain.problem import Problem
from app.domain.provider_info import Capabilities
from app.domain.text import text
from tests.fakes import NOW, make_asset, make_job

CANNOT, CAN = Capabilities(), Capabilities(cancel_running=True)
A, S = JobAction, JobState


def line(job: object, expected_s: float | None = 70) -> str:
    return " \u00b7 ".join(str(part) for part in second_line(job, NOW, expected_s, "NetMind"))  # type: ignore[arg-type]


def test_every_state_has_the_word_that_assistive_technology_relies_on() -> None:
    assert {state: str(words.word) for state, words in STATES.items()} == {
        S.WAITING: "Waiting",
        S.SENDING: "Sending",
        S.QUEUED: "In line",
        S.RUNNING: "Running",
        S.SAVING: "Saving",
        S.DONE: "Done",
        S.FAILED: "Failed",
        S.CANCELLED: "Cancelled",
        S.EXPIRED: "Expired",
        S.UNSURE: "Unsure",
    }


@pytest.mark.parametrize("state", list(JobState))
def test_every_state_has_a_second_line_and_actions(state: JobState) -> None:
    job = make_job(state=state)
    assert line(job)
    assert actions(job, CANNOT)


@pytest.mark.parametrize("state", list(JobState))
def test_only_a_resting_job_can_be_deleted(state: JobState) -> None:
    assert (A.DELETE in actions(make_job(state=state), CAN)) is (state in RESTING)


def test_a_running_job_offers_cancel_only_where_the_provider_can_stop_it() -> None:
    job = make_job(state=S.RUNNING)
    assert actions(job, CANNOT) == (A.STOP_WAITING, A.EDIT_AND_RUN)
    assert actions(job, CAN) == (A.CANCEL, A.EDIT_AND_RUN)
    assert actions(make_job(state=S.RUNNING, set_aside=True), CANNOT) == (A.WAIT_AGAIN, A.EDIT_AND_RUN)


def test_a_refused_prompt_has_nothing_to_be_fetched() -> None:
    failed = make_job(state=S.FAILED)
    assert failed.problem is not None
    for code, offered in (("prompt_refused", False), ("disk_full", True)):
        assert (A.FETCH_AGAIN in actions(replace(failed, problem=replace(failed.problem, code=code)), CAN)) is offered


def test_deleting_on_the_server_is_offered_only_where_that_is_possible_and_loses_nothing() -> None:
    both = {A.DELETE_BOTH, A.DELETE_THERE}
    can = replace(CAN, delete_remote=True)
    done = make_job()
    assert both <= set(actions(done, can))
    assert not both & set(actions(done, replace(CAN, delete_remote=False)))
    assert not both & set(actions(replace(done, remote_ref=None), can)), "never accepted there"
    assert not both & set(actions(replace(done, is_deleted_there=True), can)), "it was deleted there before"
    unsaved = replace(done.assets[0], state=TransferState.GONE)
    assert not both & set(actions(replace(done, assets=(unsaved,)), can)), "its only copy lies there"
    failed = make_job(state=S.FAILED)
    assert failed.problem is not None
    assert both <= set(actions(replace(failed, problem=replace(failed.problem, code="generation_failed")), can))
    assert not both & set(actions(replace(failed, problem=replace(failed.problem, code="disk_full")), can))
    for state in (S.RUNNING, S.UNSURE, S.EXPIRED):
        assert not both & set(actions(make_job(state=state), can))


def test_a_job_on_its_way_out_cannot_be_taken_back() -> None:
    assert A.CANCEL not in actions(make_job(state=S.SENDING), CAN)


def test_a_failed_job_is_fetched_again_only_when_the_server_knows_it() -> None:
    failed = make_job(state=S.FAILED, problem=DiskFullError().problem())
    assert A.FETCH_AGAIN in actions(failed, CANNOT)
    assert A.FETCH_AGAIN not in actions(replace(failed, remote_ref=None), CANNOT)
    assert A.FETCH_AGAIN not in actions(replace(failed, is_deleted_there=True), CANNOT)


def test_what_was_saved_can_be_shown_although_the_job_failed() -> None:
    assert A.SHOW not in actions(make_job(state=S.FAILED), CANNOT)
    assert A.SHOW in actions(make_job(state=S.FAILED, assets=(make_asset("one"),)), CANNOT)


def test_sending_an_unsure_job_again_says_what_that_costs() -> None:
    priced = make_job(state=S.UNSURE, estimate=Money(Decimal("0.04")))
    assert "0.04" in str(label(A.SEND_AGAIN, priced))
    assert str(label(A.SEND_AGAIN, make_job(state=S.UNSURE))) == "It did not start: send again"
    assert "charged again" in str(meaning(A.SEND_AGAIN, "NetMind"))
    assert str(label(A.RETRY, make_job(state=S.FAILED))) == "Retry"


def test_an_unsure_job_is_never_simply_retried() -> None:
    offered = actions(make_job(state=S.UNSURE), CAN)
    assert A.RETRY not in offered
    assert {A.SEND_AGAIN, A.THIS_ONE, A.FORGET} <= set(offered)
    without_ids = actions(make_job(state=S.UNSURE), Capabilities(takes_ids=False))
    assert A.THIS_ONE not in without_ids


def test_cancelling_says_whether_it_is_here_or_over_there() -> None:
    assert str(label(A.CANCEL, make_job(state=S.WAITING))) == "Cancel"
    assert str(label(A.CANCEL, make_job(state=S.RUNNING))) == "Cancel on the server"
    assert str(label(A.STOP_WAITING, make_job(state=S.RUNNING))) == "Stop waiting"
    assert str(meaning(A.STOP_WAITING, "Haiper")) == "The job goes on at Haiper and is still saved when it is done."
    assert not meaning(A.DELETE, "Haiper")


def test_no_provider_of_ours_says_that_it_can_cancel() -> None:
    """None of them has a call for it (apis.md 4.4): a button must not promise one."""
    assert not any(info.capabilities.cancel_running for info, _ in PROVIDERS)


def test_a_finished_job_says_what_is_missing() -> None:
    partly = Problem("notice", text("1 of 4 results were removed."), short=text("{count} missing", count=1))
    assert line(make_job(files=3, problem=partly)) == "3 images \u00b7 1 missing \u00b7 24 s \u00b7 $0.03"


@pytest.mark.parametrize(
    ("seconds", "expected_s", "words"),
    [
        (41, 70, "0:41 of about 1:10"),
        (85, 70, "1:25, usually 1:10"),
        (41, None, "0:41"),
        (3723, None, "1:02:03"),
    ],
)
def test_a_running_job_tells_elapsed_of_expected(seconds: int, expected_s: float | None, words: str) -> None:
    assert line(make_job(state=S.RUNNING, created_at=NOW - timedelta(seconds=seconds)), expected_s) == words


def test_a_finished_job_tells_files_time_and_price() -> None:
    assert line(make_job(files=4)) == "4 images \u00b7 24 s \u00b7 $0.04"
    assert line(make_job(estimate=Money(Decimal(0)))) == "1 image \u00b7 24 s \u00b7 free"
    assert line(make_job(estimate=None, sent_at=None)) == "1 image"


def test_a_narrow_column_gets_the_short_form() -> None:
    running = make_job(state=S.RUNNING, created_at=NOW - timedelta(seconds=41))
    assert [str(part) for part in brief_line(running, NOW, 70, "NetMind")] == ["0:41 / 1:10"]
    assert [str(part) for part in brief_line(make_job(files=4), NOW, 70, "NetMind")] == ["4 images", "24 s"]


def test_what_holds_a_job_up_is_said_instead_of_the_time() -> None:
    full = DiskFullError(folder="Music").problem(Moment.SAVE, provider="NetMind")
    assert line(make_job(state=S.SAVING, problem=full)) == "disk is full"


def test_a_cancelled_job_says_whether_anything_was_sent() -> None:
    assert line(make_job(state=S.CANCELLED, sent_at=None)) == "nothing was sent"
    assert line(make_job(state=S.CANCELLED)) == "may have been charged"


def test_a_waiting_job_tells_that_its_file_is_on_its_way() -> None:
    assert line(make_job(state=S.WAITING, progress=0.3)) == "uploading its file"
    assert line(make_job(state=S.WAITING)) == "to be sent"


def test_a_job_in_line_tells_where() -> None:
    assert line(make_job(state=S.QUEUED, queue_position=3)) == "at NetMind \u00b7 place 3"


def test_progress_never_claims_more_than_is_known() -> None:
    running = make_job(state=S.RUNNING, created_at=NOW - timedelta(seconds=35))
    assert progress(running, NOW, 70) == Progress(0.5)
    assert progress(running, NOW, 30) == Progress(None)
    assert progress(running, NOW, None) == Progress(None)
    assert progress(make_job(state=S.RUNNING, progress=0.25), NOW, 70) == Progress(0.25)
    assert progress(make_job(state=S.WAITING), NOW, 70) is None
    assert progress(make_job(state=S.WAITING, progress=0.3), NOW, 70) == Progress(0.3)
    assert progress(make_job(state=S.RUNNING, set_aside=True), NOW, 70) is None


def test_times_are_told_in_plain_units() -> None:
    assert [clock(s) for s in (0, 41, 65, 3725)] == ["0:00", "0:41", "1:05", "1:02:05"]
    assert [str(lasted(s)) for s in (0.2, 24, 185, 4800)] == ["1 s", "24 s", "3 min 5 s", "1 h 20 min"]


@pytest.mark.parametrize("state", [S.WAITING, S.RUNNING, S.FAILED])
def test_a_job_whose_key_was_not_taken_leads_to_settings(state: JobState) -> None:
    rejected = make_job(state=state, problem=KeyRejectedError().problem())
    assert A.OPEN_SETTINGS in actions(rejected, CANNOT)
    assert A.OPEN_SETTINGS not in actions(make_job(state=state, problem=DiskFullError().problem()), CANNOT)


def test_what_costs_nothing_is_never_said_to_have_been_charged() -> None:
    gone = JobGoneError().problem(Moment.WATCH, provider="Demo")
    free = make_job(state=S.EXPIRED, problem=gone, estimate=Money(Decimal(0))).told_problem
    paid = make_job(state=S.EXPIRED, problem=gone).told_problem
    assert free is not None
    assert paid is not None
    assert (str(free.money), str(free.advice)) == ("", str(gone.advice))
    assert "charged" in str(paid.money)
