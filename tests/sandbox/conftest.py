"""One quick demo server for every test that only asks it things."""

from collections.abc import Iterator

import pytest

from app.sandbox.running import RunningSandbox


@pytest.fixture(scope="module")
def demo() -> Iterator[RunningSandbox]:
    """A server whose jobs are over in hundredths of a second."""
    with RunningSandbox() as sandbox:
        yield sandbox
