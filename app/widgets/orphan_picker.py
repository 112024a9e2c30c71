"""Finished jobs on servers that are not in the library: which of them are wanted."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.widgets.buttons import PrimaryButton, QuietButton, SecondaryButton
from app.widgets.remote_list import RemoteList
from app.widgets.sheet import Sheet


class OrphanPicker(Sheet):
    """`wanted` and `unwanted` carry the keys of what is ticked; closing it decides nothing."""

    wanted = Signal(list)
    unwanted = Signal(list)

    def __init__(self, rows: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.put_words(
            self.tr("Finished jobs on the server"),
            self.tr(
                "They are not in your library. They may come from another computer with the same account, or from"
                " before a new installation. Bringing them in costs nothing."
            ),
        )
        self._list = RemoteList(self.tr("Jobs on the server"), self, checkable=True)
        self._never = QuietButton(self.tr("Do not offer again"), parent=self)
        self._later = SecondaryButton(self.tr("Later"), parent=self)
        self._take = PrimaryButton(self.tr("Bring in"), parent=self)
        self.put(self._list, grows=True)
        self.put_buttons(self._never, self._later, self._take)
        self._list.chosen_changed.connect(self._count)
        self._never.clicked.connect(self._refuse)
        self._take.clicked.connect(self._accept)
        self._later.clicked.connect(self.reject)
        self._list.show_rows(rows)
        self._list.setFocus()

    def _count(self) -> None:
        count = len(self._list.chosen())
        words = self.tr("Bring in {count}").format(count=count) if count else self.tr("Bring in")
        self._take.setText(words)
        self._take.setEnabled(count > 0)
        self._never.setEnabled(count > 0)

    def _refuse(self) -> None:
        self.unwanted.emit(self._list.chosen())
        self.accept()

    def _accept(self) -> None:
        self.wanted.emit(self._list.chosen())
        self.accept()
