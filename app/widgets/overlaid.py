"""A list that is always there, with the reason why it is empty laid over it.

A list that gave its place to other words would be gone for assistive technology: its name is a promise (product.md).
"""

from PySide6.QtWidgets import QStackedLayout, QWidget

from app.widgets.empty_state import EmptyState


class Overlaid(QWidget):
    """`empty` covers `rows` while there are none."""

    def __init__(self, rows: QWidget, empty: EmptyState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._empty = empty
        layers = QStackedLayout(self)
        layers.setStackingMode(QStackedLayout.StackingMode.StackAll)
        layers.addWidget(rows)
        layers.addWidget(empty)
        layers.setCurrentWidget(empty)

    @property
    def is_covered(self) -> bool:
        """Whether the reason is seen."""
        return not self._empty.isHidden()

    def cover(self, covered: bool) -> None:
        """Shows or takes away the reason."""
        self._empty.setVisible(covered)
