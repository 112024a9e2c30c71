"""`--preview-worker`: answers questions on standard input until it is closed; started by `app.services.preview_process`."""

import faulthandler
import os
import signal
import sys

from app.preview import cell


def main() -> int:
    """Limits first, then Qt, then a line that says that it is ready."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal is for the program that asks
    asking = os.fdopen(os.dup(0), "rb")
    answers = cell.answers_only()
    is_cut_off = cell.close_doors()
    faulthandler.enable()

    from PySide6.QtGui import QGuiApplication, QImageReader

    from app.preview.desk import Desk
    from app.system.preview_wire import send

    qt = QGuiApplication(sys.argv[:1])
    qt.setQuitOnLastWindowClosed(False)
    QImageReader.supportedImageFormats()  # finds the plug-ins now, not while somebody waits
    desk = Desk(asking, answers)
    send(answers, {"ready": True, "cut_off": is_cut_off})
    desk.open()
    return qt.exec()


if __name__ == "__main__":
    sys.exit(main())
