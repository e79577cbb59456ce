import asyncio
import threading
from collections.abc import Sequence

import pytest
from sqlalchemy import Connection

from bot.errors import StoreAway, StoreError
from bot.store import tables
from bot.store.write_batcher import WriteBatcher
from tests.store.examples import NOON
from tests.store.opened import Store


class Marks:
    """Writes names into the table `once`, and keeps how many came in each transaction."""

    def __init__(self, store: Store) -> None:
        self.batches: list[int] = []
        self.refused = ""
        self._insert = store.database.insert(tables.once).on_conflict_do_nothing()

    def write(self, connection: Connection, names: Sequence[str]) -> None:
        if self.refused in names:
            raise StoreError("test", "refused")
        self.batches.append(len(names))
        connection.execute(self._insert, [{"name": name, "done_at": NOON} for name in names])


async def test_writes_that_wait_at_the_same_time_share_a_transaction(store: Store) -> None:
    marks = Marks(store)
    together = WriteBatcher(store.database, marks.write)
    await asyncio.gather(*(together.add(f"mark {number}") for number in range(50)))
    assert sum(marks.batches) == 50
    assert len(marks.batches) < 10


async def test_only_the_owner_of_a_bad_item_hears_of_it(store: Store) -> None:
    marks = Marks(store)
    marks.refused = "mark 3"
    together = WriteBatcher(store.database, marks.write)
    results = await asyncio.gather(
        *(together.add(f"mark {number}") for number in range(6)), return_exceptions=True
    )
    assert [isinstance(result, StoreError) for result in results] == [
        number == 3 for number in range(6)
    ]


async def test_a_cancelled_write_holds_up_nobody(store: Store) -> None:
    marks = Marks(store)
    together = WriteBatcher(store.database, marks.write)
    waiting = [asyncio.create_task(together.add(f"mark {number}")) for number in range(3)]
    await asyncio.sleep(0)
    waiting[1].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    with pytest.raises(asyncio.CancelledError):
        waiting[1].result()
    assert sum(marks.batches) == 2


async def test_an_owner_that_goes_takes_nobody_elses_item_along(store: Store) -> None:
    marks = Marks(store)
    together = WriteBatcher(store.database, marks.write)
    for number in range(30):
        waiting = [asyncio.create_task(together.add(f"{number}.{each}")) for each in range(3)]
        await asyncio.sleep(number / 10_000)
        waiting[number % 3].cancel()
        others = [task for task in waiting if task is not waiting[number % 3]]
        async with asyncio.timeout(5):
            assert await asyncio.gather(*others) == [None, None]


async def test_who_is_cancelled_while_its_item_is_written_is_so_after_that(store: Store) -> None:
    begun, go_on = threading.Event(), threading.Event()
    written: list[str] = []
    seen: list[list[str]] = []

    def write(connection: Connection, names: Sequence[str]) -> None:
        begun.set()
        assert go_on.wait(5)
        written.extend(names)

    together = WriteBatcher(store.database, write)
    owners = [asyncio.create_task(together.add(name)) for name in ("first", "second")]
    await asyncio.to_thread(begun.wait, 5)
    for owner in owners:
        owner.add_done_callback(lambda _: seen.append(list(written)))
        owner.cancel()
    for _ in range(5):
        await asyncio.sleep(0)
    go_on.set()
    await asyncio.wait(owners, timeout=5)
    assert all(owner.cancelled() for owner in owners)
    assert seen == [["first", "second"]] * 2


async def test_a_database_that_goes_amid_a_bad_batch_is_not_asked_for_each_item(
    store: Store,
) -> None:
    tries: list[int] = []

    def write(connection: Connection, names: Sequence[str]) -> None:
        tries.append(len(names))
        raise StoreError("test", "refused") if len(tries) == 1 else StoreAway("test", "gone")

    together = WriteBatcher(store.database, write)
    results = await asyncio.gather(
        *(together.add(f"mark {number}") for number in range(64)), return_exceptions=True
    )
    assert all(isinstance(result, StoreAway) for result in results)
    assert len(tries) < 10
