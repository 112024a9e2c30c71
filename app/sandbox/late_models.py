"""The models of NetMind that came after the seeds: what they take, and what the painters are asked for (apis.md 2.4 to 2.6).

Pictures and films work from a picture where one is given, MMAudio sets a film to music, speech hums a tone for each
syllable, and the transcript says that nobody listened.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import sqrt
from pathlib import Path

from app.sandbox.checks import (
    Choice,
    FieldProblem,
    Flag,
    Location,
    Number,
    Rule,
    Words,
    config_problems,
    object_problems,
)
from app.sandbox.models import (
    GPT_IMAGE,
    MMAUDIO,
    NANO_BANANA,
    NANO_BANANA_PRO,
    SPEECH,
    VEO,
    WHISPER,
    DemoModel,
)
from app.sandbox.order import SOURCE, Medium, RenderOrder
from app.sandbox.ordering import order_for
from app.sandbox.settings import Media

RATIOS = ("21:9", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16")
_SIZES = {"1K": 1024, "2K": 2048, "4K": 4096}  # the side of a square, in pixels
_SHARE_OF_NEW = 0.5  # how much of an edited picture is the demo's own
_MOVEMENT = 0.6  # how far a film travels over its first picture


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses: one text, or with `listed` a list of them."""

    listed: bool = False
    most: int = 14

    def problems(self, value: object, loc: Location) -> list[FieldProblem]:
        """Not text, or too many."""
        if not self.listed:
            return Words(filled=True).problems(value, loc)
        if not isinstance(value, list):
            return [FieldProblem(loc, "Input should be a valid list", "list_type", value)]
        if len(value) > self.most:
            text = f"List should have at most {self.most} items after validation, not {len(value)}"
            return [FieldProblem(loc, text, "too_long", value, {"max_length": self.most})]
        return [problem for place, url in enumerate(value) for problem in Words().problems(url, (*loc, place))]


_TEXT = Words(filled=True)
_EDIT: dict[str, Rule] = {
    "prompt": _TEXT,
    "image_urls": Links(listed=True),
    "resolution": Choice(tuple(_SIZES)),
    "output_format": Choice(("png", "jpeg", "webp")),
    "num_images": Number(1, 4, whole=True),
    "limit_generations": Flag(),
    "sync_mode": Flag(),
}
_RULES: dict[str, dict[str, Rule]] = {
    NANO_BANANA: _EDIT,
    NANO_BANANA_PRO: _EDIT,
    GPT_IMAGE: {"prompt": _TEXT},
    VEO: {
        "prompt": _TEXT,
        "aspect_ratio": Choice(("16:9", "9:16")),
        "resolution": Choice(("720p", "1080p", "4k")),
        "generate_audio": Flag(),
        "auto_fix": Flag(),
        "negative_prompt": Words(),
        "seed": Number(whole=True),
        "image_url": Links(),
    },
    SPEECH: {"text": _TEXT, "output_format": Choice(("hex", "url"))},
    WHISPER: {"audio_url": Links()},
}
_REQUIRED = {SPEECH: ("text",), WHISPER: ("audio_url",)}


def problems_of(model: DemoModel, config: Mapping[str, object]) -> list[FieldProblem]:
    """Every parameter that this model refuses at once, as FastAPI words it."""
    rules = _RULES.get(model.name)
    if rules is None:
        return config_problems(model.medium, config)
    return object_problems(config, rules, ("body", "config"), required=_REQUIRED.get(model.name, ("prompt",)))


def late_problem(model: DemoModel, config: Mapping[str, object]) -> str:
    """What the model itself says only when it is at work: accepted by POST, told in the job's log (apis.md 2.4)."""
    ratio = config.get("aspect_ratio")
    if model.name not in (NANO_BANANA, NANO_BANANA_PRO) or ratio is None or ratio in RATIOS:
        return ""
    row = Choice(RATIOS).problems(ratio, ("body", "aspect_ratio"))[0]
    return f"422: [{{'loc': ['body', 'aspect_ratio'], 'msg': '{row.msg}', 'type': '{row.type}'}}]"


def late_order(
    model: DemoModel, config: Mapping[str, object], *, job_id: str, folder: Path, media: Media
) -> RenderOrder:
    """What to paint; also for the models of the seeds, where they were given something to work from."""
    known = {"prompt": str(config.get("prompt") or config.get("text") or ""), **_usual(model, config)}
    order = order_for(model, known, job_id=job_id, folder=folder, media=media)
    source = folder / SOURCE
    if source.is_file():
        order = replace(order, source=source)
    change = _CHANGES.get(model.name)
    return change(order, config) if change is not None else order


def _usual(model: DemoModel, config: Mapping[str, object]) -> dict[str, object]:
    """The parameters that mean the same everywhere; those of the same name and another meaning are left out."""
    left_out = {"prompt"} if model.name not in _RULES else {"prompt", "duration", "resolution", "aspect_ratio"}
    return {name: value for name, value in config.items() if name not in left_out}


def _edit(order: RenderOrder, config: Mapping[str, object]) -> RenderOrder:
    across, up = (int(part) for part in str(config.get("aspect_ratio") or "1:1").split(":"))
    side = _SIZES[str(config.get("resolution") or "1K")]
    width, height = (round(side * sqrt(one / other) / 16) * 16 for one, other in ((across, up), (up, across)))
    return replace(order, width=width, height=height, strength=_SHARE_OF_NEW)


def _veo(order: RenderOrder, config: Mapping[str, object]) -> RenderOrder:
    seconds = min(max(float(str(config.get("duration") or 8).removesuffix("s")), 2.0), 8.0)
    wide = str(config.get("aspect_ratio") or "16:9") == "16:9"
    width, height = (960, 540) if wide else (540, 960)
    silent = config.get("generate_audio") is False
    frames = round(seconds * order.frames_per_second) + 1
    return replace(order, width=width, height=height, frames=frames, silent=silent, strength=_MOVEMENT)


def _spoken(order: RenderOrder, _config: Mapping[str, object]) -> RenderOrder:
    return replace(order, spoken=True)


def _transcript(order: RenderOrder, config: Mapping[str, object]) -> RenderOrder:
    size = order.source.stat().st_size if order.source is not None else 0
    task = "translate" if config.get("task") == "translate" else "transcribe"
    words = f"This is a demo, and nobody listened. It was asked to {task} a recording of {size} bytes.\n"
    return replace(order, words=words)


def _scored(order: RenderOrder, _config: Mapping[str, object]) -> RenderOrder:
    """For a film the result is the film with sound, and not a sound (apis.md 2.2)."""
    return order if order.source is None else replace(order, medium=Medium.VIDEO, scored=True)


_CHANGES: dict[str, Callable[[RenderOrder, Mapping[str, object]], RenderOrder]] = {
    NANO_BANANA: _edit,
    NANO_BANANA_PRO: _edit,
    VEO: _veo,
    SPEECH: _spoken,
    WHISPER: _transcript,
    MMAUDIO: _scored,
}
