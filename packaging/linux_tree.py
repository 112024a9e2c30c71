"""The files of an installed Slowlight below a folder, as Linux expects them: for the .deb, the AppImage and the Flatpak."""

from __future__ import annotations

import gzip
import re
import shutil
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import bootstrap

ROOT = bootstrap.ROOT
LINUX = ROOT / "packaging" / "linux"
METAINFO = LINUX / "app.slowlight.slowlight.metainfo.xml"
APP_ICONS = ROOT / "resources" / "icons" / "app"
MAINTAINER = "The Slowlight makers <slowlight@users.noreply.invalid>"


def version() -> str:
    """The one that stands in app/__init__.py."""
    found = re.search(r'^__version__ = "([^"]+)"', (ROOT / "app" / "__init__.py").read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise bootstrap.SetupError("app/__init__.py does not say a version.")
    return found.group(1)


def releases() -> list[tuple[str, date, list[str]]]:
    """Version, day and notes of each release, newest first, as the metainfo tells them to software centres."""
    told = []
    for release in ET.parse(METAINFO).getroot().iter("release"):  # noqa: S314 - our own file
        notes = [" ".join("".join(part.itertext()).split()) for part in release.iter() if part.tag in ("p", "li")]
        told.append((release.attrib["version"], date.fromisoformat(release.attrib["date"]), notes))
    return told


def install(frozen: Path, usr: Path) -> None:
    """Lay the frozen folder and what a desktop wants to know of it below `usr`."""
    shutil.copytree(frozen, usr / "lib" / "slowlight", symlinks=True)
    (usr / "bin").mkdir(parents=True)
    (usr / "bin" / "slowlight").symlink_to("../lib/slowlight/slowlight")
    _copy(LINUX / "slowlight.desktop", usr / "share" / "applications")
    _copy(METAINFO, usr / "share" / "metainfo")
    icons = usr / "share" / "icons" / "hicolor"
    for picture in APP_ICONS.glob("slowlight-*.png"):
        side = picture.stem.rpartition("-")[2]
        _copy(picture, icons / f"{side}x{side}" / "apps", "slowlight.png")
    _copy(APP_ICONS / "slowlight.svg", icons / "scalable" / "apps")
    page = (LINUX / "slowlight.1").read_text("utf-8").replace("@VERSION@", version())
    page = page.replace("@DATE@", releases()[0][1].strftime("%B %Y"))
    write_gzip(usr / "share" / "man" / "man1" / "slowlight.1.gz", page)


def debian_changelog() -> str:
    """The releases in Debian's form."""
    parts = []
    for number, day, notes in releases():
        lines = "\n".join(f"  * {note}" for note in notes)
        moment = format_datetime(datetime.combine(day, time(12), UTC))
        parts.append(f"slowlight ({number}) stable; urgency=medium\n\n{lines}\n\n -- {MAINTAINER}  {moment}\n")
    return "\n".join(parts)


def write_gzip(path: Path, text: str) -> None:
    """The same bytes for the same text, whenever it is written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def _copy(source: Path, folder: Path, name: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / (name or source.name)
    shutil.copyfile(source, target)
    target.chmod(0o644)
