"""A job that was sent with another address or key is out of reach, not gone."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from app.application import Options, Studio
from app.domain.job import JobState
from app.domain.request import GenerationRequest
from app.sandbox.running import QUICK, RunningSandbox
from app.services.job_tools import JobSeams
from tests.conftest import Run

KEY = "a-key-of-one-account"


def test_another_address_does_not_make_a_running_job_expire_and_the_right_one_brings_it_home(
    run: Run[None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETMIND_API_KEY", KEY)

    async def story(right: RunningSandbox, wrong: RunningSandbox) -> None:
        # what is young over there is patiently asked for; here it is old at once
        seams = JobSeams(pause_factor=0.005, pace=lambda *_: 0.3)
        studio = Studio(Options(profile=tmp_path), seams=seams)
        await studio.start()
        await studio.providers.set_base_url("netmind", right.base_url)
        spec = studio.catalogue.find("netmind", "Qwen/Qwen-Image")
        assert spec is not None
        wish = GenerationRequest(
            "netmind", spec.model_id, spec.title, spec.medium, {**spec.defaults(), "prompt": "sea"}
        )
        job_id = studio.jobs.submit(wish)

        async def until(*codes: str) -> None:
            while (job := studio.jobs.job(job_id)) is None or (
                job.problem.code if job.problem else job.state
            ) not in codes:
                await asyncio.sleep(0.01)

        await until(JobState.QUEUED, JobState.RUNNING)
        await studio.providers.set_base_url("netmind", wrong.base_url)
        await until("sent_elsewhere")
        job = studio.jobs.job(job_id)
        assert job is not None
        assert job.state in (JobState.QUEUED, JobState.RUNNING)
        await studio.providers.set_base_url("netmind", right.base_url)
        await until(JobState.DONE)
        await studio.close()

    slow = replace(QUICK, keys=(KEY,), speed=4.0)
    with RunningSandbox(slow) as right, RunningSandbox(slow) as wrong:
        run(story(right, wrong))
        assert len(right.posts) == 1
        assert wrong.posts == []
