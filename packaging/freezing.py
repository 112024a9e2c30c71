"""What goes into the packaged program and what stays out: the one list that build.spec and the comparison window share.

Qt's wheels bring some 150 plugins; PyInstaller collects those of every module it meets, and the libraries of each. Here the
used ones are named, and a library that nothing kept needs is left out again. Nothing is stripped of Qt and FFmpeg: a
stripped media back end shows no film and no error (ecosystem.md 5).
"""

from __future__ import annotations

import platform
import posixpath
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import PurePath
from typing import Any

Entry = tuple[str, str, str]
"""As PyInstaller's lists hold it: name inside the program, path of the source, type code."""

PLUGINS: dict[str, frozenset[str]] = {
    # pictures that creators get: png is built into Qt. No svg, tiff, icns, tga, pdf: their readers open other files, or
    # were written for friends only (reliability.md S10)
    "imageformats": frozenset({"qgif", "qjpeg", "qwebp"}),
    "multimedia": frozenset({"ffmpegmediaplugin"}),
    "platforms": frozenset({"qcocoa", "qoffscreen", "qwayland", "qwindows", "qxcb"}),
    "platforminputcontexts": frozenset({"composeplatforminputcontextplugin", "ibusplatforminputcontextplugin"}),
    "platformthemes": frozenset({"qgtk3", "qxdgdesktopportal"}),
    "wayland-decoration-client": frozenset({"adwaita", "bradient"}),
    "wayland-graphics-integration-client": frozenset({"dmabuf-server", "qt-plugin-wayland-egl"}),
    "wayland-shell-integration": frozenset({"xdg-shell"}),
    "xcbglintegrations": frozenset({"qxcb-egl-integration", "qxcb-glx-integration"}),
}
"""Every Qt plugin of the packaged program, by folder. A folder or a file that is not named here is left out."""

UNUSED_MODULES = (
    "PIL",
    "_distutils_hack",
    "distutils",
    "ensurepip",
    "httpx._main",  # httpx as a command line program
    "idlelib",
    "lib2to3",
    "numpy",
    "pip",
    "pkg_resources",
    "pydoc",
    "pydoc_data",
    "pygments",
    "rich",
    "setuptools",
    "test",
    "tkinter",
    "unittest",
    "uvicorn.supervisors.watchfilesreload",
    "uvloop",
    "watchfiles",
    "websockets",
)
"""Python modules that are imported nowhere at run time, but found by a search for imports."""

SYSTEM_LIBRARIES = re.compile(
    r"lib(?:X11|X11-xcb|xcb|Xext|Xrandr|Xrender|Xau|Xdmcp|EGL|GL|GLX|OpenGL|GLdispatch|drm|va|va-drm|va-x11|gbm"
    r"|glib-2\.0|gobject-2\.0|gio-2\.0|gmodule-2\.0|gthread-2\.0|gtk-3|gdk-3|gdk_pixbuf-2\.0|pango.*|cairo.*|atk.*|harfbuzz.*"
    r"|dbus-1|systemd|selinux|mount|blkid|pulse.*|asound|fontconfig|freetype|wayland-.*|udev"
    r"|stdc\+\+|gcc_s|apparmor|gcrypt|gpg-error|cap|sndfile|asyncns|vulkan)\.so"
)
"""Libraries of Linux that fit the computer's drivers, desktop or C library, taken from it and not brought along."""

_QT_PLACE = re.compile(r"^PySide6/(?:Qt/)?(?P<kind>plugins|translations|qml|resources|libexec)/(?P<rest>.+)$")
_BEGINNING = re.compile(
    r"\.(?:cpython-[\w-]+|abi3|cp\d+-[\w-]+)?\.?(?:so|pyd)$"  # a Python module
    r"|/plugins/"  # Qt opens these by folder
    r"|^(?:lib)?python3?[\d.]*\.(?:so[\d.]*|dll|dylib)$|^Python(?:$|\.framework)|vcruntime|msvcp|ucrtbase|api-ms-",  # Python
    re.IGNORECASE,
)
_LIBRARY_VERSION = re.compile(r"\.so\.\d|\.dylib$|\.dll$|\.framework/")


def tidy(analysis: Any, languages: Iterable[str] = ()) -> None:
    """Leave out of a PyInstaller `Analysis` the plugins that nobody uses, then the libraries that only those needed."""
    entries = [*analysis.binaries, *analysis.datas]
    datas = [entry for entry in analysis.datas if keeps(entry[0], languages)]
    binaries = [entry for entry in analysis.binaries if keeps(entry[0], languages)]
    binaries = without_orphans(binaries, _imports)
    gone = {_posix(entry) for entry in entries} - {_posix(entry) for entry in (*binaries, *datas)}
    analysis.binaries = without_loose_links(binaries, gone)
    analysis.datas = without_loose_links(datas, gone)


def _imports(path: str) -> list[str]:
    """The libraries that a file asks for itself; ldd would add those that the system's libraries ask for in turn."""
    if platform.system() == "Linux":
        return needed_by_elf(path)
    found = import_module("PyInstaller.depend.bindepend").get_imports(path)
    return [name for name, _ in found]


def _posix(entry: Entry) -> str:
    return PurePath(entry[0]).as_posix()


def keeps(name: str, languages: Iterable[str] = ()) -> bool:
    """Whether the file `name` (its place in the program) belongs in: only named plugins, only the shown languages."""
    place = _QT_PLACE.match(PurePath(name).as_posix())
    if place is None:
        return not (sys.platform == "linux" and SYSTEM_LIBRARIES.match(PurePath(name).name))
    if place["kind"] == "plugins":
        folder, _, file = place["rest"].partition("/")
        return plugin_name(file) in PLUGINS.get(folder, frozenset())
    if place["kind"] == "translations":
        return any(place["rest"] == f"qtbase_{language}.qm" for language in languages)
    return False


def plugin_name(file: str) -> str:
    """What Qt calls the plugin in `file`, without the system's beginning and ending."""
    stem = PurePath(file).name.split(".")[0]
    return stem.removeprefix("lib") if not file.endswith(".dll") else stem


def without_orphans(entries: list[Entry], imports: Callable[[str], Iterable[str]]) -> list[Entry]:
    """`entries` without libraries that nothing kept needs.

    `imports(path)` names the libraries that a file asks for. Python's modules and Qt's plugins are where it begins.
    """
    by_file = {PurePath(entry[0]).name: entry for entry in entries}
    waiting = [entry for entry in entries if _is_beginning(_posix(entry))]
    kept = {entry[0] for entry in waiting}
    while waiting:
        for name in imports(waiting.pop()[1]):
            needed = by_file.get(PurePath(name).name)
            if needed is not None and needed[0] not in kept:
                kept.add(needed[0])
                waiting.append(needed)
    return [entry for entry in entries if entry[0] in kept]


def _is_beginning(name: str) -> bool:
    return bool(_BEGINNING.search(name)) or not _LIBRARY_VERSION.search(name)


def needed_by_elf(path: str | PurePath) -> list[str]:
    """The names of the libraries that a Linux program or library asks for itself (DT_NEEDED)."""
    return re.findall(r"^\s+NEEDED\s+(\S+)", _objdump(path), re.MULTILINE)


def newest_glibc(paths: Iterable[str | PurePath]) -> str:
    """The newest version of the C library that one of these files asks for, such as "2.34"."""
    text = "".join(map(_objdump, paths))
    found = {
        tuple(map(int, version.split("."))) for version in re.findall(r"\bGLIBC_(\d+(?:\.\d+)+)$", text, re.MULTILINE)
    }
    return ".".join(map(str, max(found, default=(2, 34))))


def _objdump(path: str | PurePath) -> str:
    done = subprocess.run(["objdump", "-p", str(path)], capture_output=True, text=True, check=False)
    return done.stdout


def without_loose_links(entries: list[Entry], gone: set[str]) -> list[Entry]:
    """`entries` without symbolic links to a file that is in `gone` (places in the program, with forward slashes)."""

    def target(entry: Entry) -> str:
        return posixpath.normpath(posixpath.join(PurePath(entry[0]).parent.as_posix(), PurePath(entry[1]).as_posix()))

    return [entry for entry in entries if entry[2] != "SYMLINK" or target(entry) not in gone]
