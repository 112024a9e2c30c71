"""What the project promises about itself: its locks, its licences, its bundled files, its two commands."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import PySide6
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF, QGuiApplication, QIcon, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from system_packages import QT_CORE, QT_X11, missing

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {name: (ROOT / "packaging" / "locks" / f"{name}.txt") for name in ("runtime", "dev", "clients")}
FONTS = ROOT / "resources" / "fonts"
ICONS = ROOT / "resources" / "icons"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def _requirements(name: str) -> Iterator[str]:
    """Each requirement of a lock with its continuation lines joined, comments left out."""
    text = LOCKS[name].read_text("utf-8").replace("\\\n", " ")
    return (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))


def _pins(name: str) -> dict[str, str]:
    return dict(line.split()[0].split("==") for line in _requirements(name))


# --- locks ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_one_version_and_a_hash(name: str) -> None:
    pattern = re.compile(r"[a-z0-9-]+==[\w.]+( ; [^-]+.*?)?( +--hash=sha256:[0-9a-f]{64})+ *")
    assert [line for line in _requirements(name) if not pattern.fullmatch(line)] == []


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_an_index(name: str) -> None:
    text = LOCKS[name].read_text("utf-8")
    assert re.findall(r"https?:|file:|--(?:extra-)?index-url|--find-links| @ ", text) == []


def test_the_lock_for_developers_holds_all_of_the_studio_in_the_same_versions() -> None:
    assert _pins("runtime").items() <= _pins("dev").items()


def test_the_clients_of_the_vendors_are_no_part_of_the_studio() -> None:
    clients = {"netmind", "octoai", "octoai-sdk"}
    assert clients <= _pins("clients").keys()
    assert clients.isdisjoint(_pins("dev"))


def test_the_studio_depends_on_few_packages() -> None:
    assert len(PYPROJECT["project"]["dependencies"]) <= 14


def test_qt_stays_within_the_versions_that_are_known_to_work() -> None:
    assert "PySide6-Addons>=6.11.3,<6.12" in PYPROJECT["project"]["dependencies"]
    pinned = {
        _pins(lock)[package]
        for lock in ("runtime", "dev")
        for package in ("pyside6-addons", "pyside6-essentials", "shiboken6")
    }
    assert len(pinned) == 1
    for version in (*pinned, importlib.metadata.version("PySide6-Addons")):
        assert (6, 11, 3) <= tuple(int(part) for part in version.split(".")) < (6, 12)


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("ldd"), reason="ldd is a program of Linux")
def test_set_up_knows_every_library_that_the_used_parts_of_qt_open() -> None:
    qt = Path(PySide6.__file__).parent
    modules = ("QtWidgets", "QtSvg", "QtMultimediaWidgets", "QtNetwork", "QtDBus")
    files = [qt / f"{module}.abi3.so" for module in modules]
    for part in ("platforms/libqxcb", "platforms/libqoffscreen", "multimedia/libffmpeg", "xcbglintegrations/lib"):
        files += (qt / "Qt" / "plugins").glob(f"{part}*.so")
    report = subprocess.run(["ldd", *files], capture_output=True, text=True, check=True).stdout
    known = {need.probe for need in missing(QT_CORE + QT_X11)}
    assert set(re.findall(r"(\S+) => not found", report)) <= known


# --- bundled files --------------------------------------------------------------------------------------------------------


def test_licences_lie_beside_what_they_cover() -> None:
    assert "MIT License" in (ROOT / "LICENSE").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE" in (FONTS / "LICENSE-Inter.txt").read_text("utf-8")
    assert "ISC License" in (ICONS / "LICENSE-Lucide.txt").read_text("utf-8")


def test_inter_comes_in_four_weights_with_figures_of_one_width(qapp: QGuiApplication) -> None:
    weights = {"Regular": 400, "Medium": 500, "SemiBold": 600, "Bold": 700}
    assert {file.stem for file in FONTS.glob("*.ttf")} == {f"Inter-{style}" for style in weights}
    for style, weight in weights.items():
        number = QFontDatabase.addApplicationFont(str(FONTS / f"Inter-{style}.ttf"))
        assert "Inter" in QFontDatabase.applicationFontFamilies(number)
        assert QFontDatabase.weight("Inter", style) == weight
        font = QFont("Inter", 20, weight)
        font.setFeature(QFont.Tag("tnum"), 1)
        figures = QFontMetricsF(font)
        assert len({figures.horizontalAdvance(figure * 4) for figure in "0123456789"}) == 1


def test_every_icon_is_a_drawing_that_takes_the_colour_of_the_text(qapp: QGuiApplication) -> None:
    icons = sorted(ICONS.glob("*.svg"))
    assert len(icons) > 80
    assert [icon.name for icon in icons if "currentColor" not in icon.read_text("utf-8")] == []
    assert [icon.name for icon in icons if not _draws_something(icon)] == []


def _draws_something(drawing: Path) -> bool:
    renderer = QSvgRenderer(str(drawing))
    picture = QImage(24, 24, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter)
    painter.end()
    return renderer.isValid() and any(bytes(picture.constBits()))


def test_the_application_icon_is_there_in_every_size(qapp: QGuiApplication) -> None:
    assert _draws_something(ICONS / "app" / "slowlight.svg")
    for side_px in (16, 22, 24, 32, 48, 64, 96, 128, 256, 512):
        file = ICONS / "app" / f"slowlight-{side_px}.png"
        sizes = QIcon(str(file)).availableSizes()
        assert [(size.width(), size.height()) for size in sizes] == [(side_px, side_px)], file.name


# --- the two commands -----------------------------------------------------------------------------------------------------


def test_servers_and_people_call_the_same_two_checks() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert re.findall(r"^make (.+)$", script.read_text("utf-8"), re.MULTILINE) == ["lint", "test"]
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert {"setup", "run", "test", "test-long", "lint", "format", "lock", "screenshots", "benchmark"} <= set(targets)


def test_set_up_without_a_network_says_so_in_one_sentence(tmp_path: Path) -> None:
    clone = _bare_clone(tmp_path / "a folder with blanks")
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1", "PIP_CONFIG_FILE": os.devnull}
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")} | nowhere
    told = subprocess.run(
        [sys.executable, clone / "packaging" / "bootstrap.py", "runtime", "--then", "lint"],
        env=environment | {"TMPDIR": str(tmp_path / "missing")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    assert told.stderr.startswith("The package index cannot be reached.")
    assert len(told.stderr.splitlines()) == 1


def _bare_clone(folder: Path) -> Path:
    (folder / "packaging").mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(LOCKS["runtime"].parent, folder / "packaging" / "locks")
    for script in ("bootstrap.py", "system_packages.py"):
        shutil.copy(ROOT / "packaging" / script, folder / "packaging")
    return folder
