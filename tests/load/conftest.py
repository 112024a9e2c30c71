"""Says at the end how much was tried; the virtual computer is that of `tests.virtual`."""

import pytest

from tests.load.counting import SAID
from tests.virtual.conftest import make_machine

__all__ = ["make_machine"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each test that counted something."""
    for test in sorted(SAID):
        terminalreporter.write_line(f"{test} {SAID[test]}")
