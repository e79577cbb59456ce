"""Posts in a channel what a person changed about its subscriptions or its list of lines."""

import logging

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.commands.replies import Subscribed, SubscriptionChanged, SubscriptionRemoved, is_public
from bot.commands.request import Reply
from bot.slack.api.errors import code
from bot.slack.blockkit.blocks import Message
from bot.slack.context import SlackContext

log = logging.getLogger(__name__)


async def announce(
    context: SlackContext, reply: Reply, message: Message, user: str, seen_in: str = ""
) -> str:
    """Posts `message` in the channel of the subscription that the reply says is changed.

    Posts nothing if nothing changed, if the stories go to the person, or if the channel is
    `seen_in`, where everyone sees the reply. Returns a warning as markup if Slack refuses the post.
    """
    if not isinstance(reply, Subscribed | SubscriptionChanged | SubscriptionRemoved):
        return ""
    team, channel = reply.subscription.team, reply.subscription.conversation
    if channel in (user, seen_in) or not is_public(reply):
        return ""
    return await post_change(context, team, channel, message)


async def post_change(context: SlackContext, team: str, channel: str, message: Message) -> str:
    """Posts what a person changed in a channel. Returns a warning as markup if Slack refuses it."""
    try:
        await context.take_reply_turn(team)
        client = await context.client_of(team)
        await client.chat_postMessage(channel=channel, **message.payload())
    except SlackApiError as error:
        log.warning("a change was not announced in its channel: %s", code(error))
        return ":warning: I cannot post there yet. `/invite` me to the channel."
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        log.warning("a change was not announced in its channel: %s", type(error).__name__)
    return ""
