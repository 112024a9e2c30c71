"""What errors say: true at the moment in which they are said, and whole when they are written to the log."""

import pytest

from app.domain.errors import (
    KeyRejectedError,
    Moment,
    NoConnectionError,
    ServiceTimeoutError,
    StudioError,
    TooManyRequestsError,
    UnknownOutcomeError,
    UnprovenServerError,
)
from app.domain.local_errors import (
    KeychainError,
    StorageError,
)


@pytest.mark.parametrize("kind", [NoConnectionError, ServiceTimeoutError, TooManyRequestsError, UnprovenServerError])
def test_who_asked_just_now_is_not_told_that_it_is_tried_again_by_itself(kind: type[StudioError]) -> None:
    said = str(kind(reason="its certificate has expired").problem(Moment.OTHER, provider="NetMind").advice)
    assert "keeps" not in said
    assert "by itself" not in said
    assert said


def test_a_job_that_waits_is_told_that_it_is_tried_again() -> None:
    assert "keeps trying" in str(NoConnectionError().problem(Moment.SUBMIT, provider="NetMind").advice)


def test_a_key_that_was_tested_is_not_sent_to_the_test_again() -> None:
    assert "Test key" in str(KeyRejectedError().problem(Moment.WATCH).advice)
    assert "Test key" not in str(KeyRejectedError().problem().advice)


def test_a_keychain_that_refuses_promises_nothing_about_a_key_that_was_to_be_removed() -> None:
    said = KeychainError(reason="it is locked").problem()
    assert "held" not in str(said.advice)
    assert "it is locked" in str(said.happened)


def test_an_answer_that_came_but_says_nothing_is_not_called_lost() -> None:
    """503 and a page of HTML are answers, too."""
    said = UnknownOutcomeError("Service is unavailable", http_status=503).problem(Moment.SUBMIT, provider="NetMind")
    assert str(said.happened) == "NetMind did not say whether it took the job. It may have been started."
    assert "may have been charged" in str(said.money)


def test_the_log_gets_the_whole_sentence() -> None:
    assert str(StorageError(reason="the disk is full")) == "Slowlight cannot write to its own folder: the disk is full."
