"""Stores entries as feeds published them, and the identities that recognize them in later polls."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, text

from bot.feeds.identity import list_identities
from bot.feeds.model import Entry
from bot.news.story import Story
from bot.store import tables
from bot.store.engine import Database, chunks, execute_many


class Entries:
    """The tables of entries and of their identities."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._new_entries = database.insert(tables.entries).on_conflict_do_nothing()
        identities_inserted = database.insert(tables.identities)
        self._new_identities = identities_inserted.on_conflict_do_nothing()
        self._replaced = identities_inserted.on_conflict_do_update(
            index_elements=["feed_id", "identity"],
            set_={"entry_key": identities_inserted.excluded.entry_key},
        )
        # All identities are passed as one JSON parameter, because SQLAlchemy would compile the
        # statement again for each length of an IN list.
        listed = (
            "json_each(:wanted)"
            if database.is_sqlite
            else "json_array_elements_text(CAST(:wanted AS json))"
        )
        self._known = text(
            "SELECT identity FROM identities WHERE feed_id = :feed_id"  # noqa: S608 - no input
            f" AND identity IN (SELECT value FROM {listed})"
        )

    async def known(self, feed_id: str, wanted: Collection[str]) -> frozenset[str]:
        """The identities in `wanted` that are saved for the feed."""
        return frozenset(await self._database.column(self._known, _parameters(feed_id, wanted)))

    def known_within(
        self, connection: Connection, feed_id: str, wanted: Collection[str]
    ) -> frozenset[str]:
        """`known` within the caller's transaction, as another process may have saved more."""
        found = connection.execute(self._known, _parameters(feed_id, wanted))
        return frozenset(found.scalars())

    async def earlier(self, feed_id: str, places: Collection[str]) -> Mapping[str, Story]:
        """The newest story at each place, by place. A place without a story is left out."""
        known, story = tables.identities.c, tables.stories.c
        same = (known.feed_id == story.feed_id) & (known.entry_key == story.entry_key)
        stories = select(known.identity, story.data).join_from(
            tables.identities, tables.stories, same
        )
        found: dict[str, Story] = {}
        for chunk in chunks(places):
            query = stories.where(known.feed_id == feed_id, known.identity.in_(chunk))
            for place, data in await self._database.rows(query):
                found[place] = Story.model_validate_json(data)
        return found

    def put(
        self,
        connection: Connection,
        entries: Sequence[Entry],
        seen_at: datetime,
        first_round: bool,
    ) -> None:
        """Saves new entries and their identities within the caller's transaction."""
        rows = _entry_rows(entries, seen_at, first_round)
        execute_many(connection, self._new_entries, rows)
        execute_many(connection, self._new_identities, _identity_rows(entries))

    def put_revised(
        self,
        connection: Connection,
        entries: Sequence[Entry],
        seen_at: datetime,
        made_story: Collection[str],
    ) -> None:
        """Saves revised entries within the caller's transaction.

        `made_story` contains the keys of the entries that became a story. Only these replace the
        earlier entry at their place, so that the next revision is compared with the story that was
        sent.
        """
        rows = _entry_rows(entries, seen_at, first_round=True)
        execute_many(connection, self._new_entries, rows)
        execute_many(connection, self._new_identities, _identity_rows(entries))
        replacing = [entry for entry in entries if entry.key in made_story]
        execute_many(connection, self._replaced, _identity_rows(replacing))


def _parameters(feed_id: str, wanted: Collection[str]) -> dict[str, str]:
    return {"feed_id": feed_id, "wanted": json.dumps(list(wanted))}


def _entry_rows(
    entries: Iterable[Entry], seen_at: datetime, first_round: bool
) -> list[dict[str, Any]]:
    return [
        {
            "feed_id": entry.feed_id,
            "key": entry.key,
            "seen_at": seen_at,
            "lag_s": None if first_round else _lag_s(entry, seen_at),
            "data": entry.model_dump_json(),
        }
        for entry in entries
    ]


def _identity_rows(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    return [
        {"feed_id": entry.feed_id, "identity": identity, "entry_key": entry.key}
        for entry in entries
        for identity in list_identities(entry)
    ]


def _lag_s(entry: Entry, seen_at: datetime) -> float | None:
    if entry.published is None:
        return None
    return max((seen_at - entry.published).total_seconds(), 0.0)
