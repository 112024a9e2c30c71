"""A question before something that costs money or cannot be undone. It is opened, never executed; verbs on its buttons."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.widgets.buttons import PrimaryButton, SecondaryButton
from app.widgets.paragraph import Paragraph

WIDTH = 460


class ConfirmDialog(QDialog):
    """Title, sentences, an optional part between, and two buttons. `confirmed` is the yes; closing it is the no.

    The focus is on the harmless button, so that Enter by itself does no harm.
    """

    confirmed = Signal()
    refused = Signal()

    def __init__(
        self,
        parent: QWidget,
        title: str,
        sentences: str,
        confirm: str,
        cancel: str,
        *,
        content: QWidget | None = None,
        is_harmful: bool = True,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(sentences)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("surface", "panel")
        heading = Paragraph(title, self, size=15, weight=QFont.Weight.DemiBold)
        words = Paragraph(sentences, self, tone="second")
        self.confirm_button = PrimaryButton(confirm, parent=self)
        self.cancel_button = SecondaryButton(cancel, parent=self)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch(1)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.confirm_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 18)
        column.setSpacing(10)
        column.addWidget(heading)
        column.addWidget(words)
        if content is not None:
            content.setParent(self)
            column.addWidget(content)
        column.addSpacing(8)
        column.addLayout(foot)
        width = max(WIDTH, foot.minimumSize().width() + 44)
        self.setFixedSize(width, column.heightForWidth(width))
        self.confirm_button.clicked.connect(self.accept)
        self.cancel_button.clicked.connect(self.reject)
        self.accepted.connect(self.confirmed)
        self.rejected.connect(self.refused)
        if is_harmful:
            self.cancel_button.setFocus()

    def ask(self) -> "ConfirmDialog":
        """Shows it and comes back at once."""
        self.open()
        return self
