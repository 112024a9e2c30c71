"""settings.json is whole at every moment, keeps the keys of others, and is never thrown away."""

import json
import os
from pathlib import Path

import pytest

from app.domain.local_errors import (
    StorageError,
)
from app.domain.values import JsonObject
from app.store.settings_store import LARGEST_BYTES, SettingsStore


def test_what_was_saved_is_read_back_and_readable_by_people(tmp_path: Path) -> None:
    data: JsonObject = {
        "providers": {"netmind": {"base_url": "http://127.0.0.1:9000"}},
        "theirs": ["\u00fc", 1.5, None],
    }
    store = SettingsStore(tmp_path / "p" / "settings.json")
    store.save(data)
    assert store.load() == data
    assert store.notices == ()
    written = store.path.read_text(encoding="utf-8")
    assert '"\u00fc"' in written
    assert written.endswith("}\n")
    assert json.loads(written) == data
    if os.name == "posix":
        assert store.path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in store.path.parent.iterdir()] == ["settings.json"]


def test_no_file_means_nothing_is_set(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path / "settings.json")
    assert store.load() == {}
    assert store.notices == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[1]",
        b"null",
        b"\xff\xfe\x00",
        b'{"a": ' * 100_000,
        b"[" * 100_000,
        b'{"n": ' + b"9" * 5000 + b"}",
        b" " * (LARGEST_BYTES + 1),
    ],
)
def test_a_broken_file_is_set_aside_and_never_deleted(tmp_path: Path, content: bytes) -> None:
    store = SettingsStore(tmp_path / "settings.json")
    store.path.write_bytes(content)
    assert store.load() == {}
    aside = [file for file in tmp_path.iterdir() if file.name.startswith("settings.broken-")]
    assert [file.suffix for file in aside] == [".json"]
    assert aside[0].read_bytes() == content
    assert [aside[0].name in str(notice) for notice in store.notices] == [True]
    store.save({"new": True})
    assert store.load() == {"new": True}
    assert store.notices == ()


def test_two_broken_files_on_one_day_are_both_kept(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path / "settings.json")
    for content in (b"one", b"two"):
        store.path.write_bytes(content)
        store.load()
    assert sorted(file.read_bytes() for file in tmp_path.iterdir()) == [b"one", b"two"]


def test_a_file_from_notepad_is_read(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path / "settings.json")
    store.path.write_bytes(b'\xef\xbb\xbf{"a": 1}\r\n')
    assert store.load() == {"a": 1}


def test_half_a_character_does_not_lose_the_settings(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path / "settings.json")
    store.save({"create": {"image": {"draft": {"prompt": "half \ud800"}}}})
    assert store.load() == {"create": {"image": {"draft": {"prompt": "half \ufffd"}}}}


def test_a_folder_that_refuses_is_told_and_the_old_file_stays(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError):
        SettingsStore(tmp_path / "file" / "settings.json").save({})
