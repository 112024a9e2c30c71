"""The server's jobs: each one's life is read from the clock and its files; nothing ticks."""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

from app.sandbox.order import Medium, RenderedFile


class Service(StrEnum):
    """Whose dialect a job was sent in. No service shows another one's jobs."""

    NETMIND = "netmind"
    HAIPER = "haiper"
    OCTOAI = "octoai"


class Status(StrEnum):
    """The words on the wire (apis.md 1.1)."""

    PENDING = "pending"
    INITIALIZING = "initializing"
    COMPLETED = "completed"
    FAILED = "failed"


class Ending(StrEnum):
    """How a job is meant to end."""

    RESULT = "result"
    FAIL = "fail"
    REFUSED = "refused"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Phase:
    """Where a job stands at one moment. Times are epoch seconds."""

    status: Status
    updated: float
    finished: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """One accepted request. `files` is None until the painters are done."""

    id: str  # 32 hex letters; OctoAI has a form of its own
    owner: str  # user_id of the key that sent it
    model: str
    config: Mapping[str, object]
    created: float  # epoch seconds
    pending_s: float  # after the speed factor
    running_s: float
    ending: Ending = Ending.RESULT
    files: tuple[RenderedFile, ...] | None = None
    rendered: float = 0.0  # when the painters were done
    problem: str = ""  # why the painters gave up
    service: Service = Service.NETMIND

    @property
    def prompt(self) -> str:
        """What was asked for, with its marks."""
        return str(self.config.get("prompt") or "")

    def phase(self, now: float) -> Phase:
        """The job's state at `now`. It stays at work until its time is over and its files are there."""
        starts = self.created + self.pending_s
        ends = starts + self.running_s
        if now < starts:
            return Phase(Status.PENDING, self.created)
        if now < ends or (self.ending is Ending.RESULT and self.files is None and not self.problem):
            return Phase(Status.INITIALIZING, starts)
        failed = self.problem or self.ending in (Ending.FAIL, Ending.REFUSED)
        finished_at = max(ends, self.rendered)
        return Phase(Status.FAILED if failed else Status.COMPLETED, finished_at, finished=True)


class JobBook:
    """All jobs of one server, kept as one JSON file each where a folder is given. Safe to read from any thread."""

    def __init__(self, folder: Path | None, retention_s: float) -> None:
        """Read the jobs that an earlier server left in `folder`. Unreadable files are skipped."""
        self._folder = folder
        self._retention_s = retention_s
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            found = filter(None, map(_read, folder.glob("*.json")))
            self._jobs = {job.id: job for job in sorted(found, key=lambda job: job.created)}

    def keep(self, job: Job) -> None:
        """Add a job, or replace the one with its id."""
        with self._lock:
            self._jobs[job.id] = job
        self._write(job)

    def rendered(self, job_id: str, files: tuple[RenderedFile, ...] | None, problem: str, now: float) -> None:
        """The painters are done with a job, or gave up. A job deleted meanwhile stays deleted."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None:
                return
            job = self._jobs[job_id] = replace(job, files=files, problem=problem, rendered=now)
        self._write(job)

    def get(self, owner: str, job_id: str, service: Service = Service.NETMIND) -> Job | None:
        """One job of one key, once it has come into being."""
        job = self._jobs.get(job_id)
        is_there = job is not None and (job.owner, job.service) == (owner, service) and job.created <= time.time()
        return job if is_there else None

    def of(self, owner: str, service: Service = Service.NETMIND) -> list[Job]:
        """All jobs of one key at one service, newest first."""
        now = time.time()
        mine = [job for job in self.all() if (job.owner, job.service) == (owner, service) and job.created <= now]
        return sorted(mine, key=lambda job: job.created, reverse=True)

    def all(self) -> list[Job]:
        """Every job, oldest first."""
        with self._lock:
            return list(self._jobs.values())

    def remove(self, job_id: str) -> Job | None:
        """Forget a job."""
        with self._lock:
            job = self._jobs.pop(job_id, None)
        if job is not None and self._folder is not None:
            (self._folder / f"{job_id}.json").unlink(missing_ok=True)
        return job

    def too_old(self, now: float) -> list[Job]:
        """The jobs whose time on the server is over."""
        return [job for job in self.all() if job.created + self._retention_s < now]

    def _write(self, job: Job) -> None:
        if self._folder is None:
            return
        path = self._folder / f"{job.id}.json"
        part = path.with_suffix(".part")
        part.write_text(json.dumps(asdict(job), default=str), encoding="utf-8")
        part.replace(path)


def _read(path: Path) -> Job | None:
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        rows = row.pop("files")
        files = None if rows is None else tuple(_file(entry) for entry in rows)
        if files is not None and not all(file.path.is_file() for file in files):
            files = None  # painted again
        service = Service(row.get("service", Service.NETMIND))
        return Job(**{**row, "ending": Ending(row["ending"]), "files": files, "service": service})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _file(row: dict[str, str]) -> RenderedFile:
    return RenderedFile(row["file_id"], row["name"], Medium(row["medium"]), row["mime"], Path(row["path"]))
