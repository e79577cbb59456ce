"""Stores the subscriptions of conversations, with their mutes and pauses."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Select, and_, delete, select, update

from bot.alerts.subscription import Subscription, subscription_id, without
from bot.store import next_delivery, tables
from bot.store.engine import AnyRow, Database, execute_many
from bot.values import Topic


class Subscriptions:
    """The subscriptions table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, subscription: Subscription) -> bool:
        """Saves a subscription; False if the conversation already has it at the same pace.

        The id is computed from the filters. A saved subscription with the same filters and another
        pace is replaced. If the conversation's subscriptions are paused, the pause ends and its
        held deliveries are queued.
        """
        new = _with_id(subscription)

        def write(connection: Connection) -> bool:
            had = _read(connection.execute(_query(new.team, new.conversation)))
            if any(each.paused_at is not None for each in had):
                resume(connection, new.team, new.conversation, new.created_at)
            if any(each.id == new.id and each.pace is new.pace for each in had):
                return False
            self._replace(connection, [new.id], [new])
            return True

        return await self._database.write(write)

    async def ensure_default(self, subscription: Subscription) -> bool:
        """Saves the default subscription of a conversation, once in the database's life.

        Returns False if that was done before, so a conversation that unsubscribed stays
        unsubscribed.
        """
        new = _with_id(subscription)
        mark = {
            "name": f"default subscription of {new.conversation} in {new.team}",
            "done_at": new.created_at,
        }
        statement = self._database.insert(tables.once).on_conflict_do_nothing()

        def write(connection: Connection) -> bool:
            if connection.execute(statement.values(mark)).rowcount == 0:
                return False
            self._replace(connection, [new.id], [new])
            return True

        return await self._database.write(write)

    async def remove(
        self,
        team: str,
        conversation: str,
        topics: frozenset[Topic] = frozenset(),
        parties: frozenset[str] = frozenset(),
    ) -> int:
        """Removes topics (empty: all) on parties (empty: all) from a conversation's subscriptions.

        Returns how many subscriptions were changed or removed.
        """
        return await self._change(team, conversation, lambda each: without(each, topics, parties))

    async def of(self, team: str, conversation: str) -> tuple[Subscription, ...]:
        """A conversation's subscriptions, oldest first."""
        return _read(await self._database.rows(_query(team, conversation)))

    async def every(self, team: str | None = None) -> tuple[Subscription, ...]:
        """All subscriptions, or those of a team, oldest first."""
        return _read(await self._database.rows(_query(team)))

    async def mute(self, team: str, conversation: str, until: datetime) -> int:
        """Mutes a conversation's subscriptions until `until`; returns how many were changed."""
        return await self._change(
            team, conversation, lambda each: (each.model_copy(update={"muted_until": until}),)
        )

    async def unmute(self, team: str, conversation: str) -> int:
        """Ends the mute of a conversation's subscriptions; returns how many were changed."""
        return await self._change(
            team, conversation, lambda each: (each.model_copy(update={"muted_until": None}),)
        )

    async def _change(
        self,
        team: str,
        conversation: str,
        change: Callable[[Subscription], tuple[Subscription, ...]],
    ) -> int:
        def write(connection: Connection) -> int:
            had = _read(connection.execute(_query(team, conversation)))
            changed = [each for each in had if change(each) != (each,)]
            new = [result for each in changed for result in change(each)]
            self._replace(connection, [each.id for each in changed], new)
            return len(changed)

        return await self._database.write(write)

    def _replace(self, connection: Connection, old: list[str], new: Iterable[Subscription]) -> None:
        table = tables.subscriptions
        connection.execute(delete(table).where(table.c.id.in_(old)))
        rows = [
            {
                "id": each.id,
                "team": each.team,
                "conversation": each.conversation,
                "created_at": each.created_at,
                "data": each.model_dump_json(),
            }
            for each in new
        ]
        # What remains of a subscription after an unsubscribe may equal another subscription.
        statement = self._database.insert(table).on_conflict_do_nothing()
        execute_many(connection, statement, rows)


def pause(connection: Connection, team: str, conversation: str, reason: str, now: datetime) -> None:
    """Pauses the subscriptions of a conversation that refuses messages."""
    for each in _read(connection.execute(_query(team, conversation))):
        if each.paused_at is None:
            _update(connection, each, paused_at=now, paused_reason=reason)


def resume_refusing(
    connection: Connection, delivery_ids: Sequence[str], now: datetime
) -> frozenset[str]:
    """Ends the pause of the conversations that got these deliveries; returns those that ended one.

    Most conversations are not paused, so the query costs little.
    """
    row, got = tables.subscriptions.c, tables.deliveries.c
    subscribed = (
        select(got.id, got.team, got.conversation, row.data)
        .join(
            tables.subscriptions, and_(got.team == row.team, got.conversation == row.conversation)
        )
        .where(got.id.in_(delivery_ids))
    )
    held = connection.execute(next_delivery.HELD_BY_OTHERS, {"ids": delivery_ids})
    ending = {(each.id, each.team, each.conversation) for each in held}
    for each in connection.execute(subscribed):
        if Subscription.model_validate_json(each.data).paused_at is not None:
            ending.add((each.id, each.team, each.conversation))
    for team, conversation in {(team, place) for _, team, place in ending}:
        resume(connection, team, conversation, now)
    return frozenset(each for each, _, _ in ending)


def resume_unheld(connection: Connection, delivery_ids: Sequence[str]) -> None:
    """Ends the pause of the conversations for which nothing is held any more but these deliveries.

    No message would find out otherwise that such a conversation accepts messages again.
    """
    places = connection.execute(next_delivery.LAST_HELD, {"ids": delivery_ids}).all()
    for team, conversation in places:
        _end_pause(connection, team, conversation)


def resume(connection: Connection, team: str, conversation: str, now: datetime) -> None:
    """Ends the pause of a conversation's subscriptions and queues its held deliveries."""
    place = {"in_team": team, "in_conversation": conversation, "now": now}
    connection.execute(next_delivery.RESUME, place)
    _end_pause(connection, team, conversation)


def _end_pause(connection: Connection, team: str, conversation: str) -> None:
    for each in _read(connection.execute(_query(team, conversation))):
        if each.paused_at is not None:
            _update(connection, each, paused_at=None, paused_reason="")


def _update(connection: Connection, subscription: Subscription, **changes: object) -> None:
    table = tables.subscriptions
    data = subscription.model_copy(update=changes).model_dump_json()
    connection.execute(update(table).where(table.c.id == subscription.id).values(data=data))


def _with_id(subscription: Subscription) -> Subscription:
    computed = subscription_id(
        subscription.team,
        subscription.conversation,
        subscription.topics,
        subscription.parties,
        subscription.words,
    )
    return subscription.model_copy(update={"id": computed})


def _query(team: str | None, conversation: str | None = None) -> Select[str]:
    row = tables.subscriptions.c
    query = select(row.data).order_by(row.created_at, row.id)
    if team is not None:
        query = query.where(row.team == team)
    if conversation is not None:
        query = query.where(row.conversation == conversation)
    return query


def _read(rows: Iterable[AnyRow]) -> tuple[Subscription, ...]:
    return tuple(Subscription.model_validate_json(row[0]) for row in rows)
