"""Private means private from the first byte, and whole means old or new and nothing between."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.system.private_files import date_mark, ensure_private_file, private_folder, unused, write_whole

posix = pytest.mark.skipif(os.name != "posix", reason="modes mean nothing on Windows")


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_nobody_else_can_read_what_the_studio_makes_under_any_umask(tmp_path: Path, mask: int) -> None:
    with umask(mask):
        private_folder(tmp_path / "a" / "b")
        ensure_private_file(tmp_path / "a" / "b" / "file")
        write_whole(tmp_path / "a" / "whole", b"x")
    assert mode(tmp_path / "a") == mode(tmp_path / "a" / "b") == 0o700
    assert mode(tmp_path / "a" / "b" / "file") == mode(tmp_path / "a" / "whole") == 0o600


@posix
def test_an_existing_file_loses_the_rights_of_others(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"kept")
    path.chmod(0o644)
    ensure_private_file(path)
    assert mode(path) == 0o600
    assert path.read_bytes() == b"kept"


@posix
def test_a_folder_with_somebody_elses_things_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o755)
    (tmp_path / "home" / "letter").write_text("mine")
    (tmp_path / "empty").mkdir(mode=0o755)
    private_folder(tmp_path / "home")
    private_folder(tmp_path / "empty")
    assert mode(tmp_path / "home") == 0o755
    assert mode(tmp_path / "empty") == 0o700


def test_writing_whole_replaces_and_leaves_no_half_file(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert [file.name for file in tmp_path.iterdir()] == ["settings.json"]


def test_a_failed_write_keeps_the_old_content_and_leaves_no_half_file(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.mkdir()
    (path / "in the way").write_text("x")
    with pytest.raises(OSError, match="settings"):
        write_whole(path, b"new")
    assert [file.name for file in tmp_path.iterdir()] == ["settings.json"]


@posix
def test_a_link_to_a_file_elsewhere_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    write_whole(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "elsewhere").read_bytes() == b"new"


def test_an_unused_name_never_lies_on_another_file(tmp_path: Path) -> None:
    (tmp_path / "a.json").touch()
    (tmp_path / "a-2.json").touch()
    assert unused(tmp_path / "a.json").name == "a-3.json"
    assert unused(tmp_path / "b.json").name == "b.json"


def test_a_date_mark_sorts_by_time() -> None:
    assert date_mark(datetime(2025, 1, 31, 14, 2, 59, tzinfo=UTC)) == "20250131-140259"
