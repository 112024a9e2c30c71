"""Slowlight for any Linux: a .tar.gz to unpack anywhere and, where its tool is at hand, an AppImage."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tarfile
from pathlib import Path

import bootstrap
import linux_tree

UNPACKED = ("add-to-menu", "README.txt")


def tarball(frozen: Path, target: Path) -> Path:
    """The frozen folder with two files for people, in the folder `target`. Raises OSError."""
    name = f"slowlight-{linux_tree.version()}-linux-{platform.machine()}"
    packed = target / f"{name}.tar.gz"
    with tarfile.open(packed, "w:gz", compresslevel=9) as archive:
        archive.add(frozen, name, filter=_of_nobody)
        for file in UNPACKED:
            archive.add(linux_tree.LINUX / file, f"{name}/{file}", filter=_of_nobody)
        icon = linux_tree.APP_ICONS / "slowlight-256.png"
        archive.add(icon, f"{name}/slowlight.png", filter=_of_nobody)
    return packed


def _of_nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Who built it is nobody's business."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry


def appimage(frozen: Path, work: Path, target: Path) -> Path | None:
    """The AppImage, or None where there is no `appimagetool`. Raises SetupError, OSError."""
    tool = os.environ.get("APPIMAGETOOL") or shutil.which("appimagetool")
    if not tool:
        return None
    tree = work / "Slowlight.AppDir"
    shutil.rmtree(tree, ignore_errors=True)
    linux_tree.install(frozen, tree / "usr")
    (tree / "AppRun").symlink_to("usr/lib/slowlight/slowlight")
    (tree / "slowlight.desktop").symlink_to("usr/share/applications/slowlight.desktop")
    (tree / "slowlight.png").symlink_to("usr/share/icons/hicolor/256x256/apps/slowlight.png")
    (tree / ".DirIcon").symlink_to("slowlight.png")
    image = target / f"Slowlight-{linux_tree.version()}-{platform.machine()}.AppImage"
    environment = {**os.environ, "ARCH": platform.machine(), "APPIMAGE_EXTRACT_AND_RUN": "1"}
    done = subprocess.run([tool, str(tree), str(image)], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise bootstrap.SetupError(f"The AppImage cannot be built:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return image
