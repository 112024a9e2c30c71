"""Every endpoint whose answers are read, with what was recorded of it."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from app.domain.endpoint import EndpointPlan, EndpointWish
from app.domain.remote import RemoteRef, RemoteState, Snapshot
from app.domain.values import Json
from app.net.spool import Spool
from app.providers.base import PreparedRequest
from app.providers.haiper import HAIPER, HaiperProvider
from app.providers.netmind import NETMIND, NetMindProvider
from app.providers.netmind_endpoints import NETMIND_ENDPOINTS, NetMindEndpoints
from app.providers.netmind_files import _read, _signed
from app.providers.octoai import OCTOAI, OctoAiProvider
from app.providers.wire import error_of, parse_time
from tests.fuzz.answers import Canned, Family
from tests.fuzz.mutations import NAMES
from tests.providers.recordings import recorded

REF: RemoteRef = {"v": 1, "key": "r1"}
_WISH = EndpointWish("netmind_endpoints", "test", EndpointPlan("python", port=80))
_RECORDINGS = Path(__file__).resolve().parents[1] / "recordings"


_ANSWER = "0123456789abcdef" * 2
_OCTOAI_REF: RemoteRef = {"v": 1, "key": "r1", "spool": _ANSWER, "poll": ""}
DONE = Snapshot(RemoteState.SUCCEEDED, "completed")
_IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - thousands of synced files


def _bodies(provider: str, word: str) -> list[Json]:
    """Bodies of all recordings with this word in their names; observed errors belong to every endpoint."""
    names = sorted(path.stem for path in (_RECORDINGS / provider).glob("*.json"))
    chosen = [name for name in names if word in name or name.startswith(("observed", "made-up"))]
    assert any(word in name for name in chosen), (provider, word)
    return [recorded(name, provider).body for name in chosen]


def _netmind(use: Callable[[NetMindProvider], Awaitable[object]]) -> Callable[[Canned], Awaitable[object]]:
    return lambda client: use(NetMindProvider(NETMIND, client))


def _endpoints(use: Callable[[NetMindEndpoints], Awaitable[object]]) -> Callable[[Canned], Awaitable[object]]:
    return lambda client: use(NetMindEndpoints(NETMIND_ENDPOINTS, client))


def _haiper(use: Callable[[HaiperProvider], Awaitable[object]]) -> Callable[[Canned], Awaitable[object]]:
    return lambda client: use(HaiperProvider(HAIPER, client))


def _octoai(use: Callable[[OctoAiProvider], Awaitable[object]]) -> Callable[[Canned], Awaitable[object]]:
    """With a folder of its own for each example: its answers lie on the disk before they are read."""

    async def with_folder(client: Canned) -> object:
        with TemporaryDirectory(dir=_IN_MEMORY) as folder:
            return await use(OctoAiProvider(OCTOAI, client, Spool(Path(folder), keep_free_bytes=0)))

    return with_folder


async def _brought(provider: OctoAiProvider, ref: RemoteRef, snapshot: Snapshot) -> Snapshot:
    """The results of an answer, each of them decoded."""
    found = await provider.collect(ref, snapshot)
    with TemporaryDirectory(dir=_IN_MEMORY) as folder:
        for index, artifact in enumerate(found.artifacts):
            if artifact.via_provider:
                await provider.fetch(ref, artifact, Path(folder) / f"{index}.part", max_bytes=10**6)
    return found


async def _at_once(provider: OctoAiProvider) -> object:
    """The answer to the paid request may be the result."""
    submission = await provider.submit(_post(f"/generate/sdxl#sync={_ANSWER}"))
    return submission if "poll" in submission.ref else await _brought(provider, submission.ref, submission.snapshot)


async def _file_link(client: Canned) -> object:
    """The answer about an uploaded file, as it is read twice: when it was announced, and for its link."""
    body = _read(client.answer)
    return _signed(body)


async def _error(client: Canned) -> object:
    """The reading of errors by itself, with every status, and of times wherever they stand."""
    if client.answer.ok:
        body = client.answer.json()
        return [parse_time(body.get(name)) for name in NAMES] if isinstance(body, dict) else None
    raise error_of(client.answer, job_known=len(client.answer.body) % 2 == 0)


def _post(path: str) -> PreparedRequest:
    return PreparedRequest(path, b"{}")


FAMILIES = [
    Family("netmind-create", _bodies("netmind", "create"), _netmind(lambda p: p.submit(_post("/v1/generation")))),
    Family("netmind-get", _bodies("netmind", "get"), _netmind(lambda p: p.poll(REF))),
    Family("netmind-list", _bodies("netmind", "list"), _netmind(lambda p: p.list_jobs())),
    Family("netmind-delete", _bodies("netmind", "delete"), _netmind(lambda p: p.delete(REF))),
    Family("haiper-create", _bodies("haiper", "create"), _haiper(lambda p: p.submit(_post("/v1/haiper-job")))),
    Family("haiper-get", _bodies("haiper", "get"), _haiper(lambda p: p.poll(REF))),
    Family("haiper-list", _bodies("haiper", "list"), _haiper(lambda p: p.list_jobs())),
    Family("haiper-delete", _bodies("haiper", "delete"), _haiper(lambda p: p.delete(REF))),
    Family(
        "octoai-create",
        _bodies("octoai", "published"),
        _octoai(lambda p: p.submit(_post(f"/generate/sdxl#async={_ANSWER}"))),
    ),
    Family("octoai-at-once", _bodies("octoai", "made-up"), _octoai(_at_once)),
    Family("octoai-get", _bodies("octoai", "published"), _octoai(lambda p: p.poll(_OCTOAI_REF))),
    Family("octoai-result", _bodies("octoai", "images"), _octoai(lambda p: _brought(p, _OCTOAI_REF, DONE))),
    Family("netmind-files", [{"id": "file-1", "presigned_url": "https://storage.example.org/a?b=c"}], _file_link),
    Family("endpoint-flavors", _bodies("netmind_endpoints", "flavors"), _endpoints(lambda p: p.flavors())),
    Family("endpoint-create", _bodies("netmind_endpoints", "create"), _endpoints(lambda p: p.create(_WISH))),
    Family("endpoint-read", _bodies("netmind_endpoints", "read"), _endpoints(lambda p: p.read("s1"))),
    Family("endpoint-list", _bodies("netmind_endpoints", "read"), _endpoints(lambda p: p.list_all())),
    Family("endpoint-scale", _bodies("netmind_endpoints", "update"), _endpoints(lambda p: p.scale("s1", 2))),
    Family("endpoint-delete", _bodies("netmind_endpoints", "update"), _endpoints(lambda p: p.delete("s1"))),
    Family("errors", _bodies("netmind", "observed"), _error),
]
