"""Which lines of a conversation's list a message touches, on a real database."""

from datetime import UTC, date, datetime

import pytest

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.alerts.digest import Bundle, BundleKind
from bot.alerts.reminders.model import Due, Reminder
from bot.commands.lines.replies import TouchedLines
from bot.commands.lines.service import LineListService
from bot.commands.lines.touching import TouchFinder
from bot.lines.difference import ImportMode
from bot.lines.model import ListOwner
from bot.lines.validation import ImportedRow
from bot.news.story import Figure, Story
from bot.proposals.approval.audit import Operator, ProposalRecord
from bot.proposals.approval.decisions import Decisions
from bot.proposals.inbox import ProposalInbox
from bot.rates.calendar.entries import build_entries
from bot.rates.ledger import Ledger
from bot.rates.model.changes import Change, ChangeKind, Upcoming
from bot.rates.model.measure import Source
from tests.lines.made import change, ledger, listed, measures
from tests.proposals.approval import test_decisions
from tests.proposals.approval.test_decisions import BOOK, DECEMBER, SHIPPED, proposal_of
from tests.rates import made
from tests.store.examples import TEAM, delivery, story
from tests.store.opened import Store

NOW = datetime(2026, 7, 1, 16, tzinfo=UTC)
CHANGE_DAY = date(2026, 7, 21)
OWNER = ListOwner(TEAM, "C1")
OTHERS = (ListOwner(TEAM, "C2"), ListOwner(TEAM, "U1"), ListOwner("T2", "C1"))
ROWS = (
    ImportedRow(2, "7208.39.00", "China", "steel"),
    ImportedRow(3, "8507.60.00", "China", "cells"),
    ImportedRow(4, "7208.51.00", "Germany"),
)
ON_CHINA = story("s", figures=(Figure(imposer="US", partner="CN"),))
CHINESE = (listed("72083900", "CN", "steel"), listed("85076000", "CN", "cells"))


class Setting:
    """A database, and the finder with the duties of a ledger."""

    def __init__(self, store: Store, decisions: Decisions, now: datetime = NOW) -> None:
        self.store, self.decisions = store, decisions
        self.ledger: Ledger | None = None
        self.lines = LineListService(store.lines, self.current, lambda: now)
        self.finder = TouchFinder(store.lines, self.lines.duties, decisions, TEAM)

    def current(self) -> Ledger:
        return self.ledger or self.decisions.ledger

    async def import_rows(self, owner: ListOwner = OWNER, *rows: ImportedRow) -> None:
        proposed = await self.lines.propose_import(owner, rows or ROWS, ImportMode.REPLACE)
        await self.lines.save_import(proposed)

    async def propose(self, day: date | None) -> str:
        """Offers a proposal of a rate on goods of China; returns its id."""
        proposal = proposal_of(day=day)
        inbox = ProposalInbox(self.store.proposals, TEAM, ["C1"], lambda: NOW, lambda: None)
        await inbox.offer([proposal])
        return proposal.id


@pytest.fixture
def setting(store: Store) -> Setting:
    book = made.book(made.sheet(*measures()))
    return Setting(store, Decisions(store.proposals, book, ledger(), lambda: NOW))


@pytest.fixture
def shipped(store: Store) -> Setting:
    """With the rates files of the repository."""
    now = test_decisions.NOW
    return Setting(store, Decisions(store.proposals, BOOK, SHIPPED, lambda: now), now)


def digest_of(*stories: Story, kind: BundleKind = BundleKind.DAILY) -> Delivery:
    content = Bundle(kind=kind).model_dump_json()
    ids = tuple(each.id for each in stories)
    return delivery("s", kind=DeliveryKind.DIGEST, event_id="", story_ids=ids, content=content)


def change_of_steel(partners: tuple[str, ...] = ("WORLD",), imposer: str = "US") -> Upcoming:
    return Upcoming(
        on=CHANGE_DAY,
        change=Change(ChangeKind.BEGINS),
        measure="Steel",
        measure_id="steel",
        imposer=imposer,
        partners=partners,
        source=Source(text="made up"),
    )


@pytest.mark.parametrize("kind", [DeliveryKind.ALERT, DeliveryKind.UPDATE])
async def test_an_alert_touches_the_lines_that_its_stories_are_about(
    setting: Setting, kind: DeliveryKind
) -> None:
    await setting.import_rows()
    found = await setting.finder.find(delivery("s", kind=kind), (ON_CHINA,))
    assert found == TouchedLines(3, CHINESE)
    on_german = story("g", figures=(Figure(imposer="US", partner="DE"),))
    both = await setting.finder.find(delivery("s", kind=kind), (ON_CHINA, on_german))
    assert both is not None
    assert len(both.touched) == 3


async def test_a_digest_touches_the_lines_of_all_its_stories(setting: Setting) -> None:
    await setting.import_rows()
    assert await setting.finder.find(digest_of(ON_CHINA), (ON_CHINA,)) == TouchedLines(3, CHINESE)
    offer = digest_of(ON_CHINA, kind=BundleKind.MISSED)
    assert await setting.finder.find(offer, (ON_CHINA,)) is None


async def test_a_reminder_touches_the_lines_whose_total_changes_on_its_days(
    setting: Setting,
) -> None:
    await setting.import_rows()
    (entry,) = build_entries(setting.current(), [change_of_steel()])
    content = Reminder(counted_on=NOW.date(), due=(Due(notice="week", ahead=entry),))
    queued = delivery(
        "s", kind=DeliveryKind.REMINDER, event_id="", content=content.model_dump_json()
    )
    found = await setting.finder.find(queued, ())
    assert found is not None
    assert found.touched == (listed("72085100", "DE"),)
    assert found.effects[0].on == CHANGE_DAY


async def test_stories_and_changes_that_touch_a_line_are_listed(setting: Setting) -> None:
    on_france = story("f", figures=(Figure(imposer="US", partner="FR"),))
    no_duty = story("n", parties=(), title="Nothing")
    german = change_of_steel(("DE",))
    chinese = change_of_steel(("CN",))._replace(measure_id="other")
    for owner, count in ((OWNER, 1), (OTHERS[0], 0)):
        if count:
            await setting.import_rows(owner)
        stories = await setting.finder.list_touching(owner, [ON_CHINA, on_france, no_duty])
        assert stories == ({"s"} if count else set())
        changes = await setting.finder.list_touching_changes(owner, [german, chinese])
        assert changes == ({("steel", CHANGE_DAY)} if count else set())


async def test_only_changes_of_us_duties_on_the_origins_of_lines_touch_them(
    setting: Setting,
) -> None:
    await setting.import_rows()
    others = change_of_steel(("CN",)), change_of_steel(imposer="CN")
    for one in others:
        found = await setting.finder.find_of_changes(OWNER, [one])
        assert found is None or not found.touched
    found = await setting.finder.find_of_changes(OWNER, [change_of_steel(("DE",))])
    assert found is not None
    assert len(found.touched) == 1


async def test_a_proposal_touches_the_lines_whose_total_it_would_change(shipped: Setting) -> None:
    await shipped.import_rows()
    proposal_id = await shipped.propose(DECEMBER)
    queued = delivery("s", kind=DeliveryKind.PROPOSAL, event_id=proposal_id, story_ids=())
    found = await shipped.finder.find(queued, ())
    assert found is not None
    assert found.count == 3
    assert found.touched
    assert {one.origin for one in found.touched} == {"CN"}
    assert {one.on for one in found.effects} == {DECEMBER}
    for other in OTHERS:
        assert await shipped.finder.find_of_proposal(other, proposal_id) is None
    await shipped.decisions.approve(proposal_id, Operator(id="U1", name="ana"), None)
    assert await shipped.finder.find(queued, ()) is None


class CountedRates:
    """The proposals of rates, which count how many ledgers were built."""

    def __init__(self, decisions: Decisions) -> None:
        self._decisions, self.built = decisions, 0

    async def get(self, proposal_id: str) -> ProposalRecord | None:
        return await self._decisions.get(proposal_id)

    async def preview(self, record: ProposalRecord) -> Ledger | None:
        self.built += 1
        return await self._decisions.preview(record)


async def test_the_ledger_of_a_proposal_is_built_once_for_a_list(shipped: Setting) -> None:
    await shipped.import_rows()
    proposal_id = await shipped.propose(DECEMBER)
    rates = CountedRates(shipped.decisions)
    finder = TouchFinder(shipped.store.lines, shipped.lines.duties, rates, TEAM)
    for owner in OTHERS:
        assert await finder.find_of_proposal(owner, proposal_id) is None
    assert rates.built == 0
    first = await finder.find_of_proposal(OWNER, proposal_id)
    assert first is not None
    assert await finder.find_of_proposal(OWNER, proposal_id) is first
    assert rates.built == 1


async def test_a_proposal_without_a_first_day_touches_nothing(shipped: Setting) -> None:
    await shipped.import_rows()
    proposal_id = await shipped.propose(None)
    assert await shipped.finder.find_of_proposal(OWNER, proposal_id) is None


async def test_a_new_ledger_and_a_new_list_change_what_is_touched(setting: Setting) -> None:
    await setting.import_rows()
    german = [change_of_steel(("DE",))]
    before = await setting.finder.find_of_changes(OWNER, german)
    assert before is not None
    assert before.touched
    assert await setting.finder.find_of_changes(OWNER, german) is before
    setting.ledger = ledger(change("steel", {"percent": 0}))
    after = await setting.finder.find_of_changes(OWNER, german)
    assert after is not None
    assert not after.touched
    await setting.import_rows(OWNER, ROWS[0])
    found = await setting.finder.find_of_stories(OWNER, (ON_CHINA,))
    assert found == TouchedLines(1, CHINESE[:1])


async def test_the_lines_of_a_removed_list_are_not_touched(setting: Setting) -> None:
    await setting.import_rows()
    assert await setting.finder.find_of_stories(OWNER, (ON_CHINA,)) == TouchedLines(3, CHINESE)
    await setting.lines.remove(OWNER)
    assert await setting.finder.find_of_stories(OWNER, (ON_CHINA,)) is None
    await setting.import_rows(OWNER, ROWS[0])
    assert await setting.finder.find_of_stories(OWNER, (ON_CHINA,)) == TouchedLines(1, CHINESE[:1])


@pytest.mark.parametrize("other", OTHERS, ids=lambda one: f"{one.team} {one.place}")
async def test_the_list_of_another_conversation_is_never_touched(
    setting: Setting, other: ListOwner
) -> None:
    await setting.import_rows()
    assert await setting.finder.find_of_stories(OWNER, (ON_CHINA,)) is not None
    assert await setting.finder.find_of_stories(other, (ON_CHINA,)) is None
    assert await setting.finder.find_of_changes(other, [change_of_steel()]) is None
    place = {"team": other.team, "conversation": other.place}
    assert await setting.finder.find(delivery("s", **place), (ON_CHINA,)) is None
    await setting.import_rows(other, ROWS[2])
    assert await setting.finder.find_of_stories(other, (ON_CHINA,)) == TouchedLines(1, ())


async def test_without_a_tariff_schedule_nothing_is_touched(setting: Setting) -> None:
    await setting.import_rows()
    setting.ledger = made.ledger(made.sheet())
    assert await setting.finder.find_of_stories(OWNER, (ON_CHINA,)) is None
