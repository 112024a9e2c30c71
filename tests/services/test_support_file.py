"""The support file holds what helpers need, and neither a key nor a prompt unless the person includes prompts."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from app.domain.history import HistoryQuery
from app.domain.job import Job, JobState
from app.domain.local_errors import StorageError
from app.domain.media import Medium
from app.domain.problem import Problem
from app.domain.text import plain
from app.services.activity_service import ActivityEntry, ActivityKind
from app.services.support_file import SupportSources, support_text
from app.system.crash_reports import CrashReports
from app.system.redaction import register_secret

KEY = "sk-CANARY-c0ffee1234"
PROMPT = "A lighthouse keeper who looks like my neighbour"


def job(**changes: object) -> Job:
    made = Job(
        job_id="job-1",
        provider_id="netmind",
        model_id="Qwen/Qwen-Image",
        model_title="Qwen Image",
        medium=Medium.IMAGE,
        prompt=PROMPT,
        params={},
        created_at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def sources(tmp_path: Path, *jobs: Job, broken: bool = False) -> SupportSources:
    async def history(query: HistoryQuery, offset: int, limit: int) -> list[Job]:
        if broken:
            raise StorageError(reason="gone")
        return list(jobs)

    log_file = tmp_path / "slowlight.log"
    lines = f"first line\nasked with {KEY}\nsent {PROMPT} to https://host.test/a?token=1\n{Path.home()}/library\n"
    log_file.write_text(lines, encoding="utf-8")
    reports = CrashReports(tmp_path / "reports")
    reports.write(f"ValueError: {PROMPT}")
    at = datetime(2026, 1, 2, tzinfo=UTC)
    events = [
        ActivityEntry(at, ActivityKind.DONE, plain("Saved 1 picture."), plain(PROMPT), "job-1"),
        ActivityEntry(at, ActivityKind.WARNING, plain("The settings file was set aside."), plain("It was damaged.")),
    ]
    return SupportSources(lambda: events, history, lambda key: f"value of {key}", reports, log_file)


def failed() -> Job:
    problem = Problem("out_of_credit", plain("No credit."), server_text=f"refused: {PROMPT}", http_status=402)
    return job(state=JobState.FAILED, problem=problem, wire_status="failed")


def test_it_holds_the_facts_and_no_prompt_and_no_key(tmp_path: Path) -> None:
    register_secret(KEY)
    words = asyncio.run(support_text(sources(tmp_path, failed())))
    for fact in (
        "job-1",
        "netmind",
        "Qwen/Qwen-Image",
        "out_of_credit",
        "402",
        "failed 1",
        "ValueError",
        "Qt",
        "queue.paused",
    ):
        assert fact in words, fact
    assert "The settings file was set aside. | It was damaged." in words
    for hidden in (PROMPT, KEY, "token=1", str(Path.home())):
        assert hidden not in words, hidden


def test_prompts_come_in_when_the_person_includes_them_and_keys_do_not(tmp_path: Path) -> None:
    register_secret(KEY)
    words = asyncio.run(support_text(sources(tmp_path, failed()), with_prompts=True))
    assert words.count(PROMPT) >= 4
    assert KEY not in words


def test_no_setting_that_names_folders_or_holds_a_draft_is_in_it(tmp_path: Path) -> None:
    words = asyncio.run(support_text(sources(tmp_path)))
    assert "value of appearance.mode" in words
    for private in ("library.folder", "library.used", "draft", "base_url", "geometry"):
        assert private not in words


def test_a_database_that_cannot_be_read_leaves_the_rest(tmp_path: Path) -> None:
    words = asyncio.run(support_text(sources(tmp_path, broken=True)))
    assert "The settings file was set aside." in words
    assert "0 newest" in words
