"""Words that only show: plain text in a tone of the look, section headings, form labels, dividers and badges."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from app.system import appearance
from app.widgets import painting, plain
from app.widgets.assistive import HeadingVoice, WordsVoice


class PlainLabel(QLabel):
    """A label that never takes its words for markup. `tone` is a colour token: text, second, third, failed, done..."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        tone: str = "text",
        size: int = 13,
        weight: QFont.Weight = QFont.Weight.Normal,
        wrap: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(appearance.font(size, weight))
        self.setWordWrap(wrap)
        self.setProperty("tone", tone)
        self.setText(text)

    def set_tone(self, tone: str) -> None:
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            restyle(self)


class SectionLabel(PlainLabel):
    """A small heading above a group; a heading for assistive technology as well."""

    voice = HeadingVoice

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent, tone="third", size=11)


class Divider(QFrame):
    """A hairline, lying or standing."""

    def __init__(self, parent: QWidget | None = None, *, vertical: bool = False) -> None:
        super().__init__(parent)
        self.setProperty("surface", "line")
        fixed, free = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        self.setSizePolicy(fixed if vertical else free, free if vertical else fixed)
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)


class FormLabel(QWidget):
    """The name of a field at the left and a muted hint at the right, as above every field of a form."""

    def __init__(self, text: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self._label = PlainLabel(text, self, tone="second", size=12, weight=QFont.Weight.Medium)
        self._hint = PlainLabel(hint, self, tone="third", size=12)
        self._hint.setVisible(bool(hint))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._label)
        row.addStretch(1)
        row.addWidget(self._hint)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @property
    def text(self) -> str:
        return self._text

    @property
    def hint(self) -> str:
        return self._hint.text()

    def set_hint(self, hint: str, tone: str = "third") -> None:
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self._hint.set_tone(tone)

    def set_buddy(self, field: QWidget) -> None:
        """A click on the label goes to the field, and the field is named by it."""
        self._label.setText(plain.without_mnemonic(self._text))
        self._label.setBuddy(field)
        field.setAccessibleName(self._text)


class Badge(QWidget):
    """A small pill with a count or a few words. `tone` colours the words."""

    HEIGHT, PADDING = 18, 7
    voice = WordsVoice

    def __init__(self, text: str = "", parent: QWidget | None = None, *, tone: str = "second") -> None:
        super().__init__(parent)
        self._text, self._tone = text, tone
        self.setFont(appearance.font(11, QFont.Weight.DemiBold, tabular=True))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    @property
    def text(self) -> str:
        return self._text

    def set_text(self, text: str, tone: str = "second") -> None:
        self._text, self._tone = text, tone
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return badge_size(self._text)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_badge(painting.painter_of(self), QRectF(self.rect()), self._text, self._tone)


def badge_size(text: str) -> QSize:
    """The room a badge needs; a single digit makes a circle."""
    words = QFontMetricsF(_badge_font()).horizontalAdvance(text)
    return QSize(max(Badge.HEIGHT + 1, round(words + 2 * Badge.PADDING)), Badge.HEIGHT)


def paint_badge(painter: QPainter, rect: QRectF, text: str, tone: str = "second") -> None:
    painting.surface(painter, rect, rect.height() / 2, fill=appearance.colour("raised"))
    painter.setFont(_badge_font())
    painter.setPen(appearance.colour(tone))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


def _badge_font() -> QFont:
    return appearance.font(11, QFont.Weight.DemiBold, tabular=True)


def restyle(widget: QWidget) -> None:
    """Makes Qt read the style sheet again after a dynamic property changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()
    widget.updateGeometry()


def is_look_change(event: QEvent) -> bool:
    """Whether a changeEvent means that colours may be different now."""
    return event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange)
