"""NetMind `/v1/generation`: pictures, films and sound by hosted models, as asynchronous jobs.

Wire facts: apis.md 1.0 and 1.1, and the two published answers (seed 000 with `meta_info`, seed 001 with `result.data`).
Both are read by their shape, never by date.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial

from app.domain.errors import (
    BrokenResultError,
    InvalidRequestError,
    JobGoneError,
    NotAServiceAnswerError,
    UnknownOutcomeError,
)
from app.domain.free_form import FREE_FORM_ID, ConfigError, params_of
from app.domain.media import Medium, medium_of_name
from app.domain.media_input import digests_in, with_placeholders
from app.domain.model_spec import ModelSpec
from app.domain.provider_info import Capabilities, ProviderInfo
from app.domain.remote import Artifact, Listed, RemoteRef, RemoteState, Snapshot, Submission, ref_key
from app.domain.text import Text, text
from app.domain.values import Json, JsonObject
from app.net.address import path_of
from app.net.answer import Answer, apart
from app.net.client import ApiClient
from app.providers.base import Inputs, PreparedRequest, ResultsByLink
from app.providers.inline import absolute_link, decode_inline, holds_media, is_link, unsigned_link
from app.providers.inputs import fill
from app.providers.netmind_files import NetMindFiles
from app.providers.wire import (
    ENDINGS,
    MAX_ID_CHARS,
    body_of,
    error_of,
    error_text,
    id_of,
    parse_time,
    refusal,
    says_failed,
    short_text,
)

NETMIND = ProviderInfo(
    provider_id="netmind",
    title="NetMind",
    default_base_url="https://api.netmind.ai",
    key_id="netmind",
    key_environment="NETMIND_API_KEY",
    key_page="https://www.netmind.ai",
    summary=text("Hosted models for pictures, films and sound, paid from your NetMind account."),
    capabilities=Capabilities(list_jobs=True, list_shows_request=False, cancel_running=False, delete_remote=True),
)

GENERATIONS = path_of("v1", "generation")
LIST_MAX_BYTES = 16 * 1024 * 1024
"""The list has no pages and grows with every job (apis.md case 85)."""

_ID_NAMES = ("id", "generation_id", "task_id", "job_id")
_INLINE_NAMES = ("b64_json", "base64", "image_b64", "audio", "audio_hex", "hex")
_STATES: Mapping[
    str, RemoteState
] = {  # apis.md 1.1; the last ones of each line are Celery's, which NetMind uses elsewhere
    **dict.fromkeys(("pending", "queued", "received"), RemoteState.QUEUED),
    **dict.fromkeys(("initializing", "processing", "running", "started", "retry"), RemoteState.RUNNING),
    **dict.fromkeys(("completed", "success", "succeeded", "done"), RemoteState.SUCCEEDED),
    **dict.fromkeys(("failed", "error", "failure"), RemoteState.FAILED),
    **ENDINGS,
}


class NetMindProvider(ResultsByLink):
    """The provider for `/v1/generation`; `info` lets the demo speak the same dialect under its own name."""

    def __init__(self, info: ProviderInfo, api: ApiClient) -> None:
        self._info = info
        self._api = api
        self._files = NetMindFiles(api)

    @property
    def info(self) -> ProviderInfo:
        """Names and abilities."""
        return self._info

    def prepare(self, spec: ModelSpec, params: Mapping[str, Json]) -> PreparedRequest:
        """`{"model": id, "config": {...}}`. With *Other model* (`spec.model_id` is `*`) `params` are the form's values.

        A free-form spec that carries a real id has its config already in `params`. Raises InvalidRequestError.
        """
        model, config = spec.model_id, {name: with_placeholders(value) for name, value in params.items()}
        if not spec.is_free_form:
            config = spec.config(params)
        elif model == FREE_FORM_ID:
            model, config = _typed(params)
        return PreparedRequest(GENERATIONS, body_of({"model": model, "config": config}))

    async def dispatch(self, prepared: PreparedRequest, inputs: Inputs) -> PreparedRequest:
        """Uploads the files that the request names and puts links in their places, which live for two hours."""
        filled = await fill(prepared, inputs, partial(self._files.link, inputs=inputs))
        uploads = {digest: self._files.known(digest) for digest in digests_in(prepared.body)}
        note = json.dumps({digest: file_id for digest, file_id in sorted(uploads.items()) if file_id})
        return replace(filled, path=f"{filled.path}#{note}") if filled is not prepared else prepared

    async def submit(self, prepared: PreparedRequest) -> Submission:
        """The paid POST, sent once.

        Raises with `not_started` true where no job exists; UnknownOutcomeError for a success that names no job.
        """
        path, _, note = prepared.path.partition("#")
        answer = await self._api.request("POST", path, json_body=prepared.body)
        if not answer.ok:
            raise error_of(answer)
        submission = await apart(answer, lambda: submission_of(answer, self._api.base_url))
        uploads = json.loads(note) if note else {}
        return replace(submission, ref={**submission.ref, "files": uploads}) if uploads else submission

    def uploads(self, ref: RemoteRef) -> dict[str, str]:
        """Ids in the files API by the sha256 of what was uploaded."""
        files = ref.get("files")
        found = files.items() if isinstance(files, dict) else ()
        return {digest: file_id for digest, file_id in found if isinstance(file_id, str)}

    async def forget_upload(self, digest: str, file_id: str) -> None:
        """Best effort: whatever is answered, the job is not concerned."""
        await self._files.forget(digest, file_id)

    async def poll(self, ref: RemoteRef) -> Snapshot:
        """How a job stands. Raises JobGoneError when the server does not know it any more."""
        answer = await self._api.request("GET", _path_of_job(ref))
        if not answer.ok:
            raise error_of(answer, job_known=True)
        return await apart(answer, lambda: snapshot_of(_entry(answer.json(), answer), self._api.base_url))

    async def list_jobs(self, wanted: Collection[str] = ()) -> list[Listed]:
        """Everything the account still shows, other programs' jobs too; deleted ones are left out. It has no pages."""
        answer = await self._api.request("GET", GENERATIONS, max_bytes=LIST_MAX_BYTES)
        if not answer.ok:
            raise error_of(answer)
        return await apart(answer, lambda: listed_of(answer.json(), self._api.base_url))

    async def delete(self, ref: RemoteRef) -> None:
        """Removes a job and its files over there. A job that is not there any more counts as removed."""
        answer = await self._api.request("DELETE", _path_of_job(ref))
        error = None if answer.ok else error_of(answer, job_known=True)
        if error is not None and not isinstance(error, JobGoneError):
            raise error

    async def check_key(self) -> None:
        """Asks for the list: the only authenticated call that costs nothing and needs no job."""
        await self.list_jobs()

    async def close(self) -> None:
        """Closes the connections."""
        await self._api.close()


def _typed(params: Mapping[str, Json]) -> tuple[str, JsonObject]:
    """Model id and config as somebody typed them into *Other model*; the config is JSON, as text or read already."""
    model = str(params.get("model") or "").strip()
    if not model:
        raise InvalidRequestError(fields={"model": "A model id is needed."})
    config = params.get("config")
    if isinstance(config, dict):
        prompt = params.get("prompt")
        return model, {**config, "prompt": prompt} if prompt else dict(config)
    try:
        return model, params_of(params)
    except ConfigError as error:
        raise InvalidRequestError(fields={"config": str(error.sentence)}) from None


def _path_of_job(ref: RemoteRef) -> str:
    job_id = ref_key(ref)
    if job_id in ("", ".", ".."):
        raise JobGoneError("The reference of this job is empty.")
    return path_of("v1", "generation", job_id)


# --- from JSON to our words; these functions raise errors of app.domain.errors and nothing else


def submission_of(answer: Answer, base_url: str) -> Submission:
    """The reference in the answer to a POST, any 2xx.

    Raises UnknownOutcomeError where it names no job: the job may run and be charged (apis.md case 7). An answer that says
    itself that it failed is believed (case 5).
    """
    try:
        body = answer.json()
    except NotAServiceAnswerError:
        raise UnknownOutcomeError(answer.excerpt(), http_status=answer.status) from None
    entry = body if isinstance(body, dict) else {}
    inner = entry.get("data")
    job_id = id_of(entry, _ID_NAMES) or (id_of(inner, _ID_NAMES) if isinstance(inner, dict) else "")
    if job_id:
        described = entry if "status" in entry or not isinstance(inner, dict) else inner
        return Submission({"v": 1, "key": job_id}, snapshot_of(described, base_url))
    if says_failed(entry):
        raise refusal(answer)
    raise UnknownOutcomeError(error_text(answer), http_status=answer.status)


def listed_of(body: Json, base_url: str) -> list[Listed]:
    """The jobs of a list answer. Raises NotAServiceAnswerError where there is no list: that is not an empty one."""
    rows = body.get("generation_list", body.get("data")) if isinstance(body, dict) else body
    if not isinstance(rows, list):
        raise NotAServiceAnswerError("The list of jobs has an unknown form.")
    found = []
    for row in rows:
        job_id = id_of(row, _ID_NAMES) if isinstance(row, dict) else ""
        if not isinstance(row, dict) or not job_id or row.get("is_deleted") is True:
            continue
        model = row.get("model")
        found.append(
            Listed(
                ref={"v": 1, "key": job_id},
                snapshot=snapshot_of(row, base_url),
                created_at=parse_time(row.get("created_at")),
                model_id=model if isinstance(model, str) else "",
                medium=_medium(row),
            )
        )
    return found


def _medium(entry: JsonObject) -> Medium | None:
    """What the first result calls itself, "image" or "video/mp4" (apis.md 1.1), else what its link ends in."""
    for item in _items(entry):
        fields: JsonObject = item if isinstance(item, dict) else {}
        for name in ("file_type", "file_name", "url"):
            value = fields.get(name)
            found = medium_of_name(value) if isinstance(value, str) else None
            if found is not None:
                return found
    return None


def snapshot_of(entry: JsonObject, base_url: str) -> Snapshot:
    """One generation object in either schema. Success is judged by the artifacts, not by the word (apis.md 1.1)."""
    status = entry.get("status")
    word = short_text(status) if isinstance(status, str) else ""
    state = _STATES.get(word.casefold(), RemoteState.UNKNOWN)
    artifacts, missing = _artifacts(entry, base_url)
    notice = Text()
    if entry.get("is_deleted") is True:
        state = RemoteState.SUCCEEDED if artifacts else RemoteState.CANCELLED
        notice = text("This job was removed at the provider.")
    elif state is RemoteState.SUCCEEDED and not artifacts:
        state = RemoteState.EMPTY
    elif missing and artifacts:
        notice = text("{count} of the results did not come.", count=missing)
    return Snapshot(state=state, wire_status=word, artifacts=artifacts, message=_log_text(entry), notice=notice)


def _entry(body: Json, answer: Answer) -> JsonObject:
    """The generation object in the answer to a GET, also where it is wrapped in `data`."""
    wrapped = body.get("data") if isinstance(body, dict) else None
    for candidate in (body, wrapped):
        if isinstance(candidate, dict) and candidate.keys() & {"status", "id", "result", "meta_info", "generation_id"}:
            return candidate
    if isinstance(body, dict) and says_failed(body):
        raise refusal(answer)
    raise NotAServiceAnswerError(error_text(answer), http_status=answer.status)


def _log_text(entry: JsonObject) -> str:
    """The last log line: the only place where this API says why a job failed (apis.md 1.1)."""
    logs = entry.get("logs")
    for line in reversed(logs if isinstance(logs, list) else [logs]):
        words = line.get("text", line.get("message")) if isinstance(line, dict) else line
        if isinstance(words, str) and words.strip():
            return short_text(words)
    error = entry.get("error")
    return short_text(error) if isinstance(error, str) else ""


# --- artifacts


def _artifacts(entry: JsonObject, base_url: str) -> tuple[tuple[Artifact, ...], int]:
    """Every usable result once, and how many entries were not usable."""
    found: dict[str, Artifact] = {}
    links: set[str] = set()
    missing = 0
    for index, item in enumerate(_items(entry)):
        artifact = _artifact(item, index, base_url)
        if artifact is None:
            missing += 1
            continue
        link = unsigned_link(artifact.url)
        if artifact.key in found or (link and link in links):
            continue  # the same file under both schemas, or listed twice (apis.md case 70)
        links.add(link)
        found[artifact.key] = artifact
    return tuple(found.values()), missing


def _items(entry: JsonObject) -> list[Json]:
    result = entry.get("result")
    data = result.get("data", result) if isinstance(result, dict) else result
    items: list[Json] = data if isinstance(data, list) else [data] if data else []
    meta = entry.get("meta_info")
    if isinstance(meta, dict) and meta.get("result_download_url"):
        items = [*items, {"url": meta["result_download_url"], "file_id": meta.get("file_id")}]
    return items


def _artifact(item: Json, index: int, base_url: str) -> Artifact | None:
    fields: JsonObject = item if isinstance(item, dict) else {"url": item if is_link(item) else None}
    link = fields.get("url")
    file_id = fields.get("file_id")
    key = file_id.strip() if isinstance(file_id, str) else ""
    name = fields.get("file_name")
    name = name[:MAX_ID_CHARS] if isinstance(name, str) else ""
    size = fields.get("bytes", fields.get("size"))
    size = size if isinstance(size, int) and not isinstance(size, bool) and size > 0 else None
    if isinstance(link, str) and link.strip() and not holds_media(link):
        return Artifact(key or str(index), absolute_link(link, base_url), suggested_name=name, size_bytes=size)
    inline = _inline(fields)
    if inline is None:
        return None
    return Artifact(key or str(index), inline=inline, suggested_name=name, size_bytes=len(inline))


def _inline(fields: JsonObject) -> bytes | None:
    """Bytes inside the answer: a data URI, base64, hex, or plain text such as a transcript."""
    for name in ("url", *_INLINE_NAMES):
        value = fields.get(name)
        if isinstance(value, str) and value.strip():
            try:
                return decode_inline(value)
            except BrokenResultError:
                continue
    words = fields.get("text")
    return words.encode("utf-8", "replace") if isinstance(words, str) and words.strip() else None
