"""Stores stories. Stories with the same event id belong to one event."""

import asyncio
import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, true

from bot.news.search import StorySearch, is_code, strip_plural
from bot.news.state import Relation
from bot.news.story import Story
from bot.store import tables
from bot.store.engine import Database, chunks
from bot.values import Topic

CACHED = 5_000
"""Maximum stories cached in memory, about 3 KB each. Each new story is compared with recent ones,
so they are read often.
"""
MOST_REPORTED = 2_000
EVENT_STORIES = 200
"""Maximum stories of an event from which a message is rendered."""
_DEVELOPMENTS = 100
_DEVELOPMENT = f'"relation":"{Relation.DEVELOPMENT}"'
"""A part of the data of each development. In the text of a story, the quotation marks are
escaped."""
_DATED = '"deadlines":[{'
"""A part of the data of each story with deadlines."""
_SEARCHED_AGAIN = timedelta(days=1)
"""Age of the stories that are searched again. Another process may save one that it read earlier."""
_READ_AT_ONCE = 50
_HEADING_DIGITS = 4
"""The digits of a code that are always written together: 8703.23."""
_NOT_IN_PATTERN = re.compile(r"[^\w]|_")
_ACCENTED = re.compile("[\xc0-\u1fff]")
"""Letters of alphabets with upper and lower case, except ASCII."""
_PARSE_AT_ONCE = 100
"""If more stories than this are loaded, they are parsed in a thread."""


class Stories:
    """The stories table. A saved story never changes, so the cache is never stale."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cache: dict[str, Story] = {}
        # The days of the stories with deadlines, and the time up to which they were searched.
        self._days: dict[str, tuple[date, ...]] = {}
        self._searched: datetime | None = None

    async def get(self, story_id: str) -> Story | None:
        """The story with this id; None if there is none."""
        return next(iter(await self.many([story_id])), None)

    async def latest(self, topic: Topic | None, limit: int) -> tuple[Story, ...]:
        """The stories on a topic (None: any) with the newest publication dates, newest first."""
        story = tables.stories.c
        query = select(story.id).order_by(story.published.desc(), story.id).limit(limit)
        if topic is not None:
            query = query.where(story.topics.contains(f" {topic} ", autoescape=True))
        return await self._of(query)

    async def search(self, wanted: StorySearch, limit: int, offset: int = 0) -> tuple[Story, ...]:
        """The found stories with the newest publication dates, newest first, after the first
        `offset` ones. It searches all saved stories.

        The database preselects stories without an index: among 100,000 stories, it takes up to
        half a second on SQLite and two seconds on PostgreSQL. An index for full text would differ
        between the two.
        """
        story = tables.stories.c
        query = select(story.data).where(*_preselect(wanted, self._database.is_sqlite))
        query = query.order_by(story.published.desc(), story.id)

        def find(connection: Connection) -> tuple[Story, ...]:
            with connection.execution_options(yield_per=_READ_AT_ONCE).execute(query) as rows:
                read = map(Story.model_validate_json, rows.scalars())
                found = (story for story in read if wanted.matches(story))
                return tuple(islice(found, offset, offset + limit))

        return await self._database.read(find)

    async def recent(self, since: datetime) -> tuple[Story, ...]:
        """The stories seen since then, in order of publication."""
        story = tables.stories.c
        query = select(story.id).where(story.seen_at >= since)
        return await self._of(query.order_by(story.published, story.id))

    async def reported_since(self, since: datetime) -> tuple[Story, ...]:
        """The newest stories published since then, newest first; at most `MOST_REPORTED`."""
        story = tables.stories.c
        query = select(story.id).where(story.published >= since)
        return await self._of(query.order_by(story.published.desc(), story.id).limit(MOST_REPORTED))

    async def with_deadlines(self, first: date, last: date) -> tuple[Story, ...]:
        """The stories that state a deadline between these two days or on one of them, in order of
        publication.

        The first call searches the whole table. Later ones search only the newest stories.
        """
        await self._search_deadlines()
        wanted = [
            story_id
            for story_id, days in self._days.items()
            if any(first <= day <= last for day in days)
        ]
        found = await self.many(wanted)
        return tuple(sorted(found, key=lambda each: (each.published, each.id)))

    async def _search_deadlines(self) -> None:
        """Adds the days of the stories that were saved since the last search."""
        row = tables.stories.c
        newest = await self._database.column(select(func.max(row.seen_at)))
        query = select(row.data).where(row.data.contains(_DATED, autoescape=True))
        if self._searched is not None:
            query = query.where(row.seen_at >= self._searched - _SEARCHED_AGAIN)
        found = await _parse(await self._database.column(query))
        self._days |= {story.id: tuple(d.day for d in story.deadlines) for story in found.values()}
        self._searched = newest[0]

    async def of_event(self, event_id: str, also: Collection[str] = ()) -> tuple[Story, ...]:
        """The stories of an event in order of publication, and the stories with the ids `also`.

        At most `EVENT_STORIES` of the event: the one that started it, the newest developments,
        which set its state, and the newest others.
        """
        story = tables.stories.c
        query = select(story.id).where(story.event_id == event_id).limit(EVENT_STORIES)
        newest_first = query.order_by(story.published.desc(), story.id.desc())
        ids = await self._database.column(newest_first)
        if len(ids) == EVENT_STORIES:
            developments = await self._database.column(
                newest_first.where(story.data.contains(_DEVELOPMENT, autoescape=True)).limit(
                    _DEVELOPMENTS
                )
            )
            ids = list(dict.fromkeys((event_id, *developments, *ids)))[:EVENT_STORIES]
        found = await self.many(tuple(dict.fromkeys((*ids, *also))))
        return tuple(sorted(found, key=lambda each: (each.published, each.id)))

    async def many(self, story_ids: Sequence[str]) -> tuple[Story, ...]:
        """The stories with these ids, in this order; unknown ids are left out."""
        missing = [each for each in story_ids if each not in self._cache]
        found = {each: self._cache[each] for each in story_ids if each in self._cache}
        found |= await self._load(missing)
        return tuple(found[each] for each in story_ids if each in found)

    def put(self, connection: Connection, stories: Collection[Story]) -> frozenset[str]:
        """Saves stories within the caller's transaction; returns the ids of the new ones."""
        if not stories:
            return frozenset()
        statement = self._database.insert(tables.stories).on_conflict_do_nothing()
        kept = connection.execute(
            statement.returning(tables.stories.c.id), [_row(story) for story in stories]
        )
        return frozenset(kept.scalars())

    async def _of(self, query: Select[str]) -> tuple[Story, ...]:
        return await self.many(await self._database.column(query))

    async def _load(self, story_ids: Collection[str]) -> dict[str, Story]:
        if not story_ids:
            return {}
        data: list[str] = []
        for chunk in chunks(story_ids):
            query = select(tables.stories.c.data).where(tables.stories.c.id.in_(chunk))
            data += await self._database.column(query)
        found = await _parse(data)
        self._remember(found)
        return found

    def _remember(self, found: dict[str, Story]) -> None:
        self._cache |= found
        for oldest in list(self._cache)[: max(len(self._cache) - CACHED, 0)]:
            del self._cache[oldest]


def _preselect(wanted: StorySearch, is_sqlite: bool) -> list[ColumnElement[bool]]:
    """Conditions that all found stories meet, and few others."""
    story = tables.stories.c
    found: list[ColumnElement[bool]] = []
    if wanted.topics:
        found.append(or_(*(story.topics.contains(f" {each} ") for each in sorted(wanted.topics))))
    named = [
        and_(true(), *(story.data.contains(f'"{code}"', autoescape=True) for code in sorted(group)))
        for group in wanted.economies
    ]
    found += [or_(*named)] if named else []
    for group in wanted.words:
        patterns = [_build_pattern(each) for each in group]
        if is_sqlite:
            # LIKE ignores the case of ASCII letters.
            found.append(or_(*(story.data.like(f"%{each}%") for each in patterns)))
        else:
            # One regular expression takes a quarter of the time of four ILIKE.
            regex = "|".join(each.replace("%", ".*").replace("_", ".") for each in patterns)
            found.append(story.data.regexp_match(regex, flags="i"))
    return found


def _build_pattern(words: str) -> str:
    """The LIKE pattern of a word, a phrase or a code. `%` takes the place of the characters between
    words; `_` that of letters whose case LIKE cannot ignore."""
    if is_code(words):
        return words.replace(".", "")[:_HEADING_DIGITS]
    *first, last = words.lower().split()
    kept = _NOT_IN_PATTERN.sub("%", " ".join([*first, strip_plural(last)]))
    return _ACCENTED.sub("_", kept)


async def _parse(data: Sequence[str]) -> dict[str, Story]:
    if len(data) > _PARSE_AT_ONCE:
        return await asyncio.to_thread(_parse_now, data)
    return _parse_now(data)


def _parse_now(data: Iterable[str]) -> dict[str, Story]:
    stories = (Story.model_validate_json(each) for each in data)
    return {story.id: story for story in stories}


def _row(story: Story) -> dict[str, Any]:
    return {
        "id": story.id,
        "event_id": story.event_id,
        "feed_id": story.feed_id,
        "entry_key": story.entry_key,
        "published": story.published,
        "seen_at": story.seen_at,
        "topics": f" {' '.join(story.topics)} ",
        "data": story.model_dump_json(),
    }
