"""Each service makes each of its media through the window, with the demo server started alone as its address."""

import asyncio
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QMenu, QWidget

from app.application import Options, Studio
from app.domain.errors import JobGoneError
from app.domain.job import Job, JobState
from app.domain.media import Medium
from app.item_models.model_list import row_id
from app.pages.create_page import CreatePage
from app.pages.history_page import HistoryPage
from app.pages.settings_page import SettingsPage
from app.services.provider_service import KeySource
from app.studio_window import StudioWindow
from app.widgets.model_picker import ModelRole
from app.widgets.prompt_edit import PromptEdit
from tests.conftest import Run

MEDIA = Path(__file__).resolve().parents[1] / "fixtures" / "media"
KEY = "demo-key"
RUNS = {
    "netmind": (
        ("image", "Qwen/Qwen-Image", "", Medium.IMAGE),
        ("image", "google/nano-banana", "picture.png", Medium.IMAGE),
        ("video", "hunyuanvideo-community/HunyuanVideo", "", Medium.VIDEO),
        ("video", "google/veo3.1-fast", "picture.png", Medium.VIDEO),
        ("audio", "hkchengrex/MMAudio", "", Medium.AUDIO),
        ("audio", "hkchengrex/MMAudio", "film.mp4", Medium.VIDEO),
        ("audio", "minimax/speech-02-hd", "", Medium.AUDIO),
        ("audio", "openai/whisper", "sound.flac", Medium.OTHER),
    ),
    "haiper": (("video", "text2video", "", Medium.VIDEO),),
    "octoai": (
        ("image", "sdxl", "", Medium.IMAGE),
        ("image", "flux-schnell", "", Medium.IMAGE),
        ("video", "svd", "picture.png", Medium.VIDEO),
    ),
}
"""Page, model, the file that is dropped into the form, and what comes of it."""

_W = TypeVar("_W", bound=QWidget)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The demo server in its own process, as anybody would start it; no key lies about."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    for name in ("NETMIND_API_KEY", "OCTOAI_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    command = [sys.executable, "-m", "app.sandbox", "--port", "0", "--announce", "--speed", "200", "--media", "small"]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["base_url"]
        process.terminate()


class Person:
    """Does what a person does: looks for things by their names, types, drops and presses."""

    def __init__(self, desk: StudioWindow, studio: Studio) -> None:
        self._desk = desk
        self._studio = studio

    async def until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            await asyncio.sleep(0.01)

    def find(self, kind: type[_W], name: str, inside: QWidget) -> _W:
        (found,) = (
            part
            for part in inside.findChildren(kind)
            if part.isVisible() and name == (part.accessibleName() or getattr(part, "text", str)())
        )
        return found

    async def point(self, provider_id: str, address: str) -> None:
        """Opens the card's Address and types it; then the key, where the card has a field for one."""
        self._desk.window.show_page("settings")
        settings = self._desk.window.page("settings")
        assert isinstance(settings, SettingsPage)
        group = settings.providers.group(provider_id)
        assert group is not None
        self.find(QAbstractButton, "Address", group).click()
        field = self.find(QLineEdit, "Address", group)
        QTest.keyClicks(field, address)
        QTest.keyClick(field, Qt.Key.Key_Return)
        card = self._studio.providers.card
        await self.until(lambda: card(provider_id).base_url == address)
        if not card(provider_id).key_owner:
            assert not card(provider_id).has_key
            QTest.keyClicks(self.find(QLineEdit, "API key", group), KEY)
            QTest.mouseClick(self.find(QAbstractButton, "Save key", group), Qt.MouseButton.LeftButton)
        await self.until(lambda: card(provider_id).key_source is KeySource.SESSION)

    def choose(self, page: CreatePage, provider_id: str, model_id: str) -> None:
        """Opens the list of models and clicks one."""
        picker = page.panel.picker
        picker.showPopup()
        rows = [picker.model().index(row, 0) for row in range(picker.count())]
        wanted = next(row for row in rows if row.data(ModelRole.ID) == row_id(provider_id, model_id))
        picker.view().scrollTo(wanted)
        picker.view().setCurrentIndex(wanted)
        QTest.keyClick(picker.view(), Qt.Key.Key_Return)
        spec = page.panel.spec
        assert spec is not None
        assert (spec.provider_id, spec.model_id) == (provider_id, model_id)

    async def drop(self, page: CreatePage, file: Path) -> None:
        """Drops a file from a file manager onto the first field that takes one."""
        field = next(iter(page.panel.form.media_fields().values()))
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(file))])
        middle, action = field.rect().center(), Qt.DropAction.CopyAction
        held = (data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(field, QDragEnterEvent(middle, action, *held))
        QApplication.sendEvent(field, QDropEvent(QPointF(middle), action, *held))
        assert page.panel.inputs is not None
        inputs = page.panel.inputs
        await self.until(lambda: bool(field.given()) and not inputs.waits())

    async def generate(self, page: CreatePage, words: str) -> Job:
        """Types into the prompt, where the model has one, and presses Generate once."""
        for prompt in page.panel.form.findChildren(PromptEdit):
            if prompt.accessibleName() in ("Prompt", "Text") and prompt.isVisible():
                prompt.selectAll()
                QTest.keyClicks(prompt, words)
        await self.until(lambda: not page.panel.foot.is_resting)
        submitted: list[Job] = []
        self._studio.jobs.job_added.connect(submitted.append)
        QTest.mouseClick(page.panel.foot.button, Qt.MouseButton.LeftButton)
        self._studio.jobs.job_added.disconnect(submitted.append)
        assert not page.panel.form.errors()
        assert len(submitted) == 1, page.panel.foot.reason()
        return submitted[0]

    def delete_on_the_server(self, job: Job) -> None:
        """Looks at a job in History, opens *More ways to delete* and chooses the one that keeps it here."""
        page = self._desk.window.page("history")
        assert isinstance(page, HistoryPage)
        assert page.choose(job.job_id)
        self.find(QAbstractButton, "More ways to delete", page.details).click()
        (menu,) = page.details.findChildren(QMenu)
        (entry,) = (entry for entry in menu.actions() if entry.text() == "Delete on the server only")
        entry.trigger()
        menu.close()

    async def rested(self, job: Job) -> Job:
        def now() -> Job:
            return self._studio.jobs.job(job.job_id) or job

        await self.until(lambda: now().is_resting)
        assert now().state is JobState.DONE, (job.provider_id, job.model_id, now().problem)
        return now()

    async def runs(self, provider_id: str) -> list[tuple[Job, Medium]]:
        """All runs of a service, one wish after the other and the waiting together."""
        sent: list[tuple[Job, Medium]] = []
        for key, model_id, file, result in RUNS[provider_id]:
            self._desk.window.show_page(key)
            page = self._desk.window.page(key)
            assert isinstance(page, CreatePage)
            self.choose(page, provider_id, model_id)
            if file:
                await self.drop(page, MEDIA / file)
            sent.append((await self.generate(page, f"waves at night {len(sent)}"), result))
            for field in page.panel.form.media_fields().values():
                field.set_value(None)
        return [(await self.rested(job), result) for job, result in sent]


def check(studio: Studio, profile: Path, job: Job, medium: Medium) -> None:
    """The file decodes, and the database has its true size and hash."""
    assert [asset.medium for asset in job.saved_assets] == [medium], (job.provider_id, job.model_id)
    for asset in job.saved_assets:
        path = studio.jobs.path_of(asset)
        data = path.read_bytes()
        with sqlite3.connect(f"file:{profile / 'slowlight.db'}?mode=ro", uri=True) as database:
            (row,) = database.execute("SELECT size_bytes, sha256 FROM assets WHERE asset_id = ?", (asset.asset_id,))
        assert row == (len(data), hashlib.sha256(data).hexdigest())
        match asset.medium:
            case Medium.IMAGE:
                assert QImage(str(path)).width() == asset.width
            case Medium.VIDEO:
                assert asset.width, "a frame was decoded"
                assert asset.duration_s
            case Medium.AUDIO:
                assert asset.duration_s
            case _:
                assert data.decode().strip()


@asynccontextmanager
async def opened(qapp: QApplication, profile: Path) -> AsyncIterator[tuple[StudioWindow, Studio]]:
    """The whole studio with its window, past the welcome."""
    qapp.setQuitOnLastWindowClosed(False)
    studio = Studio(Options(profile=profile))
    studio.settings.set("welcome.seen", True)
    desk = StudioWindow(qapp, studio, asyncio.Event())
    desk.open()
    await desk.start()
    try:
        yield desk, studio
    finally:
        desk.end()
        await studio.close()
        qapp.setQuitOnLastWindowClosed(True)


@pytest.mark.parametrize("provider_id", RUNS)
def test_a_service_makes_each_of_its_media_through_the_window(
    run: Run[None], qapp: QApplication, tmp_path: Path, server: str, provider_id: str
) -> None:
    async def story() -> None:
        async with opened(qapp, tmp_path) as (desk, studio):
            person = Person(desk, studio)
            for needed in ("netmind", "haiper") if provider_id == "haiper" else (provider_id,):
                await person.point(needed, server)
            for job, medium in await person.runs(provider_id):
                check(studio, tmp_path, job, medium)

    run(story())


def over_there(server: str) -> dict[str, Any]:
    """What the server has written down about all that was asked of it."""
    with urllib.request.urlopen(f"{server}/sandbox/ledger") as answer:  # noqa: S310 - the server of this test
        found: dict[str, Any] = json.load(answer)
        return found


def test_what_is_deleted_on_the_server_through_the_window_is_gone_there_and_stays_here(
    run: Run[None], qapp: QApplication, tmp_path: Path, server: str
) -> None:
    async def story() -> None:
        async with opened(qapp, tmp_path) as (desk, studio):
            person = Person(desk, studio)
            await person.point("netmind", server)
            desk.window.show_page("image")
            page = desk.window.page("image")
            assert isinstance(page, CreatePage)
            person.choose(page, "netmind", "Qwen/Qwen-Image")
            job = await person.rested(await person.generate(page, "a lighthouse"))
            assert len((await asyncio.to_thread(over_there, server))["jobs"]) == 1
            desk.window.show_page("history")
            history = desk.window.page("history")
            assert isinstance(history, HistoryPage)
            await person.until(lambda: history.choose(job.job_id))
            person.delete_on_the_server(job)

            def now() -> Job | None:
                return studio.jobs.job(job.job_id)

            await person.until(lambda: (kept := now()) is not None and kept.is_deleted_there)
            seen = await asyncio.to_thread(over_there, server)
            assert sum(count for kind, count in seen["requests"].items() if kind.startswith("DELETE ")) == 1
            assert seen["jobs"] == []
            connected = await studio.providers.connected("netmind")
            with pytest.raises(JobGoneError) as gone:
                await connected.provider.poll(job.remote_ref or {})
            assert gone.value.http_status == 404
            assert now() == replace(job, is_deleted_there=True)
            check(studio, tmp_path, job, Medium.IMAGE)
            await person.until(lambda: not history.details.more.isVisible())
            told = [label.text() for toast in desk.window.toasts.toasts() for label in toast.findChildren(QLabel)]
            assert "The copy at NetMind is deleted" in told

    run(story())
