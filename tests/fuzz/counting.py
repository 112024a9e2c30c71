"""How many examples were tried of each family, and how long the slowest took in seconds."""

COUNTED: dict[str, tuple[int, float]] = {}


def count(family: str, seconds: float) -> None:
    """One example is over."""
    before, slowest = COUNTED.get(family, (0, 0.0))
    COUNTED[family] = before + 1, max(slowest, seconds)
