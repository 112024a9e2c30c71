"""The same job as each service would tell it: every nasty case is tried in every dialect that it can reach."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.domain.model_spec import ModelSpec, parse_model_spec
from app.domain.provider_info import ProviderInfo
from app.domain.remote import RemoteRef
from app.domain.values import Json, JsonObject
from app.net.client import ApiClient
from app.net.spool import Spool
from app.providers.base import PreparedRequest, Provider
from app.providers.haiper import HAIPER, HaiperProvider
from app.providers.netmind import NETMIND, NetMindProvider
from app.providers.octoai import OCTOAI, OctoAiProvider
from tests.net.servers import json_reply, reply

Tell = Callable[[str, str, Sequence[str], str], JsonObject]
"""Id, status word, links to results, and a text about it -> one job as the service describes it."""


@dataclass(frozen=True)
class Dialect:
    """`words` are the service's own for queued, running, succeeded and failed; `roll` packs jobs into its list."""

    info: ProviderInfo
    make: Callable[[ProviderInfo, ApiClient, Spool], Provider]
    create_path: str
    jobs_path: str
    id_name: str
    words: Mapping[str, str]
    tell: Tell
    roll: Callable[[list[Json]], Json]
    file: Callable[[bytes], bytes] = lambda data: reply(200, data, "Content-Type: image/png", 'ETag: "e-1"')
    path_note: str = ""
    ref_note: Mapping[str, Json] = field(default_factory=dict)
    transport: str = "async"
    model_id: str = "test/picture"

    @property
    def name(self) -> str:
        return self.info.provider_id

    @property
    def spec(self) -> ModelSpec:
        """A model with a prompt and nothing else."""
        return parse_model_spec(
            {
                "format": 1,
                "provider": self.name,
                "id": self.model_id,
                "title": "Test picture",
                "medium": "image",
                "transport": self.transport,
                "parameters": {
                    "type": "object",
                    "required": ["prompt"],
                    "properties": {
                        "prompt": {"type": "string", "x-widget": "prompt"},
                        "steps": {"type": "integer", "maximum": 50},
                    },
                },
            }
        )

    def provider(self, base_url: str, key: Callable[[], str | None], folder: Path, exchange_s: float = 5.0) -> Provider:
        """`folder` is for answers that have to lie on the disk."""
        return self.make(self.info, ApiClient(base_url, key, exchange_s=exchange_s), Spool(folder, keep_free_bytes=0))

    def ref(self, ref: str = "r1") -> RemoteRef:
        """The reference of a job that this service has told of."""
        return {"v": 1, "key": ref, **self.ref_note}

    def prepared(self, body: bytes = b"{}") -> PreparedRequest:
        """A paid request."""
        return PreparedRequest(self.create_path + self.path_note, body)

    def job(self, ref: str, word: str, links: Sequence[str] = (), text: str = "") -> JsonObject:
        """A job with a word for its state: one of the four keys of `words`, or any other as it stands."""
        return self.tell(ref, self.words.get(word, word), links, text)

    def created(self, ref: str = "r1") -> bytes:
        return json_reply(self.job(ref, "queued"))

    def running(self, ref: str = "r1") -> bytes:
        return json_reply(self.job(ref, "running"))

    def done(self, *links: str, ref: str = "r1") -> bytes:
        return json_reply(self.job(ref, "succeeded", links))

    def failed(self, text: str, ref: str = "r1") -> bytes:
        return json_reply(self.job(ref, "failed", (), text))

    def word(self, word: Json, ref: str = "r1") -> bytes:
        """A job with exactly this in place of its status."""
        return json_reply({**self.job(ref, "running"), "status": word})

    def listed(self, *jobs: Json) -> bytes:
        return json_reply(self.roll(list(jobs)))

    def job_path(self, ref: str) -> str:
        return f"{self.jobs_path}/{ref}"


def _netmind(ref: str, word: str, links: Sequence[str], text: str) -> JsonObject:
    data: list[Json] = [{"url": link, "file_id": f"file-{n}", "file_name": ""} for n, link in enumerate(links)]
    return {
        "id": ref,
        "user_id": "u",
        "status": word,
        "created_at": "2025-09-18 09:14:20",
        "is_deleted": False,
        "result": {"data": data} if links else {},
        "logs": [{"text": text}] if text else [],
    }


IN_NETMIND = Dialect(
    info=replace(NETMIND, is_demo=True),
    make=lambda info, api, _spool: NetMindProvider(info, api),
    create_path="/v1/generation",
    jobs_path="/v1/generation",
    id_name="id",
    words={"queued": "pending", "running": "initializing", "succeeded": "completed", "failed": "failed"},
    tell=_netmind,
    roll=lambda jobs: {"generation_list": jobs},
)


def _haiper(ref: str, word: str, links: Sequence[str], text: str) -> JsonObject:
    films: list[Json] = [
        {"id": f"film-{n}", "media_url": link, "thumbnail_url": f"{link}.thumbnail"} for n, link in enumerate(links)
    ]
    return {
        "job_id": ref,
        "user_id": "u",
        "status": word,
        "meta_info": {"original_request": {"job_type": "text2video", "config": {"prompt": "a lake"}}, "model_id": 81},
        "created_at": "2024-12-10T15:14:12.445307",
        "is_deleted": False,
        "outputs": films or {},
        **({"message": text} if text else {}),
    }


IN_HAIPER = Dialect(
    info=replace(HAIPER, is_demo=True),
    make=lambda info, api, _spool: HaiperProvider(info, api),
    model_id="text2video",
    create_path="/v1/haiper-job",
    jobs_path="/v1/haiper-job",
    id_name="job_id",
    words={"queued": "initializing", "running": "processing", "succeeded": "succeed", "failed": "failed"},
    tell=_haiper,
    roll=lambda jobs: {"total_count": len(jobs), "job_list": jobs},
)


def _octoai(ref: str, word: str, links: Sequence[str], text: str) -> JsonObject:
    """One answer holds the address of the next: here that of the one result."""
    return {
        "response_id": ref,
        "status": word,
        **({"response_url": links[0]} if links else {}),
        **({"detail": text} if text else {}),
    }


ANSWER = "0123456789abcdef" * 2
"""The name under which an answer of OctoAI is kept."""


def octoai_result(*pictures: bytes | None, removed: bool = True) -> JsonObject:
    """The result as it stands in the answer; None is one that was removed for safety."""
    images: list[Json] = [
        {"image_b64": base64.b64encode(data).decode() if data else None, "removed_for_safety": removed and not data}
        for data in pictures
    ]
    return {"images": images, "prediction_time_ms": 12.5}


IN_OCTOAI = Dialect(
    info=replace(OCTOAI, is_demo=True),
    make=OctoAiProvider,
    model_id="sdxl",
    create_path="/generate/sdxl",
    path_note=f"#async={ANSWER}",
    ref_note={"spool": ANSWER, "poll": ""},
    jobs_path="/v1/requests",
    id_name="response_id",
    words={"queued": "pending", "running": "running", "succeeded": "completed", "failed": "failed"},
    tell=_octoai,
    roll=lambda jobs: jobs,
    file=lambda data: json_reply(octoai_result(data)),
)

IN_OCTOAI_AT_ONCE = replace(
    IN_OCTOAI, path_note=f"#sync={ANSWER}", ref_note={"key": ANSWER, "spool": ANSWER}, transport="sync"
)
"""The answer to the paid request is the result."""

JOBS: tuple[Dialect, ...] = (IN_NETMIND, IN_HAIPER)
"""Services with a list, whose answers hold links to the results."""
EVERY: tuple[Dialect, ...] = (*JOBS, IN_OCTOAI)
