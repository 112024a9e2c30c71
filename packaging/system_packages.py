"""What Slowlight needs from the operating system, how that is found out, and how it is installed.

Qt's wheels bring Qt itself, yet its window, text and sound parts open libraries of the system. The list is what `ldd`
finds missing on a Debian 12 that has nothing but git, make and python3 (PySide6 6.11.3: QtCore, Gui, Widgets, Svg, DBus,
Multimedia, the xcb platform and the FFmpeg plugin). Standard library only: this runs before anything is installed.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Need:
    """One thing of the system: `probe` is a shared library's name, a program's name, or path patterns joined by `:`."""

    probe: str
    apt: str
    dnf: str
    pacman: str

    def is_missing(self) -> bool:
        """Whether it cannot be found here. A library counts as found when the loader opens it."""
        if ".so" in self.probe:
            try:
                ctypes.CDLL(self.probe)
            except OSError:
                return True
            return False
        if self.probe.startswith("/"):
            root = Path("/")
            return not any(any(root.glob(pattern[1:])) for pattern in self.probe.split(":"))
        return shutil.which(self.probe) is None


# Without these `import PySide6.QtWidgets` or `PySide6.QtMultimedia` fails.
QT_CORE: tuple[Need, ...] = (
    Need("libstdc++.so.6", "libstdc++6", "libstdc++", "gcc-libs"),
    Need("libglib-2.0.so.0", "libglib2.0-0", "glib2", "glib2"),
    Need("libgthread-2.0.so.0", "libglib2.0-0", "glib2", "glib2"),
    Need("libdbus-1.so.3", "libdbus-1-3", "dbus-libs", "dbus"),
    Need("libfontconfig.so.1", "libfontconfig1", "fontconfig", "fontconfig"),
    Need("libfreetype.so.6", "libfreetype6", "freetype", "freetype2"),
    Need("libEGL.so.1", "libegl1", "libglvnd-egl", "libglvnd"),
    Need("libGL.so.1", "libgl1", "libglvnd-glx", "libglvnd"),
    Need("libX11.so.6", "libx11-6", "libX11", "libx11"),
    Need("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon", "libxkbcommon"),
    Need("libpulse.so.0", "libpulse0", "pulseaudio-libs", "libpulse"),
    # the FFmpeg plugin: without it films and sound do not play
    Need("libXext.so.6", "libxext6", "libXext", "libxext"),
    Need("libXrandr.so.2", "libxrandr2", "libXrandr", "libxrandr"),
    Need("libdrm.so.2", "libdrm2", "libdrm", "libdrm"),
)

# Without these no window opens under X11 ("could not load the Qt platform plugin xcb").
QT_X11: tuple[Need, ...] = (
    Need("libX11-xcb.so.1", "libx11-xcb1", "libX11-xcb", "libx11"),
    Need("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
    Need("libxcb.so.1", "libxcb1", "libxcb", "libxcb"),
    Need("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    Need("libxcb-glx.so.0", "libxcb-glx0", "libxcb", "libxcb"),
    Need("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    Need("libxcb-image.so.0", "libxcb-image0", "xcb-util-image", "xcb-util-image"),
    Need("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    Need("libxcb-randr.so.0", "libxcb-randr0", "libxcb", "libxcb"),
    Need("libxcb-render.so.0", "libxcb-render0", "libxcb", "libxcb"),
    Need("libxcb-render-util.so.0", "libxcb-render-util0", "xcb-util-renderutil", "xcb-util-renderutil"),
    Need("libxcb-shape.so.0", "libxcb-shape0", "libxcb", "libxcb"),
    Need("libxcb-shm.so.0", "libxcb-shm0", "libxcb", "libxcb"),
    Need("libxcb-sync.so.1", "libxcb-sync1", "libxcb", "libxcb"),
    Need("libxcb-util.so.1", "libxcb-util1", "xcb-util", "xcb-util"),
    Need("libxcb-xfixes.so.0", "libxcb-xfixes0", "libxcb", "libxcb"),
    Need("libxcb-xkb.so.1", "libxcb-xkb1", "libxcb", "libxcb"),
)

# A screen, a session bus, the accessibility interface with a reader for it, and a keychain: for the tests that use them.
TEST_TOOLS: tuple[Need, ...] = (
    Need("Xvfb", "xvfb", "xorg-x11-server-Xvfb", "xorg-server-xvfb"),
    Need("xauth", "xauth", "xorg-x11-xauth", "xorg-xauth"),
    Need("dbus-run-session", "dbus-daemon", "dbus-daemon", "dbus"),
    Need("dbus-launch", "dbus-x11", "dbus-x11", "dbus"),
    Need(
        "/usr/libexec/at-spi-bus-launcher:/usr/lib/at-spi*bus-launcher:/usr/lib/at-spi2-core/at-spi-bus-launcher",
        "at-spi2-core",
        "at-spi2-core",
        "at-spi2-core",
    ),
    Need("/usr/lib*/python3*/*-packages/pyatspi/__init__.py", "python3-pyatspi", "python3-pyatspi", "python-atspi"),
    Need("gnome-keyring-daemon", "gnome-keyring", "gnome-keyring", "gnome-keyring"),
)

# What `make package` calls. libpython: Debian's own Python is linked without it, and a frozen program needs it.
PACKAGE_TOOLS: tuple[Need, ...] = (
    Need(
        f"libpython{sys.version_info[0]}.{sys.version_info[1]}.so.1.0",
        f"libpython{sys.version_info[0]}.{sys.version_info[1]}",
        "python3-libs",
        "python",
    ),
    Need("objdump", "binutils", "binutils", "binutils"),
    Need("patchelf", "patchelf", "patchelf", "patchelf"),
    Need("dpkg-deb", "dpkg", "dpkg", "dpkg"),
    Need("lintian", "lintian", "lintian", "lintian"),
    Need("desktop-file-validate", "desktop-file-utils", "desktop-file-utils", "desktop-file-utils"),
    Need("appstreamcli", "appstream", "appstream", "appstream"),
    Need("makensis", "nsis", "mingw32-nsis", "nsis"),
    Need("Xvfb", "xvfb", "xorg-x11-server-Xvfb", "xorg-server-xvfb"),
)


def missing(needs: tuple[Need, ...]) -> list[Need]:
    """Those of `needs` that this Linux lacks, in order; nothing on other systems, where Qt's wheels bring everything."""
    if not sys.platform.startswith("linux"):
        return []
    return [need for need in needs if need.is_missing()]


def install_line(needs: list[Need]) -> str:
    """The command that installs them here, for a person to type; Debian's names where no package manager is known."""
    known = [program for program in ("apt-get", "dnf", "pacman") if shutil.which(program)] or ["apt-get"]
    word = "-S" if known[0] == "pacman" else "install"
    return f"sudo {known[0]} {word} {' '.join(names_for(known[0], needs))}"


def names_for(program: str, needs: list[Need]) -> list[str]:
    """What `needs` are called by a package manager, each name once."""
    names = [{"dnf": need.dnf, "pacman": need.pacman}.get(program, need.apt) for need in needs]
    return list(dict.fromkeys(names))


def apt_command() -> list[str] | None:
    """How apt-get is called here without a question; None where it or the right to use it is missing."""
    apt = shutil.which("apt-get")
    if apt is None:
        return None
    # env carries the variable through sudo, which would drop it; a second package manager may hold the lock for a while
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", apt, "-q", "-o", "DPkg::Lock::Timeout=120"]
    if os.geteuid() == 0:
        return quiet
    if shutil.which("sudo") and _runs(["sudo", "-n", "true"]):
        return ["sudo", "-n", *quiet]
    return None


def install(apt: list[str], packages: list[str]) -> bool:
    """Install Debian packages with `apt_command()`; false when it fails."""
    command = [*apt, "install", "-y", "--no-install-recommends", *packages]
    # Fresh package lists are fetched only when the known ones do not lead to the packages.
    return _runs(command) or (_runs([*apt, "update"]) and _runs(command))


def _runs(command: list[str]) -> bool:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return done.returncode == 0
