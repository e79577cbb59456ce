"""Old rows are pruned, except queued deliveries and identities of entries."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.sql.schema import Table

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.alerts.feedback import Feedback, FeedbackKind
from bot.alerts.mutes import Mute, MuteKind
from bot.feeds.identity import list_identities
from bot.store import tables
from bot.store.retention import LONGEST_TEXT, Retention
from tests.store.examples import NOON, TEAM, delivery, entry, minutes, story
from tests.store.opened import Store
from tests.store.statements import explain, record_statements

KEEP = timedelta(days=400)
LATER = NOON + KEEP + minutes(1)


async def _rows(store: Store, table: Table) -> int:
    (found,) = await store.database.column(select(func.count()).select_from(table))
    return int(found)


async def _send_all(store: Store, now: datetime = NOON) -> None:
    while claimed := await store.outbox.claim(now, 10, 60, updates=10):
        for each in claimed:
            await store.outbox.confirm(each.id, "1.1", now)


async def test_an_old_entry_is_pruned_but_still_recognized(store: Store) -> None:
    old, young = entry("old"), entry("young")
    await store.add_entries(old)
    await store.add_entries(young, at=NOON + minutes(5))
    await Retention(store.database).prune(NOON + LONGEST_TEXT + minutes(1), KEEP)
    assert await _rows(store, tables.entries) == 1
    assert await store.entries.known("wire", list_identities(old)) == set(list_identities(old))


async def test_an_old_event_is_pruned_with_its_stories_and_deliveries(store: Store) -> None:
    await store.add_stories(story("old"), story("more", event_id="old"))
    await store.queue(
        delivery("old"),
        delivery("more", kind=DeliveryKind.FOLLOW_UP, event_id="old"),
        delivery("more", kind=DeliveryKind.UPDATE, event_id="old"),
    )
    await store.follows.follow(TEAM, "U1", "old")
    await store.mutes.add(Mute(kind=MuteKind.EVENT, subject="old", team=TEAM, conversation="C2"))
    await _send_all(store)
    assert await Retention(store.database).prune(LATER, KEEP) == 7
    for table in (tables.stories, tables.deliveries, tables.follows, tables.mutes):
        assert await _rows(store, table) == 0


async def test_an_event_with_recent_stories_is_not_pruned(store: Store) -> None:
    await store.add_stories(story("old"), story("new", event_id="old", seen_at=NOON + minutes(5)))
    await store.queue(delivery("old"))
    await _send_all(store)
    assert await Retention(store.database).prune(LATER, KEEP) == 0


@pytest.mark.parametrize("claimed", [False, True])
async def test_queued_deliveries_and_their_stories_are_never_pruned(
    store: Store, claimed: bool
) -> None:
    await store.add_stories(story("alert"), story("digested"), story("neither"))
    digest = delivery(
        "digested", "C2", kind=DeliveryKind.DIGEST, event_id="", story_ids=("digested",)
    )
    await store.queue(delivery("alert"), digest)
    if claimed:
        assert len(await store.outbox.claim(NOON, 10, 60)) == 2
    assert await Retention(store.database).prune(LATER, KEEP) == 1
    kept = await store.stories.latest(None, 10)
    assert {each.id for each in kept} == {"alert", "digested"}
    assert await _rows(store, tables.deliveries) == 2


WITHOUT_EVENT = (DeliveryKind.DIGEST, DeliveryKind.REMINDER, DeliveryKind.NOTICE)


def _without_event(kind: DeliveryKind, conversation: str) -> Delivery:
    return delivery("x", conversation, kind=kind, event_id="", story_ids=())


@pytest.mark.parametrize("kind", WITHOUT_EVENT)
async def test_old_digests_reminders_and_notices_are_pruned_unless_they_wait(
    store: Store, kind: DeliveryKind
) -> None:
    await store.queue(*(_without_event(kind, name) for name in ("failed", "dropped", "sent")))
    for one in await store.outbox.claim(NOON, 10, 60):
        if one.conversation == "sent":
            await store.outbox.confirm(one.id, "1.1", NOON)
        else:
            await store.outbox.give_up(one.id, "invalid_blocks")
        if one.conversation == "dropped":
            await store.outbox.drop(one.id)
    await store.queue(_without_event(kind, "waiting"))
    assert await Retention(store.database).prune(NOON + KEEP, KEEP) == 0
    assert await Retention(store.database).prune(LATER, KEEP) == 3
    assert await _list_deliveries(store) == {"waiting"}


async def test_reminders_and_digests_are_evidence_and_notices_are_not(store: Store) -> None:
    await store.queue(*(_without_event(kind, kind) for kind in WITHOUT_EVENT))
    await _send_all(store)
    await Retention(store.database).prune(LATER, KEEP, EVIDENCE)
    assert await _list_deliveries(store) == {"digest", "reminder"}
    await Retention(store.database).prune(AFTER_EVIDENCE, KEEP, EVIDENCE)
    assert await _list_deliveries(store) == set()


async def test_daily_reminders_and_weekly_lines_do_not_pile_up(store: Store) -> None:
    keep, counts = timedelta(days=30), []
    for day in range(90):
        now = NOON + timedelta(days=day)
        kinds = [DeliveryKind.REMINDER] + [DeliveryKind.NOTICE] * (day % 7 == 0)
        await store.queue(
            *(delivery(f"{day}", kind=kind, event_id="", due_at=now) for kind in kinds)
        )
        await _send_all(store, now)
        await Retention(store.database, pause_s=0).prune(now, keep)
        counts.append(await _rows(store, tables.deliveries))
    assert max(counts[60:]) <= max(counts[30:60])


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
async def test_old_messages_are_found_by_an_index(store: Store, address: str) -> None:
    assert address.startswith("sqlite")
    with record_statements(store.database) as statements:
        await Retention(store.database).prune(LATER, KEEP, EVIDENCE)
    plans = [
        await explain(store.database, statement, given)
        for statement, given in statements
        if "deliveries.kind IN" in statement
    ]
    assert len(plans) == 3
    for plan in plans:
        assert "ix_deliveries_kind_sent_at (kind=? AND sent_at" in plan


async def test_many_rows_are_pruned_in_several_short_transactions(store: Store) -> None:
    await store.add_stories(*(story(f"story{number}") for number in range(35)))
    await store.add_entries(*(entry(f"entry{number}") for number in range(35)))
    await store.queue(delivery("story7"))
    assert await Retention(store.database, rows=10, pause_s=0).prune(LATER, KEEP) == 69
    assert [each.id for each in await store.stories.latest(None, 10)] == ["story7"]


EVIDENCE = timedelta(days=1827)
AFTER_EVIDENCE = NOON + EVIDENCE + minutes(1)


async def _save_evidence(store: Store) -> None:
    """Saves an old event with a message in each state that ends a delivery, two digests, an answer
    and feedback."""
    await store.add_stories(story("old"))
    await store.add_entries(entry("old"))
    failing = {"failed": DeliveryKind.ALERT, "failed digest": DeliveryKind.DIGEST}
    for conversation, kind in failing.items():
        await store.queue(delivery("old", conversation, kind=kind))
        (claimed,) = await store.outbox.claim(NOON, 1, 60)
        await store.outbox.give_up(claimed.id, "invalid_blocks")
    digest = delivery("old", "C3", kind=DeliveryKind.DIGEST, event_id="")
    await store.queue(delivery("old"), digest)
    await _send_all(store)
    await store.follows.follow(TEAM, "U1", "old")
    await store.mutes.add(Mute(kind=MuteKind.EVENT, subject="old", team=TEAM, conversation="C2"))
    await store.answers.add((TEAM, "C1"), "U1", "us china", "{}", NOON)
    given = {"team": TEAM, "conversation": "C1", "user": "U1", "story_id": "old", "at": NOON}
    await store.feedback.add(Feedback.model_validate({**given, "kind": FeedbackKind.NOT_RELEVANT}))


async def _list_deliveries(store: Store) -> set[str]:
    return set(await store.database.column(select(tables.deliveries.c.conversation)))


async def test_evidence_stays_longer_than_other_rows(store: Store) -> None:
    await _save_evidence(store)
    retention = Retention(store.database)
    await retention.prune(LATER, KEEP, EVIDENCE)
    assert await retention.prune(AFTER_EVIDENCE - minutes(2), KEEP, EVIDENCE) == 0
    assert await _list_deliveries(store) == {"C1", "C3"}
    assert await _rows(store, tables.stories) == 1
    assert await _rows(store, tables.answers) == 1
    for table in (tables.entries, tables.follows, tables.mutes, tables.feedback):
        assert await _rows(store, table) == 0, table.name
    assert await _rows(store, tables.identities) > 0
    await retention.prune(AFTER_EVIDENCE, KEEP, EVIDENCE)
    for table in (tables.stories, tables.deliveries, tables.answers):
        assert await _rows(store, table) == 0, table.name


@pytest.mark.parametrize("evidence", [None, KEEP, timedelta(days=30)])
async def test_evidence_does_not_stay_unless_it_is_kept_longer(
    store: Store, evidence: timedelta | None
) -> None:
    await _save_evidence(store)
    await Retention(store.database).prune(LATER, KEEP, evidence)
    pruned = (tables.stories, tables.deliveries, tables.answers, tables.feedback, tables.mutes)
    for table in pruned:
        assert await _rows(store, table) == 0, table.name


async def test_preferences_about_an_event_with_an_unsent_message_stay(store: Store) -> None:
    await store.add_stories(story("old"))
    await store.queue(delivery("old"))
    await store.follows.follow(TEAM, "U1", "old")
    assert await Retention(store.database).prune(LATER, KEEP, EVIDENCE) == 0
