"""The Home tab: your subscriptions, how to ask, and how the feeds are doing."""

from typing import Any

from bot import COMMAND
from bot.alerts.subscription import Subscription
from bot.commands.replies import Overview
from bot.feeds.health import FeedSummary
from bot.parties import Parties
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import context, divider, fitting, header, section
from bot.slack.blockkit.mrkdwn import bold, channel, moment
from bot.slack.views.command_replies import help_message, subscription_words


def home_view(overview: Overview, user: str, parties: Parties) -> dict[str, Any]:
    """The tab for one person, as JSON values."""
    lines = [
        section(f"• {subscription_words(one, parties)}, {_where(one, user)}")
        for one in overview.subscriptions
    ]
    if not lines:
        lines = [section(f"None yet. `{COMMAND} subscribe tariffs` starts one.")]
    head = [header("Tariffwire"), section(bold("Subscriptions of yours"))]
    tail = [
        context(f"`{COMMAND} list` in a channel shows all that it is subscribed to."),
        divider(),
        *help_message().blocks,
        divider(),
        context(_feeds(overview.feeds)),
    ]
    kept, _ = fitting([*head, *tail], lines, None, limits.HOME_BLOCKS, limits.HOME_CHARACTERS)
    return {"type": "home", "blocks": [*head, *kept, *tail]}


def _where(subscription: Subscription, user: str) -> str:
    return "to you" if subscription.conversation == user else channel(subscription.conversation)


def _feeds(summary: FeedSummary) -> str:
    if summary.last_poll_at is None:
        return f"{summary.feeds} feeds, none read yet."
    failing = f", {summary.failing} failing" if summary.failing else ""
    return f"{summary.feeds} feeds{failing}, last read {moment(summary.last_poll_at)}."
