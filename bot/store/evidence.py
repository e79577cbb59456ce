"""Reads the stories, sent messages and answers of a period, in steps, for exports."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from bot.alerts.delivery import DeliveryKind, DeliveryState
from bot.store import tables
from bot.store.engine import AnyRow, Database, chunks

PAGE = 500
"""Rows that are read at once."""
EXPORTED = (
    DeliveryKind.ALERT,
    DeliveryKind.FOLLOW_UP,
    DeliveryKind.UPDATE,
    DeliveryKind.DIGEST,
    DeliveryKind.REMINDER,
)
"""The kinds of messages that readers get. Notices and proposals are for operators."""

_story, _delivery, _answer = tables.stories.c, tables.deliveries.c, tables.answers.c


class SavedStory(NamedTuple):
    """A story as it was saved."""

    published: datetime
    seen: datetime
    data: Mapping[str, Any]


class ShownStory(NamedTuple):
    """A story of a message, with the times when it was published and seen."""

    id: str
    title: str
    link: str
    published: datetime
    seen: datetime


class SentMessage(NamedTuple):
    """A message that Slack accepted, or an edit of one."""

    id: str
    kind: str
    team: str
    conversation: str
    event_id: str
    reason: str
    content: str
    ts: str
    sent: datetime
    stories: Sequence[ShownStory]
    """The stories that are still saved."""
    story_ids: Sequence[str]


class GivenAnswer(NamedTuple):
    """An answer that a person got."""

    at: datetime
    team: str
    conversation: str
    user: str
    question: str
    data: Any


class KeptEvidence:
    """Reads stories, sent messages and answers. Each period includes `since` and excludes `until`.

    The order is the same at each run. At most `PAGE` rows are in memory.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stories(self, since: datetime, until: datetime) -> AsyncIterator[SavedStory]:
        """The stories that were seen in the period, in this order."""
        after = (since, "")
        while True:
            query = (
                sa.select(_story.id, _story.published, _story.seen_at, _story.data)
                .where(_story.seen_at < until, _follows(after))
                .order_by(_story.seen_at, _story.id)
                .limit(PAGE)
            )
            rows = await self._database.rows(query)
            for row in rows:
                yield SavedStory(row.published, row.seen_at, json.loads(row.data))
            if len(rows) < PAGE:
                return
            after = (rows[-1].seen_at, rows[-1].id)

    async def messages(self, since: datetime, until: datetime) -> AsyncIterator[SentMessage]:
        """The messages that were sent in the period, in the order in which they were queued."""
        query = sa.select(tables.deliveries).where(
            _delivery.state == DeliveryState.SENT,
            _delivery.kind.in_(EXPORTED),
            _delivery.sent_at >= since,
            _delivery.sent_at < until,
        )
        async for rows in self._pages(query, _delivery.seq):
            stories = await self._find_stories(
                {each for row in rows for each in json.loads(row.story_ids)}
            )
            for row in rows:
                yield _read_message(row, stories)

    async def answers(self, since: datetime, until: datetime) -> AsyncIterator[GivenAnswer]:
        """The answers that were given in the period, in this order."""
        query = sa.select(tables.answers).where(_answer.at >= since, _answer.at < until)
        async for rows in self._pages(query, _answer.seq):
            for row in rows:
                place = row.team, row.conversation, row.user
                yield GivenAnswer(row.at, *place, row.question, json.loads(row.data))

    async def _pages(
        self, query: sa.Select[Any], key: sa.ColumnElement[int]
    ) -> AsyncIterator[Sequence[AnyRow]]:
        last = 0
        while True:
            page = query.where(key > last).order_by(key).limit(PAGE)
            rows = await self._database.rows(page)
            yield rows
            if len(rows) < PAGE:
                return
            last = rows[-1].seq

    async def _find_stories(self, ids: set[str]) -> dict[str, ShownStory]:
        found: dict[str, ShownStory] = {}
        for chunk in chunks(ids):
            query = sa.select(_story.id, _story.published, _story.seen_at, _story.data)
            for row in await self._database.rows(query.where(_story.id.in_(chunk))):
                data = json.loads(row.data)
                title, link = str(data.get("title", "")), str(data.get("link", ""))
                found[row.id] = ShownStory(row.id, title, link, row.published, row.seen_at)
        return found


def _follows(after: tuple[datetime, str]) -> sa.ColumnElement[bool]:
    seen_at, story_id = after
    same = sa.and_(_story.seen_at == seen_at, _story.id > story_id)
    return sa.and_(_story.seen_at >= seen_at, sa.or_(_story.seen_at > seen_at, same))


def _read_message(row: AnyRow, stories: Mapping[str, ShownStory]) -> SentMessage:
    ids = json.loads(row.story_ids)
    return SentMessage(
        id=row.id,
        kind=row.kind,
        team=row.team,
        conversation=row.conversation,
        event_id=row.event_id,
        reason=row.reason,
        content=row.content,
        ts=row.ts,
        sent=row.sent_at,
        stories=tuple(stories[each] for each in ids if each in stories),
        story_ids=tuple(ids),
    )
