"""The arithmetic of waiting, with numbers."""

from datetime import UTC, datetime
from random import Random

import pytest

from app.domain.media import Medium
from app.net.retry import backoff_s, parse_retry_after, poll_delay_s

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


class Fixed(Random):
    """A die that always falls the same way."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self._value = value

    def random(self) -> float:
        return self._value


@pytest.mark.parametrize(
    ("attempt", "longest"), [(-1, 1.0), (0, 1.0), (1, 2.0), (2, 4.0), (5, 32.0), (6, 60.0), (10_000, 60.0)]
)
def test_backoff_doubles_up_to_its_cap_and_jitters_over_the_whole_span(attempt: int, longest: float) -> None:
    assert backoff_s(attempt, first=1.0, cap=60.0, random=Fixed(0.0)) == 0.0
    assert backoff_s(attempt, first=1.0, cap=60.0, random=Fixed(0.5)) == longest / 2


def test_backoff_is_spread_evenly() -> None:
    random = Random(1)
    samples = [backoff_s(3, first=1.0, cap=60.0, random=random) for _ in range(8_000)]
    shares = [sum(low <= sample < low + 1 for sample in samples) / len(samples) for low in range(8)]
    assert all(0.10 < share < 0.15 for share in shares)


@pytest.mark.parametrize(
    ("medium", "polls_done", "seconds"),
    [
        (Medium.IMAGE, 0, 1.0),
        (Medium.IMAGE, 1, 1.5),
        (Medium.IMAGE, 2, 1.95),
        (Medium.AUDIO, 3, 2.535),
        (Medium.IMAGE, 7, 7.240),
        (Medium.IMAGE, 8, 8.0),
        (Medium.AUDIO, 1_000_000, 8.0),
        (Medium.OTHER, 0, 1.0),
        (Medium.VIDEO, 0, 3.0),
        (Medium.VIDEO, 1, 4.0),
        (Medium.VIDEO, 2, 5.2),
        (Medium.VIDEO, 7, 15.0),
        (Medium.VIDEO, 1_000_000, 15.0),
    ],
)
def test_polls_become_rarer_as_the_table_says(medium: Medium, polls_done: int, seconds: float) -> None:
    assert poll_delay_s(medium, polls_done, Fixed(0.5)) == pytest.approx(seconds, abs=0.001)
    assert poll_delay_s(medium, polls_done, Fixed(0.0)) == pytest.approx(seconds * 0.8, abs=0.001)
    assert poll_delay_s(medium, polls_done, Fixed(1.0)) == pytest.approx(seconds * 1.2, abs=0.001)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 1.5 ", 1.5),
        ("-5", 0.0),
        ("1000000000", 3600.0),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("12 seconds", None),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("Sun, 01 Mar 2026 14:00:30 +0200", 30.0),
        ("Sun, 01 Mar 2026 12:00:30", 30.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600.0),
        ("Sun, 99 Mar 2026 99:99:99 GMT", None),
        ("9" * 400, None),
    ],
)
def test_retry_after_is_read_in_every_form_that_was_seen(value: str, seconds: float | None) -> None:
    assert parse_retry_after({"retry-after": value}, NOW) == seconds


def test_a_retry_date_is_measured_with_the_servers_clock() -> None:
    headers = {"retry-after": "Mon, 02 Mar 2026 08:00:10 GMT", "date": "Mon, 02 Mar 2026 08:00:00 GMT"}
    assert parse_retry_after(headers, NOW) == 10.0


@pytest.mark.parametrize("name", ["retry-after-ms", "x-ms-retry-after-ms", "openai-poll-after-ms"])
def test_milliseconds_win_over_seconds(name: str) -> None:
    assert parse_retry_after({name: "250", "retry-after": "9"}, NOW) == 0.25
    assert parse_retry_after({name: "?", "retry-after": "9"}, NOW) == 9.0


def test_no_header_is_no_wish() -> None:
    assert parse_retry_after({}, NOW) is None
