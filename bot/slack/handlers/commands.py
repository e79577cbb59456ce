"""`/tariff`: what was typed, answered.

    text | understand | carry out | Reply
                           |-- Misunderstood, QueryError --> a suggestion with buttons
                           |-- StoreAway ----------------> that the database is away
                           |-- anything else ------------> the id of an error in the log

`answer` is the same for the command, for a mention and for a button that runs a command.
"""

import asyncio
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_bolt.context.say.async_say import AsyncSay
from slack_bolt.response import BoltResponse

from bot import COMMAND
from bot.commands.grammar import Misunderstood, Verb, nearest_command, understand
from bot.commands.request import CommandRequest
from bot.errors import QueryError, UnknownParty, Unsaid
from bot.slack.api.fallback import post_with, respond_with
from bot.slack.context import SlackContext
from bot.slack.error_ids import record
from bot.slack.handlers.command_service import carry_out
from bot.slack.handlers.reply import Reply, place
from bot.slack.views import replies
from bot.slack.views.rates.chart import may_be_refused
from bot.text.single_line import single_line

__all__ = ["CommandRequest", "Reply", "answer", "at_once", "place", "register", "respond_in"]

_WITHIN_WITH_SOURCES_S = 0.5
"""Where somebody else's server is asked, Slack is answered first unless that server is quick."""
_LONGEST = 300
"""Characters of a command that are read; Slack passes on whatever was typed."""


async def answer(parts: SlackContext, asked: CommandRequest) -> Reply:
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
        return await carry_out(parts, asked, command)
    except Exception as error:
        return _instead(text, error)


def at_once(parts: SlackContext, asked: CommandRequest) -> Reply | None:
    """The reply that waits for nothing: to a question about rates that needs no live source.

    None for all else.
    """
    text = _read(asked)
    try:
        command = understand(text, parts.parties)
        if command.verb is not Verb.ASK:
            return None
        today = parts.desk.today(command.text, parts.clock())
        message = parts.desk.at_once(command.text, today)
        return None if message is None else Reply(message)
    except Exception as error:
        return _instead(text, error)


def _read(asked: CommandRequest) -> str:
    return single_line(asked.text)[:_LONGEST]


def _instead(text: str, error: Exception) -> Reply:
    """What is said where a command ended in this error, while it is being handled."""
    match error:
        case Misunderstood():
            return _suggest(error.word, error.cause, error.suggestions)
        case QueryError():
            return _not_a_question(text, error)
        case _:
            return Reply(replies.failed(record("answering a command")))


def _not_a_question(text: str, error: QueryError) -> Reply:
    """The question with its unknown word mended, or the command that was misspelt."""
    mended = nearest_command(text)
    commands = [mended] if mended else []
    if isinstance(error, Unsaid):
        commands += error.questions
    if isinstance(error, UnknownParty):
        commands += [_replaced(text, error.word, name) for name in error.suggestions]
    return _suggest(error.thing, error.cause, tuple(commands))


def _replaced(text: str, word: str, name: str) -> str:
    start = text.casefold().find(word.casefold())
    return f"{text[:start]}{name}{text[start + len(word) :]}" if start >= 0 else name


def _suggest(word: str, cause: str, commands: tuple[str, ...]) -> Reply:
    return Reply(replies.suggestion(word, cause, commands, COMMAND))


async def respond_in(
    parts: SlackContext,
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


def register(app: AsyncApp, parts: SlackContext) -> None:
    """Listens for the command and for mentions of the bot."""

    @app.command(COMMAND)
    async def command(body: dict[str, Any], respond: AsyncRespond) -> BoltResponse:
        asked = CommandRequest(
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
        within_s = _WITHIN_WITH_SOURCES_S if parts.desk.may_wait else parts.answer_within_s
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
        asked = CommandRequest(
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
