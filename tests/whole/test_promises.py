"""What the README promises, tried with a real server, a real database, real files, and kill -9."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Self

import psutil
import pytest

from app.sandbox.running import QUICK, RunningSandbox

KEY = "sk-canary-0123456789"


@pytest.fixture
def server() -> Iterator[RunningSandbox]:
    """NetMind's dialect under a key of its own, slow enough to be killed in the middle."""
    with RunningSandbox(replace(QUICK, keys=(KEY,), speed=4.0)) as running:
        yield running


def _point_at(profile: Path, server: RunningSandbox) -> None:
    profile.mkdir(parents=True)
    settings = {"providers": {"netmind": {"base_url": server.base_url}}, "kept_for": "another program"}
    (profile / "settings.json").write_text(json.dumps(settings))


class Driven:
    """The studio as a process; its states come line by line. Ends with the test, whatever happened."""

    def __init__(self, profile: Path, prompt: str = "", *, demo: bool = False) -> None:
        environment = {**os.environ, "NETMIND_API_KEY": f" Bearer {KEY}\n", "QT_QPA_PLATFORM": "offscreen"}
        what = ["--demo"] if demo else []
        command = [sys.executable, "-m", "tests.whole.driver", *what, str(profile), *([prompt] if prompt else [])]
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.__exit__(None, None, None)

    def states(self) -> Iterator[str]:
        """Each state as it is told, to the end of the process."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            yield line.split()[1]

    def read_until(self, state: str) -> None:
        seen = []
        for told in self.states():
            seen.append(told)
            if told == state:
                return
        raise AssertionError(f"{state} never came, only {seen}")

    def ends_well(self) -> bool:
        return self._process.wait(30) == 0

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def demo_servers(self) -> list[psutil.Process]:
        """The demo servers that it started."""
        return [child for child in psutil.Process(self._process.pid).children() if "app.sandbox" in child.cmdline()]


def _pictures(profile: Path) -> list[Path]:
    return sorted((profile / "library" / "images").glob("*.png"))


def _posts(server: RunningSandbox) -> int:
    return sum(1 for request in server.requests if request.method == "POST")


def test_a_key_from_the_environment_and_an_address_from_the_settings_are_enough(
    server: RunningSandbox, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    _point_at(profile, server)
    with Driven(profile, "a red boat") as studio:
        studio.read_until("done")
        assert studio.ends_well()
    assert _posts(server) == 1
    assert len(_pictures(profile)) == 1
    assert json.loads((profile / "settings.json").read_text())["kept_for"] == "another program"


def test_the_key_travels_on_no_result_link_and_lies_nowhere_below_the_profile(
    server: RunningSandbox, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    _point_at(profile, server)
    with Driven(profile, "a red boat") as studio:
        studio.read_until("done")
        assert studio.ends_well()
    links = [request for request in server.requests if request.path.startswith("/files/")]
    assert links
    for request in links:
        assert "authorization" not in {name.lower() for name, _value in request.headers}
        assert KEY not in str(request.headers)
    holders = [path for path in profile.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert holders == []


@pytest.mark.parametrize("state", ["queued", "running", "saving"])
def test_a_job_survives_kill_9_and_arrives_with_one_paid_request(
    server: RunningSandbox, tmp_path: Path, state: str
) -> None:
    profile = tmp_path / "profile"
    _point_at(profile, server)
    with Driven(profile, "a boat that outlives its program") as studio:
        studio.read_until(state)
        studio.kill()
    with Driven(profile) as again:
        again.read_until("done")
        assert again.ends_well()
    assert _posts(server) == 1
    assert len(_pictures(profile)) == 1
    assert not list((profile / "library").rglob("*.part"))


def test_a_demo_job_survives_kill_9_of_the_studio_and_its_server_ends_with_it(tmp_path: Path) -> None:
    with Driven(tmp_path, "a boat of formulas", demo=True) as studio:
        studio.read_until("running")
        servers = studio.demo_servers()
        studio.kill()
    assert psutil.wait_procs(servers, timeout=10)[1] == []
    with Driven(tmp_path, demo=True) as again:
        again.read_until("done")
        assert again.ends_well()
    assert len(_pictures(tmp_path)) == 1


def test_a_demo_job_survives_the_death_of_its_server(tmp_path: Path) -> None:
    with Driven(tmp_path, "a boat of formulas", demo=True) as studio:
        studio.read_until("queued")
        (server,) = studio.demo_servers()
        server.kill()
        studio.read_until("done")
        assert studio.ends_well()
    assert len(_pictures(tmp_path)) == 1


def test_a_lost_answer_leaves_the_job_unsure_and_it_is_never_paid_again(server: RunningSandbox, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    _point_at(profile, server)
    with Driven(profile, "[lost] an answer that never comes") as studio:
        studio.read_until("unsure")
        assert studio.ends_well()
    assert _posts(server) == 1
    with Driven(profile) as again:
        assert set(again.states()) == {"unsure"}
        assert again.ends_well()
    assert _posts(server) == 1
