"""`make benchmark`: start-up compared with a bare PySide6 window in the same run, and idle memory.

The machine may be busy: starts alternate, and the medians are compared as a ratio. Exit 1 when a limit is broken.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

STARTS = 7
LARGEST_RATIO = 2.5
IDLE_S = 6.0
MOST_MEMORY_MB = 180.0


def _start(*arguments: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.first_window", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=_environment())
    facts: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return facts


def _environment() -> dict[str, str]:
    """On a screen where there is one, else offscreen."""
    environment = {**os.environ, "QT_LOGGING_RULES": "qt.multimedia.*=false"}
    # people's second start finds compiled modules; so do these
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    return environment


def main() -> int:
    """Prints both numbers beside their limits."""
    with tempfile.TemporaryDirectory(prefix="slowlight-benchmark-") as folder:
        profile = str(Path(folder) / "profile")
        _start("studio", profile)  # the first start makes folders and database
        bare, studio = [], []
        for _ in range(STARTS):
            bare.append(_start("bare")["first_window_s"])
            studio.append(_start("studio", profile)["first_window_s"])
        idle = _start("studio", profile, str(IDLE_S))
    ratio = median(studio) / median(bare)
    platform = _environment().get("QT_QPA_PLATFORM", "screen")
    print(f"platform: {platform}, {STARTS} starts each, alternating, medians")
    print(f"bare PySide6 window: {median(bare):.3f} s    studio: {median(studio):.3f} s")
    print(f"start-up ratio: {ratio:.2f} (limit {LARGEST_RATIO})")
    print(
        f"idle memory: {idle['rss_mb']:.0f} MB resident, {idle['uss_mb']:.0f} MB of its own (limit {MOST_MEMORY_MB:.0f})"
    )
    return 0 if ratio <= LARGEST_RATIO and idle["rss_mb"] <= MOST_MEMORY_MB else 1


if __name__ == "__main__":
    sys.exit(main())
