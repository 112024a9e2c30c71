"""Makes a profile with the jobs of the plan. Their files are drawn once by the demo's painters and kept in `build/`."""

import hashlib
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

from app.domain.job import Asset, Job, JobState, TransferState
from app.domain.media import SNIFF_BYTES, Medium, sniff
from app.domain.money import Price, PricePer
from app.domain.values import Json
from app.sandbox.media import studio
from app.sandbox.models import MODELS
from app.sandbox.order import FRAMES_PER_SECOND, RenderOrder
from app.sandbox.ordering import order_for
from app.sandbox.settings import Media
from app.store.database import Database
from app.store.job_store import JobStore
from app.store.media_folder import MediaFolder
from app.system.paths import Paths
from tests.screenshots.plan import PLAN, Wish

ROOT = Path(__file__).resolve().parents[2]
DRAWN = ROOT / "build" / "screenshots-media"
_NAMES = UUID("5b8f9d52-5d6c-4a8e-9a3f-2f1f6f1f0a11")
_DEFAULTS: dict[Medium, dict[str, Json]] = {
    Medium.IMAGE: {"image_size": "landscape_4_3", "num_images": 1, "output_format": "png"},
    Medium.VIDEO: {"aspect_ratio": "16:9", "num_frames": 121},
    Medium.AUDIO: {"duration": 8},
}


async def fill(profile: Path, now: datetime | None = None) -> None:
    """Writes every job of the plan into a new profile and its files into the profile's library.

    Needs a QGuiApplication, and some twenty seconds the first time.
    """
    paths = Paths.for_profile(profile)
    paths.prepare()
    folder = MediaFolder(paths.library)
    folder.create()
    database = Database(paths.database)
    await database.open()
    store = JobStore(database)
    for wish in reversed(PLAN):
        job = _job(wish, now or datetime.now(UTC))
        if job.state is JobState.DONE:
            job = _with_files(job, folder)
        await store.add(job, b"", "")
        await store.save(job)
    await database.close()


def job_id_of(prompt: str) -> str:
    """The same prompt is the same job in every profile."""
    return uuid5(_NAMES, prompt).hex


def _job(wish: Wish, now: datetime) -> Job:
    created = now - wish.ago
    was_sent = wish.state not in (JobState.WAITING, JobState.CANCELLED)
    rests = wish.state in (JobState.DONE, JobState.FAILED, JobState.EXPIRED)
    job_id = job_id_of(wish.prompt)
    seed = int(job_id[:4], 16)
    params = {"prompt": wish.prompt, **_DEFAULTS[wish.model.medium], **wish.params, "seed": seed}
    is_free = wish.model.provider_id == "demo"
    return Job(
        job_id=job_id,
        provider_id=wish.model.provider_id,
        model_id=wish.model.model_id,
        model_title=wish.model.title,
        medium=wish.model.medium,
        params=params,
        prompt=wish.prompt,
        created_at=created,
        state=wish.state,
        estimate=Price(PricePer.FREE).for_run() if is_free else None,
        remote_ref={"key": job_id} if was_sent and wish.state is not JobState.UNSURE else None,
        sent_at=created if was_sent else None,
        finished_at=created + timedelta(seconds=wish.took_s) if rests else None,
        problem=wish.problem,
        favourite=wish.favourite,
        tags=wish.tags,
    )


def _with_files(job: Job, folder: MediaFolder) -> Job:
    order = order_for(MODELS[job.model_id], job.params, job_id=job.job_id, folder=DRAWN, media=Media.FULL)
    assets = tuple(_take_in(job, order, index, path, folder) for index, path in enumerate(_drawn(order)))
    return replace(job, assets=assets)


def _drawn(order: RenderOrder) -> list[Path]:
    """The order's files, drawn now unless the same painters have drawn them before."""
    key = hashlib.sha256(f"{_painters()} {order}".encode()).hexdigest()[:16]
    kept = DRAWN / key
    if not kept.exists():
        part = DRAWN / f"part-{key}"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        studio.make(replace(order, folder=part))
        part.rename(kept)
    return sorted(kept.iterdir())


def _painters() -> str:
    """A hash over the painters' own sources: other painters draw other pictures."""
    source = Path(studio.__file__).parent
    together = hashlib.sha256()
    for path in sorted(source.rglob("*.py")):
        together.update(path.read_bytes())
    return together.hexdigest()


def _take_in(job: Job, order: RenderOrder, index: int, drawn: Path, folder: MediaFolder) -> Asset:
    content = drawn.read_bytes()
    kind = sniff(content[:SNIFF_BYTES])
    assert kind is not None, drawn
    part = folder.part_path(job.job_id, index, job.medium)
    part.write_bytes(content)
    path = folder.commit(
        part,
        medium=job.medium,
        prompt=job.prompt,
        created_at=job.created_at,
        extension=kind.extension,
        job_id=job.job_id,
        index=index,
    )
    lasts = {Medium.AUDIO: order.duration_s, Medium.VIDEO: order.frames / FRAMES_PER_SECOND}
    is_seen = kind.medium is not Medium.AUDIO
    return Asset(
        asset_id=uuid5(_NAMES, f"{job.job_id}/{index}").hex,
        job_id=job.job_id,
        index=index,
        remote_key=f"file-{index}",
        medium=job.medium,
        state=TransferState.SAVED,
        path=path,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        mime=kind.mime,
        width=order.width if is_seen else None,
        height=order.height if is_seen else None,
        duration_s=lasts.get(kind.medium),
    )
