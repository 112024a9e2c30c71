"""The studio with its window as a process of its own, for the canary: `python -m tests.whole.canary_driver DIR`.

It logs everything, sends a job for every word of `echo.WORDS` to every provider and one to the demo, provokes crashes with
the key in them, opens every page and every job, and prints what a person or another program could see: one line of JSON.
The key of OctoAI comes as the first line of the standard input, as if it were pasted; the other one is in the environment.
"""

import asyncio
import json
import logging
import os
import sys
import threading
from pathlib import Path
from typing import NoReturn

import psutil
from PySide6.QtCore import QAbstractItemModel, QObject, Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication

from app.application import Options, Studio
from app.domain.errors import StudioError
from app.domain.job import Job
from app.domain.keys import KeyTextError
from app.domain.media import Medium
from app.domain.request import GenerationRequest
from app.services.support_file import support_text
from app.studio_window import StudioWindow
from app.system import event_loop
from app.system.logs import start_logging
from tests.whole.driver import HURRY
from tests.whole.echo import WORDS

MODELS = {"netmind": "Qwen/Qwen-Image", "haiper": "text2video", "octoai": "sdxl"}
FEW = ("good", "fail", "wrongkey", "down")
"""For the service whose jobs are films: they are asked for rarely."""
log = logging.getLogger("tests.canary")


def _send(studio: Studio) -> None:
    for provider_id, model_id in MODELS.items():
        spec = studio.catalogue.find(provider_id, model_id)
        assert spec is not None
        for word in FEW if provider_id == "haiper" else WORDS:
            params = {**spec.defaults(), "prompt": f"{word} {provider_id}"}
            studio.jobs.submit(GenerationRequest(provider_id, model_id, spec.title, spec.medium, params))
    spec = next(spec for spec in studio.catalogue.models(Medium.IMAGE) if spec.provider_id == "demo")
    params = {**spec.defaults(), "prompt": "a lake"}
    studio.jobs.submit(GenerationRequest("demo", spec.model_id, spec.title, spec.medium, params))


async def _keys(studio: Studio, pasted: str) -> list[str]:
    """Pasted keys, good and bad ones, and what is said about them."""
    said = []
    for words in (pasted + "\nX-Evil: 1", "\u00e4" + pasted, pasted + " " + pasted, f" Bearer {pasted}\n"):
        try:
            said.append(str(await studio.providers.save_key("octoai", words)))
        except KeyTextError as error:
            said.append(f"{error} {error.sentence}")
    for provider_id in MODELS:
        try:
            said.append(str(await studio.providers.test_key(provider_id)))
        except StudioError as error:
            said.append(f"{error} {error.server_text} {error.problem(provider=provider_id)}")
    return said


async def _crash(studio: Studio, *keys: str) -> None:
    """Errors that nobody thought of, with the keys in them."""

    async def boom() -> NoReturn:
        raise RuntimeError(f"Authorization: Bearer {keys[0]}")

    def in_thread() -> NoReturn:
        raise RuntimeError(f"key={keys[-1]}", {"headers": keys})

    studio.tasks.start("boom", boom())
    thread = threading.Thread(target=in_thread)
    thread.start()
    await asyncio.to_thread(thread.join)
    for key in keys:
        log.debug("sent with %s", {"Authorization": f"Bearer {key}"})
        try:
            raise ValueError(key)
        except ValueError:
            log.exception("reversed %s", key[::-1])
        log.debug("in hex %s and %s", key.encode().hex(), key.encode().hex().upper())


def _children() -> list[str]:
    return [f"{child.cmdline()} {child.environ()}" for child in psutil.Process().children(recursive=True)]


_text_properties: dict[str, list[str]] = {}


def _properties(thing: QObject) -> list[str]:
    """Every text that a widget holds. Which of its properties are texts is asked once for each class."""
    meta = thing.metaObject()
    kind = str(meta.className())
    if kind not in _text_properties:
        every = [meta.property(index) for index in range(meta.propertyCount())]
        _text_properties[kind] = [str(one.name()) for one in every if str(one.typeName()) == "QString"]
    return [value for name in _text_properties[kind] if (value := thing.property(name))]


def _cells(model: QAbstractItemModel) -> list[str]:
    roles = [*range(16), *range(int(Qt.ItemDataRole.UserRole), int(Qt.ItemDataRole.UserRole) + 40)]
    rows = range(min(model.rowCount(), 200))
    return [repr(model.index(row, 0).data(role)) for row in rows for role in roles]


async def _seen(desk: StudioWindow, jobs: list[Job]) -> list[str]:
    """Every text of every widget and every list, on every page and for every job."""
    texts: list[str] = []

    async def look() -> None:
        await asyncio.sleep(0.02)
        for widget in QApplication.allWidgets():
            texts.extend(_properties(widget))
            if isinstance(widget, QAbstractItemView) and widget.model() is not None:
                texts.extend(_cells(widget.model()))

    for page in ("image", "video", "audio", "history", "endpoints", "activity", "settings"):
        desk.window.show_page(page)
        await look()
    for job in jobs:
        desk.show_job(job)
        desk.actions.copy_error(job)
        texts.extend((QApplication.clipboard().text(), repr(job)))
        await look()
    return texts


def _jobs(studio: Studio) -> list[Job]:
    return [*studio.jobs.recent(Medium.IMAGE), *studio.jobs.recent(Medium.VIDEO)]


async def _drive(qt: QApplication, profile: Path, pasted: str) -> int:
    studio = Studio(Options(profile=profile), demo_arguments=HURRY)
    start_logging(studio.paths.logs, level=logging.DEBUG)
    desk = StudioWindow(qt, studio, asyncio.Event())
    desk.support.watch_for_crashes(studio.paths.crash)
    desk.open()
    await desk.start()
    said = await _keys(studio, pasted)
    _send(studio)
    children: list[str] = []
    while studio.jobs.unfinished():
        await asyncio.sleep(0.05)
        children = children or _children()
    await _crash(studio, os.environ["NETMIND_API_KEY"], pasted)
    jobs = _jobs(studio)
    seen = await _seen(desk, jobs)
    saved = next(job for job in jobs if job.saved_assets)
    await studio.jobs.save_copy(saved.saved_assets[0], profile.parent / "export.png")
    sources = studio.support_sources()
    support = [await support_text(sources, with_prompts=True), await support_text(sources)]
    papers = {"support": support, "reports": [await asyncio.to_thread(sources.reports.text)]}
    lines = [f"{job.provider_id} {job.prompt} {job.state} {job.problem.code if job.problem else ''}" for job in jobs]
    print(json.dumps({"jobs": lines, "said": said, "children": children, "seen": seen, **papers}), flush=True)
    desk.end()
    await studio.close()
    return 0


if __name__ == "__main__":
    application = QApplication([])
    application.setQuitOnLastWindowClosed(False)
    sys.exit(event_loop.run(application, _drive(application, Path(sys.argv[1]), sys.stdin.readline().strip())))
