"""Sentences, numbers and times read like a person wrote them, in the person's own way."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from app.domain.text import Text, text
from app.system.language import about, clock_time, day_label, duration, file_size, say


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    yield
    QLocale.setDefault(before)


class Shouting(QTranslator):
    """A real translator that answers in capitals, places untouched."""

    def translate(self, context: str, source: str, _note: str | None = None, _n: int = -1) -> str:
        return source.replace("saved", "GESICHERT") if context == "Text" else ""

    def isEmpty(self) -> bool:
        return False


def test_a_sentence_is_filled_after_it_is_translated(qapp: QCoreApplication) -> None:
    shouting = Shouting()
    QCoreApplication.installTranslator(shouting)
    try:
        assert say(text("{name} is saved", name="saved.png")) == "saved.png is GESICHERT"
    finally:
        QCoreApplication.removeTranslator(shouting)


def test_an_empty_or_broken_sentence_is_no_accident() -> None:
    assert say(Text()) == ""
    assert say(text("100 % {")) == "100 % {"
    assert say(text("{missing}")) == "{missing}"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0:00"),
        (42.9, "0:42"),
        (725, "12:05"),
        (3723, "1:02:03"),
        (-5, "0:00"),
        (float("nan"), "0:00"),
        (float("inf"), "0:00"),
    ],
)
def test_a_duration_reads_like_a_clock(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "about 1 s"),
        (7.4, "about 7 s"),
        (9.6, "about 10 s"),
        (26, "about 25 s"),
        (57.4, "about 55 s"),
        (58, "about 1 min"),
        (170, "about 3 min"),
        (3590, "about 1 h"),
        (4800, "about 1 h 20 min"),
        (7195, "about 2 h"),
        (float("nan"), "about 1 s"),
    ],
)
def test_a_guess_does_not_pretend_to_be_exact(seconds: float, shown: str) -> None:
    assert about(seconds) == shown


def test_sizes_are_decimal_and_follow_the_locale() -> None:
    assert file_size(3_100_000) == "3.1 MB"
    assert file_size(999) == "999 bytes"
    assert file_size(-1) == "0 bytes"
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    assert file_size(3_100_000) == "3,1 MB"


def test_days_are_named_the_way_people_count_them() -> None:
    today = date(2025, 3, 12)
    assert day_label(today, today) == "Today"
    assert day_label(date(2025, 3, 11), today) == "Yesterday"
    assert day_label(date(2025, 3, 1), today) == "1 March"
    assert day_label(date(2024, 12, 31), today) == "31 December 2024"
    assert day_label(date(2024, 12, 31), date(2025, 1, 1)) == "Yesterday"
    assert day_label(date(2025, 3, 13), today) == "13 March"


def test_a_time_is_the_one_on_the_wall() -> None:
    local = datetime(2025, 3, 12, 14, 2, 59).astimezone()
    assert clock_time(local.astimezone(UTC)) == "14:02"
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    assert clock_time(local).replace("\u202f", " ") == "2:02 PM"
