"""The demo server as a program of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.sandbox.__main__ import main
from app.sandbox.parent import wait_until_gone
from tests.sandbox.calls import PATH, call

COMMAND = [sys.executable, "-m", "app.sandbox"]


def run_briefly(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=30, check=False)


def test_it_announces_itself_in_one_line_and_says_nothing_else() -> None:
    with subprocess.Popen(
        [*COMMAND, "--port", "0", "--announce", "--any-key", "--media", "small", "--speed", "1000"],
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        said = json.loads(server.stdout.readline())
        assert said["base_url"] == f"http://127.0.0.1:{said['port']}"
        body = {"model": "Qwen/Qwen-Image", "config": {"prompt": "x"}}
        assert call(said["base_url"], "POST", PATH, body, auth="whatever").status == 200
        deadline = time.monotonic() + 20
        while call(said["base_url"], "GET", PATH, auth="whatever").json["generation_list"][0]["status"] != "completed":
            assert time.monotonic() < deadline
            time.sleep(0.02)
        server.send_signal(signal.SIGTERM)
        assert server.stdout.read() == ""
        assert server.wait(10) in (0, -signal.SIGTERM)


def test_it_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    told = tmp_path / "told"
    script = (
        "import subprocess, sys, os, pathlib\n"
        "p = subprocess.Popen([sys.executable, '-m', 'app.sandbox', '--port', '0', '--announce',"
        " '--parent-pid', str(os.getpid())], stdout=subprocess.PIPE)\n"
        "line = p.stdout.readline().decode()\n"
        f"pathlib.Path({str(told)!r}).write_text(line)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", script], timeout=30, check=False)
    port = json.loads(told.read_text(encoding="utf-8"))["port"]
    deadline = time.monotonic() + 10
    while _answers(port):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_process_that_is_gone_already_is_not_waited_for() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    wait_until_gone(gone.pid)


def test_a_dead_process_that_nobody_collected_counts_as_gone() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as zombie:
        wait_until_gone(zombie.pid)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--host", "0.0.0.0"], "not a loopback address"),  # noqa: S104 (it is refused)
        (["--speed", "0"], "not above zero"),
        (["--speed", "fast"], "fast"),
        (["--port", "99999"], "not a port"),
        (["--dialect", "other"], "other"),
    ],
)
def test_wrong_arguments_are_named(wrong: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(wrong)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_the_marks_are_explained_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "[lost]" in capsys.readouterr().out


def test_a_port_in_use_is_said_plainly() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        failed = run_briefly("--port", str(taken.getsockname()[1]))
    assert failed.returncode == 1
    assert failed.stderr.startswith("Cannot listen on 127.0.0.1")


def test_the_server_loads_no_qt_and_the_studio_no_widgets() -> None:
    code = (
        "import sys\n"
        "import app.sandbox.__main__, app.sandbox.running\n"
        "assert not [m for m in sys.modules if m.startswith('PySide6')]\n"
        "import app.sandbox.media.maker\n"
        "assert 'PySide6.QtGui' in sys.modules\n"
        "assert 'PySide6.QtWidgets' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr


def test_it_works_without_a_screen_and_without_a_sound_device() -> None:
    bare = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    bare |= {"QT_QPA_PLATFORM": "xcb", "PULSE_SERVER": "unix:/nowhere", "XDG_RUNTIME_DIR": "/nowhere"}
    code = (
        "if __name__ == '__main__':\n"
        "    from tests.sandbox.calls import VIDEO, create, finished\n"
        "    from app.sandbox.running import RunningSandbox\n"
        "    with RunningSandbox() as s:\n"
        "        assert finished(s.base_url, create(s.base_url, VIDEO)['id'])['status'] == 'completed'\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False, env=bare
    )
    assert done.returncode == 0, done.stderr
