"""A test that needs a program of the system names the package it comes from when it is not there."""

from __future__ import annotations

import os

import pytest
from system_packages import TEST_TOOLS, install_line, missing


def require_packages(*debian_names: str) -> None:
    """Skip the test, saying why, when one of these packages of `TEST_TOOLS` is missing; fail it where CI is set.

    Names are Debian's ("xvfb", "python3-pyatspi"); KeyError for one that make test would not install.
    """
    known = {need.apt for need in TEST_TOOLS}
    unknown = set(debian_names) - known
    if unknown:
        raise KeyError(f"{sorted(unknown)} are not among the packages that set-up installs")
    lacking = missing(tuple(need for need in TEST_TOOLS if need.apt in debian_names))
    if not lacking:
        return
    sentence = f"system packages are missing; install them with: {install_line(lacking)}"
    if os.environ.get("CI", "").lower() in ("", "0", "false"):
        pytest.skip(sentence)
    pytest.fail(sentence)
