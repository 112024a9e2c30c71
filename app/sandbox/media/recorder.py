"""Films and sounds into files, through Qt's own encoders (MPEG-4 with AAC, and FLAC); needs no screen or sound device.

A recorder takes pictures and sound when it is ready for them, as fast as it can, not in real time: the time stamps
of the frames decide how long the film is.
"""

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QByteArray, QEventLoop, QSize, QTimer, QUrl
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import (
    QAudioBuffer,
    QAudioBufferInput,
    QAudioFormat,
    QMediaCaptureSession,
    QMediaFormat,
    QMediaRecorder,
    QVideoFrame,
    QVideoFrameInput,
)

SAMPLE_RATE = 44100  # stereo, 16 bit
_BYTES_PER_MOMENT = 4
_CHUNK = 4096 * _BYTES_PER_MOMENT
_STALLED_AFTER_MS = 20_000


class RecordingFailedError(Exception):
    """The encoder refused; the text is its own."""


class _Feed:
    """One encoder at work: what is still to be fed, and the loop that waits for its end."""

    def __init__(self, media_format: QMediaFormat, path: Path) -> None:
        self.session = QMediaCaptureSession()
        self.recorder = QMediaRecorder()
        self.recorder.setMediaFormat(media_format)
        # Below this, skies fall into blocks. (A bit rate set instead changes nothing, tried.)
        self.recorder.setQuality(QMediaRecorder.Quality.VeryHighQuality)
        self.recorder.setOutputLocation(QUrl.fromLocalFile(str(path)))
        self.recorder.setAutoStop(True)  # ends when every input has sent its empty last piece
        self.session.setRecorder(self.recorder)
        self._loop = QEventLoop()
        self._watchdog = QTimer(singleShot=True, interval=_STALLED_AFTER_MS)
        self._problem = ""
        self.recorder.recorderStateChanged.connect(self._state_changed)
        self.recorder.errorOccurred.connect(self._failed)
        self._watchdog.timeout.connect(self._stalled)

    def add_film(self, frames: Iterator[QImage], size: QSize, rate: int) -> None:
        self.recorder.setVideoResolution(size)
        self.recorder.setVideoFrameRate(rate)
        self._frames = frames
        self._rate = rate
        self._next_frame = 0
        self._held: QVideoFrame | None = None  # offered and not taken yet
        self._film = QVideoFrameInput()
        self._film.readyToSendVideoFrame.connect(self._send_frames)
        self.session.setVideoFrameInput(self._film)

    def add_sound(self, samples: bytes) -> None:
        self._format = QAudioFormat()
        self._format.setSampleRate(SAMPLE_RATE)
        self._format.setChannelCount(2)
        self._format.setSampleFormat(QAudioFormat.SampleFormat.Int16)
        self.recorder.setAudioSampleRate(SAMPLE_RATE)
        self.recorder.setAudioChannelCount(2)
        self.recorder.setAudioBitRate(160_000)
        self._samples = samples
        self._sent = 0
        self._sound_over = False
        self._sound = QAudioBufferInput(self._format)
        self._sound.readyToSendAudioBuffer.connect(self._send_sound)
        self.session.setAudioBufferInput(self._sound)

    def run(self) -> None:
        self._watchdog.start()
        self.recorder.record()
        self._loop.exec()
        self._watchdog.stop()
        if self._problem:
            raise RecordingFailedError(self._problem)

    def _send_frames(self) -> None:
        while True:
            if self._held is None:
                image = next(self._frames, None)
                self._held = QVideoFrame() if image is None else self._stamped(image)
            if not self._film.sendVideoFrame(self._held):
                return
            self._watchdog.start()
            if not self._held.isValid():
                self._film.readyToSendVideoFrame.disconnect(self._send_frames)
                return
            self._held = None

    def _stamped(self, image: QImage) -> QVideoFrame:
        frame = QVideoFrame(image)
        frame.setStartTime(self._next_frame * 1_000_000 // self._rate)
        self._next_frame += 1
        frame.setEndTime(self._next_frame * 1_000_000 // self._rate)
        return frame

    def _send_sound(self) -> None:
        while not self._sound_over:
            piece = self._samples[self._sent : self._sent + _CHUNK]
            start_us = self._sent * 1_000_000 // (_BYTES_PER_MOMENT * SAMPLE_RATE)
            buffer = QAudioBuffer(QByteArray(piece), self._format, start_us) if piece else QAudioBuffer()
            if not self._sound.sendAudioBuffer(buffer):
                return
            self._watchdog.start()
            self._sent += len(piece)
            self._sound_over = not piece

    def _state_changed(self, state: QMediaRecorder.RecorderState) -> None:
        if state is QMediaRecorder.RecorderState.StoppedState:
            self._loop.quit()

    def _failed(self, _error: QMediaRecorder.Error, text: str) -> None:
        self._problem = text or "the encoder failed"
        self._loop.quit()

    def _stalled(self) -> None:
        self._problem = "the encoder stands still"
        self._loop.quit()


def record_film(path: Path, frames: Iterator[QImage], size: QSize, rate: int, samples: bytes | None) -> None:
    """Encode pictures of one size, `rate` per second, with stereo sound or silent, as mp4 (MPEG-4 video, AAC).

    Args:
        path: the file to write.
        frames: each painted when the encoder asks for it.
        size: of every picture, both sides even.
        rate: pictures per second.
        samples: interleaved 16 bit stereo at SAMPLE_RATE; None makes no sound track.

    Raises:
        RecordingFailedError: the encoder refused, or stood still for 20 s.
    """
    media_format = QMediaFormat(QMediaFormat.FileFormat.MPEG4)
    media_format.setVideoCodec(QMediaFormat.VideoCodec.MPEG4)
    media_format.setAudioCodec(QMediaFormat.AudioCodec.AAC)
    feed = _Feed(media_format, path)
    feed.add_film(frames, size, rate)
    if samples is not None:
        feed.add_sound(samples)
    feed.run()


def record_sound(path: Path, samples: bytes) -> None:
    """Encode interleaved 16 bit stereo at SAMPLE_RATE as FLAC.

    Raises:
        RecordingFailedError: the encoder refused, or stood still for 20 s.
    """
    media_format = QMediaFormat(QMediaFormat.FileFormat.FLAC)
    media_format.setAudioCodec(QMediaFormat.AudioCodec.FLAC)
    feed = _Feed(media_format, path)
    feed.add_sound(samples)
    feed.run()
