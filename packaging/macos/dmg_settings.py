"""How the disk image looks when it is opened: the program at the left, the Applications folder at the right (dmgbuild)."""

import os

application = defines["app"]  # type: ignore[name-defined]  # noqa: F821  dmgbuild's -D app=...
format = "UDZO"  # noqa: A001  the names are dmgbuild's
files = [application]
symlinks = {"Applications": "/Applications"}
icon_locations = {os.path.basename(application): (150, 170), "Applications": (450, 170)}  # noqa: PTH119
window_rect = ((200, 200), (600, 380))
icon_size = 112
default_view = "icon-view"
show_status_bar = False
show_toolbar = False
