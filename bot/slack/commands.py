"""`/tariff`: what was typed, answered.

    text | understand | carry out | Reply
                           |-- Misunderstood, QueryError --> a suggestion with buttons
                           |-- anything else ------------> the id of an error in the log

`answer` is the same for the command, for a mention and for a button that runs a command.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_bolt.context.say.async_say import AsyncSay
from slack_bolt.response import BoltResponse

from bot.alerts.subscription import Subscription, subscription_id
from bot.errors import FeedError, QueryError, UnknownParty, Unsaid
from bot.news.topic import Topic
from bot.rates.decision import State
from bot.slack import feed_blocks, proposal_blocks
from bot.slack import reply_blocks as replies
from bot.slack.alert_blocks import latest
from bot.slack.blocks import Message
from bot.slack.calendar_reply import share_calendar
from bot.slack.chart import may_be_refused
from bot.slack.command_line import Command, Misunderstood, Verb, nearest_command, understand
from bot.slack.failures import record
from bot.slack.limits import ANSWER_WITHIN_S
from bot.slack.mrkdwn import person, plain
from bot.slack.parts import Parts
from bot.slack.reminder_blocks import switched
from bot.slack.respond import post_with, respond_with

LATEST = 5
"""Stories that `latest` shows."""
_WITHIN_WITH_SOURCES_S = 0.5
"""Where somebody else's server is asked, Slack is answered first unless that server is quick."""
_LONGEST = 300
"""Characters of a command that are read; Slack passes on whatever was typed."""


@dataclass(frozen=True)
class Asked:
    """What was typed, by whom and where.

    `conversation` is where alerts would go: a channel, or the person for a direct message.
    """

    text: str
    team: str
    conversation: str
    user: str
    invited: bool = True
    """Whether the bot can post there without being invited: not so in private channels."""


@dataclass(frozen=True)
class Reply:
    """What to say, and whether the whole channel sees it."""

    message: Message
    in_channel: bool = False

    @property
    def response_type(self) -> str:
        """Slack's word for who sees it."""
        return "in_channel" if self.in_channel else "ephemeral"

    def response(self) -> BoltResponse:
        """The acknowledgement of a command that says it; its JSON was written with the message."""
        return BoltResponse(status=200, body=self.message.body(self.response_type))


def place(body: dict[str, Any]) -> str:
    """Where alerts for whoever sent this go: the person, for a direct message with anybody."""
    channel = str(body.get("channel_id") or (body.get("channel") or {}).get("id") or "")
    user = str(body.get("user_id") or (body.get("user") or {}).get("id") or "")
    # The bot is in no direct message between two people; it can always write to one.
    return user if not channel or channel.startswith("D") else channel


async def answer(parts: Parts, asked: Asked) -> Reply:
    """The reply to whatever was typed; never raises."""
    reply = at_once(parts, asked)
    if reply is not None:
        return reply
    text = _read(asked)
    try:
        command = understand(text, parts.parties)
        if command.verb is Verb.ADD_FEED:
            # Addresses may be longer than anything else that is typed.
            command = understand(asked.text, parts.parties)
        return await _carry_out(parts, asked, command)
    except Exception as error:
        return _instead(parts, text, error)


def at_once(parts: Parts, asked: Asked) -> Reply | None:
    """The reply that waits for nothing: to a question about rates that needs no live source.

    None for all else.
    """
    text = _read(asked)
    try:
        command = understand(text, parts.parties)
        if command.verb is not Verb.ASK:
            return None
        message = parts.desk.at_once(command.text, parts.clock().date())
        return None if message is None else Reply(message)
    except Exception as error:
        return _instead(parts, text, error)


def _read(asked: Asked) -> str:
    return plain(asked.text)[:_LONGEST]


def _instead(parts: Parts, text: str, error: Exception) -> Reply:
    """What is said where a command ended in this error, while it is being handled."""
    match error:
        case Misunderstood():
            return _suggest(parts, error.word, error.cause, error.suggestions)
        case QueryError():
            return _not_a_question(parts, text, error)
        case _:
            return Reply(replies.failed(record("answering a command")))


async def _carry_out(parts: Parts, asked: Asked, command: Command) -> Reply:
    match command.verb:
        case Verb.HELP:
            return Reply(replies.help_message(parts.command))
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
            today = parts.clock().date()
            return Reply(await parts.desk.ask(command.text, today, as_table=True))
        case Verb.CALENDAR_FILE:
            where, who = asked.conversation, asked.user
            return Reply(await share_calendar(parts, where, who, command.text))
        case Verb.FEEDS:
            return await _feeds(parts, asked)
        case Verb.PROPOSALS:
            return await _proposals(parts, asked)
        case Verb.ASK:
            return Reply(await parts.desk.ask(command.text, parts.clock().date()))
        case _:
            return await _change_feeds(parts, asked, command)


async def _subscribe(parts: Parts, asked: Asked, command: Command) -> Reply:
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
        return Reply(replies.already_subscribed(wish, parts.parties, parts.command))
    note = "" if asked.invited else "This channel is private: `/invite` me, or nothing arrives."
    return Reply(replies.subscribed(wish, parts.parties, parts.command, note), in_channel=True)


async def _unsubscribe(parts: Parts, asked: Asked, command: Command) -> Reply:
    count = await parts.subscriptions.remove(
        asked.team, asked.conversation, command.topics, command.parties
    )
    what = replies.topics_and_parties(command.topics, command.parties, parts.parties)
    message = replies.unsubscribed(count, asked.user, what, parts.command)
    return Reply(message, in_channel=count > 0)


async def _list(parts: Parts, asked: Asked) -> Reply:
    found = await parts.subscriptions.of(asked.team, asked.conversation)
    reminded = asked.conversation not in await parts.reminders.off(asked.team)
    now = parts.clock()
    message = replies.subscriptions(found, parts.parties, parts.command, now, reminded=reminded)
    return Reply(message)


async def _latest(parts: Parts, command: Command) -> Reply:
    topic = min(command.topics) if len(command.topics) == 1 else None
    stories = await parts.stories.latest(topic, LATEST)
    return Reply(latest(stories, parts.parties, topic.label if topic else ""))


async def _reminders(parts: Parts, asked: Asked, command: Command) -> Reply:
    found = await parts.subscriptions.of(asked.team, asked.conversation)
    subscribed = any(not one.topics or Topic.TARIFF in one.topics for one in found)
    if command.text:
        on = command.text == "on"
        changed = await parts.reminders.switch(asked.team, asked.conversation, on=on)
    else:
        on = asked.conversation not in await parts.reminders.off(asked.team)
        changed = False
    who = person(asked.user)
    return Reply(switched(on, changed, subscribed, who, parts.command), in_channel=changed)


async def _feeds(parts: Parts, asked: Asked) -> Reply:
    found, lag = await parts.feeds.health(), await parts.feeds.lag()
    operator = asked.user in parts.operators
    return Reply(feed_blocks.feeds(found, lag, parts.clock(), parts.command, operator))


async def _change_feeds(parts: Parts, asked: Asked, command: Command) -> Reply:
    if asked.user not in parts.operators:
        return Reply(feed_blocks.not_an_operator(parts.command))
    try:
        if command.verb is Verb.ADD_FEED:
            return Reply(feed_blocks.added(await parts.feeds.add(command.text), parts.command))
        await parts.feeds.remove(command.text)
        return Reply(feed_blocks.removed(command.text))
    except FeedError as error:
        return Reply(feed_blocks.refused(error.thing, error.cause, error.cure))


async def _proposals(parts: Parts, asked: Asked) -> Reply:
    if asked.user not in parts.operators:
        return Reply(proposal_blocks.not_an_operator(asked.user))
    found, untold = await parts.proposals.every(State.PENDING), await parts.proposals.untold()
    held = sum(each.proposal.id in untold for each in found)
    first = sorted(found, key=lambda each: each.proposal.id in untold)[: proposal_blocks.LISTED]
    shown = [parts.decisions.as_it_stands(each) for each in first]
    return Reply(proposal_blocks.pending(shown, len(found), held, parts.parties, parts.command))


def _not_a_question(parts: Parts, text: str, error: QueryError) -> Reply:
    """The question with its unknown word mended, or the command that was misspelt."""
    mended = nearest_command(text)
    commands = [mended] if mended else []
    if isinstance(error, Unsaid):
        commands += error.questions
    if isinstance(error, UnknownParty):
        commands += [_replaced(text, error.word, name) for name in error.suggestions]
    return _suggest(parts, error.thing, error.cause, tuple(commands))


def _replaced(text: str, word: str, name: str) -> str:
    start = text.casefold().find(word.casefold())
    return f"{text[:start]}{name}{text[start + len(word) :]}" if start >= 0 else name


def _suggest(parts: Parts, word: str, cause: str, commands: tuple[str, ...]) -> Reply:
    return Reply(replies.suggestion(word, cause, commands, parts.command))


async def respond_in(
    parts: Parts,
    respond: AsyncRespond,
    reply: Reply,
    conversation: str,
    user: str,
    **more: Any,
) -> None:
    """Posts the reply to the response_url, and a picture where the workspace refuses its chart.

    What only one person sees stays so: their picture comes as a direct message.
    """
    message, kind = reply.message, reply.response_type
    if await respond_with(respond, message, response_type=kind, **more) or message.picture is None:
        return
    where = conversation if reply.in_channel else user
    shared = await parts.pictures.share(parts.client, message.picture, where)
    if shared and where != conversation:
        told = replies.notice("The chart is in your direct messages with me, as a picture.")
        await respond_with(respond, told, response_type=kind, replace_original=False)


def register(app: AsyncApp, parts: Parts) -> None:
    """Listens for the command and for mentions of the bot."""

    @app.command(parts.command)
    async def command(body: dict[str, Any], respond: AsyncRespond) -> BoltResponse:
        asked = Asked(
            text=str(body.get("text") or ""),
            team=str(body.get("team_id") or ""),
            conversation=place(body),
            user=str(body.get("user_id") or ""),
            invited=body.get("channel_name") != "privategroup",
        )
        ready = at_once(parts, asked)
        if ready is not None and not may_be_refused(ready.message):
            return ready.response()
        work = asyncio.ensure_future(answer(parts, asked))
        within_s = _WITHIN_WITH_SOURCES_S if parts.desk.may_wait else ANSWER_WITHIN_S
        done, _ = await asyncio.wait({work}, timeout=within_s)
        if done and not may_be_refused(work.result().message):
            return work.result().response()

        async def later() -> None:
            reply = await work
            await respond_in(parts, respond, reply, asked.conversation, asked.user)

        parts.background.spawn(later(), "answering a slow command")
        return Reply(replies.drawing() if done else replies.working()).response()

    @app.event("app_mention")
    async def mention(body: dict[str, Any], event: dict[str, Any], say: AsyncSay) -> None:
        if parts.seen.before(f"event {body.get('event_id')}", parts.clock()):
            return
        asked = Asked(
            text=_without_mention(str(event.get("text") or "")),
            team=str(body.get("team_id") or event.get("team") or ""),
            conversation=place({"channel_id": event.get("channel"), "user_id": event.get("user")}),
            user=str(event.get("user") or ""),
        )

        async def later() -> None:
            message = (await answer(parts, asked)).message
            thread = event.get("thread_ts") or event.get("ts")
            if await post_with(say, message, thread_ts=thread, unfurl_links=False):
                return
            if message.picture is not None:
                where = str(event.get("channel") or "")
                await parts.pictures.share(parts.client, message.picture, where, thread)

        parts.background.spawn(later(), "answering a mention")


def _without_mention(text: str) -> str:
    """What follows the bot's name; entities back to characters, as a command has them."""
    said = text.partition(">")[2] if text.lstrip().startswith("<@") else text
    return said.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
