"""T-21: what a server says is shown as the letters it is made of; it opens no file and no page."""

import ast
import asyncio
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QLabel, QTextBrowser, QTextEdit, QWidget

from app.domain.endpoint import Endpoint, EndpointPlan, Phase
from app.domain.errors import Moment
from app.domain.job import Job, JobState
from app.domain.media import Medium
from app.domain.remote import RemoteState, Snapshot
from app.domain.text import plain
from app.providers.wire import failure_error
from app.services.activity_service import ActivityKind
from app.store.database import Database
from app.store.job_store import JobStore
from app.system.paths import Paths
from app.widgets.endpoint_address import EndpointAddress
from app.widgets.toast import Toast
from tests.conftest import Run
from tests.counts import say
from tests.fakes import make_job
from tests.screenshots.shots import Stage

APP = Path(__file__).resolve().parents[2] / "app"
SCHEMES = ("http", "file", "javascript", "data", "smb", "ftp", "mailto")
PAGES = ("image", "video", "audio", "history", "activity", "settings", "endpoints")
STATES = (JobState.FAILED, JobState.UNSURE, JobState.EXPIRED, JobState.CANCELLED, JobState.DONE)


def hostile(pipe: Path) -> tuple[str, ...]:
    """Markup that opens a file, links, directions that turn a name around, and a megabyte."""
    return (
        f'<img src="{pipe}"><b>out of memory</b>',
        f'<img src="file://{pipe}"><a href="javascript:alert(1)">see here</a>',
        "<a href='file:///etc/passwd'>the log</a> <a href='http://host.test/'>more</a>",
        "\u202egnp.exe\u2066 &lt;b&gt; &amp; <!-- \x00 \x1b[31m",
        "<table><tr><td>" * 40,
        "<b>A</b> word " * 90_000,
    )


class Opened(QObject):
    """Notes every address that anything asks the system to open; https is the only one that may be."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.urls.append(url.toString())


@pytest.fixture
def opened() -> Iterator[Opened]:
    made = Opened()
    for scheme in SCHEMES:
        QDesktopServices.setUrlHandler(scheme, made, "take")  # type: ignore[arg-type]  # it wants a str
    yield made
    for scheme in SCHEMES:
        QDesktopServices.unsetUrlHandler(scheme)


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Path]:
    """Whoever opens it is noticed: the other end comes up at once."""
    path = tmp_path / "opened"
    if not hasattr(os, "mkfifo"):
        pytest.skip("needs named pipes")
    os.mkfifo(path)
    over, readers = threading.Event(), list[bool]()

    def wait() -> None:
        while not over.is_set():
            os.close(os.open(path, os.O_WRONLY))  # returns when somebody opens the other end
            readers.append(over.is_set())

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    yield path
    over.set()
    while thread.is_alive():
        os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
        thread.join(0.01)
    assert False not in readers, "a file named in a server's words was opened"


def jobs(words: str) -> list[Job]:
    """One job in each state and medium, everything in it said by a server."""
    snapshot = Snapshot(RemoteState.FAILED, wire_status=words, message=words)
    problem = failure_error(snapshot).problem(Moment.WATCH, provider=words[:400])
    made = []
    for number, state in enumerate(STATES):
        medium = (Medium.IMAGE, Medium.VIDEO, Medium.AUDIO)[number % 3]
        made.append(
            make_job(
                words,
                state,
                medium=medium,
                model_title=words[:400],
                wire_status=words[:400],
                tags=(words[:60],),
                problem=problem if state is not JobState.DONE else None,
                params={"prompt": words, words[:50]: words[:400]},
            )
        )
    return made


async def _stored(profile: Path, all_jobs: list[Job]) -> None:
    paths = Paths.for_profile(profile)
    paths.prepare()
    database = Database(paths.database)
    await database.open()
    store = JobStore(database)
    for job in all_jobs:
        await store.add(job, b"", "")
        await store.save(job)
    await database.close()


def looked_at(window: QWidget) -> tuple[int, list[str]]:
    """How many places show words, and which of them would read markup."""
    wrong: list[str] = []
    labels = window.findChildren(QLabel)
    for label in labels:
        if label.textFormat() is not Qt.TextFormat.PlainText:
            wrong.append(f"{label.metaObject().className()}: {label.text()[:60]!r}")
        if label.openExternalLinks():
            wrong.append("a label opens links")
    wrong += ["a browser of pages"] * len(window.findChildren(QTextBrowser))
    for edit in window.findChildren(QTextEdit):
        if edit.acceptRichText():
            wrong.append("a field takes markup")
    for widget in window.findChildren(QWidget):
        tip = widget.toolTip()
        if any(mark in tip for mark in ("<img", "<a ", "<b>", "<table")):  # what is foreign is escaped
            wrong.append(f"a tooltip: {tip[:60]!r}")
    return len(labels), wrong


def test_every_word_of_a_server_is_shown_as_it_is(
    qapp: QApplication, run: Run[Any], tmp_path: Path, pipe: Path, opened: Opened
) -> None:
    qapp.setQuitOnLastWindowClosed(False)
    words = hostile(pipe)
    everything = [job for one in words for job in jobs(one)]

    async def look() -> int:
        profile = tmp_path / "profile"
        await _stored(profile, everything)
        stage = Stage(qapp, profile, demo=False)
        try:
            return await through(stage)
        finally:
            await stage.close()

    async def through(stage: Stage) -> int:
        await stage.open()
        for one in words:
            stage.studio.activity.add(ActivityKind.ERROR, plain(one[:2_000]), plain(one[:2_000]))
            stage.window.toasts.show_toast(one[:2_000], one[:2_000], kind="error", action="Undo")
        stage.window.show_banner(plain(words[0]))
        seen = 0
        for key in PAGES:
            stage.page(key)
            await asyncio.sleep(0.05)
            count, wrong = looked_at(stage.window)
            assert not wrong, (key, wrong)
            seen += count
        assert stage.window.findChildren(Toast)
        for job in everything:
            stage.create(job.medium).show_job(job.job_id)
            await asyncio.sleep(0)
            _, wrong = looked_at(stage.window)
            assert not wrong, wrong
        stage.window.grab()
        return seen

    labels = run(look())
    assert not opened.urls
    made = f"{len(everything)} jobs made of {len(words)} hostile texts"
    say(
        "T-21",
        f"words of servers: {made}, {labels} labels on {len(PAGES)} pages, all plain; 0 files, 0 addresses opened",
    )


@cache
def _calls() -> dict[str, set[str]]:
    """Which files call what."""
    found: dict[str, set[str]] = {}
    for path in sorted(APP.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                found.setdefault(name, set()).add(path.relative_to(APP).as_posix())
    return found


def test_markup_is_shown_nowhere_and_addresses_are_opened_in_known_places() -> None:
    for never in (
        "setHtml",
        "insertHtml",
        "appendHtml",
        "QTextBrowser",
        "setOpenExternalLinks",
        "setOpenLinks",
        "QLabel",
    ):
        assert never not in _calls(), never
    # a folder or a file of ours is opened as such; a web page only where the program itself names it, and at an endpoint
    assert _web_pages() == {"pages/endpoint_wishes.py", "pages/provider_settings.py", "widgets/endpoint_address.py"}


def _web_pages() -> set[str]:
    """The files that open anything but `QUrl.fromLocalFile(...)`."""
    found = set()
    for path in sorted(APP.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "openUrl":
                given = node.args[0]
                is_local = isinstance(given, ast.Call) and getattr(given.func, "attr", "") == "fromLocalFile"
                found |= set() if is_local else {path.relative_to(APP).as_posix()}
    return found


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "javascript:alert(1)", "http://host.test", "https://a@b.test"]
)
def test_an_endpoint_may_name_a_web_page_and_nothing_else(qapp: QApplication, opened: Opened, address: str) -> None:
    place = EndpointAddress()
    now = datetime(2026, 1, 2, tzinfo=UTC)
    place.show_address(
        Endpoint("e1", "netmind_endpoints", "test", EndpointPlan("python"), now, phase=Phase.LIVE, address=address)
    )
    place._open_page()
    assert not opened.urls
    assert not place._open.isVisibleTo(place)


def test_the_pages_of_providers_are_https() -> None:
    from app.application import PROVIDERS

    pages = [info.key_page for info, _ in PROVIDERS if info.key_page]
    assert pages
    assert all(page.startswith("https://") for page in pages)
