"""Several lines of plain words with room between them: what a QLabel cannot do without markup."""

import math

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.system import appearance
from app.widgets import painting
from app.widgets.labels import PlainLabel

LINE_SHARE = 1.44
"""Distance of two baselines as a share of the type size, as in the design."""
WIDEST = 640


class Paragraph(PlainLabel):
    """A label that wraps, also inside words where a path or an address has no blanks.

    Takes as little height as its words need at the width it gets; `centred` sets each line in the middle and lets the
    lines come out about equally long, so that no word stands alone in the last one.
    """

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        tone: str = "text",
        size: int = 13,
        weight: QFont.Weight = QFont.Weight.Normal,
        centred: bool = False,
    ) -> None:
        super().__init__(text, parent, tone=tone, size=size, weight=weight, wrap=True)
        self._centred = centred
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        natural = QFontMetricsF(self.font()).horizontalAdvance(self.text())
        width = min(WIDEST, math.ceil(natural) + 1)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.line_height)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if not self.text():
            return 0
        return self._laid_out(width).lineCount() * self.line_height

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.painter_of(self)
        tone = str(self.property("tone"))
        painter.setPen(appearance.colour(tone if self.isEnabled() else "disabled"))
        words = self._laid_out(self.width())
        aside = 0.0
        if self._centred:
            narrow = self._narrowest(words.lineCount())
            words, aside = self._laid_out(narrow), (self.width() - narrow) / 2
        above = (self.line_height - QFontMetricsF(self.font()).height()) / 2
        for number in range(words.lineCount()):
            words.lineAt(number).draw(painter, QPointF(aside, number * self.line_height + above))

    @property
    def line_height(self) -> int:
        """Distance of two baselines in px; what stands beside the first line is centred in it."""
        return round(self.font().pixelSize() * LINE_SHARE)

    def _narrowest(self, lines: int) -> int:
        """The smallest width in px at which the words still take so many lines."""
        low, high = 1, max(1, self.width())
        while low < high:
            middle = (low + high) // 2
            if self._laid_out(middle).lineCount() > lines:
                low = middle + 1
            else:
                high = middle
        return high

    def _laid_out(self, width: int) -> QTextLayout:
        made = QTextLayout(self.text(), self.font())
        option = QTextOption(Qt.AlignmentFlag.AlignHCenter if self._centred else Qt.AlignmentFlag.AlignLeading)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(self.layoutDirection())
        made.setTextOption(option)
        made.beginLayout()
        while (line := made.createLine()).isValid():
            line.setLineWidth(max(1, width))
        made.endLayout()
        return made
