"""How much runs at once, and whether anything is sent at all: what the person has set, read anew each time."""

from collections.abc import Callable
from dataclasses import dataclass


class PauseSwitch:
    """Whether the queue is paused, for one run. The studio puts a setting in its place."""

    def __init__(self) -> None:
        self._is_on = False

    def is_on(self) -> bool:
        """True while nothing is sent."""
        return self._is_on

    def turn(self, on: bool) -> None:
        """Pauses or goes on."""
        self._is_on = on


@dataclass(frozen=True)
class QueueRules:
    """`per_provider()` and `overall()` are numbers of jobs at once, counted from sending to the end over there."""

    per_provider: Callable[[], int]
    overall: Callable[[], int]
    is_paused: Callable[[], bool]
