"""From options to exit code: the Qt application, its look, the loop, and the studio with or without a window."""

import logging
import sys

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

import app
from app.application import Options
from app.system import event_loop

log = logging.getLogger(__name__)


def run(options: Options, qt: QApplication | None = None) -> int:
    """Runs until the window is closed, or until the self-test has ended. `qt` may be there already, watched by somebody."""
    QGuiApplication.setDesktopFileName("slowlight")
    qt = qt or QApplication(sys.argv[:1])
    qt.setApplicationName("Slowlight")
    qt.setApplicationVersion(app.__version__)
    qt.setQuitOnLastWindowClosed(False)
    if options.self_test:
        from app.self_test import self_test

        return event_loop.run(qt, self_test(options))
    from app.opening import open_studio

    return event_loop.run(qt, open_studio(qt, options))
