"""What is published beside the files of a release: their checksums, and the list of everything in them (SBOM).

The list is drawn from the hash-locked packages, in CycloneDX's form. The same packages are asked about at the index of
known holes (pip-audit); a hole stops the build, and an index that cannot be reached is said.
"""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import bootstrap
import linux_tree
import side_environment

RUNTIME = bootstrap.LOCKS / "runtime.txt"


def write(made: list[Path], target: Path) -> None:
    """Put the SBOM and SHA256SUMS into `target`. Raises SetupError for a package with a known hole, OSError."""
    python = side_environment.provide("audit")
    parts = [*made, sbom(python, target)]
    print(audit(python))
    lines = [f"{_sha256(file)}  {file.name}\n" for file in parts]
    (target / "SHA256SUMS").write_text("".join(lines), "utf-8")


def sbom(python: Path, target: Path) -> Path:
    """The list of parts as JSON."""
    path = target / f"slowlight-{linux_tree.version()}.cdx.json"
    command = [
        str(python),
        "-m",
        "cyclonedx_py",
        "requirements",
        "--pyproject",
        "pyproject.toml",
        "--mc-type",
        "application",
    ]
    command += ["--output-reproducible", "--output-format", "JSON", "--output-file", str(path), str(RUNTIME)]
    bootstrap.run_step(
        command, "The list of parts cannot be written.", scratch=target.parent / "build" / "package" / "tmp"
    )
    return path


def audit(python: Path) -> str:
    """A sentence about known holes. Raises SetupError for a package that has one."""
    command = [str(python), "-m", "pip_audit", "--disable-pip", "--require-hashes", "--progress-spinner", "off"]
    done = subprocess.run(
        [*command, "-r", str(RUNTIME)], cwd=bootstrap.ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    if done.returncode == 0:
        return "pip-audit: no known holes in the locked packages."
    if "vulnerabilit" in done.stderr and "Found" in done.stderr:
        raise bootstrap.SetupError(f"A locked package has a known hole:\n{done.stdout}")
    reason = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
    return f"pip-audit could not ask, so nothing is known about holes: {reason[0]}"


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
