"""Line lists are private to their owners, and a report is saved once."""

from datetime import date, timedelta

import pytest

from bot.alerts.delivery import Delivery, DeliveryKind, make_delivery
from bot.alerts.watch.facts import ChangedDuties, WatchNotice
from bot.lines.duties import LineDuties
from bot.lines.model import LineList, ListOwner
from bot.lines.reports import ListReport, build_report, find_known_totals
from bot.store.personal_data import forget_person
from tests.lines.made import TODAY, change, ledger, listed
from tests.store.examples import NOON, TEAM, delivery
from tests.store.opened import Store

OWNER = ListOwner(TEAM, "C1")
OTHERS = (ListOwner(TEAM, "C2"), ListOwner(TEAM, "U1"), ListOwner("T2", "C1"))
LINES = (listed("72083900", "CN", "steel"), listed("85076000", "DE"))
DUTIES = LineDuties(ledger())
TOTALS = {one.key: find_known_totals(DUTIES, one.key, TODAY) for one in LINES}
LATER = LineDuties(ledger(change("steel", {"percent": 50})))


async def save(store: Store, owner: ListOwner = OWNER, before: LineList | None = None) -> int:
    return await store.lines.save(before or LineList(owner), LINES, TOTALS, "U9", NOON)


async def find_report(store: Store, day: date = TODAY) -> ListReport:
    return build_report(await store.lines.known(OWNER), LATER, day)


async def test_an_owner_without_a_list_has_an_empty_one(store: Store) -> None:
    assert await store.lines.get(OWNER) == LineList(OWNER, (), 0)


async def test_a_list_is_read_back_in_its_order(store: Store) -> None:
    revision = await save(store)
    assert revision > 0
    assert await store.lines.get(OWNER) == LineList(OWNER, LINES, revision)
    known = await store.lines.known(OWNER)
    assert (known.list.lines, known.totals, known.reports) == (LINES, TOTALS, 0)
    assert await store.lines.count(OWNER) == 2


@pytest.mark.parametrize("other", OTHERS, ids=lambda one: f"{one.team} {one.place}")
async def test_another_owner_never_sees_a_list(store: Store, other: ListOwner) -> None:
    await save(store)
    assert await store.lines.get(other) == LineList(other)
    assert (await store.lines.known(other)).totals == {}
    assert await store.lines.count(other) == 0
    assert await store.lines.remove(other) == 0
    assert await save(store, other)
    assert await store.lines.remove(other) == 2
    assert (await store.lines.get(OWNER)).lines == LINES


async def test_a_change_of_a_list_that_was_changed_meanwhile_is_refused(store: Store) -> None:
    assert await save(store)
    assert not await save(store)
    read = await store.lines.get(OWNER)
    assert await save(store, before=read) == read.revision + 1
    assert not await save(store, before=read)
    assert (await store.lines.get(OWNER)).revision == read.revision + 1


async def test_lines_that_stay_keep_what_is_known_of_them(store: Store) -> None:
    await save(store)
    report = await find_report(store)
    await store.lines.save_report(report)
    new = listed("01012100", "CN")
    totals = {**TOTALS, new.key: find_known_totals(LATER, new.key, TODAY)}
    await store.lines.save(await store.lines.get(OWNER), (new, *LINES), totals, "", NOON)
    known = (await store.lines.known(OWNER)).totals
    assert known == {**totals, **report.totals}


async def test_a_report_is_saved_once(store: Store) -> None:
    await save(store)
    report = await find_report(store)
    assert [one.line for one in report.changes] == [LINES[0]]
    assert await store.lines.save_report(report)
    assert not await store.lines.save_report(report)
    assert (await find_report(store)).changes == ()


async def test_a_report_that_is_not_saved_is_found_again(store: Store) -> None:
    await save(store)
    report = await find_report(store)

    unwritable = delivery("a report", content="\ud800")
    with pytest.raises(UnicodeError):
        await store.lines.queue_report(report, unwritable)
    assert await find_report(store) == report
    # Days later the change is still the first that the owner does not know.
    later = await find_report(store, TODAY + timedelta(days=9))
    assert [one.line for one in later.changes] == [LINES[0]]


async def test_a_report_about_a_list_that_was_changed_is_not_saved(store: Store) -> None:
    await save(store)
    report = await find_report(store)
    await store.lines.save(await store.lines.get(OWNER), LINES[:1], {}, "", NOON)
    assert not await store.lines.save_report(report)
    assert [one.line for one in (await find_report(store)).changes] == [LINES[0]]


async def test_a_report_about_a_removed_list_is_not_saved_for_a_new_one(store: Store) -> None:
    await save(store)
    report = await find_report(store)
    await store.lines.remove(OWNER)
    await save(store)
    assert not await store.lines.save_report(report)


async def test_lists_of_a_workspace_are_deleted_when_it_removes_the_app(store: Store) -> None:
    for owner in (OWNER, *OTHERS):
        await save(store, owner)
    assert await store.lines.owners(TEAM) == (OWNER, OTHERS[0], OTHERS[1])
    assert await store.lines.remove_team(TEAM) == 3
    assert await store.lines.owners(TEAM) == ()
    assert (await store.lines.get(OWNER)).lines == ()
    assert (await store.lines.get(OTHERS[2])).lines == LINES


def report_to(owner: ListOwner, report: ListReport) -> Delivery:
    """A queued message with the lines of a report."""
    about = ChangedDuties(first=report.changes, of=2)
    content = WatchNotice(about=about).model_dump_json()
    place = {"team": owner.team, "conversation": owner.place}
    return make_delivery(DeliveryKind.NOTICE, owner, str(place), "", NOON, content=content)


@pytest.mark.parametrize("how", ["list", "app", "person"])
async def test_messages_about_a_deleted_list_are_deleted(store: Store, how: str) -> None:
    person, other = OTHERS[1], OTHERS[2]
    kept = delivery("a story", conversation=person.place)
    for owner in (person, other):
        await save(store, owner)
        report = build_report(await store.lines.known(owner), LATER, TODAY)
        assert await store.lines.queue_report(report, report_to(owner, report))
    await store.outbox.queue((kept,))
    match how:
        case "list":
            await store.lines.remove(person)
        case "app":
            await store.lines.remove_team(person.team)
        case _:
            await forget_person(store.database, person.place, "forgotten-1")
    left = [one.id for one in await store.outbox.claim(NOON, 100, 60)]
    ids = [report_to(one, report).id for one in (person, other)]
    assert ids[0] not in left
    assert ids[1] in left
    assert (kept.id in left) == (how != "person")


async def test_a_forgotten_person_has_no_list(store: Store) -> None:
    person = OTHERS[1]
    await save(store, person)
    await save(store)
    await forget_person(store.database, person.place, "forgotten-1")
    assert await store.lines.get(person) == LineList(person)
    assert (await store.lines.get(OWNER)).lines == LINES
