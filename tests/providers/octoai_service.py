"""A server in OctoAI's dialect of a few lines, and one use of the provider against it."""

import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from app.domain.errors import StudioError
from app.domain.model_spec import ModelSpec, parse_model_spec
from app.domain.remote import RemoteState, Snapshot, Submission
from app.domain.values import Json, JsonObject
from app.net.client import ApiClient
from app.net.spool import Spool
from app.providers.base import PreparedRequest
from app.providers.octoai import OCTOAI, OctoAiProvider
from tests.net.servers import Running, Script, Seen, Wire, json_reply
from tests.providers.asking import KEY, asked
from tests.services.scripted import PIXEL

T = TypeVar("T")
FOLDER = Path(__file__).resolve().parents[2] / "resources" / "models" / "octoai"
ID = "778bbfd58c-hz95k"
NAME = "0123456789abcdef0123456789abcdef"
ASYNC = PreparedRequest(f"/generate/sdxl#async={NAME}", b'{"prompt": "a cat astronaut"}')
SYNC = PreparedRequest(f"/generate/sdxl#sync={NAME}", b'{"prompt": "a cat astronaut"}')
BIG = PIXEL + bytes(range(256)) * 2_000  # half a megabyte: stays in the file
LIMIT = 64 * 1024 * 1024


def spec(engine: str = "sdxl") -> ModelSpec:
    return parse_model_spec(json.loads((FOLDER / f"{engine}.json").read_text()))


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def images(*contents: bytes | None, removed: bool = True) -> JsonObject:
    rows: list[Json] = [
        {"image_b64": b64(data) if data else None, "removed_for_safety": removed and data is None, "seed": 1}
        for data in contents
    ]
    return {"images": rows, "prediction_time_ms": 12.5}


@dataclass
class Service:
    """A server in OctoAI's dialect. `polls` are answered in turn, the last one for ever."""

    submit: bytes | None = None
    polls: list[bytes] = field(default_factory=list)
    result: bytes = b""

    async def __call__(self, seen: Seen, wire: Wire) -> None:
        host = seen.headers["host"]
        if seen.method == "POST":
            accepted = json_reply({"response_id": ID, "poll_url": f"http://{host}/v1/requests/{ID}"})
            await wire.send(self.submit or accepted)
        elif "/requests/" in seen.path:
            done = json_reply({"status": "completed", "response_url": f"http://{host}/v1/responses/{ID}"})
            await wire.send((self.polls.pop(0) if len(self.polls) > 1 else self.polls[0]) if self.polls else done)
        else:
            await wire.send(self.result)


Use = Callable[[OctoAiProvider], Awaitable[T]]


def against(script: Script, folder: Path, use: Use[T]) -> tuple[T | StudioError, Running]:
    spool = Spool(folder / "spool", keep_free_bytes=0)
    return asked(script, lambda url: OctoAiProvider(OCTOAI, ApiClient(url, lambda: KEY), spool), use)


def offline(folder: Path) -> OctoAiProvider:
    return OctoAiProvider(OCTOAI, ApiClient("https://a.example", lambda: KEY), Spool(folder / "spool"))


async def whole(provider: OctoAiProvider, prepared: PreparedRequest = ASYNC) -> tuple[Submission, Snapshot]:
    """Submitted, asked for until it is finished, and collected."""
    submission = await provider.submit(prepared)
    snapshot = await provider.poll(submission.ref)
    while snapshot.state in (RemoteState.QUEUED, RemoteState.RUNNING, RemoteState.UNKNOWN):
        snapshot = await provider.poll(submission.ref)
    return submission, await provider.collect(submission.ref, snapshot)


def kept(folder: Path) -> list[str]:
    """Names of everything in the spool."""
    return sorted(path.name for path in (folder / "spool").glob("*"))
