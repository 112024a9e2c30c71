"""Results are found where they were saved, also after another library folder was chosen, and missing ones are named."""

from pathlib import Path

import pytest

from app.application import Options, Studio
from app.domain.job import Asset, TransferState
from app.domain.local_errors import (
    ResultMissingError,
)
from app.domain.media import Medium
from tests.conftest import Run

PICTURE = Asset("a1", "j1", 0, "0", Medium.IMAGE, TransferState.SAVED, path="images/lake.png", size_bytes=4)


def _put(library: Path) -> Path:
    place = library / PICTURE.path
    place.parent.mkdir(parents=True)
    place.write_bytes(b"lake")
    return place


async def _with_library(profile: Path, library: Path | None, saved: Path) -> None:
    """One run with that library, in which the picture is found at `saved`."""
    studio = Studio(Options(profile=profile))
    studio.settings.set("library.folder", str(library) if library else None)
    await studio.start()
    assert studio.jobs.path_of(PICTURE) == saved
    await studio.jobs.save_copy(PICTURE, profile / "copy.png")
    assert (profile / "copy.png").read_bytes() == b"lake"
    await studio.close()


def test_what_is_saved_is_found_after_another_library_folder_was_chosen(run: Run[None], tmp_path: Path) -> None:
    profile, drive, desk = tmp_path / "profile", tmp_path / "drive", tmp_path / "desk"
    desk.mkdir()
    saved = _put(profile / "library")

    async def from_the_profile_to_folders_and_back() -> None:
        await _with_library(profile, None, saved)
        await _with_library(profile, desk, saved)
        saved.unlink()
        on_drive = _put(drive)
        for library in (drive, desk, None):
            await _with_library(profile, library, on_drive)

    run(from_the_profile_to_folders_and_back())


def test_a_copy_of_a_file_that_is_gone_names_the_file_and_not_the_target(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        studio = Studio(Options(profile=tmp_path))
        await studio.start()
        with pytest.raises(ResultMissingError) as caught:
            await studio.jobs.save_copy(PICTURE, tmp_path / "copy.png")
        assert str(caught.value.problem().happened) == "lake.png is not in the library any more."
        assert not (tmp_path / "copy.png").exists()
        await studio.close()

    run(story())
