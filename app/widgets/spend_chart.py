"""Spend by day and by endpoint: a bar for each day, a piece of it for each endpoint, today in full colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QHelpEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.system import appearance
from app.system.tokens import blend
from app.widgets import painting, plain
from app.widgets.assistive import WordsVoice

HEIGHT, TOP, FOOT, LEGEND_ROW = 232, 54, 28, 22
BAR_MOST, BAR_SHARE = 64.0, 0.6
MOST_NAMED = 4


@dataclass(frozen=True)
class SpendPart:
    """What one endpoint has cost in one day; `words` is the amount as it is shown."""

    name: str
    amount: Decimal
    words: str


@dataclass(frozen=True)
class SpendBar:
    """One day; `total` is its amount as it is shown."""

    label: str
    total: str
    parts: tuple[SpendPart, ...] = ()

    @property
    def amount(self) -> Decimal:
        """The whole day."""
        return sum((part.amount for part in self.parts), Decimal(0))


class SpendChart(QWidget):
    """Bars with their sums above and their days below, the last one is today; a legend where several have cost."""

    voice = WordsVoice

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ""
        self._bars: tuple[SpendBar, ...] = ()
        self._names: tuple[str, ...] = ()
        self.setMinimumHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)

    def set_bars(self, title: str, bars: Sequence[SpendBar]) -> None:
        """Shows these days; the same words are said to those who cannot see the bars."""
        if (title, tuple(bars)) == (self._title, self._bars):
            return
        self._title, self._bars = title, tuple(bars)
        sums: dict[str, Decimal] = {}
        for part in (part for bar in bars for part in bar.parts):
            sums[part.name] = sums.get(part.name, Decimal(0)) + part.amount
        self._names = tuple(sorted(sums, key=lambda name: -sums[name]))
        self.setAccessibleName(f"{title}: " + ", ".join(f"{bar.label} {bar.total}" for bar in bars))
        self.update()

    @property
    def bars(self) -> tuple[SpendBar, ...]:
        """What is shown."""
        return self._bars

    def sizeHint(self) -> QSize:
        return QSize(480, HEIGHT)

    def colour_of(self, name: str, *, is_today: bool) -> QColor:
        """The same colour for one endpoint on every day; earlier days stand back."""
        tokens = appearance.current()
        inks = (tokens.accent, tokens.running, tokens.done, tokens.warning)
        place = self._names.index(name) if name in self._names else MOST_NAMED
        ink = inks[place] if place < MOST_NAMED else tokens.waiting
        return QColor(ink if is_today else blend(tokens.window, ink, 0.5 if tokens.is_dark else 0.55))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.painter_of(self)
        painter.setPen(appearance.colour("third"))
        painter.setFont(appearance.font(12))
        painter.drawText(QPointF(18, 20), self._title)
        self._paint_legend(painter)
        highest = max((bar.amount for bar in self._bars), default=Decimal(0))
        base = self.height() - FOOT
        painter.fillRect(QRectF(18, base, self.width() - 36, 1), appearance.colour("border"))
        for number, bar in enumerate(self._bars):
            self._paint_bar(painter, number, bar, highest, base)

    def _paint_bar(self, painter: QPainter, number: int, bar: SpendBar, highest: Decimal, base: float) -> None:
        is_today = number == len(self._bars) - 1
        place = self._place(number)
        room = base - TOP - 18
        height = float(bar.amount / highest) * room if highest else 0.0
        top = base - max(height, 3.0 if bar.amount else 0.0)
        if bar.amount:
            self._paint_parts(painter, QRectF(place.left(), top, place.width(), base - top), bar, is_today=is_today)
        painter.setFont(appearance.font(11, QFont.Weight.DemiBold if is_today else QFont.Weight.Normal, tabular=True))
        painter.setPen(appearance.colour("text" if is_today else "second"))
        wide = place.adjusted(-24, 0, 24, 0)
        centre = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
        if bar.amount:
            painter.drawText(QRectF(wide.left(), top - 19, wide.width(), 16), centre, bar.total)
        painter.setPen(appearance.colour("text" if is_today else "third"))
        painter.drawText(QRectF(wide.left(), base + 7, wide.width(), 16), centre, bar.label)

    def _paint_parts(self, painter: QPainter, rect: QRectF, bar: SpendBar, *, is_today: bool) -> None:
        """From the ground up, the largest first; only the whole bar has round corners."""
        painter.save()
        shape = QPainterPath()
        shape.addRoundedRect(rect.adjusted(0, 0, 0, 6), 5, 5)
        painter.setClipRect(rect)
        painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
        bottom = rect.bottom()
        for part in bar.parts:
            height = float(part.amount / bar.amount) * rect.height()
            piece = QRectF(rect.left(), bottom - height, rect.width(), height)
            painter.fillRect(piece, self.colour_of(part.name, is_today=is_today))
            bottom -= height
            if bottom > rect.top() + 2:
                painter.fillRect(QRectF(rect.left(), bottom, rect.width(), 1), appearance.colour("window"))
        painter.restore()

    def _paint_legend(self, painter: QPainter) -> None:
        """At the right of the title, as far as there is room for names."""
        if len(self._names) < 2:
            return
        font = appearance.font(12)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        left = 18 + metrics.horizontalAdvance(self._title) + 24
        for name in self._names[:MOST_NAMED]:
            words = metrics.elidedText(name, Qt.TextElideMode.ElideRight, 130)
            width = metrics.horizontalAdvance(words)
            if left + 14 + width > self.width() - 18:
                return
            box = QRectF(left, 11, 9, 9)
            painting.surface(painter, box, 2.5, fill=self.colour_of(name, is_today=True))
            painter.setPen(appearance.colour("second"))
            painter.drawText(QPointF(left + 14, 20), words)
            left += 14 + width + 18

    def _place(self, number: int) -> QRectF:
        room = (self.width() - 36) / max(1, len(self._bars))
        width = min(BAR_MOST, room * BAR_SHARE)
        return QRectF(18 + room * number + (room - width) / 2, TOP, width, self.height() - TOP - FOOT)

    def event(self, event: QEvent) -> bool:
        """Over a bar the tooltip tells what each endpoint has cost that day."""
        if isinstance(event, QHelpEvent):
            for number, bar in enumerate(self._bars):
                if self._place(number).adjusted(-8, -20, 8, 20).contains(QPointF(event.pos())) and bar.parts:
                    lines = [f"{bar.label} {bar.total}", *(f"{part.name} {part.words}" for part in bar.parts)]
                    QToolTip.showText(event.globalPos(), plain.tooltip("\n".join(lines)), self)
                    return True
            QToolTip.hideText()
        return super().event(event)
