"""`--self-test`: one demo job of each medium to saved and checked files, without a screen. One line each, exit 0 or 1."""

import asyncio
import contextlib
import hashlib
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

from app.application import Options, Studio
from app.domain.errors import StudioError
from app.domain.job import Job, JobState
from app.domain.media import Medium, sniff
from app.domain.model_spec import ModelSpec
from app.domain.request import GenerationRequest

DEADLINE_S = 300.0
PROMPT = "A quiet mountain lake at dusk, warm haze"
SPEED = "20"
"""The demo's waiting is for people; nobody watches here."""

Say = Callable[[str], None]


async def self_test(options: Options, say: Say = print) -> int:
    """0 when every medium was made, saved and checked. Uses the given profile, else a folder that is removed again.

    Jobs that a given profile holds are left as they stand. Also when it is told to stop, nothing stays behind.
    """
    task = asyncio.current_task()
    if task is not None:
        with contextlib.suppress(NotImplementedError):  # Windows has no such handlers
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        if options.profile is not None:
            return await _run(options, say)
        with tempfile.TemporaryDirectory(prefix="slowlight-self-test-", ignore_cleanup_errors=True) as folder:
            return await _run(Options(profile=Path(folder), self_test=True), say)
    except StudioError as error:
        say(f"self-test failed: {error.problem().happened}")
    except asyncio.CancelledError:
        say("self-test failed: it was told to stop")
    return 1


async def _run(options: Options, say: Say) -> int:
    studio = Studio(options, demo_arguments=("--speed", SPEED))
    failures = 0
    try:
        await studio.start(take_up=False)
        for medium in (Medium.IMAGE, Medium.VIDEO, Medium.AUDIO):
            spec = next((spec for spec in studio.catalogue.models(medium) if spec.provider_id == "demo"), None)
            outcome = "no demo model" if spec is None else await _one(studio, spec)
            failures += bool(outcome)
            say(f"{medium}: {outcome or 'ok'}")
    finally:
        await studio.close()
    say("self-test passed" if not failures else f"self-test failed: {failures} of 3")
    return 1 if failures else 0


async def _one(studio: Studio, spec: ModelSpec) -> str:
    """Empty when the job was made and its files are good, else what was wrong."""
    params = {**spec.defaults(), "prompt": PROMPT}
    job_id = studio.jobs.submit(
        GenerationRequest(spec.provider_id, spec.model_id, spec.title, spec.medium, params, None)
    )
    job = await _rested(studio, job_id)
    if job is None:
        return "not finished in time"
    if job.state is not JobState.DONE:
        return str(job.problem.happened) if job.problem else f"ended as {job.state}"
    return await asyncio.to_thread(_check_files, studio, job)


async def _rested(studio: Studio, job_id: str) -> Job | None:
    rested: asyncio.Future[Job] = asyncio.get_running_loop().create_future()

    def ended(job: Job) -> None:
        if job.job_id == job_id and not rested.done():
            rested.set_result(job)

    studio.jobs.job_rested.connect(ended)
    try:
        async with asyncio.timeout(DEADLINE_S):
            return await rested
    except TimeoutError:
        return None
    finally:
        studio.jobs.job_rested.disconnect(ended)


def _check_files(studio: Studio, job: Job) -> str:
    if not job.saved_assets:
        return "no files"
    for asset in job.saved_assets:
        try:
            content = studio.jobs.path_of(asset).read_bytes()
        except OSError as error:
            return f"{asset.path} cannot be read: {error.strerror}"
        kind = sniff(content)
        if kind is None or kind.medium is not job.medium:
            return f"{asset.path} is not what it should be"
        if hashlib.sha256(content).hexdigest() != asset.sha256:
            return f"{asset.path} is not as it was saved"
    return ""
