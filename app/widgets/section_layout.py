"""Where rows lie when they stand in columns under headings: arithmetic only, its cost grows with headings, not rows."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPoint, QRect

from app.item_models.job_rows import Section


@dataclass(frozen=True)
class Measures:
    """Pixels. `columns_from` is the least width of a column, or 0 for one column; `ratio` is a card's picture, width
    to height, above `height`; a plain row has 0 there and is `height` px high. `halo` is painted around chosen rows.
    """

    height: int
    columns_from: int = 0
    ratio: float = 0.0
    gap: int = 0
    side: int = 0
    top: int = 0
    first_heading: int = 40
    heading: int = 48
    bottom: int = 16
    halo: int = 0

    def columns(self, width: int) -> int:
        if not self.columns_from:
            return 1
        return max(1, (width - 2 * self.side + self.gap) // (self.columns_from + self.gap))


@dataclass(frozen=True)
class _Block:
    """One section: where its heading and its first row begin, and its rows."""

    section: Section
    heading_top: int
    rows_top: int
    end: int


@dataclass(frozen=True)
class SectionLayout:
    """The places of all rows for one width. Rectangles are in contents coordinates, y growing from the very top."""

    width: int
    columns: int
    item_height: int
    measures: Measures
    blocks: tuple[_Block, ...] = ()
    height: int = 0
    _firsts: tuple[int, ...] = field(default=(), repr=False)
    _tops: tuple[int, ...] = field(default=(), repr=False)

    @staticmethod
    def of(sections: Sequence[Section], width: int, measures: Measures) -> "SectionLayout":
        columns = measures.columns(width)
        room = max(1, width - 2 * measures.side)
        item_width = (room + measures.gap) // columns - measures.gap
        item_height = measures.height + (round(item_width / measures.ratio) if measures.ratio else 0)
        blocks, y = [], measures.top
        for place, section in enumerate(sections):
            heading = measures.heading if place else measures.first_heading
            rows_top = y + (heading if section.title else 0)
            lines = -(-section.count // columns)
            end = rows_top + lines * (item_height + measures.gap) - (measures.gap if lines else 0)
            blocks.append(_Block(section, y, rows_top, end))
            y = end
        return SectionLayout(
            width,
            columns,
            item_height,
            measures,
            tuple(blocks),
            y + measures.bottom,
            tuple(block.section.first for block in blocks),
            tuple(block.heading_top for block in blocks),
        )

    @property
    def row_count(self) -> int:
        return self.blocks[-1].section.first + self.blocks[-1].section.count if self.blocks else 0

    def rect(self, row: int) -> QRect:
        """An empty rectangle for a row that is not there."""
        if not 0 <= row < self.row_count:
            return QRect()
        block = self.blocks[bisect_right(self._firsts, row) - 1]
        line, column = divmod(row - block.section.first, self.columns)
        left, right = self._edges(column)
        top = block.rows_top + line * (self.item_height + self.measures.gap)
        return QRect(left, top, right - left, self.item_height)

    def top_of(self, row: int) -> int:
        """Where to scroll to so that a row is seen from its upper edge, with its heading if it is right below one."""
        block = self.blocks[bisect_right(self._firsts, row) - 1]
        is_first_line = row - block.section.first < self.columns
        return block.heading_top if is_first_line else self.rect(row).top() - self.measures.gap

    def heading_rect(self, block: _Block) -> QRect:
        return QRect(0, block.heading_top, self.width, block.rows_top - block.heading_top)

    def row_at(self, point: QPoint) -> int:
        """-1 between rows and on headings."""
        block = self._block_at(point.y())
        if block is None or point.y() < block.rows_top:
            return -1
        line = (point.y() - block.rows_top) // (self.item_height + self.measures.gap)
        for column in range(self.columns):
            row = block.section.first + line * self.columns + column
            if row < block.section.first + block.section.count and self.rect(row).contains(point):
                return row
        return -1

    def rows_between(self, top: int, bottom: int) -> range:
        """The rows that may be seen between two heights, whole lines."""
        first = self._first_row_below(top)
        last = self._first_row_below(bottom + self.item_height + self.measures.gap)
        return range(first, last)

    def headings_between(self, top: int, bottom: int) -> list[_Block]:
        return [b for b in self.blocks if b.section.title and b.rows_top > top and b.heading_top < bottom]

    def above_or_below(self, row: int, lines: int) -> int:
        """The row so many lines further, in the same column where there is one; stays within what is there."""
        target = row
        for _ in range(abs(lines)):
            target = self._line_below(target) if lines > 0 else self._line_above(target)
        return target

    def _line_below(self, row: int) -> int:
        place = bisect_right(self._firsts, row) - 1
        section = self.blocks[place].section
        end = section.first + section.count
        if row + self.columns < end:
            return row + self.columns
        column = (row - section.first) % self.columns
        if (end - 1 - section.first) // self.columns > (row - section.first) // self.columns:
            return end - 1
        if place + 1 == len(self.blocks):
            return row
        after = self.blocks[place + 1].section
        return after.first + min(column, after.count - 1)

    def _line_above(self, row: int) -> int:
        place = bisect_right(self._firsts, row) - 1
        section = self.blocks[place].section
        if row - self.columns >= section.first:
            return row - self.columns
        if place == 0:
            return row
        before = self.blocks[place - 1].section
        column = (row - section.first) % self.columns
        last_line = (before.count - 1) // self.columns * self.columns
        return before.first + min(last_line + column, before.count - 1)

    def _edges(self, column: int) -> tuple[int, int]:
        """Columns share the width to the pixel."""
        side, gap = self.measures.side, self.measures.gap
        room = self.width - 2 * side + gap
        return side + column * room // self.columns, side + (column + 1) * room // self.columns - gap

    def _block_at(self, y: int) -> _Block | None:
        place = bisect_right(self._tops, y) - 1
        return self.blocks[place] if place >= 0 else None

    def _first_row_below(self, y: int) -> int:
        """The first row of the line that ends below y."""
        block = self._block_at(y)
        if block is None:
            return 0
        line = max(0, (y - block.rows_top) // (self.item_height + self.measures.gap))
        return block.section.first + min(block.section.count, line * self.columns)
