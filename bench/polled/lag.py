"""How long the event loop keeps others waiting.

As a program it measures a loop that has nothing else to do, for so many seconds as its argument
says, and prints the percentiles: what the machine itself, busy with other work, keeps it waiting.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

_EVERY_S = 0.01


class Lag:
    """What was measured, in milliseconds, since `clear`."""

    def __init__(self) -> None:
        self.found: list[float] = []

    def clear(self) -> None:
        """Begins anew."""
        self.found = []

    async def _measure(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _EVERY_S
            await asyncio.sleep(_EVERY_S)
            self.found.append((loop.time() - due) * 1000)


@asynccontextmanager
async def measured() -> AsyncIterator[Lag]:
    """Measures a hundred times a second while the block runs."""
    lag = Lag()
    task = asyncio.create_task(lag._measure())
    try:
        yield lag
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def percentile(values: list[float], percent: float) -> float:
    """The smallest value that as many percent of the values do not exceed; 0 without any."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)] if ordered else 0.0


async def main() -> None:
    """Measures for a while and prints."""
    async with measured() as lag:
        await asyncio.sleep(float(sys.argv[1]))
    print(json.dumps(told(lag)), flush=True)


def told(lag: Lag) -> list[float]:
    """Median, 99th percentile and maximum."""
    return [percentile(lag.found, 50), percentile(lag.found, 99), max(lag.found)]


if __name__ == "__main__":
    asyncio.run(main())
