"""The .deb: the frozen folder in /usr/lib/slowlight, and what Debian wants to know of it.

What it depends on is read from the files: every library that one of them asks for and that does not lie beside it.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import bootstrap
import freezing
import linux_tree
import system_packages

WAYLAND = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libgcc_s.so.1": "libgcc-s1",
}
C_LIBRARY = frozenset(
    {"libc.so.6", "libdl.so.2", "libm.so.6", "libpthread.so.0", "libresolv.so.2", "librt.so.1", "libutil.so.1"}
)
RENAMED = {"libglib2.0-0": "libglib2.0-0t64"}
"""Newer Debian and Ubuntu gave some packages a new name (64-bit time); either will do."""
OPTIONAL = ("libqgtk3.so",)
"""Qt leaves these out by itself where their libraries are missing."""
ALWAYS = ("ca-certificates", "fontconfig-config", "xkb-data")
"""Read as files: certificates, where fonts are, keyboard layouts."""
RECOMMENDED = (
    "gnome-keyring | kwalletmanager",  # keeps keys
    "libgl1-mesa-dri",
    "libgtk-3-0 | libgtk-3-0t64",  # the file dialogs of GNOME
    "pulseaudio | pipewire-pulse",
    "xdg-utils",  # opens folders
)

CONTROL = """\
Package: slowlight
Version: {version}
Architecture: {architecture}
Maintainer: {maintainer}
Installed-Size: {size_kb}
Depends: {depends}
Recommends: {recommends}
Section: graphics
Priority: optional
Description: make pictures, films and sound with hosted AI models
 A desktop studio for people who make pictures, films and sound with hosted
 AI models that take their time. An idea is written, a model is chosen, and
 the finished result is saved before the server throws it away, also after a
 restart or a crash.
 .
 A demo on this computer lets everything be tried without an account.
"""


def build(frozen: Path, work: Path, target: Path) -> Path:
    """Make the .deb of a frozen folder in the folder `target`. Raises SetupError, OSError."""
    tree = work / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    linux_tree.install(frozen, tree / "usr")
    documents = tree / "usr" / "share" / "doc" / "slowlight"
    documents.mkdir(parents=True)
    shutil.copyfile(linux_tree.LINUX / "copyright", documents / "copyright")
    linux_tree.write_gzip(documents / "changelog.gz", linux_tree.debian_changelog())
    overrides = tree / "usr" / "share" / "lintian" / "overrides"
    overrides.mkdir(parents=True)
    shutil.copyfile(linux_tree.LINUX / "lintian-overrides", overrides / "slowlight")
    _set_rights(tree)
    architecture = subprocess.run(
        ["dpkg", "--print-architecture"], capture_output=True, text=True, check=True
    ).stdout.strip()
    _write_control(tree, architecture)
    package = target / f"slowlight_{linux_tree.version()}_{architecture}.deb"
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(tree), str(package)]
    bootstrap.run_step(command, "The .deb cannot be built.", scratch=work / "tmp")
    return package


def depends(inside: Path) -> list[str]:
    """The Debian packages that the files below `inside` need, each with the names that newer systems give it.

    Raises SetupError for a library that belongs to no known package.
    """
    files = [file for file in inside.rglob("*") if file.is_file() and not file.is_symlink() and _is_elf(file)]
    present = {file.name for file in inside.rglob("*.so*")}
    asked = {name for file in files if file.name not in OPTIONAL for name in freezing.needed_by_elf(file)}
    missing = {name for name in asked - present - C_LIBRARY if not name.startswith("ld-linux")}
    known = {need.probe: need.apt for need in system_packages.QT_CORE + system_packages.QT_X11} | WAYLAND
    unknown = missing - known.keys()
    if unknown:
        raise bootstrap.SetupError(f"No Debian package is known for {', '.join(sorted(unknown))} (packaging/deb.py).")
    packages = {known[name] for name in missing} | set(ALWAYS)
    named = [f"{name} | {RENAMED[name]}" if name in RENAMED else name for name in packages]
    return [f"libc6 (>= {freezing.newest_glibc(files)})", *sorted(named)]


def _is_elf(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(4) == b"\x7fELF"


def _set_rights(tree: Path) -> None:
    """Programs may be run, folders entered, everything read; whatever the umask was."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or (path.name == "slowlight" and path.parent.name == "slowlight" and _is_elf(path))
            path.chmod(0o755 if runs else 0o644)


def _write_control(tree: Path, architecture: str) -> None:
    debian = tree / "DEBIAN"
    debian.mkdir()
    size = sum(file.lstat().st_size for file in _files(tree))
    text = CONTROL.format(
        version=linux_tree.version(),
        architecture=architecture,
        maintainer=linux_tree.MAINTAINER,
        size_kb=-(-size // 1024),
        depends=", ".join(depends(tree / "usr" / "lib" / "slowlight")),
        recommends=", ".join(RECOMMENDED),
    )
    (debian / "control").write_text(text, "utf-8")
    (debian / "md5sums").write_text(_sums(tree, (file for file in _files(tree) if not file.is_symlink())), "utf-8")
    for file in debian.iterdir():
        file.chmod(0o644)
    debian.chmod(0o755)


def _files(tree: Path) -> list[Path]:
    return [path for path in sorted((tree / "usr").rglob("*")) if path.is_symlink() or path.is_file()]


def _sums(tree: Path, files: Iterable[Path]) -> str:
    def line(file: Path) -> str:
        with file.open("rb") as stream:
            return f"{hashlib.file_digest(stream, 'md5').hexdigest()}  {file.relative_to(tree)}\n"

    return "".join(map(line, files))
