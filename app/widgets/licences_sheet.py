"""A window over the window that shows what the program is made of: the parts at the left, the terms of one at the right."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QPlainTextEdit, QVBoxLayout, QWidget

from app.system import appearance
from app.system.licences import Notice
from app.widgets.buttons import SecondaryButton
from app.widgets.labels import PlainLabel

_ROOM = (820, 600)
_PARTS_WIDTH = 250
_ROW_HEIGHT = 28


class LicencesSheet(QDialog):
    """`open()` it; never `exec()`. It says that it reads until `set_parts` was called."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Licences"))
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._parts: tuple[Notice, ...] = ()
        self._list = QListWidget(self)
        self._list.setFixedWidth(_PARTS_WIDTH)
        self._list.setAccessibleName(self.tr("Parts"))
        self._list.currentRowChanged.connect(self._show)
        self._terms = QPlainTextEdit(self)
        self._terms.setReadOnly(True)
        self._terms.setTabChangesFocus(True)
        self._terms.setFont(appearance.font(12))
        self._terms.setAccessibleName(self.tr("Terms"))
        self._terms.setPlainText(self.tr("One moment"))
        self._lay_out()

    def set_parts(self, parts: Sequence[Notice]) -> None:
        """Shows the parts and the terms of the first."""
        self._parts = tuple(parts)
        self._list.clear()
        for part in self._parts:
            item = QListWidgetItem(f"{part.name} {part.version}".strip(), self._list)
            item.setSizeHint(QSize(0, _ROW_HEIGHT))
        self._list.setCurrentRow(0)

    def _show(self, row: int) -> None:
        if 0 <= row < len(self._parts):
            part = self._parts[row]
            head = [line for line in (f"{part.name} {part.version}".strip(), part.licence, part.home) if line]
            self._terms.setPlainText("\n".join((*head, "", part.text)))

    def _lay_out(self) -> None:
        about = self.tr(
            "Slowlight is free software and stands on the work of many. These are its parts and their terms."
        )
        close = SecondaryButton(self.tr("Close"), parent=self)
        close.clicked.connect(self.close)
        both = QHBoxLayout()
        both.setSpacing(12)
        both.addWidget(self._list)
        both.addWidget(self._terms, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(12)
        column.addWidget(PlainLabel(self.tr("Licences"), self, size=15, weight=QFont.Weight.DemiBold))
        column.addWidget(PlainLabel(about, self, tone="second", wrap=True))
        column.addLayout(both, 1)
        column.addLayout(buttons)
        parent = self.parentWidget()
        room = parent.window().size() if parent is not None else self.size()
        self.resize(min(_ROOM[0], room.width() - 80), min(_ROOM[1], room.height() - 80))
