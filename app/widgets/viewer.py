"""The middle of the studio: shows a result, plays it, or says why there is none yet."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSizeF, Qt, QThreadPool, Signal, Slot
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.domain.local_errors import ResultMissingError
from app.domain.media import TEXT, Medium
from app.system.language import say
from app.system.previews import Looker
from app.widgets.empty_state import EmptyState
from app.widgets.film_strip import Thumbnails
from app.widgets.full_screen import FullScreen
from app.widgets.image_view import ImageView
from app.widgets.playback import Playback
from app.widgets.player import MediaPlayer
from app.widgets.state_card import StateCard
from app.widgets.text_view import TextView
from app.widgets.video_view import VideoView
from app.widgets.viewer_content import UseOffer, ViewerContent, ViewerItem, ViewerKind
from app.widgets.viewer_footer import ViewerFooter
from app.widgets.waveform_view import WaveformView

Peaks = Callable[[ViewerItem], tuple[float, ...] | None]
Uses = Callable[[ViewerItem], Sequence[UseOffer]]
_PLAYED = (Medium.VIDEO, Medium.AUDIO)


class Viewer(QWidget):
    """`show_content` is all it needs. The ids in its signals are those of the items it was given.

    `thumbnails` gives the small picture of an item if it is there and `peaks` its waveform; what comes later is told by
    `thumbnail_ready` and `set_peaks`. Showing something never takes the keyboard focus.
    """

    save_as_requested = Signal(str)
    show_in_folder_requested = Signal(str)
    open_externally_requested = Signal(str)
    use_as_input_requested = Signal(str, str)  # asset id, target of a UseOffer
    vary_requested = Signal()
    favourite_toggled = Signal(bool)
    retry_requested = Signal()
    offer_requested = Signal(str)  # the target of a card's offer
    copy_error_requested = Signal()
    previous_requested = Signal()
    next_requested = Signal()
    current_asset_changed = Signal(str)  # empty when there is no result
    _missed = Signal(str)  # a path, from another thread

    def __init__(
        self,
        player: MediaPlayer,
        thumbnails: Thumbnails,
        looker: Looker,
        parent: QWidget | None = None,
        *,
        peaks: Peaks | None = None,
        uses: Uses | None = None,
    ) -> None:
        """`looker` gives pixels; `uses` tells where a result can be used again."""
        super().__init__(parent)
        self.setAccessibleName(self.tr("Preview"))
        self._thumbnails, self._peaks, self._uses = thumbnails, peaks, uses
        self._content = ViewerContent()
        self._index = 0
        self._told = ""
        self._full: FullScreen | None = None
        self._inside = QWidget(self)
        self._stack = QStackedWidget(self._inside)
        self._card = StateCard(self._stack)
        self._foreign = EmptyState("film", "", "", self._stack, secondary=self.tr("Open with the system's player"))
        self._image = ImageView(looker, self._stack)
        self._video = VideoView(self._stack)
        self._wave = WaveformView(self._stack)
        self._text = TextView(self._stack)
        for page in (self._card, self._foreign, self._image, self._video, self._wave, self._text):
            self._stack.addWidget(page)
        self._footer = ViewerFooter(thumbnails, self._inside)
        self._playback = Playback(player, self._footer.transport, self._video, self._wave, looker=looker, parent=self)
        self._arrange()
        self._connect()
        self.show_content(self._content)

    def _arrange(self) -> None:
        inside = QVBoxLayout(self._inside)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(self._stack, 1)
        inside.addWidget(self._footer)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._inside)
        self.setMinimumWidth(320)

    def _connect(self) -> None:
        footer = self._footer
        footer.save_as_requested.connect(lambda: self.save_as_requested.emit(self.current_asset))
        footer.show_in_folder_requested.connect(lambda: self.show_in_folder_requested.emit(self.current_asset))
        footer.open_externally_requested.connect(self._open_externally)
        footer.copy_requested.connect(self.copy_shown)
        footer.use_requested.connect(lambda target: self.use_as_input_requested.emit(self.current_asset, target))
        footer.vary_requested.connect(self.vary_requested)
        footer.favourite_toggled.connect(self.favourite_toggled)
        footer.strip.current_changed.connect(self._go_to)
        footer.transport.full_screen_requested.connect(self.toggle_full_screen)
        self._card.retry_requested.connect(self.retry_requested)
        self._card.offer_requested.connect(self.offer_requested)
        self._card.copy_error_requested.connect(self.copy_error_requested)
        self._foreign.primary_requested.connect(self._play_all_the_same)
        self._foreign.secondary_requested.connect(self._open_externally)
        self._missed.connect(self._on_missed, Qt.ConnectionType.QueuedConnection)
        self._image.failed.connect(self._on_cannot_show)
        self._text.failed.connect(self._on_cannot_show)
        self._playback.failed.connect(self._on_cannot_show)
        self._playback.doubted.connect(self._on_doubted)
        self._video.double_clicked.connect(self.toggle_full_screen)
        key = QShortcut(QKeySequence(Qt.Key.Key_F11), self)
        key.activated.connect(self.toggle_full_screen)

    # --- what is shown

    @property
    def content(self) -> ViewerContent:
        return self._content

    @property
    def footer_height(self) -> int:
        """The height in px of the facts and buttons below a result; 0 while there are none."""
        return self._footer.height() if self._footer.isVisible() else 0

    @property
    def current_item(self) -> ViewerItem | None:
        items = self._content.items if self._content.kind == ViewerKind.RESULTS else ()
        return items[self._index] if items else None

    @property
    def current_asset(self) -> str:
        item = self.current_item
        return item.asset_id if item is not None else ""

    @Slot(object)
    def show_content(self, content: ViewerContent) -> None:
        """A result that is on the screen already stays as it is: it plays on, zoomed as it was."""
        before = self.current_item
        self._content = content
        self._index = self._index_of(before, content)
        item = self.current_item
        self._footer.setVisible(item is not None)
        if item is None:
            self._show_card()
        else:
            self._footer.strip.set_items(content.items, self._index)
            if before is None or (item.asset_id, item.path) != (before.asset_id, before.path):
                self._show_item(item)
            self._refresh_footer()
        self._tell()

    @Slot(str)
    def thumbnail_ready(self, asset_id: str) -> None:
        self._footer.strip.repaint_item(asset_id)
        item = self.current_item
        if item is not None and item.asset_id == asset_id and item.medium is Medium.VIDEO:
            poster = self._thumbnails(item)
            if poster is not None and not self._video.has_poster:
                self._video.set_poster(poster)

    def set_peaks(self, asset_id: str, peaks: tuple[float, ...] | None) -> None:
        """Peaks of a result that is not on the screen any more are dropped."""
        if asset_id == self.current_asset:
            self._wave.set_peaks(peaks)

    def _index_of(self, before: ViewerItem | None, content: ViewerContent) -> int:
        """More results of the same job do not move the person away from the one looked at."""
        ids = [item.asset_id for item in content.items]
        if before is not None and before.asset_id in ids:
            return ids.index(before.asset_id)
        return min(max(0, content.current), max(0, len(ids) - 1))

    def _show_card(self) -> None:
        self.leave_full_screen()
        self._playback.leave()
        self._image.clear()
        self._card.set_content(self._content)
        self._turn_to(self._card)

    def _show_item(self, item: ViewerItem) -> None:
        if item.medium is not Medium.IMAGE:
            self._image.clear()
        if item.medium not in _PLAYED:
            self._playback.leave()
        if item.medium is Medium.IMAGE:
            known = QSizeF(item.width, item.height) if item.width and item.height else None
            self._image.show_picture(item.path, self._thumbnails(item), known)
            self._turn_to(self._image)
        elif item.medium in _PLAYED:
            poster = self._thumbnails(item) if item.medium is Medium.VIDEO else None
            if item.medium is Medium.AUDIO:
                self._wave.set_peaks(self._peaks(item) if self._peaks is not None else None)
            self._turn_to(self._video if item.medium is Medium.VIDEO else self._wave)
            self._playback.show_item(item, poster, seen=self._inside.isVisible())
        elif item.mime == TEXT.mime:
            self._text.show_text(item.path)
            self._turn_to(self._text)
        else:
            self._on_cannot_show()

    def _refresh_footer(self) -> None:
        """The facts of the present result, and what can be done with it on this page."""
        item = self.current_item
        if item is not None:
            self._footer.show_item(self._content, self._index)
            self._footer.set_uses(self._uses(item) if self._uses is not None else ())
            if self._full is not None:
                self._footer.set_full_screen(True)
            if self._stack.currentWidget() is self._foreign:
                self._footer.transport.hide()

    def _turn_to(self, page: QWidget) -> None:
        """Keeps the keyboard where the person left it, and away from buttons that have just come up: one of them may
        cost money, and a finger may be on the space bar."""
        focus = QApplication.focusWidget()
        was_here = focus is not None and self._stack.isAncestorOf(focus)
        self._stack.setCurrentWidget(page)
        if was_here:
            quiet = self._full or self
            (quiet if page in (self._card, self._foreign) else page).setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell(self) -> None:
        self.setAccessibleDescription(self._footer.facts if self.current_item is not None else "")
        if self.current_asset != self._told:
            self._told = self.current_asset
            self.current_asset_changed.emit(self._told)

    @Slot()
    def _on_cannot_show(self) -> None:
        """A calm word and a way out; the file itself is fine and saved."""
        item = self.current_item
        if item is None:
            return
        icon = {Medium.VIDEO: "film", Medium.AUDIO: "music", Medium.IMAGE: "image"}.get(
            item.medium, "file-question-mark"
        )
        title = {
            Medium.VIDEO: self.tr("This film cannot be shown here"),
            Medium.AUDIO: self.tr("This sound cannot be played here"),
            Medium.IMAGE: self.tr("This picture cannot be shown here"),
        }.get(item.medium, self.tr("This file cannot be shown here"))
        words = self.tr("It is saved. Another program on this computer may be able to open it.")
        opener = self.tr("Open with the system's player")
        if item.medium not in _PLAYED:
            opener = self.tr("Open with the system's viewer")
        self._foreign.set_words(icon, title, words, secondary=opener)
        self._turn_to(self._foreign)
        self._refresh_footer()
        QThreadPool.globalInstance().start(partial(self._look_for, item.path))

    def _look_for(self, path: Path) -> None:
        """In another thread: a drive may take its time to say that it is not there."""
        if not path.is_file() and isValid(self):
            self._missed.emit(str(path))

    @Slot(str)
    def _on_missed(self, path: str) -> None:
        """It cannot be shown because it is not there: other words, and no program that could open it."""
        item = self.current_item
        if item is None or str(item.path) != path or self._stack.currentWidget() is not self._foreign:
            return
        gone = ResultMissingError(file=item.path.name)
        self._foreign.set_words("file-question-mark", say(gone.problem().happened), say(gone.problem().advice))

    @Slot()
    def _on_doubted(self) -> None:
        """The program died the last time this was open; nothing is opened before the person has read that."""
        item = self.current_item
        if item is None:
            return
        self._foreign.set_words(
            "film" if item.medium is Medium.VIDEO else "music",
            self.tr("Slowlight ended while this was playing"),
            self.tr("The file is saved. Another program on this computer may be able to play it."),
            primary=self.tr("Play it here"),
            secondary=self.tr("Open with the system's player"),
        )
        self._turn_to(self._foreign)
        self._refresh_footer()

    @Slot()
    def _play_all_the_same(self) -> None:
        item = self.current_item
        if item is not None:
            self._turn_to(self._video if item.medium is Medium.VIDEO else self._wave)
            self._refresh_footer()
            self._playback.play_all_the_same()

    @Slot()
    def _open_externally(self) -> None:
        if self.current_asset:
            self.open_externally_requested.emit(self.current_asset)

    @Slot()
    def copy_shown(self) -> None:
        """To the clipboard: the picture in full size, or all the words."""
        page = self._stack.currentWidget()
        if page is self._image:
            self._image.give_whole(QGuiApplication.clipboard().setImage)
        elif page is self._text:
            QGuiApplication.clipboard().setText(self._text.toPlainText())

    # --- moving on

    @Slot(int)
    def _go_to(self, index: int) -> None:
        if index != self._index and 0 <= index < len(self._content.items):
            self._index = index
            self._footer.strip.set_current(index)
            self._show_item(self._content.items[index])
            self._refresh_footer()
            self._tell()

    def _step(self, by: int) -> None:
        """Through the results of this job, and at its ends on to its neighbours."""
        target = self._index + by
        if self.current_item is not None and 0 <= target < len(self._content.items):
            self._go_to(target)
        else:
            (self.next_requested if by > 0 else self.previous_requested).emit()

    @Slot()
    def toggle_play(self) -> None:
        if self._stack.currentWidget() in (self._video, self._wave):
            self._playback.toggle()
        elif self._stack.currentWidget() is self._image:
            self._image.toggle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key() if not event.modifiers() else None
        if key == Qt.Key.Key_Space:
            self.toggle_play()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._step(-1 if key == Qt.Key.Key_Left else 1)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_shown()
        else:
            event.ignore()

    # --- the whole screen

    @property
    def is_full_screen(self) -> bool:
        return self._full is not None

    @Slot()
    def toggle_full_screen(self) -> None:
        if self._full is not None:
            self.leave_full_screen()
        elif self._stack.currentWidget() in (self._image, self._video):
            self._full = FullScreen(self.tr("Preview"), self)
            self._full.left.connect(self.leave_full_screen)
            self._full.key_pressed.connect(self.keyPressEvent)
            self._footer.set_full_screen(True)
            self._full.take(self._inside)
            self._focus_page()

    @Slot()
    def leave_full_screen(self) -> None:
        full, self._full = self._full, None
        if full is None:
            return
        layout = self.layout()
        if layout is not None:
            layout.addWidget(self._inside)
        self._inside.show()
        self._footer.set_full_screen(False)
        self._footer.setVisible(self.current_item is not None)
        self._refresh_footer()
        full.hide()
        full.deleteLater()
        self._focus_page()

    def _focus_page(self) -> None:
        """The person is here, in the window that has just come up."""
        page = self._stack.currentWidget()
        if page is not None:
            page.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._playback.wake()

    def hideEvent(self, event: QHideEvent) -> None:
        """A film on a page that was left goes on unseen otherwise."""
        super().hideEvent(event)
        if self._full is None:
            self._playback.pause()
