"""The one player of films and sounds in the whole program. Views borrow it; none has a player of its own.

The rules were tried out (ecosystem.md 0.2): one QMediaPlayer with one QAudioOutput, its child, for the life of the
program; every order is a queued call, so that Python's lock is free while Qt waits for its threads; the player is made
in a plain slot, never inside a coroutine (qasync #85), and only when something is to be played. A screen is changed only
while no file is open.
"""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, QUrl, Signal, Slot

from app.system import queued
from app.system.opening_mark import OpeningMark

if TYPE_CHECKING:  # Qt's media library costs start-up time and memory
    from PySide6.QtMultimedia import QMediaPlayer, QVideoSink
    from PySide6.QtMultimediaWidgets import QGraphicsVideoItem

OPEN_WITHIN_MS = 10_000
FRAME_WITHIN_MS = 1_500
"""AV1 plays without a picture and without an error (ecosystem.md 2): no frame in this time means it cannot be shown."""

_LAST_FRAME_WITHIN_MS = 200  # after the end of a film that showed nothing yet
_LOOK_MS = 30
_SEEK_PAUSE_MS = 40


class PlayState(StrEnum):
    """As `state_changed` tells it."""

    PLAYING = "playing"
    PAUSED = "paused"
    STOPPED = "stopped"


class MediaPlayer(QObject):
    """Orders may come at any time, also before the player exists; they are carried out in turn."""

    position_changed = Signal(int)  # ms
    duration_changed = Signal(int)  # ms
    state_changed = Signal(str)  # PlayState
    failed = Signal(str)  # what the decoder says, not meant for people
    user_changed = Signal(object)  # whoever borrowed it last, or None

    def __init__(self, parent: QObject | None = None, *, mark: OpeningMark | None = None) -> None:
        super().__init__(parent)
        self._mark = mark
        self._player: QMediaPlayer | None = None
        self._later: list[Callable[[QMediaPlayer], None]] = []
        self._user: QObject | None = None
        self._screen: QGraphicsVideoItem | QVideoSink | None = None
        self._url = QUrl()
        self._wanted = "pause"
        self._state = PlayState.STOPPED
        self._loop = self._muted = False
        self._volume = 1.0
        self._seek_ms = -1
        self._watch = QTimer(self, singleShot=True)
        self._watch.timeout.connect(self._on_too_late)
        self._look = QTimer(self, interval=_LOOK_MS)  # frames are looked for, because they come from another thread
        self._look.timeout.connect(self._look_for_frame)
        self._seek_timer = QTimer(self, singleShot=True)
        self._seek_timer.timeout.connect(self._seek_now)

    @property
    def user(self) -> QObject | None:
        """Who borrowed it last. Signals are about this one's file."""
        return self._user

    @property
    def state(self) -> PlayState:
        return self._state

    def lend(self, user: QObject | None) -> None:
        """The last one who asks has it; the one before hears `user_changed` and stops listening."""
        if user is not self._user:
            self._user = user
            self.user_changed.emit(user)

    def is_doubted(self, path: Path) -> bool:
        """The program ended unexpectedly the last time this file was open here."""
        return self._mark is not None and self._mark.is_doubted(path)

    def trust(self, path: Path) -> None:
        """The person wants it played all the same."""
        if self._mark is not None:
            self._mark.trust(path)

    def attach_video(self, screen: "QGraphicsVideoItem | QVideoSink | None") -> None:
        """Where the next loaded film appears; None for a sound."""
        self._screen = screen

    def load(self, path: Path) -> None:
        """Opens a file and stands at its beginning, a film with its first frame. `failed` when it cannot be shown."""
        self._url = QUrl.fromLocalFile(str(path.absolute()))
        self._seek_ms = -1
        self._wanted = "pause"
        self._stop_watching()
        if self._mark is not None:
            self._mark.set(path)
        self._do(self._open)

    def play(self) -> None:
        self._want("play")

    def pause(self) -> None:
        self._want("pause")

    def stop(self) -> None:
        """Lets go of the file as well."""
        if self._mark is not None and not self._url.isEmpty():
            self._mark.clear()
        self._url = QUrl()
        self._stop_watching()
        if self._player is not None or self._later:
            self._do(self._close)

    def seek(self, position_ms: int) -> None:
        """Many in a row, as scrubbing gives, become few."""
        self._seek_ms = max(0, position_ms)
        if not self._seek_timer.isActive():
            self._seek_timer.start(_SEEK_PAUSE_MS)

    def set_loop(self, on: bool) -> None:
        self._loop = on
        self._if_made(self._apply_loop)

    def set_muted(self, on: bool) -> None:
        self._muted = on
        self._if_made(self._apply_sound)

    def set_volume(self, volume: float) -> None:
        """From 0 to 1."""
        self._volume = min(1.0, max(0.0, volume))
        self._if_made(self._apply_sound)

    def close(self) -> None:
        """For the end of the program; needs one more turn of the event loop, in which Qt itself deletes the player."""
        self.stop()
        if self._player is not None:
            self._player.deleteLater()
            self._player = None

    @property
    def is_made(self) -> bool:
        """False until something was to be played."""
        return self._player is not None

    # --- making it, and carrying out orders

    def _do(self, order: "Callable[[QMediaPlayer], None]") -> None:
        if self._player is not None:
            order(self._player)
            return
        if not self._later:
            QTimer.singleShot(0, self._make)
        self._later.append(order)

    def _if_made(self, order: "Callable[[QMediaPlayer], None]") -> None:
        if self._player is not None:
            order(self._player)

    def _want(self, method: str) -> None:
        """Carried out now, or when the file is open."""
        self._wanted = method
        player = self._current()
        if player is not None:
            queued.call(player, method)

    @Slot()
    def _make(self) -> None:
        from PySide6.QtMultimedia import QAudioOutput, QMediaPlayer

        player = QMediaPlayer(self)
        player.setAudioOutput(QAudioOutput(player))
        player.sourceChanged.connect(self._on_source)
        player.positionChanged.connect(self._on_position)
        player.durationChanged.connect(self._on_duration)
        player.playbackStateChanged.connect(self._on_state)
        player.mediaStatusChanged.connect(self._on_status)
        player.errorOccurred.connect(self._on_error)
        self._player = player
        self._apply_loop(player)
        self._apply_sound(player)
        waiting, self._later = self._later, []
        for order in waiting:
            order(player)

    def _open(self, player: "QMediaPlayer") -> None:
        """The screen is changed by a timer, which comes after the queued calls have closed the old file."""
        self._close(player)
        QTimer.singleShot(0, self._open_next)

    def _close(self, player: "QMediaPlayer") -> None:
        queued.call(player, "stop")
        queued.call(player, "setSource", queued.Q_ARG(QUrl, QUrl()))

    @Slot()
    def _open_next(self) -> None:
        player = self._player
        if player is None or self._url.isEmpty() or player.source() == self._url:
            return
        if not player.source().isEmpty():
            QTimer.singleShot(5, self._open_next)
            return
        self._show_on_screen(player)
        self._watch.start(OPEN_WITHIN_MS)
        queued.call(player, "setSource", queued.Q_ARG(QUrl, self._url))

    def _show_on_screen(self, player: "QMediaPlayer") -> None:
        from PySide6.QtMultimedia import QVideoFrame, QVideoSink

        screen = self._screen
        if isinstance(screen, QVideoSink):
            player.setVideoSink(screen)
        elif player.videoOutput() is not screen:
            player.setVideoOutput(screen)  # type: ignore[arg-type]  # None takes the screen away
        if screen is not None:
            player.videoSink().setVideoFrame(QVideoFrame())  # nothing left of the last film

    def _apply_loop(self, player: "QMediaPlayer") -> None:
        loops = type(player).Loops.Infinite if self._loop else type(player).Loops.Once
        player.setLoops(loops)

    def _apply_sound(self, player: "QMediaPlayer") -> None:
        output = player.audioOutput()
        queued.call(output, "setMuted", queued.Q_ARG(bool, self._muted))
        queued.call(output, "setVolume", queued.Q_ARG("float", self._volume))

    @Slot()
    def _seek_now(self) -> None:
        """A place sought before the file is open is kept until it is."""
        player, target = self._player, self._seek_ms
        if player is None or target < 0 or player.duration() <= 0:
            return
        self._seek_ms = -1
        queued.call(player, "setPosition", queued.Q_ARG("qlonglong", target))

    # --- what the player tells

    def _current(self) -> "QMediaPlayer | None":
        """The player while it is at the file that was asked for last; echoes of earlier files are dropped."""
        player = self._player
        if player is None or self._url.isEmpty() or player.source() != self._url:
            return None
        return player

    @Slot()
    def _on_source(self) -> None:
        player = self._current()
        if player is not None:
            queued.call(player, self._wanted)

    @Slot()
    def _on_position(self) -> None:
        player = self._current()
        if player is not None:
            self.position_changed.emit(player.position())

    @Slot()
    def _on_duration(self) -> None:
        player = self._current()
        if player is not None and player.duration() > 0:
            self.duration_changed.emit(player.duration())
            self._seek_now()

    @Slot()
    def _on_state(self) -> None:
        if self._player is not None:
            state = PlayState(self._player.playbackState().name.removesuffix("State").lower())
            if state is not self._state:
                self._state = state
                self.state_changed.emit(state.value)

    @Slot()
    def _on_status(self) -> None:
        player = self._current()
        if player is None:
            return
        name = player.mediaStatus().name
        if name == "LoadedMedia" and self._watch.isActive() and not self._look.isActive():
            self._stop_watching()
            if self._screen is not None and player.hasVideo():
                self._watch.start(FRAME_WITHIN_MS)
                self._look.start()
        elif name == "EndOfMedia" and self._look.isActive():
            self._watch.start(_LAST_FRAME_WITHIN_MS)
        elif name == "EndOfMedia":
            # back to the beginning, with the first frame on the screen and not a black one; a loop that was switched on
            # late ends once more before Qt repeats by itself
            queued.call(player, "setPosition", queued.Q_ARG("qlonglong", 0))
            queued.call(player, "play" if self._loop else "pause")

    @Slot()
    def _look_for_frame(self) -> None:
        player = self._current()
        if player is None or player.videoSink().videoFrame().isValid():
            self._stop_watching()

    def _stop_watching(self) -> None:
        self._watch.stop()
        self._look.stop()

    @Slot()
    def _on_too_late(self) -> None:
        """Not opened at all, or opened and no frame came."""
        self._fail("no frame in time" if self._look.isActive() else "did not open in time")

    @Slot()
    def _on_error(self) -> None:
        player = self._current()
        if player is not None:
            self._fail(player.errorString() or "does not open")

    def _fail(self, why: str) -> None:
        self.stop()
        self.failed.emit(why)
