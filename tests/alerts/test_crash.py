import asyncio
import signal
import sys
from pathlib import Path

from bot.alerts.delivery import Delivery, DeliveryState
from bot.alerts.sending.dispatcher import Dispatcher
from bot.alerts.sending.ports import Receipt
from bot.news.story import Story
from bot.store.upgrade import upgrade
from tests.alerts.file_sender import FileSender, posted_ids, send_all
from tests.store.examples import NOON, delivery
from tests.store.opened import open_store

ROOT = Path(__file__).parents[2]


async def _run_until_killed(database: Path, file: Path, number: int) -> None:
    module = "tests.alerts.file_sender"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, str(database), str(file), str(number), cwd=ROOT
    )
    assert await process.wait() == -signal.SIGKILL


class _HangingSender:
    """A sender whose posts never get an answer."""

    def __init__(self) -> None:
        self.posting = 0
        self._more = asyncio.Condition()

    async def send(
        self, delivery: Delivery, stories: tuple[Story, ...], thread_ts: str | None
    ) -> Receipt:
        self.posting += 1
        async with self._more:
            self._more.notify_all()
        await asyncio.Event().wait()
        raise AssertionError

    async def has_begun(self, number: int) -> None:
        async with asyncio.timeout(10), self._more:
            await self._more.wait_for(lambda: self.posting == number)


async def test_after_a_crash_only_messages_that_were_passed_to_slack_are_uncertain(
    tmp_path: Path,
) -> None:
    address = f"sqlite:///{tmp_path / 'bot.db'}"
    await upgrade(address)
    store, sender = open_store(address), _HangingSender()
    await store.queue(*(delivery("a", f"C{number}") for number in range(180)))
    dispatcher = Dispatcher(store.outbox, sender, lambda: NOON, pace_s=0, slots=20)
    running = asyncio.create_task(dispatcher.run_once(NOON))
    await sender.has_begun(20)
    counts = await store.outbox.counts()
    assert (counts[DeliveryState.RESERVED], counts[DeliveryState.SENDING]) == (160, 20)
    running.cancel()
    assert await store.outbox.release_all(NOON) == 180
    again = await store.outbox.claim(NOON, 180, 60)
    assert sum(each.uncertain for each in again) == 20
    await store.database.close()


async def test_a_kill_between_post_and_confirm_loses_and_repeats_no_message(
    tmp_path: Path,
) -> None:
    database, file = tmp_path / "bot.db", tmp_path / "posted"
    await upgrade(f"sqlite:///{database}")
    store = open_store(f"sqlite:///{database}")
    queued = [delivery(about, f"C{number}") for about in "abc" for number in range(4)]
    await store.queue(*queued)

    await _run_until_killed(database, file, 1)
    assert len(posted_ids(file)) == 1
    # The posted delivery is still being sent; the next process queues it again as uncertain.
    assert (await store.outbox.counts())[DeliveryState.SENT] == 0
    await store.outbox.release_all(NOON)
    again = await store.outbox.claim(NOON, 9, 60)
    assert {each.id: each.uncertain for each in again}[posted_ids(file)[0]]

    await _run_until_killed(database, file, 4)
    await _run_until_killed(database, file, 2)
    await send_all(database, FileSender(file))
    assert sorted(posted_ids(file)) == sorted(each.id for each in queued)
    assert (await store.outbox.counts())[DeliveryState.SENT] == len(queued)
    await store.database.close()
