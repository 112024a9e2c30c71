"""Every widget test sees the real look, in dark and without motion, and leaves it so."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from app.services.previews import Previews
from app.system.appearance import Appearance
from app.widgets.look import wear


@pytest.fixture(scope="session")
def appearance(qapp: QApplication) -> Appearance:
    made = Appearance("dark")
    wear(qapp, made)
    return made


@pytest.fixture(scope="session")
def looker(qapp: QApplication) -> Iterator[Previews]:
    """The preview process itself: it stays warm for all tests."""
    made = Previews()
    yield made
    made.crew.close()


@pytest.fixture(autouse=True)
def worn(appearance: Appearance) -> Iterator[Appearance]:
    """The one look of the process; a test may change it."""
    appearance.set_mode("dark")
    appearance.set_reduced_motion(True)
    yield appearance
    appearance.set_mode("dark")
