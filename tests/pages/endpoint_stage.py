"""The endpoints page on a real service, a real database and the demo's rental desk, without a socket."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from app.item_models.endpoint_table import Column
from app.pages.endpoints_page import EndpointsPage
from app.services.tasks import Tasks
from app.widgets.confirm_dialog import ConfirmDialog
from tests.services.endpoint_stage import Ground, Run, running


@dataclass
class PageStage:
    """One page and what it said."""

    run: Run
    page: EndpointsPage
    toasts: list[tuple[str, str, str]]

    async def settle(self) -> None:
        """Lets everything happen that was asked for."""
        for _ in range(60):
            QApplication.processEvents()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            await asyncio.sleep(0.001)

    async def until(self, condition: Callable[[], object]) -> None:
        """Waits for a condition; the test's own deadline ends it."""
        while not condition():
            await self.settle()

    async def pass_time(self, seconds: float) -> None:
        """Turns the clock, lets the watch do its rounds, and the page its tick."""
        await self.run.pass_time(seconds)
        self.page._on_tick()
        await self.settle()

    def button(self, words: str) -> QAbstractButton:
        """The visible button with these words or this name."""
        found = [
            one
            for one in self.page.window().findChildren(QAbstractButton)
            if words in (one.text().replace("&&", "&"), one.accessibleName()) and one.isVisibleTo(self.page.window())
        ]
        assert found, f"no button {words!r}"
        return found[-1]

    async def press(self, words: str) -> None:
        button = self.button(words)
        assert button.isEnabled(), f"{words!r} cannot be pressed"
        button.click()
        await self.settle()

    def dialog(self) -> ConfirmDialog:
        found = [one for one in self.page.window().findChildren(ConfirmDialog) if one.isVisible()]
        assert len(found) == 1
        return found[0]

    def field(self, name: str, kind: type[QWidget] = QWidget) -> QWidget:
        """The visible field of that accessible name."""
        found = [one for one in self.page.findChildren(kind) if one.accessibleName() == name and one.isVisible()]
        assert found, f"no field {name!r}"
        return found[0]

    def cell(self, column: Column, row: int = 0) -> str:
        return str(self.page.view.model().index(row, column).data())

    def words(self) -> str:
        """Everything that can be read now."""
        return "\n".join(label.text() for label in self.page.findChildren(QLabel) if label.isVisible())


@asynccontextmanager
async def showing(ground: Ground, key: str = "key-of-this-test") -> AsyncIterator[PageStage]:
    """The page, shown and settled."""
    async with running(ground, key) as run:
        tasks = Tasks(on_crash=lambda name, error: run.crashes.append(f"{name}: {error!r}"))
        page = EndpointsPage(run.service, tasks.start)
        stage = PageStage(run, page, [])
        page.toast_requested.connect(lambda *said: stage.toasts.append(said))
        page.resize(904, 654)
        page.show()
        await stage.settle()
        try:
            yield stage
        finally:
            await tasks.close()
            page.hide()
            page.deleteLater()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        assert not run.crashes
