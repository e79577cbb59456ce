"""Runs work that continues after Slack got its acknowledgement, and logs its failures."""

import asyncio
import logging
import sys
from collections.abc import Coroutine
from secrets import token_hex
from typing import Any

from bot.errors import StoreUnavailable, WorkspaceRefused

log = logging.getLogger(__name__)


def log_failure(doing: str) -> str | None:
    """Logs the current exception with its traceback, and returns the id of the log line.

    Returns None if the database cannot be reached, because `bot.store.outage` logs that. If a
    workspace removed the app while its request was processed, this is logged as info, not as an
    error.
    """
    failure = sys.exception()
    if isinstance(failure, StoreUnavailable):
        return None
    error_id = token_hex(4)
    if isinstance(failure, WorkspaceRefused):
        log.info("ended %s while %s: %s", error_id, doing, failure.cause)
    else:
        log.exception("error %s while %s", error_id, doing)
    return error_id


class Background:
    """Runs tasks, logs those that fail, and can wait for all tasks at a shutdown."""

    def __init__(self) -> None:
        # Without these references, tasks could be garbage-collected, because asyncio keeps only
        # weak references.
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, object], doing: str) -> None:
        """Starts a task. If it fails, `doing` names it in the log."""
        task = asyncio.create_task(_run_logged(work, doing), name=doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self, timeout_s: float = 5.0) -> None:
        """Waits up to `timeout_s` seconds for all tasks, then cancels those that are still
        running."""
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
