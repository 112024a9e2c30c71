"""Play and pause, the time, a line to scrub along, loop, sound, full screen. It knows no player: wishes go out."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.system import appearance
from app.widgets.buttons import IconButton
from app.widgets.labels import PlainLabel
from app.widgets.slider import Slider
from app.widgets.viewer_content import clock_text

_KEY_STEP_MS, _PAGE_STEP_MS = 1_000, 5_000


class TransportBar(QWidget):
    """Times in milliseconds."""

    play_requested = Signal()
    pause_requested = Signal()
    seek_requested = Signal(int)
    loop_toggled = Signal(bool)
    mute_toggled = Signal(bool)
    full_screen_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playing = False
        self._play = IconButton("play", self.tr("Play"), self, framed=True)
        self._now = PlainLabel("0:00.0", self, tone="second", size=12)
        self._whole = PlainLabel("0:00.0", self, tone="second", size=12)
        self._line = _TimeLine(self)
        self._loop = IconButton("repeat", self.tr("Loop"), self)
        self._mute = IconButton("volume-2", self.tr("Mute"), self)
        self._full = IconButton("maximize", self.tr("Full screen"), self)
        for label in (self._now, self._whole):
            label.setFont(appearance.font(12, tabular=True))
        for button in (self._loop, self._mute):
            button.setCheckable(True)
        self._arrange()
        self._play.clicked.connect(self._on_play)
        self._line.sliderMoved.connect(self._on_scrub)
        self._line.stepped.connect(self._on_scrub)
        self._loop.toggled.connect(self.loop_toggled)
        self._mute.toggled.connect(self._on_mute)
        self._full.clicked.connect(self.full_screen_requested)

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._play)
        row.addWidget(self._now)
        row.addWidget(self._line, 1)
        row.addWidget(self._whole)
        for button in (self._loop, self._mute, self._full):
            row.addWidget(button)

    @property
    def position_ms(self) -> int:
        return self._line.value()

    @property
    def duration_ms(self) -> int:
        return self._line.maximum()

    @property
    def is_playing(self) -> bool:
        return self._playing

    def set_playing(self, playing: bool) -> None:
        """The button is named by what it does next."""
        self._playing = playing
        self._play.set_icon_name("pause" if playing else "play")
        self._play.set_name(self.tr("Pause") if playing else self.tr("Play"))

    def set_position(self, position_ms: int) -> None:
        """Ignored while the person holds the handle."""
        if not self._line.isSliderDown():
            self._line.setValue(position_ms)
            self._now.setText(clock_text(position_ms))

    def set_duration(self, duration_ms: int) -> None:
        self._line.setRange(0, max(0, duration_ms))
        self._line.setEnabled(duration_ms > 0)
        self._whole.setText(clock_text(duration_ms))
        # both labels are as wide as the longer text, so that nothing moves while it plays
        width = self._whole.fontMetrics().horizontalAdvance(clock_text(duration_ms).replace("1", "0")) + 2
        for label in (self._now, self._whole):
            label.setMinimumWidth(width)

    def set_loop(self, on: bool) -> None:
        self._loop.setChecked(on)

    def set_muted(self, on: bool) -> None:
        self._mute.setChecked(on)

    def set_for_film(self, film: bool) -> None:
        """A sound has no full screen."""
        self._full.setVisible(film)

    def set_full_screen(self, on: bool) -> None:
        """Its button leads back then."""
        self._full.set_icon_name("minimize" if on else "maximize")
        self._full.set_name(self.tr("Leave full screen") if on else self.tr("Full screen"))

    @Slot()
    def _on_play(self) -> None:
        (self.pause_requested if self._playing else self.play_requested).emit()

    @Slot(int)
    def _on_scrub(self, position_ms: int) -> None:
        self._now.setText(clock_text(position_ms))
        self.seek_requested.emit(position_ms)

    @Slot(bool)
    def _on_mute(self, muted: bool) -> None:
        self._mute.set_icon_name("volume-x" if muted else "volume-2")
        self.mute_toggled.emit(muted)


class _TimeLine(Slider):
    """Steps of seconds by the keyboard, told apart from the moves of the film itself."""

    stepped = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSingleStep(_KEY_STEP_MS)
        self.setPageStep(_PAGE_STEP_MS)
        self.setRange(0, 0)
        self.setEnabled(False)
        self.setAccessibleName(self.tr("Position"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = self.value()
        super().keyPressEvent(event)
        if self.value() != before:
            self.stepped.emit(self.value())
