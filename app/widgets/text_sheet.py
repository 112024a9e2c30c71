"""A window over the window that shows a text before anything is done with it: read, tick, save, delete, close."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.system import appearance
from app.widgets.buttons import PrimaryButton, QuietButton, SecondaryButton
from app.widgets.labels import PlainLabel
from app.widgets.switch import Switch

_ROOM = (720, 560)


class TextSheet(QDialog):
    """`open()` it; never `exec()`. The words are plain: what looks like markup is shown as the letters it is made of."""

    save_requested = Signal(str)  # the words as they stand there
    delete_requested = Signal()
    option_toggled = Signal(bool)

    def __init__(self, title: str, about: str, parent: QWidget, *, option: str = "", delete: str = "") -> None:
        """`option` are the words of a switch, `delete` those of a button; without words there is none."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._words = QPlainTextEdit(self)
        self._words.setReadOnly(True)
        self._words.setTabChangesFocus(True)
        self._words.setFont(appearance.font(12))
        self._words.setAccessibleName(self.tr("Text"))
        self._words.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self._option = Switch(option, self)
        self._option.setVisible(bool(option))
        self._option.value_changed.connect(lambda on: self.option_toggled.emit(bool(on)))
        self._delete = QuietButton(delete, parent=self)
        self._delete.setVisible(bool(delete))
        self._delete.clicked.connect(self.delete_requested)
        self._save = PrimaryButton(self.tr("Save as"), parent=self)
        self._save.clicked.connect(lambda: self.save_requested.emit(self.words))
        self._lay_out(title, about)
        self.set_words(None)

    @property
    def words(self) -> str:
        return self._words.toPlainText()

    def set_words(self, words: str | None) -> None:
        """None while the text is being put together."""
        self._words.setPlainText(words if words is not None else self.tr("One moment"))
        self._save.setEnabled(words is not None)

    def _lay_out(self, title: str, about: str) -> None:
        copy = SecondaryButton(self.tr("Copy"), parent=self)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.words))
        close = SecondaryButton(self.tr("Close"), parent=self)
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._delete)
        buttons.addStretch(1)
        for button in (close, copy, self._save):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(12)
        column.addWidget(PlainLabel(title, self, size=15, weight=QFont.Weight.DemiBold))
        column.addWidget(PlainLabel(about, self, tone="second", wrap=True))
        column.addWidget(self._words, 1)
        column.addWidget(self._option)
        column.addLayout(buttons)
        parent = self.parentWidget()
        room = parent.size() if parent is not None else self.size()
        self.resize(min(_ROOM[0], room.width() - 80), min(_ROOM[1], room.height() - 80))
