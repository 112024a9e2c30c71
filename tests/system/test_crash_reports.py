"""What nobody caught is written down at once, without keys, and offered once; nothing of it is sent."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.system.crash_reports import KEPT, MOST_PER_RUN, CrashReports
from app.system.redaction import register_secret

ROOT = Path(__file__).resolve().parents[2]
KEY = "sk-CANARY-5b1f77d0c2"
DIES = """
import asyncio, sys, threading
from pathlib import Path
from app.system.crash_reports import CrashReports
from app.system.logs import install_hooks
from app.system.redaction import register_secret
register_secret({key!r})
reports = CrashReports(Path(sys.argv[1]))

async def main():
    install_hooks(reports.write)
    secret = {key!r}
    asyncio.get_running_loop().call_soon(lambda: 1 / 0)
    threading.Thread(target=lambda: [][1]).start()
    await asyncio.sleep(0)
    await asyncio.sleep(0)

asyncio.run(main())
raise ValueError("the key is " + {key!r})
"""


def test_what_nobody_caught_in_the_loop_in_a_thread_and_at_last_is_in_three_reports(tmp_path: Path) -> None:
    code = DIES.format(key=KEY)
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "reports")], cwd=ROOT, check=False, capture_output=True
    )
    assert done.returncode == 1
    reports = CrashReports(tmp_path / "reports")
    words = reports.text()
    assert len(reports.new()) == 3
    for error in ("ZeroDivisionError", "IndexError", "ValueError: the key is ***"):
        assert error in words
    assert KEY not in words
    assert "Slowlight" in words


def test_a_report_is_offered_once_and_kept_until_it_is_deleted(tmp_path: Path) -> None:
    reports = CrashReports(tmp_path / "reports")
    assert reports.new() == []
    assert reports.text() == ""
    reports.write("it fell over")
    again = CrashReports(tmp_path / "reports")
    assert len(again.new()) == 1
    assert len(again.offered()) == 1
    assert again.new() == []
    assert "it fell over" in again.text()
    if os.name == "posix":
        assert all(path.stat().st_mode & 0o077 == 0 for path in again.offered())
    again.delete_all()
    assert again.text() == ""


def test_a_report_names_neither_the_key_nor_the_person(tmp_path: Path) -> None:
    register_secret(KEY)
    reports = CrashReports(tmp_path / "reports")
    reports.write(f"{Path.home()}/app/x.py asked https://user:pw@host.test/a?sig=1 with {KEY}")
    words = reports.text()
    assert KEY not in words
    assert str(Path.home()) not in words
    assert "sig=1" not in words


def test_a_fault_that_repeats_itself_does_not_fill_the_disk(tmp_path: Path) -> None:
    reports = CrashReports(tmp_path / "reports")
    now = datetime(2026, 1, 2, tzinfo=UTC)
    for number in range(3 * MOST_PER_RUN):
        reports.write("the same", when=now)
        reports.write(f"number {number}", when=now + timedelta(seconds=number))
    kept = reports.new()
    assert len(kept) == KEPT
    assert "number 18" in reports.text()


def test_a_disk_that_takes_no_report_costs_the_report_alone(tmp_path: Path) -> None:
    blocked = tmp_path / "reports"
    blocked.write_text("a file stands in the way")
    reports = CrashReports(blocked)
    reports.write("lost")
    assert reports.new() == []
