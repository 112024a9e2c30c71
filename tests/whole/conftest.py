"""What the tests of the whole studio counted, in one line each at the end of a run."""

import pytest

from tests.whole.counting import COUNTED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tells what was counted."""
    for line in COUNTED:
        terminalreporter.write_line(line)
