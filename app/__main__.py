"""Slowlight's way in: arguments, then the one event loop."""

import argparse
import os
import sys
from pathlib import Path

import app


def _arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="slowlight", description="A desktop studio for pictures, films and sound.")
    parser.add_argument("--profile", type=Path, metavar="DIR", help="keep everything below DIR")
    parser.add_argument("--demo", action="store_true", help="skip the welcome, with the demo switched on")
    parser.add_argument("--self-test", action="store_true", help="run one demo job of each medium without a screen")
    parser.add_argument("--version", action="version", version=f"Slowlight {app.__version__}")
    return parser.parse_args(given)


def main() -> int:
    """Answers the exit code."""
    if getattr(sys, "frozen", False):  # the demo's painters are children, and a child is this program again
        import multiprocessing

        multiprocessing.freeze_support()
    if sys.argv[1:2] == ["--sandbox"]:
        from app.sandbox.__main__ import main as run_sandbox

        return run_sandbox(sys.argv[2:])
    if sys.argv[1:2] == ["--preview-worker"]:
        from app.preview.__main__ import main as run_preview

        return run_preview()
    chosen = _arguments(sys.argv[1:])
    if chosen.self_test:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ.setdefault("QT_LOGGING_RULES", "qt.multimedia.*=false")
    from app.application import Options
    from app.run import run

    return run(Options(profile=chosen.profile, demo=chosen.demo, self_test=chosen.self_test))


if __name__ == "__main__":
    sys.exit(main())
