"""Deletes rows past retention.

1. Entries are deleted once they are older than `keep` or `LONGEST_TEXT`, whichever is shorter.
   Their identities stay, because a feed may list an entry for years and it must not become news
   again.
2. The stories, deliveries, follows and mutes of an event are deleted once its last story is older
   than `keep`, unless one of its messages is unsent.
3. Digests, reminders and notices are deleted once they are older than `keep` and sent, failed or
   dropped. A notice about a problem that still exists is then sent again. Answers and feedback are
   deleted once they are older than `keep`.
4. Mutes are deleted once they have ended.

Stories, answers, and sent deliveries except notices are evidence. If `keep_evidence` is longer than
`keep`, they stay until then. Proposals stay, because they are few and must not be sent a second
time.
"""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, Table, delete, func, select, text, tuple_

from bot.alerts.delivery import DeliveryKind, DeliveryState
from bot.alerts.mutes import MuteKind
from bot.store import tables
from bot.store.engine import Database, chunks

LONGEST_TEXT = timedelta(days=180)

_entry, _story, _delivery = tables.entries.c, tables.stories.c, tables.deliveries.c
_mute = tables.mutes.c
_GIVEN_UP = (DeliveryState.FAILED, DeliveryState.DROPPED)
_WITHOUT_EVENT = (DeliveryKind.DIGEST, DeliveryKind.REMINDER, DeliveryKind.NOTICE)
_WITH_EVENTS = (tables.deliveries, tables.bundle_events, tables.follows, tables.stories)


class Retention:
    """Deletes old rows in steps.

    `rows` is the maximum number of entries, events or messages that one step deletes. After each
    step comes a pause of `pause_s` seconds, in which other transactions can write.
    """

    def __init__(self, database: Database, rows: int = 200, pause_s: float = 0.05) -> None:
        self._database, self._rows, self._pause_s = database, rows, pause_s

    async def prune(
        self, now: datetime, keep: timedelta, keep_evidence: timedelta | None = None
    ) -> int:
        """Deletes the rows that are older than `keep` at `now`; returns how many. Evidence stays
        for `keep_evidence` if that is longer."""
        evidence = max(keep, keep_evidence or keep)
        steps = [
            (_entries, now - min(keep, LONGEST_TEXT)),
            (_events, now - evidence),
            (_sent_without_event, now - evidence),
            (_sent_notices, now - keep),
            (_given_up_without_event, now - keep),
            (_answers, now - evidence),
            (_feedback, now - keep),
            (_mutes, now),
        ]
        if evidence > keep:
            steps += [(_unsent_messages, now - keep), (_preferences, now - keep)]
        deleted = 0
        for step, before in steps:
            deleted += await self._repeat(step, before)
        return deleted

    async def _repeat(self, step: Callable[[Connection, datetime, int], int], at: datetime) -> int:
        deleted = 0
        while rows := await self._database.write(lambda found: step(found, at, self._rows)):
            deleted += rows
            await asyncio.sleep(self._pause_s)
        return deleted


def _entries(connection: Connection, before: datetime, limit: int) -> int:
    old = select(_entry.feed_id, _entry.key).where(_entry.seen_at < before).limit(limit)
    key = tuple_(_entry.feed_id, _entry.key)
    return connection.execute(delete(tables.entries).where(key.in_(old))).rowcount


def _events(connection: Connection, before: datetime, limit: int) -> int:
    unsent = _unsent_events(connection)
    last = func.max(_story.seen_at)
    old = select(_story.event_id).group_by(_story.event_id).having(last < before)
    found = connection.execute(old.limit(limit + len(unsent)))
    events = [event for event in found.scalars() if event not in unsent][:limit]
    muted = _mute.kind == MuteKind.EVENT, _mute.subject.in_(events)
    rows = connection.execute(delete(tables.mutes).where(*muted)).rowcount
    for table in _WITH_EVENTS:
        rows += connection.execute(delete(table).where(table.c.event_id.in_(events))).rowcount
    return rows


def _unsent_events(connection: Connection) -> set[str]:
    """The events with an unsent delivery."""
    query = select(_delivery.event_id, _delivery.story_ids).where(text(tables.UNSENT))
    unsent = connection.execute(query).all()
    events = {row.event_id for row in unsent}
    for chunk in chunks({story for row in unsent for story in json.loads(row.story_ids)}):
        found = connection.execute(select(_story.event_id).where(_story.id.in_(chunk)))
        events.update(found.scalars())
    return events


def _old_events(before: datetime) -> Select[str]:
    """The ids of the events whose last story is older, except those with an unsent message."""
    last = func.max(_story.seen_at)
    old = select(_story.event_id).group_by(_story.event_id).having(last < before)
    unsent = select(_delivery.event_id).where(text(tables.UNSENT))
    return old.where(_story.event_id.not_in(unsent))


def _unsent_messages(connection: Connection, before: datetime, limit: int) -> int:
    """Deletes the failed and the dropped messages of old events, whose other rows are evidence."""
    old = select(_delivery.seq).where(
        _delivery.event_id.in_(_old_events(before)), _delivery.state.in_(_GIVEN_UP)
    )
    return _delete_deliveries(connection, old, limit)


def _preferences(connection: Connection, before: datetime, limit: int) -> int:  # noqa: ARG001 - few
    """Deletes the follows and mutes of old events, and the notes of bundles that had them."""
    old = _old_events(before)
    muted = _mute.kind == MuteKind.EVENT, _mute.subject.in_(old)
    rows = connection.execute(delete(tables.mutes).where(*muted)).rowcount
    for table in (tables.follows, tables.bundle_events):
        rows += connection.execute(delete(table).where(table.c.event_id.in_(old))).rowcount
    return rows


def _sent_without_event(connection: Connection, before: datetime, limit: int) -> int:
    old = _of_kinds(DeliveryKind.DIGEST, DeliveryKind.REMINDER).where(_delivery.sent_at < before)
    return _delete_deliveries(connection, old, limit)


def _sent_notices(connection: Connection, before: datetime, limit: int) -> int:
    old = _of_kinds(DeliveryKind.NOTICE).where(_delivery.sent_at < before)
    return _delete_deliveries(connection, old, limit)


def _given_up_without_event(connection: Connection, before: datetime, limit: int) -> int:
    old = _of_kinds(*_WITHOUT_EVENT).where(
        _delivery.sent_at.is_(None), _delivery.state.in_(_GIVEN_UP), _delivery.due_at < before
    )
    return _delete_deliveries(connection, old, limit)


def _of_kinds(*kinds: DeliveryKind) -> Select[int]:
    """The deliveries of these kinds. With a condition on `sent_at`, an index finds them."""
    return select(_delivery.seq).where(_delivery.kind.in_(kinds))


def _delete_deliveries(connection: Connection, old: Select[int], limit: int) -> int:
    statement = delete(tables.deliveries).where(_delivery.seq.in_(old.limit(limit)))
    return connection.execute(statement).rowcount


def _mutes(connection: Connection, before: datetime, limit: int) -> int:
    key = tuple_(_mute.kind, _mute.subject, _mute.team, _mute.conversation)
    ended = select(_mute.kind, _mute.subject, _mute.team, _mute.conversation)
    ended = ended.where(_mute.until < before).limit(limit)
    return connection.execute(delete(tables.mutes).where(key.in_(ended))).rowcount


def _answers(connection: Connection, before: datetime, limit: int) -> int:
    return _by_time(tables.answers, connection, before, limit)


def _feedback(connection: Connection, before: datetime, limit: int) -> int:
    return _by_time(tables.feedback, connection, before, limit)


def _by_time(table: Table, connection: Connection, before: datetime, limit: int) -> int:
    old = select(table.c.seq).where(table.c.at < before).limit(limit)
    return connection.execute(delete(table).where(table.c.seq.in_(old))).rowcount
