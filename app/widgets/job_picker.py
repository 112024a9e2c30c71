"""Which job on the server is this one: chosen from its list, or named by its id."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.widgets.buttons import PrimaryButton, SecondaryButton
from app.widgets.labels import PlainLabel
from app.widgets.notices import InlineError
from app.widgets.remote_list import RemoteList
from app.widgets.sheet import Sheet
from app.widgets.text_field import TextField


class JobPicker(Sheet):
    """`id_given` carries what stands in the field; a wrong one gets its sentence there by `show_error`."""

    id_given = Signal(str)

    def __init__(self, provider: str, has_list: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        words = (
            self.tr("These jobs at {provider} are not in your library. Choose the right one, or paste its id.")
            if has_list
            else self.tr("{provider} has no list of its jobs. Paste the id that its console or an e-mail shows.")
        )
        self.put_words(self.tr("Which job is it?"), words.format(provider=provider))
        self._state = PlainLabel(
            self.tr("Asking {provider} for its jobs").format(provider=provider), self, tone="third"
        )
        self._list = RemoteList(self.tr("Jobs at {provider}").format(provider=provider), self)
        self._field = TextField(self.tr("Id of the job"), self)
        self._field.setAccessibleName(self.tr("Job id"))
        self._error = InlineError(self._field, self)
        self._cancel = SecondaryButton(self.tr("Cancel"), parent=self)
        self._take = PrimaryButton(self.tr("It is this one"), parent=self)
        self._list.setVisible(False)
        self._state.setVisible(has_list)
        for part in (self._state, self._list, self._field, self._error):
            self.put(part, grows=part is self._list)
        self.put_buttons(self._cancel, self._take)
        self._list.chosen_changed.connect(self._fill_in)
        self._list.itemDoubleClicked.connect(lambda _item: self._give())
        self._field.value_changed.connect(lambda _text: self._error.set_text(""))
        self._field.returnPressed.connect(self._give)
        self._cancel.clicked.connect(self.reject)
        self._take.clicked.connect(self._give)
        self._field.setFocus()

    def show_rows(self, rows: Sequence[tuple[str, str]], none: str) -> None:
        """Key and words of each job that could be it; `none` is said where there are none."""
        self._list.show_rows(rows)
        self._list.setVisible(bool(rows))
        self._state.setText("" if rows else none)
        self._state.setVisible(not rows)
        self.fit()

    def show_trouble(self, words: str) -> None:
        """Why there is no list; an id can be pasted all the same."""
        self._state.setText(words)
        self._state.setVisible(True)

    def show_error(self, words: str) -> None:
        """What is wrong with the id in the field."""
        self.set_busy(False)
        self._error.set_text(words)
        self._field.setFocus()
        self._field.selectAll()

    def set_busy(self, busy: bool) -> None:
        """While the server is asked about the id."""
        self._take.setEnabled(not busy)

    def _fill_in(self) -> None:
        for key in self._list.chosen():
            self._field.set_value(key)
            self._error.set_text("")

    def _give(self) -> None:
        if self._take.isEnabled():
            self.set_busy(True)
            self.id_given.emit(self._field.value())
