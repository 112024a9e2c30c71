"""`make package`: everything that this system can build of Slowlight, tried and measured, in `dist/`.

    python3 packaging/package.py [--skip-measure]

On Linux: the frozen program, .deb, .tar.gz, an AppImage where appimagetool is at hand, and a proof that the Windows
installer's script compiles. On Windows and macOS: the frozen program and its installer. Everywhere: the self-test of the
frozen program, its size beside a bare window's, licences, a list of its parts (SBOM), known holes, checksums.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import bootstrap
import deb
import frozen
import linux_tree
import portable
import release_files
import side_environment
import system_packages
import windows

DIST = bootstrap.ROOT / "dist"


def main(arguments: list[str]) -> int:
    """Build, and give 0; or say in a sentence what is in the way, and give 1."""
    parser = argparse.ArgumentParser(description="Package Slowlight for this system.")
    parser.add_argument("--skip-measure", action="store_true", help="do not build and time the bare window")
    chosen = parser.parse_args(arguments)
    try:
        _provide_tools()
        python = side_environment.provide("package")
        _freeze(python)
        if not chosen.skip_measure:
            frozen.freeze(python, "bare")
            _call([str(python), "packaging/measure.py"], "A limit of size or start is broken.")
        made = _wrap(python)
        release_files.write(made, DIST)
    except bootstrap.SetupError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{bootstrap.sentence_for(error)}\n")
        return 1
    for file in sorted(DIST.iterdir()):
        print(f"{file.stat().st_size / 1e6:8.1f} MB  dist/{file.name}")
    return 0


def _provide_tools() -> None:
    needs = system_packages.missing(system_packages.QT_CORE + system_packages.QT_X11 + system_packages.PACKAGE_TOOLS)
    apt = system_packages.apt_command() if needs else None
    if apt is not None:
        system_packages.install(apt, system_packages.names_for("apt-get", needs))
        needs = system_packages.missing(tuple(needs))
    if needs:
        raise bootstrap.SetupError(f"Tools are missing. Install them with:  {system_packages.install_line(needs)}")


def _freeze(python: Path) -> None:
    bootstrap.say("Writing the licences")
    shutil.rmtree(frozen.BUILD / "notices", ignore_errors=True)
    _call([str(python), "packaging/notices.py"], "The licences cannot be written.")
    _call([str(python), "packaging/app_icons.py"], "The icons cannot be written.")
    windows.write_version_resource(frozen.BUILD)
    bootstrap.say("Freezing")
    folder = frozen.freeze(python, "slowlight")
    if sys.platform.startswith("linux"):
        _call(
            [str(python), "packaging/notices.py", "--libraries-of", str(folder / "_internal")],
            "They cannot be written.",
        )
    bootstrap.say("The self-test of the frozen program")
    if not frozen.self_test(frozen.program_of(folder)):
        raise bootstrap.SetupError("The frozen program does not pass its self-test.")


def _wrap(python: Path) -> list[Path]:
    """The files for people, in an emptied `dist`."""
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    folder = frozen.FROZEN / "slowlight"
    if sys.platform == "win32":
        return [windows.installer(folder, DIST)]
    if sys.platform == "darwin":
        return [_disk_image(python)]
    bootstrap.say("Packing")
    package = deb.build(folder, frozen.BUILD, DIST)
    made = [package, portable.tarball(folder, DIST)]
    image = portable.appimage(folder, frozen.BUILD, DIST)
    if image is None:
        print("There is no appimagetool here: the AppImage is left to .github/workflows/package.yml")
    else:
        made.append(image)
    _check_linux(package)
    windows.try_script(frozen.BUILD)
    return made


def _check_linux(package: Path) -> None:
    _call(["desktop-file-validate", str(linux_tree.LINUX / "slowlight.desktop")], "The menu entry is not right.")
    _call(
        ["appstreamcli", "validate", "--no-net", "--pedantic", str(linux_tree.METAINFO)], "The metainfo is not right."
    )
    _call(["lintian", "--allow-root", "--fail-on", "error,warning", str(package)], "The .deb is not right.")


def _disk_image(python: Path) -> Path:
    image = DIST / f"Slowlight-{linux_tree.version()}.dmg"
    settings = bootstrap.ROOT / "packaging" / "macos" / "dmg_settings.py"
    command = [
        str(python),
        "-m",
        "dmgbuild",
        "-s",
        str(settings),
        "-D",
        f"app={frozen.FROZEN / 'Slowlight.app'}",
        "Slowlight",
        str(image),
    ]
    _call(command, "The disk image cannot be built.")
    return image


def _call(command: list[str], failure: str) -> None:
    """Run a step that speaks for itself. Raises SetupError."""
    try:
        done = subprocess.run(command, cwd=bootstrap.ROOT, stdin=subprocess.DEVNULL, check=False)
    except FileNotFoundError as error:
        raise bootstrap.SetupError(f"{failure} {command[0]} is not installed.") from error
    if done.returncode:
        raise bootstrap.SetupError(failure)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
