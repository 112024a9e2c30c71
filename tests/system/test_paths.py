"""A profile keeps everything below its folder, and nothing of the studio's own is readable by others."""

import os
from dataclasses import fields
from pathlib import Path

import pytest

from app.system.paths import Paths, resources


def test_everything_of_a_profile_lies_below_its_folder(tmp_path: Path) -> None:
    paths = Paths.for_profile(tmp_path / "p")
    for field in fields(paths):
        assert getattr(paths, field.name).is_relative_to(tmp_path / "p"), field.name
    assert paths.database.name == "slowlight.db"
    assert paths.settings_file == tmp_path / "p" / "settings.json"
    assert paths.library == tmp_path / "p" / "library"
    assert paths.lock_file.name == "slowlight.lock"


def test_prepare_makes_private_folders_and_can_be_repeated(tmp_path: Path) -> None:
    paths = Paths.for_profile(tmp_path / "p")
    paths.prepare()
    paths.prepare()
    for folder in (paths.data, paths.logs, paths.cache, paths.models):
        assert folder.is_dir()
        if os.name == "posix":
            assert folder.stat().st_mode & 0o777 == 0o700
    assert not paths.library.exists()


def test_a_relative_profile_does_not_move_with_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Paths.for_profile(Path("here")).data == tmp_path / "here"


def test_without_a_profile_the_systems_folders_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    paths = Paths.for_user()
    assert "slowlight" in str(paths.data).lower()
    assert paths.library.name == "Slowlight"
    assert paths.library.parent.name == "Documents"
    assert not paths.database.is_relative_to(paths.library)
    assert not list(tmp_path.iterdir()), "asking for paths creates nothing"


def test_the_resources_lie_beside_the_program() -> None:
    assert (resources() / "icons").is_dir()
