"""`/tariff` over signed HTTP while live sources answer, hang or fail."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands.answers import AnswerService
from bot.feeds.http.limits import FetchLimits
from bot.rates.ledger import Ledger
from bot.runtime.settings import Settings
from bot.slack.app import build_app, build_web_app
from bot.slack.context import SlackContext
from bot.sources.registry import SourceRegistry
from tests.feeds.server import FeedServer, serving
from tests.slack.fakes import answer_message, signed, slack_context, slash
from tests.slack.fakes import book as shipped_rates
from tests.slack.samples import NOW, PARTIES
from tests.sources.examples import row

ACKNOWLEDGED_WITHIN_S = 2.5
QUESTION = "us on china 3926.90.99"
LEDGER = Ledger(shipped_rates()._replace(tariff_schedules={}), PARTIES)
"""A ledger without the tariff schedule, so that the base duty of a line must be looked up."""
PLASTICS = json.dumps([row("3926.90.99", "5.3%", "Other articles of plastics")])


@pytest.fixture
async def schedule() -> AsyncIterator[FeedServer]:
    """A fake tariff schedule; its server also receives the bot's later replies at /respond."""
    async with serving() as running:
        yield running


@asynccontextmanager
async def source_registry(url: str) -> AsyncIterator[SourceRegistry]:
    settings = Settings(live_sources=("usitc-hts",), usitc_hts_url=url + "/")
    limits = FetchLimits(
        user_agent="Tariffwire/0 (+https://example.org)",
        allowed_networks=(ip_network("127.0.0.0/8"),),
    )
    opened = SourceRegistry(settings, limits, PARTIES, lambda: NOW)
    try:
        yield opened
    finally:
        await opened.close()


class SlackRequester:
    """Sends commands as Slack does, and collects the bot's later replies."""

    def __init__(
        self, given: SlackContext, session: aiohttp.ClientSession, server: FeedServer
    ) -> None:
        self.context, self._session = given, session
        self.later: list[dict[str, Any]] = []
        self._respond = server.at("/respond", self._take)
        self._runner = web.AppRunner(build_web_app(build_app(given), given))

    async def _take(self, request: web.BaseRequest) -> web.Response:
        self.later.append(await request.json())
        return web.Response(text="ok")

    async def ask(self, text: str) -> dict[str, Any]:
        """The acknowledgement of a command; raises TimeoutError if it misses Slack's deadline."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/slack/events"
        body = slash(text, response_url=self._respond)
        async with asyncio.timeout(ACKNOWLEDGED_WITHIN_S):
            async with self._session.post(url, data=body, headers=signed(body)) as answer:
                acknowledged: dict[str, Any] = json.loads(await answer.text() or "{}")
        await self.context.background.finish()
        await self._runner.cleanup()
        return acknowledged


def text_of(message: dict[str, Any]) -> str:
    return json.dumps(message.get("blocks", message), ensure_ascii=False)


async def ask_with_source(
    client: AsyncWebClient, session: aiohttp.ClientSession, server: FeedServer, text: str
) -> tuple[str, list[str]]:
    """The texts of the acknowledgement and of later replies, with the live source at `server`."""
    async with source_registry(server.url) as book:
        given = slack_context(client, answers=AnswerService(LEDGER, book.reference))
        slack = SlackRequester(given, session, server)
        acknowledged = await slack.ask(text)
        return json.dumps(acknowledged, ensure_ascii=False), [text_of(one) for one in slack.later]


async def test_a_fast_source_is_included_in_the_first_reply(
    client: AsyncWebClient, session: aiohttp.ClientSession, schedule: FeedServer
) -> None:
    schedule.at("/search", PLASTICS)
    acknowledged, [said] = await ask_with_source(client, session, schedule, QUESTION)
    assert acknowledged == "{}"
    assert "normal duty 5.3%, together 150.3%" in said


async def test_a_hanging_source_delays_no_acknowledgement_and_the_answer_comes_later_with_a_warning(
    client: AsyncWebClient, session: aiohttp.ClientSession, schedule: FeedServer
) -> None:
    async def hang(_: web.BaseRequest) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    schedule.at("/search", hang)
    acknowledged, [later] = await ask_with_source(client, session, schedule, QUESTION)
    assert "One moment" in acknowledged
    assert "US additional duty on HS 3926.90.99 of China" in later
    assert "*145%*" in later
    assert (
        "USITC's tariff schedule did not answer in time; "
        "the normal (MFN) duty of HS 3926.90.99 is left out." in later
    )


@pytest.mark.parametrize(
    "play",
    [
        lambda _: web.Response(status=500),
        lambda _: web.Response(text="<html>down for maintenance</html>"),
        lambda _: web.Response(body=b" " * 2_000_000),
        lambda _: web.Response(status=302, headers={"Location": "http://10.0.0.1/"}),
    ],
    ids=["500", "a page", "too large", "to a private address"],
)
async def test_if_a_source_fails_the_answer_has_a_warning(
    client: AsyncWebClient, session: aiohttp.ClientSession, schedule: FeedServer, play: Any
) -> None:
    schedule.at("/search", play)
    _, [said] = await ask_with_source(client, session, schedule, QUESTION)
    assert "*145%*" in said
    assert "could not be read; the normal (MFN) duty of HS 3926.90.99 is left out" in said


@pytest.mark.parametrize("text", ["us on china", "us on china 8507.60.00", "upcoming", "help"])
async def test_a_question_that_needs_no_live_source_requests_none(
    client: AsyncWebClient, session: aiohttp.ClientSession, schedule: FeedServer, text: str
) -> None:
    await ask_with_source(client, session, schedule, text)
    assert "/search" not in [path.partition("?")[0] for path in schedule.paths()]


async def test_a_repeated_question_uses_the_cached_figure_of_the_source(
    schedule: FeedServer,
) -> None:
    schedule.at("/search", PLASTICS)
    async with source_registry(schedule.url) as book:
        first = await answer_message(QUESTION, live=book.reference, of=LEDGER)
        assert (
            await answer_message(f"  {QUESTION.upper()} ", live=book.reference, of=LEDGER) == first
        )
    assert len(schedule.paths()) == 1
