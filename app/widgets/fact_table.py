"""Titles and values in two columns, some with a button that copies."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.widgets.buttons import IconButton
from app.widgets.detail_rows import DetailRow
from app.widgets.elided_label import ElidedLabel
from app.widgets.labels import PlainLabel

TITLE_PX = 104
_ROW_PX = 22
_WRAPS_FROM = 25
"""Characters: words that long get more than one line where they have blanks, and dots where they have none."""


class FactTable(QWidget):
    """Shows `DetailRow`s. Rows that only changed their words keep their widgets."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[DetailRow] = []
        self._values: list[PlainLabel] = []
        self._sheet = QWidget(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._sheet)

    @property
    def rows(self) -> list[DetailRow]:
        return list(self._rows)

    def set_rows(self, rows: Sequence[DetailRow]) -> None:
        """Shows these rows instead."""
        if list(rows) == self._rows:
            return
        if [_kind(row) for row in rows] == [_kind(row) for row in self._rows]:
            for label, row in zip(self._values, rows, strict=True):
                label.setText(row.value)
                label.set_tone(row.tone)
        else:
            self._build(rows)
        self._rows = list(rows)

    def _build(self, rows: Sequence[DetailRow]) -> None:
        """On a new sheet that is shown when it is ready: shown one by one, each part would arrange all the others."""
        old, self._sheet = self._sheet, QWidget(self)
        grid = QGridLayout(self._sheet)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        grid.setColumnMinimumWidth(0, TITLE_PX)
        grid.setColumnStretch(1, 1)
        self._values = []
        for place, row in enumerate(rows):
            title = ElidedLabel(row.title, self._sheet, tone="third", size=12)
            title.setFixedSize(TITLE_PX, _ROW_PX)
            side = Qt.AlignmentFlag.AlignVCenter if row.copies else Qt.AlignmentFlag.AlignTop
            grid.addWidget(title, place, 0, side)
            grid.addWidget(self._value(place, row), place, 1, side)
        self._column.replaceWidget(old, self._sheet)
        old.hide()
        old.deleteLater()
        self._sheet.show()

    def _value(self, place: int, row: DetailRow) -> QWidget:
        label = self._label(row)
        label.setMinimumHeight(_ROW_PX)
        self._values.append(label)
        if not row.copies:
            return label
        label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        box = QWidget(self._sheet)
        line = QHBoxLayout(box)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2)
        line.addWidget(label)
        line.addWidget(self._copy_button(place, row, box))
        line.addStretch(1)
        return box

    def _copy_button(self, place: int, row: DetailRow, parent: QWidget) -> IconButton:
        button = IconButton("copy", self.tr("Copy {title}").format(title=row.title.lower()), parent, size=28)
        button.ICON = 14
        button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._rows[place].copies))
        return button

    def _label(self, row: DetailRow) -> PlainLabel:
        if not _wraps(row):
            return ElidedLabel(row.value, self._sheet, tone=row.tone, size=12) if not row.copies else self._plain(row)
        label = self._plain(row)
        label.setWordWrap(True)
        label.setContentsMargins(0, 3, 0, 3)
        return label

    def _plain(self, row: DetailRow) -> PlainLabel:
        label = PlainLabel(row.value, self._sheet, tone=row.tone, size=12)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label


def _kind(row: DetailRow) -> tuple[str, bool, bool]:
    """Rows of one kind have the same widgets."""
    return row.title, bool(row.copies), _wraps(row)


def _wraps(row: DetailRow) -> bool:
    return len(row.value) >= _WRAPS_FROM and " " in row.value
