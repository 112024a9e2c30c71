"""OctoAI: pictures and short films by Stable Diffusion, FLUX and SVD, with the results in base64 inside the answer.

Wire facts: apis.md 1.4 and 2.8, seed 004. The hosted service has ended; the dialect lives on for compatible servers. Every
answer to a paid request lies on the disk before it is read (`Spool`): it may be the result itself, and it is read in pieces
because it may be tens of megabytes.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from uuid import uuid4

from app.domain.errors import (
    BrokenResultError,
    EmptyResultError,
    GenerationFailedError,
    InvalidRequestError,
    JobGoneError,
    NoConnectionError,
    NotAllowedError,
    NotAServiceAnswerError,
    OutOfCreditError,
    PromptRefusedError,
    RequestTooLargeError,
    ServiceFailedError,
    ServiceRetiredError,
    StudioError,
    UnknownOutcomeError,
)
from app.domain.local_errors import (
    DiskFullError,
    StorageError,
)
from app.domain.model_spec import ModelSpec, Transport
from app.domain.provider_info import Capabilities, LongRunAdvice, ProviderInfo
from app.domain.remote import Artifact, Listed, RemoteRef, RemoteState, Snapshot, Submission, ref_key
from app.domain.text import text
from app.domain.values import Json, JsonObject
from app.net.address import path_of
from app.net.answer import MAX_BODY_BYTES, Answer, Sink, read_json
from app.net.base64_file import decode_to_part
from app.net.big_json import BigJson, read_big_json
from app.net.client import ApiClient
from app.net.download import Downloaded
from app.net.spool import Spool
from app.net.threads import in_thread
from app.providers.base import Inputs, PreparedRequest
from app.providers.inputs import fill
from app.providers.octoai_results import Results, results_in, snapshot_with
from app.providers.wire import (
    ENDINGS,
    body_of,
    ended,
    error_of,
    failure_error,
    id_of,
    refusal,
    says_failed,
    short_text,
    words_of,
)

OCTOAI = ProviderInfo(
    provider_id="octoai",
    title="OctoAI",
    default_base_url="https://image.octoai.run",
    key_id="octoai",
    key_environment="OCTOAI_TOKEN",
    summary=text("Pictures by Stable Diffusion and FLUX, short films by Stable Video Diffusion."),
    capabilities=Capabilities(keeps_answers=True),
    retention_h=24,
    retired=text(
        "OctoAI was shut down on 31 October 2024. Your history stays usable, and a compatible server can be set as the"
        " address."
    ),
    extra_origins=("https://async.octoai.run",),
    long_run=LongRunAdvice(
        after_s=60,
        priced=text(
            "A run of more than a minute may fail now and then; the advice of {provider} is to submit it again. Retry does"
            " that and costs {price} once more."
        ),
        unpriced=text(
            "A run of more than a minute may fail now and then; the advice of {provider} is to submit it again. Retry does"
            " that; what it costs is not known here."
        ),
    ),
)

MAX_REQUEST_BYTES = 10_000_000
"""Of one request (seed 004: 10 MB)."""
MAX_ANSWER_BYTES = 1024**3
SYNC_S = 900.0
"""For an answer that is the result: the clients of the service waited 15 minutes."""
RESULT_S = 900.0
FAILURES_UNTIL_FAILED = 3
"""There is no word for a failed run: the address of its state or result answers 500 instead, every time (apis.md 1.4)."""

_MAX_LINK_CHARS = 2000
_OF_THE_RUN = (GenerationFailedError, PromptRefusedError, OutOfCreditError)
_PATH = re.compile(r"(?P<path>/[^#]*)#(?P<transport>async|sync)=(?P<name>[0-9a-f]{32})")
_STATES: Mapping[str, RemoteState] = {
    "pending": RemoteState.QUEUED,
    "running": RemoteState.RUNNING,
    **dict.fromkeys(("completed", "succeeded", "success"), RemoteState.SUCCEEDED),
    **dict.fromkeys(("failed", "error"), RemoteState.FAILED),
    **ENDINGS,
}


class OctoAiProvider:
    """The provider for `/generate/<engine>`, asynchronous and synchronous. `spool` keeps answers until they are saved.

    A reference holds `key`, `spool` (the name of the answer to the POST) and, for asynchronous jobs, `poll` (the address
    of its state).
    """

    def __init__(self, info: ProviderInfo, api: ApiClient, spool: Spool) -> None:
        self._info = info
        self._api = api
        self._spool = spool
        self._failures: dict[str, int] = {}

    @property
    def info(self) -> ProviderInfo:
        """Names and abilities."""
        return self._info

    def prepare(self, spec: ModelSpec, params: Mapping[str, Json]) -> PreparedRequest:
        """The parameters as they are; the spec's model id is the engine.

        Behind `#` the path notes how the engine is to answer and under which name its answer is kept. Raises
        InvalidRequestError, RequestTooLargeError.
        """
        links = {p.name for p in spec.params if p.inputs and isinstance(params.get(p.name), str) and params[p.name]}
        if links:
            raise InvalidRequestError(fields=dict.fromkeys(links, "A file is needed here, not an address."))
        body = body_of(spec.config(params))
        path = f"{path_of('generate', spec.model_id)}#{spec.transport}={uuid4().hex}"
        return PreparedRequest(path, _sized(body))

    async def dispatch(self, prepared: PreparedRequest, inputs: Inputs) -> PreparedRequest:
        """Puts the files into the request. Raises RequestTooLargeError when it outgrows what the service takes."""
        filled = await fill(prepared, inputs)
        _sized(filled.body)
        return filled

    async def submit(self, prepared: PreparedRequest) -> Submission:
        """The paid POST, sent once; its answer is on the disk before anything else.

        Raises with `not_started` true where no job exists; UnknownOutcomeError where an answer came and cannot be kept
        or names no job.
        """
        path, transport, name = _unfolded(prepared)
        _sized(prepared.body)
        await self._spool.check_ready()
        is_async = transport is Transport.ASYNC
        headers = {"X-OctoAI-Async": "1"} if is_async else {}
        try:
            async with self._spool.writing(name) as sink:
                answer = await self._api.request(
                    "POST",
                    path,
                    json_body=prepared.body,
                    headers=headers,
                    deadline_s=None if is_async else SYNC_S,
                    max_bytes=MAX_ANSWER_BYTES,
                    sink=sink,
                )
        except (DiskFullError, StorageError) as error:
            raise UnknownOutcomeError(f"The answer could not be kept: {error}") from None
        except (NotAServiceAnswerError, NoConnectionError) as error:
            raise self._ended(error) from None
        if not answer.ok:
            raise self._ended(error_of(answer))
        return await self._submission(name, answer.status)

    async def _submission(self, name: str, status: int = 200) -> Submission:
        """What a kept answer to a POST says: where to ask, or the result itself, whichever way was asked for."""
        try:
            big = await in_thread(read_big_json, self._spool.path(name))
        except (NotAServiceAnswerError, OSError) as error:
            if self._info.is_retired_at(self._api.base_url):
                raise ServiceRetiredError(str(error), http_status=status) from None
            raise UnknownOutcomeError(str(error), http_status=status) from None
        entry = big.value if isinstance(big.value, dict) else {}
        if results_in(big) is not None:
            return Submission({"v": 1, "key": name, "spool": name}, Snapshot(RemoteState.SUCCEEDED, "completed"))
        response_id, poll = id_of(entry, ("response_id", "id")), _link_in(entry, "poll_url")
        key = response_id or poll.rpartition("/")[2].partition("?")[0]
        if not key and says_failed(entry):
            raise refusal(Answer(status, {}, body_of(entry), ""))
        if not key:
            raise UnknownOutcomeError(short_text(words_of(entry)), http_status=status)
        ref: RemoteRef = {"v": 1, "key": key, "spool": name, "poll": poll}
        return Submission(ref, _snapshot_of(entry) if "status" in entry else Snapshot(RemoteState.QUEUED))

    async def recover(self, prepared: PreparedRequest) -> Submission | None:
        """The answer that was on the disk when the program ended before it noted the reference."""
        try:
            _, _, name = _unfolded(prepared)
            return await self._submission(name) if self._spool.holds(name) else None
        except StudioError:
            return None

    async def poll(self, ref: RemoteRef) -> Snapshot:
        """How a job stands; a finished one with where its result is. Raises JobGoneError when it is not known any more."""
        if "poll" not in ref:
            if not self._spool.holds(_spool_name(ref)):
                raise JobGoneError("The answer that was kept on this computer is not there any more.")
            return Snapshot(RemoteState.SUCCEEDED, "completed")
        if self._spool.holds(f"{_spool_name(ref)}-result"):
            return Snapshot(RemoteState.SUCCEEDED, "completed")
        try:
            answer = await self._get(ref, str(ref["poll"]), "requests")
        except _OF_THE_RUN as error:
            return Snapshot(RemoteState.FAILED, f"HTTP {error.http_status}", message=error.server_text)
        try:
            body = {} if answer.status == 202 and not answer.body.strip() else await read_json(answer)
        except NotAServiceAnswerError as error:
            raise self._ended(error) from None
        if not isinstance(body, dict):
            raise NotAServiceAnswerError("The answer does not describe a job.", http_status=answer.status)
        if answer.status == 202 and "status" not in body:
            return Snapshot(RemoteState.QUEUED)
        return _snapshot_of(body)

    async def collect(self, ref: RemoteRef, snapshot: Snapshot) -> Snapshot:
        """Brings the result to this computer and finds the media in it. What was removed over there is said.

        Raises PromptRefusedError when all of it was, EmptyResultError, GenerationFailedError, JobGoneError, and
        BrokenResultError when what came cannot be read.
        """
        name = _spool_name(ref)
        if "poll" in ref:
            name = f"{name}-result"
            if not self._spool.holds(name):
                await self._bring(ref, snapshot, name)
        try:
            results = await self._results(name)
        except BrokenResultError:
            if "poll" in ref:  # the service still has it: the next try fetches it anew
                await self._spool.remove(name)
            raise
        return snapshot_with(snapshot, results, self._info.title)

    async def _bring(self, ref: RemoteRef, snapshot: Snapshot, name: str) -> None:
        link = next((artifact.url for artifact in snapshot.artifacts), "")
        async with self._spool.writing(name) as sink:
            await self._get(ref, link, "responses", sink)

    async def fetch(self, ref: RemoteRef, artifact: Artifact, part: Path, *, max_bytes: int) -> Downloaded:
        """Decodes one result from the kept answer into `part`, a block at a time and off the window's thread."""
        name = _spool_name(ref)
        name = f"{name}-result" if "poll" in ref else name
        results = await self._results(name)
        span = results.spans.get(artifact.key)
        if span is None:
            raise BrokenResultError("The kept answer does not hold this result.")
        return await decode_to_part(self._spool.path(name), span, part, max_bytes=max_bytes)

    async def _results(self, name: str) -> Results:
        """Raises BrokenResultError where nothing readable is kept under this name, EmptyResultError where it is empty."""
        try:
            big: BigJson = await in_thread(read_big_json, self._spool.path(name))
        except (NotAServiceAnswerError, OSError, ValueError) as error:
            raise BrokenResultError(str(error)) from None
        results = results_in(big)
        if results is None:
            raise EmptyResultError(short_text(words_of(big.value)))
        return results

    async def settled(self, ref: RemoteRef) -> None:
        """The results are in the library: the kept answers go."""
        name = _spool_name(ref)
        await self._spool.remove(name, f"{name}-result")

    def uploads(self, ref: RemoteRef) -> Mapping[str, str]:
        """Files go inside the request."""
        return {}

    async def forget_upload(self, digest: str, file_id: str) -> None:
        """Files go inside the request."""

    async def list_jobs(self, wanted: Collection[str] = ()) -> list[Listed]:
        """The service has no list."""
        return []

    def ref_of(self, key: str, prepared: PreparedRequest | None = None) -> RemoteRef | None:
        """Its state is asked for at the documented path. A synchronous request has no id: its answer was the result."""
        if prepared is None:
            return None
        _, transport, name = _unfolded(prepared)
        return {"v": 1, "key": key, "spool": name, "poll": ""} if transport is Transport.ASYNC else None

    async def delete(self, ref: RemoteRef) -> None:
        """The service deletes by itself after a day and offers no other way."""
        raise NotAllowedError("There is no call to delete a result.")

    async def check_key(self) -> None:
        """Asks for a job that does not exist: the only call that costs nothing. That it is not known means the key is."""
        try:
            answer = await self._api.request("GET", path_of("v1", "requests", "0000000000-00000"))
        except (NotAServiceAnswerError, NoConnectionError) as error:
            raise self._ended(error) from None
        refused = None if answer.ok else self._ended(error_of(answer, job_known=True))
        if refused is not None and not isinstance(refused, JobGoneError | InvalidRequestError):
            raise refused

    async def close(self) -> None:
        """Closes the connections."""
        await self._api.close()

    # --- inside

    async def _get(self, ref: RemoteRef, link: str, kind: str, sink: Sink | None = None) -> Answer:
        """A link of the service with the key, or the documented path at our own address where the link leads elsewhere.

        What belongs to the run itself is one of `_OF_THE_RUN`: a 4xx, and a 500 that comes every time.
        """
        path = path_of("v1", kind, _key_of(ref))
        deadline_s, max_bytes = (RESULT_S, MAX_ANSWER_BYTES) if sink is not None else (None, MAX_BODY_BYTES)
        try:
            if self._api.may_follow(link):
                answer = await self._api.follow(link, deadline_s=deadline_s, max_bytes=max_bytes, sink=sink)
            else:
                answer = await self._api.request("GET", path, deadline_s=deadline_s, max_bytes=max_bytes, sink=sink)
        except NotAServiceAnswerError as error:
            raise self._ended(error) from None
        if answer.ok:
            self._failures.pop(path, None)
            return answer
        raise self._judged(path, self._ended(error_of(answer, job_known=True)))

    def _judged(self, path: str, error: StudioError) -> StudioError:
        if isinstance(error, ServiceFailedError) and error.http_status == 500:
            failures = self._failures[path] = self._failures.get(path, 0) + 1
            is_of_the_run = failures >= FAILURES_UNTIL_FAILED
        else:
            is_of_the_run = isinstance(error, InvalidRequestError | PromptRefusedError | OutOfCreditError)
        if not is_of_the_run:
            return error
        self._failures.pop(path, None)
        found = failure_error(Snapshot(RemoteState.FAILED, message=error.server_text or f"HTTP {error.http_status}"))
        found.http_status = error.http_status
        return found

    def _ended(self, error: StudioError) -> StudioError:
        """The published hosts have ended and their names with them: that nothing is there to connect to counts as well."""
        if isinstance(error, NoConnectionError) and self._info.is_retired_at(self._api.base_url):
            return ServiceRetiredError(error.server_text)
        return ended(error, self._info, self._api.base_url)


def _sized(body: bytes) -> bytes:
    """The body itself. Raises RequestTooLargeError."""
    if len(body) > MAX_REQUEST_BYTES:
        raise RequestTooLargeError(size=f"{len(body) / 1e6:.1f} MB", limit=f"{MAX_REQUEST_BYTES / 1e6:.0f} MB")
    return body


def _unfolded(prepared: PreparedRequest) -> tuple[str, Transport, str]:
    """Path, way of answering, and name of the kept answer. Raises InvalidRequestError for a path that is not ours."""
    match = _PATH.fullmatch(prepared.path)
    if match is None:
        raise InvalidRequestError("The stored request cannot be read.")
    return match["path"], Transport(match["transport"]), match["name"]


def _spool_name(ref: RemoteRef) -> str:
    return str(ref.get("spool", ""))


def _key_of(ref: RemoteRef) -> str:
    key = ref_key(ref)
    if key in ("", ".", ".."):
        raise JobGoneError("The reference of this job is empty.")
    return key


def _link_in(entry: JsonObject, name: str) -> str:
    link = entry.get(name)
    return link.strip() if isinstance(link, str) and len(link) <= _MAX_LINK_CHARS else ""


def _snapshot_of(entry: JsonObject) -> Snapshot:
    """One answer about a job's state; where it is finished, its one artifact is the address of the result."""
    status = entry.get("status")
    word = short_text(status) if isinstance(status, str) else ""
    state = _STATES.get(word.casefold(), RemoteState.UNKNOWN)
    message = short_text(words_of(entry)) if state in (RemoteState.FAILED, RemoteState.CANCELLED) else ""
    link = _link_in(entry, "response_url")
    found = (Artifact("response", link, via_provider=True),) if state is RemoteState.SUCCEEDED and link else ()
    return Snapshot(state, word, found, message)
