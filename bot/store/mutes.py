"""Stores the mutes of conversations, and moves the stories that they keep back."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa

from bot.alerts.delivery import DeliveryKind, DeliveryState
from bot.alerts.digest import bundle_of_mute, make_bundle
from bot.alerts.mutes import Mute, MuteKind
from bot.store import next_delivery, tables
from bot.store.engine import AnyRow, Database, chunks
from bot.store.outbox import Outbox

_table, _row = tables.mutes, tables.mutes.c
_deliveries, _delivery = tables.deliveries, tables.deliveries.c
_WAITING = (DeliveryState.QUEUED, DeliveryState.HELD)


class Mutes:
    """The table of mutes."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database, self._outbox = database, outbox

    async def add(self, mute: Mute) -> bool:
        """Saves a mute, or moves the end of the one that is there; False if it is there already.

        Stories that an earlier mute of the same thing keeps back wait for the new end too. Unsent
        follow-ups of a muted event without a counted attempt wait as well.
        """
        insert = self._database.insert(_table).values(mute.model_dump())
        # The row is changed in place: a poll that saves a bundle at the same time waits for it.
        save = insert.on_conflict_do_update(
            index_elements=list(_table.primary_key.columns), set_={"until": mute.until}
        )

        def write(connection: sa.Connection) -> bool:
            had = connection.execute(_select_end(mute)).one_or_none()
            connection.execute(save)
            if mute.until is not None:
                if had is not None:
                    _move_waiting(connection, mute, had.until, mute.until)
                moved = {"due_at": mute.until, "first_due_at": None}
                connection.execute(_keeps_back(mute).values(moved))
                self._keep_follow_ups(connection, mute, mute.until)
            return had is None

        return await self._database.write(write)

    async def remove(self, mute: Mute, now: datetime) -> bool:
        """Ends a mute, whatever its end; False if there was none. What it kept back is due now."""

        def write(connection: sa.Connection) -> bool:
            # First the mute: a poll that saves a bundle at the same time holds its row.
            had = connection.execute(_select_end(mute)).one_or_none()
            connection.execute(sa.delete(_table).where(*_is(mute)))
            if had is not None:
                _move_waiting(connection, mute, had.until, now)
            connection.execute(_keeps_back(mute).where(_delivery.due_at > now).values(due_at=now))
            return had is not None

        return await self._database.write(write)

    async def of(self, team: str, conversation: str, now: datetime) -> tuple[Mute, ...]:
        """The active mutes of a conversation, those that end first in front."""
        here = (_row.team == team, _row.conversation == conversation)
        return await self._list([*here, _is_active(now)])

    async def every(self, team: str, now: datetime) -> tuple[Mute, ...]:
        """The active mutes of a team."""
        return await self._list([_row.team == team, _is_active(now)])

    async def about(self, event_ids: Collection[str]) -> tuple[Mute, ...]:
        """The mutes of these events, of topics and of conversations, in all teams."""
        found = await self._list([_row.kind.in_((MuteKind.TOPIC, MuteKind.CONVERSATION))])
        for chunk in chunks(event_ids):
            found += await self._list([_row.kind == MuteKind.EVENT, _row.subject.in_(chunk)])
        return found

    async def _list(self, conditions: Iterable[sa.ColumnElement[bool]]) -> tuple[Mute, ...]:
        query = sa.select(_table).where(*conditions).order_by(_row.until, _row.kind, _row.subject)
        return tuple(map(_mute, await self._database.rows(query)))

    def _keep_follow_ups(self, connection: sa.Connection, mute: Mute, until: datetime) -> None:
        """Turns the queued follow-ups of a muted event into stories that the mute keeps back.

        Those that the conversation refuses stay: they find out when it accepts messages again. An
        uncertain one may have been posted.
        """
        if mute.kind is not MuteKind.EVENT:
            return
        pending = (
            _delivery.event_id == mute.subject,
            _delivery.team == mute.team,
            _delivery.conversation == mute.conversation,
            _delivery.kind == DeliveryKind.FOLLOW_UP,
            _delivery.state == DeliveryState.QUEUED,
            _delivery.uncertain.is_(False),
            _delivery.attempts == 0,
        )
        query = sa.select(_delivery.story_ids).where(*pending).order_by(_delivery.seq)
        story_ids = [
            each for ids in connection.execute(query).scalars() for each in json.loads(ids)
        ]
        if not story_ids:
            return
        connection.execute(sa.delete(_deliveries).where(*pending))
        place, kept_ids = (mute.team, mute.conversation), tuple(dict.fromkeys(story_ids))
        kept = make_bundle(bundle_of_mute(mute), place, kept_ids, until)
        self._outbox.put(connection, [kept])


def _is(mute: Mute) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        _row.kind == mute.kind,
        _row.subject == mute.subject,
        _row.team == mute.team,
        _row.conversation == mute.conversation,
    )


def _select_end(mute: Mute) -> sa.Select[datetime]:
    return sa.select(_row.until).where(*_is(mute)).with_for_update()


def _is_active(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(_row.until.is_(None), _row.until > now)


def _keeps_back(mute: Mute) -> sa.Update:
    """An update of the waiting deliveries with the stories that the mute keeps back."""
    return sa.update(_deliveries).where(
        # The condition of the index, without which SQLite reads the whole table.
        sa.text(tables.UNSENT),
        _delivery.team == mute.team,
        _delivery.conversation == mute.conversation,
        _delivery.kind == DeliveryKind.DIGEST,
        _delivery.state.in_(_WAITING),
        # The bundle with which a conversation is tried that refuses messages keeps its next try.
        sa.or_(_delivery.held_at.is_(None), _delivery.first_due_at.is_(None)),
        _delivery.content == bundle_of_mute(mute).model_dump_json(),
    )


def _move_waiting(
    connection: sa.Connection, mute: Mute, had_until: datetime | None, until: datetime
) -> None:
    """Moves the deliveries that wait for the end of a conversation's mute to another time."""
    if mute.kind is not MuteKind.CONVERSATION:
        return
    waiting = sa.update(_deliveries).where(
        sa.text(tables.UNSENT),
        _delivery.team == mute.team,
        _delivery.conversation == mute.conversation,
        _delivery.kind.in_(next_delivery.MUTABLE),
        _delivery.state.in_(_WAITING),
        _delivery.due_at == had_until,
    )
    connection.execute(waiting.values(due_at=until, first_due_at=None))


def _mute(row: AnyRow) -> Mute:
    return Mute.model_validate(dict(row._mapping))
