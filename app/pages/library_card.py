"""The library in Settings: the folder that results go to, and whether everything that was saved is still there."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt, QUrl, SignalInstance
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.services.library_check import CheckState
from app.system.language import say
from app.widgets.card import Card
from app.widgets.controls import Divider, FormLabel, SecondaryButton
from app.widgets.paragraph import Paragraph
from app.widgets.progress_line import ProgressLine
from app.widgets.text_field import TextField


class Check(Protocol):
    """The part of `LibraryCheck` that the card talks to."""

    state: CheckState

    @property
    def changed(self) -> SignalInstance: ...

    def start(self) -> None: ...
    def cancel(self) -> None: ...
    def fetch_lost(self) -> None: ...


class LibraryCard(Card):
    """`library()` is the folder in use, `choose(folder)` uses another one from now on."""

    def __init__(
        self,
        library: Callable[[], Path],
        choose: Callable[[str], None],
        check: Check | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._in_use = library()
        self._choose = choose
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 16)
        column.setSpacing(8)
        self._add_folder(column)
        if check is not None:
            column.addSpacing(8)
            column.addWidget(Divider(self))
            column.addSpacing(8)
            column.addWidget(_CheckPart(check, self))

    def _add_folder(self, column: QVBoxLayout) -> None:
        self._folder = TextField("", self)
        self._folder.setReadOnly(True)
        self._show_folder(str(self._in_use))
        label = FormLabel(self.tr("Results are saved in"), parent=self)
        label.set_buddy(self._folder)
        choose = SecondaryButton(self.tr("Choose folder"), "folder", self)
        choose.clicked.connect(self.choose_folder)
        show = SecondaryButton(self.tr("Open folder"), "folder-open", self)
        show.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._in_use))))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._folder, 1)
        for button in (choose, show):
            button.setFixedHeight(36)
            row.addWidget(button)
        self._note = Paragraph(
            self.tr(
                "Pictures, films and sounds lie in folders of their own, named by date and prompt. In another folder only "
                "new results are saved; what is already saved stays where it is."
            ),
            self,
            tone="third",
            size=12,
        )
        column.addWidget(label)
        column.addLayout(row)
        column.addWidget(self._note)

    def _show_folder(self, folder: str) -> None:
        self._folder.set_value(folder)
        self._folder.setCursorPosition(0)

    def choose_folder(self) -> None:
        """Asks for another folder."""
        dialog = QFileDialog(self, self.tr("Choose the library folder"), self._folder.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.folder_chosen)
        dialog.open()

    def folder_chosen(self, folder: str) -> None:
        """Uses another folder, or the same once more: after a drive was replaced, say."""
        before, self._in_use = self._in_use, Path(folder)
        self._choose(folder)
        self._show_folder(folder)
        if before != self._in_use:
            self._note.setText(
                self.tr("Used from now on. What is already saved stays in {folder}.").format(folder=before)
            )


class _CheckPart(QWidget):
    """One button, a line while it works, and what was found in words."""

    def __init__(self, check: Check, parent: QWidget) -> None:
        super().__init__(parent)
        self._check = check
        self._start = SecondaryButton(self.tr("Check my library"), "shield-check", self)
        self._cancel = SecondaryButton(self.tr("Cancel"), "x", self)
        self._fetch = SecondaryButton("", "download", self)
        self._line = ProgressLine(self)
        self._line.setAccessibleName(self.tr("Check of the library"))
        self._words = Paragraph("", self, tone="third", size=12)
        self._start.clicked.connect(check.start)
        self._cancel.clicked.connect(check.cancel)
        self._fetch.clicked.connect(check.fetch_lost)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self._start, self._cancel, self._fetch):
            button.setFixedHeight(36)
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self._line)
        column.addWidget(self._words)
        check.changed.connect(self._show)
        self._show(check.state)

    def _show(self, state: CheckState) -> None:
        had_focus = self._start.hasFocus() or self._cancel.hasFocus()
        self._start.setVisible(not state.is_running)
        self._cancel.setVisible(state.is_running)
        if had_focus:
            (self._cancel if state.is_running else self._start).setFocus()
        self._line.setVisible(state.is_running)
        self._line.set_fraction(state.done / state.total if state.total else None)
        self._words.setText(self._sentence(state))
        count = 0 if state.is_running else len(state.fetchable)
        self._fetch.setVisible(count > 0)
        one = self.tr("Fetch one job again")
        self._fetch.setText(one if count == 1 else self.tr("Fetch {count} jobs again").format(count=count))

    def _sentence(self, state: CheckState) -> str:
        if state.trouble is not None:
            return f"{say(state.trouble.happened)} {say(state.trouble.advice)}"
        if state.is_running:
            return self.tr("{done} of {total} files looked through").format(
                done=f"{state.done:,}", total=f"{state.total:,}"
            )
        if state.was_cancelled:
            return self.tr("Cancelled after {done} of {total} files.").format(
                done=f"{state.done:,}", total=f"{state.total:,}"
            )
        if not state.done:
            return self.tr("Compares every saved file with what was noted when it was saved. Nothing is changed.")
        return self._found(state)

    def _found(self, state: CheckState) -> str:
        if not state.missing and not state.damaged:
            sentence = self.tr("All {total} files are as they were saved.").format(total=f"{state.total:,}")
        else:
            sentence = self.tr("Of {total} files {missing} are missing and {damaged} are damaged.").format(
                total=f"{state.total:,}", missing=f"{state.missing:,}", damaged=f"{state.damaged:,}"
            )
        if state.moved:
            moved = self.tr("{count} had been moved and are found where they are now.").format(count=f"{state.moved:,}")
            sentence = f"{sentence} {moved}"
        return sentence
