"""What helps those who are asked for help, as one text that the person reads before it is saved: no keys, no prompts.

Prompts and everything that quotes them come in only when the person says so. Every line goes through the redaction that the
log goes through, whatever it came from.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import StudioError
from app.domain.history import HistoryQuery
from app.domain.job import Job
from app.services.activity_service import ActivityEntry
from app.system.crash_reports import CrashReports, about
from app.system.language import say
from app.system.redaction import redact

log = logging.getLogger(__name__)

JOBS, EVENTS, LOG_BYTES = 200, 200, 60_000
LEFT_OUT = "(left out)"
_SHORTEST_PROMPT = 3
_SETTINGS = (
    *("appearance.mode", "language", "limits.running_per_provider", "limits.running_overall", "queue.paused"),
    *("downloads.max_mb", "notifications.enabled", "demo.enabled", "history.mode"),
)
"""Those whose values say nothing about the person or their folders."""


@dataclass(frozen=True)
class SupportSources:
    """Where the parts come from."""

    events: Callable[[], list[ActivityEntry]]
    history: Callable[[HistoryQuery, int, int], Awaitable[list[Job]]]
    setting: Callable[[str], object]
    reports: CrashReports
    log_file: Path


async def support_text(sources: SupportSources, *, with_prompts: bool = False) -> str:
    """The whole file. What cannot be read is left out and said."""
    try:
        jobs = await sources.history(HistoryQuery(), 0, JOBS)
    except StudioError as error:
        log.warning("the jobs are not in the support file: %s", error)
        jobs = []
    reports, lines = await asyncio.gather(
        asyncio.to_thread(sources.reports.text), asyncio.to_thread(_end_of, sources.log_file)
    )
    parts = (
        ("Slowlight support file", [about(), "Prompts are included." if with_prompts else "Prompts are left out."]),
        ("Settings", [f"{key}: {sources.setting(key)}" for key in _SETTINGS]),
        ("Jobs", [*_counts(jobs), *(_job_line(job, with_prompts=with_prompts) for job in jobs)]),
        ("Activity", [_event_line(event, with_prompts=with_prompts) for event in sources.events()[:EVENTS]]),
        ("Reports of unexpected ends", [reports or "None."]),
        ("End of the log", [lines or "Empty."]),
    )
    whole = "\n\n".join(f"== {title}\n" + "\n".join(words or ["None."]) for title, words in parts) + "\n"
    return await asyncio.to_thread(_cleaned, whole, () if with_prompts else tuple(job.prompt for job in jobs))


def _counts(jobs: list[Job]) -> list[str]:
    counted = Counter(str(job.state) for job in jobs)
    return [f"{len(jobs)} newest: " + ", ".join(f"{state} {count}" for state, count in sorted(counted.items()))]


def _job_line(job: Job, *, with_prompts: bool) -> str:
    problem = job.problem
    facts = [
        job.created_at.isoformat(timespec="seconds"),
        job.job_id,
        job.provider_id,
        job.model_id,
        str(job.state),
        job.wire_status,
        f"{len(job.saved_assets)} files",
    ]
    if problem is not None:
        facts += [problem.code, str(problem.http_status or "")]
    if with_prompts:
        facts += [job.prompt, problem.server_text if problem is not None else ""]
    return " | ".join(fact.replace("\n", " ") for fact in facts if fact)


def _event_line(event: ActivityEntry, *, with_prompts: bool) -> str:
    """The second line of an event about a job is its prompt."""
    detail = say(event.detail) if with_prompts or not event.job_id else ""
    return " | ".join(
        part for part in (event.at.isoformat(timespec="seconds"), str(event.kind), say(event.title), detail) if part
    )


def _end_of(file: Path) -> str:
    with contextlib.suppress(OSError), file.open("rb") as lines:
        lines.seek(max(0, file.stat().st_size - LOG_BYTES))
        return lines.read().decode("utf-8", "replace").partition("\n")[2].strip()
    return ""


def _cleaned(whole: str, prompts: tuple[str, ...]) -> str:
    """Prompts go also where a log line or a report quotes them; and the person's folder is called "~"."""
    for prompt in sorted({prompt.strip() for prompt in prompts}, key=len, reverse=True):
        if len(prompt) >= _SHORTEST_PROMPT:
            whole = whole.replace(prompt, LEFT_OUT)
    home = str(Path.home())
    return redact(whole.replace(home, "~") if len(home) > 3 else whole)
