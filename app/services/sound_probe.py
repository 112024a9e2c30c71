"""Decodes one sound at a time, at its own rate: how long is it, and how loud at each moment.

No format is asked of the decoder: an mp3 with a LAME header and a requested rate never ends (ecosystem.md 2). Buffers are
reduced as they arrive, a few thousand samples at a time, so the window stays alive. Driven by queued calls and made in a
plain slot, as FilmProbe is.
"""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, QUrl, Signal, Slot
from PySide6.QtMultimedia import QAudioBuffer, QAudioDecoder

from app.services.findings import CLOSED, SoundFinding
from app.services.loudness import LoudnessCurve
from app.system import queued

STALL_MS = 10_000
"""The longest silence between two buffers."""


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
        self._decoder = QAudioDecoder(self)
        self._decoder.bufferReady.connect(self._on_buffer)
        self._decoder.finished.connect(self._on_finished)
        self._decoder.error.connect(self._on_error)

    def ask(self, path: Path) -> None:
        """Works for films too: their first sound track is decoded."""
        self._curve = LoudnessCurve()
        self._listening = True
        self._stall.start(STALL_MS)
        # the decoder rests here, its last stop was carried out before `answered`
        self._decoder.setSource(QUrl.fromLocalFile(str(path.absolute())))
        queued.call(self._decoder, "start")

    def give_up(self) -> None:
        """Answers soon, with the error CLOSED."""
        self._answer(SoundFinding(error=CLOSED))

    @Slot()
    def _on_buffer(self) -> None:
        while self._listening and self._decoder.bufferAvailable():
            self._stall.start(STALL_MS)
            self._add(self._decoder.read())

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
    def _on_stall(self) -> None:
        self._answer(SoundFinding(error="the decoder stopped answering"))

    def _answer(self, finding: SoundFinding) -> None:
        if self._listening:
            self._listening = False
            self._stall.stop()
            self._finding = finding
            queued.call(self._decoder, "stop")
            QTimer.singleShot(0, self._deliver)  # timers come after queued calls

    @Slot()
    def _deliver(self) -> None:
        self._decoder.setSource(QUrl())
        self.answered.emit(self._finding)
