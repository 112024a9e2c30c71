"""What the packages promise, as far as it can be checked without building one; `make package` and prove.sh do the rest."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import app_icons
import bootstrap
import deb
import freezing
import linux_tree
import pytest
import release_files
import windows
from PySide6.QtGui import QImage

import app
from app.system import licences
from tests.test_project import LOCKS, PYPROJECT, ROOT

PACKAGING = ROOT / "packaging"
FORBIDDEN = ("qsvg", "qsvgicon", "qtiff", "qicns", "qpdf", "qtga")


# --- one version ----------------------------------------------------------------------------------------------------------


def test_the_version_is_written_in_one_place() -> None:
    assert PYPROJECT["project"]["dynamic"] == ["version"]
    assert PYPROJECT["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "app.__version__"}
    assert linux_tree.version() == app.__version__


def test_the_newest_release_that_software_centres_show_is_this_version() -> None:
    newest, day, notes = linux_tree.releases()[0]
    assert newest == app.__version__
    assert day >= date(2026, 11, 1)
    assert notes
    assert linux_tree.debian_changelog().startswith(f"slowlight ({app.__version__}) ")


# --- what goes in ---------------------------------------------------------------------------------------------------------


def test_no_reader_of_dangerous_pictures_goes_into_the_program() -> None:
    allowed = {name for names in freezing.PLUGINS.values() for name in names}
    assert allowed.isdisjoint(FORBIDDEN)
    for name in FORBIDDEN:
        assert not freezing.keeps(f"PySide6/Qt/plugins/imageformats/lib{name}.so")
        assert not freezing.keeps(f"PySide6/plugins/imageformats/{name}.dll")


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/Qt/plugins/multimedia/libffmpegmediaplugin.so",
        "PySide6/plugins/platforms/qwindows.dll",
        "PySide6/Qt/plugins/platforms/libqcocoa.dylib",
        "PySide6/Qt/plugins/imageformats/libqwebp.so",
        "resources/models/netmind/x.json",
        "libssl.so.3",
    ],
)
def test_what_the_studio_uses_goes_in(name: str) -> None:
    assert freezing.keeps(name)


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt/plugins/sqldrivers/libqsqlite.so",
        "PySide6/Qt/qml/QtQuick/qmldir",
        "PySide6/Qt/translations/qtbase_de.qm",
    ],
)
def test_what_the_studio_does_not_use_stays_out(name: str) -> None:
    assert not freezing.keeps(name)


def test_qt_speaks_the_languages_that_the_studio_speaks() -> None:
    assert freezing.keeps("PySide6/Qt/translations/qtbase_de.qm", ["de"])


def test_a_library_that_only_a_left_out_plugin_needed_is_left_out_as_well() -> None:
    needs = {"module": ["libQt6Core.so.6"], "core": ["libicu.so.73"], "icu": [], "keyboard": ["libQt6Core.so.6"]}
    entries = [
        ("PySide6/QtCore.abi3.so", "module", "EXTENSION"),
        ("PySide6/Qt/lib/libQt6Core.so.6", "core", "BINARY"),
        ("PySide6/Qt/lib/libicu.so.73", "icu", "BINARY"),
        ("PySide6/Qt/lib/libQt6VirtualKeyboard.so.6", "keyboard", "BINARY"),
    ]
    assert freezing.without_orphans(entries, needs.__getitem__) == entries[:3]


def test_no_link_leads_to_a_file_that_was_left_out() -> None:
    link = ("libQt6Pdf.so.6", "PySide6/Qt/lib/libQt6Pdf.so.6", "SYMLINK")
    other = ("libQt6Core.so.6", "PySide6/Qt/lib/libQt6Core.so.6", "SYMLINK")
    assert freezing.without_loose_links([link, other], {"PySide6/Qt/lib/libQt6Pdf.so.6"}) == [other]


def test_the_program_is_a_folder_whose_libraries_can_be_exchanged() -> None:
    spec = (ROOT / "build.spec").read_text("utf-8")
    assert "exclude_binaries=True" in spec
    assert "COLLECT(" in spec
    assert "strip=True" not in spec


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know no LD_LIBRARY_PATH")
@pytest.mark.parametrize(("before", "after"), [({}, None), ({"LD_LIBRARY_PATH_ORIG": "/opt/own"}, "/opt/own")])
def test_programs_started_from_the_package_do_not_load_its_libraries(before: dict[str, str], after: str | None) -> None:
    told = "import os, runpy, sys; runpy.run_path(sys.argv[1]); print(os.environ.get('LD_LIBRARY_PATH'))"
    told += "; print(os.environ['PYINSTALLER_RESET_ENVIRONMENT'])"  # its own children find them again
    done = subprocess.run(
        [sys.executable, "-c", told, PACKAGING / "frozen_start.py"],
        env={"LD_LIBRARY_PATH": "/usr/lib/slowlight/_internal", **before},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(after), "1"]


# --- known holes ----------------------------------------------------------------------------------------------------------


def test_a_package_with_a_known_hole_stops_the_build() -> None:
    with pytest.raises(bootstrap.SetupError, match="jinja2 CVE-2019-10906"):
        release_files.verdict([{"name": "jinja2", "vulns": [{"id": "CVE-2019-10906"}]}])


def test_packages_that_could_not_be_asked_about_are_not_called_clean() -> None:
    told = release_files.verdict([{"name": "a", "vulns": []}, {"name": "b", "skip_reason": "not found"}])
    assert "1 of 2" in told


# --- licences -------------------------------------------------------------------------------------------------------------


def test_every_part_has_its_licence_in_full() -> None:
    parts = licences.notices()
    assert [part.name for part in parts if not (part.text.strip() and part.licence)] == []
    assert parts[0].name == "Slowlight"


def test_the_notices_cover_every_locked_package_that_is_installed_here() -> None:
    told = {re.sub(r"[-_.]+", "-", part.name).lower() for part in licences.notices()}
    lock = LOCKS["runtime"].read_text("utf-8").replace("\\\n", " ")
    here = {match[1] for match in re.finditer(r"^([a-z0-9-]+)==\S+(?! *; .*(?:win32|darwin))", lock, re.MULTILINE)}
    for_others = {match[1] for match in re.finditer(r"^([a-z0-9-]+)==\S+ ; .*$", lock, re.MULTILINE)}
    assert here - for_others - told <= {"setuptools"}  # builds the project, and is no part of it


def test_qt_and_ffmpeg_say_where_their_sources_are_and_that_they_may_be_replaced() -> None:
    parts = {part.name: part for part in licences.notices()}
    for name in ("Qt", "FFmpeg"):
        assert "LESSER GENERAL PUBLIC LICENSE" in parts[name].text
        assert "download.qt.io" in parts[name].text
        assert re.search(r"in\s+their\s+place|which\s+you\s+may\s+replace", parts[name].text)


def test_a_written_list_of_licences_is_read_back_as_it_was(tmp_path: Path) -> None:
    parts = licences.notices()
    (tmp_path / "notices.json").write_text(licences.as_json(parts), "utf-8")
    assert licences.read(tmp_path / "notices.json") == parts


# --- Linux ----------------------------------------------------------------------------------------------------------------


def test_menu_entry_software_centre_and_program_agree_on_names() -> None:
    entry = (linux_tree.LINUX / "slowlight.desktop").read_text("utf-8")
    about = ET.parse(linux_tree.METAINFO).getroot()  # noqa: S314 - our own file
    assert about.findtext("launchable") == "slowlight.desktop"
    assert about.findtext("id") == linux_tree.METAINFO.name.removesuffix(".metainfo.xml")
    assert "Exec=slowlight\n" in entry
    assert "Icon=slowlight\n" in entry
    assert 'setDesktopFileName("slowlight")' in (ROOT / "app" / "run.py").read_text("utf-8")


def test_an_installed_studio_has_program_icon_menu_entry_and_manual(tmp_path: Path) -> None:
    frozen = tmp_path / "frozen"
    frozen.mkdir()
    (frozen / "slowlight").write_bytes(b"\x7fELF")
    usr = tmp_path / "usr"
    linux_tree.install(frozen, usr)
    assert (usr / "bin" / "slowlight").resolve() == (usr / "lib" / "slowlight" / "slowlight").resolve()
    for place in (
        "share/applications/slowlight.desktop",
        "share/icons/hicolor/256x256/apps/slowlight.png",
        "share/icons/hicolor/scalable/apps/slowlight.svg",
        "share/man/man1/slowlight.1.gz",
        "share/metainfo/app.slowlight.slowlight.metainfo.xml",
    ):
        assert (usr / place).is_file(), place


def test_every_dependency_of_the_deb_has_a_name_on_newer_systems_too() -> None:
    assert deb.RENAMED["libglib2.0-0"] == "libglib2.0-0t64"
    assert not any("python" in name for name in deb.ALWAYS)


def test_the_deb_has_no_script_that_could_touch_a_profile() -> None:
    source = (PACKAGING / "deb.py").read_text("utf-8")
    assert not re.search(r"['\"](?:pre|post)(?:inst|rm)['\"]", source)


# --- Windows and macOS ----------------------------------------------------------------------------------------------------


def test_the_windows_uninstaller_removes_nothing_but_the_program() -> None:
    script = (PACKAGING / "windows" / "slowlight.nsi").read_text("utf-8")
    removed = set(re.findall(r"^\s*(?:RMDir|Delete)(?: /r)? \"([^\"]+)\"", script, re.MULTILINE))
    assert removed == {
        r"$INSTDIR\_internal",
        r"$INSTDIR\Slowlight.exe",
        r"$INSTDIR\Uninstall.exe",
        r"$INSTDIR",
        r"$SMPROGRAMS\Slowlight.lnk",
    }
    assert r'RMDir /r "$INSTDIR"' not in script
    assert "RequestExecutionLevel user" in script


def test_windows_is_told_the_version(tmp_path: Path) -> None:
    written = windows.write_version_resource(tmp_path).read_text("utf-8")
    assert f'"ProductVersion", "{app.__version__}"' in written


def test_the_icons_for_windows_and_macos_hold_the_drawings() -> None:
    png = (linux_tree.APP_ICONS / "slowlight-48.png").read_bytes()
    made = app_icons.ico({48: png})
    size, offset = struct.unpack_from("<II", made, 6 + 8)
    assert made[offset : offset + size] == png
    assert QImage.fromData(made).width() == 48
    assert app_icons.icns({b"icp6": png})[16:] == png


# --- the workflow ---------------------------------------------------------------------------------------------------------


def test_the_workflow_calls_no_action_by_a_name_that_can_be_moved() -> None:
    for workflow in (ROOT / ".github" / "workflows").glob("*.yml"):
        used = re.findall(r"uses: (\S+)", workflow.read_text("utf-8"))
        assert [action for action in used if not re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", action)] == []


def test_the_workflow_tries_every_frozen_program() -> None:
    workflow = (ROOT / ".github" / "workflows" / "package.yml").read_text("utf-8")
    for system in ("linux", "windows", "macos"):
        part = workflow.partition(f"\n  {system}:\n")[2].partition("\n\n  ")[0]
        assert "make package" in part or "packaging/package.py" in part, system  # both end with the self-test
    assert "--self-test" in (PACKAGING / "frozen.py").read_text("utf-8")


def test_the_flatpak_may_reach_network_sound_keychain_and_its_own_folder_only() -> None:
    manifest = (PACKAGING / "flatpak" / "app.slowlight.slowlight.yml").read_text("utf-8")
    allowed = set(re.findall(r"^  - (--(?:share|socket|device|talk-name|filesystem)=\S+)", manifest, re.MULTILINE))
    assert {"--share=network", "--socket=pulseaudio", "--talk-name=org.freedesktop.secrets"} <= allowed
    assert [one for one in allowed if "filesystem" in one] == ["--filesystem=xdg-documents/Slowlight:create"]
