"""A job in NetMind's words: the generation object of seed 000 (old) and of seed 001 (new)."""

from collections.abc import Callable
from datetime import UTC, datetime

from app.sandbox.inline_results import inline_row
from app.sandbox.jobs import Ending, Job, Phase, Status
from app.sandbox.models import DemoModel
from app.sandbox.order import Medium, RenderedFile
from app.sandbox.settings import Dialect

Link = Callable[[RenderedFile], str]
_TEXTS = {
    Ending.FAIL: "Demo: the prompt asked for a failure. CUDA error: an illegal memory access was encountered",
    Ending.REFUSED: "Demo: content moderation refused the prompt. Nothing was made.",
    Ending.EMPTY: "Demo: the model returned no output.",
}


def generation(job: Job, model: DemoModel, now: float, *, dialect: Dialect, link: Link) -> dict[str, object]:
    """The answer to create, get and (one row of) list. `link` signs one file's download address."""
    phase = job.phase(now)
    spoken = model.dialect or dialect
    common: dict[str, object] = {
        "id": job.id,
        "user_id": job.owner,
        "status": str(phase.status),
        "created_at": timestamp(job.created),
        "updated_at": timestamp(phase.updated),
        "deleted_at": None,
        "is_deleted": False,
    }
    if phase.finished:
        common |= _finished(job, phase)
    files = job.files or () if phase.status is Status.COMPLETED and job.ending is Ending.RESULT else ()
    return common | (_old(job, model, phase, files, link) if spoken is Dialect.OLD else _new(job, files, link))


def timestamp(moment: float) -> str:
    """`YYYY-MM-DD HH:MM:SS` without a zone; UTC here (the pages do not say)."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _finished(job: Job, phase: Phase) -> dict[str, object]:
    text = job.problem or _TEXTS.get(job.ending, "")
    pending = min(job.pending_s, phase.updated - job.created)
    return {
        "logs": [{"text": text}] if text else [],
        "pending_duration": round(pending),
        "processing_duration": round(phase.updated - job.created - pending),
    }


def _new(job: Job, files: tuple[RenderedFile, ...], link: Link) -> dict[str, object]:
    rows = [
        inline_row(file, job.config)
        or {
            "url": link(file),
            "file_id": file.file_id,
            # Seed 001's only example is a picture, and its name is empty.
            "file_name": "" if file.medium is Medium.IMAGE else file.name,
            "file_type": str(file.medium),
        }
        for file in files
    ]
    return {"result": {"data": rows} if rows else {}}


def _old(job: Job, model: DemoModel, phase: Phase, files: tuple[RenderedFile, ...], link: Link) -> dict[str, object]:
    started = phase.status is not Status.PENDING
    first = files[:1]  # one result is all that this answer has room for
    return {
        "model_id": model.number,
        "backend_id": job.id[::-1] if started else None,
        "payment_type": "usd",
        "meta_info": {"file_id": first[0].file_id, "result_download_url": link(first[0])} if first else {},
    }
