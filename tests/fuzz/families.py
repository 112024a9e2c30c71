"""Every endpoint whose answers are read, with what was recorded of it."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from app.domain.remote import RemoteRef
from app.domain.values import Json
from app.providers.base import PreparedRequest
from app.providers.haiper import HAIPER, HaiperProvider
from app.providers.netmind import NETMIND, NetMindProvider
from app.providers.netmind_files import _read, _signed
from app.providers.wire import error_of, parse_time
from tests.fuzz.answers import Canned, Family
from tests.fuzz.mutations import NAMES
from tests.providers.recordings import recorded

REF: RemoteRef = {"v": 1, "key": "r1"}
_RECORDINGS = Path(__file__).resolve().parents[1] / "recordings"


def _bodies(provider: str, word: str) -> list[Json]:
    """Bodies of all recordings with this word in their names; observed errors belong to every endpoint."""
    names = sorted(path.stem for path in (_RECORDINGS / provider).glob("*.json"))
    chosen = [name for name in names if word in name or name.startswith(("observed", "made-up"))]
    assert any(word in name for name in chosen), (provider, word)
    return [recorded(name, provider).body for name in chosen]


def _netmind(use: Callable[[NetMindProvider], Awaitable[object]]) -> Callable[[Canned], Awaitable[object]]:
    return lambda client: use(NetMindProvider(NETMIND, client))


def _haiper(use: Callable[[HaiperProvider], Awaitable[object]]) -> Callable[[Canned], Awaitable[object]]:
    return lambda client: use(HaiperProvider(HAIPER, client))


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
    Family("netmind-files", [{"id": "file-1", "presigned_url": "https://storage.example.org/a?b=c"}], _file_link),
    Family("errors", _bodies("netmind", "observed"), _error),
]
