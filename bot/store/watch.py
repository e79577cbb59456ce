"""What the watches of `bot.alerts.watch` read and remember. Their notes are rows of `once`."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.alerts.delivery import DeliveryKind, DeliveryState
from bot.alerts.watch.incidents import Incident
from bot.alerts.watch.late_messages import Delay, WaitingMessages
from bot.store import next_delivery, tables
from bot.store.engine import Database, chunks

_name, _row = tables.once.c.name, tables.deliveries.c
_NEWS = (
    DeliveryKind.ALERT,
    DeliveryKind.FOLLOW_UP,
    DeliveryKind.DIGEST,
    DeliveryKind.REMINDER,
)
"""The kinds of messages that readers wait for."""
_DELAY, _QUIET_WEEKS = "delay", "quiet weeks"
_ALWAYS = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


class WatchStore:
    """Reads the outbox and the entries for the watches, and keeps their notes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def incidents(self, team: str, scope: str) -> Mapping[str, Incident]:
        """The open incidents of a scope, by subject."""
        found = await self._notes(f"incident in {scope}", team)
        return {name: Incident.model_validate_json(data) for name, data in found.items()}

    async def put_incident(self, team: str, scope: str, subject: str, incident: Incident) -> None:
        """Saves it in place of an earlier one of the subject."""
        await self._put(f"incident in {scope}", team, subject, incident.model_dump_json())

    async def delete_incident(self, team: str, scope: str, subject: str) -> None:
        """Deletes it, if there is one."""
        await self._delete(f"incident in {scope}", team, subject)

    async def delays(self, team: str) -> Mapping[str, Delay]:
        """The saved delays, by conversation."""
        found = await self._notes(_DELAY, team)
        return {name: Delay.model_validate_json(data) for name, data in found.items()}

    async def put_delay(self, team: str, conversation: str, delay: Delay) -> None:
        """Saves it in place of an earlier one of the conversation."""
        await self._put(_DELAY, team, conversation, delay.model_dump_json())

    async def delete_delay(self, team: str, conversation: str) -> None:
        """Deletes it, if there is one."""
        await self._delete(_DELAY, team, conversation)

    async def quiet_weeks_on(self, team: str) -> frozenset[str]:
        """The team's conversations that want a line about a week without news."""
        return frozenset(await self._notes(_QUIET_WEEKS, team))

    async def switch_quiet_weeks(self, team: str, conversation: str, *, on: bool) -> bool:
        """Switches the line on or off in a conversation; False if that changes nothing."""
        if (conversation in await self.quiet_weeks_on(team)) is on:
            return False
        if on:
            await self._put(_QUIET_WEEKS, team, conversation, "")
        else:
            await self._delete(_QUIET_WEEKS, team, conversation)
        return True

    async def waiting(self, team: str, now: datetime) -> tuple[WaitingMessages, ...]:
        """The conversations with news that is due, or was due before its last attempt failed.

        Only bundles are queued for later. News that is held because its conversation refuses
        messages, or that waits for the end of a mute, is left out.
        """
        was_tried = sa.or_(_row.attempts > 0, _row.error != "", _row.uncertain)
        query = (
            sa.select(_row.conversation, _row.id, _row.due_at, _row.error)
            .where(
                sa.text(tables.UNSENT),
                _row.team == team,
                _row.kind.in_(_NEWS),
                _row.held_at.is_(None),
                sa.or_(_row.kind != DeliveryKind.DIGEST, _row.due_at <= now, was_tried),
                sa.not_(next_delivery.WAITS_FOR_MUTE),
            )
            .order_by(_row.seq)
        )
        found: dict[str, WaitingMessages] = {}
        for conversation, delivery_id, due_at, error in await self._database.rows(
            query, {"now": now}
        ):
            head = found.get(conversation)
            found[conversation] = (
                WaitingMessages(conversation, delivery_id, due_at, error)
                if head is None
                else head._replace(due_at=min(head.due_at, due_at), error=head.error or error)
            )
        return tuple(found.values())

    async def list_conversations_with_news(self, team: str, since: datetime) -> frozenset[str]:
        """The conversations to which news was sent since then, or waits to be sent."""
        sent = sa.and_(_row.state == DeliveryState.SENT, _row.sent_at > since)
        query = sa.select(_row.conversation).where(
            _row.team == team, _row.kind.in_(_NEWS), sa.or_(sent, sa.text(tables.UNSENT))
        )
        return frozenset(await self._database.column(query.distinct()))

    async def count_stories(self, since: datetime) -> int:
        """The number of stories found since then."""
        query = sa.select(sa.func.count()).where(tables.stories.c.seen_at > since)
        found: Sequence[int] = await self._database.column(query)
        return found[0]

    async def entry_moments(self, feed_ids: Collection[str]) -> Mapping[str, Sequence[datetime]]:
        """The times of the polls that found new entries of these feeds, oldest first."""
        entry = tables.entries.c
        found: defaultdict[str, list[datetime]] = defaultdict(list)
        for chunk in chunks(feed_ids):
            query = sa.select(entry.feed_id, entry.seen_at).where(entry.feed_id.in_(chunk))
            for feed_id, seen_at in await self._database.rows(
                query.distinct().order_by(entry.seen_at)
            ):
                found[feed_id].append(seen_at)
        return found

    async def _notes(self, kind: str, team: str) -> dict[str, str]:
        prefix = f"{kind} of {team}: "
        query = sa.select(_name).where(_name.startswith(prefix, autoescape=True))
        names = await self._database.column(query)
        parts = (str(name).removeprefix(prefix).partition("\n") for name in names)
        return {subject: data for subject, _, data in parts}

    async def _put(self, kind: str, team: str, subject: str, data: str) -> None:
        start = f"{kind} of {team}: {subject}\n"
        insert = self._database.insert(tables.once)
        row = {"name": start + data, "done_at": _ALWAYS}

        def write(connection: sa.Connection) -> None:
            connection.execute(_delete_named(start))
            connection.execute(insert.values(row))

        await self._database.write(write)

    async def _delete(self, kind: str, team: str, subject: str) -> None:
        await self._database.change(_delete_named(f"{kind} of {team}: {subject}\n"))


def _delete_named(start: str) -> sa.Delete:
    return sa.delete(tables.once).where(_name.startswith(start, autoescape=True))
