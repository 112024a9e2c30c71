"""The dialects as a fixture, and a line at the end that says how many of the nasty cases were tried."""

import pytest

from tests.nasty.counting import counted
from tests.nasty.dialects import EVERY, Dialect


@pytest.fixture(params=EVERY, ids=lambda dialect: dialect.name)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """Each service in turn."""
    chosen = request.param
    assert isinstance(chosen, Dialect)
    return chosen


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Counts what ran."""
    names = [
        report.nodeid
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call" and "tests/nasty/" in report.nodeid
    ]
    if names:
        terminalreporter.write_line(counted(names))
