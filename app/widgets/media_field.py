"""The field for files that a model works from: drop, paste or choose, then cards with what was taken.

It looks into nothing itself. What a person offers goes up as `offered`; whoever keeps files answers with `take`, and is
asked for small pictures by `thumbnail_wanted`. A web address is taken as it is, because a service fetches it itself.
"""

from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.input_rules import InputRules
from app.domain.media import Medium
from app.domain.media_input import Given, MediaInput, given_in, value_of
from app.domain.values import Json
from app.widgets.assistive import GroupVoice
from app.widgets.buttons import IconButton
from app.widgets.drop_area import DropArea
from app.widgets.media_card import MediaCard
from app.widgets.media_offer import Offer, holds_media, offer_of
from app.widgets.text_field import TextField

_ICONS = {Medium.IMAGE: "image-plus", Medium.VIDEO: "film", Medium.AUDIO: "music"}
_PLACES = {
    Medium.IMAGE: QStandardPaths.StandardLocation.PicturesLocation,
    Medium.VIDEO: QStandardPaths.StandardLocation.MoviesLocation,
    Medium.AUDIO: QStandardPaths.StandardLocation.MusicLocation,
}


class MediaField(QWidget):
    """`value_changed` tells what the person did, also when an offer was taken; `set_value` is silent."""

    value_changed = Signal(object)
    offered = Signal(object)  # Offer with paths or a picture
    thumbnail_wanted = Signal(object)  # MediaInput
    voice = GroupVoice

    def __init__(self, rules: InputRules, placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rules = rules
        self.edition = 0
        """Counts how often the field was filled by `set_value`."""
        self._given: tuple[Given, ...] = ()
        self._cards: list[MediaCard] = []
        self._busy = self._wrong = ""
        self._placeholder = placeholder or self._usual_words()
        self.setAcceptDrops(True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self.area = DropArea(self._placeholder, _ICONS.get(rules.medium, "file-question-mark"), self)
        self.area.clicked.connect(self.choose)
        self._link = IconButton("globe", self.tr("Use a web address"), self.area, size=28)
        self._link.clicked.connect(self._ask_address)
        inside = QHBoxLayout(self.area)
        inside.setContentsMargins(0, 0, 6, 0)
        inside.addStretch(1)
        inside.addWidget(self._link)
        self.address = TextField("https://", self, icon_name="globe", clearable=True)
        self.address.setAccessibleName(self.tr("Web address"))
        self.address.hide()
        self.address.returnPressed.connect(self._take_address)
        self._column.addWidget(self.address)
        self._column.addWidget(self.area)
        self._show()

    # --- value

    def value(self) -> Json:
        """Kept files and addresses as JSON: one, a list where the model takes a list, or None."""
        return value_of(self._given, as_list=self.rules.as_list)

    def set_value(self, value: object) -> None:
        """Shows these entries; an offer that is still being looked at belongs to the old ones."""
        self.edition += 1
        self._put(given_in(value))  # type: ignore[arg-type]  # whatever it is, strangers are left out

    def given(self) -> tuple[Given, ...]:
        """The entries in their order."""
        return self._given

    def cards(self) -> list[MediaCard]:
        return list(self._cards)

    @property
    def room(self) -> int:
        """How many more files are taken; a field for one file replaces it."""
        return max(0, self.rules.most - len(self._given)) if self.rules.most > 1 else 1

    def take(self, kept: Given) -> None:
        """An offer was kept: it becomes an entry, in place of the old one where only one is taken."""
        if kept in self._given:
            return
        self._put((kept,) if self.rules.most == 1 else (*self._given, kept)[: self.rules.most])
        self.value_changed.emit(self.value())

    def set_busy(self, words: str) -> None:
        """What is being done with an offer, "" when it is over."""
        self._busy = words
        self._show()

    def set_thumbnail(self, digest: str, picture: QImage) -> None:
        """The small picture of a kept file; a file that is gone meanwhile is no matter."""
        for card in self._cards:
            if isinstance(card.given, MediaInput) and card.given.sha256 == digest:
                card.set_thumbnail(picture)

    def setAccessibleName(self, name: str) -> None:
        """The place to drop carries the name too: it is what the keyboard comes to."""
        super().setAccessibleName(name)
        self.area.setAccessibleName(name)

    def setAccessibleDescription(self, description: str) -> None:
        """What is wrong, else what is in the field. What is no longer wrong is not marked any more, wherever it was."""
        self._wrong = description
        for part in (self.area, *(card.remove for card in self._cards)):
            if not description:
                part.setProperty("invalid", False)
            part.update()
        for card in self._cards:
            card.update()
        self._describe()

    def _describe(self) -> None:
        names = ", ".join(item.name if isinstance(item, MediaInput) else item for item in self._given)
        super().setAccessibleDescription(self._wrong or names)
        self.area.setAccessibleDescription(self._wrong or names or self._placeholder)

    # --- what the person does

    def choose(self) -> None:
        """Opens the file dialog of the system. Nothing waits for it."""
        dialog = QFileDialog(self, self.tr("Choose a file"))
        many = self.rules.most > 1
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles if many else QFileDialog.FileMode.ExistingFile)
        endings = " ".join(f"*.{kind.extension} *.{kind.extension.upper()}" for kind in self.rules.types)
        dialog.setNameFilters([f"{self._kind_words()} ({endings} *.jpeg)", self.tr("All files (*)")])
        place = _PLACES.get(self.rules.medium, QStandardPaths.StandardLocation.HomeLocation)
        dialog.setDirectory(_chosen_last.get(self.rules.medium) or QStandardPaths.writableLocation(place))
        dialog.filesSelected.connect(self._on_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_chosen(self, names: list[str]) -> None:
        paths = tuple(Path(name) for name in names)
        if paths:
            _chosen_last[self.rules.medium] = str(paths[0].parent)
            self.offer(Offer(paths))

    def offer(self, offer: Offer) -> None:
        """Hands an offer on, from wherever it came."""
        if offer.address:
            self.take(offer.address)
        else:
            self.offered.emit(offer)

    def paste(self) -> bool:
        """Takes what is on the clipboard; False when it holds nothing for this field."""
        found = offer_of(QGuiApplication.clipboard().mimeData())
        if found is not None:
            self.offer(found)
        return found is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste) and self.paste():
            return
        removing = event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
        card = next((card for card in self._cards if card.remove.hasFocus()), None)
        if removing and card is not None:
            self._remove(card)
        elif event.key() == Qt.Key.Key_Escape and self.address.isVisible():
            self._close_address()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if holds_media(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.area.set_awaited(True)
            self.area.show()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._end_drag()

    def dropEvent(self, event: QDropEvent) -> None:
        found = offer_of(event.mimeData())
        self._end_drag()
        if found is not None:
            event.setDropAction(Qt.DropAction.CopyAction)  # the original stays where it is
            event.accept()
            self.offer(found)

    def _end_drag(self) -> None:
        self.area.set_awaited(False)
        self._show()

    def _ask_address(self) -> None:
        self.address.show()
        self.address.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_address(self) -> None:
        words = self.address.value().strip()
        self._close_address()
        if words:
            self.take(words)

    def _close_address(self) -> None:
        self.address.set_value("")
        had_focus = self.address.hasFocus()
        self.address.hide()
        if had_focus:
            self.area.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- inside

    def _put(self, given: tuple[Given, ...]) -> None:
        given = tuple(dict.fromkeys(given))
        if given == self._given:
            return
        self._given = given
        known = {card.given: card for card in self._cards}
        had_focus = any(card.remove.hasFocus() for card in self._cards) or self.area.hasFocus()
        for card in self._cards:
            if card.given not in given:
                self._column.removeWidget(card)
                card.hide()
                card.deleteLater()
        self._cards = [known.get(item) or self._make_card(item) for item in given]
        for place, card in enumerate(self._cards):
            self._column.insertWidget(place, card)
        self.want_thumbnails()  # now, as the answer may come at once
        self._show()
        if had_focus:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _make_card(self, item: Given) -> MediaCard:
        card = MediaCard(item, self)
        card.remove_requested.connect(lambda: self._remove(card))
        return card

    def _remove(self, card: MediaCard) -> None:
        self._put(tuple(item for item in self._given if item != card.given))
        self.value_changed.emit(self.value())

    def want_thumbnails(self) -> None:
        """Asks again for the pictures that are missing."""
        for card in self._cards:
            if isinstance(card.given, MediaInput) and not card.has_thumbnail:
                self.thumbnail_wanted.emit(card.given)

    def _show(self) -> None:
        full = bool(self._given) and (self.rules.most == 1 or not self.room)
        self.area.set_low(bool(self._given) and not self._busy)
        self.area.setText(self._busy or (self.tr("Add another") if self._given else self._placeholder))
        self.area.set_icon_name("loader-circle" if self._busy else _ICONS.get(self.rules.medium, "file-question-mark"))
        self.area.setVisible(bool(self._busy) or not full)
        self._link.setVisible(not self._busy)
        self.setFocusProxy(self.area if not full or self._busy else self._cards[0].remove)
        self._describe()

    def _usual_words(self) -> str:
        return {
            Medium.IMAGE: self.tr("Drop, paste or choose a picture"),
            Medium.VIDEO: self.tr("Drop or choose a video"),
            Medium.AUDIO: self.tr("Drop or choose a sound"),
        }.get(self.rules.medium, self.tr("Drop or choose a file"))

    def _kind_words(self) -> str:
        return {
            Medium.IMAGE: self.tr("Pictures"),
            Medium.VIDEO: self.tr("Videos"),
            Medium.AUDIO: self.tr("Sounds"),
        }.get(self.rules.medium, self.tr("Files"))


_chosen_last: dict[Medium, str] = {}
"""The folder that was chosen from last, for this run only."""
