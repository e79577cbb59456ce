"""The Home tab: what you are subscribed to, how to ask, and whether the feeds are being read."""

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot import COMMAND
from bot.alerts.subscription import Subscription
from bot.feeds.health import FeedSummary
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import Block, context, divider, fitting, header, section
from bot.slack.blockkit.mrkdwn import bold, channel, moment
from bot.slack.context import SlackContext
from bot.slack.views.replies import help_message, wish


def register(app: AsyncApp, parts: SlackContext) -> None:
    """Draws the tab each time somebody opens it."""

    @app.event("app_home_opened")
    async def opened(body: dict[str, Any], event: dict[str, Any], client: AsyncWebClient) -> None:
        if event.get("tab") != "home":
            return
        user, team = str(event.get("user") or ""), str(body.get("team_id") or "")

        async def draw() -> None:
            await client.views_publish(user_id=user, view=await home(parts, team, user))

        parts.background.spawn(draw(), "drawing a Home tab")


async def home(parts: SlackContext, team: str, user: str) -> View:
    """The tab for one person."""
    every = await parts.subscriptions.every(team)
    lines = [
        section(f"• {wish(one, parts.parties)}, {_where(one, user)}")
        for one in every
        # What others subscribed a private channel to is nobody else's business.
        if user in (one.conversation, one.created_by)
    ]
    if not lines:
        lines = [section(f"None yet. `{COMMAND} subscribe tariffs` starts one.")]
    head: list[Block] = [header("Tariffwire"), section(bold("Subscriptions of yours"))]
    tail: list[Block] = [
        context(f"`{COMMAND} list` in a channel shows all that it is subscribed to."),
        divider(),
        *help_message(COMMAND).blocks,
    ]
    tail += [divider(), context(_status(await parts.feeds.summary()))]
    kept, _ = fitting([*head, *tail], lines, None, limits.HOME_BLOCKS, limits.HOME_CHARACTERS)
    return View(type="home", blocks=[block.value for block in (*head, *kept, *tail)])


def _where(subscription: Subscription, user: str) -> str:
    return "to you" if subscription.conversation == user else channel(subscription.conversation)


def _status(summary: FeedSummary) -> str:
    if summary.last_poll_at is None:
        return f"{summary.feeds} feeds, none read yet."
    failing = f", {summary.failing} failing" if summary.failing else ""
    return f"{summary.feeds} feeds{failing}, last read {moment(summary.last_poll_at)}."
