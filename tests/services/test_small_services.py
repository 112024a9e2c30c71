"""Settings, activity, connection and tasks: small services with small promises."""

import asyncio
import json
import threading
from pathlib import Path

import pytest

from app.domain.text import text
from app.domain.values import JsonObject
from app.services.activity_service import KEPT, ActivityKind, ActivityService
from app.services.connection_service import ConnectionService
from app.services.settings_service import SettingsService
from app.services.tasks import Tasks
from app.store.settings_store import SettingsStore
from tests.conftest import Run


def test_a_setting_holds_at_once_and_is_on_disk_after_closing(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        tasks = Tasks()
        path = tmp_path / "settings.json"
        settings = SettingsService(SettingsStore(path), tasks.start)
        heard: list[str] = []
        settings.changed.connect(heard.append)
        settings.set("appearance.mode", "light")
        settings.set("appearance.mode", "light")
        assert settings.get("appearance.mode") == "light"
        assert heard == ["appearance.mode"]
        await tasks.close()
        await settings.close()
        assert json.loads(path.read_text()) == {"appearance": {"mode": "light"}}

    run(story())


def test_settings_that_the_disk_refused_are_said_and_written_at_the_end(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        tasks = Tasks()
        folder = tmp_path / "profile"
        settings = SettingsService(SettingsStore(folder / "settings.json"), tasks.start)
        folder.write_text("a file where the folder should be")
        troubles: list[object] = []
        settings.trouble.connect(troubles.append)
        settings.set("appearance.mode", "light")
        while not troubles:
            await asyncio.sleep(0.01)
        folder.unlink()
        await tasks.close()
        await settings.close()
        assert json.loads((folder / "settings.json").read_text()) == {"appearance": {"mode": "light"}}

    run(story())


class SlowStore(SettingsStore):
    """A disk that takes its time, and notes when two writes are on it at once."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.at_work = 0
        self.most = 0

    def save(self, data: JsonObject) -> None:
        self.at_work += 1
        self.most = max(self.most, self.at_work)
        self.begun.set()
        self.go_on.wait(10)
        super().save(data)
        self.at_work -= 1


def test_the_last_settings_win_also_when_leaving_in_the_middle_of_a_write(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        tasks = Tasks()
        store = SlowStore(tmp_path / "settings.json")
        settings = SettingsService(store, tasks.start)
        settings.set("appearance.mode", "light")
        while not store.begun.is_set():
            await asyncio.sleep(0.01)
        settings.set("appearance.mode", "dark")
        await tasks.close()
        closing = asyncio.ensure_future(settings.close())
        await asyncio.sleep(0.05)
        store.go_on.set()
        await closing
        assert store.most == 1
        assert json.loads(store.path.read_text()) == {"appearance": {"mode": "dark"}}

    run(story())


def test_a_value_that_is_not_valid_is_refused_and_one_in_the_file_is_named(run: Run[None], tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"appearance": {"mode": "pink"}}')
    settings = SettingsService(SettingsStore(path), Tasks().start)
    assert settings.get("appearance.mode") == "system"
    assert any("appearance.mode" in str(notice) for notice in settings.notices)
    with pytest.raises(ValueError, match=r"appearance\.mode"):
        settings.set("appearance.mode", "pink")


def test_activity_keeps_the_newest_and_counts_what_needs_attention() -> None:
    activity = ActivityService()
    unread: list[int] = []
    activity.unread_changed.connect(unread.append)
    for number in range(KEPT + 5):
        activity.add(ActivityKind.INFO, text("number {n}", n=number))
    activity.add(ActivityKind.ERROR, text("bad"))
    activity.add(ActivityKind.WARNING, text("odd"))
    assert len(activity.entries()) == KEPT
    assert str(activity.entries()[0].title) == "odd"
    assert unread == [1, 2]
    activity.mark_read()
    assert unread[-1] == 0


def test_one_lost_packet_is_not_offline_and_one_answer_ends_it() -> None:
    connection = ConnectionService()
    told: list[tuple[bool, str]] = []
    connection.offline_changed.connect(lambda offline, sentence: told.append((offline, str(sentence))))
    connection.failed("NetMind")
    assert told == []
    connection.failed("NetMind")
    connection.failed("NetMind")
    connection.succeeded("NetMind")
    assert [offline for offline, _ in told] == [True, False]
    assert "NetMind" in told[0][1]


def test_a_task_that_fails_is_reported_and_closing_ends_all(run: Run[None]) -> None:
    async def story() -> None:
        reported: list[str] = []
        tasks = Tasks(on_crash=lambda name, error: reported.append(f"{name}: {error}"))

        async def fails() -> None:
            raise RuntimeError("a bug")

        async def waits() -> None:
            await asyncio.Event().wait()

        await asyncio.wait([tasks.start("fails", fails())])
        endless = tasks.start("waits", waits())
        assert tasks.names == ["waits"]
        await tasks.close()
        assert endless.cancelled()
        assert reported == ["fails: a bug"]

    run(story())
