"""What the first window does not need is not loaded before it: start-up is waiting for everybody, every time."""

import subprocess
import sys

HEAVY = ("httpx", "httpcore", "http.cookiejar", "jsonschema", "keyring", "starlette", "uvicorn", "multiprocessing")
HEAVY_QT = ("QtMultimedia", "QtMultimediaWidgets", "QtNetwork")


def test_the_window_is_there_before_the_heavy_libraries() -> None:
    ask = "import sys, app.run, app.studio_window; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.split()
    too_early = {*HEAVY, *(f"PySide6.{name}" for name in HEAVY_QT)} & set(loaded)
    assert not too_early, f"{sorted(too_early)} belong into the function that needs them first"
