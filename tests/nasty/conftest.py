"""The dialects as fixtures."""

import pytest

from tests.nasty.dialects import EVERY, IN_OCTOAI, IN_OCTOAI_AT_ONCE, JOBS, Dialect


@pytest.fixture(params=EVERY, ids=lambda dialect: dialect.name)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """Each service in turn."""
    chosen = request.param
    assert isinstance(chosen, Dialect)
    return chosen


@pytest.fixture(params=JOBS, ids=lambda dialect: dialect.name)
def by_link(request: pytest.FixtureRequest) -> Dialect:
    """Each service that has a list, and whose answers hold links to the results."""
    chosen = request.param
    assert isinstance(chosen, Dialect)
    return chosen


@pytest.fixture(params=[IN_OCTOAI, IN_OCTOAI_AT_ONCE], ids=["later", "at once"])
def way(request: pytest.FixtureRequest) -> Dialect:
    """Both ways of the service whose answers hold the results themselves."""
    chosen = request.param
    assert isinstance(chosen, Dialect)
    return chosen
