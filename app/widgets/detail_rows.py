"""What the details of a job tell, row by row: where it was made, how long it took, what it cost, and every parameter."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QLocale

from app.domain import job_words
from app.domain.durations import clock, lasted
from app.domain.job import Job, JobState
from app.domain.media_input import MediaInput, given_in, inputs_in
from app.domain.model_spec import ModelSpec, Param, Widget
from app.domain.text import plain, text
from app.domain.values import Json
from app.system.language import clock_time, day_label, file_size, say

LONGEST = 400
_WORDS = ("prompt", "text")


@dataclass(frozen=True)
class DetailRow:
    """`copies` is what a copy button puts on the clipboard, or "" for a row without one."""

    title: str
    value: str
    tone: str = "text"
    copies: str = ""


def detail_rows(job: Job, spec: ModelSpec | None, provider: str, today: date) -> list[DetailRow]:
    """All rows for a job; parameters have the titles and words of their model's form where it is known."""
    local = job.created_at.astimezone()
    created = f"{day_label(local.date(), today)} {clock_time(job.created_at)}"
    rows = [
        DetailRow(say(text("Model")), job.model_id),
        DetailRow(say(text("Provider")), provider),
        DetailRow(say(text("Created")), created),
    ]
    rows += _took(job) + _cost(job) + _files(job)
    for name, value in job.params.items():
        row = _param_row(name, value, spec.param(name) if spec else None)
        if row is not None and name not in _WORDS:
            rows.append(row)
    return rows


def _took(job: Job) -> list[DetailRow]:
    took = job_words.took_s(job)
    if took is None or job.sent_at is None:
        return []
    words = say(lasted(took))
    waited = (job.sent_at - job.created_at).total_seconds()
    if waited >= 1:
        words = say(text("{took} ({waited} waiting)", took=words, waited=say(lasted(waited))))
    return [DetailRow(say(text("Took")), words)]


def _cost(job: Job) -> list[DetailRow]:
    cost = job.estimate
    if cost is None:
        return []
    if not cost.amount:
        return [DetailRow(say(text("Cost")), say(text("free")))]
    words = text("{amount} estimated", amount=cost) if cost.estimated else plain(str(cost))
    return [DetailRow(say(text("Cost")), say(words))]


def _files(job: Job) -> list[DetailRow]:
    saved, known = job.saved_assets, len(job.assets)
    if not known:
        return []
    size = file_size(sum(asset.size_bytes for asset in saved))
    words = say(text("{saved} of {known} saved", saved=len(saved), known=known))
    rows = [
        DetailRow(
            say(text("Files")), f"{words}, {size}" if saved else words, "done" if len(saved) == known else "warning"
        )
    ]
    first = saved[0] if saved else None
    if first is not None and first.width and first.height:
        rows.append(DetailRow(say(text("Pixels")), f"{first.width} \u00d7 {first.height}"))
    if first is not None and first.duration_s is not None:
        rows.append(DetailRow(say(text("Playing time")), clock(first.duration_s)))
    return rows


def _param_row(name: str, value: Json, param: Param | None) -> DetailRow | None:
    title = param.title if param else name.replace("_", " ").strip().capitalize()
    if value is None or value in ("", [], {}):
        return None
    if (param is not None and param.widget is Widget.SEED) or name == "seed":
        return DetailRow(title, _grouped(value), copies=str(value))
    words = _value_words(value, param)
    unit = param.unit if param is not None and not isinstance(value, bool) else ""
    return DetailRow(title, f"{words} {unit}".strip())


def _value_words(value: Json, param: Param | None) -> str:
    labels: Mapping[str, str] = {json.dumps(choice): label for choice, label in param.choices} if param else {}
    label = labels.get(json.dumps(value))
    if label is not None:
        return label
    if isinstance(value, bool):
        return say(text("on")) if value else say(text("off"))
    if isinstance(value, float):
        return f"{value:g}"
    if next(inputs_in(value), None) is not None:
        return ", ".join(item.name if isinstance(item, MediaInput) else _cut(item) for item in given_in(value))
    if isinstance(value, str):
        return say(text("attached file")) if value.startswith("data:") else _cut(value)
    return str(value) if isinstance(value, int) else _cut(json.dumps(value, ensure_ascii=False))


def _cut(words: str) -> str:
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "\u2026"


def _grouped(value: Json) -> str:
    """918 273 645: long numbers are easier to compare in groups."""
    if not isinstance(value, int) or isinstance(value, bool):
        return str(value)
    return f"{value:,}".replace(",", "\u00a0")


def state_row(job: Job, word: str, line: str) -> DetailRow | None:
    """How a job stands that is not simply done."""
    if job.state is JobState.DONE:
        return None
    return DetailRow(say(text("State")), f"{word}, {line}", job_words.STATES[job.state].role)


def count_words(count: int) -> str:
    """ "1 job", "1,284 jobs"."""
    shown = QLocale().toString(count)
    return say(text("1 job") if count == 1 else text("{count} jobs", count=shown))
