"""Each owner of a list gets one message about the lines whose duties changed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.alerts.watch.facts import ChangedDuties, WatchNotice
from bot.commands.lines.reporting import MOST_REPORTED, LineReports
from bot.commands.lines.service import LineListService
from bot.lines.difference import ImportMode
from bot.lines.model import ListOwner
from bot.lines.validation import ImportedRow
from bot.rates.ledger import Ledger
from bot.store.upgrade import upgrade
from tests.lines.made import change, ledger, listed
from tests.rates import made
from tests.store.examples import TEAM
from tests.store.opened import Store, open_store

NOW = datetime(2026, 7, 1, 16, tzinfo=UTC)
CHANNEL, PERSON = ListOwner(TEAM, "C1"), ListOwner(TEAM, "U1")
STEEL = ImportedRow(2, "7208.39.00", "China", "steel")
CELLS = ImportedRow(3, "8507.60.00", "China", "cells")


class Setting:
    """A database, a ledger and a clock that tests change, and the reports."""

    def __init__(self, store: Store) -> None:
        self.store, self.now, self.woken = store, NOW, 0
        self.ledger: Ledger = ledger()
        self.lines = LineListService(store.lines, lambda: self.ledger, lambda: self.now)
        self.reports = self.restart()

    def restart(self) -> LineReports:
        self.reports = LineReports(self.lines, self.store.lines, TEAM, lambda: self.now, self._wake)
        return self.reports

    async def import_rows(self, owner: ListOwner, *rows: ImportedRow) -> None:
        proposed = await self.lines.propose_import(owner, rows, ImportMode.REPLACE)
        await self.lines.save_import(proposed)

    async def claim(self) -> dict[str, tuple[Delivery, ChangedDuties]]:
        """The queued messages by conversation. Drops them, so that the next ones are claimed."""
        found = await self.store.outbox.claim(self.now, 100, 60)
        for each in found:
            await self.store.outbox.drop_claimed(each.id, "read by the test")
        notices = [WatchNotice.model_validate_json(each.content) for each in found]
        assert all(each.kind is DeliveryKind.NOTICE for each in found)
        return {
            each.conversation: (each, notice.about)
            for each, notice in zip(found, notices, strict=True)
            if isinstance(notice.about, ChangedDuties)
        }

    def _wake(self) -> None:
        self.woken += 1


@pytest.fixture
async def setting(tmp_path: Path) -> AsyncIterator[Setting]:
    address = f"sqlite:///{tmp_path / 'bot.db'}"
    await upgrade(address)
    opened = open_store(address)
    yield Setting(opened)
    await opened.database.close()


async def test_a_new_ledger_is_reported_once_to_the_lists_that_it_concerns(
    setting: Setting,
) -> None:
    await setting.import_rows(CHANNEL, STEEL, CELLS)
    await setting.import_rows(PERSON, CELLS)
    await setting.reports.look()
    assert await setting.claim() == {}
    setting.ledger = ledger(change("steel", {"percent": 50}))
    await setting.reports.look()
    queued = await setting.claim()
    assert list(queued) == ["C1"]
    _, changed = queued["C1"]
    (line,) = changed.first
    assert (changed.of, changed.more) == (2, 0)
    assert line.line == listed("72083900", "CN", "steel")
    assert (line.before.high, line.after.high) == (Decimal("37.5"), Decimal("62.5"))
    assert setting.woken == 1
    await setting.reports.look()
    await setting.restart().look()
    assert await setting.claim() == {}


async def test_a_change_while_the_bot_was_stopped_is_reported_after_the_start(
    setting: Setting,
) -> None:
    await setting.import_rows(PERSON, CELLS)
    setting.ledger = ledger(change("cells", {"percent": 100}))
    await setting.restart().look()
    assert list(await setting.claim()) == ["U1"]


async def test_two_bots_queue_one_message(setting: Setting) -> None:
    await setting.import_rows(CHANNEL, STEEL)
    setting.ledger = ledger(change("steel", {"percent": 50}))
    (found,) = await setting.lines.find_reports(TEAM)
    await setting.reports.look()
    assert len(await setting.claim()) == 1
    message = Delivery(
        id="again",
        kind=DeliveryKind.NOTICE,
        team=TEAM,
        conversation="C1",
        reason="",
        due_at=NOW,
    )
    assert not await setting.store.lines.queue_report(found, message)
    assert await setting.store.outbox.get("again") is None


async def test_a_duty_that_changes_and_changes_back_is_reported_twice(setting: Setting) -> None:
    await setting.import_rows(CHANNEL, STEEL)
    for percent, wanted in ((50, "62.5"), (25, "37.5")):
        setting.ledger = ledger(change("steel", {"percent": percent}))
        await setting.reports.look()
        _, changed = (await setting.claim())["C1"]
        assert changed.first[0].after.high == Decimal(wanted)


async def test_a_known_change_is_not_reported_again_on_its_day(setting: Setting) -> None:
    await setting.import_rows(CHANNEL, ImportedRow(2, "7208.51.00", "Germany"))
    await setting.reports.look()
    setting.now += timedelta(days=30)
    await setting.reports.look()
    assert await setting.claim() == {}


async def test_a_long_report_says_how_many_lines_are_left_out(setting: Setting) -> None:
    countries = [one.code for one in made.PARTIES if one.code != "US" and not one.members]
    rows = [
        ImportedRow(number, code, origin)
        for number, (origin, code) in enumerate(
            (origin, code)
            for origin in countries
            for code in ("72083900", *(f"72083900{number:02}" for number in range(100)))
        )
    ]
    await setting.import_rows(CHANNEL, *rows)
    count = len((await setting.lines.show(CHANNEL)).rows)
    setting.ledger = ledger(change("steel", {"percent": 50}))
    await setting.reports.look()
    _, changed = (await setting.claim())["C1"]
    assert len(changed.first) == min(count, MOST_REPORTED)
    assert len(changed.first) + changed.more == count


async def test_without_a_tariff_schedule_nothing_is_reported(setting: Setting) -> None:
    await setting.import_rows(CHANNEL, STEEL)
    setting.ledger = made.ledger(made.sheet())
    await setting.reports.look()
    assert await setting.claim() == {}
