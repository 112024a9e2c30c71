"""The frame around the pages: navigation, one page at a time, a banner for what concerns everything, and toasts.

Pages are made when they are first opened, so that the window is there at once.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app.domain.text import Text
from app.system.language import say
from app.system.paths import resources
from app.widgets.navigation import NavigationBar
from app.widgets.notices import Banner
from app.widgets.toast import KeepsClear, ToastHost

SMALLEST = QSize(1000, 660)
USUAL = QSize(1440, 900)
FRAME = QSize(16, 48)

PageMaker = Callable[[], QWidget]

WELCOME = "welcome"
"""The one page without an entry in the navigation."""


class MainWindow(QMainWindow):
    """`makers` gives a page for each key of the navigation, and for "welcome", which has no entry there.

    `close_requested` is a wish: the program ends its work first and then calls `close_for_good`.
    """

    close_requested = Signal()
    page_shown = Signal(str)
    search_requested = Signal()
    new_requested = Signal()

    def __init__(self, makers: Mapping[str, PageMaker], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._makers = dict(makers)
        self._pages: dict[str, QWidget] = {}
        self._may_close = False
        self.setWindowTitle("Slowlight")
        self.setAccessibleName("Slowlight")
        self.setWindowIcon(_app_icon())
        self.setMinimumSize(SMALLEST)
        self.resize(_fitting(self.screen().availableSize()))
        self.navigation = NavigationBar(self)
        self.banner = Banner("warning", "", parent=self, closable=False)
        self._notice = QWidget(self)
        self._notice.hide()
        self._stack = QStackedWidget(self)
        self._lay_out()
        self.toasts = ToastHost(self, self._kept_clear)
        self.navigation.page_requested.connect(self.show_page)
        self._add_shortcuts()

    def _lay_out(self) -> None:
        frame = QVBoxLayout(self._notice)
        frame.setContentsMargins(12, 10, 12, 10)
        frame.addWidget(self.banner)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._notice)
        column.addWidget(self._stack, 1)
        inside = QWidget(self)
        row = QHBoxLayout(inside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.navigation)
        row.addLayout(column, 1)
        self.setCentralWidget(inside)

    def _add_shortcuts(self) -> None:
        for number, key in enumerate(self.navigation.keys(), start=1):
            self._shortcut(QKeySequence(f"Ctrl+{number}"), partial(self.show_page, key))
        self._shortcut(QKeySequence("Ctrl+,"), lambda: self.show_page("settings"))
        self._shortcut(QKeySequence(QKeySequence.StandardKey.Find), self.search_requested.emit)
        self._shortcut(QKeySequence(QKeySequence.StandardKey.New), self.new_requested.emit)
        self._shortcut(QKeySequence(QKeySequence.StandardKey.Quit), self.close_requested.emit)

    def _shortcut(self, keys: QKeySequence, then: Callable[[], object]) -> None:
        shortcut = QShortcut(keys, self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(then)

    @property
    def current_page(self) -> str:
        """The key of the page that is seen; "" before the first one."""
        seen = self._stack.currentWidget()
        return next((key for key, page in self._pages.items() if page is seen), "")

    def page(self, key: str) -> QWidget:
        """The page of that key, made now if nobody has opened it yet."""
        if key not in self._pages:
            page = self._makers[key]()
            self._pages[key] = page
            self._stack.addWidget(page)
        return self._pages[key]

    def is_made(self, key: str) -> bool:
        """Whether a page exists already."""
        return key in self._pages

    def show_page(self, key: str) -> None:
        """Brings a page to the front."""
        self._stack.setCurrentWidget(self.page(key))
        # behind the welcome lies the page that work begins on
        self.navigation.set_current("image" if key == WELCOME else key)
        self.page_shown.emit(key)

    def _kept_clear(self) -> int:
        page: object = self._stack.currentWidget()
        return page.kept_clear() if isinstance(page, KeepsClear) else 0

    def show_banner(self, sentence: Text, actions: Sequence[Text] = (), *, kind: str = "warning") -> None:
        """Shows or, with an empty sentence, takes away what concerns every page, with what can be done about it."""
        self.banner.set_message(kind, say(sentence), [say(action) for action in actions])
        self._notice.setVisible(bool(sentence))

    def close_for_good(self) -> None:
        """Ends the window; the next close event is accepted."""
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """The first close is a wish: work is ended in order, then the window goes."""
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self.close_requested.emit()


def _fitting(available: QSize) -> QSize:
    """The usual size, or as much of it as a smaller screen has room for beside the window's frame."""
    return USUAL.boundedTo(available - FRAME).expandedTo(SMALLEST)


def _app_icon() -> QIcon:
    """The application's icon in every size it was drawn in."""
    icon = QIcon()
    for path in sorted((resources() / "icons" / "app").glob("*.png")):
        icon.addFile(str(path))
    return icon
