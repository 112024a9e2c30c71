"""The studio without a window as a process of its own: `python -m tests.whole.driver [--demo] DIR [PROMPT]`.

It takes up what the profile holds, sends PROMPT as a picture where one is given, prints every state it hears of as one
line `job_id state`, and ends when nothing is on its way any more. With `--demo` the demo makes the picture, in a hurry.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from app.application import Options, Studio
from app.domain.job import Job
from app.domain.media import Medium
from app.domain.request import GenerationRequest
from app.system import event_loop

HURRY = ("--speed", "4", "--media", "small")


def _tell(job: Job) -> None:
    code = job.problem.code if job.problem else ""
    print(job.job_id, job.state, code, flush=True)


async def _drive(profile: Path, prompt: str, *, demo: bool) -> int:
    studio = Studio(Options(profile=profile), demo_arguments=HURRY)
    studio.jobs.job_added.connect(_tell)
    studio.jobs.job_changed.connect(_tell)
    await studio.start()
    if prompt:
        provider = "demo" if demo else "netmind"
        spec = next(spec for spec in studio.catalogue.models(Medium.IMAGE) if spec.provider_id == provider)
        params = {**spec.defaults(), "prompt": prompt}
        studio.jobs.submit(GenerationRequest(provider, spec.model_id, spec.title, Medium.IMAGE, params))
    while studio.jobs.unfinished():
        await asyncio.sleep(0.01)
    await studio.close()
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("profile", type=Path)
    parser.add_argument("prompt", nargs="*")
    given = parser.parse_args()
    sys.exit(event_loop.run(QGuiApplication([]), _drive(given.profile, " ".join(given.prompt), demo=given.demo)))
