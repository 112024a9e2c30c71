"""Titles and values in two columns, some with a button that copies."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget

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
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnMinimumWidth(0, TITLE_PX)
        self._grid.setColumnStretch(1, 1)
        self._values: list[PlainLabel] = []

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
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._values = []
        for place, row in enumerate(rows):
            title = ElidedLabel(row.title, self, tone="third", size=12)
            title.setFixedSize(TITLE_PX, _ROW_PX)
            value = self._value(row)
            for column, part in enumerate((title, value)):
                self._grid.addWidget(part, place, column, Qt.AlignmentFlag.AlignTop)
                part.show()  # Qt would show it one turn of the loop later, which flickers

    def _value(self, row: DetailRow) -> QWidget:
        label = self._label(row)
        label.setMinimumHeight(_ROW_PX)
        self._values.append(label)
        if not row.copies:
            return label
        label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        box = QWidget(self)
        line = QHBoxLayout(box)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2)
        line.addWidget(label)
        line.addWidget(_copy_button(self.tr("Copy {title}").format(title=row.title.lower()), row.copies, box))
        line.addStretch(1)
        box.setFixedHeight(_ROW_PX)
        return box

    def _label(self, row: DetailRow) -> PlainLabel:
        if not _wraps(row):
            return ElidedLabel(row.value, self, tone=row.tone, size=12) if not row.copies else self._plain(row)
        label = self._plain(row)
        label.setWordWrap(True)
        label.setContentsMargins(0, 3, 0, 3)
        return label

    def _plain(self, row: DetailRow) -> PlainLabel:
        label = PlainLabel(row.value, self, tone=row.tone, size=12)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label


def _kind(row: DetailRow) -> tuple[str, str, bool]:
    return row.title, row.copies, _wraps(row)


def _wraps(row: DetailRow) -> bool:
    return len(row.value) >= _WRAPS_FROM and " " in row.value


def _copy_button(name: str, words: str, parent: QWidget) -> IconButton:
    button = IconButton("copy", name, parent, size=28)
    button.ICON = 14
    button.clicked.connect(lambda: QGuiApplication.clipboard().setText(words))
    return button
