"""Cases 23 to 51: questions about a job that runs over there."""

import asyncio
import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from app.domain.errors import StudioError, TooManyRequestsError
from app.domain.job import Job
from app.domain.job import JobState as S
from app.domain.remote import RemoteState, Snapshot
from app.domain.values import Json
from app.providers.wire import parse_time
from tests.nasty.dialects import IN_NETMIND, Dialect
from tests.nasty.stage import KEY, PICTURE, Play, Scene, Service, act, ask, cut, lost
from tests.net.certificates import ON_LINUX, TRUSTED, answer, probe, served_by, trusting
from tests.net.servers import Seen, Wire, json_reply, reply, serving


def polled(dialect: Dialect, script: Play) -> Snapshot | StudioError:
    return ask(dialect, script, lambda provider: provider.poll(dialect.ref()))[0]


def goes_on(tmp_path: Path, dialect: Dialect, *trouble: Play) -> list[Job]:
    """After these answers in the middle of its life the job is done all the same. Answers everything that was told."""
    told: list[Job] = []

    async def story(here: Scene) -> None:
        job_id = here.stage.submit()
        await here.stage.until_state(job_id, S.DONE)
        assert here.stage.states_seen(job_id) == [S.WAITING, S.SENDING, S.QUEUED, S.RUNNING, S.SAVING, S.DONE]
        assert here.posts == 1
        told.extend(here.stage.changes)

    act(tmp_path, Service(dialect, poll=[dialect.running(), *trouble, dialect.done("/files/a.png")]), story)
    return told


def test_case_023_an_unknown_word_is_shown_and_asked_again_without_haste(tmp_path: Path, dialect: Dialect) -> None:
    async def story(here: Scene) -> None:
        job_id = here.stage.submit()
        await here.stage.until(lambda: "teleporting" in [job.wire_status for job in here.stage.changes])
        before = here.polls
        await asyncio.sleep(0.4)
        assert here.polls - before <= 10
        assert here.stage.state(job_id) in (S.QUEUED, S.RUNNING)
        here.service.poll = [dialect.done("/files/a.png")]
        await here.stage.until_state(job_id, S.DONE)

    act(tmp_path, Service(dialect, poll=[dialect.word("teleporting")]), story, pace_s=0.05)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("aborted", RemoteState.CANCELLED),
        ("canceled", RemoteState.CANCELLED),
        ("CANCELLED", RemoteState.CANCELLED),
        ("timed_out", RemoteState.FAILED),
        ("timeout", RemoteState.FAILED),
        ("Expired", RemoteState.FAILED),
        ("nsfw", RemoteState.FAILED),
        ("violation", RemoteState.FAILED),
        ("rejected", RemoteState.FAILED),
        ("Request Moderated", RemoteState.FAILED),
        ("content_moderated", RemoteState.FAILED),
    ],
)
def test_case_024_a_word_that_can_only_mean_the_end_ends_the_job(
    dialect: Dialect, word: str, state: RemoteState
) -> None:
    snapshot = polled(dialect, dialect.word(word))
    assert isinstance(snapshot, Snapshot)
    assert (snapshot.state, snapshot.wire_status) == (state, word)


@pytest.mark.parametrize("word", ["nsfw", "violation", "Request Moderated"])
def test_case_024_a_refusal_by_its_word_is_a_refusal(tmp_path: Path, dialect: Dialect, word: str) -> None:
    async def story(here: Scene) -> None:
        job = await here.stage.until_state(here.stage.submit(), S.FAILED)
        assert job.problem is not None
        assert job.problem.code == "prompt_refused"

    act(tmp_path, Service(dialect, poll=[dialect.word(word)]), story)


@pytest.mark.parametrize("form", [str.upper, str.title, lambda word: f"  {word}\n", lambda word: word.swapcase()])
def test_case_025_case_and_blanks_make_no_other_word(dialect: Dialect, form: object) -> None:
    assert callable(form)
    for key, state in (
        ("queued", RemoteState.QUEUED),
        ("running", RemoteState.RUNNING),
        ("failed", RemoteState.FAILED),
    ):
        snapshot = polled(dialect, dialect.word(str(form(dialect.words[key]))))
        assert isinstance(snapshot, Snapshot)
        assert snapshot.state is state


@pytest.mark.parametrize("word", [None, "", 0, 7, True, [], {}, ["completed"]])
def test_case_025_no_word_at_all_is_unknown_and_asked_again(tmp_path: Path, dialect: Dialect, word: Json) -> None:
    goes_on(tmp_path, dialect, dialect.word(word))


def test_case_026_completed_without_a_result_is_asked_again_and_then_failed(tmp_path: Path, by_link: Dialect) -> None:
    async def story(here: Scene) -> None:
        job = await here.stage.until_state(here.stage.submit(), S.FAILED)
        assert job.problem is not None
        assert (job.problem.code, job.problem.server_text) == ("empty_result", "nothing came out")
        assert here.polls == 5

    empty = json_reply(by_link.job("r1", "succeeded", (), "nothing came out"))
    act(tmp_path, Service(by_link, poll=[by_link.running(), empty]), story)


def test_case_026_a_result_that_comes_late_is_saved(tmp_path: Path, dialect: Dialect) -> None:
    empty = dialect.done()
    goes_on(tmp_path, dialect, empty, empty, empty)


NOTHING: Sequence[Json] = (
    None,
    {},
    [],
    "",
    0,
    False,
    [None],
    [{}],
    [[]],
    "done",
    7,
    [7],
    ["done"],
    {"url": None},
    {"data": None},
)


@pytest.mark.parametrize("nothing", NOTHING)
def test_case_027_nothing_in_any_shape_is_no_result(by_link: Dialect, nothing: Json) -> None:
    bodies = [{**by_link.job("r1", "succeeded"), name: nothing} for name in ("result", "outputs", "data", "meta_info")]
    bodies.append({**by_link.job("r1", "succeeded"), "result": {"data": nothing}})
    for body in bodies:
        snapshot = polled(by_link, json_reply(body))
        assert isinstance(snapshot, Snapshot)
        assert snapshot.state is RemoteState.EMPTY
        assert snapshot.artifacts == ()


def test_case_029_what_came_of_a_partial_success_is_saved_and_the_rest_is_said(
    tmp_path: Path, by_link: Dialect
) -> None:
    def half(value: Json) -> Json:
        """The last one of every list of results is nothing."""
        if isinstance(value, dict):
            return {name: half(inner) for name, inner in value.items()}
        return [*value[:-1], None] if isinstance(value, list) and value else value

    async def story(here: Scene) -> None:
        job = await here.stage.until_state(here.stage.submit(), S.DONE)
        assert len(job.saved_assets) == 1

    body = half(by_link.job("r1", "succeeded", ["/files/a.png", "/files/b.png"]))
    act(tmp_path, Service(by_link, poll=[json_reply(body)]), story)
    snapshot = polled(by_link, json_reply(body))
    assert isinstance(snapshot, Snapshot)
    assert "1" in str(snapshot.notice)


@pytest.mark.parametrize("progress", [5.7, -1, 101, "57%", "NaN", True, [1], {}, 1e308, "\ud800"])
def test_case_031_progress_is_never_made_up_and_never_hurts(tmp_path: Path, dialect: Dialect, progress: Json) -> None:
    running = json_reply({**dialect.job("r1", "running"), "progress": progress, "queue_position": progress})
    for job in goes_on(tmp_path, dialect, running):
        assert job.progress is None or 0 <= job.progress <= 1
        assert job.queue_position is None or job.queue_position >= 0


def test_case_032_a_job_may_go_back_in_line_and_never_back_from_its_end(tmp_path: Path) -> None:
    dialect = IN_NETMIND

    async def story(here: Scene) -> None:
        first = here.stage.submit()
        await here.stage.until_state(first, S.DONE)
        assert here.stage.states_seen(first)[2:] == [S.QUEUED, S.RUNNING, S.QUEUED, S.RUNNING, S.SAVING, S.DONE]
        for _ in range(2):
            here.stage.submit()
        await here.stage.until(lambda: len(here.asked_for(dialect.create_path)) >= 3)
        assert here.stage.state(first) is S.DONE

    queued = json_reply(dialect.job("r1", "queued"))
    refs = ["r1", "r2", "r3"]
    service = Service(
        dialect,
        create=[dialect.created(ref) for ref in refs],
        poll=[dialect.running(), queued, dialect.running(), dialect.done("/files/a.png")],
        roll=[dialect.listed(*(dialect.job(ref, "queued") for ref in refs))],
    )
    act(tmp_path, service, story, pace_s=0.03)


def test_case_033_a_job_that_is_gone_is_expired_keeps_its_recipe_and_is_not_asked_for_again(
    tmp_path: Path, dialect: Dialect
) -> None:
    async def story(here: Scene) -> None:
        job_id = here.stage.submit("a lake at dawn")
        await here.stage.until_state(job_id, S.RUNNING)
        here.clock.forward(seconds=90)
        here.service.poll = [json_reply({"detail": "not found"}, 404)]
        job = await here.stage.until_state(job_id, S.EXPIRED)
        assert job.problem is not None
        assert (job.problem.code, job.prompt) == ("job_gone", "a lake at dawn")
        before = len(here.server.seen)
        await asyncio.sleep(0.1)
        assert len(here.server.seen) == before

    act(tmp_path, Service(dialect), story)


PAGE = b"<!DOCTYPE html><html><head><title>Hotel WiFi</title></head><body><img src='/etc/passwd'>Log in</body></html>"


@pytest.mark.parametrize(
    "play",
    [
        reply(200, PAGE, "Content-Type: text/html"),
        reply(200, PAGE, "Content-Type: application/json"),
        reply(502, PAGE),
        reply(503, PAGE, "Retry-After: 0"),
        reply(403, PAGE),
        reply(404, PAGE),
        reply(511, PAGE),
        reply(302, b"", "Location: http://login.wifi.example/"),
        reply(200, b"<?xml version='1.0'?><Error><Code>SlowDown</Code></Error>"),
    ],
)
def test_case_034_a_page_instead_of_an_answer_ends_no_job_and_its_markup_is_never_shown(
    tmp_path: Path, dialect: Dialect, play: bytes
) -> None:
    for job in goes_on(tmp_path, dialect, play, play, play):
        assert job.problem is None or "<" not in job.problem.server_text


@pytest.mark.parametrize(
    "play",
    [
        reply(200, b""),
        reply(204),
        reply(200, b"   "),
        reply(200, b"{"),
        reply(200, b'{"id": "r1", "job_id": "r1", "status": "compl'),
        cut(reply(200, b'{"id": "r1"', length=1000)),
        cut(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"id"\r\n'),
        cut(b""),
        lost,
    ],
)
def test_case_035_half_an_answer_is_asked_for_again(tmp_path: Path, dialect: Dialect, play: Play) -> None:
    goes_on(tmp_path, dialect, play, play)


def test_case_036_numbers_that_are_none_are_not_stored(tmp_path: Path, dialect: Dialect) -> None:
    body = json.dumps({**dialect.job("r1", "succeeded", ["/files/a.png"]), "a": 0, "b": 0, "c": 0})
    for name, number in (("a", "NaN"), ("b", "-Infinity"), ("c", "1e999")):
        body = body.replace(f'"{name}": 0', f'"{name}": {number}')
    assert "NaN" in body

    async def story(here: Scene) -> None:
        job = await here.stage.until_state(here.stage.submit(), S.DONE)
        stored = await here.stage.store.get(job.job_id)
        assert stored is not None
        json.dumps(stored.remote_ref, allow_nan=False)

    act(tmp_path, Service(dialect, poll=[reply(200, body.encode())]), story)


@pytest.mark.parametrize("body", [b"[]", b'"completed"', b"7", b"null", b"true", b"[[1]]", b"{}", b'[{"id": "r1"}]'])
def test_case_037_json_of_another_shape_is_asked_for_again(tmp_path: Path, dialect: Dialect, body: bytes) -> None:
    goes_on(tmp_path, dialect, reply(200, body))


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_case_037_a_mark_or_another_charset_is_read(dialect: Dialect, charset: str) -> None:
    body = json.dumps(dialect.job("r1", "running")).encode(charset)
    snapshot = polled(dialect, reply(200, body, "Content-Type: application/json; charset=latin-1"))
    assert isinstance(snapshot, Snapshot)
    assert snapshot.state is RemoteState.RUNNING


def test_case_037_of_two_equal_keys_the_last_one_counts(dialect: Dialect) -> None:
    running = json.dumps(dialect.job("r1", "running")).encode()
    snapshot = polled(dialect, reply(200, b'{"status": "failed", ' + running[1:]))
    assert isinstance(snapshot, Snapshot)
    assert snapshot.state is RemoteState.RUNNING


@pytest.mark.parametrize("kind", ["text/plain", "text/html", "application/octet-stream", "image/png", "nonsense", ""])
def test_case_038_json_is_known_by_itself(dialect: Dialect, kind: str) -> None:
    body = json.dumps(dialect.job("r1", "running")).encode()
    snapshot = polled(dialect, reply(200, body, f"Content-Type: {kind}") if kind else reply(200, body))
    assert isinstance(snapshot, Snapshot)
    assert snapshot.state is RemoteState.RUNNING


@pytest.mark.parametrize("status", [200, 201, 202, 206])
def test_case_039_among_successes_the_word_decides_and_not_the_number(dialect: Dialect, status: int) -> None:
    for word, links, state in (
        ("running", [], RemoteState.RUNNING),
        ("succeeded", ["https://files.example.org/a.png"], RemoteState.SUCCEEDED),
    ):
        snapshot = polled(dialect, json_reply(dialect.job("r1", word, links), status))
        assert isinstance(snapshot, Snapshot)
        assert snapshot.state is state


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("Retry-After: 3", 3.0),
        ("Retry-After: 1.5", 1.5),
        ("Retry-After: -5", 0.0),
        ("Retry-After: ", None),
        ("Retry-After: soon", None),
        ("Retry-After: NaN", None),
        ("Retry-After: 1000000000", 3600.0),
        ("Retry-After: " + "9" * 300, 3600.0),
        ("Retry-After: Fri, 31 Dec 9999 23:59:59 GMT", 3600.0),
        ("Retry-After: Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Retry-After: Thu, 99 Jan 9999 99:99:99 GMT", None),
        ("retry-after-ms: 250", 0.25),
        ("openai-poll-after-ms: 5000", 5.0),
        ("x-ms-retry-after-ms: x", None),
    ],
)
def test_case_040_a_wish_to_wait_is_read_in_every_form_and_has_a_limit(
    dialect: Dialect, header: str, seconds: float | None
) -> None:
    error = polled(dialect, json_reply({"message": "slow down"}, 429, header))
    assert isinstance(error, TooManyRequestsError)
    assert error.retry_after_s == seconds


@pytest.mark.parametrize("hours", [-30, -1, 0, 1, 24 * 365 * 10])
def test_case_041_a_date_to_wait_for_is_measured_with_the_servers_clock(dialect: Dialect, hours: int) -> None:
    theirs = datetime.now(UTC) + timedelta(hours=hours)
    headers = [f"Date: {format_datetime(theirs)}", f"Retry-After: {format_datetime(theirs + timedelta(seconds=20))}"]
    error = polled(dialect, json_reply({}, 429, *headers))
    assert isinstance(error, TooManyRequestsError)
    assert error.retry_after_s == 20


def test_case_042_a_429_slows_every_question_to_this_service_and_changes_no_job(tmp_path: Path) -> None:
    dialect = IN_NETMIND

    def rolled(word: str) -> bytes:
        return dialect.listed(
            *(dialect.job(ref, word, ["/files/a.png"] if word == "succeeded" else ()) for ref in refs)
        )

    async def story(here: Scene) -> None:
        ids = [here.stage.submit() for _ in refs]
        for job_id in ids:
            await here.stage.until_state(job_id, S.RUNNING)
        here.service.roll = [json_reply({}, 429, "Retry-After: 50")]
        before = len(here.server.seen)
        await here.stage.until(lambda: len(here.server.seen) > before)
        await asyncio.sleep(0.3)
        assert len(here.server.seen) == before + 1
        assert {here.stage.state(job_id) for job_id in ids} == {S.RUNNING}
        here.service.roll = [rolled("succeeded")]
        for job_id in ids:
            await here.stage.until_state(job_id, S.DONE)

    refs = ["r1", "r2", "r3"]
    service = Service(dialect, create=[dialect.created(ref) for ref in refs], roll=[rolled("running")])
    act(tmp_path, service, story)


def test_case_043_a_key_that_is_revoked_pauses_the_account_and_a_new_one_goes_on(
    tmp_path: Path, dialect: Dialect
) -> None:
    keys = ["the-old-key-0123456789"]
    service = Service(dialect)

    async def picky(seen: Seen, wire: Wire) -> None:
        valid = seen.path.startswith("/files/") or seen.headers.get("authorization") == f"Bearer {keys[0]}"
        await (service.play(seen, wire) if valid else wire.send(json_reply({"message": "Invalid token"}, 401)))

    async def story(here: Scene) -> None:
        troubles: list[str] = []
        here.stage.jobs.key_trouble.connect(lambda _provider, problem: troubles.append(problem.code))
        job_id = here.stage.submit()
        await here.stage.until_state(job_id, S.RUNNING)
        used = keys[0]
        keys[0] = "the-new-key-0123456789"
        in_use.append(used)
        await here.stage.until(lambda: bool(troubles))
        before = len(here.server.seen)
        await asyncio.sleep(0.2)
        assert len(here.server.seen) - before <= 2
        assert (here.stage.state(job_id), set(troubles)) == (S.RUNNING, {"key_rejected"})
        in_use.append(keys[0])
        service.poll = [dialect.done("/files/a.png")]
        here.stage.providers.changed.emit(dialect.name)
        await here.stage.until_state(job_id, S.DONE)

    in_use = [keys[0]]
    act(tmp_path, service, story, script=picky, key=lambda: in_use[-1], pause_factor=0.02)


@ON_LINUX
def test_case_044_a_wrong_clock_is_named_as_what_may_be_wrong(tmp_path: Path) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    early = served_by(TRUSTED.issue_cert("localhost", not_before=tomorrow, not_after=tomorrow + timedelta(days=1)))
    late = served_by(
        TRUSTED.issue_cert("localhost", not_before=tomorrow - timedelta(days=9), not_after=tomorrow - timedelta(days=8))
    )

    async def main() -> None:
        async with serving(answer, early) as one, serving(answer, late) as other:
            for results in await probe(trusting(tmp_path), one.base_url, other.base_url):
                for kind, sentence in results:
                    assert kind == "UnprovenServerError"
                    assert "the clock of this computer is wrong" in sentence

    asyncio.run(main())


def test_case_044_a_skewed_link_is_asked_for_anew_and_is_no_trouble_with_the_key(
    tmp_path: Path, by_link: Dialect
) -> None:
    skewed = reply(
        403, b"<?xml version='1.0'?><Error><Code>RequestTimeTooSkewed</Code><Message>The difference</Message></Error>"
    )

    async def story(here: Scene) -> None:
        troubles: list[object] = []
        here.stage.jobs.key_trouble.connect(lambda *_: troubles.append(_))
        await here.stage.until_state(here.stage.submit(), S.DONE)
        assert troubles == []

    service = Service(by_link, poll=[by_link.done("/files/a.png")], files={"/files/a.png": [skewed, PICTURE]})
    act(tmp_path, service, story)


TIMES: Sequence[Json] = (
    "2025-09-18 09:14:20",
    "2024-12-10T15:14:12.445307",
    "2024-12-10T15:14:12Z",
    "2024-12-10T15:14:12+02:00",
    1_700_000_000,
    1_700_000_000_000,
    1_700_000_000.5,
    "1700000000",
)
NO_TIMES: Sequence[Json] = (
    None,
    "",
    "yesterday",
    True,
    [],
    {},
    1e20,
    -1e20,
    "9999-99-99",
    "2025-09-18 25:61:61",
    10**17,
)


def test_case_045_times_in_every_format_are_read_or_left_out(dialect: Dialect) -> None:
    for value in TIMES:
        found = parse_time(value)
        assert found is not None
        assert found.tzinfo is UTC
    assert [parse_time(value) for value in NO_TIMES] == [None] * len(NO_TIMES)


@pytest.mark.parametrize("value", [*TIMES, *NO_TIMES])
def test_case_045_a_servers_times_are_for_show_only(tmp_path: Path, dialect: Dialect, value: Json) -> None:
    body = {**dialect.job("r1", "running"), "created_at": value, "updated_at": value, "deleted_at": value}
    goes_on(tmp_path, dialect, json_reply(body))


@pytest.mark.parametrize("seconds", [8 * 3600, -8 * 3600, 400 * 86_400])
def test_case_046_hours_of_sleep_and_a_jumping_clock_expire_nothing(
    tmp_path: Path, dialect: Dialect, seconds: float
) -> None:
    async def story(here: Scene) -> None:
        job_id = here.stage.submit()
        await here.stage.until_state(job_id, S.RUNNING)
        here.clock.forward(seconds)
        # the kept connection did not survive the night
        here.service.poll = [cut(b""), dialect.running(), lost, dialect.done("/files/a.png")]
        await here.stage.until_state(job_id, S.DONE)
        assert not {S.FAILED, S.EXPIRED} & set(here.stage.states_seen(job_id))

    act(tmp_path, Service(dialect), story)


def test_case_046_right_after_waking_up_the_jobs_are_asked_for(tmp_path: Path, dialect: Dialect) -> None:
    async def story(here: Scene) -> None:
        job_id = here.stage.submit()
        await here.stage.until_state(job_id, S.RUNNING)
        here.service.poll = [dialect.done("/files/a.png")]
        await asyncio.sleep(0.2)
        assert here.stage.state(job_id) is S.RUNNING
        here.clock.forward(8 * 3600)
        await here.stage.until_state(job_id, S.DONE)

    act(tmp_path, Service(dialect), story, pace=lambda _medium, asked, _random: 1000.0 if asked else 0.01)


def test_case_047_an_echoed_key_is_neither_stored_nor_logged_nor_shown(
    tmp_path: Path, dialect: Dialect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    echo: dict[str, Json] = {
        "netmind_api_token": {"api_token": KEY, "api_token_id": 7, "user": {"nickname": "ann@example.org"}},
        "original_request": {"headers": {"Authorization": f"Bearer {KEY}"}},
    }

    async def story(here: Scene) -> None:
        job = await here.stage.until_state(here.stage.submit(), S.FAILED)
        assert job.problem is not None
        assert KEY not in repr(job)
        assert "ann@example.org" not in repr(job)

    def echoing(word: str, text: str = "") -> bytes:
        job = dialect.job("r1", word, (), text)
        return json_reply({**job, "meta_info": echo, "request": f"token={KEY}"})

    words = f"bad token {KEY} of ann@example.org"
    act(
        tmp_path,
        Service(dialect, create=[echoing("queued")], poll=[echoing("running"), echoing("failed", words)]),
        story,
    )
    holders = [path.name for path in tmp_path.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert holders == []
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    ("play", "code"),
    [
        (json_reply({"message": "Service is unavailable"}, 503), "service_failed"),
        (reply(200, PAGE), "not_an_answer"),
        (json_reply({"message": "no"}, 401), "key_rejected"),
    ],
)
def test_case_048_questions_that_keep_failing_are_shown_with_their_reason_and_forgotten_when_they_work(
    tmp_path: Path, dialect: Dialect, play: bytes, code: str
) -> None:
    async def story(here: Scene) -> None:
        job_id = here.stage.submit()
        await here.stage.until(lambda: code in [job.problem.code for job in here.stage.changes if job.problem])
        assert here.stage.state(job_id) is S.RUNNING
        here.service.poll = [dialect.running()]
        await here.stage.until(lambda: (job := here.stage.jobs.job(job_id)) is not None and job.problem is None)

    act(tmp_path, Service(dialect, poll=[dialect.running(), play]), story, pause_factor=0.002)


def test_case_048_a_service_that_cannot_be_reached_is_said_once_for_all_jobs(tmp_path: Path, dialect: Dialect) -> None:
    async def story(here: Scene) -> None:
        sentences: list[str] = []
        here.stage.connection.offline_changed.connect(lambda _offline, sentence: sentences.append(str(sentence)))
        job_id = here.stage.submit()
        await here.stage.until(lambda: here.stage.connection.is_offline)
        assert dialect.info.title in sentences[-1]
        here.service.poll = [dialect.done("/files/a.png")]
        await here.stage.until_state(job_id, S.DONE)
        assert not here.stage.connection.is_offline
        assert all(job.problem is None for job in here.stage.changes)

    act(tmp_path, Service(dialect, poll=[dialect.running(), lost]), story)


@pytest.mark.parametrize("count", [1, 2])
def test_case_049_a_server_that_lost_its_memory_has_lost_the_job_and_not_finished_it(
    tmp_path: Path, dialect: Dialect, count: int
) -> None:
    refs = [f"r{number}" for number in range(count)]

    async def story(here: Scene) -> None:
        ids = [here.stage.submit() for _ in refs]
        for job_id in ids:
            await here.stage.until_state(job_id, S.RUNNING)
        here.clock.forward(seconds=90)
        here.service.poll = [json_reply({}, 404)]
        here.service.roll = [dialect.listed()]
        for job_id in ids:
            job = await here.stage.until_state(job_id, S.EXPIRED)
            assert job.saved_assets == ()

    running = dialect.listed(*(dialect.job(ref, "running") for ref in refs))
    act(tmp_path, Service(dialect, create=[dialect.created(ref) for ref in refs], roll=[running]), story)
