"""The studio without a window as a process of its own: `python -m tests.whole.driver DIR [PROMPT]`.

It takes up what the profile holds, sends PROMPT as a picture where one is given, prints every state it hears of as one
line `job_id state`, and ends when nothing is on its way any more.
"""

import asyncio
import sys
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from app.application import Options, Studio
from app.domain.job import Job
from app.domain.media import Medium
from app.domain.request import GenerationRequest
from app.system import event_loop


def _tell(job: Job) -> None:
    code = job.problem.code if job.problem else ""
    print(job.job_id, job.state, code, flush=True)


async def _drive(profile: Path, prompt: str) -> int:
    studio = Studio(Options(profile=profile))
    studio.jobs.job_added.connect(_tell)
    studio.jobs.job_changed.connect(_tell)
    await studio.start()
    if prompt:
        spec = studio.catalogue.find("netmind", "Qwen/Qwen-Image")
        assert spec is not None
        params = {**spec.defaults(), "prompt": prompt}
        studio.jobs.submit(GenerationRequest("netmind", spec.model_id, spec.title, Medium.IMAGE, params))
    while studio.jobs.unfinished():
        await asyncio.sleep(0.01)
    await studio.close()
    return 0


if __name__ == "__main__":
    sys.exit(event_loop.run(QGuiApplication([]), _drive(Path(sys.argv[1]), " ".join(sys.argv[2:]))))
