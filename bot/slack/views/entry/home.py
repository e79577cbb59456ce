"""Renders the Home tab: the person's subscriptions, examples of questions, and the state of the
feeds."""

from typing import Any

from bot import COMMAND
from bot.alerts.subscription import Subscription
from bot.commands.replies import Overview
from bot.feeds.health import FeedSummary
from bot.parties import Parties
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import context, divider, fit_items, header, section
from bot.slack.blockkit.mrkdwn import bold, format_moment, link_channel
from bot.slack.views.command_replies import describe_subscription, render_help


def render_home(overview: Overview, user: str, parties: Parties) -> dict[str, Any]:
    """The Home tab for one person, as JSON values."""
    lines = [
        section(f"• {describe_subscription(one, parties)}, {_describe_place(one, user)}")
        for one in overview.subscriptions
    ]
    if not lines:
        lines = [section(f"None yet. `{COMMAND} subscribe tariffs` starts one.")]
    head = [header("Tariffwire"), section(bold("Your subscriptions"))]
    tail = [
        context(f"`{COMMAND} list` in a channel shows the channel's subscriptions."),
        divider(),
        *render_help().blocks,
        divider(),
        context(_describe_feeds(overview.feeds)),
    ]
    kept, _ = fit_items([*head, *tail], lines, None, limits.HOME_BLOCKS, limits.HOME_CHARACTERS)
    return {"type": "home", "blocks": [*head, *kept, *tail]}


def _describe_place(subscription: Subscription, user: str) -> str:
    return (
        "to you" if subscription.conversation == user else link_channel(subscription.conversation)
    )


def _describe_feeds(summary: FeedSummary) -> str:
    if summary.last_poll_at is None:
        return f"{summary.feeds} feeds, none polled yet."
    failing = f", {summary.failing} failing" if summary.failing else ""
    return f"{summary.feeds} feeds{failing}, last poll {format_moment(summary.last_poll_at)}."
