"""What the watches of `bot.alerts.watch` read, and the incidents that they keep."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.alerts.delivery import NEWS_KINDS
from bot.alerts.watch.facts import LateQueue
from bot.alerts.watch.incidents import Problem
from bot.store import tables
from bot.store.engine import Database, chunks
from bot.store.next_delivery import FIRST_DUE, WAITS_FOR_MUTE

_row, _incident, _wish = tables.deliveries.c, tables.incidents.c, tables.quiet_weeks.c


class WatchStore:
    """Reads the outbox and the entries for the watches, and keeps the open incidents."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def incidents(self, team: str, scope: str) -> Mapping[str, Problem]:
        """The open incidents of a scope, by subject."""
        query = sa.select(_incident.subject, _incident.data)
        found = await self._database.rows(
            query.where(_incident.team == team, _incident.scope == scope)
        )
        return {subject: Problem.model_validate_json(data) for subject, data in found}

    async def put_incident(self, team: str, scope: str, problem: Problem) -> None:
        """Saves it in place of an earlier one of the subject."""
        row = {"team": team, "scope": scope, "subject": problem.subject}
        insert = self._database.insert(tables.incidents).values(
            **row, data=problem.model_dump_json()
        )
        keys = [_incident.team, _incident.scope, _incident.subject]
        changed = {"data": insert.excluded.data}
        await self._database.change(insert.on_conflict_do_update(index_elements=keys, set_=changed))

    async def delete_incident(self, team: str, scope: str, subject: str) -> None:
        """Deletes it, if there is one."""
        here = (_incident.team == team, _incident.scope == scope, _incident.subject == subject)
        await self._database.change(sa.delete(tables.incidents).where(*here))

    async def quiet_weeks_on(self, team: str) -> frozenset[str]:
        """The team's conversations that want a line about a week without news."""
        query = sa.select(_wish.conversation).where(_wish.team == team)
        return frozenset(await self._database.column(query))

    async def switch_quiet_weeks(self, team: str, conversation: str, *, on: bool) -> bool:
        """Switches the line on or off in a conversation; False if that changes nothing."""
        row = {"team": team, "conversation": conversation}
        here = (_wish.team == team, _wish.conversation == conversation)
        add = self._database.insert(tables.quiet_weeks).values(row).on_conflict_do_nothing()
        remove = sa.delete(tables.quiet_weeks).where(*here)
        return await self._database.change(add if on else remove) > 0

    async def find_late(self, team: str, before: datetime, now: datetime) -> LateQueue | None:
        """The news that should have been sent before a moment; None if there is none.

        Left out are bundles of later, news that is held because its conversation refuses messages,
        and news that waits for the end of a mute.
        """
        query = sa.select(
            sa.func.min(FIRST_DUE, type_=tables.Moment),
            sa.func.count(sa.distinct(_row.conversation)),
            sa.func.max(_row.error),
        ).where(
            sa.text(tables.UNSENT),
            _row.team == team,
            _row.kind.in_(NEWS_KINDS),
            _row.held_at.is_(None),
            before >= FIRST_DUE,
            sa.not_(WAITS_FOR_MUTE),
        )
        [(since, conversations, error)] = await self._database.rows(query, {"now": now})
        if since is None:
            return None
        return LateQueue(since=since, conversations=conversations, error=error)

    async def list_conversations_with_news(
        self, team: str, since: datetime, until: datetime
    ) -> frozenset[str]:
        """The conversations to which news was sent since then, or waits to be sent until then."""
        news = sa.select(_row.conversation).where(_row.team == team, _row.kind.in_(NEWS_KINDS))
        unsent = news.where(sa.text(tables.UNSENT), _row.due_at <= until)
        query = sa.union(news.where(_row.sent_at > since), unsent)
        return frozenset(await self._database.column(query))

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
