"""Places of rows under headings: every row has one place, and every place at most one row."""

import pytest
from PySide6.QtCore import QPoint

from app.item_models.job_rows import Section
from app.widgets.section_layout import Measures, SectionLayout

CARDS = Measures(58, columns_from=180, ratio=1.5, gap=12, side=18)
ROWS = Measures(66)


def layout(counts: list[int], width: int, measures: Measures) -> SectionLayout:
    firsts = [sum(counts[:place]) for place in range(len(counts))]
    sections = [
        Section(f"day {n}", "", first, count) for n, (first, count) in enumerate(zip(firsts, counts, strict=True))
    ]
    return SectionLayout.of(sections, width, measures)


@pytest.mark.parametrize("measures", [CARDS, ROWS])
@pytest.mark.parametrize("width", [150, 296, 624, 924, 1900])
@pytest.mark.parametrize("counts", [[1], [7], [3, 1, 12], [1, 1, 1, 1]])
def test_a_row_is_found_where_it_lies_and_rows_do_not_touch(counts: list[int], width: int, measures: Measures) -> None:
    made = layout(counts, width, measures)
    rects = [made.rect(row) for row in range(sum(counts))]
    for row, rect in enumerate(rects):
        assert made.row_at(rect.center()) == row
        assert made.row_at(rect.topLeft()) == row
        assert made.row_at(rect.bottomRight()) == row
        assert rect.bottom() < made.height
        assert not any(rect.intersects(other) for other in rects[:row])
    assert made.row_at(QPoint(width // 2, 2)) == -1
    assert made.rect(sum(counts)).isNull()


def test_columns_share_the_width_to_the_pixel() -> None:
    made = layout([9], 924, CARDS)
    assert made.columns == 4
    assert made.rect(0).left() == 18
    assert made.rect(3).right() == 924 - 18 - 1
    assert {made.rect(n).width() for n in range(4)} <= {213, 212}


def test_only_rows_in_sight_are_named() -> None:
    made = layout([5000, 5000], 924, CARDS)
    seen = made.rows_between(100_000, 100_900)
    assert 12 < len(seen) < 40
    assert made.rect(seen.start).bottom() >= 100_000 - made.item_height
    assert made.rect(seen.stop).top() >= 100_900


def test_the_way_up_and_down_keeps_the_column_and_crosses_headings() -> None:
    made = layout([6, 3, 8], 924, CARDS)
    assert made.above_or_below(1, 1) == 5
    assert made.above_or_below(3, 1) == 5
    assert made.above_or_below(5, 1) == 7
    assert made.above_or_below(8, 1) == 11
    assert made.above_or_below(8, -1) == 5
    assert made.above_or_below(0, -1) == 0
    assert made.above_or_below(16, 1) == 16
    assert made.above_or_below(0, 100) in range(13, 17)
