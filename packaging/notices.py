"""Writes the licences of everything that the packaged program holds: `build/package/notices`, bundled by build.spec.

    build/package/venv/bin/python packaging/notices.py [--libraries-of FOLDER]

`notices.json` is what the About window shows, `NOTICES.txt` the same for people who look into the folder. Libraries that
PyInstaller takes from this Linux are known only after freezing; `--libraries-of` adds them then.
"""

from __future__ import annotations

import platform
import re
import sqlite3
import ssl
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

import bootstrap

sys.path.insert(0, str(bootstrap.ROOT))

from app.system import licences
from app.system.licences import Notice

FOLDER = bootstrap.ROOT / "build" / "package" / "notices"
_REQUIREMENT = re.compile(r"^[\w.-]+")
_RULE = "-" * 100


def main(arguments: list[str]) -> int:
    """Write both files; 1 when a part has no text."""
    if arguments[:1] == ["--libraries-of"]:
        inside = Path(arguments[1])
        print(f"{len(add_system_libraries(inside))} notices of the system's libraries")
        return 0
    parts = [*licences.collect(_roots()), *_python()]
    write(FOLDER, parts)
    without = [part.name for part in parts if not part.text.strip()]
    if without:
        sys.stderr.write(f"There is no licence text for: {', '.join(without)}\n")
    print(f"{len(parts)} notices")
    return 1 if without else 0


def write(folder: Path, parts: Iterable[Notice]) -> None:
    """Both files, the parts in the given order."""
    parts = list(parts)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / licences.WRITTEN.name).write_text(licences.as_json(parts), "utf-8")
    blocks = [f"{_RULE}\n{part.name} {part.version}\n{part.licence}\n{part.home}\n\n{part.text}\n" for part in parts]
    (folder / "NOTICES.txt").write_text("\n".join(blocks), "utf-8")


def add_system_libraries(inside: Path) -> list[str]:
    """Add to both files below `inside` what Debian says of its libraries that lie there; the packages' names."""
    folder = inside / "resources" / "notices"
    packages = sorted(_debian_packages(inside))
    parts = [*licences.read(folder / licences.WRITTEN.name), *map(_of_debian, packages)]
    write(folder, parts)
    return packages


def _roots() -> list[str]:
    project = tomllib.loads((bootstrap.ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needs = [*project["dependencies"], "pyinstaller"]  # its starter is part of the program
    return [match.group() for need in needs if (match := _REQUIREMENT.match(need))]


def _python() -> list[Notice]:
    """The interpreter and what it holds; their texts lie in different places on each system."""
    text = next((file.read_text("utf-8") for file in _python_licences() if file.exists()), "")
    openssl = ssl.OPENSSL_VERSION.split()[1]
    return [
        Notice("Python", platform.python_version(), "PSF-2.0", "https://www.python.org", text),
        Notice("OpenSSL", openssl, "Apache-2.0", "https://openssl-library.org", _apache()),
        Notice(
            "SQLite", sqlite3.sqlite_version, "Public domain", "https://sqlite.org", "Dedicated to the public domain."
        ),
    ]


def _python_licences() -> list[Path]:
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    base = Path(sys.base_prefix)
    inside = base / "lib" / version / "LICENSE.txt"
    return [inside, base / "LICENSE.txt", Path("/usr/share/doc") / version / "copyright"]


def _apache() -> str:
    from importlib import metadata

    path = metadata.distribution("importlib-metadata").locate_file("")
    return next(Path(str(path)).glob("importlib_metadata-*.dist-info/licenses/LICENSE")).read_text("utf-8")


def _debian_packages(inside: Path) -> set[str]:
    """The packages that the libraries directly in `inside` came from; nothing where there is no dpkg."""
    found: set[str] = set()
    for file in sorted(inside.glob("lib*.so*")):
        if file.is_symlink() or file.name.startswith("libpython"):
            continue
        try:
            done = subprocess.run(["dpkg", "-S", f"*/{file.name}"], capture_output=True, text=True, check=False)
        except FileNotFoundError:
            return set()
        found |= {line.partition(":")[0] for line in done.stdout.splitlines() if line.endswith(f"/{file.name}")}
    return found


def _of_debian(package: str) -> Notice:
    asked = ["dpkg-query", "-W", "-f", "${Version}\t${Homepage}", package]
    version, _, home = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.partition("\t")
    text = (Path("/usr/share/doc") / package / "copyright").read_text("utf-8", "replace")
    licence = ", ".join(dict.fromkeys(re.findall(r"^License: *(\S.*)$", text, re.MULTILINE))) or "see the text"
    return Notice(package, version, licence, home, text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
