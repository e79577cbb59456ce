"""Reads a file in a process of its own, with limits on its time and memory.

A file from outside may be made to take long. Python code cannot be stopped, but a process can. The
process ends with its file; starting it takes about half a second.
"""

import asyncio
import multiprocessing
import os
import signal
from concurrent.futures import TimeoutError as FutureTimeout

import pebble

from bot.errors import LinesRefused
from bot.lines.files.limits import check_file
from bot.lines.validation import ImportedFile

DEADLINE_S = 20.0
"""Maximum time for reading a file, with the start of the process."""
_MAX_MEMORY = 1_500_000_000
"""Maximum bytes of address space of the process."""


def _limit() -> None:
    # Only Unix has this module.
    import resource

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY, _MAX_MEMORY))


def _read(name: str, content: bytes) -> ImportedFile | tuple[str, str, str]:
    """The lines, or the parts of the error: the exception could not be sent between processes."""
    from bot.lines.files.reading import read_file

    try:
        return read_file(name, content)
    except LinesRefused as error:
        return error.thing, error.cause, error.cure


async def read_file_isolated(
    name: str, content: bytes, deadline_s: float = DEADLINE_S
) -> ImportedFile:
    """The lines of a file, like `read_file`; raises LinesRefused too if it takes too long."""
    check_file(name, len(content))
    pool = pebble.ProcessPool(
        max_workers=1,
        max_tasks=1,
        context=multiprocessing.get_context("spawn"),
        initializer=_limit if os.name == "posix" else None,
    )
    try:
        future = pool.schedule(_read, args=[name, content], timeout=deadline_s)
        found = await asyncio.wrap_future(future)
    except (FutureTimeout, TimeoutError) as error:
        cause = f"takes more than {deadline_s:g} seconds to read"
        raise LinesRefused(name, cause, "Keep only the sheet with the lines") from error
    except (MemoryError, pebble.ProcessExpired) as error:
        raise LinesRefused(name, "takes too much memory to read", "Split it") from error
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        await asyncio.to_thread(pool.join)
    if not isinstance(found, ImportedFile):
        raise LinesRefused(*found)
    return found
