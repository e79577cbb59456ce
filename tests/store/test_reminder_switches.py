from datetime import timedelta
from typing import Any

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.store.outbox import Outbox
from bot.store.reminder_switches import ReminderSwitches
from tests.store.examples import NOON, TEAM, delivery
from tests.store.opened import Store


async def test_switching_reminders_off_affects_one_conversation_only(
    store: Store,
) -> None:
    switches = ReminderSwitches(store.database)
    assert await switches.switch(TEAM, "C1", on=False)
    assert await switches.switch("T2", "C2", on=False)
    assert not await switches.switch(TEAM, "C1", on=False)
    assert not await switches.switch(TEAM, "C3", on=True)
    assert await switches.off(TEAM) == {"C1"}
    assert await switches.switch(TEAM, "C1", on=True)
    assert await switches.off(TEAM) == frozenset()
    assert await switches.off("T2") == {"C2"}


async def test_reminders_are_found_in_every_state_of_their_delivery(store: Store) -> None:
    def reminder(about: str, **fields: Any) -> Delivery:
        return delivery(about, kind=DeliveryKind.REMINDER, story_ids=(), content=about, **fields)

    late, given_up, old, other = (
        reminder("late"),
        reminder("given up", conversation="C2"),
        reminder("old", conversation="C3", due_at=NOON - timedelta(days=20)),
        reminder("other", conversation="C4", team="T2"),
    )
    await store.outbox.queue([late, given_up, old, other, delivery("alert", "C5")])
    await store.outbox.claim(NOON, 10, 60)
    await store.outbox.give_up(given_up.id, "the channel is gone")
    found = await Outbox(store.database, store.stories, TEAM).reminders(NOON - timedelta(days=14))
    assert [each.content for each in found] == ["late", "given up"]
