"""Copies of what models work from: whole, private, one per content, and gone only when nobody wants them."""

import os
import time
from hashlib import sha256
from pathlib import Path

import pytest

from app.domain.local_errors import (
    StorageError,
)
from app.domain.media import JPEG, PNG
from app.store.input_vault import (
    FileTooLargeError,
    InputVault,
    UnknownTypeError,
    UnreadableFileError,
)

MEDIA = Path(__file__).resolve().parents[1] / "fixtures" / "media"
PICTURE = MEDIA / "picture.png"
PLENTY = 100_000_000
DAY_S = 24 * 3600
posix = pytest.mark.skipif(os.name != "posix", reason="modes and pipes of POSIX")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "inputs"


@pytest.fixture
def vault(folder: Path) -> InputVault:
    return InputVault(folder)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_copy_is_named_by_its_content_and_outlives_the_original(vault: InputVault, tmp_path: Path) -> None:
    original = tmp_path / "lake with a view.jpeg"  # its name lies about its type
    original.write_bytes(PICTURE.read_bytes())
    kept = vault.keep_copy(original, max_bytes=PLENTY)
    original.unlink()
    digest = sha256(PICTURE.read_bytes()).hexdigest()
    assert (kept.sha256, kept.file_type, kept.is_new) == (digest, PNG, True)
    assert kept.path.name == f"{digest}.png"
    again = vault.verified(digest)
    assert again is not None
    assert again.path.read_bytes() == PICTURE.read_bytes()


@posix
def test_folder_and_copies_are_for_their_owner_alone(vault: InputVault, folder: Path) -> None:
    kept = vault.keep_copy(PICTURE, max_bytes=PLENTY)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert kept.path.stat().st_mode & 0o777 == 0o600


def test_the_same_bytes_lie_there_once(vault: InputVault, folder: Path, tmp_path: Path) -> None:
    first = vault.keep_copy(PICTURE, max_bytes=PLENTY)
    twin = tmp_path / "copy of a copy.png"
    twin.write_bytes(PICTURE.read_bytes())
    second = vault.keep_copy(twin, max_bytes=PLENTY)
    third = vault.keep_bytes(PICTURE.read_bytes(), max_bytes=PLENTY)
    assert first.path == second.path == third.path
    assert (second.is_new, third.is_new) == (False, False)
    assert len(names(folder)) == 1


def test_a_damaged_copy_is_never_given_out_and_is_mended_by_the_next(vault: InputVault) -> None:
    kept = vault.keep_copy(PICTURE, max_bytes=PLENTY)
    kept.path.write_bytes(b"\x89PNG\r\n\x1a\n but not the picture")
    assert vault.verified(kept.sha256) is None
    assert vault.keep_copy(PICTURE, max_bytes=PLENTY).is_new
    assert vault.verified(kept.sha256) is not None


def test_too_large_is_refused_before_it_is_read_and_leaves_nothing(vault: InputVault, folder: Path) -> None:
    size = PICTURE.stat().st_size
    with pytest.raises(FileTooLargeError) as caught:
        vault.keep_copy(PICTURE, max_bytes=size - 1)
    assert caught.value.size_bytes == size
    with pytest.raises(FileTooLargeError):
        vault.keep_bytes(PICTURE.read_bytes(), max_bytes=size - 1)
    assert not names(folder)


def test_what_is_no_media_is_refused_with_its_first_bytes(vault: InputVault, folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "picture.png"
    page.write_bytes(b"<html>not a picture</html>")
    with pytest.raises(UnknownTypeError) as caught:
        vault.keep_copy(page, max_bytes=PLENTY)
    assert caught.value.head.startswith(b"<html>")
    with pytest.raises(UnknownTypeError):
        vault.keep_bytes(b"", max_bytes=PLENTY)
    assert not names(folder)


def test_what_is_no_file_is_refused(vault: InputVault, tmp_path: Path) -> None:
    for gone in (tmp_path / "nothing.png", tmp_path, Path("a\0b.png")):
        with pytest.raises(UnreadableFileError):
            vault.keep_copy(gone, max_bytes=PLENTY)


@posix
def test_a_pipe_is_not_waited_for(vault: InputVault, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    with pytest.raises(UnreadableFileError):
        vault.keep_copy(pipe, max_bytes=PLENTY)


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "inputs").write_text("a file where the folder should be")
    with pytest.raises(StorageError):
        InputVault(tmp_path / "inputs").keep_copy(PICTURE, max_bytes=PLENTY)


def test_a_hash_that_is_a_path_finds_nothing(vault: InputVault, folder: Path) -> None:
    vault.keep_copy(PICTURE, max_bytes=PLENTY)
    assert vault.find("../../etc/passwd") is None
    assert vault.find("") is None


def test_the_sweep_takes_what_is_old_and_unwanted_only(vault: InputVault, folder: Path) -> None:
    wanted = vault.keep_copy(MEDIA / "picture.jpg", max_bytes=PLENTY)
    unwanted = vault.keep_copy(PICTURE, max_bytes=PLENTY)
    fresh = vault.keep_copy(MEDIA / "sound.wav", max_bytes=PLENTY)
    stranger = folder / "notes.txt"
    stranger.write_text("mine")
    half = folder / ".slowlight-00ff.part"
    half.write_bytes(b"half")
    long_ago = time.time() - 100 * DAY_S
    for path in (wanted.path, unwanted.path, stranger, half):
        os.utime(path, (long_ago, long_ago))
    assert vault.sweep({wanted.sha256}, older_than_s=90 * DAY_S) == [unwanted.sha256]
    assert names(folder) == sorted([wanted.path.name, fresh.path.name, "notes.txt"])
    assert wanted.file_type is JPEG


def test_using_a_copy_again_begins_its_days_anew(vault: InputVault) -> None:
    kept = vault.keep_copy(PICTURE, max_bytes=PLENTY)
    long_ago = time.time() - 100 * DAY_S
    os.utime(kept.path, (long_ago, long_ago))
    vault.keep_copy(PICTURE, max_bytes=PLENTY)
    assert vault.sweep((), older_than_s=90 * DAY_S) == []


def test_a_vault_that_was_never_used_can_be_swept(vault: InputVault) -> None:
    assert vault.sweep((), older_than_s=0) == []
    vault.remove("a" * 64)
