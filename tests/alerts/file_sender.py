"""Program for crash tests: sends queued messages, and kills itself before it confirms one of them.

    python -m tests.alerts.file_sender DATABASE FILE NUMBER

Each post adds a line to FILE. When FILE has NUMBER lines, the process sends itself SIGKILL.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from bot.alerts.delivery import Delivery
from bot.alerts.sending.dispatcher import Dispatcher
from bot.alerts.sending.ports import Receipt
from bot.news.story import Story
from tests.store.examples import NOON
from tests.store.opened import open_store


class FileSender:
    """Posts into a file, after looking there for an uncertain delivery; can kill its process."""

    def __init__(self, file: Path, dies_at: int = 0) -> None:
        self._file, self._dies_at = file, dies_at

    async def send(
        self, delivery: Delivery, stories: tuple[Story, ...], thread_ts: str | None
    ) -> Receipt:
        if not (delivery.uncertain and delivery.id in posted_ids(self._file)):
            with self._file.open("a") as file:
                file.write(f"{delivery.id}\n")
            self._dies_at -= 1
            if self._dies_at == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return Receipt(ts="1.1")


def posted_ids(file: Path) -> list[str]:
    """The ids of the deliveries in the file, in the order in which they were posted."""
    return file.read_text().split() if file.exists() else []


async def send_all(database: Path, sender: FileSender) -> None:
    """Does the work of one process: releases the claims of dead ones, then sends due messages."""
    store = open_store(f"sqlite:///{database}")
    await store.outbox.release_all(NOON)
    await Dispatcher(store.outbox, sender, lambda: NOON, pace_s=0).run_once(NOON)
    await store.database.close()


if __name__ == "__main__":
    database, file, number = sys.argv[1:]
    asyncio.run(send_all(Path(database), FileSender(Path(file), int(number))))
