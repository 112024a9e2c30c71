"""What is published beside the files of a release: their checksums, and the list of everything in them (SBOM).

The list is drawn from the hash-locked packages, in CycloneDX's form. The same packages are asked about at the index of
known holes (pip-audit); a hole stops the build, and packages that could not be asked about are counted.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import bootstrap
import frozen
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
    """The list of parts as JSON: the locked packages with their hashes, and what is no Python package."""
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
    bootstrap.run_step(command, "The list of parts cannot be written.", scratch=frozen.BUILD / "tmp")
    told = json.loads(path.read_text("utf-8"))
    told["metadata"]["component"]["version"] = linux_tree.version()
    told["components"] += _other_parts({_plain(part["name"]) for part in told["components"]})
    path.write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    return path


def _other_parts(known: set[str]) -> list[dict[str, str]]:
    """Python itself, FFmpeg, the system's libraries and the like, from the written notices."""
    inside = frozen.FROZEN / "slowlight" / "_internal" / "resources" / "notices" / "notices.json"
    written = inside if inside.exists() else frozen.BUILD / "notices" / "notices.json"
    parts = json.loads(written.read_text("utf-8"))
    return [
        {"type": "library", "bom-ref": f"other-{part['name']}", "name": part["name"], "version": part["version"]}
        for part in parts
        if part["name"] != "Slowlight" and _plain(part["name"]) not in known
    ]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def audit(python: Path) -> str:
    """A sentence about known holes. Raises SetupError for a package that has one."""
    command = [str(python), "-m", "pip_audit", "--disable-pip", "--require-hashes", "--progress-spinner", "off"]
    done = subprocess.run(
        [*command, "-f", "json", "-r", str(RUNTIME)],
        cwd=bootstrap.ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, LookupError):
        reason = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        return f"pip-audit could not ask, so nothing is known about holes: {reason[0]}"
    return verdict(packages)


def verdict(packages: list[dict[str, Any]]) -> str:
    """What pip-audit's list of packages means. A package that the index does not know was not looked at."""
    holes = [f"{each['name']} {hole['id']}" for each in packages for hole in each.get("vulns", ())]
    if holes:
        raise bootstrap.SetupError(f"Locked packages have known holes: {', '.join(holes)}")
    skipped = sum("skip_reason" in each for each in packages)
    if skipped:
        return f"pip-audit: {skipped} of {len(packages)} packages are unknown at the index; no hole in the others."
    return f"pip-audit: no known holes in {len(packages)} locked packages."


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
