"""Says at the end how much was tried."""

import pytest

from tests.disk.counting import SAID


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each test that counted something."""
    for test in sorted(SAID):
        terminalreporter.write_line(f"{test} {SAID[test]}")
