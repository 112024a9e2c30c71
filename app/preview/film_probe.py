"""Looks into one film at a time with a silent player: does it play, how large and long is it, what does it look like.

The rules that keep a QMediaPlayer from crashing or hanging were tried out (ecosystem.md 0.2, reliability.md fact 8): no
audio output on this player; it is driven by queued calls, so that Python's lock is free while Qt waits for its threads;
the sink is the player's child; and whoever makes a FilmProbe does so in a plain slot, never inside a coroutine.
"""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import QMediaFormat, QMediaMetaData, QMediaPlayer, QVideoFrame, QVideoSink

from app.system import queued
from app.system.previews import FilmFinding

WATCHDOG_MS = 10_000
SEEK_WAIT_MS = 1_500  # a film that cannot be moved in shows its first frame instead
END_WAIT_MS = 150  # a frame may still be on its way when the player says that the film is over

_Status = QMediaPlayer.MediaStatus
_FOREIGN_CODECS = (QMediaFormat.VideoCodec.AV1, QMediaFormat.VideoCodec.Unspecified, None)


@dataclass
class _Question:
    """`first_us` is when the first frame begins, known once a later one was asked for."""

    url: QUrl
    still_at_ms: int | None
    opened: bool = False
    first_us: int | None = None
    finding: FilmFinding | None = None


class FilmProbe(QObject):
    """One question at a time: `ask`, then `answered` comes exactly once, after the file was let go."""

    answered = Signal(object)  # FilmFinding

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._question: _Question | None = None
        self._watchdog = QTimer(self, singleShot=True)
        self._watchdog.timeout.connect(self._on_watchdog)
        self._late = QTimer(self, singleShot=True)
        self._late.timeout.connect(self._on_no_more_frames)
        self._player = QMediaPlayer(self)
        self._sink = QVideoSink(self._player)
        self._player.setVideoSink(self._sink)
        self._player.sourceChanged.connect(self._on_source)
        self._player.mediaStatusChanged.connect(self._on_status)
        self._player.errorOccurred.connect(self._on_error)
        # frames come from a thread of the player
        self._sink.videoFrameChanged.connect(self._on_frame, Qt.ConnectionType.QueuedConnection)

    def ask(self, path: Path, still_at_ms: int | None = None) -> None:
        """With `still_at_ms` the finding carries the frame shown at about that time; otherwise none is converted."""
        url = QUrl.fromLocalFile(str(path.absolute()))
        self._question = _Question(url, still_at_ms)
        self._watchdog.start(WATCHDOG_MS)
        queued.call(self._player, "stop")
        queued.call(self._player, "setSource", queued.Q_ARG(QUrl, QUrl()))
        queued.call(self._player, "setSource", queued.Q_ARG(QUrl, url))
        queued.call(self._player, "pause")

    def _open_question(self) -> _Question | None:
        """The question that the player is at work for; None for the echoes of an earlier one."""
        asked = self._question
        return asked if asked is not None and asked.opened and asked.finding is None else None

    @Slot()
    def _on_source(self) -> None:
        """The old file's threads have ended when the empty source arrives, so an old frame cannot follow it."""
        asked, now = self._question, self._player.source()
        if asked is None:
            return
        if asked.finding is not None and now.isEmpty():
            self._deliver()
        elif asked.finding is None and now == asked.url:
            self._sink.setVideoFrame(QVideoFrame())
            asked.opened = True

    @Slot()
    def _on_status(self) -> None:
        status = self._player.mediaStatus()
        over = status is _Status.EndOfMedia or (status is _Status.LoadedMedia and not self._player.hasVideo())
        if over and self._open_question() is not None:
            self._late.start(END_WAIT_MS)

    @Slot()
    def _on_error(self) -> None:
        if self._open_question() is not None:
            self._answer(FilmFinding(error=self._player.errorString() or "does not open"))

    @Slot()
    def _on_frame(self) -> None:
        """What the sink holds counts, not what the signal brought: it may be an old frame."""
        asked, frame = self._open_question(), self._sink.videoFrame()
        if asked is None or not frame.isValid():
            return
        at_ms = asked.still_at_ms
        if at_ms is not None and asked.first_us is None and self._player.duration() > at_ms:
            asked.first_us = frame.startTime()
            queued.call(self._player, "setPosition", queued.Q_ARG("qlonglong", at_ms))
            self._late.start(SEEK_WAIT_MS)
        elif frame.startTime() != asked.first_us:
            self._answer(self._seen(frame, asked))

    @Slot()
    def _on_no_more_frames(self) -> None:
        asked, frame = self._open_question(), self._sink.videoFrame()
        if asked is not None:
            self._answer(self._seen(frame, asked) if frame.isValid() else self._unseen())

    @Slot()
    def _on_watchdog(self) -> None:
        if self._question is not None and self._question.finding is None:
            self._answer(FilmFinding(error="no frame in time"))
        else:  # even letting go of the file did not come back: the question must end all the same
            self._deliver()

    def _seen(self, frame: QVideoFrame, asked: _Question) -> FilmFinding:
        picture = frame.toImage() if asked.still_at_ms is not None else None
        return self._facts(_upright_size(frame), picture=picture)

    def _unseen(self) -> FilmFinding:
        """The container was read and no frame came. A codec that Qt plays otherwise means broken contents."""
        facts = self._player.metaData()
        if not self._player.hasVideo() or facts.value(QMediaMetaData.Key.VideoCodec) not in _FOREIGN_CODECS:
            return FilmFinding(error="no picture in it")
        size = facts.value(QMediaMetaData.Key.Resolution)
        return self._facts(size if isinstance(size, QSize) else QSize(), decodable=False)

    def _facts(self, size: QSize, *, picture: QImage | None = None, decodable: bool = True) -> FilmFinding:
        return FilmFinding(
            width=size.width() if not size.isEmpty() else None,
            height=size.height() if not size.isEmpty() else None,
            duration_s=self._player.duration() / 1000 or None,
            has_audio=self._player.hasAudio(),
            decodable=decodable,
            picture=picture,
        )

    def _answer(self, finding: FilmFinding) -> None:
        """The file is let go first: on Windows an open file cannot be renamed."""
        if self._question is None:
            return
        self._question.finding = finding
        self._late.stop()
        self._watchdog.start(WATCHDOG_MS)
        if self._player.source().isEmpty():
            self._watchdog.start(0)
        queued.call(self._player, "stop")
        queued.call(self._player, "setSource", queued.Q_ARG(QUrl, QUrl()))

    def _deliver(self) -> None:
        asked, self._question = self._question, None
        self._watchdog.stop()
        if asked is not None:
            self.answered.emit(asked.finding)


def _upright_size(frame: QVideoFrame) -> QSize:
    """Films from phones lie on their side and say so."""
    size = frame.size()
    return size.transposed() if frame.rotation().value % 180 else size
