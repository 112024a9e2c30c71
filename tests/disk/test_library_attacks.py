"""T-20: whatever lies in wait in the library, nothing is written outside of it, and nothing there is overwritten.

Links, hard links, pipes, folders in place of files, and parts of somebody else, met at each step of saving; and a folder
that another program swaps for a link all the time.
"""

import contextlib
import os
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.errors import StudioError
from app.domain.media import Medium
from app.net.part_file import PartFile, note_path
from app.store.media_folder import MediaFolder
from tests.counts import say

pytestmark = pytest.mark.skipif(os.name != "posix", reason="such traps need the links and pipes of POSIX")

PRECIOUS = b"precious"
CONTENT = b"\x89PNG\r\n\x1a\n" + b"x" * 4000
WHEN = datetime(2025, 1, 31, tzinfo=UTC)
SWAPS = 80


class Scene:
    """A library, a folder outside it, and where the traps of one job lie."""

    def __init__(self, root: Path, number: int) -> None:
        self.outside = root / "outside"
        self.outside.mkdir(parents=True)
        (self.outside / "file").write_bytes(PRECIOUS)
        self.library = MediaFolder(root / "library")
        self.library.create()
        self.job_id = f"{number:032x}"

    def part(self) -> Path:
        return self.library.part_path(self.job_id, 0, Medium.IMAGE)

    def save(self, before_commit: Callable[[], None] = lambda: None) -> str:
        """All steps of saving one result. Raises StudioError."""
        path = self.part()
        file = PartFile(path, keep_free_bytes=0)
        point = file.resume_point()
        file.open(point.offset if point else 0)
        file.write(CONTENT[file.size_bytes :], '"e"')
        file.finish()
        before_commit()
        return self.library.commit(
            path,
            medium=Medium.IMAGE,
            prompt="a lake",
            created_at=WHEN,
            extension="png",
            job_id=self.job_id,
            index=0,
        )

    def name(self) -> Path:
        """The name that the result is going to get."""
        return self.library.root / "images" / f"2025-01-31 a lake {self.job_id[-8:]}.png"

    def is_unharmed(self) -> bool:
        inside = [path for path in self.outside.rglob("*") if path.name != "file"]
        return not inside and (self.outside / "file").read_bytes() == PRECIOUS


def link(scene: Scene, place: Path) -> None:
    place.symlink_to(scene.outside / "file")


def link_to_nothing(scene: Scene, place: Path) -> None:
    place.symlink_to(scene.outside / "new")


def link_to_folder(scene: Scene, place: Path) -> None:
    place.symlink_to(scene.outside)


def hard_link(scene: Scene, place: Path) -> None:
    place.hardlink_to(scene.outside / "file")


def pipe(_scene: Scene, place: Path) -> None:
    os.mkfifo(place)


def folder(_scene: Scene, place: Path) -> None:
    place.mkdir()
    (place / "x").write_bytes(PRECIOUS)


def foreign(_scene: Scene, place: Path) -> None:
    """Something that another program, or another user, left there."""
    place.write_bytes(b"not ours" * 50)
    place.chmod(0o444)


def a_loop(_scene: Scene, place: Path) -> None:
    place.symlink_to(place)


TRAPS = (link, link_to_nothing, link_to_folder, hard_link, pipe, folder, foreign, a_loop)
ETAGS = ("", '"e"')


def lay(scene: Scene, trap: Callable[[Scene, Path], None], where: str, etag: str) -> Callable[[], None]:
    """Puts a trap there now, or answers what puts it there between the last byte and the name."""
    if where == "the part":
        place = scene.part()
        trap(scene, place)
        if etag:
            note_path(place).write_text('{"synced": 8, "etag": "\\"e\\""}')
    elif where == "the note":
        trap(scene, note_path(scene.part()))
    elif where == "the name":
        scene.part()
        trap(scene, scene.name())
    elif where == "the folder":
        trap(scene, scene.library.root / "images")
    elif where == "the part at the last moment":

        def swap() -> None:
            scene.part().unlink()
            trap(scene, scene.part())

        return swap
    return lambda: None


def test_t20_nothing_is_written_outside_the_library(tmp_path: Path) -> None:
    saved = refused = number = 0
    places = ("the part", "the note", "the name", "the folder", "the part at the last moment")
    for trap in TRAPS:
        for where in places:
            for etag in ETAGS:
                for with_other in (False, True):
                    number += 1
                    scene = Scene(tmp_path / str(number), number)
                    if with_other and where != "the folder":
                        (scene.library.root / "images").mkdir()
                        (scene.library.root / "images" / "holiday.png").write_bytes(PRECIOUS)
                    try:
                        at_last = lay(scene, trap, where, etag)
                        name = scene.save(at_last)
                    except StudioError:
                        refused += 1
                    else:
                        content = scene.library.absolute(name).read_bytes()
                        # what was put there with a note of its own is caught by the checks of the content
                        is_planted = where == "the part at the last moment" or (trap is foreign and etag)
                        assert content == CONTENT or is_planted, (trap.__name__, where)
                        saved += 1
                    assert scene.is_unharmed(), (trap.__name__, where, etag)
                    shutil.rmtree(tmp_path / str(number))
    say("T-20", f"library attacks: {number} traps ({saved} saved beside, {refused} refused), 0 bytes outside")


def test_t20_a_folder_that_is_swapped_for_a_link_all_the_time(tmp_path: Path) -> None:
    scene = Scene(tmp_path, 7)
    images, aside = scene.library.root / "images", scene.library.root / "aside"
    images.mkdir()
    is_over = threading.Event()

    steps: tuple[Callable[[], object], ...] = (
        lambda: images.rename(aside),
        lambda: images.symlink_to(scene.outside),
        images.unlink,
        lambda: aside.rename(images),
        lambda: shutil.rmtree(aside),
    )

    def swap() -> None:
        while not is_over.is_set():
            for step in steps:
                with contextlib.suppress(OSError):  # the library makes its folder again where it is gone
                    step()

    swapping = threading.Thread(target=swap)
    swapping.start()
    saved = refused = 0
    try:
        for number in range(SWAPS):
            scene.job_id = f"{number + 1:032x}"
            try:
                scene.save()
                saved += 1
            except (StudioError, OSError):
                refused += 1
    finally:
        is_over.set()
        swapping.join()
    assert scene.is_unharmed()
    say(
        "T-20 race", f"a folder swapped for a link during {SWAPS} savings ({saved} saved, {refused} refused), 0 outside"
    )
