import asyncio
import signal
import sys
from pathlib import Path

from bot.alerts.delivery import DeliveryState
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
