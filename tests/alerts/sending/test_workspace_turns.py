"""A delivery needs a turn of its workspace; without a turn, it goes back into the outbox."""

import asyncio
from datetime import datetime, timedelta

from bot.alerts.delivery import Delivery, DeliveryState
from bot.alerts.sending.attempts import LONGEST_TURN_S
from bot.alerts.sending.dispatcher import Dispatcher
from bot.alerts.sending.ports import CLAIMS_PER_SLOT, Receipt
from bot.errors import StoreUnavailable
from bot.news.story import Story
from tests.alerts.sending.test_dispatcher import FakeSlack
from tests.store.examples import NOON, delivery
from tests.store.opened import Store


class Turns:
    """Grants `left` turns at once; the next turn is `wait_s` seconds away."""

    def __init__(self, left: int, wait_s: float) -> None:
        self.left, self.wait_s = left, wait_s
        self.teams: list[str] = []
        self.asked = asyncio.Event()
        self.error: Exception | None = None

    async def take(self, team: str) -> float:
        self.teams.append(team)
        self.asked.set()
        if self.error is not None:
            raise self.error
        if not self.left:
            return self.wait_s
        self.left -= 1
        return 0.0


class FakeSender:
    def __init__(self) -> None:
        self.sent: list[Delivery] = []

    async def send(
        self, delivery: Delivery, stories: tuple[Story, ...], thread_ts: str | None
    ) -> Receipt:
        self.sent.append(delivery)
        return Receipt(ts=f"{len(self.sent)}.0")


def _dispatcher(store: Store, sender: FakeSender, turns: Turns) -> Dispatcher:
    return Dispatcher(store.outbox, sender, lambda: NOON, pace_s=0, take_turn=turns.take)


async def _due(store: Store) -> datetime | None:
    return await store.outbox.next_due(NOON)


async def test_a_delivery_without_a_turn_is_put_back_until_there_is_one(store: Store) -> None:
    sender, turns = FakeSender(), Turns(2, wait_s=LONGEST_TURN_S + 5)
    await store.queue(*(delivery("a", f"C{number}") for number in range(3)))
    assert await _dispatcher(store, sender, turns).run_once(NOON) == 2
    assert len(sender.sent) == 2
    assert set(turns.teams) == {sender.sent[0].team}
    due_at = await _due(store)
    assert due_at == NOON + timedelta(seconds=turns.wait_s)
    turns.left = 1
    assert await _dispatcher(store, sender, turns).run_once(due_at) == 1
    assert not any(each.uncertain or each.attempts > 1 for each in sender.sent)


async def test_a_delivery_waits_in_place_for_a_turn_that_is_near(store: Store) -> None:
    sender, turns = FakeSender(), Turns(0, wait_s=0.01)
    await store.queue(delivery("a"))
    sending = asyncio.create_task(_dispatcher(store, sender, turns).run_once(NOON))
    async with asyncio.timeout(10):
        await turns.asked.wait()
    turns.left = 1
    assert await sending == 1


async def test_a_stop_ends_the_wait_for_a_turn(store: Store) -> None:
    sender, turns, stop = FakeSender(), Turns(0, wait_s=LONGEST_TURN_S - 5), asyncio.Event()
    await store.queue(delivery("a"))
    running = asyncio.create_task(_dispatcher(store, sender, turns).run(stop))
    async with asyncio.timeout(10):
        await turns.asked.wait()
        stop.set()
        await running
    assert sender.sent == []
    assert (await store.outbox.counts())[DeliveryState.QUEUED] == 1


async def test_a_delivery_is_put_back_if_the_database_cannot_give_a_turn(store: Store) -> None:
    sender, turns = FakeSender(), Turns(1, wait_s=0)
    await store.queue(delivery("a"))
    turns.error = StoreUnavailable("the database", "connection refused")
    claimed = await store.outbox.claim(NOON, 1, 60)
    assert not await _dispatcher(store, sender, turns).deliver(claimed[0])
    assert await _due(store) == NOON
    turns.error = None
    assert await _dispatcher(store, sender, turns).run_once(NOON) == 1
    assert [(each.attempts, each.uncertain) for each in sender.sent] == [(1, False)]


async def test_messages_that_wait_for_a_turn_do_not_delay_another_workspace(store: Store) -> None:
    slack, turns, stop = FakeSlack(), Turns(0, wait_s=LONGEST_TURN_S - 5), asyncio.Event()
    others = [delivery("b", f"D{number}", team="T2", id=f"b{number}") for number in range(3)]

    async def take(team: str) -> float:
        return 0.0 if team == "T2" else await turns.take(team)

    dispatcher = Dispatcher(store.outbox, slack, lambda: NOON, pace_s=0, slots=1, take_turn=take)
    # One more than the limit of messages in flight.
    await store.queue(*(delivery("a", f"C{number}") for number in range(CLAIMS_PER_SLOT + 1)))
    running = asyncio.create_task(dispatcher.run(stop))
    async with asyncio.timeout(10):
        await turns.asked.wait()
        await store.queue(*others)
        dispatcher.wake()
        await slack.has_posted(len(others))
        # The messages of the first workspace are still in flight or queued.
        counts = await store.outbox.counts()
        assert (counts[DeliveryState.RESERVED], counts[DeliveryState.QUEUED]) == (
            CLAIMS_PER_SLOT,
            1,
        )
        stop.set()
        await running
    assert [each.id for each in slack.posted] == [each.id for each in others]
