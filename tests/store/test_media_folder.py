"""The library holds whole files only, loses none, overwrites none, and nothing of it is written outside."""

import errno
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.local_errors import (
    DiskFullError,
    LibraryMissingError,
)
from app.domain.media import Medium
from app.store.media_folder import CopyRefusedError, MediaFolder

ID = "0123456789abcdef0123456789abcdef"
WHEN = datetime(2025, 1, 31, 12, 0, tzinfo=UTC)


@pytest.fixture
def library(tmp_path: Path) -> MediaFolder:
    folder = MediaFolder(tmp_path / "library")
    folder.create()
    return folder


def part(library: MediaFolder, content: bytes = b"picture", index: int = 0) -> Path:
    path = library.part_path(ID, index, Medium.IMAGE)
    path.write_bytes(content)
    return path


def commit(library: MediaFolder, content: bytes = b"picture", *, index: int = 0, prompt: str = "a fox") -> str:
    return library.commit(
        part(library, content, index),
        medium=Medium.IMAGE,
        prompt=prompt,
        created_at=WHEN,
        extension="png",
        job_id=ID,
        index=index,
    )


def names(library: MediaFolder) -> list[str]:
    return sorted(path.name for path in (library.root / "images").iterdir())


def test_a_result_gets_a_name_that_tells_what_it_is(library: MediaFolder) -> None:
    assert part(library).parent == library.root / "images"
    assert part(library).name.startswith(".slowlight-")
    relative = commit(library)
    assert relative == "images/2025-01-31 a fox 89abcdef.png"
    assert library.absolute(relative).read_bytes() == b"picture"
    assert library.exists(relative)
    assert names(library) == ["2025-01-31 a fox 89abcdef.png"], "no part is left"


def test_each_medium_has_its_folder(library: MediaFolder) -> None:
    folders = [library.part_path(ID, 0, medium).parent.name for medium in Medium]
    assert folders == ["images", "videos", "audio", "other"]


def test_no_file_is_ever_overwritten(library: MediaFolder) -> None:
    first = commit(library, b"one")
    second = commit(library, b"two")
    third = commit(library, b"three", index=1)
    assert len({first, second, third}) == 3
    assert library.absolute(first).read_bytes() == b"one"
    assert library.absolute(second).read_bytes() == b"two"


def test_a_file_named_before_a_crash_is_taken_and_not_doubled(library: MediaFolder) -> None:
    first = commit(library, b"same bytes" * 200_000)
    again = commit(library, b"same bytes" * 200_000)
    assert first == again
    assert len(names(library)) == 1


def test_a_link_in_the_place_of_a_name_is_not_followed(library: MediaFolder, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"picture")
    (library.root / "images").mkdir()
    (library.root / "images" / "2025-01-31 a fox 89abcdef.png").symlink_to(outside)
    assert commit(library) == "images/2025-01-31 a fox 89abcdef (2).png"
    assert outside.read_bytes() == b"picture"


def test_a_media_folder_that_leads_elsewhere_is_refused(library: MediaFolder, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (library.root / "images").symlink_to(tmp_path / "outside")
    with pytest.raises(LibraryMissingError):
        library.part_path(ID, 0, Medium.IMAGE)


def test_a_part_that_is_a_link_is_not_committed(library: MediaFolder, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    path = library.part_path(ID, 0, Medium.IMAGE)
    path.symlink_to(tmp_path / "secret")
    with pytest.raises(LibraryMissingError):
        library.commit(path, medium=Medium.IMAGE, prompt="", created_at=WHEN, extension="png", job_id=ID, index=0)


def test_a_library_that_went_away_is_told_and_not_imitated(tmp_path: Path) -> None:
    library = MediaFolder(tmp_path / "drive" / "library")
    for ask in (
        library.check_writable,
        library.free_bytes,
        lambda: library.part_path(ID, 0, Medium.IMAGE),
    ):
        with pytest.raises(LibraryMissingError) as caught:
            ask()
        assert str(library.root) in str(caught.value.problem().happened)
    assert library.sweep() == 0
    assert not (tmp_path / "drive").exists()


def test_a_file_in_the_place_of_the_library_is_told(tmp_path: Path) -> None:
    (tmp_path / "library").write_text("in the way")
    library = MediaFolder(tmp_path / "library")
    with pytest.raises(LibraryMissingError):
        library.check_writable()
    with pytest.raises(LibraryMissingError):
        library.create()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="rights do not bind the superuser")
def test_a_library_without_rights_is_told(library: MediaFolder) -> None:
    library.root.chmod(0o500)
    with pytest.raises(LibraryMissingError):
        library.check_writable()
    library.root.chmod(0o700)


def test_a_library_that_can_be_written_says_nothing_and_keeps_nothing(library: MediaFolder) -> None:
    library.check_writable()
    assert list(library.root.iterdir()) == []
    assert library.free_bytes() > 0


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_apart_from_a_missing_one(library: MediaFolder, number: int) -> None:
    with pytest.raises(DiskFullError), library._refusals():
        raise OSError(number, "no room")


def test_old_parts_go_and_young_ones_and_strangers_stay(library: MediaFolder) -> None:
    relative = commit(library)
    old, young = part(library, b"", 1), part(library, b"", 2)
    stranger = library.root / "images" / "holiday.part"
    stranger.write_bytes(b"")
    long_ago = time.time() - 25 * 3600
    for path in (old, stranger, library.absolute(relative)):
        os.utime(path, (long_ago, long_ago))
    assert library.sweep() == 1
    assert not old.exists()
    assert young.exists()
    assert stranger.exists()
    assert library.exists(relative)


@pytest.mark.parametrize(
    "relative",
    ["", ".", "..", "../x", "images/../../x", "/etc/passwd", "C:/x", "C:x", "images\\..\\..\\x", "\\\\host\\share"],
)
def test_no_path_leads_out_of_the_library(library: MediaFolder, relative: str) -> None:
    with pytest.raises(ValueError, match="library"):
        library.absolute(relative)
    assert not library.exists(relative)


def test_a_link_that_leads_out_is_not_a_file_of_the_library(library: MediaFolder, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (library.root / "images").mkdir()
    (library.root / "images" / "a.png").symlink_to(tmp_path / "secret")
    with pytest.raises(ValueError, match="library"):
        library.absolute("images/a.png")
    with pytest.raises(ValueError, match="library"):
        library.delete("images/a.png")


def test_deleting_twice_is_no_error(library: MediaFolder) -> None:
    relative = commit(library)
    assert library.delete(relative)
    assert not library.delete(relative)
    assert not library.exists(relative)


def test_a_copy_is_whole_and_replaces_what_the_person_chose(library: MediaFolder, tmp_path: Path) -> None:
    relative = commit(library)
    target = tmp_path / "My picture.png"
    target.write_bytes(b"old")
    library.save_copy(relative, target)
    assert target.read_bytes() == b"picture"
    library.save_copy(relative, library.absolute(relative))
    assert library.absolute(relative).read_bytes() == b"picture"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["My picture.png", "library"]


def test_a_copy_that_cannot_be_written_is_told(library: MediaFolder, tmp_path: Path) -> None:
    relative = commit(library)
    with pytest.raises(CopyRefusedError) as caught:
        library.save_copy(relative, tmp_path / "nowhere" / "a.png")
    assert "nowhere" in str(caught.value.problem().happened)
    library.delete(relative)
    (tmp_path / "kept.png").write_bytes(b"kept")
    with pytest.raises(CopyRefusedError):
        library.save_copy(relative, tmp_path / "kept.png")
    assert (tmp_path / "kept.png").read_bytes() == b"kept"
