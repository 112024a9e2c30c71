"""What Slowlight is made of and on whose terms: every package with its version, licence and full text.

The packaged program carries a list that was written when it was built (`packaging/notices.py`); run from source, the same
list is drawn from the installed packages.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from app.system.paths import resources

WRITTEN = Path("notices", "notices.json")
"""Below `resources()`: a list of objects with the fields of `Notice`."""

_LICENCE_FILE = re.compile(r"(?:^|/)(?:LICEN[CS]E|COPYING|NOTICE)[^/]*$", re.IGNORECASE)
_NAME = re.compile(r"^[\w.-]+")

_QT_TERMS = """\
Qt is used under the GNU Lesser General Public License, version 3. It is not changed, and it lies in files of its own: you
may put your own build of the same version in their place. In the installed program that is the folder PySide6 beside the
program's other files; run from source, the package PySide6 in .venv.

The sources of Qt {qt}: https://download.qt.io/official_releases/qt/
The sources of Qt for Python: https://download.qt.io/official_releases/QtForPython/
What Qt itself contains of others: https://doc.qt.io/qt-6/licenses-used-in-qt.html

"""
_FFMPEG_TERMS = """\
FFmpeg comes with Qt Multimedia and is used under the GNU Lesser General Public License, version 2.1 or later. It was built
without parts under the GPL. It is not changed, and it lies in files of its own, which you may replace.

The sources: https://ffmpeg.org and https://download.qt.io/official_releases/qt/

"""


@dataclass(frozen=True)
class Notice:
    """One part: `licence` is its short name (SPDX where the part says it so), `text` the terms in full."""

    name: str
    version: str
    licence: str
    home: str
    text: str


def notices() -> tuple[Notice, ...]:
    """Every part, ours first, then by name. Reads about a hundred files: not for the thread that paints."""
    try:
        return read(resources() / WRITTEN)
    except (OSError, ValueError, TypeError):
        return collect(_requirements_of("slowlight"))


def read(path: Path) -> tuple[Notice, ...]:
    """What `as_json` wrote. Raises OSError, and ValueError or TypeError for anything else."""
    return tuple(Notice(**entry) for entry in json.loads(path.read_text("utf-8")))


def collect(roots: Iterable[str]) -> tuple[Notice, ...]:
    """The notices of what lies in `resources`, of the packages named in `roots`, and of all that those need here."""
    parts = [_of_package(found) for found in _with_needs(roots)]
    return tuple(_own() + sorted((*_fixed(), *parts), key=lambda part: part.name.casefold()))


def as_json(parts: Iterable[Notice]) -> str:
    """For `WRITTEN`."""
    return json.dumps([asdict(part) for part in parts], indent=1)


def _requirements_of(name: str) -> list[str]:
    """What a package needs always; extras are left out. Empty for one that is not installed."""
    try:
        needs = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []
    return [match.group() for need in needs if "extra ==" not in need and (match := _NAME.match(need))]


def _with_needs(roots: Iterable[str]) -> list[metadata.Distribution]:
    """What is not installed here, because another system needs it, is no part of this program either."""
    found: dict[str, metadata.Distribution] = {}
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        known = re.sub(r"[-_.]+", "-", name).lower()
        if known in found:
            continue
        try:
            found[known] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        waiting += _requirements_of(name)
    return list(found.values())


def _of_package(package: metadata.Distribution) -> Notice:
    about = package.metadata
    texts = [
        package.locate_file(file)
        for file in package.files or ()
        if _LICENCE_FILE.search(str(file)) and ".dist-info/" in str(file)
    ]
    words = "\n\n".join(Path(str(path)).read_text("utf-8", "replace").strip() for path in texts)
    name = about["Name"]
    return Notice(name, package.version, _licence_of(package), _home_of(package), words or _qt_terms())


def _licence_of(package: metadata.Distribution) -> str:
    said = _field(package, "License-Expression") or _field(package, "License")
    if said and "\n" not in said:
        return said
    classes = [line for line in package.metadata.get_all("Classifier") or () if line.startswith("License ::")]
    return classes[0].rpartition(" :: ")[2] if classes else "see the text"


def _home_of(package: metadata.Distribution) -> str:
    links = [link.partition(", ") for link in package.metadata.get_all("Project-URL") or ()]
    named: dict[str, str] = {label.lower(): address for label, _, address in links}
    for label in ("homepage", "source", "documentation"):
        if label in named:
            return named[label]
    return _field(package, "Home-page") or next(iter(named.values()), "")


def _field(package: metadata.Distribution, name: str) -> str:
    return str((package.metadata.get_all(name) or [""])[0])


def _own() -> list[Notice]:
    import app

    beside = resources() / "LICENSE"  # in the packaged program
    text = _text(beside if beside.exists() else resources().parent / "LICENSE")
    return [Notice("Slowlight", app.__version__, "MIT", "", text)]


def _fixed() -> list[Notice]:
    """What is no Python package: it comes inside PySide6, or lies in `resources`."""
    place = resources()
    return [
        Notice("Qt", _qt_version(), "LGPL-3.0-only", "https://www.qt.io", _qt_terms()),
        Notice("FFmpeg", "", "LGPL-2.1-or-later", "https://ffmpeg.org", _FFMPEG_TERMS + _text(_terms("LGPL-2.1"))),
        Notice("Inter", "", "OFL-1.1", "https://rsms.me/inter", _text(place / "fonts" / "LICENSE-Inter.txt")),
        Notice("Lucide", "", "ISC", "https://lucide.dev", _text(place / "icons" / "LICENSE-Lucide.txt")),
    ]


def _qt_version() -> str:
    from PySide6.QtCore import qVersion

    return qVersion()


def _qt_terms() -> str:
    """Also for the Python packages of Qt, which bring no text of their own."""
    return _QT_TERMS.format(qt=_qt_version()) + _text(_terms("LGPL-3.0")) + "\n\n" + _text(_terms("GPL-3.0"))


def _terms(name: str) -> Path:
    return resources() / "licences" / f"{name}.txt"


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError:
        return ""
