"""Haiper: films from words, as jobs at NetMind's `/v1/haiper-job`, later called `/v1/netmind-video-job`.

Wire facts: apis.md 1.2 and seed 002. The hosted service has ended; the dialect lives on for compatible servers. Its answers
echo the caller's key inside `meta_info.netmind_api_token`, so nothing is read from an entry before `redact` went over it,
and no entry is kept.
"""

from collections.abc import Collection, Mapping
from typing import cast

from app.domain.errors import JobGoneError, NotAServiceAnswerError, ServiceRetiredError, UnknownOutcomeError
from app.domain.media import Medium
from app.domain.model_spec import ModelSpec
from app.domain.provider_info import Capabilities, ProviderInfo
from app.domain.redaction import redact
from app.domain.remote import Artifact, Listed, RemoteRef, RemoteState, Snapshot, Submission, ref_key
from app.domain.text import Text, text
from app.domain.values import Json, JsonObject
from app.net.address import path_of
from app.net.answer import MAX_BODY_BYTES, Answer, apart
from app.net.client import ApiClient
from app.providers.base import PreparedRequest, ResultsByLink
from app.providers.inline import absolute_link, is_link, unsigned_link
from app.providers.wire import (
    ENDINGS,
    body_of,
    ended,
    error_of,
    id_of,
    parse_time,
    refusal,
    says_failed,
    short_text,
    words_of,
)

HAIPER = ProviderInfo(
    provider_id="haiper",
    title="Haiper",
    default_base_url="https://api.netmind.ai",
    key_id="netmind",
    key_environment="NETMIND_API_KEY",
    key_page="https://www.netmind.ai",
    summary=text("Films by Haiper's models, as NetMind offered them. It takes your NetMind key."),
    capabilities=Capabilities(list_jobs=True, list_shows_request=True, cancel_running=False, delete_remote=True),
    retired=text(
        "NetMind has ended this service: its page says that it is no longer available, without a date; Haiper's own site"
        " closed in February 2025. Your history stays usable, and a compatible server can be set as the address."
    ),
    base_paths=("/v1/haiper-job", "/v1/netmind-video-job"),
)

PAGE_SIZE = 100
MOST_PAGES = 20
"""A list that never ends is not read for ever (apis.md case 84)."""

_ID_NAMES = ("job_id", "id")
_SETTINGS = ("seed", "aspect_ratio", "resolution", "duration")
"""These lie inside `config.settings` (seed 002), all others directly in `config`."""

_STATES: Mapping[str, RemoteState] = {  # apis.md 1.2; what the seed does not show are Haiper's own words and their kin
    **dict.fromkeys(("initializing", "pending", "queued"), RemoteState.QUEUED),
    **dict.fromkeys(("processing", "post_processing", "running"), RemoteState.RUNNING),
    **dict.fromkeys(("succeed", "succeeded", "success", "completed", "done"), RemoteState.SUCCEEDED),
    **dict.fromkeys(("failed", "fail", "failure", "error"), RemoteState.FAILED),
    **ENDINGS,
}


class HaiperProvider(ResultsByLink):
    """The provider for both names of the path; the first of `info.base_paths` is the one in use."""

    def __init__(self, info: ProviderInfo, api: ApiClient) -> None:
        self._info = info
        self._api = api
        self._path = info.base_paths[0] if info.base_paths else HAIPER.base_paths[0]

    @property
    def info(self) -> ProviderInfo:
        """Names and abilities."""
        return self._info

    def prepare(self, spec: ModelSpec, params: Mapping[str, Json]) -> PreparedRequest:
        """`{"job_type": ..., "config": {...}}`; the spec's model id is the job type. Raises InvalidRequestError.

        `is_public` always goes along: what is left out, the service takes as true and publishes the film.
        """
        config = spec.config(params)
        inner: JsonObject = {name: config.pop(name) for name in _SETTINGS if name in config}
        given = config.pop("settings", None)
        settings: JsonObject = {**(given if isinstance(given, dict) else {}), **inner}
        sent: JsonObject = {**config, **({"settings": settings} if settings else {})}
        sent["is_public"] = config.get("is_public") is True
        return PreparedRequest(self._path, body_of({"job_type": spec.model_id, "config": sent}))

    async def submit(self, prepared: PreparedRequest) -> Submission:
        """The paid POST, sent once.

        Raises with `not_started` true where no job exists; UnknownOutcomeError for a success that names no job.
        """
        answer = await self._ask("POST", prepared.path, json_body=prepared.body)
        try:
            return await apart(answer, lambda: submission_of(answer, self._api.base_url))
        except UnknownOutcomeError as error:
            if self._info.is_retired_at(self._api.base_url) and not _is_json(answer):
                raise ServiceRetiredError(error.server_text, http_status=answer.status) from None  # a parked name
            raise

    async def poll(self, ref: RemoteRef) -> Snapshot:
        """How a job stands. Raises JobGoneError when the server does not know it any more."""
        answer = await self._ask("GET", self._path_of_job(ref), job_known=True)
        return await apart(answer, lambda: snapshot_of(_entry(answer), self._api.base_url))

    async def list_jobs(self, wanted: Collection[str] = ()) -> list[Listed]:
        """Page after page, each job once, until every wanted one has come or nothing new does (apis.md case 84).

        Other programs' jobs are among them, deleted ones are not.
        """
        found: dict[str, Listed] = {}
        seen: set[str] = set()
        missing = set(wanted)
        for page in range(1, MOST_PAGES + 1):
            try:
                ids, listed, total = await self._page(page, PAGE_SIZE)
            except JobGoneError:
                break  # a page beyond the end
            for entry in listed:
                found.setdefault(ref_key(entry.ref), entry)
            is_end = ids <= seen or (total is not None and len(seen | ids) >= total)
            seen |= ids
            missing -= ids
            if is_end or (wanted and not missing):
                break
        return list(found.values())

    async def _page(self, page: int, size: int) -> tuple[set[str], list[Listed], int | None]:
        """All ids, the jobs that are not deleted, and how many jobs there are in all."""
        query = {"page": page, "page_size": size}
        answer = await self._ask("GET", self._path, query=query, job_known=page > 1)
        return await apart(answer, lambda: page_of(answer.json(), self._api.base_url))

    async def delete(self, ref: RemoteRef) -> None:
        """Removes a job and its film over there. A job that is not there any more counts as removed."""
        try:
            await self._ask("DELETE", self._path_of_job(ref), job_known=True)
        except JobGoneError:
            return

    async def check_key(self) -> None:
        """Asks for a list of one: it costs nothing and needs no job."""
        await self._page(1, 1)

    async def close(self) -> None:
        """Closes the connections."""
        await self._api.close()

    def _path_of_job(self, ref: RemoteRef) -> str:
        job_id = ref_key(ref)
        if job_id in ("", ".", ".."):
            raise JobGoneError("The reference of this job is empty.")
        return self._path + path_of(job_id)

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        json_body: bytes | None = None,
        job_known: bool = False,
    ) -> Answer:
        """A good answer, or the error; where the hosted service is asked that has ended, that is the error."""
        base_url = self._api.base_url
        try:
            answer = await self._api.request(method, path, query=query, json_body=json_body, max_bytes=MAX_BODY_BYTES)
        except NotAServiceAnswerError as error:
            raise ended(error, self._info, base_url) from None
        if not answer.ok:
            raise ended(error_of(answer, job_known=job_known), self._info, base_url)
        return answer


# --- from JSON to our words; these functions raise errors of app.domain.errors and nothing else


def submission_of(answer: Answer, base_url: str) -> Submission:
    """The reference in the answer to a POST, any 2xx. Raises UnknownOutcomeError where it names no job (apis.md case 7)."""
    try:
        body = answer.json()
    except NotAServiceAnswerError:
        raise UnknownOutcomeError(answer.excerpt(), http_status=answer.status) from None
    entry = body if isinstance(body, dict) else {}
    job_id = id_of(entry, _ID_NAMES)
    if not job_id and says_failed(entry):
        raise refusal(answer)
    if not job_id:
        raise UnknownOutcomeError(short_text(words_of(redact(entry))), http_status=answer.status)
    return Submission({"v": 1, "key": job_id}, snapshot_of(entry, base_url))


def _is_json(answer: Answer) -> bool:
    try:
        answer.json()
    except NotAServiceAnswerError:
        return False
    return True


def _entry(answer: Answer) -> JsonObject:
    """The job in the answer to a GET."""
    body = answer.json()
    if isinstance(body, dict) and body.keys() & {"status", "job_id", "outputs"}:
        return body
    if isinstance(body, dict) and says_failed(body):
        raise refusal(answer)
    raise NotAServiceAnswerError("The answer does not describe a job.", http_status=answer.status)


def page_of(body: Json, base_url: str) -> tuple[set[str], list[Listed], int | None]:
    """One page of the list: all ids, the jobs that are not deleted, and the total where it is named."""
    rows, total = rows_of(body)
    ids = {id_of(row, _ID_NAMES) for row in rows if isinstance(row, dict)}
    return ids, [entry for row in rows if (entry := listed_of(row, base_url)) is not None], total


def rows_of(body: Json) -> tuple[list[Json], int | None]:
    """The rows of a page and how many jobs there are in all. Raises NotAServiceAnswerError where there is no list."""
    rows = body.get("job_list") if isinstance(body, dict) else body
    if not isinstance(rows, list):
        raise NotAServiceAnswerError("The list of jobs has an unknown form.")
    total = body.get("total_count") if isinstance(body, dict) else None
    return rows, total if isinstance(total, int) and not isinstance(total, bool) else None


def listed_of(row: Json, base_url: str) -> Listed | None:
    """One row of the list; None for a deleted job and for what is none. It shows the prompt (apis.md 1.2)."""
    job_id = id_of(row, _ID_NAMES) if isinstance(row, dict) else ""
    if not isinstance(row, dict) or not job_id or row.get("is_deleted") is True:
        return None
    asked = _inner(_inner(row, "meta_info"), "original_request")  # the key that is echoed lies beside it, not in it
    prompt = _inner(asked, "config").get("prompt")
    job_type = asked.get("job_type")
    request: JsonObject = {name: asked[name] for name in ("job_type", "config") if name in asked}
    return Listed(
        ref={"v": 1, "key": job_id},
        snapshot=snapshot_of(row, base_url),
        created_at=parse_time(row.get("created_at")),
        model_id=job_type if isinstance(job_type, str) else "",
        prompt=prompt if isinstance(prompt, str) else "",
        request=request or None,
        medium=Medium.VIDEO,
    )


def snapshot_of(entry: JsonObject, base_url: str) -> Snapshot:
    """One job object. Success is judged by what came out, not by the word alone."""
    status = entry.get("status")
    word = short_text(status) if isinstance(status, str) else ""
    state = _STATES.get(word.casefold(), RemoteState.UNKNOWN)
    artifacts, missing = _artifacts(entry.get("outputs"), base_url)
    notice = Text()
    if entry.get("is_deleted") is True:
        state = RemoteState.SUCCEEDED if artifacts else RemoteState.CANCELLED
        notice = text("This job was removed at the provider.")
    elif state is RemoteState.SUCCEEDED and not artifacts:
        state = RemoteState.EMPTY
    elif missing and artifacts:
        notice = text("{count} of the results did not come.", count=missing)
    message = _why(entry) if state in (RemoteState.FAILED, RemoteState.EMPTY, RemoteState.CANCELLED) else ""
    return Snapshot(state, word, artifacts, message, notice=notice, missing=missing if artifacts else 0)


def _why(entry: JsonObject) -> str:
    """Why a job failed: no page names the field, so the usual ones are looked at, here and in `meta_info`."""
    safe = cast("JsonObject", redact(entry))
    return short_text(words_of(safe) or words_of(_inner(safe, "meta_info")))


def _artifacts(outputs: Json, base_url: str) -> tuple[tuple[Artifact, ...], int]:
    """Every film once, and how many entries were not usable. `outputs` is `{}` or null until there are some."""
    items = [outputs] if isinstance(outputs, dict) and outputs else outputs if isinstance(outputs, list) else []
    found: dict[str, Artifact] = {}
    links: set[str] = set()
    missing = 0
    for index, item in enumerate(items):
        fields: JsonObject = item if isinstance(item, dict) else {"media_url": item if is_link(item) else None}
        link = fields.get("media_url") or fields.get("url")
        if not isinstance(link, str) or not link.strip():
            missing += 1
            continue
        key = id_of(fields, ("id",)) or str(index)
        url = absolute_link(link, base_url)
        if key not in found and unsigned_link(url) not in links:
            links.add(unsigned_link(url))
            found[key] = Artifact(key, url)
    return tuple(found.values()), missing


def _inner(entry: JsonObject, name: str) -> JsonObject:
    value = entry.get(name)
    return value if isinstance(value, dict) else {}
