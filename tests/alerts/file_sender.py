"""Run as a program: sends queued messages until one is posted, and dies before confirming it.

    python -m tests.alerts.file_sender DATABASE FILE NUMBER

Each post adds a line to FILE; at the NUMBERth the process kills itself with SIGKILL.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from bot.alerts.delivery import Delivery
from bot.alerts.dispatcher import Dispatcher, Receipt
from bot.news.story import Story
from tests.store.examples import NOON
from tests.store.opened import open_store


class FileSender:
    """Posts into a file, where it looks first when a delivery is uncertain; may die on the way."""

    def __init__(self, file: Path, dies_at: int = 0) -> None:
        self._file, self._dies_at = file, dies_at

    async def send(
        self, delivery: Delivery, stories: tuple[Story, ...], thread_ts: str | None
    ) -> Receipt:
        if not (delivery.uncertain and delivery.id in posted(self._file)):
            with self._file.open("a") as file:
                file.write(f"{delivery.id}\n")
            self._dies_at -= 1
            if self._dies_at == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return Receipt(ts="1.1")


def posted(file: Path) -> list[str]:
    """The ids of the deliveries that were posted into the file."""
    return file.read_text().split() if file.exists() else []


async def send_all(database: Path, sender: FileSender) -> None:
    """What a process does from its start: owes again what is claimed, sends what is due."""
    store = open_store(f"sqlite:///{database}")
    await store.outbox.release_all(NOON)
    await Dispatcher(store.outbox, sender, lambda: NOON, pace_s=0).run_once(NOON)
    await store.database.close()


if __name__ == "__main__":
    database, file, number = sys.argv[1:]
    asyncio.run(send_all(Path(database), FileSender(Path(file), int(number))))
