"""Cases 89 to 94: files of this computer on their way to a service."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage

from app.domain.job import JobState as S
from app.services.validation import problems
from tests.conftest import Run
from tests.net.servers import Running, Seen, json_reply, reply
from tests.services.input_stage import MEDIA, SPEC, fake_netmind, kept, posts, studio
from tests.services.scripted import Stage
from tests.services.test_input_service import desk, rules, turned, two_halves
from tests.services.upload_server import EXPIRED, JOB, UploadServer

MISMATCH = (
    b"<?xml version='1.0'?><Error><Code>SignatureDoesNotMatch</Code><Message>The request signature</Message></Error>"
)


def act(profile: Path, script: UploadServer, story: Callable[[Stage], Awaitable[None]]) -> None:
    async def main() -> None:
        async with asyncio.timeout(30), fake_netmind(script) as server, studio(profile, server.base_url) as here:
            await story(here)

    asyncio.run(main())


def sent_once(profile: Path, script: UploadServer) -> None:
    """A job with a picture is queued after one paid POST."""

    async def story(here: Stage) -> None:
        await here.until_state(here.submit("make it night", image_urls=[kept(profile).to_json()]), S.QUEUED)
        assert len(posts(script)) == 1

    act(profile, script, story)


def test_case_089_a_file_is_put_with_exactly_the_type_that_was_announced(tmp_path: Path) -> None:
    def strict(server: Running, seen: Seen) -> bytes:
        (announced,) = {one.headers["file-content-type"] for one in server.seen if one.path == "/v1/files"}
        return reply(200 if seen.headers.get("content-type") == announced else 403, MISMATCH)

    script = UploadServer(store=strict)
    sent_once(tmp_path, script)
    (put,) = script.of("PUT", "/storage/")
    assert put.headers["content-type"] == "image/png"


def test_case_090_a_file_is_put_with_its_length_and_not_in_chunks(tmp_path: Path) -> None:
    def strict(_server: Running, seen: Seen) -> bytes:
        if "transfer-encoding" in seen.headers:
            return reply(501, b"<Error><Code>NotImplemented</Code></Error>")
        return reply(200 if "content-length" in seen.headers else 411)

    script = UploadServer(store=strict)
    sent_once(tmp_path, script)
    (put,) = script.of("PUT", "/storage/")
    assert put.body == (MEDIA / "picture.png").read_bytes()
    assert not {"authorization", "cookie"} & put.headers.keys()


def test_case_091_an_upload_link_that_expired_on_the_way_is_renewed(tmp_path: Path) -> None:
    def first_too_late(server: Running, _seen: Seen) -> bytes:
        return reply(403, EXPIRED) if server.count("PUT") == 1 else reply(200)

    script = UploadServer(store=first_too_late)
    sent_once(tmp_path, script)
    assert len(script.of("PUT", "/storage/")) == 2


def test_case_091_a_job_in_line_gets_its_link_when_it_is_sent_and_not_before(tmp_path: Path) -> None:
    """What is written down holds no link; a second run of the same file gets a link of its own."""
    numbers = count(1)
    script = UploadServer(create=lambda _server, _seen: json_reply({**JOB, "id": f"{next(numbers):032}"}))

    async def story(here: Stage) -> None:
        lake = kept(tmp_path)
        for _ in range(2):
            job_id = here.submit("make it night", image_urls=[lake.to_json()])
            await here.until_state(job_id, S.QUEUED)
            _, stored = await here.store.body(job_id)
            assert b"http" not in stored
        first, second = (post.body for post in posts(script))
        assert first != second
        assert len(script.of("PUT", "/storage/")) == 1

    act(tmp_path, script, story)


@pytest.mark.parametrize(
    "link", ["http://example.org/a.png", "file:///etc/passwd", "lake.png", "https://", "ftp://a/b"]
)
def test_case_092_an_address_that_no_service_can_fetch_is_said_in_the_form(link: str) -> None:
    assert list(problems(SPEC, {"prompt": "x", "image_urls": [link]})) == ["image_urls"]


def test_case_092_what_only_the_service_finds_out_comes_as_the_words_of_its_log(tmp_path: Path) -> None:
    """The service takes an address and finds a landing page behind it."""
    words, link = "Error opening 'input.webm': Format not recognised.", "https://example.org/landing-page"
    script = UploadServer(
        state=lambda _server, _seen: json_reply({**JOB, "status": "failed", "logs": [{"text": words}]})
    )

    async def story(here: Stage) -> None:
        job = await here.until_state(here.submit("make it night", image_urls=[link]), S.FAILED)
        assert job.problem is not None
        assert job.problem.server_text == words
        assert link.encode() in posts(script)[0].body

    act(tmp_path, script, story)


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_case_093_the_original_may_go_and_the_copy_is_compared(tmp_path: Path, damage: str) -> None:
    script = UploadServer()

    async def story(here: Stage) -> None:
        lake = kept(tmp_path)  # its original is gone by now
        await here.until_state(here.submit("x", image_urls=[lake.to_json()]), S.QUEUED)
        (copy,) = (tmp_path / "inputs").iterdir()
        copy.unlink() if damage == "gone" else copy.write_bytes(b"\x89PNG\r\n\x1a\n another picture")
        job = await here.until_state(here.submit("x", image_urls=[lake.to_json()]), S.FAILED)
        assert job.problem is not None
        assert "Nothing was started and nothing was charged." in str(job.problem.money)
        assert len(posts(script)) == 1

    act(tmp_path, script, story)


def test_case_094_a_photo_goes_upright_in_screen_colours_and_keeps_what_is_transparent(
    run: Run[None], tmp_path: Path
) -> None:
    async def story() -> None:
        async with desk(tmp_path) as here:
            photo = turned(two_halves(tmp_path / "photo.jpg"), 6)
            upright = await here.service.keep_file(photo, rules(), "First frame")
            assert (upright.width, upright.height) == (20, 40)
            picture = QImage(8, 8, QImage.Format.Format_ARGB32)
            picture.fill(QColor(255, 0, 0, 0))
            assert picture.save(str(tmp_path / "clear.png"))
            clear = await here.service.keep_file(tmp_path / "clear.png", rules(), "First frame")
            assert QImage(str(here.kept(clear))).hasAlphaChannel()
            printed = QImage(str(two_halves(tmp_path / "a.jpg"))).convertToFormat(QImage.Format.Format_CMYK8888)
            assert printed.save(str(tmp_path / "print.jpg"))
            screen = await here.service.keep_file(tmp_path / "print.jpg", rules(), "First frame")
            assert QImage(str(here.kept(screen))).format() is not QImage.Format.Format_CMYK8888

    run(story())


def test_case_094_a_heic_is_refused_with_a_way_out(run: Run[None], tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(tmp_path) as here:
            (tmp_path / "IMG_1.JPG").write_bytes(b"\0\0\0\x18ftypheic" + bytes(200))
            said = await here.refused(tmp_path / "IMG_1.JPG", rules())
            assert "HEIC" in said
            assert "JPEG or PNG" in said

    run(story())
