"""A Haiper job in NetMind's words: the request's rules, its echo with the caller's token, and the answer (seed 002)."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from app.sandbox.checks import Choice, FieldProblem, Flag, Location, Number, Rule, Words, object_problems
from app.sandbox.dialects import timestamp
from app.sandbox.jobs import Ending, Job, Status
from app.sandbox.models import DemoModel
from app.sandbox.order import FRAMES_PER_SECOND, Medium, RenderedFile, RenderOrder
from app.sandbox.ordering import order_for
from app.sandbox.settings import Media

MODEL = DemoModel("haiper/text2video", Medium.VIDEO, 81, (1.0, 2.0), (10.0, 15.0))  # 81: the model_id in the seed
JOB_TYPES = ("text2video", "Haiper/Text2Video2.0")  # the page's text, and the API reference's example

_SETTINGS: dict[str, tuple[Rule, object]] = {  # name: rule and default, in the order of the create answer
    "seed": (Number(-1, 2**32 - 1, whole=True), -1),
    "aspect_ratio": (Choice(("16:9", "9:16", "4:3", "3:4", "1:1")), "16:9"),
    "resolution": (Choice((720, 1080)), 720),
    "duration": (Choice((2, 4, 6, 8)), 4),
}
_CONFIG: dict[str, tuple[Rule | None, object]] = {
    "prompt": (Words(filled=True), None),
    "negative_prompt": (Words(), None),
    "settings": (None, None),
    "gen_mode": (Choice(("standard", "smooth", "enhanced")), "standard"),
    "is_public": (Flag(), True),
    "use_ff_cond": (Flag(), None),
    "is_enable_prompt_enhancer": (Flag(), None),
}
_WORDS = {  # one word of its own for each state (apis.md 1.2)
    Status.PENDING: "initializing",
    Status.INITIALIZING: "processing",
    Status.COMPLETED: "succeed",
    Status.FAILED: "failed",
}
_RULES = {name: rule for name, (rule, _) in _CONFIG.items() if rule is not None}
_SETTING_RULES = {name: rule for name, (rule, _) in _SETTINGS.items()}


def problems_of(body: object) -> list[FieldProblem]:
    """Everything that is wrong with a create request. Unknown names are ignored, null counts as left out."""
    top: Location = ("body",)
    if not isinstance(body, dict):
        text = "Input should be a valid dictionary or object to extract fields from"
        return [FieldProblem(top, text, "model_attributes_type", body)]
    found = object_problems(body, {"job_type": Choice(JOB_TYPES)}, top, required=("job_type", "config"))
    if "config" not in body:
        return found
    config = body["config"]
    if not isinstance(config, dict):
        return [*found, _no_object((*top, "config"), config)]
    found += object_problems(config, _RULES, (*top, "config"), required=("prompt",))
    settings = config.get("settings")
    if isinstance(settings, dict):
        found += object_problems(settings, _SETTING_RULES, (*top, "config", "settings"), required=())
    elif settings is not None:
        found.append(_no_object((*top, "config", "settings"), settings))
    return found


def with_defaults(config: Mapping[str, object]) -> dict[str, object]:
    """A checked config as the service writes it down: every name it knows, with a value."""
    filled = {name: default if config.get(name) is None else config[name] for name, (_, default) in _CONFIG.items()}
    given = config.get("settings")
    settings = given if isinstance(given, dict) else {}
    filled["settings"] = {
        name: default if settings.get(name) is None else settings[name] for name, (_, default) in _SETTINGS.items()
    }
    return filled


def created(job: Job, token: str) -> dict[str, object]:
    """The answer to create: nothing has happened yet, and the times carry microseconds."""
    moment = datetime.fromtimestamp(job.created, UTC).replace(tzinfo=None)
    meta_info = {"original_request": _request(job), "netmind_api_token": _echo(job, token), "model_id": MODEL.number}
    return {
        **_head(job, Status.PENDING, meta_info),
        "created_at": moment.isoformat(timespec="microseconds"),
        "updated_at": moment.replace(microsecond=min(moment.microsecond + 5, 999_999)).isoformat(
            timespec="microseconds"
        ),
        **_foot({}),
    }


def stored(job: Job, token: str, now: float, link: Callable[[RenderedFile], str]) -> dict[str, object]:
    """The answer to get, and one row of list: read back from a database, so keys lie otherwise and model_id is 0."""
    phase = job.phase(now)
    meta_info: dict[str, object] = {"model_id": 0}
    if phase.status is not Status.PENDING:
        order_id = hashlib.sha256(f"order {job.id}".encode()).hexdigest()[:32]
        meta_info |= {"order_id": order_id, "update_at": timestamp(phase.updated)}
    meta_info |= {"original_request": _as_stored(_request(job)), "netmind_api_token": _as_stored(_echo(job, token))}
    # updated_at never moves; update_at tells when the job really changed.
    begun = datetime.fromtimestamp(job.created, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    good = phase.status is Status.COMPLETED and job.ending is Ending.RESULT
    return {
        **_head(job, phase.status, meta_info),
        "created_at": begun,
        "updated_at": begun,
        **_foot(_outputs(job.files or (), link) if good else {}),
    }


def haiper_order(job: Job, folder: Path, media: Media) -> RenderOrder:
    """What to paint."""
    settings = job.config["settings"]
    if not isinstance(settings, dict):
        raise TypeError("a kept job has settings")
    words = {
        "prompt": job.prompt,
        "seed": settings["seed"],
        "aspect_ratio": settings["aspect_ratio"],
        "num_frames": settings["duration"] * FRAMES_PER_SECOND,
    }
    return replace(order_for(MODEL, words, job_id=job.id, folder=folder, media=media), thumbnail=True)


def _head(job: Job, status: Status, meta_info: Mapping[str, object]) -> dict[str, object]:
    return {
        "job_id": job.id,
        "user_id": job.owner,
        "name": "",
        "description": "",
        "payment_type": "usd",
        "status": _WORDS[status],
        "meta_info": meta_info,
    }


def _foot(outputs: object) -> dict[str, object]:
    return {"deleted_at": None, "is_deleted": False, "outputs": outputs}


def _request(job: Job) -> dict[str, object]:
    return {"job_type": job.model, "config": dict(job.config)}


def _echo(job: Job, token: str) -> dict[str, object]:
    """The real service sends the caller's secret back in every answer; a client has to take it out."""
    user = {"user_id": job.owner, "nickname": "demo.person@example.org", "currency": "USD"}
    return {"api_token": token, "api_token_id": 0, "user": user}


def _as_stored(value: object) -> object:
    """The same value with keys in the order of PostgreSQL's jsonb: short names first."""
    if not isinstance(value, dict):
        return value
    return {key: _as_stored(value[key]) for key in sorted(value, key=lambda name: (len(name), name))}


def _outputs(files: tuple[RenderedFile, ...], link: Callable[[RenderedFile], str]) -> list[dict[str, str]]:
    films = [file for file in files if file.medium is Medium.VIDEO]
    pictures = [file for file in files if file.medium is Medium.IMAGE]
    return [
        {"id": film.file_id.removeprefix("file-"), "media_url": link(film), "thumbnail_url": link(picture)}
        for film, picture in zip(films, pictures, strict=True)
    ]


def _no_object(loc: Location, value: object) -> FieldProblem:
    return FieldProblem(loc, "Input should be a valid dictionary", "dict_type", value)
