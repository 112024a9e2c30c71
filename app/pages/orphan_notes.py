"""Says across every page that finished jobs on a server are not in the library, and asks which are wanted."""

from PySide6.QtCore import QObject

from app.domain.text import Text, text
from app.pages.main_window import MainWindow
from app.pages.remote_rows import orphan_row
from app.pages.window_banner import WindowBanner
from app.services.orphans import Orphan, Orphans
from app.system.language import say
from app.widgets.orphan_picker import OrphanPicker


class OrphanNotes(QObject):
    """What was put off with *Later* is not said again in this run, unless there is more."""

    def __init__(self, window: MainWindow, banner: WindowBanner, orphans: Orphans) -> None:
        super().__init__(window)
        self._window = window
        self._banner = banner
        self._orphans = orphans
        self._put_off: set[str] = set()
        self._picker: OrphanPicker | None = None
        orphans.changed.connect(self._changed)
        banner.orphans_requested.connect(self.ask)

    def _changed(self, found: tuple[Orphan, ...]) -> None:
        new = [orphan for orphan in found if orphan.key not in self._put_off]
        self._banner.say_orphans(sentence(len(found)) if new else Text())

    def ask(self) -> None:
        """Opens the choice."""
        if self._picker is not None or not self._orphans.all:
            return
        picker = self._picker = OrphanPicker([orphan_row(orphan) for orphan in self._orphans.all], self._window)
        picker.wanted.connect(self._bring_in)
        picker.unwanted.connect(self._orphans.dismiss)
        picker.rejected.connect(self._later)
        picker.finished.connect(self._closed)
        picker.open()

    def _bring_in(self, keys: list[str]) -> None:
        self._orphans.bring_in(keys)
        title = say(text("1 job is being brought in")) if len(keys) == 1 else ""
        title = title or say(text("{count} jobs are being brought in", count=len(keys)))
        self._window.toasts.show_toast(title, kind="info")

    def _later(self) -> None:
        self._put_off |= {orphan.key for orphan in self._orphans.all}
        self._banner.say_orphans(Text())

    def _closed(self) -> None:
        self._picker = None


def sentence(count: int) -> Text:
    """The banner's words."""
    if count == 1:
        return text("1 finished job on the server is not in your library.")
    return text("{count} finished jobs on the server are not in your library.", count=count)
