"""Answers on the disk: private, whole or not there, and gone when nobody needs them."""

import asyncio
import os
import stat
import time
from pathlib import Path

import pytest

from app.domain.local_errors import (
    DiskFullError,
    StorageError,
)
from app.net.spool import Spool

NAME = "0123456789abcdef0123456789abcdef"


def spool_in(folder: Path) -> Spool:
    return Spool(folder / "spool", keep_free_bytes=0)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "spool").iterdir())


def test_an_answer_is_private_from_its_first_byte_and_named_only_when_it_is_whole(tmp_path: Path) -> None:
    async def story() -> None:
        spool = spool_in(tmp_path)
        await spool.check_ready(1)
        async with spool.writing(NAME) as sink:
            await sink.begin(6)
            await sink.write(b"abc")
            part = tmp_path / "spool" / f"{NAME}.part"
            assert stat.S_IMODE(part.stat().st_mode) == 0o600
            assert not spool.holds(NAME)
            await sink.write(b"def")
        assert spool.holds(NAME)
        assert names(tmp_path) == [f"{NAME}.json"]
        assert spool.path(NAME).read_bytes() == b"abcdef"
        assert stat.S_IMODE((tmp_path / "spool").stat().st_mode) == 0o700

    asyncio.run(story())


def test_a_second_beginning_replaces_the_first(tmp_path: Path) -> None:
    async def story() -> None:
        spool = spool_in(tmp_path)
        async with spool.writing(NAME) as sink:
            for content in (b"the first, longer one", b"second"):
                await sink.begin(None)
                await sink.write(content)
        assert spool.path(NAME).read_bytes() == b"second"

    asyncio.run(story())


@pytest.mark.parametrize("error", [RuntimeError(), asyncio.CancelledError()])
def test_what_was_cut_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    async def cut(spool: Spool) -> None:
        async with spool.writing(NAME) as sink:
            await sink.begin(None)
            await sink.write(b"half")
            raise error

    async def story() -> None:
        with pytest.raises(type(error)):
            await cut(spool_in(tmp_path))
        assert names(tmp_path) == []

    asyncio.run(story())


def test_an_answer_that_never_began_leaves_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with spool_in(tmp_path).writing(NAME):
            pass
        assert names(tmp_path) == []

    asyncio.run(story())


@pytest.mark.parametrize("name", ["", "x", "../" + NAME, NAME.upper(), NAME + "/a", NAME + "-1", NAME + "\n"])
def test_only_names_of_our_own_are_names(tmp_path: Path, name: str) -> None:
    spool = spool_in(tmp_path)
    assert not spool.holds(name)
    with pytest.raises(ValueError, match=r".*"):
        spool.path(name)
    asyncio.run(spool.remove(name))


def test_a_disk_without_room_is_said_before_anything_is_paid_for(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        asyncio.run(spool_in(tmp_path).check_ready(1 << 60))
    assert caught.value.not_started
    assert "full" in str(caught.value.problem().happened)


def test_a_disk_that_fills_up_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    async def fill(spool: Spool) -> None:
        async with spool.writing(NAME) as sink:
            await sink.begin(1 << 60)

    async def story() -> None:
        with pytest.raises(DiskFullError):
            await fill(spool_in(tmp_path))
        assert names(tmp_path) == []

    asyncio.run(story())


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="rights mean nothing here")
def test_a_folder_that_cannot_be_written_to_is_an_error_with_words(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StorageError):
            asyncio.run(spool_in(tmp_path).check_ready())
    finally:
        tmp_path.chmod(0o700)


def test_old_answers_are_swept_and_nothing_else_is(tmp_path: Path) -> None:
    async def story() -> None:
        spool = spool_in(tmp_path)
        assert await spool.sweep() == 0
        await spool.check_ready(1)
        ages = {f"{NAME}.part": 2, f"{NAME}-result.part": 0, f"{NAME}.json": 31, f"{NAME}-result.json": 29, "mine": 99}
        for name, days in ages.items():
            file = tmp_path / "spool" / name
            file.write_bytes(b"x")
            os.utime(file, (0, time.time() - days * 24 * 3600))
        assert await spool.sweep() == 2
        assert names(tmp_path) == [f"{NAME}-result.json", f"{NAME}-result.part", "mine"]
        await spool.remove(NAME, f"{NAME}-result")
        assert names(tmp_path) == [f"{NAME}-result.part", "mine"]

    asyncio.run(story())
