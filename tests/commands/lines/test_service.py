"""What the commands about line lists do, on a real database."""

import asyncio
import dataclasses
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.commands.lines.service import LineListService
from bot.errors import LinesRefused
from bot.lines.difference import ImportMode, compare_lists
from bot.lines.model import MAX_LINES, LineList, ListOwner
from bot.lines.table import RowFilter, RowOrder
from bot.lines.validation import ImportedRow
from bot.rates.ledger import Ledger
from tests.lines.made import LINES, change, ledger, listed, schedule
from tests.rates import made
from tests.store.examples import TEAM
from tests.store.opened import Store

NOW = datetime(2026, 7, 1, 16, tzinfo=UTC)
OWNER = ListOwner(TEAM, "C1")
OTHERS = (ListOwner(TEAM, "C2"), ListOwner(TEAM, "U1"), ListOwner("T2", "C1"))
ROWS = (
    ImportedRow(2, "7208.39.00", "China", "steel"),
    ImportedRow(3, "8507.60.00", "China", "cells"),
    ImportedRow(4, "7208.51.00", "Germany"),
)


class Ledgers:
    """The current ledger, which a test may change."""

    def __init__(self) -> None:
        self.current = ledger()

    def __call__(self) -> Ledger:
        return self.current


@pytest.fixture
def ledgers() -> Ledgers:
    return Ledgers()


@pytest.fixture
def service(store: Store, ledgers: Ledgers) -> LineListService:
    return LineListService(store.lines, ledgers, lambda: NOW)


async def import_rows(
    service: LineListService,
    owner: ListOwner = OWNER,
    rows: tuple[ImportedRow, ...] = ROWS,
    mode: ImportMode = ImportMode.REPLACE,
) -> LineList:
    return await service.save_import(await service.propose_import(owner, rows, mode))


async def test_a_proposal_saves_nothing(service: LineListService) -> None:
    proposed = await service.propose_import(OWNER, ROWS, ImportMode.REPLACE)
    assert len(proposed.difference.added) == 3
    assert (await service.show(OWNER)).rows == ()


async def test_an_import_is_shown_with_its_duties(service: LineListService) -> None:
    saved = await import_rows(service)
    table = await service.show(OWNER)
    assert table.lines == saved
    assert [one.line.code for one in table.rows] == ["72083900", "85076000", "72085100"]
    assert table.rows[0].duty.total.high == Decimal("37.5")
    assert table.rows[2].next is not None
    german = await service.show(OWNER, RowFilter(origin="DE"))
    assert [one.line.code for one in german.rows] == ["72085100"]
    by_code = await service.show(OWNER, order=RowOrder.CODE)
    assert [one.line.code for one in by_code.rows] == ["72083900", "72085100", "85076000"]


async def test_lines_that_ended_since_the_import_are_shown(
    service: LineListService, ledgers: Ledgers
) -> None:
    await import_rows(service)
    assert (await service.show(OWNER)).ended == ()
    ledgers.current = ledger(of=schedule([one for one in LINES if one.code != "85076000"]))
    (gone,) = (await service.show(OWNER, RowFilter(origin="DE"))).ended
    assert gone.text == "8507.60.00"


async def test_an_import_adds_or_replaces(service: LineListService) -> None:
    await import_rows(service)
    more = (ImportedRow(1, "0101.21.00", "CN"),)
    assert len((await import_rows(service, rows=more, mode=ImportMode.ADD)).lines) == 4
    assert len((await import_rows(service, rows=more)).lines) == 1


async def test_of_two_imports_at_once_one_is_refused(service: LineListService) -> None:
    first, second = [
        await service.propose_import(OWNER, ROWS[:number], ImportMode.REPLACE) for number in (1, 2)
    ]
    await service.save_import(first, "U1")
    with pytest.raises(LinesRefused, match="changed"):
        await service.save_import(second, "U2")
    assert len((await service.show(OWNER)).rows) == 1


async def test_an_import_without_lines_or_with_too_many_is_refused(
    service: LineListService,
) -> None:
    with pytest.raises(LinesRefused, match="no lines"):
        await import_rows(service, rows=(ImportedRow(2, "nothing", "CN"),))
    proposed = await service.propose_import(OWNER, ROWS, ImportMode.REPLACE)
    many = [listed(f"{code:08}") for code in range(MAX_LINES + 1)]
    difference = compare_lists((), many, ImportMode.REPLACE)
    with pytest.raises(LinesRefused, match="5,001"):
        await service.save_import(dataclasses.replace(proposed, difference=difference))
    assert (await service.show(OWNER)).rows == ()


@pytest.mark.parametrize("other", OTHERS, ids=lambda one: f"{one.team} {one.place}")
async def test_another_owner_never_sees_or_changes_a_list(
    service: LineListService, other: ListOwner
) -> None:
    await import_rows(service)
    assert (await service.show(other)).rows == ()
    assert (await service.propose_import(other, ROWS[:1], ImportMode.ADD)).before.lines == ()
    assert await service.remove(other) == 0
    assert len((await service.show(OWNER)).rows) == 3


async def test_a_removed_list_is_gone(service: LineListService) -> None:
    await import_rows(service)
    assert await service.remove(OWNER) == 3
    assert await service.remove(OWNER) == 0
    assert await service.find_reports(TEAM) == ()


async def test_a_new_ledger_is_reported_to_each_owner_once(
    service: LineListService, ledgers: Ledgers, store: Store
) -> None:
    for owner in (OWNER, *OTHERS):
        await import_rows(service, owner, ROWS[:2] if owner is OWNER else ROWS[1:2])
    assert await service.find_reports(TEAM) == ()
    ledgers.current = ledger(change("steel", {"percent": 50}))
    (found,) = await service.find_reports(TEAM)
    assert found.known.list.owner == OWNER
    (changed,) = found.changes
    assert changed.line == listed("72083900", "CN", "steel")
    assert (changed.before.high, changed.after.high) == (Decimal("37.5"), Decimal("62.5"))
    # Until it is saved, it is found again, also after a restart.
    again = LineListService(store.lines, ledgers, lambda: NOW)
    assert await again.find_reports(TEAM) == (found,)
    assert await store.lines.save_report(found)
    assert await again.find_reports(TEAM) == ()
    ledgers.current = ledger()
    (back,) = await again.find_reports(TEAM)
    assert back.changes[0].after.high == Decimal("37.5")


async def test_lines_that_were_imported_after_a_change_are_not_reported(
    service: LineListService, ledgers: Ledgers
) -> None:
    await import_rows(service, rows=ROWS[1:2])
    ledgers.current = ledger(change("steel", {"percent": 50}))
    await import_rows(service, rows=ROWS, mode=ImportMode.ADD)
    assert await service.find_reports(TEAM) == ()


async def test_requests_at_once_get_the_duties_of_one_ledger(service: LineListService) -> None:
    await import_rows(service)
    tables = await asyncio.gather(*(service.show(OWNER) for _ in range(5)))
    assert all(one == tables[0] for one in tables)


async def test_a_cancelled_request_does_not_disturb_the_next(service: LineListService) -> None:
    await import_rows(service)
    wanted = await service.show(OWNER)
    for _ in range(5):
        task = asyncio.create_task(service.show(OWNER))
        await asyncio.sleep(0.001)
        task.cancel()
        assert await service.show(OWNER) == wanted


async def test_without_a_tariff_schedule_nothing_is_computed(
    service: LineListService, ledgers: Ledgers
) -> None:
    await import_rows(service)
    ledgers.current = made.ledger(made.sheet())
    with pytest.raises(LinesRefused, match="schedule"):
        await service.show(OWNER)
