"""Jobs for the tests of the store, with every field filled."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from app.domain.job import Asset, Job, JobState, TransferState
from app.domain.media import Medium
from app.domain.money import Money
from app.domain.problem import Problem
from app.domain.text import text

START = datetime(2025, 1, 31, 14, 2, 59, 123456, tzinfo=UTC)


def job(number: int = 0, **changes: object) -> Job:
    """A job as it is when a person has just pressed Generate; later numbers are newer."""
    values: dict[str, object] = {
        "job_id": f"{number:032x}",
        "provider_id": "netmind",
        "model_id": "Qwen/Qwen-Image",
        "model_title": "Qwen Image",
        "medium": Medium.IMAGE,
        "params": {"prompt": "a fox", "seed": 7, "size": [1024, 768], "more": {"deep": None}},
        "prompt": "a fox",
        "created_at": START + timedelta(seconds=number),
        **changes,
    }
    return Job(**values)  # type: ignore[arg-type]


def asset(job_id: str, index: int = 0, **changes: object) -> Asset:
    """A saved picture."""
    values: dict[str, object] = {
        "asset_id": f"{job_id}-{index}",
        "job_id": job_id,
        "index": index,
        "remote_key": f"file-{index}",
        "medium": Medium.IMAGE,
        "state": TransferState.SAVED,
        "path": f"images/a-{index}.png",
        "size_bytes": 12345,
        "sha256": "ab" * 32,
        "mime": "image/png",
        "width": 1024,
        "height": 768,
        **changes,
    }
    return Asset(**values)  # type: ignore[arg-type]


def full(number: int = 1) -> Job:
    """A job in which no field has its default."""
    plain = job(number)
    return job(
        number,
        state=JobState.DONE,
        estimate=Money(Decimal("0.0400"), "usd", estimated=False),
        remote_ref={"key": "r-1", "v": 1},
        wire_status="completed",
        progress=0.5,
        queue_position=3,
        sent_at=plain.created_at + timedelta(seconds=1),
        finished_at=plain.created_at + timedelta(seconds=31),
        problem=Problem("some", text("It went {how}.", how="well"), fields={"seed": "too large"}, http_status=400),
        assets=(asset(plain.job_id, 0), asset(plain.job_id, 1, duration_s=2.5, width=None, state=TransferState.KNOWN)),
        set_aside=True,
        favourite=True,
        tags=("Foxes", "snow"),
    )
