"""From a checked request to the painter's order: names, ranges and defaults of apis.md 2.1 to 2.3."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from app.sandbox.checks import IMAGE_SIZES
from app.sandbox.models import DemoModel
from app.sandbox.order import Medium, RenderOrder
from app.sandbox.settings import Media
from app.sandbox.triggers import without_marks

LONGEST_SOUND_S = 30.0  # fal's limit for MMAudio; the published example asks for 100
LONGEST_FILM_FRAMES = 241  # ten seconds
LONGEST_FILM_SIDE = 960  # pixels
_SHAPES = {"16:9": (16, 9), "9:16": (9, 16), "4:3": (4, 3), "3:4": (3, 4), "1:1": (1, 1)}
_HEIGHTS = {"480p": 480, "580p": 580, "720p": 720}


def order_for(
    model: DemoModel, config: Mapping[str, object], *, job_id: str, folder: Path, media: Media
) -> RenderOrder:
    """What to paint for a request that passed `checks.config_problems`."""
    prompt = without_marks(str(config["prompt"]))
    width, height = _image_size(config) if model.medium is Medium.IMAGE else _film_size(config)
    return RenderOrder(
        medium=model.medium,
        prompt=prompt,
        seed=_seed(config, job_id),
        folder=folder,
        count=result_count(model, config),
        width=width,
        height=height,
        image_format=str(config.get("output_format") or "png"),
        frames=min(_int(config, "num_frames", 121), LONGEST_FILM_FRAMES),
        duration_s=min(_float(config, "duration", 8.0), LONGEST_SOUND_S),
        plain=media is Media.SMALL,
    )


def result_count(model: DemoModel, config: Mapping[str, object]) -> int:
    """How many results a request asks for."""
    name = {Medium.IMAGE: "num_images", Medium.VIDEO: "num_videos_per_prompt"}.get(model.medium, "")
    return _int(config, name, 1)


def _seed(config: Mapping[str, object], job_id: str) -> int:
    """The given seed; another one for each job where none is given (-1 counts as none)."""
    seed = _int(config, "seed", -1)
    return seed if seed != -1 else int(hashlib.sha256(job_id.encode()).hexdigest()[:8], 16)


def _image_size(config: Mapping[str, object]) -> tuple[int, int]:
    size = config.get("image_size") or "landscape_4_3"
    if isinstance(size, dict):
        return int(size["width"]), int(size["height"])
    return IMAGE_SIZES[str(size)]


def _film_size(config: Mapping[str, object]) -> tuple[int, int]:
    """The asked size, else the one of the shape, scaled to what paints quickly; both sides even, as codecs want."""
    across, up = _SHAPES[str(config.get("aspect_ratio") or "16:9")]
    short = _HEIGHTS[str(config.get("resolution") or "720p")]
    width = _int(config, "width", short * across // min(across, up))
    height = _int(config, "height", short * up // min(across, up))
    scale = min(1.0, LONGEST_FILM_SIDE / max(width, height))
    return max(int(width * scale) // 2 * 2, 2), max(int(height * scale) // 2 * 2, 2)


def _int(config: Mapping[str, object], name: str, default: int) -> int:
    value = config.get(name)
    return int(value) if isinstance(value, int | float | str) else default


def _float(config: Mapping[str, object], name: str, default: float) -> float:
    value = config.get(name)
    return float(value) if isinstance(value, int | float) else default
