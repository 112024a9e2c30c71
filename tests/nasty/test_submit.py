"""Cases 1 to 20: the paid request."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from app.domain.errors import (
    ConnectionLostError,
    InvalidRequestError,
    KeyRejectedError,
    OutOfCreditError,
    RequestTooLargeError,
    StudioError,
    TooManyRequestsError,
)
from app.domain.job import JobState as S
from app.domain.remote import ref_key
from app.domain.values import Json
from tests.nasty.dialects import IN_NETMIND, IN_OCTOAI, Dialect
from tests.nasty.stage import KEY, Play, Scene, Service, act, ask, lost, silent
from tests.net.servers import Running, Seen, Wire, json_reply, reply

MONEY = "Nothing was started and nothing was charged."


def submitted(dialect: Dialect, script: Play, key: str = KEY) -> tuple[object, Running]:
    """What a paid POST comes to, with the provider alone."""
    body = dialect.prepared()
    return ask(dialect, script, lambda provider: provider.submit(body), lambda: key)


def unsure(tmp_path: Path, dialect: Dialect, create: Sequence[Play], exchange_s: float = 5.0) -> str:
    """The job ends as unsure, no second POST follows, not even after a restart. Answers the words of the service."""
    told: list[str] = []

    async def first(here: Scene) -> None:
        job = await here.stage.until_state(here.stage.submit(), S.UNSURE)
        assert job.problem is not None
        assert job.problem.code == "unknown_outcome"
        assert "may have been charged" in str(job.problem.money)
        told.append(job.problem.server_text)

    async def again(here: Scene) -> None:
        """It may be looked for as often as it takes; it is never sent, and nothing but unsure until the person decides."""
        job_id, server = (await here.stage.store.unfinished())[0].job_id, here.server
        if dialect.info.capabilities.list_jobs:
            asked = server.count("GET")
            await here.stage.until(lambda: server.count("GET") > asked)
        await asyncio.sleep(0.05)
        assert here.stage.state(job_id) is S.UNSURE
        assert here.stage.states_seen(job_id) == [S.UNSURE]

    server = act(tmp_path, Service(dialect, create=create), first, again, exchange_s=exchange_s)
    assert server.count("POST") == 1
    return told[0]


def refused(tmp_path: Path, dialect: Dialect, answer: bytes, code: str) -> None:
    """The job fails for this reason after one POST, and says that it cost nothing."""

    async def story(here: Scene) -> None:
        job = await here.stage.until_state(here.stage.submit(), S.FAILED)
        assert job.problem is not None
        assert (job.problem.code, str(job.problem.money)) == (code, MONEY)
        await asyncio.sleep(0.05)
        assert here.posts == 1

    act(tmp_path, Service(dialect, create=[answer, dialect.created()]), story)


def test_case_001_a_lost_answer_leaves_the_job_unsure_and_is_never_paid_again(tmp_path: Path, dialect: Dialect) -> None:
    unsure(tmp_path, dialect, [lost, dialect.created()])


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_case_002_a_server_error_is_no_reason_to_post_again(tmp_path: Path, dialect: Dialect, status: int) -> None:
    unsure(tmp_path, dialect, [reply(status, b"<html>Bad Gateway</html>", "Retry-After: 0"), dialect.created()])


def test_case_003_a_timeout_of_the_post_is_unsure_and_not_failed(tmp_path: Path, dialect: Dialect) -> None:
    unsure(tmp_path, dialect, [silent, dialect.created()], exchange_s=0.2)


def test_case_003_a_timeout_of_a_question_lets_the_job_run_on(tmp_path: Path, dialect: Dialect) -> None:
    async def story(here: Scene) -> None:
        job_id = here.stage.submit()
        await here.stage.until_state(job_id, S.DONE)
        assert S.FAILED not in here.stage.states_seen(job_id)

    service = Service(dialect, poll=[dialect.running(), silent, dialect.done("/files/a.png")])
    act(tmp_path, service, story, exchange_s=0.2)


def test_case_004_what_was_accepted_and_is_invalid_ends_with_the_words_of_its_log(
    tmp_path: Path, dialect: Dialect
) -> None:
    async def story(here: Scene) -> None:
        job_id = here.stage.submit()
        job = await here.stage.until_state(job_id, S.FAILED)
        assert job.problem is not None
        assert job.problem.server_text == "num_inference_steps must be at least 1"
        assert S.QUEUED in here.stage.states_seen(job_id)
        assert here.posts == 1

    failed = dialect.failed("num_inference_steps must be at least 1")
    act(tmp_path, Service(dialect, poll=[dialect.running(), failed]), story)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"success": False, "errorcode": "NOT_LOGGEDIN"}, KeyRejectedError),
        ({"success": False, "message": "balance not enough"}, OutOfCreditError),
        ({"success": False, "message": "image_size is unknown"}, InvalidRequestError),
        ({"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}, OutOfCreditError),
    ],
)
def test_case_005_an_error_that_comes_as_a_success_is_believed(
    dialect: Dialect, body: Json, kind: type[StudioError]
) -> None:
    result, server = submitted(dialect, json_reply(body))
    assert type(result) is kind
    assert result.not_started
    assert server.count("POST") == 1


@pytest.mark.parametrize("status", [200, 201, 202, 203])
def test_case_006_any_success_that_names_a_job_is_accepted(tmp_path: Path, dialect: Dialect, status: int) -> None:
    async def story(here: Scene) -> None:
        await here.stage.until_state(here.stage.submit(), S.RUNNING)

    act(tmp_path, Service(dialect, create=[json_reply(dialect.job("r1", "queued"), status)]), story)


@pytest.mark.parametrize("value", [None, "", [], {}, True, " "])
def test_case_007_a_success_without_an_id_is_unsure_and_keeps_the_words(
    tmp_path: Path, dialect: Dialect, value: Json
) -> None:
    body = {dialect.id_name: value, "message": "queued at worker 7", "output": "/tmp/x"}  # noqa: S108 - as it came
    assert unsure(tmp_path, dialect, [json_reply(body), dialect.created()]) == "queued at worker 7"


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"generation_id": "g"}, "g"),
        ({"task_id": "t"}, "t"),
        ({"job_id": "j"}, "j"),
        ({"data": {"id": "d"}}, "d"),
        ({"id": "outer", "task_id": "t", "data": {"id": "inner"}}, "outer"),
    ],
)
def test_case_008_the_id_is_found_under_its_known_names_only(body: Json, key: str) -> None:
    result, _ = submitted(IN_NETMIND, json_reply(body))
    assert getattr(result, "ref", None) == {"v": 1, "key": key}


@pytest.mark.parametrize("body", [{"result": {"id": "x"}}, {"user": {"id": "x"}}, {"data": {"data": {"id": "x"}}}])
def test_case_008_an_id_somewhere_deep_is_not_the_jobs(tmp_path: Path, dialect: Dialect, body: Json) -> None:
    unsure(tmp_path, dialect, [json_reply(body), dialect.created()])


@pytest.mark.parametrize(
    ("ref", "segment"),
    [
        (7, "7"),
        (2**53 + 1, "9007199254740993"),
        (10**30, "1" + "0" * 30),
        ("a/b", "a%2Fb"),
        ("a b", "a%20b"),
        ("../../v1/keys", "..%2F..%2Fv1%2Fkeys"),
        ("a?b=c#d", "a%3Fb%3Dc%23d"),
        ("a%2Fb", "a%252Fb"),
        ("\u00e4\u20ac", "%C3%A4%E2%82%AC"),
        ("a\r\nX-Evil: 1", "aX-Evil:%201"),
    ],
)
def test_case_009_an_id_stays_one_part_of_the_path(
    tmp_path: Path, dialect: Dialect, ref: int | str, segment: str
) -> None:
    async def story(here: Scene) -> None:
        await here.stage.until_state(here.stage.submit(), S.RUNNING)
        asked = {seen.path for seen in here.server.seen if seen.method == "GET"}
        assert {path.replace("%0D%0A", "").replace("%0A", "") for path in asked} == {dialect.job_path(segment)}

    created = json_reply({**dialect.job("r", "queued"), dialect.id_name: ref})
    act(tmp_path, Service(dialect, create=[created]), story)


@pytest.mark.parametrize("ref", [".", "..", "x" * 300])
def test_case_009_an_id_that_no_path_can_hold_is_unsure(tmp_path: Path, dialect: Dialect, ref: str) -> None:
    created = json_reply({**dialect.job("r", "queued"), dialect.id_name: ref})
    unsure(tmp_path, dialect, [created, dialect.created()])


def test_case_010_a_404_right_after_creating_is_a_server_behind_itself(tmp_path: Path, dialect: Dialect) -> None:
    async def story(here: Scene) -> None:
        job_id = here.stage.submit()
        await here.stage.until_state(job_id, S.DONE)
        assert S.EXPIRED not in here.stage.states_seen(job_id)

    missing = json_reply({"detail": "Generation not found"}, 404)
    act(tmp_path, Service(dialect, poll=[missing, missing, missing, dialect.done("/files/a.png")]), story)


def test_case_010_a_minute_later_it_is_a_job_that_is_gone(tmp_path: Path, dialect: Dialect) -> None:
    async def story(here: Scene) -> None:
        job_id = here.stage.submit()
        await here.stage.until_state(job_id, S.QUEUED)
        here.clock.forward(seconds=61)
        await here.stage.until_state(job_id, S.EXPIRED)

    act(tmp_path, Service(dialect, poll=[json_reply({"detail": "not found"}, 404)]), story)


def test_case_011_two_jobs_with_one_id_both_get_the_result_and_one_can_go(tmp_path: Path, dialect: Dialect) -> None:
    """As a service does that knows an equal request; the answer to another request names another job."""

    async def story(here: Scene) -> None:
        jobs = here.stage.jobs
        first, second = [await here.stage.until_state(here.stage.submit(seed=7), S.DONE) for _ in range(2)]
        assert ref_key(first.remote_ref or {}) == ref_key(second.remote_ref or {}) == "r1"
        kept = jobs.path_of(second.saved_assets[0])
        assert kept != jobs.path_of(first.saved_assets[0])
        jobs.delete(first.job_id)
        assert jobs.job(second.job_id) is not None
        assert kept.is_file()
        assert here.server.count("DELETE") == 0

    act(tmp_path, Service(dialect, poll=[dialect.done("/files/a.png")]), story)


def test_case_011_the_id_of_a_job_with_another_request_is_no_answer(tmp_path: Path, dialect: Dialect) -> None:
    async def story(here: Scene) -> None:
        first = await here.stage.until_state(here.stage.submit("a lake"), S.DONE)
        second = await here.stage.until_state(here.stage.submit("a hill"), S.UNSURE)
        assert ref_key(first.remote_ref or {}) == "r1"
        assert second.remote_ref is None
        assert here.posts == 2

    act(tmp_path, Service(dialect, poll=[dialect.done("/files/a.png")]), story)


@pytest.mark.parametrize(
    "answer",
    [
        json_reply({"detail": "balance not enough"}, 400),
        json_reply({}, 402),
        json_reply({"code": 1102, "message": "Account balance not enough"}, 429, "Retry-After: 0"),
        json_reply({"error": {"message": "insufficient balance (1008)"}}, 500),
        json_reply({"detail": {"message": "You have run out of credits: insufficient credits"}}, 403),
    ],
)
def test_case_012_an_empty_purse_ends_the_job_with_that_reason_and_is_not_asked_again(
    tmp_path: Path, dialect: Dialect, answer: bytes
) -> None:
    refused(tmp_path, dialect, answer, "out_of_credit")


@pytest.mark.parametrize(
    "body", [{"message": "rate limit exceeded"}, {"detail": "too many concurrent requests"}, {"code": 1303}, {}]
)
def test_case_013_a_429_that_is_no_empty_purse_waits_for_its_turn(tmp_path: Path, dialect: Dialect, body: Json) -> None:
    async def story(here: Scene) -> None:
        job_id = here.stage.submit()
        await here.stage.until_state(job_id, S.RUNNING)
        assert here.stage.states_seen(job_id)[:5] == [S.WAITING, S.SENDING, S.WAITING, S.SENDING, S.QUEUED]
        assert here.posts == 2

    busy = json_reply(body, 429, "Retry-After: 1")
    act(tmp_path, Service(dialect, create=[busy, dialect.created()]), story)


def test_case_013_the_kind_of_a_429_is_told_by_its_words(dialect: Dialect) -> None:
    busy, _ = submitted(dialect, json_reply({"message": "slow down"}, 429, "Retry-After: 4"))
    assert isinstance(busy, TooManyRequestsError)
    assert busy.retry_after_s == 4
    empty, _ = submitted(dialect, json_reply({"error": {"message": "insufficient_quota"}}, 429))
    assert isinstance(empty, OutOfCreditError)


def test_case_014_a_500_on_a_paid_request_shows_its_words_and_is_not_repeated(tmp_path: Path, dialect: Dialect) -> None:
    answer = json_reply({"message": "Service is unavailable"}, 500)
    assert unsure(tmp_path, dialect, [answer, dialect.created()]) == "Service is unavailable"


def test_case_015_a_403_for_one_address_does_not_cost_the_key(tmp_path: Path, dialect: Dialect) -> None:
    async def story(here: Scene) -> None:
        job_id = here.stage.submit()
        await here.stage.until_state(job_id, S.DONE)
        used = {seen.headers["authorization"] for seen in here.server.seen if "authorization" in seen.headers}
        assert used == {f"Bearer {KEY}"}

    forbidden = json_reply({"message": "Invalid API key"}, 403)
    act(tmp_path, Service(dialect, poll=[forbidden, forbidden, dialect.done("/files/a.png")]), story)


def test_case_016_a_service_that_wants_the_bare_key_gets_it_and_keeps_getting_it(
    tmp_path: Path, dialect: Dialect
) -> None:
    service = Service(dialect, poll=[dialect.running(), dialect.done("/files/a.png")])

    async def only_bare(seen: Seen, wire: Wire) -> None:
        if seen.headers.get("authorization") == KEY or seen.path.startswith("/files/"):
            await service.play(seen, wire)
        else:
            await wire.send(json_reply({"success": False, "message": "no"}, 401))

    async def story(here: Scene) -> None:
        await here.stage.until_state(here.stage.submit(), S.DONE)
        sent = [seen.headers["authorization"] for seen in here.server.seen if "authorization" in seen.headers]
        assert sent[0] == f"Bearer {KEY}"
        assert set(sent[1:]) == {KEY}

    act(tmp_path, service, story, script=only_bare)


@pytest.mark.parametrize(
    "pasted", [f"{KEY}\n", f" {KEY}\r\n", f'"{KEY}"', f"Bearer {KEY}", f"bearer  '{KEY}' ", f"\ufeff{KEY}\u200b"]
)
def test_case_017_a_key_is_sent_as_it_was_meant(dialect: Dialect, pasted: str) -> None:
    _, server = submitted(dialect, dialect.created(), key=pasted)
    assert server.seen[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    "pasted", ["sk-1\r\nX-Evil: 1", "sk-\u00e4", "sk-\u0430bc", "sk 1", "sk-\x00", "sk-" + "x" * 600]
)
def test_case_017_a_key_that_would_break_its_header_never_leaves(dialect: Dialect, pasted: str) -> None:
    result, server = submitted(dialect, dialect.created(), key=pasted)
    assert isinstance(result, KeyRejectedError)
    assert result.not_started
    assert pasted not in result.server_text
    assert server.connections == 0


@pytest.mark.parametrize("polite", [True, False])
def test_case_018_a_body_that_is_too_large_is_refused_or_unsure_and_sent_once(
    tmp_path: Path, dialect: Dialect, polite: bool
) -> None:
    """A server that has had enough answers before it has read everything, or just hangs up."""
    tries = 0

    async def full(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal tries
        tries += 1
        try:
            await reader.readuntil(b"\r\n\r\n")
            if polite:
                writer.write(json_reply({"message": "Request body is larger than 10 MB"}, 413))
                with suppress(OSError):
                    while await reader.read(1024 * 1024):
                        pass
        finally:
            writer.transport.abort()

    async def main() -> StudioError:
        server = await asyncio.start_server(full, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        provider = dialect.provider(url, lambda: KEY, tmp_path)
        with pytest.raises(StudioError) as caught:
            await provider.submit(dialect.prepared(b'"' + b"x" * 9_000_000 + b'"'))
        await provider.close()
        server.close()
        return caught.value

    error = asyncio.run(main())
    assert isinstance(error, InvalidRequestError if polite else ConnectionLostError)
    assert error.not_started is polite
    assert tries == 1


def test_case_018_what_is_above_the_published_limit_is_refused_before_it_is_sent() -> None:
    body = b'"' + b"x" * 12_000_000 + b'"'
    error, server = ask(IN_OCTOAI, IN_OCTOAI.created(), lambda provider: provider.submit(IN_OCTOAI.prepared(body)))
    assert isinstance(error, RequestTooLargeError)
    assert error.not_started
    assert server.connections == 0


def test_case_019_what_looks_like_a_flag_in_a_prompt_stays_a_word_of_the_prompt(
    tmp_path: Path, dialect: Dialect
) -> None:
    prompt = 'a lake --resolution 1080p --watermark false {"seed": 1} </prompt>'

    async def story(here: Scene) -> None:
        await here.stage.until_state(here.stage.submit(prompt), S.RUNNING)
        (post,) = (seen for seen in here.server.seen if seen.method == "POST")
        sent = json.loads(post.body)
        assert sent.get("config", sent)["prompt"] == prompt
        assert "seed" not in sent.get("config", sent)

    act(tmp_path, Service(dialect), story)


def test_case_020_a_list_of_validation_errors_reaches_the_fields_of_the_form(tmp_path: Path, dialect: Dialect) -> None:
    detail = [
        {
            "type": "less_than_equal",
            "loc": ["body", "config", "steps"],
            "msg": "Input should be at most 50",
            "input": 99,
        },
        {"type": "missing", "loc": ["body", "config", 0, "prompt"], "msg": "Field required"},
    ]

    async def story(here: Scene) -> None:
        job = await here.stage.until_state(here.stage.submit(), S.FAILED)
        assert job.problem is not None
        assert job.problem.code == "invalid_request"
        assert job.problem.fields == {"steps": "Input should be at most 50", "prompt": "Field required"}

    act(tmp_path, Service(dialect, create=[json_reply({"detail": detail}, 422)]), story)
