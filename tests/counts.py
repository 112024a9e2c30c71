"""What was tried, said at the end of a run: a sentence for each test of reliability.md, with its numbers.

The sentences travel with the reports of the tests, so that they arrive from every process that runs some.
"""

from collections.abc import Iterator

import pytest

from tests.nasty.counting import counted

_TRIED = "tried"
_running: list[pytest.Item] = []


def say(test: str, sentence: str) -> None:
    """To be called by a running test or its fixtures; `test` is the number of reliability.md, such as "T-15"."""
    _running[-1].user_properties.append((_TRIED, f"{test} {sentence}"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Remembers whose words they are."""
    _running.append(item)
    try:
        return (yield)
    finally:
        _running.pop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Each sentence once, in the order of the tests' numbers, and how many of the nasty cases were tried."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    said = {words for report in reports for name, words in getattr(report, "user_properties", ()) if name == _TRIED}
    for words in sorted(said):
        terminalreporter.write_line(words)
    nasty = [
        report.nodeid
        for report in reports
        if getattr(report, "when", "") == "call" and report.nodeid.startswith("tests/nasty/")
    ]
    if nasty:
        terminalreporter.write_line(counted(nasty))
