"""What was tried, for the lines at the end of a run: a sentence for each test, with its numbers."""

SAID: dict[str, str] = {}


def say(test: str, sentence: str) -> None:
    """`test` is the number of reliability.md, such as "T-27"."""
    SAID[test] = sentence
