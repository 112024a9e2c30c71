"""What is written down is private, redacted and bounded; what nobody caught is told once, without a traceback on screen."""

import contextlib
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.system.logs import FILE_BYTES, LONGEST_LINE_CHARS, PrivateRotatingHandler, RedactingFormatter
from app.system.redaction import register_secret

ROOT = Path(__file__).resolve().parents[2]
KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"


def run(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A program of its own, because hooks and the root logger belong to a whole process."""
    return subprocess.run(
        [sys.executable, "-c", code, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


def test_the_log_holds_the_events_and_never_the_key(tmp_path: Path) -> None:
    code = f"""
import logging, pathlib, sys
from app.system.logs import start_logging
from app.system.redaction import register_secret
register_secret({KEY!r})
start_logging(pathlib.Path(sys.argv[1]))
log = logging.getLogger("app.test")
log.info("asked https://host.test/a?sig=%s", {KEY!r})
logging.getLogger("httpx").info("HTTP Request: GET https://host.test/noisy")
try:
    raise ValueError("the key was " + {KEY!r})
except ValueError:
    log.exception("it failed with %s", {KEY!r})
"""
    done = run(code, tmp_path / "logs")
    assert done.returncode == 0, done.stderr
    written = (tmp_path / "logs" / "slowlight.log").read_text()
    assert "asked https://host.test/a\n" in written
    assert "ValueError: the key was ***" in written
    assert "noisy" not in written
    assert KEY not in written + done.stderr + done.stdout
    if os.name == "posix":
        assert (tmp_path / "logs" / "slowlight.log").stat().st_mode & 0o777 == 0o600


def test_the_name_of_a_logger_hides_no_word_of_its_line(tmp_path: Path) -> None:
    code = """
import logging, pathlib, sys
from app.system.logs import start_logging
start_logging(pathlib.Path(sys.argv[1]))
logging.getLogger("app.store.secret_store").warning("keyring offers a backend; token: abcdef")
"""
    told = run(code, tmp_path).stderr
    assert "[app.store.secret_store] keyring offers a backend; token: ***" in told


def test_three_files_of_one_mebibyte_are_the_most(tmp_path: Path) -> None:
    handler = PrivateRotatingHandler(
        tmp_path / "slowlight.log", maxBytes=FILE_BYTES, backupCount=2, encoding="utf-8", errors="replace"
    )
    handler.setFormatter(RedactingFormatter())
    for _ in range(400):
        handler.handle(logging.LogRecord("x", logging.INFO, "", 0, "\ud800" + "y z " * 2500, None, None))
    handler.close()
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["slowlight.log", "slowlight.log.1", "slowlight.log.2"]
    for file in files:
        assert file.stat().st_size <= FILE_BYTES
        if os.name == "posix":
            assert file.stat().st_mode & 0o777 == 0o600


def test_a_key_that_lies_across_the_end_of_a_line_is_hidden_whole() -> None:
    register_secret(KEY)
    line = "-" * (LONGEST_LINE_CHARS - 10) + KEY
    shown = RedactingFormatter().format(logging.LogRecord("x", logging.INFO, "", 0, line, None, None))
    assert len(shown) <= LONGEST_LINE_CHARS
    assert KEY[:8] not in shown


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_costs_log_lines_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    handler = PrivateRotatingHandler(tmp_path / "slowlight.log", encoding="utf-8")
    with contextlib.suppress(OSError), Path("/dev/full").open("w", encoding="utf-8") as full:
        before = handler.setStream(full)
        assert before is not None
        before.close()
        handler.handle(logging.LogRecord("x", logging.INFO, "", 0, "y" * 100_000, None, None))
        assert capsys.readouterr().err == ""
    handler.stream = None
    handler.close()


HOOKS = """
import gc, pathlib, sys, threading
from app.system.logs import install_hooks, start_logging
from app.system.redaction import register_secret
register_secret({key!r})
start_logging(pathlib.Path(sys.argv[1]))
told = []
def on_crash(text):
    told.append(text)
    raise RuntimeError("the reporter itself is broken")
install_hooks(on_crash)

def boom():
    secret = {key!r}
    raise ValueError("boom " + secret)

class Dying:
    def __del__(self):
        boom()

thread = threading.Thread(target=boom)
thread.start()
thread.join()
threading.Thread(target=sys.exit).start()
Dying()
gc.collect()
sys.excepthook(*_info())
assert len(told) == 3, told
assert all("ValueError: boom ***" in text for text in told)
assert not any({key!r} in text for text in told)
print("told", len(told))
"""


def test_what_nobody_caught_is_told_once_and_without_the_key(tmp_path: Path) -> None:
    code = HOOKS.format(key=KEY).replace(
        "sys.excepthook(*_info())", "try:\n    boom()\nexcept ValueError:\n    sys.excepthook(*sys.exc_info())"
    )
    done = run(code, tmp_path / "logs")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "told 3"
    assert KEY not in (tmp_path / "logs" / "slowlight.log").read_text() + done.stderr


def test_the_last_words_of_a_dying_interpreter_are_found_by_the_next_run(tmp_path: Path) -> None:
    file = tmp_path / "logs" / "crash.txt"
    code = """
import ctypes, pathlib, sys
from app.system.logs import watch_for_crashes
print(repr(watch_for_crashes(pathlib.Path(sys.argv[1]))), flush=True)
if len(sys.argv) < 3:
    import faulthandler, os, resource, signal
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.kill(os.getpid(), signal.SIGSEGV)
"""
    if os.name != "posix":
        pytest.skip("signals of a dying process are tried on posix")
    assert run(code, file).stdout.strip() == "''"
    assert "Segmentation fault" in file.read_text()
    again = run(code.replace("len(sys.argv) < 3", "False"), file)
    assert "Segmentation fault" in again.stdout
    assert file.read_text() == ""
