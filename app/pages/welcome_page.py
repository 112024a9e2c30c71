"""First start: two doors, the demo and a provider. Nothing blocks, the navigation stays open."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.system import appearance
from app.widgets import icons, painting
from app.widgets.assistive import HeadingVoice
from app.widgets.card import paint_card
from app.widgets.controls import IconMark, PlainLabel, PrimaryButton, SecondaryButton
from app.widgets.paragraph import Paragraph

CARD_WIDTH = 290
DISC = 76
"""With its glow; the disc itself is 64 px."""


class WelcomePage(QWidget):
    """Wishes: `demo_requested`, `connect_requested`."""

    demo_requested = Signal()
    connect_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        centre = Qt.AlignmentFlag.AlignHCenter
        title = _Title(self.tr("Make pictures, films and sound that take their time"), self)
        sentence = PlainLabel(
            self.tr("Slowlight sends your idea to a model, waits for it, and keeps the result for you."),
            self,
            tone="second",
            size=15,
        )
        note = PlainLabel(
            self.tr("You can do both. Nothing is sent anywhere until you press Generate."), self, tone="third", size=12
        )
        column = QVBoxLayout(self)
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(_Disc(self), 0, centre)
        column.addSpacing(19)
        column.addWidget(title, 0, centre)
        column.addSpacing(11)
        column.addWidget(sentence, 0, centre)
        column.addSpacing(24)
        column.addLayout(self._doors())
        column.addSpacing(24)
        column.addWidget(note, 0, centre)
        column.addStretch(1)

    def _doors(self) -> QHBoxLayout:
        self._demo = PrimaryButton(self.tr("Start with the demo"), parent=self, large=True)
        self._demo.clicked.connect(self.demo_requested)
        connect = _LargeSecondary(self.tr("Add an API key"), parent=self)
        connect.clicked.connect(self.connect_requested)
        demo_text = self.tr(
            "A built-in demo server on this computer makes sample results. No key, no account, no cost. "
            "They are drawn by formulas, not by AI."
        )
        connect_text = self.tr(
            "NetMind, with your own account. Your key goes into this computer's keychain and is sent to that "
            "provider only."
        )
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addStretch(1)
        row.addWidget(_Door("sparkles", self.tr("Try it now"), demo_text, self._demo, self, is_first=True))
        row.addWidget(_Door("key-round", self.tr("Connect a provider"), connect_text, connect, self))
        row.addStretch(1)
        return row

    def focus_first(self) -> None:
        """Puts the keyboard on the first door."""
        self._demo.setFocus(Qt.FocusReason.OtherFocusReason)


class _Title(PlainLabel):
    """Large words stand closer together."""

    voice = HeadingVoice

    def __init__(self, words: str, parent: QWidget) -> None:
        super().__init__(words, parent, size=26, weight=QFont.Weight.Bold)
        closer = self.font()
        closer.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, -0.26)
        self.setFont(closer)


class _LargeSecondary(SecondaryButton):
    """As large as the main action beside it."""

    HEIGHT, SIZE_PX, RADIUS = 40, 13, appearance.RADIUS_CARD
    WEIGHT = QFont.Weight.DemiBold


class _Door(QWidget):
    """A card with icon, title, words, and its button at the foot."""

    def __init__(
        self, icon_name: str, title: str, words: str, button: QWidget, parent: QWidget, *, is_first: bool = False
    ) -> None:
        super().__init__(parent)
        self._is_first = is_first
        self.setFixedWidth(CARD_WIDTH)
        heading = QHBoxLayout()
        heading.setSpacing(9)
        heading.addWidget(IconMark(icon_name, "accent", 18, self))
        heading.addWidget(PlainLabel(title, self, size=15, weight=QFont.Weight.DemiBold), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(19, 19, 19, 19)
        column.setSpacing(0)
        column.addLayout(heading)
        column.addSpacing(9)
        column.addWidget(Paragraph(words, self, tone="second"))
        column.addStretch(1)
        column.addSpacing(14)
        column.addWidget(button)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_card(self, "accent" if self._is_first else "border")


class _Disc(QWidget):
    """The logo, large."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(DISC, DISC)

    def paintEvent(self, event: QPaintEvent) -> None:
        icons.draw_logo(painting.painter_of(self), self.rect())
