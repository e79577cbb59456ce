"""The read-only tools as plain functions. Each returns a JSON object with an `error`, which is null
or has thing, cause and cure."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.commands.answers import AnswerService
from bot.commands.rates.lines import look_up_line
from bot.errors import QueryError, TariffwireError
from bot.mcp.facts import Facts, build_error, build_line, build_refusal, build_reply
from bot.mcp.story_facts import build_stories, build_why
from bot.news.events.matching import explain_join
from bot.news.story import Story
from bot.values import Topic

MOST_STORIES = 50
_IMPOSER = "US"
_MOST_AT_ONCE = 4
"""Maximum questions that are answered at once. Others wait, so that clients cannot occupy all
threads of the bot."""


class SavedNews(Protocol):
    """The stories that the bot has saved."""

    async def latest(self, topic: Topic | None, limit: int) -> tuple[Story, ...]:
        """The latest stories of the topic, or of all topics; newest first."""

    async def get(self, story_id: str) -> Story | None: ...

    async def of_event(self, event_id: str) -> tuple[Story, ...]:
        """The stories of an event, in order of publication."""


@dataclass(frozen=True)
class ToolSources:
    """The parts of the bot that the tools read.

    `answers` is called for each question, because approved rates change the ledger.
    """

    answers: Callable[[], Awaitable[AnswerService]]
    news: SavedNews
    clock: Callable[[], datetime]


class RateTools:
    """Answers the questions of MCP clients. Nothing is written."""

    def __init__(self, sources: ToolSources) -> None:
        self._sources = sources
        self._places = asyncio.Semaphore(_MOST_AT_ONCE)

    async def rate(self, question: str) -> Facts:
        """The object that `tariffwire rate QUESTION --json` prints."""
        async with self._places:
            answers = await self._sources.answers()
            try:
                asked = answers.parse(question, self._sources.clock())
                reply = await answers.answer(asked)
                # In a thread, because the facts of all economies take 60 ms.
                return await asyncio.to_thread(build_reply, question, reply)
            except QueryError as error:
                return build_refusal(question, error)

    async def compare(self, origins: list[str], importer: str, goods: str) -> Facts:
        """The duties of one importing country on goods of several origins."""
        if len(origins) < 2:
            cure = "Name at least two countries of origin"
            return build_error(QueryError("compare", "it needs several origins", cure))
        return await self.rate(f"{importer} {' vs '.join(origins)} {goods}".strip())

    async def upcoming(self, about: str) -> Facts:
        """Changes that are still to come."""
        return await self.rate(f"upcoming {about}".strip())

    async def changes(self, about: str) -> Facts:
        """Changes of the last days, or since a day that `about` names."""
        return await self.rate(f"changes {about}".strip())

    async def cards(self, name: str) -> Facts:
        """The card of a law or topic, or the list of all cards if `name` is empty."""
        if not name.strip():
            return await self.rate("cards")
        cards = (await self._sources.answers()).ledger.cards
        card_id = cards.find(name)
        if card_id is None:
            near = " or ".join(cards.suggest(name))
            cure = f"Did you mean {near}?" if near else "Call it without a name to list the cards"
            return build_error(QueryError(name, "no card has this name", cure))
        return await self.rate(f"card {card_id}")

    async def line(self, code: str, on: str) -> Facts:
        """The object that `tariffwire schedule show CODE --json` prints."""
        async with self._places:
            ledger = (await self._sources.answers()).ledger
            try:
                day = _read_day(on) or ledger.find_duty_day(self._sources.clock(), _IMPOSER)
                schedule = ledger.find_tariff_schedule(_IMPOSER)
                if schedule is None:
                    raise QueryError(code, "the rates files have no tariff schedule")
                return await asyncio.to_thread(
                    lambda: build_line(look_up_line(schedule, code, day))
                )
            except QueryError as error:
                return build_error(error)

    async def latest(self, topic: str, limit: int) -> Facts:
        """The latest stories that the bot has read."""
        try:
            wanted = Topic(topic) if topic else None
        except ValueError:
            cure = f"Use one of {', '.join(Topic)}, or leave it empty"
            return build_error(QueryError(topic, "not a topic", cure))
        try:
            return build_stories(await self._sources.news.latest(wanted, limit))
        except TariffwireError as error:
            return build_error(error)

    async def why(self, story_id: str) -> Facts:
        """Why a story was found, and how it belongs to its event."""
        news = self._sources.news
        try:
            story = await news.get(story_id)
            if story is None:
                cure = "Use an id from the tool `latest`"
                return build_error(QueryError(story_id, "no saved story has this id", cure))
            event = await news.of_event(story.event_id) if story.event_id else (story,)
        except TariffwireError as error:
            return build_error(error)
        joined = await asyncio.to_thread(explain_join, story, event)
        return build_why(story, event, joined)


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise QueryError(text, "not a day", "Write it as 2025-12-31") from error
