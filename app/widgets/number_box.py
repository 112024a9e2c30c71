"""A small field for one number, without the little arrows: the keyboard's arrows do their work."""

from PySide6.QtCore import QLocale, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QWidget

from app.system import appearance
from app.widgets import painting

FREE = 1e12  # the reach of a field without limits; whole numbers up to here are exact in a float


class NumberBox(QDoubleSpinBox):
    """Whole numbers with `decimals=0`. The wheel changes it only while it has the focus, so a form can be scrolled."""

    def __init__(
        self,
        minimum: float | None = None,
        maximum: float | None = None,
        step: float = 1.0,
        parent: QWidget | None = None,
        *,
        decimals: int = 0,
    ) -> None:
        super().__init__(parent)
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFont(appearance.font(13, tabular=True))
        self.setDecimals(decimals)
        self.setRange(-FREE if minimum is None else minimum, FREE if maximum is None else maximum)
        self.setSingleStep(step)
        self.setFixedHeight(30)
        self.lineEdit().setTextMargins(4, 0, 2, 0)
        locale = QLocale(self.locale())
        locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
        self.setLocale(locale)

    def textFromValue(self, value: float) -> str:
        """As few digits as the number needs: 2.5 and not 2.50."""
        shortest = QLocale.FloatingPointPrecisionOption.FloatingPointShortest.value
        return self.locale().toString(round(value, self.decimals()), "f", shortest)

    def sizeHint(self) -> QSize:
        return QSize(58, 30)

    def minimumSizeHint(self) -> QSize:
        return QSize(44, 30)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The frame only; the words are the line edit's. Qt's style sheets cannot do a spin box without buttons."""
        painter = painting.painter_of(self)
        tokens = appearance.current()
        rect, radius = QRectF(self.rect()), appearance.RADIUS_INPUT
        edge = (
            tokens.failed if self.property("invalid") else tokens.border_strong if self.underMouse() else tokens.border
        )
        fill = tokens.input if self.isEnabled() else tokens.panel
        painting.surface(painter, rect, radius, fill=QColor(fill), edge=QColor(edge))
        if self.hasFocus():
            painting.focus_ring(painter, rect, radius)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
