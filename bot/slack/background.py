"""Work that continues after Slack got its acknowledgement, and the log of what fails in it."""

import asyncio
import logging
import sys
from collections.abc import Coroutine
from secrets import token_hex
from typing import Any

from bot.errors import StoreUnavailable

log = logging.getLogger(__name__)


def log_failure(doing: str) -> str | None:
    """Logs the exception being handled with its traceback; returns the id of the log line.

    None if the database cannot be reached: `bot.store.outage` logs that once.
    """
    if isinstance(sys.exception(), StoreUnavailable):
        return None
    error_id = token_hex(4)
    log.exception("error %s while %s", error_id, doing)
    return error_id


class Background:
    """Runs tasks, logs those that fail, and lets a shutdown wait for those that run."""

    def __init__(self) -> None:
        # asyncio keeps only weak references to tasks.
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, object], doing: str) -> None:
        """Starts the work; `doing` names it in the log if it fails."""
        task = asyncio.create_task(_run_logged(work, doing), name=doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self, timeout_s: float = 5.0) -> None:
        """Waits for all running tasks, then cancels those that are left."""
        while self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=timeout_s)
            for task in late:
                task.cancel()
            if late:
                await asyncio.gather(*late, return_exceptions=True)


async def _run_logged(work: Coroutine[Any, Any, object], doing: str) -> None:
    try:
        await work
    except Exception:
        log_failure(doing)
