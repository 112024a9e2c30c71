"""The smallest provider there can be, of a service that does not exist: what docs/adding-a-provider.md is about.

The service takes `POST /v1/lamps {"model", "prompt"}`, answers `{"id", "state", "files": [link, ...]}` to that and to
`GET /v1/lamps/ID`, has neither a list nor a call to delete, and says `lit`, `glowing` or `out`.
"""

from collections.abc import Collection, Mapping

from app.domain.errors import NotAllowedError, NotAServiceAnswerError, UnknownOutcomeError
from app.domain.model_spec import ModelSpec
from app.domain.provider_info import ProviderInfo
from app.domain.remote import Artifact, Listed, RemoteRef, RemoteState, Snapshot, Submission, ref_key
from app.domain.text import text
from app.domain.values import Json, JsonObject
from app.net.address import path_of
from app.net.answer import Answer
from app.net.client import ApiClient
from app.providers.base import PreparedRequest, ResultsByLink
from app.providers.wire import body_of, error_of, id_of

LANTERN = ProviderInfo(
    provider_id="lantern",
    title="Lantern",
    default_base_url="https://api.lantern.example",
    key_id="lantern",
    summary=text("Pictures by candlelight."),
    retention_h=24,
)
LAMPS = "/v1/lamps"
MAX_BODY_BYTES = 1024 * 1024
STATES = {"glowing": RemoteState.RUNNING, "lit": RemoteState.SUCCEEDED, "out": RemoteState.FAILED}


class LanternProvider(ResultsByLink):
    """Jobs at Lantern. Results come as links that need no key."""

    def __init__(self, info: ProviderInfo, api: ApiClient) -> None:
        self._info = info
        self._api = api

    @property
    def info(self) -> ProviderInfo:
        return self._info

    def prepare(self, spec: ModelSpec, params: Mapping[str, Json]) -> PreparedRequest:
        """The values that the spec sends, beside the model's id."""
        return PreparedRequest(LAMPS, body_of({"model": spec.model_id, **spec.config(params)}))

    async def submit(self, prepared: PreparedRequest) -> Submission:
        """The paid POST, sent once. A success that names no job may have been charged."""
        answer = await self._ask("POST", prepared.path, body=prepared.body)
        try:
            entry = entry_of(answer)
        except NotAServiceAnswerError:
            raise UnknownOutcomeError(answer.excerpt(), http_status=answer.status) from None
        return Submission({"v": 1, "key": id_of(entry, ("id",))}, snapshot_of(entry))

    async def poll(self, ref: RemoteRef) -> Snapshot:
        answer = await self._ask("GET", LAMPS + path_of(ref_key(ref)), job_known=True)
        return snapshot_of(entry_of(answer))

    async def list_jobs(self, wanted: Collection[str] = ()) -> list[Listed]:
        """There is no list, and `Capabilities` says so: nobody asks."""
        return []

    async def delete(self, ref: RemoteRef) -> None:
        """There is no call for it, and `Capabilities` says so: nobody asks."""
        raise NotAllowedError("There is no call to delete a lamp.")

    async def check_key(self) -> None:
        """The account costs nothing."""
        await self._ask("GET", "/v1/account")

    async def close(self) -> None:
        await self._api.close()

    async def _ask(self, method: str, path: str, *, body: bytes | None = None, job_known: bool = False) -> Answer:
        answer = await self._api.request(method, path, json_body=body, max_bytes=MAX_BODY_BYTES)
        if not answer.ok:
            raise error_of(answer, job_known=job_known)
        return answer


def entry_of(answer: Answer) -> JsonObject:
    """The job in an answer. Raises NotAServiceAnswerError where there is none."""
    body = answer.json()
    if not isinstance(body, dict) or not id_of(body, ("id",)):
        raise NotAServiceAnswerError("The answer does not describe a job.", http_status=answer.status)
    return body


def snapshot_of(entry: JsonObject) -> Snapshot:
    """One job in our words; a word that we do not know keeps it going and is shown as it came."""
    word, files = str(entry.get("state", "")), entry.get("files")
    links = [link for link in files if isinstance(link, str)] if isinstance(files, list) else []
    state = STATES.get(word, RemoteState.UNKNOWN)
    if state is RemoteState.SUCCEEDED and not links:
        state = RemoteState.EMPTY
    return Snapshot(state, word, tuple(Artifact(str(number), link) for number, link in enumerate(links)))
