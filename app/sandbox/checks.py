"""Is a create request's body what the model takes? Answers with 422 rows as FastAPI words them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from app.sandbox.order import Medium

IMAGE_SIZES: dict[str, tuple[int, int]] = {  # width, height in pixels (apis.md 2.1)
    "square_hd": (1024, 1024),
    "square": (512, 512),
    "portrait_4_3": (768, 1024),
    "portrait_16_9": (576, 1024),
    "landscape_4_3": (1024, 768),
    "landscape_16_9": (1024, 576),
    "portrait_3_4": (768, 1024),  # listed by one third party only
    "portrait_9_16": (576, 1024),
}
MAX_PIXELS = 4096 * 4096  # of the demo: what a small computer can paint

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One row of a 422 answer."""

    loc: Location
    msg: str
    type: str
    input: object = None
    ctx: dict[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """The row as FastAPI (pydantic 2) writes it; ctx only where there is one."""
        row: dict[str, object] = {"type": self.type, "loc": list(self.loc), "msg": self.msg, "input": self.input}
        return {**row, "ctx": self.ctx} if self.ctx else row


class Rule(Protocol):
    """What one parameter must be."""

    def problems(self, value: object, loc: Location) -> list[FieldProblem]:
        """Nothing, or why the value is refused."""


@dataclass(frozen=True, slots=True)
class Number:
    """An int (`whole`) or any number, between two ends that belong to it."""

    low: float | None = None
    high: float | None = None
    whole: bool = False
    text_too: bool = False  # digits in quotes are taken as well (fal's num_frames, apis.md 2.3)

    def problems(self, value: object, loc: Location) -> list[FieldProblem]:
        """Wrong type, or outside the ends."""
        if self.text_too and isinstance(value, str) and value.isdecimal():
            value = int(value)
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
        if number is None or (self.whole and number != int(number)):
            kind = "integer" if self.whole else "number"
            name = "int_type" if self.whole else "float_type"
            return [FieldProblem(loc, f"Input should be a valid {kind}", name, value)]
        if self.low is not None and number < self.low:
            text = f"Input should be greater than or equal to {self.low:g}"
            return [FieldProblem(loc, text, "greater_than_equal", value, {"ge": self.low})]
        if self.high is not None and number > self.high:
            text = f"Input should be less than or equal to {self.high:g}"
            return [FieldProblem(loc, text, "less_than_equal", value, {"le": self.high})]
        return []


@dataclass(frozen=True, slots=True)
class Words:
    """A text; with `filled`, one that says something."""

    filled: bool = False

    def problems(self, value: object, loc: Location) -> list[FieldProblem]:
        """Not a text, or an empty one."""
        if not isinstance(value, str):
            return [FieldProblem(loc, "Input should be a valid string", "string_type", value)]
        if self.filled and not value.strip():
            text = "String should have at least 1 character"
            return [FieldProblem(loc, text, "string_too_short", value, {"min_length": 1})]
        return []


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words, or of a few whole numbers."""

    words: tuple[str, ...] | tuple[int, ...]

    def problems(self, value: object, loc: Location) -> list[FieldProblem]:
        """Not one of them."""
        if value in self.words and not isinstance(value, bool):
            return []
        quoted = [repr(word) for word in self.words]
        expected = ", ".join(quoted[:-1]) + f" or {quoted[-1]}"
        return [FieldProblem(loc, f"Input should be {expected}", "literal_error", value, {"expected": expected})]


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def problems(self, value: object, loc: Location) -> list[FieldProblem]:
        """Neither."""
        if isinstance(value, bool):
            return []
        return [FieldProblem(loc, "Input should be a valid boolean", "bool_type", value)]


@dataclass(frozen=True, slots=True)
class ImageSize:
    """A size's name, or an object with width and height."""

    def problems(self, value: object, loc: Location) -> list[FieldProblem]:
        """An unknown name, or sides that cannot be painted."""
        if not isinstance(value, dict):
            return Choice(tuple(IMAGE_SIZES)).problems(value, loc)
        side = Number(64, 8192, whole=True)
        found = object_problems(value, {"width": side, "height": side}, loc, required=("width", "height"))
        if not found and value["width"] * value["height"] > MAX_PIXELS:
            return [FieldProblem(loc, f"The demo paints at most {MAX_PIXELS} pixels", "value_error", value)]
        return found


_PROMPT = Words(filled=True)
_WHOLE = Number(whole=True)
_COUNT = Number(1, 4, whole=True)
_STEPS = Number(1, 250, whole=True)
_SCALE = Number(0, 20)

RULES: dict[Medium, dict[str, Rule]] = {  # names and ranges: apis.md 2.1, 2.2, 2.3
    Medium.IMAGE: {
        "prompt": _PROMPT,
        "image_size": ImageSize(),
        "num_inference_steps": Number(2, 250, whole=True),
        "guidance_scale": _SCALE,
        "num_images": _COUNT,
        "enable_safety_checker": Flag(),
        "output_format": Choice(("png", "jpeg")),
        "acceleration": Choice(("none", "regular", "high")),
        "seed": _WHOLE,
        "negative_prompt": Words(),
        "sync_mode": Flag(),
    },
    Medium.AUDIO: {
        "prompt": _PROMPT,
        "duration": Number(1, 600),  # the published example says 100
        "video_url": Words(),
        "negative_prompt": Words(),
        "seed": _WHOLE,
        "num_steps": Number(4, 50, whole=True),
        "cfg_strength": _SCALE,
        "mask_away_clip": Flag(),
    },
    Medium.VIDEO: {
        "prompt": _PROMPT,
        "negative_prompt": Words(),
        "height": Number(64, 2160, whole=True),
        "width": Number(64, 3840, whole=True),
        "num_frames": Number(5, 481, whole=True, text_too=True),
        "num_inference_steps": _STEPS,
        "guidance_scale": _SCALE,
        "true_cfg_scale": _SCALE,
        "num_videos_per_prompt": _COUNT,
        "seed": _WHOLE,
        "aspect_ratio": Choice(("16:9", "9:16", "4:3", "3:4", "1:1")),
        "resolution": Choice(("480p", "580p", "720p")),
        "pro_mode": Flag(),
        "enable_safety_checker": Flag(),
    },
}


def body_problems(body: object) -> list[FieldProblem]:
    """The outer form: an object with a text `model` and an object `config`."""
    if not isinstance(body, dict):
        text = "Input should be a valid dictionary or object to extract fields from"
        return [FieldProblem(("body",), text, "model_attributes_type", body)]
    found = object_problems(body, {"model": Words()}, ("body",), required=("model", "config"))
    if "config" in body and not isinstance(body["config"], dict):
        text = "Input should be a valid dictionary"
        found.append(FieldProblem(("body", "config"), text, "dict_type", body["config"]))
    return found


def config_problems(medium: Medium, config: Mapping[str, object]) -> list[FieldProblem]:
    """Every parameter that this kind of model refuses. Unknown names are ignored, null counts as left out."""
    return object_problems(config, RULES[medium], ("body", "config"), required=("prompt",))


def object_problems(
    config: Mapping[str, object], rules: Mapping[str, Rule], loc: Location, required: tuple[str, ...]
) -> list[FieldProblem]:
    """What is wrong with the values of an object; null is taken where nothing is required."""
    found = [
        FieldProblem((*loc, name), "Field required", "missing", dict(config)) for name in required if name not in config
    ]
    for name, rule in rules.items():
        value = config.get(name)
        if value is not None or (name in required and name in config):
            found += rule.problems(value, (*loc, name))
    return found
