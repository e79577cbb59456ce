"""The read-only tools as plain functions. Each returns a JSON object with an `error`, which is null
or has thing, cause and cure."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from bot.commands.answers import AnswerService, DatedQuery
from bot.commands.rates.lines import look_up_line
from bot.errors import QueryError, TariffwireError
from bot.mcp.facts import Facts, build_error, build_line, build_refusal, build_reply
from bot.mcp.story_facts import build_stories, build_why
from bot.news.events.matching import explain_join
from bot.news.story import Story
from bot.parties import WORLD, Parties
from bot.rates.question.query import QueryKind, RateQuery, format_query
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
        return await self._ask(question)

    async def _ask(self, question: str, kind: QueryKind | None = None) -> Facts:
        """The facts about the question. If `kind` is set, refuses a question of another kind."""
        async with self._places:
            answers = await self._sources.answers()
            try:
                asked = await answers.parse_soon(question, self._sources.clock())
                if kind not in (None, asked.query.kind):
                    cure = "Name only an economy, goods or a period, or use the tool `rate`"
                    raise QueryError(question, f"asks for more than {kind}", cure)
                reply = await answers.answer(asked)
                # In a thread, because the facts of all economies take 60 ms.
                return await asyncio.to_thread(build_reply, question, reply)
            except QueryError as error:
                return build_refusal(question, error)

    async def compare(self, origins: list[str], importer: str, goods: str) -> Facts:
        """The duties of one importing country on goods of several origins.

        The names are looked up one by one and not read as a question, in which another economy
        could be taken for the importing country.
        """
        async with self._places:
            answers = await self._sources.answers()
            try:
                asked = _build_comparison(answers, self._sources.clock(), origins, importer, goods)
                reply = await answers.answer(asked)
                return await asyncio.to_thread(build_reply, format_query(asked.query), reply)
            except QueryError as error:
                return build_error(error)

    async def upcoming(self, about: str) -> Facts:
        """Changes that are still to come."""
        return await self._ask(f"upcoming {about}".strip(), QueryKind.UPCOMING)

    async def changes(self, about: str) -> Facts:
        """Changes of the last days, or since a day that `about` names."""
        return await self._ask(f"changes {about}".strip(), QueryKind.CHANGES)

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


def _build_comparison(
    answers: AnswerService, now: datetime, origins: list[str], importer: str, goods: str
) -> DatedQuery:
    """The question that compares the origins. Raises QueryError."""
    parties, imposers = answers.ledger.parties, answers.ledger.list_imposers()
    imposer = _find_economy(importer, parties)
    if imposer not in imposers:
        cure = f"Use one of {', '.join(parties.get(code).name for code in imposers)}"
        raise QueryError(importer, "we have no duties of this importing country", cure)
    first, *others = dict.fromkeys(_find_economy(name, parties) for name in origins) or [""]
    if not others:
        cure = "Name at least two countries of origin"
        raise QueryError("compare", "it needs several origins", cure)
    if imposer in (first, *others):
        raise QueryError(importer, "is the importing country and an origin", "Leave it out there")
    pair = RateQuery(kind=QueryKind.PAIR, imposer=imposer, partner=first, product=goods.strip())
    asked = answers.parse(format_query(pair), now)
    found = asked.query
    is_pair = (found.kind, found.imposer, found.partner) == (pair.kind, imposer, first)
    if not is_pair or bool(found.product) != bool(pair.product):
        raise QueryError(goods, "not goods that we know", "Try other words, or an HS code")
    both = {"kind": QueryKind.COMPARE, "versus": tuple(others), "both_ways": False}
    return replace(asked, query=found.model_copy(update=both))


def _find_economy(name: str, parties: Parties) -> str:
    """The code of an economy by its name or code. Raises QueryError."""
    text = name.strip()
    party = parties.get(text.upper()) if text.upper() in parties else parties.find(text)
    if party is None or party.code == WORLD:
        cure = "Write the English name, or the ISO code of two letters"
        raise QueryError(name, "not an economy we know", cure)
    return party.code


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise QueryError(text, "not a day", "Write it as 2025-12-31") from error
