"""An OctoAI inference: its id, what is kept of it, what is painted, and the result with the media inside (seed 004)."""

import base64
import random
import secrets
from collections.abc import Mapping
from pathlib import Path

from app.sandbox.jobs import Ending, Job
from app.sandbox.octoai_rules import ENGINES, HIGHEST_SEED, PICTURES, Engine
from app.sandbox.order import SOURCE, RenderOrder
from app.sandbox.settings import Media
from app.sandbox.triggers import Trigger, triggers_in, without_marks

FILM_FRAMES = 25
CONTROLLED = 0.7  # how much of a picture is new that follows a control picture
FAILURE = "Demo: the prompt asked for a failure. CUDA error: an illegal memory access was encountered"
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"


def new_id() -> str:
    """A response_id in the published form, such as 778bbfd58c-hz95k."""
    return f"{secrets.token_hex(5)}-{''.join(secrets.choice(_ALPHABET) for _ in range(5))}"


def result_count(engine: Engine, config: Mapping[str, object]) -> int:
    """How many results a request asks for."""
    return int(_number(config, "num_videos" if engine.is_film else "num_images", 1))


def kept(engine: Engine, body: Mapping[str, object]) -> tuple[dict[str, object], bytes | None]:
    """What is written down of a checked request, and the picture that it brings to work from."""
    config: dict[str, object] = {name: body[name] for name in engine.rules if body.get(name) is not None}
    pictures = {name: base64.b64decode(str(config[name])) for name in PICTURES if name in config}
    for name, content in pictures.items():
        config[name] = f"({len(content)} bytes)"
    return config, next(iter(pictures.values()), None)


def octoai_order(job: Job, folder: Path, media: Media) -> RenderOrder:
    """What to paint."""
    engine, config = ENGINES[job.model], dict(job.config)
    seeds = _seeds(engine, job)
    source = folder / SOURCE
    width, height = engine.size_of(config) or engine.usual_size
    usual_strength = 0.5 if engine.is_film else 0.8 if "init_image" in config else CONTROLLED
    return RenderOrder(
        medium=engine.model.medium,
        prompt=without_marks(job.prompt),
        seed=seeds[0],
        seeds=seeds,
        folder=folder,
        count=len(seeds),
        width=width,
        height=height,
        image_format=str(config.get("image_encoding") or "jpeg"),
        frames=FILM_FRAMES,
        frames_per_second=int(_number(config, "fps", 7)),
        plain=media is Media.SMALL,
        source=source if source.is_file() else None,
        strength=_number(config, "motion_scale" if engine.is_film else "strength", usual_strength),
        silent=engine.is_film,
    )


def result(job: Job, now: float) -> dict[str, object]:
    """The finished inference with its media in base64. Reads files: not for the server's own thread."""
    engine, phase = ENGINES[job.model], job.phase(now)
    seeds = _seeds(engine, job) if job.ending is not Ending.EMPTY else ()
    removed = len(seeds) if job.ending is Ending.REFUSED else 0
    if Trigger.PARTIAL in triggers_in(job.prompt) and len(seeds) > 1:
        removed = 1
    shown = len(seeds) - removed  # the last ones are missing
    rows = [
        {
            ("video" if engine.is_film else "image_b64"): _base64(job, number) if number < shown else None,
            "removed_for_safety": number >= shown,
            "seed": seed,
        }
        for number, seed in enumerate(seeds)
    ]
    worked_ms = (phase.updated - job.created - min(job.pending_s, phase.updated - job.created)) * 1000
    return {("videos" if engine.is_film else "images"): rows, "prediction_time_ms": round(worked_ms, 3)}


def _base64(job: Job, number: int) -> str:
    files = job.files or ()
    return base64.b64encode(files[number].path.read_bytes()).decode()


def _seeds(engine: Engine, job: Job) -> tuple[int, ...]:
    """One seed for each result: the given ones, the numbers after a single one, or chance where none is given."""
    count, given = result_count(engine, job.config), job.config.get("seed")
    if isinstance(given, int | float):
        return tuple((int(given) + number) % (HIGHEST_SEED + 1) for number in range(count))
    chance = random.Random(job.id)
    seeds = [chance.randint(0, HIGHEST_SEED) for _ in range(count)]
    for number, seed in enumerate(given[:count] if isinstance(given, list) else ()):
        seeds[number] = seeds[number] if seed is None else int(seed)
    return tuple(seeds)


def _number(config: Mapping[str, object], name: str, default: float) -> float:
    value = config.get(name)
    return value if isinstance(value, int | float) else default
