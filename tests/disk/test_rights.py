"""T-35: nobody else on this computer can read what the studio keeps, from the first byte on, whatever the umask says."""

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.counts import say
from tests.disk.far_side import FarSide

ROOT = Path(__file__).resolve().parents[2]
MASKS = (0o000, 0o022, 0o077)
_MADE = re.compile(
    r'(?:openat\(AT_FDCWD|open\(|mkdir\(|mkdirat\(AT_FDCWD)[, ]*"([^"]+)", (?:(\S+O_CREAT\S*), )?(0\d+)\)'
)

_GONE = re.compile(r'unlink\("([^"]+)"')

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes mean nothing on Windows")


def life(profile: Path, mask: int, *before: str) -> None:
    """One job from the wish to the saved file under a umask."""
    profile.mkdir(mode=0o700)
    with FarSide() as far_side:
        command = [*before, sys.executable, "-m", "tests.disk.life", str(profile), far_side.address, "a lake"]
        subprocess.run(command, cwd=ROOT, check=True, umask=mask, capture_output=True, timeout=60)


def test_t35_everything_of_a_profile_is_for_its_owner_alone(tmp_path: Path) -> None:
    seen = 0
    for mask in MASKS:
        profile = tmp_path / f"{mask:o}"
        life(profile, mask)
        for path in (profile, *profile.rglob("*")):
            mode = stat.S_IMODE(path.stat().st_mode)
            assert mode & 0o077 == 0, f"umask {mask:03o}: {path.relative_to(profile)} has {mode:o}"
            seen += 1
    say("T-35", f"rights: {seen} files and folders under umask 000, 022 and 077, 0 that others can read")


@pytest.mark.long
@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace (Debian: strace)")
def test_t35_from_the_first_byte_on(tmp_path: Path) -> None:
    made = 0
    for mask in MASKS:
        profile, log = tmp_path / f"{mask:o}", tmp_path / f"log-{mask:o}"
        life(profile, mask, "strace", "-f", "-o", str(log), "-e", "trace=open,openat,mkdir,mkdirat,unlink")
        there: set[str] = set()
        for line in log.read_text().splitlines():
            gone = _GONE.search(line)
            if gone is not None:
                there.discard(gone[1])
            match = _MADE.search(line)
            if match is None or not match[1].startswith(str(profile)) or " = -1 " in line:
                continue
            if match[1] in there:
                continue  # SQLite opens what was made private before it came
            there.add(match[1])
            assert int(match[3], 8) & ~mask & 0o077 == 0, f"umask {mask:03o}: {line}"
            made += 1
    assert made > 20
    say("T-35 long", f"rights: {made} calls that make a file or a folder, 0 that others could read for a moment")
