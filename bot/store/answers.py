"""Stores the answers that were given, as evidence."""

from datetime import datetime

from bot.store import tables
from bot.store.engine import Database


class KeptAnswers:
    """The answers table. Answers are only added, and anonymized if their person is forgotten."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, place: tuple[str, str], user: str, question: str, data: str, at: datetime
    ) -> None:
        """Saves an answer as JSON, with its place (team, conversation), person and question."""
        team, conversation = place
        row = {
            "at": at,
            "team": team,
            "conversation": conversation,
            "user": user,
            "question": question,
            "data": data,
        }
        await self._database.change(self._database.insert(tables.answers).values(row))
