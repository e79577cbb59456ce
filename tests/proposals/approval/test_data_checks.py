"""An operator's confirmation renews the days of the last check in answers, until it is undone."""

from datetime import UTC, date, datetime

from bot.proposals.approval.audit import Operator
from bot.proposals.approval.decisions import Decisions
from bot.rates.ledger import Ledger
from bot.rates.model.warnings import Stale
from tests.rates.asked import ask
from tests.rates.made import CHECKED, PARTIES, book, sheet, written
from tests.rates.warned import warned
from tests.store.opened import Store

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
TODAY = NOW.date()
ANNA = Operator(id="U1", name="Anna")
MEASURE = written("a", {"percent": 10}, general=True, verified_as_of=date(2026, 3, 1))
BOOK = book(sheet(MEASURE))


def decisions(store: Store) -> Decisions:
    files = Ledger(BOOK, PARTIES)
    return Decisions(store.proposals, BOOK, files, lambda: NOW, store.data_checks)


async def test_an_answer_names_the_day_and_the_operator(store: Store) -> None:
    one = decisions(store)
    assert await one.confirm("US", ANNA)
    [answer] = ask("us on china", one.ledger, TODAY)

    assert (answer.checked, answer.checked_by) == (TODAY, "Anna")
    assert not warned(answer, Stale)
    assert one.list_last_checks() == {"US": TODAY}
    assert not await one.confirm("US", ANNA)
    assert not await one.confirm("EU", ANNA)


async def test_a_restarted_bot_knows_the_confirmation(store: Store) -> None:
    await decisions(store).confirm("US", ANNA)
    again = decisions(store)
    await again.look()

    assert again.list_last_checks() == {"US": TODAY}


async def test_an_undone_confirmation_restores_the_day_before(store: Store) -> None:
    one = decisions(store)
    await one.confirm("US", ANNA)
    undone = await one.undo_check("US", ANNA)
    [answer] = ask("us on china", one.ledger, TODAY)

    assert undone is not None
    assert undone.undone_by == ANNA
    assert one.list_last_checks() == {"US": CHECKED}
    assert (answer.checked, answer.checked_by) == (date(2026, 3, 1), "")
    assert await one.undo_check("US", ANNA) is None
