"""Stores readers' feedback about stories."""

import json
from typing import NamedTuple

import sqlalchemy as sa

from bot.alerts.feedback import Feedback
from bot.store import tables
from bot.store.engine import Database

_row = tables.feedback.c
_story = tables.stories.c


class ListedFeedback(NamedTuple):
    """Feedback with its story."""

    feedback: Feedback
    title: str
    """The story's title; empty if the story is no longer saved."""
    link: str


class FeedbackTable:
    """The feedback table. A person says each thing about a story in a conversation once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, feedback: Feedback) -> bool:
        """Saves feedback; False if the person has given it before."""
        statement = self._database.insert(tables.feedback).on_conflict_do_nothing()
        return await self._database.change(statement.values(feedback.model_dump())) > 0

    async def newest(self, limit: int) -> tuple[ListedFeedback, ...]:
        """The newest feedback, newest first."""
        columns = [_row[name] for name in Feedback.model_fields]
        query = (
            sa.select(*columns, _story.data)
            .join(tables.stories, _story.id == _row.story_id, isouter=True)
            .order_by(_row.seq.desc())
            .limit(limit)
        )
        found = []
        for *values, data in await self._database.rows(query):
            given = dict(zip(Feedback.model_fields, values, strict=True))
            story = json.loads(data) if data else {}
            title, link = str(story.get("title", "")), str(story.get("link", ""))
            found.append(ListedFeedback(Feedback.model_validate(given), title, link))
        return tuple(found)
