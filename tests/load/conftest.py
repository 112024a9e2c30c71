"""The virtual computer is that of `tests.virtual`."""

from tests.virtual.conftest import make_machine

__all__ = ["make_machine"]
