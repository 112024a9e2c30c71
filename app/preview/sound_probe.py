"""Decodes one sound at a time, at its own rate: how long is it, and how loud at each moment.

No format is asked of the decoder: an mp3 with a LAME header and a requested rate never ends (ecosystem.md 2). Buffers are
reduced as they arrive, a few thousand samples at a time. Driven by queued calls and made in a
plain slot, as FilmProbe is.
"""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, QUrl, Signal, Slot
from PySide6.QtMultimedia import QAudioBuffer, QAudioDecoder

from app.preview.loudness import LoudnessCurve
from app.system import queued
from app.system.previews import SoundFinding

STALL_MS = 10_000
"""The longest silence between two buffers."""
PATIENCE_MS = 7_000
"""A sound that takes longer to decode, which is one of an hour or more, is believed from there on and has no peaks."""


class SoundProbe(QObject):
    """One question at a time: `ask`, then `answered` comes exactly once, after the file was let go."""

    answered = Signal(object)  # SoundFinding

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._curve = LoudnessCurve()
        self._listening = False
        self._finding: SoundFinding | None = None
        self._stall = QTimer(self, singleShot=True)
        self._stall.timeout.connect(self._on_stall)
        self._patience = QTimer(self, singleShot=True)
        self._patience.timeout.connect(self._on_enough)
        self._enough_s = float("inf")
        self._decoder = QAudioDecoder(self)
        self._decoder.bufferReady.connect(self._on_buffer)
        self._decoder.finished.connect(self._on_finished)
        self._decoder.error.connect(self._on_error)

    def ask(self, path: Path, enough_s: float | None = None) -> None:
        """Works for films too: their first sound track is decoded, only its first `enough_s` seconds if that is given."""
        self._curve = LoudnessCurve()
        self._listening = True
        self._enough_s = enough_s if enough_s is not None else float("inf")
        self._stall.start(STALL_MS)
        self._patience.start(PATIENCE_MS)
        # the decoder rests here, its last stop was carried out before `answered`
        self._decoder.setSource(QUrl.fromLocalFile(str(path.absolute())))
        queued.call(self._decoder, "start")

    @Slot()
    def _on_buffer(self) -> None:
        while self._listening and self._decoder.bufferAvailable():
            self._stall.start(STALL_MS)
            self._add(self._decoder.read())
            if self._curve.seconds >= self._enough_s:
                self._on_enough()

    def _add(self, buffer: QAudioBuffer) -> None:
        """An invalid buffer has no data at all (ecosystem.md 2)."""
        data = buffer.constData() if buffer.isValid() else None
        if data is not None:
            form = buffer.format()
            self._curve.add(bytes(data), form.sampleFormat().name, form.channelCount(), form.sampleRate())

    @Slot()
    def _on_finished(self) -> None:
        """Comes for a stop as well, but then nobody listens."""
        self._on_buffer()
        duration = self._curve.seconds
        self._answer(SoundFinding("" if duration else "no sound in it", duration or None, self._curve.peaks()))

    @Slot()
    def _on_error(self) -> None:
        self._answer(SoundFinding(error=self._decoder.errorString() or "does not open"))

    @Slot()
    def _on_enough(self) -> None:
        whole_s = self._decoder.duration() / 1000
        self._answer(SoundFinding(duration_s=max(whole_s, self._curve.seconds)))

    @Slot()
    def _on_stall(self) -> None:
        self._answer(SoundFinding(error="the decoder stopped answering"))

    def _answer(self, finding: SoundFinding) -> None:
        if self._listening:
            self._listening = False
            self._stall.stop()
            self._patience.stop()
            self._finding = finding
            queued.call(self._decoder, "stop")
            QTimer.singleShot(0, self._deliver)  # timers come after queued calls

    @Slot()
    def _deliver(self) -> None:
        self._decoder.setSource(QUrl())
        self.answered.emit(self._finding)
