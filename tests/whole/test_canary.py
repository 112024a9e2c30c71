"""A key like no other is sent through every flow, errors included, and then looked for everywhere (T-31)."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from app.domain.redaction import shapes_of
from tests.net.servers import Seen, always, reply, serving
from tests.whole.echo import PICTURE, WORDS, Echo

KEY = "sk-CANARY-Zq7/x+Wv=4RtYp2LmN8sKd"
PASTED = "sk-CANARY-Jb3/h+Qc=9GfTx5VnM1wEa"
SHAPES = [shape for key in (KEY, PASTED) for shape in shapes_of(key) if len(shape) >= 16]
SHAPES += [shape for key in (KEY, PASTED) for shape in (key.encode().hex(), key.encode().hex().upper())]


def hits(words: str) -> list[str]:
    return [shape for shape in SHAPES if shape in words]


def holders(folder: Path) -> Iterator[Path]:
    """Files with a key in them, in any shape, or in their names."""
    for path in folder.rglob("*"):
        if hits(path.name) or (path.is_file() and any(shape.encode() in path.read_bytes() for shape in SHAPES)):
            yield path


async def run_studio(profile: Path) -> tuple[dict[str, list[str]], str]:
    """What the driver saw, and everything it wrote to its standard outputs."""
    environment = {
        **os.environ,
        "NETMIND_API_KEY": KEY,
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.whole.canary_driver", str(profile)),
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(90):
            out, err = await process.communicate(PASTED.encode() + b"\n")
    except TimeoutError:
        process.kill()
        raise
    assert process.returncode == 0, err.decode()[-3000:]
    return json.loads(out.splitlines()[-1]), out.decode() + err.decode()


def point_at(profile: Path, url: str) -> None:
    profile.mkdir()
    providers = {name: {"base_url": url} for name in ("netmind", "haiper", "octoai")}
    (profile / "settings.json").write_text(json.dumps({"providers": providers, "welcome": {"seen": True}}))


def test_a_key_is_found_nowhere_but_at_its_own_origin(tmp_path: Path) -> None:
    async def main() -> None:
        profile = tmp_path / "profile"
        async with (
            serving(always(reply(200, PICTURE, f"Set-Cookie: key={KEY}"))) as stranger,
            serving(Echo(stranger.base_url)) as home,
        ):
            point_at(profile, home.base_url)
            told, written = await run_studio(profile)
        assert {KEY, PASTED} <= keys_in(home.seen), "the flows were not the real ones"
        assert len(told["children"]) >= 1, "the demo did not run"
        states = {" ".join(line.split()[1:]) for line in told["jobs"]}
        assert {line.split()[0] for line in states} == {*WORDS, "a"}, "a flow is missing"
        assert stranger.seen, "no result was fetched"
        assert any("good netmind" in words for words in told["seen"]), "the window was not looked at"
        assert "RuntimeError" in told["reports"][0], "no crash was reported"
        assert "good netmind" in told["support"][0], "the support file was not made"
        for seen in stranger.seen:
            assert hits(f"{seen.path} {seen.headers} {seen.body!r}") == []
        assert hits(written) == []
        assert hits(json.dumps(told)) == []
        assert [str(path.relative_to(tmp_path)) for path in holders(tmp_path)] == []
        diary = (profile / "logs" / "slowlight.log").read_text()
        assert "DEBUG" in diary
        assert "***" in diary
        assert "keyring offers" in diary, "words that are no secret are readable"

    asyncio.run(main())


def keys_in(requests: list[Seen]) -> set[str]:
    return {seen.headers.get("authorization", "").removeprefix("Bearer ") for seen in requests}
