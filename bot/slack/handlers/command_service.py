"""What each command does, once it is understood: one function a verb."""

from bot import COMMAND
from bot.alerts.subscription import Subscription, subscription_id
from bot.commands.grammar import Command, Verb
from bot.commands.request import CommandRequest
from bot.errors import FeedError
from bot.proposals.approval.audit import State
from bot.slack.blockkit.mrkdwn import person
from bot.slack.context import SlackContext
from bot.slack.handlers.calendar_file import share_calendar
from bot.slack.handlers.reply import Reply
from bot.slack.views import feeds, proposals, replies
from bot.slack.views.alerts import latest
from bot.slack.views.reminders import switched
from bot.values import Topic

LATEST = 5
"""Stories that `latest` shows."""


async def carry_out(parts: SlackContext, asked: CommandRequest, command: Command) -> Reply:
    """What a command leads to; raises what its parts raise."""
    match command.verb:
        case Verb.HELP:
            return Reply(replies.help_message(COMMAND))
        case Verb.SUBSCRIBE:
            return await _subscribe(parts, asked, command)
        case Verb.UNSUBSCRIBE:
            return await _unsubscribe(parts, asked, command)
        case Verb.LIST:
            return await _list(parts, asked)
        case Verb.LATEST:
            return await _latest(parts, command)
        case Verb.REMINDERS:
            return await _reminders(parts, asked, command)
        case Verb.TABLE:
            today = parts.desk.today(command.text, parts.clock())
            return Reply(await parts.desk.ask(command.text, today, as_table=True))
        case Verb.CALENDAR_FILE:
            where, who = asked.conversation, asked.user
            return Reply(await share_calendar(parts, where, who, command.text))
        case Verb.FEEDS:
            return await _feeds(parts, asked)
        case Verb.PROPOSALS:
            return await _proposals(parts, asked)
        case Verb.ASK:
            today = parts.desk.today(command.text, parts.clock())
            return Reply(await parts.desk.ask(command.text, today))
        case _:
            return await _change_feeds(parts, asked, command)


async def _subscribe(parts: SlackContext, asked: CommandRequest, command: Command) -> Reply:
    wish = Subscription(
        id=subscription_id(asked.team, asked.conversation, command.topics, command.parties),
        team=asked.team,
        conversation=asked.conversation,
        topics=command.topics,
        parties=command.parties,
        pace=command.pace,
        created_by=asked.user,
        created_at=parts.clock(),
    )
    if not await parts.subscriptions.add(wish):
        return Reply(replies.already_subscribed(wish, parts.parties, COMMAND))
    note = "" if asked.invited else "This channel is private: `/invite` me, or nothing arrives."
    return Reply(replies.subscribed(wish, parts.parties, COMMAND, note), in_channel=True)


async def _unsubscribe(parts: SlackContext, asked: CommandRequest, command: Command) -> Reply:
    count = await parts.subscriptions.remove(
        asked.team, asked.conversation, command.topics, command.parties
    )
    what = replies.topics_and_parties(command.topics, command.parties, parts.parties)
    message = replies.unsubscribed(count, asked.user, what, COMMAND)
    return Reply(message, in_channel=count > 0)


async def _list(parts: SlackContext, asked: CommandRequest) -> Reply:
    found = await parts.subscriptions.of(asked.team, asked.conversation)
    reminded = asked.conversation not in await parts.reminders.off(asked.team)
    now = parts.clock()
    message = replies.subscriptions(found, parts.parties, COMMAND, now, reminded=reminded)
    return Reply(message)


async def _latest(parts: SlackContext, command: Command) -> Reply:
    topic = min(command.topics) if len(command.topics) == 1 else None
    stories = await parts.stories.latest(topic, LATEST)
    return Reply(latest(stories, parts.parties, topic.label if topic else ""))


async def _reminders(parts: SlackContext, asked: CommandRequest, command: Command) -> Reply:
    found = await parts.subscriptions.of(asked.team, asked.conversation)
    subscribed = any(not one.topics or Topic.TARIFF in one.topics for one in found)
    if command.text:
        on = command.text == "on"
        changed = await parts.reminders.switch(asked.team, asked.conversation, on=on)
    else:
        on = asked.conversation not in await parts.reminders.off(asked.team)
        changed = False
    who = person(asked.user)
    return Reply(switched(on, changed, subscribed, who, COMMAND), in_channel=changed)


async def _feeds(parts: SlackContext, asked: CommandRequest) -> Reply:
    found, lag = await parts.feeds.health(), await parts.feeds.lag()
    operator = asked.user in parts.operators
    return Reply(feeds.feeds(found, lag, parts.clock(), COMMAND, operator))


async def _change_feeds(parts: SlackContext, asked: CommandRequest, command: Command) -> Reply:
    if asked.user not in parts.operators:
        return Reply(feeds.not_an_operator(COMMAND))
    try:
        if command.verb is Verb.ADD_FEED:
            return Reply(feeds.added(await parts.feeds.add(command.text), COMMAND))
        if command.verb is Verb.RESUME_FEED:
            await parts.feeds.resume(command.text)
            return Reply(feeds.resumed(command.text))
        await parts.feeds.remove(command.text)
        return Reply(feeds.removed(command.text))
    except FeedError as error:
        return Reply(feeds.refused(error.thing, error.cause, error.cure))


async def _proposals(parts: SlackContext, asked: CommandRequest) -> Reply:
    if asked.user not in parts.operators:
        return Reply(proposals.not_an_operator(asked.user))
    found, untold = await parts.proposals.every(State.PENDING), await parts.proposals.untold()
    held = sum(each.proposal.id in untold for each in found)
    first = sorted(found, key=lambda each: each.proposal.id in untold)[: proposals.LISTED]
    shown = [parts.decisions.as_it_stands(each) for each in first]
    return Reply(proposals.pending(shown, len(found), held, parts.parties, COMMAND))
