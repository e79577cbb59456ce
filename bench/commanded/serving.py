"""Functions that the server programs share: find a free port, and serve until killed."""

import asyncio
import socket

from aiohttp import web


def free_port() -> int:
    """A loopback port that no process uses."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def serve(application: web.Application) -> None:
    """Serves on a free loopback port and prints the port as the first line."""
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()
