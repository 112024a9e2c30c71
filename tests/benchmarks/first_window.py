"""One start, in a process of its own: prints how long it took until the first window was painted, as one line of JSON.

`python -m tests.benchmarks.first_window bare` opens a bare PySide6 window, `... studio DIR` the studio on a profile,
`... studio DIR SECONDS` waits after that and adds the memory in use. Times are seconds since the process was started.
"""

import json
import os
import sys
import time
from pathlib import Path

import psutil


def _since_start_s() -> float:
    return time.time() - psutil.Process().create_time()


def _tell(**facts: float) -> None:
    print(json.dumps(facts), flush=True)


def bare() -> int:
    """As little as PySide6 needs to show a window with words in it."""
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QApplication, QLabel

    class FirstPaint(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                _tell(first_window_s=_since_start_s())
                QApplication.exit(0)
            return False

    app = QApplication([])
    label = QLabel("Slowlight")
    label.resize(1280, 800)
    watcher = FirstPaint()
    label.installEventFilter(watcher)
    label.show()
    return app.exec()


def studio(profile: Path, idle_s: float) -> int:
    """The studio as `--demo` opens it; ends by SIGTERM as a system's session manager would end it."""
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication

    from app.application import Options
    from app.run import run

    class FirstPaint(QObject):
        def __init__(self) -> None:
            super().__init__()
            self.seen = False

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and not self.seen:
                self.seen = True
                self.first_window_s = _since_start_s()
                QTimer.singleShot(round(idle_s * 1000), self.end)
            return False

        def end(self) -> None:
            memory = psutil.Process().memory_full_info()
            _tell(first_window_s=self.first_window_s, rss_mb=memory.rss / 1e6, uss_mb=memory.uss / 1e6)
            os.kill(os.getpid(), 15)

    qt = QApplication(sys.argv[:1])
    watcher = FirstPaint()
    qt.installEventFilter(watcher)
    return run(Options(profile=profile, demo=True), qt)


if __name__ == "__main__":
    if sys.argv[1] == "bare":
        sys.exit(bare())
    sys.exit(studio(Path(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 0.0))
