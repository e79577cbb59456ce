"""Operators get one notice about a feed that is gone or has failed for a day."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.alerts.notices import REPORT_AFTER, Notices
from bot.feeds.model import FeedState
from bot.proposals.approval.amendments import Amendment
from bot.proposals.approval.overlay import StaleApproval, report_stale
from bot.rates.model.measure import Source
from bot.store.upgrade import upgrade
from tests.store.examples import NOON, TEAM, minutes
from tests.store.opened import Store, open_store

FAILING = FeedState(feed_id="wire", failures=3, failing_since=NOON, error="no answer in 30 s")
GONE = FeedState(feed_id="court", failures=1, failing_since=NOON, stopped=True, error="gone")


class Setting:
    def __init__(self, store: Store, *conversations: str) -> None:
        self.store, self.conversations = store, conversations
        self.now = NOON
        self.woken = 0
        self.start()

    def start(self) -> None:
        """Creates the notices as the bot does at each start."""
        self.notices = Notices(
            self.store.outbox, TEAM, self.conversations, lambda: self.now, self.wake
        )

    def wake(self) -> None:
        self.woken += 1

    async def send_due(self) -> list[Delivery]:
        """Sends and confirms all due deliveries; returns them."""
        found: list[Delivery] = []
        while claimed := await self.store.outbox.claim(self.now, 10, 60):
            for each in claimed:
                await self.store.outbox.confirm(each.id, "1.2", self.now)
            found += claimed
        return found


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    await upgrade(f"sqlite:///{tmp_path / 'bot.db'}")
    opened = open_store(f"sqlite:///{tmp_path / 'bot.db'}")
    yield opened
    await opened.database.close()


async def test_a_feed_that_is_gone_is_reported_to_each_operator_immediately(store: Store) -> None:
    setting = Setting(store, "U1", "U2")
    await setting.notices.look([GONE])
    told = await setting.send_due()
    assert [each.conversation for each in told] == ["U1", "U2"]
    assert {each.kind for each in told} == {DeliveryKind.NOTICE}
    assert "court" in told[0].reason
    assert "410" in told[0].reason
    assert "`/tariff feeds resume court`" in told[0].reason
    assert setting.woken == 1


async def test_a_failing_feed_is_reported_once_after_a_day(store: Store) -> None:
    setting = Setting(store, "C1")
    setting.now += REPORT_AFTER - minutes(1)
    await setting.notices.look([FAILING])
    assert await setting.send_due() == []
    setting.now += minutes(1)
    await setting.notices.look([FAILING])
    [told] = await setting.send_due()
    assert "no answer in 30 s" in told.reason
    setting.now += timedelta(days=3)
    await setting.notices.look([replace(FAILING, failures=9, error="other")])
    assert await setting.send_due() == []


async def test_a_restart_repeats_no_notice(store: Store) -> None:
    setting = Setting(store, "C1")
    await setting.notices.look([GONE])
    await setting.send_due()
    setting.start()
    await setting.notices.look([GONE])
    assert await setting.send_due() == []


async def test_a_feed_that_recovers_and_fails_again_is_reported_again(store: Store) -> None:
    setting = Setting(store, "C1")
    setting.now += REPORT_AFTER
    await setting.notices.look([FAILING])
    assert len(await setting.send_due()) == 1
    await setting.notices.look([])
    anew = replace(FAILING, failing_since=setting.now)
    setting.now += REPORT_AFTER
    await setting.notices.look([anew])
    assert len(await setting.send_due()) == 1


async def test_without_operators_nothing_is_queued(store: Store) -> None:
    setting = Setting(store)
    await setting.notices.look([GONE])
    assert await setting.send_due() == []
    assert setting.woken == 0


async def test_a_stale_approval_is_reported_once(store: Store) -> None:
    made = Amendment(
        id="a1",
        imposer="US",
        measure="us-232-steel",
        percent=Decimal(40),
        from_=NOON.date(),
        source=Source(text="Wire"),
        published=NOON.date(),
        approved_by="ana",
        approved_on=NOON.date(),
    )
    setting = Setting(store, "U1")
    for _ in range(2):
        left = StaleApproval(made, "a rate of it begins on that day already")
        await setting.notices.look([], [report_stale(left)])
        setting.start()
    [told] = await setting.send_due()
    for part in ("us-232-steel, 40%", "ana", "begins on that day already", "Undo it"):
        assert part in told.reason
