"""What the tests of this folder counted, for the line at the end of a run."""

COUNTED: list[str] = []


def counted(line: str) -> None:
    """Says one thing at the end of the run, once for every test that counts."""
    COUNTED.append(line)
