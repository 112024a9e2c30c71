"""Every number of the list is tried, or its reason not to be stands in the table."""

from tests.nasty.counting import CASES, numbers, written_tests
from tests.nasty.not_applicable import NOT_APPLICABLE


def test_every_case_is_tried_or_has_its_reason() -> None:
    tried = numbers(written_tests())
    assert not tried & NOT_APPLICABLE.keys()
    assert tried | NOT_APPLICABLE.keys() == set(range(1, CASES + 1))


def test_every_reason_is_a_sentence() -> None:
    assert all(len(reason) > 20 and reason.endswith(".") for reason in NOT_APPLICABLE.values())
