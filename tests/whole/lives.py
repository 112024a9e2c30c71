"""The studio as a process that is killed: `python -m tests.whole.lives` imports everything once and forks a life a line.

Each line on its input is a JSON object: `profile`, and `wishes`, the prompts to send by provider. A life tells its process
id, then "up" when its wishes are taken, or with `sends` when the first of them goes out. It ends by itself when nothing is
on its way; with `rests` it waits until lost answers were looked for as well.
"""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from app.application import Options, Studio
from app.domain.job import JobState
from app.domain.media import Medium
from app.domain.model_spec import ModelSpec
from app.services.job_tools import JobSeams
from app.services.settling_words import LOOKING, NOT_YET
from app.system import event_loop

PAUSE_FACTOR = 0.005
"""A lost answer is looked for after 0.6 s here, and again 1.5 s later."""
MODELS = {"netmind": "Qwen/Qwen-Image", "haiper": "text2video", "octoai": "sdxl"}


@dataclass(frozen=True)
class Life:
    """What one process is to do."""

    profile: Path
    wishes: dict[str, str]
    rests: bool
    sends: bool


def _tell(words: str) -> None:
    os.write(1, f"{words}\n".encode())


def _spec(studio: Studio, provider_id: str) -> ModelSpec:
    spec = studio.catalogue.find(provider_id, MODELS[provider_id])
    assert spec is not None
    return spec


def _is_looking(studio: Studio) -> bool:
    """Whether a lost answer is still being looked for."""
    known = [job for medium in (Medium.IMAGE, Medium.VIDEO) for job in studio.jobs.recent(medium)]
    unsure = [job for job in known if job.state is JobState.UNSURE]
    return any(job.problem and job.problem.advice.template in (LOOKING.template, NOT_YET.template) for job in unsure)


async def _live(life: Life) -> int:
    studio = Studio(Options(profile=life.profile), seams=JobSeams(pause_factor=PAUSE_FACTOR, pace=lambda *_: 0.05))
    await studio.start()
    while not all(studio.providers.card(name).has_key for name in MODELS):
        await asyncio.sleep(0.005)
    for provider_id, prompt in life.wishes.items():
        spec = _spec(studio, provider_id)
        studio.jobs.submit(studio.catalogue.request(spec, {**spec.defaults(), "prompt": prompt}))
    while life.sends and not any(job.sent_at for job in studio.jobs.unfinished()):
        await asyncio.sleep(0.002)
    _tell("up")
    while studio.jobs.unfinished() or (life.rests and _is_looking(studio)):
        await asyncio.sleep(0.02)
    await studio.close()
    return 0


def _one_life(line: str) -> int:
    told = json.loads(line)
    life = Life(Path(told["profile"]), told["wishes"], told["rests"], told["sends"])
    return event_loop.run(QGuiApplication([]), _live(life))


def main() -> None:
    """Forks for every line, and tells how each life that was not killed ended."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = _one_life(line)
            finally:
                os._exit(code)
        _tell(f"pid {child}")
        _, status = os.waitpid(child, 0)
        _tell(f"ended {status}")


if __name__ == "__main__":
    main()
