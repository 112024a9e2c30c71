"""How late a loop with nothing to do wakes up on this machine now: `python -m tests.load.bare_loop` until its input ends."""

import asyncio
import sys
import time

TICK_S = 0.01


class Lag:
    """Sleeps `TICK_S` again and again and notes how much later than that it woke, in ms."""

    def __init__(self) -> None:
        self.late_ms: list[float] = []

    async def watch(self) -> None:
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(TICK_S)
            self.late_ms.append((time.perf_counter() - begun - TICK_S) * 1000)

    def p99_ms(self) -> float:
        ordered = sorted(self.late_ms)
        return ordered[int(len(ordered) * 0.99)]

    def worst_ms(self) -> float:
        return max(self.late_ms)


async def main() -> None:
    lag = Lag()
    watching = asyncio.create_task(lag.watch())
    await asyncio.to_thread(sys.stdin.read)
    watching.cancel()
    print(lag.p99_ms(), lag.worst_ms(), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
