"""Renews the hash-locked dependency lists from pyproject.toml.

`make lock` keeps the versions that still fit, `make lock ARGS=--upgrade` takes newer ones. Nothing younger than seven
days is taken: a broken or stolen release is usually found within that time. One list serves every system and Python
3.11 to 3.13; no index address is written down.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"runtime": ["build"], "dev": ["dev"], "clients": ["clients"], "package": ["package"], "audit": ["audit"]}
WITHOUT_THE_STUDIO = {"clients", "audit"}  # installed into an environment of their own
REST_DAYS = 7


def main(options: list[str]) -> int:
    """Write every list, passing `options` on to uv; the exit status of the first step that fails, else 0."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "uv"]
    status = subprocess.run(pip, check=False).returncode
    newest = (datetime.now(UTC) - timedelta(days=REST_DAYS)).strftime("%Y-%m-%dT00:00:00Z")
    for name, groups in LOCKS.items():
        if status == 0:
            status = subprocess.run(_compile(name, groups, newest, options), cwd=ROOT, check=False).returncode
    return status


def _compile(name: str, groups: list[str], newest: str, options: list[str]) -> list[str]:
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--no-header", "--no-emit-index-url", "--exclude-newer", newest]
    command += [part for group in groups for part in ("--group", group)]
    project = [] if name in WITHOUT_THE_STUDIO else ["pyproject.toml"]
    return [*command, *options, *project, "-o", f"packaging/locks/{name}.txt"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
