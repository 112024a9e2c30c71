"""A demo server, the vendors' clients in their own environment, and what each of them has to tell."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import vendor_clients

from app.sandbox.running import QUICK, RunningSandbox
from tests.painted_pictures import landscape

HERE = Path(__file__).resolve().parent
KEY = "demo-key"
PATIENCE_S = 100.0

# Slow enough that a client that asks at once meets a job that is not finished.
UNHURRIED = replace(QUICK, speed=20.0)


@dataclass(frozen=True)
class Driven:
    """One client's visit to one server."""

    told: Any  # what its script printed
    demo: RunningSandbox  # its requests are still there to be read
    folder: Path  # what it saved
    picture: Path  # what it was given


Drive = Callable[..., Driven]


@pytest.fixture(scope="session")
def environment() -> Path:
    """The Python of the clients; made at the first run."""
    vendor_clients.provide()
    return vendor_clients.PYTHON


@pytest.fixture(scope="module")
def drive(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drive]:
    """Runs one of the scripts beside this file against a server of its own."""
    demos: list[RunningSandbox] = []

    def run(script: str, *, first_on_path: Path | None = None) -> Driven:
        folder = tmp_path_factory.mktemp("client")
        picture = folder / "given.png"
        assert landscape("given").save(str(picture))
        demo = RunningSandbox(UNHURRIED)
        demo.start()
        demos.append(demo)
        done = subprocess.run(
            [environment, "-s", "-P", HERE / script, demo.base_url, KEY, picture, folder],
            env=_bare_environment(folder, first_on_path),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return Driven(json.loads(done.stdout), demo, folder, picture)

    yield run
    for demo in demos:
        demo.stop()


def _bare_environment(home: Path, first_on_path: Path | None) -> dict[str, str]:
    """No keys, settings or proxies of the person who runs the tests."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
    return kept | {"HOME": str(home), "PYTHONPATH": str(first_on_path or ""), "NO_PROXY": "127.0.0.1"}


has_old_octoai = pytest.mark.skipif(
    not vendor_clients.HAS_OLD_OCTOAI,
    reason=f"octoai-sdk 0.10.1 wants a numpy without a wheel for Python {sys.version_info[0]}.{sys.version_info[1]}",
)
