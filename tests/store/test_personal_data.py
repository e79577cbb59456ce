"""Forgetting a person leaves no trace of the person, and leaves what others need."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.alerts.delivery import DeliveryKind
from bot.alerts.feedback import Feedback, FeedbackKind
from bot.alerts.mutes import Mute, MuteKind
from bot.alerts.notices import MistakeReport, mistake_trouble, plan_notices
from bot.lines.model import LineList, ListedLine, ListOwner
from bot.proposals.approval.audit import Operator, State
from bot.proposals.approval.data_checks import DataCheck
from bot.store.personal_data import ERASERS, WITHOUT_PEOPLE, Erased, forget_person
from bot.store.tables import metadata
from tests.store.examples import NOON, TEAM, delivery, story, subscription
from tests.store.opened import Store
from tests.store.test_proposals import audit_entry, decision, proposal

GONE, OTHER = Operator(id="U0GONE", name='Ana "A." Gone'), Operator(id="U0GONER", name="bo")
ANONYMOUS = "forgotten-1"
LINE = ListedLine(code="85076000", origin="CN")


def _feedback(user: str) -> Feedback:
    given = {"team": TEAM, "conversation": "C1", "user": user, "story_id": "s1", "at": NOON}
    return Feedback.model_validate({**given, "kind": FeedbackKind.NOT_RELEVANT})


async def _save_person(store: Store, person: Operator, number: int) -> None:
    """Saves a row about the person in each table that can have one."""
    await store.subscriptions.add(subscription(person.id, id=f"own{number}"))
    channel = f"C{number}"
    await store.subscriptions.add(subscription(channel, id=channel, created_by=person.id))
    await store.events.follow(TEAM, person.id, "event")
    for kind in MuteKind:
        mute = Mute(kind=kind, subject="tariff", team=TEAM, conversation=person.id)
        await store.mutes.add(mute)
    await store.reminders.switch(TEAM, person.id, on=False)
    for place in (person.id, channel):
        owner = ListOwner(TEAM, place)
        await store.lines.save(LineList(owner), [LINE], {}, person.id, NOON)
    await store.feedback.add(_feedback(person.id))
    await store.answers.add((TEAM, "C1"), person.id, "us china", '{"answer": 1}', NOON)
    await store.answers.add((TEAM, person.id), person.id, "us eu", '{"answer": 2}', NOON)
    report = MistakeReport(story("s1"), person.id, "C1")
    await store.queue(
        delivery("a", person.id),
        *plan_notices((), TEAM, ["UOP"], NOON, [mistake_trouble(report)]),
        delivery("r", f"C{number}", kind=DeliveryKind.NOTICE, reason=f"{person.id} did it"),
    )
    approved, undone = f"a{number}", f"b{number}"
    await store.proposals.keep([proposal(approved), proposal(undone)], NOON)
    for name in (approved, undone):
        given = decision(person, name=name)
        entry = audit_entry(person, name=name).model_copy(update={"amendment": given.amendment})
        await store.proposals.decide(name, given, entry)
    # Another operator undoes it; the entry has the name of the operator who approved.
    taken_back = audit_entry(Operator(id="U9", name="eve"), "taken back", undone).model_copy(
        update={"amendment": decision(person, name=undone).amendment}
    )
    await store.proposals.reopen(undone, State.APPROVED, taken_back)
    day = NOON.date() + timedelta(days=number)
    await store.data_checks.add(DataCheck(imposer="US", on=day, by=person, at=NOON))
    await store.data_checks.undo("US", person, NOON)


async def _dump(store: Store) -> dict[str, list[str]]:
    """Each row of each table as text."""
    return {
        table.name: [repr(tuple(row)) for row in await store.database.rows(select(table))]
        for table in metadata.sorted_tables
    }


def test_each_table_is_classified() -> None:
    assert set(ERASERS) | set(WITHOUT_PEOPLE) == set(metadata.tables)
    assert set(ERASERS).isdisjoint(WITHOUT_PEOPLE)


async def test_nothing_about_a_forgotten_person_remains(store: Store) -> None:
    await _save_person(store, GONE, 1)
    result = await forget_person(store.database, GONE.id, ANONYMOUS)
    assert all(erased != Erased() for erased in result.values()), result
    rows = [row for table in (await _dump(store)).values() for row in table]
    assert not [row for row in rows if GONE.id in row or "Gone" in row]
    assert [row for row in rows if ANONYMOUS in row]


async def test_nothing_about_other_people_changes(store: Store) -> None:
    await _save_person(store, OTHER, 2)
    before = await _dump(store)
    assert set((await forget_person(store.database, GONE.id, ANONYMOUS)).values()) == {Erased()}
    assert await _dump(store) == before
    await _save_person(store, GONE, 1)
    await forget_person(store.database, GONE.id, ANONYMOUS)
    after = await _dump(store)
    for name, rows in before.items():
        assert set(rows) <= set(after[name]), name


async def test_a_dry_run_changes_nothing(store: Store) -> None:
    await _save_person(store, GONE, 1)
    before = await _dump(store)
    planned = await forget_person(store.database, GONE.id, ANONYMOUS, is_dry_run=True)
    assert await _dump(store) == before
    assert await forget_person(store.database, GONE.id, ANONYMOUS) == planned


async def test_what_others_need_stays_and_can_be_read(store: Store) -> None:
    await _save_person(store, GONE, 1)
    await forget_person(store.database, GONE.id, ANONYMOUS)
    unknown = Operator(id=ANONYMOUS, name=ANONYMOUS)
    (amendment,) = await store.proposals.approved()
    assert amendment.approved_by == ANONYMOUS
    assert [entry.by.id for entry in await store.proposals.record()] == [ANONYMOUS, ANONYMOUS, "U9"]
    kept = await store.proposals.get("a1")
    assert kept is not None
    assert kept.decision is not None
    assert kept.decision.by == unknown
    assert [check.by for check in await store.data_checks.every()] == [unknown]
    (channel,) = await store.subscriptions.every()
    assert (channel.conversation, channel.created_by) == ("C1", "")
    answers = await store.database.rows(select(metadata.tables["answers"]))
    assert [(row.user, row.conversation, json.loads(row.data)) for row in answers] == [
        (ANONYMOUS, "C1", {"answer": 1}),
        (ANONYMOUS, ANONYMOUS, {"answer": 2}),
    ]


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
async def test_the_file_has_no_trace_of_a_forgotten_person(store: Store, address: str) -> None:
    await _save_person(store, GONE, 1)
    await forget_person(store.database, GONE.id, ANONYMOUS)
    await store.database.close()
    content = await asyncio.to_thread(Path(address.removeprefix("sqlite:///")).read_bytes)
    assert GONE.id.encode() not in content
