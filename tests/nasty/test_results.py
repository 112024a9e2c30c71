"""Cases 52 to 74: links, downloads, and what is in the files. Cases 75 and 76 stand in `test_strange_media`."""

import asyncio
import base64
import gzip
import json
import logging
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.domain.errors import NotAServiceAnswerError
from app.domain.job import Job
from app.domain.job import JobState as S
from app.domain.media import Medium
from app.domain.remote import Snapshot
from app.domain.values import Json
from app.net.download import download
from app.net.media_client import MAX_REDIRECTS, MediaClient
from app.services.job_tools import SavingLimits
from tests.nasty.dialects import IN_NETMIND, Dialect
from tests.nasty.stage import DEFAULT_LIMITS, PICTURE, Play, Scene, Service, act, ask, cut
from tests.net.fetching import ETAG, chunked
from tests.net.fetching import PICTURE as BIG
from tests.net.servers import Running, Seen, Wire, json_reply, reply, serving
from tests.services.scripted import PIXEL

MEDIA = Path(__file__).resolve().parents[1] / "fixtures" / "media"
XML = b"<?xml version='1.0'?><Error><Code>%s</Code><Message>%s</Message><RequestId>4711</RequestId></Error>"
GONE = reply(403, XML % (b"AccessDenied", b"Request has expired"))
BIG_FILE = reply(200, BIG, f"ETag: {ETAG}")
LINK = "/files/a.png"


def saved(tmp_path: Path, service: Service, *, pace_s: float = 0.01) -> tuple[Job, Running, list[bytes]]:
    """The job is done. Answers it, what the server saw, and the bytes of its files in the library."""
    jobs: list[Job] = []

    async def story(here: Scene) -> None:
        jobs.append(await here.stage.until_state(here.stage.submit(), S.DONE))

    server = act(tmp_path, service, story, pace_s=pace_s)
    files = [(tmp_path / "library" / asset.path).read_bytes() for asset in jobs[0].saved_assets]
    assert not list((tmp_path / "library").rglob("*.part"))
    return jobs[0], server, files


def given_up(
    tmp_path: Path, service: Service, state: S, code: str, *, limits: SavingLimits = DEFAULT_LIMITS
) -> Running:
    """The job ends without a file, for this reason."""

    async def story(here: Scene) -> None:
        job = await here.stage.until_state(here.stage.submit(), state)
        assert job.problem is not None
        assert job.problem.code == code
        assert "<" not in job.problem.server_text

    server = act(tmp_path, service, story, limits=limits)
    assert [path for path in (tmp_path / "library").rglob("*") if path.is_file()] == []
    return server


def with_file(dialect: Dialect, *plays: Play) -> Service:
    """A finished job whose one file is answered so."""
    return Service(dialect, poll=[dialect.done(LINK)], files={LINK: plays})


# --- links


@pytest.mark.parametrize(
    "answer",
    [
        GONE,
        reply(403, XML % (b"SignatureDoesNotMatch", b"The request signature")),
        reply(400, XML % (b"ExpiredToken", b"The provided token has expired.")),
        reply(401, b"{}"),
        reply(404, XML % (b"NoSuchKey", b"The specified key does not exist.")),
        reply(410),
    ],
)
def test_case_052_an_expired_link_is_renewed_through_the_job_and_is_no_trouble_with_the_key(
    tmp_path: Path, by_link: Dialect, answer: bytes
) -> None:
    troubles: list[object] = []

    async def story(here: Scene) -> None:
        here.stage.jobs.key_trouble.connect(lambda *what: troubles.append(what))
        await here.stage.until_state(here.stage.submit(), S.DONE)
        assert [seen.path for seen in here.server.seen if seen.path.startswith("/files/")] == [
            "/files/old.png?X-Amz-Signature=1",
            "/files/new.png?X-Amz-Signature=2",
        ]

    polls = [by_link.done("/files/old.png?X-Amz-Signature=1"), by_link.done("/files/new.png?X-Amz-Signature=2")]
    act(tmp_path, Service(by_link, poll=polls, files={"/files/old.png": [answer]}), story)
    assert troubles == []


def test_case_052_a_link_that_stays_expired_ends_as_expired(tmp_path: Path, by_link: Dialect) -> None:
    given_up(tmp_path, with_file(by_link, GONE), S.EXPIRED, "link_expired")


def test_case_053_a_link_that_works_only_after_a_moment_is_tried_again(tmp_path: Path, by_link: Dialect) -> None:
    not_yet = reply(403, XML % (b"AccessDenied", b"Request is not valid yet"))
    _, _, files = saved(tmp_path, with_file(by_link, not_yet, reply(404), PICTURE))
    assert files == [PIXEL]


def test_case_054_a_signed_link_is_fetched_without_the_key(tmp_path: Path, by_link: Dialect) -> None:
    async def storage(seen: Seen, wire: Wire) -> None:
        two = "authorization" in seen.headers
        await wire.send(reply(400, XML % (b"InvalidArgument", b"Only one auth mechanism allowed")) if two else PICTURE)

    _, server, _ = saved(tmp_path, with_file(by_link, storage))
    (seen,) = (seen for seen in server.seen if seen.path == LINK)
    assert not {"authorization", "cookie", "x-key", "x-api-key"} & seen.headers.keys()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_case_055_a_redirect_of_the_service_takes_the_key_nowhere(by_link: Dialect, status: int) -> None:
    strangers: list[Running] = []

    async def leads_away(_seen: Seen, wire: Wire) -> None:
        async with serving(lambda _seen, wire: wire.send(by_link.running())) as stranger:
            strangers.append(stranger)
            await wire.send(reply(status, b"", f"Location: {stranger.base_url}/take"))

    error, server = ask(by_link, leads_away, lambda provider: provider.poll({"v": 1, "key": "r1"}))
    assert isinstance(error, NotAServiceAnswerError)
    assert len(server.seen) == 1
    assert [stranger.connections for stranger in strangers] == [0]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_case_056_a_paid_request_follows_no_redirect_and_becomes_no_get(by_link: Dialect, status: int) -> None:
    script = reply(status, b"", f"Location: {by_link.create_path}/")
    body = by_link.prepared()
    error, server = ask(by_link, script, lambda provider: provider.submit(body))
    assert isinstance(error, NotAServiceAnswerError)
    assert not error.not_started
    assert [seen.method for seen in server.seen] == ["POST"]


def test_case_056_a_result_is_found_behind_five_redirects_and_not_behind_a_circle(
    tmp_path: Path, by_link: Dialect
) -> None:
    hops = {f"/files/{n}": [reply(302, b"", f"Location: /files/{n + 1}")] for n in range(MAX_REDIRECTS)}
    _, _, files = saved(tmp_path, Service(by_link, poll=[by_link.done("/files/0")], files=dict(hops)))
    assert files == [PIXEL]
    circle = with_file(by_link, reply(302, b"", f"Location: {LINK}"))
    server = given_up(tmp_path / "other", circle, S.FAILED, "insecure_address")
    assert sum(seen.path == LINK for seen in server.seen) == MAX_REDIRECTS + 1


def test_case_056_a_redirect_into_the_network_around_is_not_followed(tmp_path: Path, by_link: Dialect) -> None:
    inside = with_file(by_link, reply(302, b"", "Location: http://192.168.0.1/admin"))
    given_up(tmp_path, inside, S.FAILED, "insecure_address")


@pytest.mark.parametrize(
    "link", ["/files/a.png", "files/a.png", " /files/a.png\n", "/files/../files/a.png", "/files/a b.png"]
)
def test_case_057_a_link_without_a_host_lies_at_the_service(tmp_path: Path, by_link: Dialect, link: str) -> None:
    _, _, files = saved(tmp_path, Service(by_link, poll=[by_link.done(link)]))
    assert files == [PIXEL]


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("www.example.org/a.png", "https://www.example.org/a.png"),
        ("//files.example.org/a.png", "https://files.example.org/a.png"),
        ("files.example.org:8443/a.png", "https://files.example.org:8443/a.png"),
    ],
)
def test_case_057_a_link_without_a_scheme_is_https(by_link: Dialect, link: str, url: str) -> None:
    snapshot, _ = ask(by_link, by_link.done(link), lambda provider: provider.poll({"v": 1, "key": "r1"}))
    assert isinstance(snapshot, Snapshot)
    assert [artifact.url for artifact in snapshot.artifacts] == [url]


@pytest.mark.parametrize(
    "link", ["file:///etc/passwd", "javascript:alert(1)", "ftp://example.org/a", "http://10.0.0.1/a"]
)
def test_case_057_a_link_to_somewhere_else_is_refused_with_its_reason(
    tmp_path: Path, by_link: Dialect, link: str
) -> None:
    given_up(tmp_path, Service(by_link, poll=[by_link.done(link)]), S.FAILED, "insecure_address")


ENCODED = base64.b64encode(PIXEL).decode()


@pytest.mark.parametrize(
    "item",
    [
        {"b64_json": ENCODED},
        {"b64_json": ENCODED.rstrip("=")},
        {"base64": base64.urlsafe_b64encode(PIXEL).decode()},
        {"image_b64": "\n".join(ENCODED[n : n + 20] for n in range(0, len(ENCODED), 20))},
        {"url": f"data:image/png;base64,{ENCODED}"},
        {"url": f"DATA:;BASE64,{ENCODED}"},
        {"audio": PIXEL.hex()},
        {"audio_hex": PIXEL.hex().upper()},
        {"hex": f"0x{PIXEL.hex()}"},
    ],
)
def test_case_058_a_result_inside_the_answer_is_decoded_in_every_form(tmp_path: Path, item: Json) -> None:
    body = {**IN_NETMIND.job("r1", "succeeded"), "result": {"data": [item]}}
    _, server, files = saved(tmp_path, Service(IN_NETMIND, poll=[json_reply(body)]))
    assert files == [PIXEL]
    assert not [seen for seen in server.seen if seen.path.startswith("/files/")]


@pytest.mark.parametrize("data", ["", "AAAA", "not base64!", "data:image/png;base64,", "data:image/png;base64,AAAA"])
def test_case_058_what_is_no_encoding_or_no_media_is_never_saved(tmp_path: Path, data: str) -> None:
    body = {**IN_NETMIND.job("r1", "succeeded"), "result": {"data": [{"b64_json": data}]}}

    async def story(here: Scene) -> None:
        await here.stage.until_state(here.stage.submit(), S.FAILED)

    act(tmp_path, Service(IN_NETMIND, poll=[json_reply(body)]), story)
    assert [path for path in (tmp_path / "library").rglob("*") if path.is_file()] == []


# --- files


@pytest.mark.parametrize(
    ("name", "kind", "medium"),
    [
        ("sound.flac", "application/octet-stream", Medium.AUDIO),
        ("film.mp4", "text/html", Medium.VIDEO),
        ("picture.webp", "image/png", Medium.IMAGE),
        ("picture.jpg", "video/mp4", Medium.IMAGE),
        ("sound.mp3", "", Medium.AUDIO),
    ],
)
def test_case_059_a_file_is_what_its_bytes_are(
    tmp_path: Path, by_link: Dialect, name: str, kind: str, medium: Medium
) -> None:
    data = (MEDIA / name).read_bytes()
    job, _, files = saved(tmp_path, with_file(by_link, reply(200, data, f"Content-Type: {kind}")))
    (asset,) = job.saved_assets
    assert files == [data]
    assert (asset.medium, Path(asset.path).suffix) == (medium, Path(name).suffix)


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><html><body>Log in</body></html>",
        XML % (b"SlowDown", b"Please reduce your request rate."),
        b'{"error": "not ready"}',
        b"Not found",
    ],
)
def test_case_060_a_page_instead_of_a_picture_is_not_saved_and_the_picture_can_still_be_fetched(
    tmp_path: Path, by_link: Dialect, body: bytes
) -> None:
    async def story(here: Scene) -> None:
        job_id = here.stage.submit()
        job = await here.stage.until_state(job_id, S.FAILED)
        assert job.problem is not None
        assert job.problem.code == "broken_result"
        assert "<" not in job.problem.server_text
        here.service.files = {}
        here.stage.jobs.fetch_again(job_id)
        await here.stage.until_state(job_id, S.DONE)
        assert here.posts == 1

    act(tmp_path, with_file(by_link, reply(200, body, "Content-Type: image/png")), story)


@pytest.mark.parametrize("play", [chunked(BIG), cut(reply(200, BIG, length=-1))])
def test_case_061_a_file_without_a_length_is_whole_when_the_protocol_says_so(
    tmp_path: Path, by_link: Dialect, play: Play
) -> None:
    _, _, files = saved(tmp_path, with_file(by_link, play))
    assert files == [BIG]


def test_case_062_progress_is_counted_in_bytes_of_the_wire_and_never_exceeds_the_whole(tmp_path: Path) -> None:
    steps: list[tuple[int, int | None]] = []

    async def main() -> None:
        async with serving(lambda _seen, wire: wire.send(BIG_FILE)) as server:
            media = MediaClient(allow_loopback=True)
            await download(
                media, server.base_url, tmp_path / "a.part", max_bytes=10**9, on_progress=lambda *s: steps.append(s)
            )
            await media.close()
            assert server.seen[0].headers["accept-encoding"] == "identity"

    asyncio.run(main())
    assert all(total == len(BIG) and done <= total for done, total in steps if total)


def test_case_062_a_packed_file_is_not_taken_for_the_file(tmp_path: Path, by_link: Dialect) -> None:
    packed = reply(200, gzip.compress(BIG), "Content-Encoding: gzip")
    given_up(tmp_path, with_file(by_link, packed), S.FAILED, "broken_result")


def whole_or_rest(seen: Seen) -> bytes:
    start = int(seen.headers["range"].removeprefix("bytes=").rstrip("-")) if "range" in seen.headers else 0
    if not start:
        return BIG_FILE
    return reply(206, BIG[start:], f"ETag: {ETAG}", f"Content-Range: bytes {start}-{len(BIG) - 1}/{len(BIG)}")


async def good_storage(seen: Seen, wire: Wire) -> None:
    await wire.send(whole_or_rest(seen))


HALF = cut(reply(200, BIG[:500_000], f"ETag: {ETAG}", length=len(BIG)))


@pytest.mark.parametrize("share", [0, 1, 50, 99])
def test_case_063_a_file_that_was_cut_goes_on_where_it_stopped(tmp_path: Path, by_link: Dialect, share: int) -> None:
    sent = len(BIG) * share // 100
    first = cut(reply(200, BIG[:sent], f"ETag: {ETAG}", length=len(BIG)))
    _, server, files = saved(tmp_path, with_file(by_link, first, good_storage))
    assert files == [BIG]
    again = [seen for seen in server.seen if seen.path == LINK][1]
    if sent:
        assert again.headers["range"].startswith("bytes=")
        assert again.headers["if-range"] == ETAG


def other_file(seen: Seen) -> bytes:
    rest = whole_or_rest(seen)
    return rest.replace(ETAG.encode(), b'"e-2"')


def wrong_part(seen: Seen) -> bytes:
    if "range" not in seen.headers:
        return BIG_FILE
    return reply(206, BIG[7:], f"Content-Range: bytes 7-{len(BIG) - 1}/{len(BIG)}")


def not_satisfiable(seen: Seen) -> bytes:
    return reply(416, b"", f"Content-Range: bytes */{len(BIG)}") if "range" in seen.headers else BIG_FILE


def ignored(_seen: Seen) -> bytes:
    return BIG_FILE


@pytest.mark.parametrize("answer", [other_file, wrong_part, not_satisfiable, ignored])
def test_case_064_where_going_on_is_not_possible_the_file_is_fetched_from_its_beginning(
    tmp_path: Path, by_link: Dialect, answer: Callable[[Seen], bytes]
) -> None:
    async def storage(seen: Seen, wire: Wire) -> None:
        await wire.send(answer(seen))

    _, _, files = saved(tmp_path, with_file(by_link, HALF, storage))
    assert files == [BIG]


def test_case_065_an_empty_file_is_asked_for_again(tmp_path: Path, by_link: Dialect) -> None:
    empty = reply(200, b"", "Content-Type: image/png")
    _, _, files = saved(tmp_path, with_file(by_link, empty, empty, PICTURE))
    assert files == [PIXEL]
    given_up(tmp_path / "other", with_file(by_link, empty), S.FAILED, "broken_result")


async def endless(_seen: Seen, wire: Wire) -> None:
    await wire.send(b"HTTP/1.1 200 OK\r\n\r\n" + PIXEL)
    while True:
        await wire.send(b"x" * 65_536)


@pytest.mark.parametrize("play", [endless, reply(200, PIXEL, length=2**40)])
def test_case_066_a_file_beyond_the_limit_is_cut_and_leaves_nothing(
    tmp_path: Path, by_link: Dialect, play: Play
) -> None:
    limits = SavingLimits(max_bytes=1024 * 1024)
    given_up(tmp_path, with_file(by_link, play), S.FAILED, "result_too_large", limits=limits)


def test_case_067_a_full_disk_waits_for_room(tmp_path: Path, by_link: Dialect) -> None:
    others = 2**62

    async def story(here: Scene) -> None:
        nonlocal others
        job_id = here.stage.submit()
        await here.stage.until(lambda: "disk_full" in [job.problem.code for job in here.stage.changes if job.problem])
        assert here.stage.state(job_id) is S.SAVING
        others = 0
        await here.stage.until_state(job_id, S.DONE)

    limits = SavingLimits(keep_free_bytes=lambda: others)
    act(tmp_path, with_file(by_link, good_storage), story, limits=limits)


def test_case_067_a_result_that_says_it_is_larger_than_any_disk_does_not_hold_up_the_others_for_ever(
    tmp_path: Path, by_link: Dialect
) -> None:
    async def story(here: Scene) -> None:
        job_id = here.stage.submit()
        await here.stage.until(lambda: "disk_full" in [job.problem.code for job in here.stage.changes if job.problem])
        assert here.stage.state(job_id) is S.SAVING
        here.service.files = {}
        await here.stage.until_state(job_id, S.DONE)

    huge = reply(200, PIXEL, length=10**16)
    act(tmp_path, with_file(by_link, huge), story, limits=SavingLimits(max_bytes=10**17))


def test_case_067_a_drive_that_is_pulled_waits_for_it_and_keeps_what_came(tmp_path: Path, by_link: Dialect) -> None:
    library, away = tmp_path / "library", tmp_path / "away"

    async def story(here: Scene) -> None:
        job_id = here.stage.submit()
        await here.stage.until(lambda: any(library.rglob("*.part")))
        library.rename(away)
        await here.stage.until(
            lambda: "library_missing" in [job.problem.code for job in here.stage.changes if job.problem]
        )
        assert any(away.rglob("*.part"))
        away.rename(library)
        await here.stage.until_state(job_id, S.DONE)

    act(tmp_path, with_file(by_link, HALF, HALF, HALF, good_storage), story, pause_factor=0.1)


NAMES = [
    "",
    "../../x.png",
    "/etc/cron.d/x",
    "C:\\Windows\\x.exe",
    "\\\\host\\share\\x",
    "NUL",
    "aux.png",
    "x.png. ",
    "x" * 300 + ".png",
    "\u202egnp.exe",
    "a\x00b\x1b[31m.png",
    "a:b?.png",
    "a.png.exe",
    ".htaccess",
    "\ud800.png",
    "%2e%2e%2fx",
    "cafe\u0301.png",
]


@pytest.mark.parametrize("name", NAMES)
def test_case_068_what_the_server_calls_a_file_never_becomes_its_name(
    tmp_path: Path, by_link: Dialect, name: str
) -> None:
    text = json.dumps(by_link.job("r1", "succeeded", [LINK])).replace(
        '"file_name": ""', f'"file_name": {json.dumps(name)}'
    )
    extra = json.dumps({"file_name": name, "filename": name, "name": name})[1:]
    poll = reply(200, text[:-1].encode() + b", " + extra.encode())
    shown = name.encode("utf-8", "replace").decode("latin-1").translate({0: "", 27: ""})
    file = reply(200, PIXEL, f'Content-Disposition: attachment; filename="{shown}"')
    profile = tmp_path / "profile"
    job, _, _ = saved(profile, Service(by_link, poll=[poll], files={LINK: [file]}))
    (asset,) = job.saved_assets
    assert asset.path.startswith("images/")
    assert Path(asset.path).name.endswith(f"a lake {job.job_id[-8:]}.png")
    outside = {
        path.name for path in tmp_path.rglob("*") if path.is_file() and not path.is_relative_to(profile / "library")
    }
    assert outside <= {"test.db", "test.db-wal", "test.db-shm", "test.db-reserve", "settings.json"}


def test_case_069_equal_names_never_overwrite_each_other(tmp_path: Path, by_link: Dialect) -> None:
    jobs: list[Job] = []
    bodies = {f"/files/{n}/output_image.png": [reply(200, PIXEL + bytes([n]))] for n in range(4)}

    async def story(here: Scene) -> None:
        jobs.extend([await here.stage.until_state(here.stage.submit("the same prompt"), S.DONE) for _ in range(2)])
        paths = [here.stage.jobs.path_of(asset) for job in jobs for asset in job.saved_assets]
        assert len(set(paths)) == 8
        assert sorted(path.read_bytes()[-1] for path in paths) == [0, 0, 1, 1, 2, 2, 3, 3]

    service = Service(by_link, create=[by_link.created("r1"), by_link.created("r2")], poll=[by_link.done(*bodies)])
    service.files = dict(bodies)
    act(tmp_path, service, story)


def test_case_070_a_file_that_is_listed_twice_is_saved_once(tmp_path: Path, by_link: Dialect) -> None:
    links = [f"{LINK}?X-Amz-Signature=1", f"{LINK}?X-Amz-Signature=2", LINK]
    body = by_link.job("r1", "succeeded", links)
    body = {**body, "thumbnail_url": LINK, "meta_info": {"result_download_url": LINK}}
    job, server, _ = saved(tmp_path, Service(by_link, poll=[json_reply(body)]))
    assert len(job.saved_assets) == 1
    assert sum(seen.path.startswith(LINK) for seen in server.seen) == 1


def test_case_071_a_result_is_fetched_at_once_and_before_anything_else_is_asked(
    tmp_path: Path, by_link: Dialect
) -> None:
    _, server, _ = saved(tmp_path, Service(by_link, poll=[by_link.running(), by_link.done(LINK)]), pace_s=0.2)
    paths = [urlsplit(seen.path).path for seen in server.seen if seen.method == "GET"]
    job = by_link.job_path("r1")
    assert paths == [job, job, LINK]


def test_case_072_results_that_were_there_and_are_wiped_are_expired_and_not_empty(
    tmp_path: Path, by_link: Dialect
) -> None:
    service = Service(by_link, poll=[by_link.done(LINK), by_link.done()], files={LINK: [GONE]})
    given_up(tmp_path, service, S.EXPIRED, "link_expired")


def test_case_073_a_link_with_a_person_in_it_is_neither_stored_nor_logged(
    tmp_path: Path, by_link: Dialect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    link = "/files/person-4711/a.png?X-Amz-Credential=person-4711&X-Amz-Signature=abcdef0123456789"
    polls = [by_link.done(link), by_link.running(), by_link.done(link)]
    saved(tmp_path, Service(by_link, poll=polls, files={"/files/person-4711/a.png": [GONE, PICTURE]}))
    for secret in ("person-4711", "abcdef0123456789"):
        assert secret not in caplog.text
        holders = [path.name for path in tmp_path.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
        assert holders == []


@pytest.mark.parametrize(
    ("name", "medium"), [("film.mp4", Medium.VIDEO), ("sound.flac", Medium.AUDIO), ("picture.jpg", Medium.IMAGE)]
)
def test_case_074_a_result_lies_where_its_kind_belongs_whatever_was_asked_for(
    tmp_path: Path, by_link: Dialect, name: str, medium: Medium
) -> None:
    job, _, _ = saved(tmp_path, with_file(by_link, reply(200, (MEDIA / name).read_bytes())))
    (asset,) = job.saved_assets
    assert asset.medium is medium
    assert asset.path.startswith({"image": "images/", "video": "videos/", "audio": "audio/"}[medium])
