"""Joins the one player to a viewer's screen, waveform and transport while the viewer has borrowed it.

Nothing is opened before the person presses Play, and then only what was looked into by the preview process and plays there
(reliability.md S9). Until then a film shows a still that came from that process. Another viewer may borrow the player at any
time; then this one stands still, remembers its place, and opens its file again when it is played again.
"""

from PySide6.QtCore import QObject, QSizeF, Signal, Slot
from PySide6.QtGui import QImage
from shiboken6 import isValid

from app.domain.media import Medium
from app.system.previews import CLOSED, FilmFinding, Looker
from app.widgets.player import MediaPlayer, PlayState
from app.widgets.transport_bar import TransportBar
from app.widgets.video_view import VideoView
from app.widgets.viewer_content import ViewerItem
from app.widgets.waveform_view import WaveformView


class Playback(QObject):
    """One item at a time."""

    failed = Signal()  # the present item cannot be played here
    doubted = Signal()  # the present item was open when the program died; see `play_all_the_same`

    def __init__(
        self,
        player: MediaPlayer,
        transport: TransportBar,
        video: VideoView,
        wave: WaveformView,
        *,
        looker: Looker,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._player, self._transport, self._video, self._wave = player, transport, video, wave
        self._looker = looker
        self._item: ViewerItem | None = None
        self._ticket = 0  # of the item; answers for an earlier one are dropped
        self._still_ms = -1  # place of the still that was asked for last
        self._open = self._wants_play = False
        self._position_ms = 0
        self._duration_ms = 0
        self._loop = self._muted = False
        player.position_changed.connect(self._on_position)
        player.duration_changed.connect(self._on_duration)
        player.state_changed.connect(self._on_state)
        player.failed.connect(self._on_failed)
        player.user_changed.connect(self._on_user)
        transport.play_requested.connect(self.play)
        transport.pause_requested.connect(self.pause)
        transport.seek_requested.connect(self.seek)
        transport.loop_toggled.connect(self._set_loop)
        transport.mute_toggled.connect(self._set_muted)
        wave.seek_requested.connect(lambda share: self.seek(round(share * self._duration_ms)))
        video.clicked.connect(self.toggle)

    @property
    def is_playing(self) -> bool:
        return self._transport.is_playing

    def show_item(self, item: ViewerItem, poster: QImage | None, *, seen: bool) -> None:
        """A film or a sound. `seen`: the viewer is on the screen now."""
        self.leave()
        self._item = item
        self._position_ms = 0
        self._transport.set_for_film(item.medium is Medium.VIDEO)
        self._take_duration(round((item.duration_s or 0) * 1000))
        self._take_position(0)
        if item.medium is Medium.VIDEO:
            known = QSizeF(item.width, item.height) if item.width and item.height else None
            self._video.prepare(known, poster)
            if seen:
                self.wake()

    def leave(self) -> None:
        """Something else is shown: lets go of the file."""
        if self._open:
            self._player.stop()
        self._ticket += 1
        self._item, self._open, self._wants_play, self._still_ms = None, False, False, -1
        self._transport.set_playing(False)

    def wake(self) -> None:
        """The viewer is seen again."""
        if not self._open and self._still_ms < 0:
            self._ask_still()

    def play(self) -> None:
        """When a look into the file allows it."""
        item = self._item
        if item is None:
            return
        if self._open:
            self._player.play()
        elif self._player.is_doubted(item.path):
            self.doubted.emit()
        elif not self._wants_play:
            self._wants_play = True
            ticket = self._ticket
            self._looker.ask_playable(
                item.path,
                item.medium,
                lambda why_not: self._on_looked(ticket, why_not),
                wanted=lambda: ticket == self._ticket,
            )

    def play_all_the_same(self) -> None:
        """The person has read what happened the last time."""
        if self._item is not None:
            self._player.trust(self._item.path)
            self.play()

    def pause(self) -> None:
        self._wants_play = False
        if self._open:
            self._player.pause()

    def toggle(self) -> None:
        (self.pause if self.is_playing else self.play)()

    def seek(self, position_ms: int) -> None:
        if self._item is not None and self._duration_ms > 0:
            self._take_position(min(position_ms, self._duration_ms))
            if self._open:
                self._player.seek(self._position_ms)
            else:
                self._ask_still()

    # --- the look before

    def _ask_still(self) -> None:
        """The frame at the present place; while one is on its way, the next one waits for it."""
        item = self._item
        if item is None or item.medium is not Medium.VIDEO:
            return
        is_asking, self._still_ms = self._still_ms >= 0, self._position_ms
        if not is_asking:
            ticket, place = self._ticket, self._position_ms
            self._looker.ask_still(
                item.path,
                place,
                lambda found: self._on_still(ticket, place, found),
                wanted=lambda: ticket == self._ticket,
            )

    def _on_still(self, ticket: int, place_ms: int, found: FilmFinding) -> None:
        if not isValid(self) or ticket != self._ticket or found.error == CLOSED:
            return
        if found.error or not found.decodable:
            self._fail()
            return
        wanted_ms, self._still_ms = self._still_ms, -1
        if found.picture is not None and not self._open:
            self._video.show_still(found.picture)
        if wanted_ms != place_ms and not self._open:
            self._ask_still()

    def _on_looked(self, ticket: int, why_not: str) -> None:
        if not isValid(self) or ticket != self._ticket or why_not == CLOSED:
            return
        wanted, self._wants_play = self._wants_play, False
        if why_not:
            self._fail()
        elif wanted:
            self._load()
            self._player.play()

    def _load(self) -> None:
        """At the place where it stood."""
        if self._item is None:
            return
        self._player.lend(self)
        self._open = True
        self._player.set_loop(self._loop)
        self._player.set_muted(self._muted)
        self._player.attach_video(self._video.show_film() if self._item.medium is Medium.VIDEO else None)
        self._player.load(self._item.path)
        if self._position_ms:
            self._player.seek(self._position_ms)

    def _take_duration(self, duration_ms: int) -> None:
        self._duration_ms = duration_ms
        self._transport.set_duration(duration_ms)

    def _take_position(self, position_ms: int) -> None:
        self._position_ms = position_ms
        self._transport.set_position(position_ms)
        self._wave.set_position(position_ms / self._duration_ms if self._duration_ms else 0.0)

    @Slot(int)
    def _on_position(self, position_ms: int) -> None:
        if self._open:
            self._take_position(position_ms)

    @Slot(int)
    def _on_duration(self, duration_ms: int) -> None:
        if self._open:
            self._take_duration(duration_ms)

    @Slot(str)
    def _on_state(self, state: str) -> None:
        if self._open:
            self._transport.set_playing(state == PlayState.PLAYING)

    @Slot(str)
    def _on_failed(self, why: str) -> None:
        if self._open:
            self._fail()

    def _fail(self) -> None:
        self._open = self._wants_play = False
        self._transport.set_playing(False)
        self.failed.emit()

    @Slot(object)
    def _on_user(self, user: object) -> None:
        if user is not self and self._open:
            self._open = False
            self._transport.set_playing(False)
            self._video.show_poster()
            self._ask_still()

    def _set_loop(self, on: bool) -> None:
        self._loop = on
        if self._open:
            self._player.set_loop(on)

    def _set_muted(self, on: bool) -> None:
        self._muted = on
        if self._open:
            self._player.set_muted(on)
