"""T-34: a model file from a stranger is refused with a reason or can do nothing: no address, no file, no key of another."""

import asyncio
import json
from pathlib import Path
from random import Random
from urllib.parse import urljoin, urlsplit

import pytest

from app.application import PROVIDERS
from app.domain.errors import StudioError
from app.domain.media import Medium
from app.domain.model_spec import ModelSpec
from app.domain.text import Text
from app.domain.values import JsonObject
from app.net.client import ApiClient
from app.net.spool import Spool
from app.providers.base import Provider
from app.services.catalogue import Catalogue
from tests.counts import say
from tests.fuzz.mutations import broken_json

MODELS = Path(__file__).resolve().parents[2] / "resources" / "models"
KEY = "sk-CANARY-1f2e3d4c5b"
BASE = "https://api.provider.test"
SHORT, LONG = 2_000, 20_000
GOOD = sorted(MODELS.glob("*/*.json"))
HOSTILE_IDS = (
    "https://evil.test/x",
    "//evil.test/x",
    "../../v2/keys",
    "a/../../b",
    "a?key=1",
    "a#b",
    "a\r\nAuthorization: x",
    "a\\b",
    "@evil.test",
    "%2e%2e/%2e%2e",
    ":443",
    "\u202egnp",
    "x" * 5_000,
)
HOSTILE_VALUES = (
    "https://evil.test/{key}",
    "${NETMIND_API_KEY}",
    "{{key}}",
    "file:///etc/passwd",
    "$(id)",
    "__import__",
)


def _known(folder: Path) -> Path:
    """One good file of each provider, so that all of them are known."""
    for provider in {path.parent.name for path in GOOD}:
        (folder / provider).mkdir(parents=True)
        first = next(path for path in GOOD if path.parent.name == provider)
        (folder / provider / first.name).write_bytes(first.read_bytes())
    return folder


def _data(number: int) -> JsonObject:
    data: JsonObject = json.loads(GOOD[number % len(GOOD)].read_bytes())
    return {**data, "id": f"{data['id']}-{number}"}


def _broken(number: int, chance: Random) -> bytes:
    return broken_json(_data(number), chance)


def _hostile() -> list[bytes]:
    """Ids that want to be addresses or paths, values that want to be templates, and names that nobody reads."""
    made: list[JsonObject] = [{**_data(number), "id": name} for number, name in enumerate(HOSTILE_IDS)]
    made += [{**_data(0), "id": f"m{at}", "base_url": value, "url": value} for at, value in enumerate(HOSTILE_VALUES)]
    made += [{**_data(1), "id": f"t{at}", "title": value} for at, value in enumerate(HOSTILE_VALUES)]
    for provider in ("evil", "../netmind", "https://evil.test", "", "NETMIND"):
        made.append({**_data(2), "provider": provider})
    for at, pattern in enumerate(("(a+)+$", "[", "(?P<x>", "^(([a-z])+.)+[A-Z]([a-z])+$")):
        schema: JsonObject = {"type": "object", "properties": {"prompt": {"type": "string", "pattern": pattern}}}
        made.append({**_data(3), "id": f"p{at}", "parameters": schema})
    for at, reference in enumerate(("https://evil.test/schema.json", "file:///etc/passwd", "#/definitions/x")):
        made.append({**_data(4), "id": f"r{at}", "parameters": {"type": "object", "$ref": reference}})
    deep: JsonObject = {"type": "object"}
    for _ in range(300):
        deep = {"type": "object", "properties": {"x": deep}}
    made += [{**_data(5), "id": "deep", "parameters": deep}, {**_data(5), "id": "big", "title": "x" * 100_000}]
    raw = [b"", b"[", b"[" * 100_000, b"\xff\xfe", b'{"format": 1e999}', b"9" * 6_000, b"null", b'"x"']
    return [*(json.dumps(one).encode() for one in made), *raw]


async def _loaded(folder: Path, files: list[bytes]) -> tuple[list[ModelSpec], int]:
    """The models that were taken from `files`, and how many were refused, each with its reason."""
    own = folder / "own"
    own.mkdir()
    for number, raw in enumerate(files):
        (own / f"{number:05}.json").write_bytes(raw)
    refused: dict[str, Text] = {}
    built_in = _known(folder / "known")
    catalogue = Catalogue(built_in, own, rank=lambda provider_id: 0, report=refused.__setitem__)
    await catalogue.load()
    ours = {json.loads(path.read_bytes())["id"] for path in built_in.glob("*/*.json")}
    taken = [spec for medium in Medium for spec in catalogue.models(medium) if spec.model_id not in ours]
    assert all(str(reason) for reason in refused.values())
    return taken, len(refused)


def _adapters(folder: Path) -> dict[str, Provider]:
    spool = Spool(folder / "spool")
    return {info.provider_id: make(info, ApiClient(BASE, lambda: KEY), spool) for info, make in PROVIDERS}


def _inert(taken: list[ModelSpec], adapters: dict[str, Provider]) -> int:
    """Whatever was taken makes a request to its own provider's address, without the key in it; or none."""
    made = 0
    for spec in taken:
        try:
            request = adapters[spec.provider_id].prepare(spec, {**spec.defaults(), "prompt": "a lake"})
        except StudioError:
            continue
        made += 1
        whole = urlsplit(urljoin(f"{BASE}/", request.path))
        assert (whole.scheme, whole.netloc) == ("https", "api.provider.test"), request.path
        assert request.path.startswith("/"), request.path
        assert ".." not in whole.path.split("/"), request.path
        assert not set(request.path) & set("\r\n \\"), request.path
        assert KEY.encode() not in request.body
    return made


def _try(folder: Path, files: list[bytes], test: str) -> None:
    taken, refused = asyncio.run(_loaded(folder, files))
    made = _inert(taken, _adapters(folder))
    assert refused > len(files) // 20
    told = (
        f"{len(files):,} model files, {refused:,} refused with a reason, {made:,} made a request, 0 to another address"
    )
    say(test, f"definitions: {told}, 0 with the key")


def test_hostile_model_files_are_refused_or_can_do_nothing(tmp_path: Path) -> None:
    files = _hostile()
    assert len(files) >= 45
    _try(tmp_path, files, "T-34 hostile")


def test_broken_model_files_are_refused_or_can_do_nothing(tmp_path: Path) -> None:
    chance = Random(34)
    _try(tmp_path, [_broken(number, chance) for number in range(SHORT)], "T-34")


@pytest.mark.long
def test_many_broken_model_files_are_refused_or_can_do_nothing(tmp_path: Path) -> None:
    chance = Random(340)
    _try(tmp_path, [_broken(number, chance) for number in range(LONG)], "T-34 long")
