"""What feeds said, and how an entry is known again."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.news.entry import Entry
from bot.news.identity import identities
from bot.news.story import Story
from bot.store import tables
from bot.store.engine import Database, chunks, execute_many


class Entries:
    """The tables of entries and of their identities."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, feed_id: str, wanted: Collection[str]) -> frozenset[str]:
        """Those of the wanted identities that are remembered for the feed."""
        row = tables.identities.c
        found: set[str] = set()
        for chunk in chunks(wanted):
            query = select(row.identity).where(row.feed_id == feed_id, row.identity.in_(chunk))
            found.update(await self._database.column(query))
        return frozenset(found)

    async def earlier(self, feed_id: str, places: Collection[str]) -> Mapping[str, Story]:
        """The newest story that each place's entry made, by place; those with none are left out."""
        known, story = tables.identities.c, tables.stories.c
        told = (known.feed_id == story.feed_id) & (known.entry_key == story.entry_key)
        every = select(known.identity, story.data).join_from(
            tables.identities, tables.stories, told
        )
        found: dict[str, Story] = {}
        for chunk in chunks(places):
            query = every.where(known.feed_id == feed_id, known.identity.in_(chunk))
            for place, data in await self._database.rows(query):
                found[place] = Story.model_validate_json(data)
        return found

    async def put(
        self,
        connection: AsyncConnection,
        entries: Sequence[Entry],
        seen_at: datetime,
        first_round: bool,
    ) -> None:
        """Keeps new entries and their identities as part of the caller's transaction."""
        await self._put_entries(connection, entries, seen_at, first_round)
        statement = self._database.insert(tables.identities).on_conflict_do_nothing()
        await execute_many(connection, statement, _identity_rows(entries))

    async def put_revised(
        self,
        connection: AsyncConnection,
        entries: Sequence[Entry],
        seen_at: datetime,
        made_story: Collection[str],
    ) -> None:
        """Keeps revised entries; `made_story` are the keys of those that made a story.

        Only these take their place over, so that the next revision is compared with what was told.
        """
        await self._put_entries(connection, entries, seen_at, first_round=True)
        statement = self._database.insert(tables.identities)
        keep = statement.on_conflict_do_nothing()
        take_over = statement.on_conflict_do_update(
            index_elements=["feed_id", "identity"],
            set_={"entry_key": statement.excluded.entry_key},
        )
        told = [entry for entry in entries if entry.key in made_story]
        await execute_many(connection, keep, _identity_rows(entries))
        await execute_many(connection, take_over, _identity_rows(told))

    async def _put_entries(
        self,
        connection: AsyncConnection,
        entries: Sequence[Entry],
        seen_at: datetime,
        first_round: bool,
    ) -> None:
        rows = [
            {
                "feed_id": entry.feed_id,
                "key": entry.key,
                "seen_at": seen_at,
                "lag_s": None if first_round else _lag_s(entry, seen_at),
                "data": entry.model_dump_json(),
            }
            for entry in entries
        ]
        statement = self._database.insert(tables.entries).on_conflict_do_nothing()
        await execute_many(connection, statement, rows)


def _identity_rows(entries: Iterable[Entry]) -> list[dict[str, str]]:
    return [
        {"feed_id": entry.feed_id, "identity": identity, "entry_key": entry.key}
        for entry in entries
        for identity in identities(entry)
    ]


def _lag_s(entry: Entry, seen_at: datetime) -> float | None:
    if entry.published is None:
        return None
    return max((seen_at - entry.published).total_seconds(), 0.0)
