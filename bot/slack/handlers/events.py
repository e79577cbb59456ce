"""Events that Slack sends: a mention of the bot, and an opened Home tab."""

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.say.async_say import AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.fallback import post_with
from bot.slack.context import SlackContext
from bot.slack.handlers import payloads
from bot.slack.handlers.commands import answer
from bot.slack.views.home import render_home


def register(app: AsyncApp, context: SlackContext) -> None:
    """Listens for mentions and for the Home tab."""
    service = context.service

    @app.event("app_mention")
    async def handle_mention(body: dict[str, Any], event: dict[str, Any], say: AsyncSay) -> None:
        if context.deduplicator.is_repeated(f"event {body.get('event_id')}", service.clock()):
            return

        async def send_reply() -> None:
            message = await answer(context, payloads.read_mention(body))
            thread_ts = event.get("thread_ts") or event.get("ts")
            await post_with(say, message, thread_ts=thread_ts, unfurl_links=False)

        context.background.spawn(send_reply(), "answering a mention")

    @app.event("app_home_opened")
    async def handle_home_opened(
        body: dict[str, Any], event: dict[str, Any], client: AsyncWebClient
    ) -> None:
        if event.get("tab") != "home":
            return
        user, team = str(event.get("user") or ""), str(body.get("team_id") or "")

        async def publish() -> None:
            overview = await service.build_overview(team, user)
            view = render_home(overview, user, service.parties)
            await client.views_publish(user_id=user, view=view)

        context.background.spawn(publish(), "drawing a Home tab")
