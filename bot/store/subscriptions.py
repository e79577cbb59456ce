"""Stores the subscriptions of conversations, with their pauses."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Select, and_, delete, select, update

from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter, is_same
from bot.alerts.subscriptions.model import Subscription, make_id, without
from bot.alerts.subscriptions.timing import Timing
from bot.errors import TooManySubscriptions
from bot.store import next_delivery, tables
from bot.store.engine import AnyRow, Database, execute_many
from bot.values import Topic


class Subscriptions:
    """The subscriptions table."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._parsed: dict[str, Subscription] = {}

    async def add(self, subscription: Subscription, limit: int | None = None) -> bool:
        """Saves a subscription; False if the conversation already has it with the same timing.

        A saved subscription with the same criteria and another timing gets the new timing, and a
        pause by people ends. If Slack refused messages to the conversation, that pause ends too,
        and its held deliveries are queued. Raises TooManySubscriptions if the conversation has
        `limit` subscriptions.
        """

        def write(connection: Connection) -> bool:
            team, conversation = subscription.team, subscription.conversation
            # Deliveries are locked before subscriptions, as everywhere.
            if any(
                each.paused_at is not None
                for each in _read(connection.execute(_query(team, conversation)))
            ):
                resume(connection, team, conversation, subscription.created_at)
            had = _read_locked(connection, _query(team, conversation))
            known = next((s for s in had if is_same(s.criteria, subscription.criteria)), None)
            if known is None:
                if limit is not None and len(had) >= limit:
                    raise TooManySubscriptions(limit)
                self._insert(connection, [subscription])
                return True
            if known.timing == subscription.timing and known.paused_until is None:
                return False
            changes = {"timing": subscription.timing, "paused_until": None}
            _update(connection, known, paused_at=None, paused_reason="", **changes)
            return True

        return await self._database.write(write)

    async def ensure_default(self, subscription: Subscription) -> bool:
        """Saves the default subscription of a conversation, once in the database's life.

        Returns False if that was done before, so a conversation that unsubscribed stays
        unsubscribed.
        """
        mark = {
            "name": f"default subscription of {subscription.conversation} in {subscription.team}",
            "done_at": subscription.created_at,
        }
        statement = self._database.insert(tables.once).on_conflict_do_nothing()

        def write(connection: Connection) -> bool:
            if connection.execute(statement.values(mark)).rowcount == 0:
                return False
            self._insert(connection, [subscription])
            return True

        return await self._database.write(write)

    async def get(
        self, team: str, subscription_id: str, conversation: str, user: str
    ) -> Subscription | None:
        """The subscription with this id, or with the only id that begins so; or None.

        It belongs to the conversation, or else to the person, or the person made it; without a
        person, to the conversation. The ids of other subscriptions make no beginning ambiguous.
        """
        row = tables.subscriptions.c
        starts = row.id.startswith(subscription_id, autoescape=True)
        found = _read(await self._database.rows(_query(team).where(starts)))
        here = [each for each in found if each.conversation == conversation]
        own = [each for each in found if user and user in (each.conversation, each.created_by)]
        exact = [each for each in here + own if each.id == subscription_id]
        matching = exact[:1] or here or own
        return matching[0] if len(matching) == 1 else None

    async def change(self, team: str, subscription_id: str, **changes: object) -> bool:
        """Changes fields of a subscription; False if there is none with this id.

        The fields are `criteria`, `timing` and `paused_until`.
        """

        def write(connection: Connection) -> bool:
            query = _query(team).where(tables.subscriptions.c.id == subscription_id)
            for each in _read_locked(connection, query):
                _update(connection, each, **changes)
                return True
            return False

        return await self._database.write(write)

    async def replace(
        self, team: str, ids: Sequence[str], criteria: Criteria, timing: Timing
    ) -> Subscription | None:
        """Changes the first of these subscriptions and removes the others, in one transaction.

        Returns the changed one. Returns None and changes nothing if one of them is gone, or if
        their conversation has another one with the same criteria.
        """

        def write(connection: Connection) -> Subscription | None:
            row = tables.subscriptions.c
            named = select(row.conversation).where(row.team == team, row.id == ids[0])
            conversation = connection.execute(named).scalar()
            if conversation is None:
                return None
            had = _read_locked(connection, _query(team, conversation))
            old = {each.id: each for each in had if each.id in ids}
            if len(old) < len(set(ids)):
                return None
            first = old[ids[0]]
            if any(each.id not in old and is_same(each.criteria, criteria) for each in had):
                return None
            removed = row.id.in_(old.keys() - {first.id})
            connection.execute(delete(tables.subscriptions).where(row.team == team, removed))
            changes = {"criteria": criteria, "timing": timing}
            _update(connection, first, **changes)
            return first.model_copy(update=changes)

        return await self._database.write(write)

    async def resume(self, team: str, conversation: str, now: datetime) -> None:
        """Ends the pause of a conversation that refused messages, and queues its held messages."""
        await self._database.write(lambda each: resume(each, team, conversation, now))

    async def remove_one(self, team: str, subscription_id: str) -> bool:
        """Removes the subscription with this id; False if there is none."""
        row = tables.subscriptions.c
        statement = delete(tables.subscriptions).where(row.team == team, row.id == subscription_id)
        return await self._database.change(statement) > 0

    async def remove(
        self,
        team: str,
        conversation: str,
        topics: Collection[Topic] = (),
        economies: Collection[EconomyFilter] = (),
        only: Collection[str] | None = None,
    ) -> int:
        """Removes topics (empty: all) on economies (empty: all) from subscriptions.

        Returns how many subscriptions were changed or removed. `only` has the ids of those that
        may change; None stands for all.
        """
        return await self._change(
            team,
            conversation,
            lambda each: (
                (each.criteria,)
                if only is not None and each.id not in only
                else without(each.criteria, topics, economies)
            ),
        )

    async def of(self, team: str, conversation: str) -> tuple[Subscription, ...]:
        """A conversation's subscriptions, oldest first."""
        return _read(await self._database.rows(_query(team, conversation)))

    async def every(self, team: str | None = None) -> tuple[Subscription, ...]:
        """All subscriptions, or those of a team, oldest first."""
        return await self._database.read(
            lambda connection: self._parse(connection.execute(_query(team)))
        )

    def _parse(self, rows: Iterable[AnyRow]) -> tuple[Subscription, ...]:
        """The subscriptions in these rows. Each poll with news reads all of them and they seldom
        change, so those of the last call are parsed once. Runs in a thread of the database."""
        known, data = self._parsed, [row[0] for row in rows]
        found = [known.get(each) or Subscription.model_validate_json(each) for each in data]
        self._parsed = dict(zip(data, found, strict=True))
        return tuple(found)

    async def _change(
        self,
        team: str,
        conversation: str,
        change: Callable[[Subscription], tuple[Criteria, ...]],
    ) -> int:
        def write(connection: Connection) -> int:
            had = _read_locked(connection, _query(team, conversation))
            left = {each.id: change(each) for each in had}
            changed = [each for each in had if left[each.id] != (each.criteria,)]
            kept = [each.criteria for each in had if each not in changed]
            for each in changed:
                self._replace(connection, each, left[each.id], kept)
            return len(changed)

        return await self._database.write(write)

    def _replace(
        self,
        connection: Connection,
        old: Subscription,
        left: Iterable[Criteria],
        kept: list[Criteria],
    ) -> None:
        """Replaces a subscription by its remaining parts, except those that are in `kept`.

        The first part keeps the id.
        """
        row = tables.subscriptions.c
        connection.execute(delete(tables.subscriptions).where(row.id == old.id))
        part_id = old.id
        for criteria in left:
            if not any(is_same(each, criteria) for each in kept):
                part = old.model_copy(update={"id": part_id, "criteria": criteria})
                self._insert(connection, [part])
                kept.append(criteria)
                part_id = ""

    def _insert(self, connection: Connection, new: Iterable[Subscription]) -> None:
        rows = [
            {
                "id": each.id,
                "team": each.team,
                "conversation": each.conversation,
                "created_at": each.created_at,
                "data": each.model_dump_json(),
            }
            for each in map(_with_id, new)
        ]
        execute_many(connection, self._database.insert(tables.subscriptions), rows)


def pause(connection: Connection, team: str, conversation: str, reason: str, now: datetime) -> None:
    """Pauses the subscriptions of a conversation that refuses messages."""
    for each in _read_locked(connection, _query(team, conversation)):
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
    """Ends the pause of the conversations that have no other held deliveries than these.

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
    for each in _read_locked(connection, _query(team, conversation)):
        if each.paused_at is not None:
            _update(connection, each, paused_at=None, paused_reason="")


def _update(connection: Connection, subscription: Subscription, **changes: object) -> None:
    table = tables.subscriptions
    data = subscription.model_copy(update=changes).model_dump_json()
    connection.execute(update(table).where(table.c.id == subscription.id).values(data=data))


def _with_id(subscription: Subscription) -> Subscription:
    if subscription.id:
        return subscription
    return subscription.model_copy(update={"id": make_id(subscription)})


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


def _read_locked(connection: Connection, query: Select[str]) -> tuple[Subscription, ...]:
    """The subscriptions of the query, which no other transaction changes before this one ends.

    A change writes the whole subscription, so it must not be computed from an outdated one.
    """
    return _read(connection.execute(query.with_for_update()))
