"""The place for the idea: several lines of plain text that grow with what is written."""

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QSizePolicy, QTextEdit, QWidget

from app.system import appearance

LINE_PERCENT = 117.0  # a little air between the lines, 18 px at 13 px


class PromptEdit(QTextEdit):
    """`value_changed` tells what the person wrote; `set_value` is silent.

    `submit_requested`: Ctrl+Enter. Tab moves on. `count_changed` (characters, limit) feeds a counter beside the label;
    the limit is a hint and cuts nothing off. Grows from `lowest` to `highest` px, then scrolls.
    """

    value_changed = Signal(object)
    submit_requested = Signal()
    count_changed = Signal(int, int)

    def __init__(
        self,
        placeholder: str = "",
        parent: QWidget | None = None,
        *,
        limit: int = 2000,
        lowest: int = 112,
        highest: int = 240,
    ) -> None:
        super().__init__(parent)
        self._silent = False
        self._limit, self._lowest, self._highest = limit, lowest, highest
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(self.tr("Prompt"))
        self.setFont(appearance.font(13))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(3)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._grow())
        self.textChanged.connect(self._on_text)
        self._space_lines()
        self._grow()

    def value(self) -> str:
        return self.toPlainText()

    def set_value(self, value: object) -> None:
        words = "" if value is None else str(value)
        if words == self.toPlainText():
            return
        self._silent = True
        self.setPlainText(words)
        self._space_lines()
        self.moveCursor(QTextCursor.MoveOperation.End)
        self._silent = False
        self._tell_count()

    def set_limit(self, limit: int) -> None:
        self._limit = limit
        self._tell_count()

    def counter_text(self) -> str:
        """For the hint of the label: "142 / 2000"."""
        return self.tr("{used} / {limit}").format(used=len(self.toPlainText()), limit=self._limit)

    @property
    def is_too_long(self) -> bool:
        return len(self.toPlainText()) > self._limit

    def sizeHint(self) -> QSize:
        return QSize(300, self._lowest)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self._lowest)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        entered = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if entered and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.submit_requested.emit()
            return
        super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Words only: a picture that is dropped here belongs to the page."""
        return source.hasText() and not source.hasUrls()

    def insertFromMimeData(self, source: QMimeData) -> None:
        self.textCursor().insertText(source.text())
        self.ensureCursorVisible()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._grow()

    def _on_text(self) -> None:
        if self._silent:
            return
        if self.document().isEmpty():
            self._space_lines()  # Qt forgets the spacing of an emptied document
        self.value_changed.emit(self.toPlainText())
        self._tell_count()

    def _tell_count(self) -> None:
        self.count_changed.emit(len(self.toPlainText()), self._limit)

    def _space_lines(self) -> None:
        """Sets the line height of all blocks; new lines inherit it. It is no step of undo worth having."""
        silent, self._silent = self._silent, True
        block = QTextBlockFormat()
        block.setLineHeight(LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.joinPreviousEditBlock()
        cursor.mergeBlockFormat(block)
        cursor.endEditBlock()
        self._silent = silent

    def _grow(self) -> None:
        frame = self.height() - self.viewport().height()
        wanted = round(self.document().size().height()) + frame
        self.setFixedHeight(max(self._lowest, min(self._highest, wanted)))
