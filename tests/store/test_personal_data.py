"""Forgetting a person leaves no trace of the person, and leaves what others need."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Boolean, Float, String, Table, select

from bot.alerts.delivery import DeliveryKind
from bot.alerts.feedback import Feedback, FeedbackKind
from bot.alerts.mutes import Mute, MuteKind
from bot.alerts.notices import MistakeReport, mistake_trouble, plan_notices
from bot.alerts.watch.facts import LateQueue
from bot.alerts.watch.incidents import Problem
from bot.errors import StoreError
from bot.lines.model import LineList, ListedLine, ListOwner
from bot.proposals.approval.audit import Operator, State
from bot.proposals.approval.data_checks import DataCheck
from bot.store.personal_data import ERASERS, WITHOUT_PEOPLE, Erased, forget_person
from bot.store.tables import Moment, metadata
from tests.store.examples import NOON, TEAM, delivery, quiet_bundle, story, subscription
from tests.store.opened import Store
from tests.store.test_proposals import audit_entry, decision, proposal

GONE, OTHER = Operator(id="U0GONE", name='Ana "A." Gone'), Operator(id="U0GONER", name="bo")
ANONYMOUS = "forgotten-1"


def _feedback(user: str) -> Feedback:
    given = {"team": TEAM, "conversation": "C1", "user": user, "story_id": "s1", "at": NOON}
    return Feedback.model_validate({**given, "kind": FeedbackKind.NOT_RELEVANT})


async def _save_person(store: Store, person: Operator, number: int) -> None:
    """Saves a row about the person in each table that can have one."""
    await store.subscriptions.add(subscription(person.id, id=f"own{number}"))
    channel = f"C{number}"
    await store.subscriptions.add(subscription(channel, id=channel, created_by=person.id))
    await store.follows.follow(TEAM, person.id, "event")
    await store.add_stories(story("event"))
    for kind in MuteKind:
        mute = Mute(kind=kind, subject="tariff", team=TEAM, conversation=person.id)
        await store.mutes.add(mute)
    await store.reminders.switch(TEAM, person.id, on=False)
    for place in (person.id, channel):
        line = ListedLine(code="85076000", origin="CN", label=f"asked by {person.id}")
        await store.lines.save(LineList(ListOwner(TEAM, place)), [line], {}, person.id, NOON)
    await store.watch.switch_quiet_weeks(TEAM, person.id, on=True)
    late = LateQueue(since=NOON, conversations=1, error=f"no channel {person.id}")
    problem = Problem(subject=f"queue{number}", key="late", about=late)
    await store.watch.put_incident(TEAM, "queue", problem)
    by_default = subscription(person.id, id=f"default{number}")
    await store.subscriptions.ensure_default(by_default)
    await store.feedback.add(_feedback(person.id))
    await store.answers.add((TEAM, "C1"), person.id, "us china", '{"answer": 1}', NOON)
    await store.answers.add((TEAM, person.id), person.id, "us eu", '{"answer": 2}', NOON)
    report = MistakeReport(story("s1"), person.id, "C1")
    await store.queue(
        delivery("a", person.id),
        quiet_bundle("event", conversation=person.id),
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


def test_each_table_and_each_column_with_text_is_classified() -> None:
    assert set(ERASERS) | set(WITHOUT_PEOPLE) == set(metadata.tables)
    assert set(ERASERS).isdisjoint(WITHOUT_PEOPLE)
    for name, eraser in ERASERS.items():
        columns = metadata.tables[name].columns
        texts = sorted(each.name for each in columns if isinstance(each.type, String))
        assert sorted((*eraser.with_people, *eraser.without_people)) == texts, name


def _make_row(table: Table, named: str) -> dict[str, object]:
    """A row that names the person in one column only."""
    row: dict[str, object] = {}
    for column in table.columns:
        if isinstance(column.type, String):
            row[column.name] = "{}" if column.name in _JSON else "x"
        elif isinstance(column.type, Moment):
            row[column.name] = NOON
        elif isinstance(column.type, Boolean | Float):
            row[column.name] = False
        elif not column.primary_key:
            row[column.name] = 0
    inside = {"by": GONE.id, "note": f"<@{GONE.id}> said so"}
    found = {"name": f"default subscription of {GONE.id} in T1"}
    found |= dict.fromkeys(("conversation", "user", "place", "changed_by"), GONE.id)
    found |= dict.fromkeys(_JSON, json.dumps(inside))
    return row | {named: found.get(named, f"<@{GONE.id}> said so")}


_JSON = ("data", "decision", "content")


@pytest.mark.parametrize(
    ("name", "column"), [(name, each) for name, one in ERASERS.items() for each in one.with_people]
)
async def test_a_person_who_is_named_in_one_column_is_forgotten(
    store: Store, name: str, column: str
) -> None:
    table = metadata.tables[name]
    await store.database.change(store.database.insert(table).values(_make_row(table, column)))
    result = await forget_person(store.database, GONE.id, ANONYMOUS)
    assert [each for each, erased in result.items() if erased != Erased()] == [name]
    rows = (await _dump(store))[name]
    assert not [row for row in rows if GONE.id in row or "Gone" in row]


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


async def _save_everywhere(store: Store, team: str) -> None:
    """Saves a row with the person for each column of each table with workspaces."""
    for name, eraser in ERASERS.items():
        table = metadata.tables[name]
        if name != "once" and "team" not in table.c:
            continue
        for column in eraser.with_people:
            row = _make_row(table, column)
            own = {"team": team, "id": f"{team} {name} {column}", "story_id": column}
            row |= {key: value for key, value in own.items() if key in table.c}
            if name == "once":
                row["name"] = f"default subscription of {GONE.id} in {team}"
            await store.database.change(store.database.insert(table).values(row))


def _of(team: str, dump: dict[str, list[str]]) -> list[str]:
    return [row for rows in dump.values() for row in rows if f"'{team}" in row or f" {team}" in row]


async def test_a_person_with_the_same_id_in_another_workspace_stays(store: Store) -> None:
    for team in ("T1", "T2", "T22"):
        await _save_everywhere(store, team)
    await store.data_checks.add(DataCheck(imposer="US", on=NOON.date(), by=GONE, at=NOON))
    before = await _dump(store)
    result = await forget_person(store.database, GONE.id, ANONYMOUS, team="T2", home="T1")
    assert result["subscriptions"] == Erased(1, 1)
    after = await _dump(store)
    for team in ("T1", "T22"):
        assert _of(f"{team}'", before) == _of(f"{team}'", after)
    assert after["data_checks"] == before["data_checks"]
    assert not [row for row in _of("T2'", after) if GONE.id in row]


async def test_decisions_belong_to_the_person_in_the_workspace_of_the_operators(
    store: Store,
) -> None:
    await _save_person(store, GONE, 1)
    await forget_person(store.database, GONE.id, ANONYMOUS, team=TEAM, home=TEAM)
    rows = [row for table in (await _dump(store)).values() for row in table]
    assert not [row for row in rows if GONE.id in row or "Gone" in row]


async def test_an_id_in_several_workspaces_needs_the_workspace(store: Store) -> None:
    await store.follows.follow("T2", GONE.id, "event")
    planned = await forget_person(store.database, GONE.id, ANONYMOUS, is_dry_run=True)
    assert planned["follows"] == Erased(deleted=1)
    await store.data_checks.add(DataCheck(imposer="US", on=NOON.date(), by=GONE, at=NOON))
    with pytest.raises(StoreError, match="T1, T2"):
        await forget_person(store.database, GONE.id, ANONYMOUS, home="T1")
    await store.subscriptions.add(subscription("C1", team="T3", created_by=GONE.id))
    with pytest.raises(StoreError, match="T2, T3"):
        await forget_person(store.database, GONE.id, ANONYMOUS)


async def test_a_report_by_a_person_of_another_workspace_is_anonymized(store: Store) -> None:
    reports = [MistakeReport(story("s1"), GONE.id, "C1", team) for team in ("T2", "T22", TEAM)]
    troubles = [mistake_trouble(each, TEAM)._replace(key=each.team) for each in reports]
    await store.queue(*plan_notices((), TEAM, ["UOP"], NOON, troubles))
    result = await forget_person(store.database, GONE.id, ANONYMOUS, team="T2", home=TEAM)
    assert result["deliveries"] == Erased(anonymized=1)
    [row] = [row for row in (await _dump(store))["deliveries"] if ANONYMOUS in row]
    assert "workspace T2:" in row


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
async def test_the_file_has_no_trace_of_a_forgotten_person(store: Store, address: str) -> None:
    await _save_person(store, GONE, 1)
    await forget_person(store.database, GONE.id, ANONYMOUS)
    await store.database.close()
    content = await asyncio.to_thread(Path(address.removeprefix("sqlite:///")).read_bytes)
    assert GONE.id.encode() not in content
