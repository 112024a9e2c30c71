"""Broken answers, family by family: a value that can be stored and shown, or a typed error, and soon (T-11)."""

import asyncio
import time
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.domain.errors import StudioError
from tests.counts import say
from tests.fuzz.answers import Canned, Family
from tests.fuzz.checks import Checker
from tests.fuzz.families import FAMILIES

SHORT, LONG = 2_000, 10_000
LONGEST_S = 0.25
"""Of computing, so that a busy machine does not count."""


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def fuzz(family: Family, loop: asyncio.AbstractEventLoop, examples: int) -> None:
    """Examples are seeds: what is broken is chosen by the seed, which a failure prints."""
    client, checker = Canned(), Checker()
    times: list[float] = []

    async def read() -> float:
        started = time.process_time()
        try:
            value = await family.use(client)
        except StudioError as error:
            checker.error(error)
        else:
            checker.value(value)
        return time.process_time() - started

    async def one(random: Random) -> None:
        client.answer = family.answer(random)
        took = await read()
        if took >= LONGEST_S:  # the interpreter may have cleared up just then
            took = min(took, await read())
        times.append(took)
        assert took < LONGEST_S, f"{took:.3f} s for {len(client.answer.body)} bytes"

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=examples == SHORT,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**63))
    def every(seed: int) -> None:
        loop.run_until_complete(one(Random(seed)))

    try:
        every()
        say("T-11", f"{family.name}: {len(times):,} broken answers, the slowest took {max(times) * 1000:.0f} ms")
    finally:
        checker.close()
        loop.run_until_complete(client.close())


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_broken_answer_is_a_storable_value_or_a_typed_error_and_soon(
    family: Family, loop: asyncio.AbstractEventLoop
) -> None:
    fuzz(family, loop, SHORT)


@pytest.mark.long
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_ten_thousand_broken_answers_are_storable_values_or_typed_errors(
    family: Family, loop: asyncio.AbstractEventLoop
) -> None:
    fuzz(family, loop, LONG)
