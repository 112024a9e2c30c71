"""Says at the end how many broken answers were read."""

import pytest

from tests.fuzz.counting import COUNTED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line at the end of a run that fuzzed something."""
    if COUNTED:
        total = sum(count for count, _ in COUNTED.values())
        slowest = max(seconds for _, seconds in COUNTED.values())
        terminalreporter.write_line(
            f"fuzzing: {total:,} broken answers in {len(COUNTED)} families, the slowest took {slowest * 1000:.0f} ms"
        )
