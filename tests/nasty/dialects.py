"""The same job as each service would tell it: every nasty case is tried in every dialect that it can reach."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.domain.model_spec import ModelSpec, parse_model_spec
from app.domain.provider_info import ProviderInfo
from app.domain.values import Json, JsonObject
from app.net.client import ApiClient
from app.providers.base import Provider
from app.providers.haiper import HAIPER, HaiperProvider
from app.providers.netmind import NETMIND, NetMindProvider
from tests.net.servers import json_reply

Tell = Callable[[str, str, Sequence[str], str], JsonObject]
"""Id, status word, links to results, and a text about it -> one job as the service describes it."""


@dataclass(frozen=True)
class Dialect:
    """`words` are the service's own for queued, running, succeeded and failed; `roll` packs jobs into its list."""

    info: ProviderInfo
    make: Callable[[ProviderInfo, ApiClient], Provider]
    create_path: str
    id_name: str
    words: Mapping[str, str]
    tell: Tell
    roll: Callable[[list[Json]], Json]

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
                "id": "text2video" if self.name == "haiper" else "test/picture",
                "title": "Test picture",
                "medium": "image",
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

    def provider(self, base_url: str, key: Callable[[], str | None], exchange_s: float = 5.0) -> Provider:
        return self.make(self.info, ApiClient(base_url, key, exchange_s=exchange_s))

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
        return f"{self.create_path}/{ref}"


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
    make=NetMindProvider,
    create_path="/v1/generation",
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
    make=HaiperProvider,
    create_path="/v1/haiper-job",
    id_name="job_id",
    words={"queued": "initializing", "running": "processing", "succeeded": "succeed", "failed": "failed"},
    tell=_haiper,
    roll=lambda jobs: {"total_count": len(jobs), "job_list": jobs},
)

JOBS: tuple[Dialect, ...] = (IN_NETMIND, IN_HAIPER)
"""Services with jobs and a list."""
EVERY: tuple[Dialect, ...] = JOBS
