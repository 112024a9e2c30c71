"""The installer for Windows: NSIS over the frozen folder. On other systems its script is tried over a stand-in folder."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import bootstrap
import linux_tree

FOLDER = bootstrap.ROOT / "packaging" / "windows"

VERSION_RESOURCE = """\
VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0, OS=0x40004, fileType=1, subtype=0),
  kids=[
    StringFileInfo([StringTable("040904B0", [
      StringStruct("CompanyName", "The Slowlight makers"),
      StringStruct("FileDescription", "Slowlight"),
      StringStruct("FileVersion", "{version}"),
      StringStruct("InternalName", "Slowlight"),
      StringStruct("LegalCopyright", "MIT licence. Contains Qt and FFmpeg under the LGPL."),
      StringStruct("OriginalFilename", "Slowlight.exe"),
      StringStruct("ProductName", "Slowlight"),
      StringStruct("ProductVersion", "{version}"),
    ])]),
    VarFileInfo([VarStruct("Translation", [1033, 1200])]),
  ],
)
"""


def write_version_resource(folder: Path) -> Path:
    """What Windows shows about Slowlight.exe, in the form that PyInstaller reads."""
    version = linux_tree.version()
    numbers = tuple(int(part) for part in (*version.split("."), "0"))[:4]
    path = folder / "version-resource.txt"
    path.write_text(VERSION_RESOURCE.format(numbers=numbers, version=version), "utf-8")
    return path


def installer(frozen: Path, target: Path) -> Path:
    """`Slowlight-<version>-setup.exe` over the frozen folder, and its winget manifests. Raises SetupError, OSError."""
    _sign(frozen / "Slowlight.exe")
    made = _compile(frozen, target / f"Slowlight-{linux_tree.version()}-setup.exe")
    _sign(made)
    _write_winget(made, target / "winget")
    return made


def _sign(file: Path) -> None:
    """With the certificate that SLOWLIGHT_SIGN_WITH names (.pfx); without one the file stays unsigned."""
    certificate = os.environ.get("SLOWLIGHT_SIGN_WITH")
    if certificate:
        command = ["signtool", "sign", "/fd", "sha256", "/tr", "http://timestamp.digicert.com", "/td", "sha256"]
        command += ["/f", certificate, "/p", os.environ.get("SLOWLIGHT_SIGN_PASSWORD", ""), str(file)]
        if subprocess.run(command, check=False).returncode:
            raise bootstrap.SetupError(f"{file.name} cannot be signed.")


def try_script(work: Path) -> None:
    """Compile the script over a folder that has the shape of the real one. Raises SetupError where it does not compile."""
    stand_in = work / "stand-in"
    shutil.rmtree(stand_in, ignore_errors=True)
    (stand_in / "_internal" / "resources").mkdir(parents=True)
    (stand_in / "Slowlight.exe").write_bytes(b"MZ")
    (stand_in / "_internal" / "resources" / "LICENSE").write_text("a stand-in", "utf-8")
    made = _compile(stand_in, work / "stand-in-setup.exe")
    _write_winget(made, work / "winget")
    print(f"The Windows installer's script compiles ({made.stat().st_size // 1024} KB over a stand-in).")


def _compile(source: Path, target: Path) -> Path:
    size_kb = sum(file.stat().st_size for file in source.rglob("*") if file.is_file()) // 1024
    facts = {
        "VERSION": linux_tree.version(),
        "SOURCE": str(source),
        "TARGET": str(target),
        "ICON": str(bootstrap.ROOT / "build" / "package" / "icons" / "slowlight.ico"),
        "SIZE_KB": str(size_kb),
    }
    command = ["makensis", "-V2", "-WX", *(f"-D{name}={value}" for name, value in facts.items())]
    bootstrap.run_step(
        [*command, str(FOLDER / "slowlight.nsi")], "The installer cannot be compiled.", scratch=target.parent / "tmp"
    )
    return target


def _write_winget(setup: Path, target: Path) -> None:
    """The manifests with the version and the checksum filled in; the address is known when the release is published."""
    target.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(setup.read_bytes()).hexdigest().upper()
    for form in sorted((FOLDER / "winget").glob("*.yaml")):
        text = form.read_text("utf-8").replace("@VERSION@", linux_tree.version()).replace("@SHA256@", digest)
        (target / form.name).write_text(text, "utf-8")
