"""A library with a little of everything, for screenshots and for tests that want variety."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from app.domain.errors import JobGoneError, Moment
from app.domain.job import Job, JobState
from app.domain.media import Medium
from app.domain.money import Money
from tests.fakes import NOW, make_asset, make_job

S = JobState
HUES = (0.79, 0.5, 0.6, 0.09, 0.38, 0.92, 0.62, 0.36, 0.52, 0.72, 0.02, 0.45)
LAKE = (
    "A quiet mountain lake at dusk, five ridgelines fading into warm haze, "
    "low sun behind thin cloud, film grain, wide angle"
)


def queue(now: datetime = NOW) -> list[Job]:
    """Two that run and one that waits."""
    return [
        make_job("Paper boats crossing a flooded street", S.RUNNING, created_at=now - timedelta(seconds=41)),
        make_job("Isometric tea house, snow, lanterns", S.RUNNING, created_at=now - timedelta(seconds=90)),
        make_job("Isometric tea house, autumn, maples", S.WAITING, provider_id="haiper", created_at=now),
    ]


def library(now: datetime = NOW) -> list[Job]:
    """Finished, failed and expired jobs of three media over some days."""
    gone = JobGoneError().problem(Moment.WATCH, provider="Haiper")
    film: dict[str, Any] = {"medium": Medium.VIDEO, "estimate": None}
    rows: list[tuple[str, JobState, int, dict[str, Any]]] = [
        (LAKE, S.DONE, 4, {"tags": ("landscape", "album cover"), "favourite": True}),
        (
            "A sci-fi and historical drama, travellers",
            S.DONE,
            1,
            {**film, "model_title": "Haiper", "provider_id": "haiper"},
        ),
        (
            "The summer wind blows over the willow branches",
            S.DONE,
            1,
            {"medium": Medium.AUDIO, "model_title": "MMAudio"},
        ),
        ("Glacier valley, first light, telephoto", S.DONE, 2, {}),
        ("Dust storm over copper dunes", S.DONE, 1, {"model_title": "SDXL"}),
        ("Portrait of a lighthouse keeper", S.FAILED, 0, {"model_title": "SDXL"}),
        ("Moss forest, shafts of light, morning mist", S.DONE, 1, {"model_title": "SDXL"}),
        ("Pearl harbour fog, slow dolly", S.DONE, 1, {**film, "model_title": "HunyuanVideo"}),
        ("Rose canyon, hand-painted poster", S.DONE, 4, {}),
        (
            "Slow pan across a rain-dark street",
            S.EXPIRED,
            0,
            {"problem": gone, "model_title": "Haiper", "provider_id": "haiper"},
        ),
        ("Terraced hills, morning", S.DONE, 1, {}),
        ("Jade coast at noon", S.DONE, 1, {}),
        (
            "Bells under water",
            S.DONE,
            1,
            {"medium": Medium.AUDIO, "model_title": "MMAudio", "estimate": Money(Decimal(0))},
        ),
        ("Night market from above", S.CANCELLED, 0, {}),
        ("A paper moon", S.UNSURE, 0, {}),
        ("Harbour cranes in the rain", S.DONE, 1, {}),
    ]
    made = []
    for place, (prompt, state, files, more) in enumerate(rows):
        past = timedelta(minutes=2 + 11 * place) if place < 12 else timedelta(days=place - 11, minutes=7)
        params = {"prompt": prompt, "image_size": "landscape_4_3", "num_inference_steps": 30, "guidance_scale": 2.5}
        params |= {"seed": 918_273_645 + place, "num_images": files}
        made.append(make_job(prompt, state, files=files, created_at=now - past, params=params, **more))
    return made


def partly_saved(now: datetime = NOW) -> Job:
    """Failed, with one of its files brought home."""
    return make_job("Half a harvest", S.FAILED, created_at=now, job_id="half", assets=(make_asset("half"),))
