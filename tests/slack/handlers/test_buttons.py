"""The buttons, pressed by a person in the local workspace, reached over signed HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.delivery import DeliveryKind
from bot.local_slack.server import Workspace
from bot.slack.api.sender import SlackSender
from bot.slack.app import build_app, web_app
from bot.slack.context import SlackContext
from tests.slack.fakes import Broken, KeptEvents, KeptStories, KeptSubscriptions, slack_context
from tests.slack.samples import PARTIES, delivery, story


class Desktop:
    """A person at the workspace's page, with the bot listening."""

    def __init__(self, workspace: Workspace, given: SlackContext) -> None:
        self.workspace, self.context = workspace, given
        found = workspace.team.channel("trade-news")
        assert found is not None
        self.channel = found.id
        self.team = workspace.team.identity.team_id
        self.person = workspace.team.identity.person_id

    async def alert(self) -> dict[str, Any]:
        """An alert in the channel, as it arrived."""
        owed = delivery(conversation=self.channel, team=self.team)
        sender = SlackSender(self.context.client, PARTIES)
        receipt = await sender.send(owed, (story(),), None)
        answer = await self.context.client.conversations_history(channel=self.channel)
        return next(m for m in answer["messages"] if m["ts"] == receipt.ts)

    async def say(self, text: str, channel: str = "#trade-news") -> list[dict[str, Any]]:
        outcome = await self.workspace.keyboard.say(channel, text)
        assert outcome.ok, outcome.message
        return outcome.messages

    async def click(self, message: dict[str, Any], action_id: str) -> list[dict[str, Any]]:
        """Presses a button and waits for all that comes of it."""
        block, element = next(
            (b, e)
            for b in message["blocks"]
            for e in b.get("elements", ())
            if e.get("action_id") == action_id
        )
        news: list[dict[str, Any]] = []
        with self.workspace.team.live.listen(news.append):
            outcome = await self.workspace.pointer.click(
                self.channel, message["ts"], block["block_id"], action_id, element.get("value"), {}
            )
            await self.context.background.finish()
        assert outcome.ok, outcome.message
        told = [each["message"] for each in news if each["type"] == "message"]
        return [{**each, "ephemeral": each["only_you"]} for each in told]


@asynccontextmanager
async def desktop_of(workspace: Workspace, given: SlackContext) -> AsyncIterator[Desktop]:
    runner = web.AppRunner(web_app(build_app(given), given))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    assert await workspace.connect_http(f"http://127.0.0.1:{port}/slack/events")
    try:
        yield Desktop(workspace, given)
    finally:
        await given.background.finish()
        await runner.cleanup()


@pytest.fixture
async def desktop(workspace: Workspace, client: AsyncWebClient) -> AsyncIterator[Desktop]:
    async with desktop_of(workspace, slack_context(client, workspace.signing_secret)) as opened:
        yield opened


def shown(messages: list[dict[str, Any]]) -> str:
    return json.dumps(messages, ensure_ascii=False)


async def test_following_an_event_twice_is_following_it_once(desktop: Desktop) -> None:
    alert = await desktop.alert()
    assert "You now follow" in shown(await desktop.click(alert, "alert_follow"))
    (again,) = await desktop.click(alert, "alert_follow")
    assert again["text"].startswith("You follow")
    assert again["ephemeral"]
    assert isinstance(desktop.context.service.stores.events, KeptEvents)
    assert desktop.context.service.stores.events.follows == {(desktop.team, desktop.person, "s1")}


async def test_why_shows_evidence_reason_and_feed(desktop: Desktop) -> None:
    said = shown(await desktop.click(await desktop.alert(), "alert_why"))
    for part in ("cut tariffs", "tariff.word", "tariff stories naming CN", "Example Wire"):
        assert part in said


async def test_why_of_a_forgotten_story_says_so(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    given = slack_context(client, workspace.signing_secret, stories=KeptStories())
    async with desktop_of(workspace, given) as desktop:
        said = shown(await desktop.click(await desktop.alert(), "alert_why"))
        assert "no longer keep" in said


async def test_an_event_is_muted_and_heard_again(desktop: Desktop) -> None:
    (choices,) = await desktop.click(await desktop.alert(), "alert_mute")
    assert choices["ephemeral"]
    assert isinstance(desktop.context.service.stores.events, KeptEvents)
    muted = await desktop.click(choices, "mute_event")
    assert desktop.context.service.stores.events.mutes == {(desktop.team, desktop.channel, "s1")}
    await desktop.click(muted[-1], "mute_event_off")
    assert not desktop.context.service.stores.events.mutes


async def test_a_conversation_is_quiet_for_a_day(desktop: Desktop) -> None:
    await desktop.say("/tariff subscribe tariffs")
    (choices,) = await desktop.click(await desktop.alert(), "alert_mute")
    told = await desktop.click(choices, "mute_day")
    assert f"<@{desktop.person}> muted all alerts here until" in shown(told)
    assert isinstance(desktop.context.service.stores.subscriptions, KeptSubscriptions)
    assert desktop.context.service.stores.subscriptions.kept[0].muted_until is not None
    listed = await desktop.say("/tariff list")
    assert "Muted until" in shown(listed)
    await desktop.click(listed[0], "mute_off")
    assert desktop.context.service.stores.subscriptions.kept[0].muted_until is None


async def test_a_conversation_unsubscribes_by_a_button(desktop: Desktop) -> None:
    await desktop.say("/tariff subscribe tariffs")
    (choices,) = await desktop.click(await desktop.alert(), "alert_mute")
    await desktop.click(choices, "mute_unsubscribe")
    assert isinstance(desktop.context.service.stores.subscriptions, KeptSubscriptions)
    assert not desktop.context.service.stores.subscriptions.kept


async def test_a_suggestion_runs_the_command(desktop: Desktop) -> None:
    (suggestion,) = await desktop.say("/tariff us chnia")
    said = shown(await desktop.click(suggestion, "run_0"))
    assert "United States on 🇨🇳 China" in said


async def test_an_answer_is_shared_once_with_who_asked(desktop: Desktop) -> None:
    (answer,) = await desktop.say("/tariff us on china on 2025-05-20")
    assert answer["ephemeral"]
    (shared,) = await desktop.click(answer, "rate_share")
    assert not shared["ephemeral"]
    assert f"Asked by <@{desktop.person}>" in shown([shared])
    assert "rate_share" not in shown([shared])
    assert not await desktop.click(answer, "rate_share")


async def test_opening_a_link_is_acknowledged(desktop: Desktop) -> None:
    assert await desktop.click(await desktop.alert(), "alert_open") == []


async def test_a_button_that_fails_says_so(workspace: Workspace, client: AsyncWebClient) -> None:
    given = slack_context(client, workspace.signing_secret, events=Broken())
    async with desktop_of(workspace, given) as desktop:
        said = shown(await desktop.click(await desktop.alert(), "alert_follow"))
        assert "noted in the log" in said
        assert "RuntimeError" not in said


async def test_a_command_in_a_direct_message_is_for_the_person(desktop: Desktop) -> None:
    await desktop.say("/tariff subscribe talks", "@tariffwire")
    assert isinstance(desktop.context.service.stores.subscriptions, KeptSubscriptions)
    assert desktop.context.service.stores.subscriptions.kept[0].conversation == desktop.person
    owed = delivery(conversation=desktop.person, kind=DeliveryKind.DIGEST, team=desktop.team)
    receipt = await SlackSender(desktop.context.client, PARTIES).send(owed, (story(),), None)
    assert receipt.ts


async def test_a_mention_is_answered_in_its_thread_once(desktop: Desktop) -> None:
    bot = desktop.workspace.team.identity.bot_user_id
    await desktop.say(f"<@{bot}> us on china on 2025-05-20")
    await desktop.context.background.finish()
    calls = desktop.workspace.calls("chat.postMessage")
    assert len(calls) == 1
    assert calls[0].arguments["thread_ts"]
    assert "30%" in json.dumps(calls[0].arguments["blocks"])


async def test_the_home_tab_shows_what_is_yours_and_how_the_feeds_are(desktop: Desktop) -> None:
    await desktop.say("/tariff subscribe tariffs china")
    await desktop.say("/tariff subscribe talks", "@tariffwire")
    published = asyncio.Event()
    with desktop.workspace.team.live.listen(lambda _: published.set()):
        await desktop.workspace.pointer.open_home()
        await asyncio.wait_for(published.wait(), 5)
    (call,) = desktop.workspace.calls("views.publish")
    view = json.dumps(call.arguments["view"], ensure_ascii=False)
    for part in (
        f"naming 🇨🇳 China, as they come, <#{desktop.channel}>",
        "*negotiation* stories, as they come, to you",
        "40 feeds, 2 failing",
        "/tariff us china",
    ):
        assert part in view
