"""What the library of the pictures holds: some days of a person's work, with a little of everything."""

from dataclasses import dataclass, field
from datetime import timedelta

from app.domain.errors import InvalidRequestError, JobGoneError, Moment, PromptRefusedError, UnknownOutcomeError
from app.domain.job import JobState
from app.domain.media import Medium
from app.domain.problem import Problem
from app.domain.values import Json

S, M = JobState, Medium


@dataclass(frozen=True)
class Model:
    """A model as jobs name it."""

    provider_id: str
    model_id: str
    title: str
    medium: Medium


PICTURE = Model("demo", "Qwen/Qwen-Image", "Demo picture", M.IMAGE)
FILM = Model("demo", "hunyuanvideo-community/HunyuanVideo", "Demo film", M.VIDEO)
SOUND = Model("demo", "hkchengrex/MMAudio", "Demo sound", M.AUDIO)
QWEN = Model("netmind", "Qwen/Qwen-Image", "Qwen Image", M.IMAGE)
HUNYUAN = Model("netmind", "hunyuanvideo-community/HunyuanVideo", "HunyuanVideo", M.VIDEO)


@dataclass(frozen=True)
class Wish:
    """One job: what was asked, how long ago, and what became of it. Done jobs of the demo get real files."""

    prompt: str
    ago: timedelta
    model: Model = PICTURE
    state: JobState = S.DONE
    params: dict[str, Json] = field(default_factory=dict)
    took_s: float = 8.0
    favourite: bool = False
    tags: tuple[str, ...] = ()
    problem: Problem | None = None


def _min(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


def _days(days: int, minutes: float = 0) -> timedelta:
    return timedelta(days=days, minutes=minutes)


LAKE = (
    "A quiet mountain lake at dusk, five ridgelines fading into warm haze, low sun behind thin cloud, film grain, "
    "wide angle"
)
WAVES = "Waves under a low sun, slow push in, gulls far out"
WIND = "The summer wind blows over the willow branches"
REFUSED, EXPIRED = "Portrait of a lighthouse keeper", "Slow pan across a rain-dark street"
UNSURE, WRONG = "A paper moon over a toy theatre", "A poster for a fair that never was"
RUNNING, WAITING = "Paper boats crossing a flooded street", "Isometric tea house, autumn, maples"

_WIDE: dict[str, Json] = {"image_size": "landscape_16_9"}
_TALL: dict[str, Json] = {"image_size": "portrait_4_3"}
_SQUARE: dict[str, Json] = {"image_size": "square_hd"}

PLAN: tuple[Wish, ...] = (
    Wish(WAITING, _min(0.1), QWEN, S.WAITING),
    Wish(RUNNING, _min(0.2), QWEN, S.RUNNING, {"num_images": 2}),
    Wish("Isometric tea house, snow, lanterns", _min(0.08), PICTURE, S.RUNNING),
    Wish("A comet over a winter village, time lapse", _min(1.2), HUNYUAN, S.RUNNING),
    Wish("Footsteps in fresh snow, close", _min(0.05), SOUND, S.QUEUED),
    Wish(LAKE, _min(3), params={"num_images": 4}, took_s=24, favourite=True, tags=("landscape", "album cover")),
    Wish("Glacier valley, first light, telephoto", _min(9), params={"num_images": 2}, tags=("landscape",)),
    Wish(WAVES, _min(14), FILM, params={"num_frames": 73}, took_s=19, favourite=True),
    Wish(WIND, _min(21), SOUND, params={"duration": 10}, took_s=11, tags=("field recording",)),
    Wish(
        REFUSED,
        _min(26),
        QWEN,
        S.FAILED,
        took_s=3,
        problem=PromptRefusedError("The prompt was flagged by our content policy.").problem(
            Moment.WATCH, provider="NetMind"
        ),
    ),
    Wish("Dust storm over copper dunes", _min(33), params=_WIDE),
    Wish(
        WRONG,
        _min(37),
        QWEN,
        S.FAILED,
        {"image_size": "portrait_16_9", "num_inference_steps": 28},
        took_s=1,
        problem=InvalidRequestError(
            "2 validation errors",
            http_status=422,
            fields={
                "image_size": "This size is not available for this model.",
                "num_inference_steps": "The number of steps must be at least 30.",
            },
        ).problem(Moment.SUBMIT, provider="NetMind"),
    ),
    Wish(
        EXPIRED,
        _min(48),
        HUNYUAN,
        S.EXPIRED,
        problem=JobGoneError(http_status=404).problem(Moment.WATCH, provider="NetMind"),
    ),
    Wish("Moss forest, shafts of light, morning mist", _min(55), params=_TALL, favourite=True),
    Wish("Pearl harbour fog, slow dolly along the quay", _days(1, 20), FILM, params={"num_frames": 73}, took_s=17),
    Wish("Night city in the rain, neon, seen from a rooftop", _days(1, 44), params=_WIDE),
    Wish("Bells under water", _days(1, 70), SOUND, params={"duration": 8}, took_s=9),
    Wish("Aurora over a frozen bay, long exposure", _days(1, 95), tags=("landscape",)),
    Wish("A pressed fern, botanical plate, ink on paper", _days(1, 121), params=_TALL),
    Wish(
        UNSURE,
        _days(1, 140),
        QWEN,
        S.UNSURE,
        problem=UnknownOutcomeError().problem(Moment.SUBMIT, provider="NetMind"),
    ),
    Wish("Harbour cranes in the rain", _days(2, 15), QWEN, S.CANCELLED),
    Wish("Rose canyon, hand-painted poster", _days(2, 31), params={"num_images": 4}, took_s=22, tags=("poster",)),
    Wish("Interlocking circles in saffron and slate", _days(3, 8), params=_SQUARE),
    Wish("Rain on a tin roof, distant thunder", _days(3, 40), SOUND, params={"duration": 12}, took_s=10),
    Wish("Milky way above a desert road", _days(5, 12), params=_WIDE),
    Wish("Silk in slow water, petrol colours", _days(5, 33)),
)
