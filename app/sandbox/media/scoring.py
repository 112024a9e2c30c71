"""A film that was sent along, with another sound under it.

The film is played once, silently and as fast as Qt plays, its pictures are kept on the disk, and then recorded anew: Qt
has a decoder and an encoder, but nothing that copies a picture track.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QEventLoop, QSize, Qt, QTimer, QUrl
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import QMediaPlayer, QVideoFrame, QVideoSink

from app.sandbox.media.recorder import record_film

RATE = 24  # pictures per second of the result
LONGEST_S = 12.0
LONGEST_SIDE = 960  # pixels
_STALLED_AFTER_MS = 8_000
_QUALITY = 92


class UnreadableFilmError(ValueError):
    """What was sent along is no film that plays here."""


def score_film(path: Path, film: Path, sound: Callable[[float], bytes]) -> None:
    """Record the film's pictures with the sound that `sound` makes for so many seconds.

    Raises:
        UnreadableFilmError: it does not play, or holds no pictures.
        RecordingFailedError: the encoder refused.
    """
    with TemporaryDirectory(dir=path.parent) as folder:
        shown = _Showing(film, Path(folder)).run()
        first = QImage(str(shown[0]))
        record_film(path, _pictures(shown), first.size(), RATE, sound(len(shown) / RATE))


def _pictures(paths: list[Path]) -> Iterator[QImage]:
    for path in paths:
        yield QImage(str(path)).convertToFormat(QImage.Format.Format_RGB32)


class _Showing:
    """One film, played from beginning to end. The list has a picture for each moment of the result, some of them twice."""

    def __init__(self, film: Path, folder: Path) -> None:
        self._folder = folder
        self._kept: list[Path] = []
        self._problem = ""
        self._loop = QEventLoop()
        self._watchdog = QTimer(singleShot=True, interval=_STALLED_AFTER_MS)
        self._watchdog.timeout.connect(self._stalled)
        self._player = QMediaPlayer()  # without an audio output it plays silently
        self._sink = QVideoSink(self._player)
        self._player.setVideoSink(self._sink)
        self._player.mediaStatusChanged.connect(self._on_status)
        self._player.errorOccurred.connect(self._on_error)
        self._sink.videoFrameChanged.connect(self._on_frame, Qt.ConnectionType.QueuedConnection)
        self._film = film

    def run(self) -> list[Path]:
        self._watchdog.start()
        self._player.setSource(QUrl.fromLocalFile(str(self._film)))
        QTimer.singleShot(0, self._player.play)
        self._loop.exec()
        self._watchdog.stop()
        QTimer.singleShot(0, lambda: self._player.setSource(QUrl()))
        if not self._kept:
            raise UnreadableFilmError(f"the film cannot be read: {self._problem or 'no pictures in it'}")
        return self._kept

    def _on_frame(self, frame: QVideoFrame) -> None:
        if not frame.isValid():
            return
        self._watchdog.start()
        due = int(max(frame.startTime(), 0) * RATE / 1_000_000) + 1
        if due > LONGEST_S * RATE:
            self._loop.quit()
        elif due > len(self._kept):
            path = self._folder / f"{len(self._kept):05}.jpg"
            if _fitted(frame.toImage()).save(str(path), quality=_QUALITY):
                # a slow film, or a picture that was skipped: the one before stands a little longer
                before = self._kept[-1] if self._kept else path
                self._kept += [before] * (due - len(self._kept) - 1) + [path]

    def _on_status(self, status: QMediaPlayer.MediaStatus) -> None:
        if status in (QMediaPlayer.MediaStatus.EndOfMedia, QMediaPlayer.MediaStatus.InvalidMedia):
            # the last pictures may still be on their way
            QTimer.singleShot(100, self._loop.quit)

    def _on_error(self, _error: QMediaPlayer.Error, text: str) -> None:
        self._problem = text
        self._loop.quit()

    def _stalled(self) -> None:
        self._problem = "it stands still"
        self._loop.quit()


def _fitted(picture: QImage) -> QImage:
    """Not larger than films are painted here, both sides even."""
    size = picture.size()
    if max(size.width(), size.height()) > LONGEST_SIDE:
        size = size.scaled(LONGEST_SIDE, LONGEST_SIDE, Qt.AspectRatioMode.KeepAspectRatio)
    even = QSize(max(size.width() // 2 * 2, 2), max(size.height() // 2 * 2, 2))
    aspect, smooth = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    return picture if even == picture.size() else picture.scaled(even, aspect, smooth)
