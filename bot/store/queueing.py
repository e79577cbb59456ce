"""Queues deliveries within a transaction.

    messages  are inserted; one whose id is known stays as it is
    updates   are added to the queued update of the same message
    bundles   are added to the queued bundle of the same moment

Two processes may queue at the same time on PostgreSQL, for example the bot and `tariffwire poll`.
If both begin the same bundle, the second one waits for the first and adds its stories.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.alerts.delivery import Delivery, DeliveryKind, DeliveryState, Thread, delivery_id
from bot.alerts.digest import Bundle, BundleKind, is_quiet_bundle, read_bundle
from bot.errors import StoreError
from bot.store import job_queue, tables
from bot.store.delivery_rows import FIELDS, list_values, read_delivery
from bot.store.engine import Database, chunks, execute_many

MOST_BUNDLED = 300
"""Maximum stories of a bundle, the newest ones. Of the others, only the number is saved."""
_MOST_ROUNDS = 5
"""More rounds than another process that queues the same bundles can cause."""

_table = tables.deliveries
_row = tables.deliveries.c
_set_stories = (
    sa.update(_table)
    .where(_row.id == sa.bindparam("of"))
    .values(story_ids=sa.bindparam("stories"), left_out=sa.bindparam("left_out"))
)


def put_deliveries(
    database: Database,
    connection: sa.Connection,
    deliveries: Iterable[Delivery],
    now: datetime | None = None,
) -> None:
    """Queues deliveries.

    If `now` is given, a bundle of a mute gets the end that the mute has now, because people may
    have moved or ended it since the bundle was planned. If there are workers, they get a job for
    each lane in which something is due.
    """
    messages, updates, bundles = [], [], []
    deliveries = tuple(deliveries)
    for delivery in deliveries:
        if delivery.kind is DeliveryKind.UPDATE:
            updates.append(delivery)
        elif delivery.kind is DeliveryKind.DIGEST:
            bundles.append(delivery)
        else:
            messages.append(delivery)
    messages += _join_updates(connection, updates)
    insert = database.insert(_table).on_conflict_do_nothing()
    execute_many(connection, insert, [list_values(each) for each in messages])
    if now is not None:
        bundles = [_follow_mute(connection, each, now) for each in bundles]
    _put_bundles(database, connection, bundles)
    if database.has_workers:
        job_queue.add_due(connection, deliveries)


def _put_bundles(
    database: Database, connection: sa.Connection, bundles: Collection[Delivery]
) -> None:
    # The order of ids keeps two processes from waiting for each other.
    waiting = sorted(map(_cut, bundles), key=lambda each: each.id)
    insert = database.insert(_table).on_conflict_do_nothing().returning(_row.id)
    events = _BundleEvents(database, connection, bundles)
    for _ in range(_MOST_ROUNDS):
        new = _join_bundles(connection, waiting, events)
        inserted: set[str] = set()
        if new:
            rows = [list_values(each) for each in new]
            inserted.update(connection.execute(insert, rows).scalars())
        events.note(each for each in new if each.id in inserted)
        # Another process has inserted the others since they were looked up.
        waiting = [each for each in new if each.id not in inserted]
        if not waiting:
            return
    cause = f"{len(waiting)} bundle(s) changed in each of {_MOST_ROUNDS} rounds"
    raise StoreError("the outbox", cause)


def _join_bundles(
    connection: sa.Connection, bundles: Sequence[Delivery], events: "_BundleEvents"
) -> list[Delivery]:
    """Adds the stories of bundles to those that are still queued; returns the bundles to insert.

    If a bundle of that moment may already have been sent, the new stories make a second one.
    """
    known = _find_bundles(connection, [each.id for each in bundles])
    new: dict[str, Delivery] = {}
    joined: dict[str, Delivery] = {}
    for each in bundles:
        had = new.get(each.id) or joined.get(each.id) or known.get(each.id)
        had = had or _find_of_mute(connection, each)
        if had is None:
            new[each.id] = each
        elif had.state is not DeliveryState.QUEUED or had.attempts > 0 or had.uncertain:
            about = " ".join((each.due_at.isoformat(), *each.story_ids))
            second = delivery_id(each.kind, each.team, each.conversation, about)
            # With the same id, the same stories were queued for the same moment already.
            if second != each.id:
                new[second] = each.model_copy(update={"id": second})
        else:
            (new if had.id in new else joined)[had.id] = _add(had, each)
    changes = [
        {"of": each.id, "stories": json.dumps(each.story_ids), "left_out": each.left_out}
        for each in joined.values()
    ]
    execute_many(connection, _set_stories, changes)
    events.note(joined.values())
    return list(new.values())


def _add(had: Delivery, more: Delivery) -> Delivery:
    ids = tuple(dict.fromkeys((*had.story_ids, *more.story_ids)))
    left_out = had.left_out + more.left_out
    return _cut(had.model_copy(update={"story_ids": ids, "left_out": left_out}))


def _cut(bundle: Delivery) -> Delivery:
    """The bundle with its newest stories, as many as fit, and the number of the others."""
    ids = bundle.story_ids
    left_out = bundle.left_out + max(len(ids) - MOST_BUNDLED, 0)
    return bundle.model_copy(update={"story_ids": ids[-MOST_BUNDLED:], "left_out": left_out})


def _find_bundles(connection: sa.Connection, ids: Collection[str]) -> dict[str, Delivery]:
    """The saved bundles with these ids, locked until the end of the transaction."""
    found: dict[str, Delivery] = {}
    for chunk in chunks(ids):
        query = select_bundles(_row.id.in_(chunk)).order_by(_row.id)
        found |= {each.id: each for each in map(read_delivery, connection.execute(query))}
    return found


def _find_of_mute(connection: sa.Connection, bundle: Delivery) -> Delivery | None:
    """The queued bundle of the same mute. Its id is of an earlier end if the mute was moved."""
    if read_bundle(bundle.content).kind is not BundleKind.MISSED:
        return None
    row = connection.execute(select_queued_bundle(bundle)).one_or_none()
    return read_delivery(row) if row is not None else None


def select_bundles(*conditions: sa.ColumnElement[bool] | sa.TextClause) -> sa.Select[str]:
    """Selects deliveries; on PostgreSQL, locks them until the end of the transaction."""
    return sa.select(*FIELDS).where(*conditions).with_for_update()


def select_queued_bundle(bundle: Delivery) -> sa.Select[str]:
    """Selects a queued delivery with the same content that is due at the same time."""
    return select_bundles(
        # The condition of the index, without which SQLite reads the whole table.
        sa.text(tables.UNSENT),
        _row.team == bundle.team,
        _row.conversation == bundle.conversation,
        _row.kind == DeliveryKind.DIGEST,
        _row.content == bundle.content,
        _row.due_at == bundle.due_at,
        _row.state == DeliveryState.QUEUED,
    ).limit(1)


def _follow_mute(connection: sa.Connection, bundle: Delivery, now: datetime) -> Delivery:
    """The bundle with the present end of its mute; due now if the mute was ended.

    The row is locked, so no one ends the mute before the bundle is saved.
    """
    content = read_bundle(bundle.content)
    if content.kind is not BundleKind.MISSED:
        return bundle
    row = connection.execute(_select_mute(bundle, content)).one_or_none()
    until = now if row is None else row.until or bundle.due_at
    if until == bundle.due_at:
        return bundle
    about = content.identify(until)
    moved = delivery_id(bundle.kind, bundle.team, bundle.conversation, about)
    return bundle.model_copy(update={"id": moved, "due_at": until})


def _select_mute(bundle: Delivery, content: Bundle) -> sa.Select[datetime]:
    mute = tables.mutes.c
    return (
        sa.select(mute.until)
        .where(
            mute.kind == content.mute,
            mute.subject == content.subject,
            mute.team == bundle.team,
            mute.conversation == bundle.conversation,
        )
        .with_for_update(read=True)
    )


class _BundleEvents:
    """Notes the events of the bundles of a quiet time."""

    def __init__(
        self, database: Database, connection: sa.Connection, bundles: Iterable[Delivery]
    ) -> None:
        self._connection = connection
        self._insert = database.insert(tables.bundle_events).on_conflict_do_nothing()
        self._events: dict[str, str] = {}
        story, ids = tables.stories.c, set[str]()
        for each in filter(is_quiet_bundle, bundles):
            ids.update(each.story_ids)
        for chunk in chunks(ids):
            found = connection.execute(
                sa.select(story.id, story.event_id).where(story.id.in_(chunk))
            )
            self._events |= {row.id: row.event_id for row in found}

    def note(self, bundles: Iterable[Delivery]) -> None:
        """Notes those events of queued bundles that are about the stories which are queued now."""
        rows = {
            (self._events[story], each.id): None
            for each in filter(is_quiet_bundle, bundles)
            for story in each.story_ids
            if story in self._events
        }
        names = ("event_id", "delivery_id")
        values = [dict(zip(names, row, strict=True)) for row in sorted(rows)]
        execute_many(self._connection, self._insert, values)


def _join_updates(connection: sa.Connection, updates: Collection[Delivery]) -> Collection[Delivery]:
    """Adds the stories of updates to those that are still queued for the same messages.

    Returns the updates to insert. A claimed update is not joined: it may be rendered already.
    """
    queued = _queued_updates(connection, {each.event_id for each in updates})
    joined: dict[Thread, Delivery] = {}
    for each in updates:
        thread = Thread(each.event_id, each.team, each.conversation)
        known = joined.get(thread) or queued.get(thread) or each
        ids = tuple(dict.fromkeys((*known.story_ids, *each.story_ids)))
        joined[thread] = known.model_copy(update={"story_ids": ids})
    added = [
        {"of": each.id, "stories": json.dumps(each.story_ids), "left_out": 0}
        for thread, each in joined.items()
        if thread in queued
    ]
    execute_many(connection, _set_stories, added)
    return [each for thread, each in joined.items() if thread not in queued]


def _queued_updates(
    connection: sa.Connection, event_ids: Collection[str]
) -> dict[Thread, Delivery]:
    """The queued updates of these events, locked until the end of the transaction."""
    found: dict[Thread, Delivery] = {}
    for chunk in chunks(event_ids):
        query = sa.select(*FIELDS).where(
            _row.event_id.in_(chunk),
            _row.kind == DeliveryKind.UPDATE,
            _row.state == DeliveryState.QUEUED,
        )
        for each in map(read_delivery, connection.execute(query.with_for_update())):
            found[Thread(each.event_id, each.team, each.conversation)] = each
    return found
