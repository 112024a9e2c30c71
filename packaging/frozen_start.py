"""Runs first in the packaged program: what it starts (a browser, the film player) must not load our libraries.

PyInstaller's starter puts our folder into LD_LIBRARY_PATH for this process, and keeps the value of before beside it. The
loader has read it by now; in the environment it would only be handed on. A child that is this program again needs it all
the same: the last variable tells its starter to begin from the beginning, as for a program that a person starts.
"""

import os
import sys

if sys.platform.startswith("linux"):
    before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if before is None:
        os.environ.pop("LD_LIBRARY_PATH", None)
    else:
        os.environ["LD_LIBRARY_PATH"] = before
os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
