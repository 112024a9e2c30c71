"""A provider that follows a script, and a job service around it with a real database and real files.

The result links lead to a real local server, so that saving is the real thing.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Thread

from app.domain.job import Job, JobState
from app.domain.media import FileType
from app.domain.model_spec import ModelSpec, parse_model_spec
from app.domain.provider_info import Capabilities, ProviderInfo
from app.domain.remote import Artifact, Listed, RemoteRef, RemoteState, Snapshot, Submission
from app.domain.request import GenerationRequest
from app.domain.values import Json
from app.net.media_client import MediaClient
from app.providers.base import PreparedRequest, ResultsByLink
from app.services.connection_service import ConnectionService
from app.services.job_service import JobService
from app.services.job_tools import Inspect, JobSeams
from app.services.media_probe import MediaFacts
from app.services.provider_service import Connect, Connected, ProviderService
from app.services.server_time import ServerTimes
from app.services.settings_service import SettingsService
from app.services.tasks import Tasks
from app.store.database import Database
from app.store.input_vault import InputVault
from app.store.job_store import JobStore
from app.store.media_folder import MediaFolder
from app.store.secret_store import SecretStore
from app.store.settings_store import SettingsStore

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082"
)
"""The smallest PNG."""

INFO = ProviderInfo(
    "scripted",
    "Scripted",
    "http://127.0.0.1:9",
    "scripted",
    capabilities=Capabilities(list_jobs=True, delete_remote=True),
    is_demo=True,
)

SPEC = parse_model_spec(
    {
        "format": 1,
        "provider": "scripted",
        "id": "test/picture",
        "title": "Test picture",
        "medium": "image",
        "expected_s": 12,
        "parameters": {
            "type": "object",
            "required": ["prompt"],
            "properties": {
                "prompt": {"type": "string", "x-widget": "prompt"},
                "seed": {"type": "integer", "x-widget": "seed", "maximum": 99},
            },
        },
    }
)

QUEUED = Snapshot(RemoteState.QUEUED, "pending")
RUNNING = Snapshot(RemoteState.RUNNING, "initializing")
EMPTY = Snapshot(RemoteState.EMPTY, "completed", message="nothing came out")
FAILED = Snapshot(RemoteState.FAILED, "failed", message="worker ran out of memory")


@dataclass
class Script:
    """What the provider does. `polls` are answered in turn, the last one for ever; exceptions are raised."""

    submits: Sequence[Exception | str] = ()
    polls: Sequence[Exception | Snapshot] = ()
    listed: bool = True
    list_error: Exception | None = None
    submit_gate: asyncio.Event | None = None
    delete_error: Exception | None = None


class ScriptedProvider(ResultsByLink):
    """Follows the script and notes every call."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.bodies: list[bytes] = []
        self.polled: list[str] = []
        self.lists = 0
        self.deleted: list[str] = []
        self._refs: list[str] = []
        self._place: dict[str, int] = {}

    @property
    def info(self) -> ProviderInfo:
        return INFO

    def prepare(self, spec: ModelSpec, params: Mapping[str, Json]) -> PreparedRequest:
        return PreparedRequest("/v1/things", repr((spec.model_id, dict(params))).encode())

    async def submit(self, prepared: PreparedRequest) -> Submission:
        self.bodies.append(prepared.body)
        nth = len(self.bodies)
        if self.script.submit_gate is not None:
            await self.script.submit_gate.wait()
        answer = self.script.submits[nth - 1] if nth <= len(self.script.submits) else f"remote-{nth}"
        if isinstance(answer, Exception):
            raise answer
        self._refs.append(answer)
        return Submission({"v": 1, "key": answer}, QUEUED)

    async def poll(self, ref: RemoteRef) -> Snapshot:
        key = str(ref["key"])
        self.polled.append(key)
        return self._next(key)

    def _next(self, key: str) -> Snapshot:
        place = self._place.get(key, 0)
        self._place[key] = place + 1
        answer = self.script.polls[min(place, len(self.script.polls) - 1)]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def list_jobs(self, wanted: Collection[str] = ()) -> list[Listed]:
        self.lists += 1
        if self.script.list_error is not None:
            raise self.script.list_error
        if not self.script.listed:
            return []
        return [Listed({"v": 1, "key": key}, self._next(key)) for key in self._refs]

    async def delete(self, ref: RemoteRef) -> None:
        self.deleted.append(str(ref["key"]))
        if self.script.delete_error is not None:
            raise self.script.delete_error

    async def check_key(self) -> None: ...

    async def close(self) -> None: ...


class FileServer:
    """Result links: `files` maps a path to its bytes; a path that is not there answers 403 as an expired link does."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.requests: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests.append(self.path)
                body = outer.files.get(self.path)
                self.send_response(403 if body is None else 200)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - named so by the base

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def url(self, path: str, body: bytes | None = PIXEL) -> str:
        """A link to `path`; with `body` None it is one that has expired."""
        if body is not None:
            self.files[path] = body
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@dataclass(frozen=True)
class Cast:
    """Who plays the provider, and its one model. `info` is one of the demo's kind: address and key stand here."""

    info: ProviderInfo
    spec: ModelSpec
    connect: Connect
    base_url: str = "http://127.0.0.1:9"
    key: str = "key"


@dataclass
class Stage:
    """One run of the studio's job service."""

    cast: Cast
    jobs: JobService
    providers: ProviderService
    database: Database
    store: JobStore
    tasks: Tasks
    connection: ConnectionService
    folder: MediaFolder
    changes: list[Job]
    crashes: list[str]
    """What ended in a way that nobody thought of."""

    def submit(self, prompt: str = "a lake", **params: Json) -> str:
        spec = self.cast.spec
        wish = GenerationRequest(spec.provider_id, spec.model_id, spec.title, spec.medium, {"prompt": prompt, **params})
        return self.jobs.submit(wish)

    async def disk_refuses(self, refuses: bool) -> None:
        """From now on the database can be read and not written, as on a full disk; or it can be written again."""
        await self.database.read(lambda connection: connection.execute(f"PRAGMA query_only = {int(refuses)}"))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits for a condition; the test's own deadline ends it."""
        while not condition():
            await asyncio.sleep(0.005)

    async def until_state(self, job_id: str, *states: JobState) -> Job:
        await self.until(lambda: self.state(job_id) in states)
        job = self.jobs.job(job_id)
        assert job is not None
        return job

    def state(self, job_id: str) -> JobState | None:
        job = self.jobs.job(job_id)
        return job.state if job else None

    def states_seen(self, job_id: str) -> list[JobState]:
        seen: list[JobState] = []
        for job in self.changes:
            if job.job_id == job_id and (not seen or seen[-1] is not job.state):
                seen.append(job.state)
        return seen


@dataclass
class World(Stage):
    """A stage on which a script is played."""

    provider: ScriptedProvider


async def _inspect(path: Path, file_type: FileType) -> MediaFacts:
    return MediaFacts(width=1, height=1)


def done_with(*urls: str) -> Snapshot:
    """A finished answer with these results."""
    artifacts = tuple(Artifact(key=f"file-{index}", url=url) for index, url in enumerate(urls))
    return Snapshot(RemoteState.SUCCEEDED, "completed", artifacts=artifacts)


@asynccontextmanager
async def staged(
    profile: Path,
    cast: Cast,
    seams: JobSeams,
    *,
    limit: int = 4,
    overall: int = 128,
    times: ServerTimes | None = None,
    ready: bool = True,
    inspect: Inspect = _inspect,
    database: Callable[[Path], Database] = Database,
) -> AsyncIterator[Stage]:
    """The job service on a profile folder; entering a second time on the same folder is a restart."""
    crashes: list[str] = []
    tasks = Tasks(on_crash=lambda name, error: crashes.append(f"{name}: {error!r}"))
    settings = SettingsService(SettingsStore(profile / "settings.json"), tasks.start)

    async def demo_url() -> str:
        return cast.base_url

    providers = ProviderService(
        infos=(cast.info,),
        connect=cast.connect,
        secrets=SecretStore(),
        settings=settings,
        demo_url=demo_url,
        demo_key=cast.key,
        environment={},
    )
    db = database(profile / "test.db")
    await db.open()
    folder = MediaFolder(profile / "library")
    folder.create()
    store = JobStore(db)
    connection = ConnectionService()
    jobs = JobService(
        store=store,
        providers=providers,
        connection=connection,
        tasks=tasks,
        find_spec=lambda provider_id, model_id: cast.spec if model_id == cast.spec.model_id else None,
        folder=lambda: folder,
        inspect=inspect,
        running_limit=lambda: limit,
        overall_limit=lambda: overall,
        times=times,
        vault=InputVault(profile / "inputs"),
        seams=seams,
    )
    here = Stage(cast, jobs, providers, db, store, tasks, connection, folder, [], crashes)
    jobs.job_added.connect(here.changes.append)
    jobs.job_changed.connect(here.changes.append)
    if ready:
        await jobs.start()
    try:
        yield here
    finally:
        await jobs.close()
        await tasks.close()
        await settings.close()
        await providers.close()
        await db.close()


@asynccontextmanager
async def world(
    profile: Path, script: Script, *, limit: int = 4, overall: int = 128, pace_s: float = 0.01, ready: bool = True
) -> AsyncIterator[World]:
    """A stage for one script."""
    provider = ScriptedProvider(script)
    cast = Cast(INFO, SPEC, lambda info, url, key: Connected(provider, MediaClient(allow_loopback=True)))
    seams = JobSeams(random=Random(7), pace=lambda *_: pace_s, pause_factor=0.02)
    async with staged(profile, cast, seams, limit=limit, overall=overall, ready=ready) as stage:
        yield World(**vars(stage), provider=provider)
