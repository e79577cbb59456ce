"""Work that goes on after Slack has its acknowledgement."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from bot.slack.error_ids import record


class Background:
    """Runs work to its end, logs what fails, and lets a shutdown wait for what is under way."""

    def __init__(self) -> None:
        # asyncio itself holds tasks weakly: without this they may vanish half way.
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, object], doing: str) -> None:
        """Starts the work; `doing` names it in the log should it fail."""
        task = asyncio.create_task(_guarded(work, doing), name=doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self, timeout_s: float = 5.0) -> None:
        """Waits for all that is under way, then cancels what is left."""
        while self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=timeout_s)
            for task in late:
                task.cancel()
            if late:
                await asyncio.gather(*late, return_exceptions=True)


async def _guarded(work: Coroutine[Any, Any, object], doing: str) -> None:
    try:
        await work
    except Exception:
        record(doing)
