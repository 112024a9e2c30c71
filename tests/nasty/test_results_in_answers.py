"""Cases of the service whose answers hold the results in base64 and lead from one address to the next: 1 to 74 for it.

In the one way the paid request answers with an address, in the other with the result (`way`).
"""

import base64
import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.domain.job import Job
from app.domain.job import JobState as S
from app.domain.media import Medium
from app.domain.remote import RemoteState, Snapshot
from app.domain.values import Json
from app.providers.base import Provider
from app.services.job_tools import SavingLimits
from tests.nasty.dialects import IN_OCTOAI, IN_OCTOAI_AT_ONCE, JOBS, Dialect, octoai_result
from tests.nasty.stage import DEFAULT_LIMITS, KEY, Play, Scene, Service, act, ask, cut, lost
from tests.net.servers import Running, Seen, Wire, json_reply, reply, serving
from tests.services.scripted import PIXEL

MEDIA = Path(__file__).resolve().parents[1] / "fixtures" / "media"
RESULT = "/v1/responses/r1"
PICTURE = json_reply(octoai_result(PIXEL))


def finished(way: Dialect, *plays: Play) -> Service:
    """A job whose result is answered so."""
    if way.transport == "sync":
        return Service(way, create=plays)
    return Service(way, poll=[way.done(RESULT)], files={RESULT: plays})


def played(
    tmp_path: Path, service: Service, *states: S, limits: SavingLimits = DEFAULT_LIMITS
) -> tuple[Job, list[bytes], Running]:
    """The job in one of these states after one paid request, its files, and what the server saw."""
    jobs: list[Job] = []

    async def story(here: Scene) -> None:
        job_id = here.stage.submit()
        await here.stage.until(lambda: here.stage.state(job_id) in states)
        job = here.stage.jobs.job(job_id)
        assert job is not None
        jobs.append(job)

    server = act(tmp_path, service, story, limits=limits)
    assert server.count("POST") == 1
    files = [(tmp_path / "library" / asset.path).read_bytes() for asset in jobs[0].saved_assets]
    assert len(files) == sum(path.is_file() for path in (tmp_path / "library").rglob("*"))
    return jobs[0], files, server


def code_of(job: Job) -> str:
    assert job.problem is not None
    assert "<" not in job.problem.server_text
    return job.problem.code


# --- what came, and what did not


WORDS = (b"Your account has been limited, please contact support.", b"ok", b"<html>Log in</html>", b'{"error": "busy"}')


@pytest.mark.parametrize("words", WORDS)
def test_case_060_words_where_a_picture_should_be_are_no_result(tmp_path: Path, way: Dialect, words: bytes) -> None:
    job, files, _ = played(tmp_path, finished(way, json_reply(octoai_result(words))), S.DONE, S.FAILED)
    assert (job.state, code_of(job), files) == (S.FAILED, "broken_result", [])


def test_case_060_a_picture_beside_words_is_saved_alone_and_the_job_says_that_one_is_broken(
    tmp_path: Path, way: Dialect
) -> None:
    job, files, _ = played(tmp_path, finished(way, json_reply(octoai_result(PIXEL, WORDS[0]))), S.DONE, S.FAILED)
    assert (job.state, code_of(job), files) == (S.DONE, "broken_result", [PIXEL])


@pytest.mark.parametrize("play", [lost, cut(reply(200, b'{"images": [{"image_b64": "AAAA', length=9000)), cut(b"")])
def test_case_001_a_result_that_was_lost_on_its_way_is_unsure_and_never_paid_again(tmp_path: Path, play: Play) -> None:
    job, files, _ = played(tmp_path, Service(IN_OCTOAI_AT_ONCE, create=[play, PICTURE]), S.UNSURE)
    assert (code_of(job), files) == ("unknown_outcome", [])


NOTHING: Sequence[Json] = (None, {}, [], "", 0, False, [None], [{}], [[]], "done", [7], ["done"])


@pytest.mark.parametrize("nothing", NOTHING)
def test_case_027_nothing_in_any_shape_is_never_a_success(tmp_path: Path, way: Dialect, nothing: Json) -> None:
    body = {"images": nothing, "prediction_time_ms": 1.0}
    job, files, _ = played(tmp_path, finished(way, json_reply(body)), S.FAILED, S.UNSURE)
    assert files == []
    assert code_of(job) in ("empty_result", "broken_result", "unknown_outcome")


def test_case_028_a_result_that_was_removed_whole_is_a_refusal(tmp_path: Path, way: Dialect) -> None:
    job, files, _ = played(tmp_path, finished(way, json_reply(octoai_result(None, None))), S.FAILED)
    assert (code_of(job), files) == ("prompt_refused", [])


@pytest.mark.parametrize("by_link", JOBS, ids=lambda dialect: dialect.name)
def test_case_028_completed_with_nothing_but_a_reason_of_moderation_is_a_refusal(
    tmp_path: Path, by_link: Dialect
) -> None:
    held = json_reply(by_link.job("r1", "succeeded", (), "raiMediaFilteredReasons: violates our usage policies"))
    job, files, _ = played(tmp_path, Service(by_link, poll=[held]), S.FAILED)
    assert (code_of(job), files) == ("prompt_refused", [])


def test_case_029_what_was_not_removed_is_saved_and_the_rest_is_said(tmp_path: Path, way: Dialect) -> None:
    other = PIXEL + b"2"
    job, files, _ = played(tmp_path, finished(way, json_reply(octoai_result(PIXEL, None, other, None))), S.DONE)
    assert files == [PIXEL, other]
    assert job.problem is not None
    assert "2 of 4" in str(job.problem.happened)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (422, {"detail": [{"loc": ["body", "steps"], "msg": "Input should be at most 50"}]}, "at most 50"),
        (400, {"message": "image_size is unknown"}, "image_size is unknown"),
        (500, {"message": "CUDA out of memory"}, "CUDA out of memory"),
    ],
)
def test_case_030_an_error_that_shows_only_with_the_result_is_the_jobs_own(
    tmp_path: Path, status: int, body: Json, words: str
) -> None:
    job, files, _ = played(tmp_path, finished(IN_OCTOAI, json_reply(body, status)), S.FAILED)
    assert files == []
    assert code_of(job) != "service_failed"
    assert job.problem is not None
    assert words in job.problem.server_text


@pytest.mark.parametrize(
    "play",
    [
        reply(200, b""),
        reply(200, b"<html>Hotel WiFi</html>"),
        reply(503, b"<html>"),
        cut(reply(200, PICTURE[-40:], length=4000)),
        lost,
    ],
)
def test_case_035_half_a_result_is_fetched_again_and_not_paid_again(tmp_path: Path, play: Play) -> None:
    _, files, server = played(tmp_path, finished(IN_OCTOAI, play, PICTURE), S.DONE)
    assert files == [PIXEL]
    assert sum(seen.path == RESULT for seen in server.seen) >= 2


# --- addresses out of answers


@pytest.mark.parametrize("scheme", ["http", "https", "file", "ftp", ""])
def test_case_050_an_address_at_another_host_gets_neither_key_nor_question(tmp_path: Path, scheme: str) -> None:
    """The state and the result are asked for at the documented paths of the service itself instead."""
    strangers: list[Running] = []

    async def story(here: Scene) -> None:
        async with serving(lambda _seen, wire: wire.send(PICTURE)) as stranger:
            strangers.append(stranger)
            elsewhere = f"{scheme}://{stranger.base_url.partition('://')[2]}{RESULT}".removeprefix(":")
            created = {**IN_OCTOAI.job("r1", "queued"), "poll_url": elsewhere}
            here.service.create = [json_reply(created)]
            here.service.poll = [IN_OCTOAI.running(), IN_OCTOAI.done(elsewhere)]
            await here.stage.until_state(here.stage.submit(), S.DONE)

    server = act(tmp_path, Service(IN_OCTOAI, files={RESULT: [PICTURE]}), story)
    assert strangers[0].connections == 0
    assert [seen.path for seen in server.seen if seen.method == "GET"] == ["/v1/requests/r1"] * 2 + [RESULT]


def test_case_050_an_address_inside_the_network_around_is_not_asked(tmp_path: Path) -> None:
    links = ("http://192.168.0.1/admin", "https://10.0.0.1/x", "http://169.254.169.254/latest", "https://[fe80::1]/")
    for number, link in enumerate(links):
        created = json_reply({**IN_OCTOAI.job("r1", "queued"), "poll_url": link})
        service = Service(IN_OCTOAI, create=[created], poll=[IN_OCTOAI.done(link)], files={RESULT: [PICTURE]})
        _, files, server = played(tmp_path / str(number), service, S.DONE)
        assert files == [PIXEL]
        assert {seen.headers.get("authorization") for seen in server.seen} == {f"Bearer {KEY}"}


@pytest.mark.parametrize("link", ["/mounted/v1/requests/r1", "/mounted/v1/requests/r1?wait=1"])
def test_case_051_an_address_that_has_the_prefix_already_is_resolved_at_the_origin(link: str) -> None:
    created = json_reply({**IN_OCTOAI.job("r1", "queued"), "poll_url": link})

    async def answer(seen: Seen, wire: Wire) -> None:
        await wire.send(created if seen.method == "POST" else IN_OCTOAI.running())

    async def use(provider: Provider) -> Snapshot:
        return await provider.poll((await provider.submit(IN_OCTOAI.prepared())).ref)

    snapshot, server = ask(IN_OCTOAI, answer, use, prefix="/mounted")
    assert isinstance(snapshot, Snapshot)
    assert snapshot.state is RemoteState.RUNNING
    assert [seen.path for seen in server.seen] == ["/mounted/generate/sdxl", link]


# --- results


@pytest.mark.parametrize("status", [404, 410])
def test_case_072_a_result_that_was_wiped_is_expired_and_not_empty(tmp_path: Path, status: int) -> None:
    job, files, _ = played(tmp_path, finished(IN_OCTOAI, json_reply({"detail": "Not Found"}, status)), S.EXPIRED)
    assert files == []
    assert code_of(job) in ("job_gone", "link_expired")


ENCODED = base64.b64encode(PIXEL).decode()


@pytest.mark.parametrize(
    "content",
    [
        ENCODED,
        ENCODED.rstrip("="),
        base64.urlsafe_b64encode(PIXEL).decode(),
        "\n".join(ENCODED[n : n + 20] for n in range(0, len(ENCODED), 20)),
        f"data:image/png;base64,{ENCODED}",
    ],
)
def test_case_058_base64_is_read_in_every_form(tmp_path: Path, way: Dialect, content: str) -> None:
    body: Json = {"images": [{"image_b64": content, "removed_for_safety": False}]}
    _, files, _ = played(tmp_path, finished(way, json_reply(body)), S.DONE)
    assert files == [PIXEL]


@pytest.mark.parametrize(
    ("name", "medium"), [("film.mp4", Medium.VIDEO), ("picture.webp", Medium.IMAGE), ("sound.flac", Medium.AUDIO)]
)
def test_case_059_and_case_074_a_result_is_what_its_bytes_are(
    tmp_path: Path, way: Dialect, name: str, medium: Medium
) -> None:
    data = (MEDIA / name).read_bytes()
    job, files, _ = played(tmp_path, finished(way, json_reply(octoai_result(data))), S.DONE)
    (asset,) = job.saved_assets
    assert files == [data]
    assert (asset.medium, Path(asset.path).suffix) == (medium, Path(name).suffix)


PAGES = {
    "page": b"<!DOCTYPE html><html>",
    "drawing": b"<svg xmlns='http://a'/>",
    "program": b"MZ\x90\x00" + bytes(100),
    "other program": b"\x7fELF" + bytes(100),
}


@pytest.mark.parametrize("data", PAGES.values(), ids=PAGES)
def test_case_060_a_page_in_base64_is_not_saved(tmp_path: Path, way: Dialect, data: bytes) -> None:
    job, files, _ = played(tmp_path, finished(way, json_reply(octoai_result(data))), S.FAILED)
    assert (code_of(job), files) == ("broken_result", [])


def test_case_062_a_packed_answer_is_unpacked(tmp_path: Path, way: Dialect) -> None:
    packed = reply(200, gzip.compress(json.dumps(octoai_result(PIXEL)).encode()), "Content-Encoding: gzip")
    _, files, _ = played(tmp_path, finished(way, packed), S.DONE)
    assert files == [PIXEL]


def test_case_066_a_result_beyond_the_limit_is_never_saved(tmp_path: Path, way: Dialect) -> None:
    huge = json_reply(octoai_result(PIXEL + bytes(400_000)))
    job, files, _ = played(tmp_path, finished(way, huge), S.FAILED, limits=SavingLimits(max_bytes=100_000))
    assert (code_of(job), files) == ("result_too_large", [])


def test_case_069_several_results_of_one_answer_are_several_files(tmp_path: Path, way: Dialect) -> None:
    data = [PIXEL + bytes([n]) for n in range(4)]
    _, files, _ = played(tmp_path, finished(way, json_reply(octoai_result(*data))), S.DONE)
    assert files == data
