"""Program: the baseline client. aiohttp sends conditional requests and ignores the bodies."""

import asyncio
from time import perf_counter

import aiohttp

from bench.polled.turns import answer, arguments, turns

_AT_ONCE = 50
_CONDITIONS = (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))


async def main() -> None:
    """Fetches every feed once per turn."""
    addresses, _ = arguments()
    validators: dict[str, dict[str, str]] = {}
    free = asyncio.Semaphore(_AT_ONCE)

    async def fetch(session: aiohttp.ClientSession, address: str) -> int:
        headers = validators.get(address, {})
        async with free, session.get(address, headers=headers) as response:
            await response.read()
            given = response.headers
            validators[address] = {ask: given[name] for ask, name in _CONDITIONS if name in given}
            return response.status

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        for _ in turns():
            began = perf_counter()
            statuses = await asyncio.gather(*(fetch(session, each) for each in addresses))
            wall_s = perf_counter() - began
            answer(wall_s, statuses.count(200), statuses.count(304), 0)


if __name__ == "__main__":
    asyncio.run(main())
