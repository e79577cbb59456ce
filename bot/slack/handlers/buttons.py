"""The buttons: follow, mute, why, run a suggested command, share an answer.

Slack wants an acknowledgement within three seconds and ignores what it says, so each click is
acknowledged at once and answered through its response_url. Doing the same twice changes nothing.
"""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from pydantic import ValidationError
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.commands.request import CommandRequest
from bot.errors import QueryError
from bot.slack.blockkit.blocks import Element, Message, actions, button, context
from bot.slack.blockkit.mrkdwn import moment, person
from bot.slack.context import SlackContext
from bot.slack.error_ids import record
from bot.slack.handlers.commands import Reply, answer, place, respond_in
from bot.slack.views import alerts, replies
from bot.slack.views.rates.answer import SHARE

QUIET = timedelta(hours=24)


class Click:
    """One press of a button: who, where, and the button's value."""

    def __init__(self, body: dict[str, Any], action: dict[str, Any]) -> None:
        self.value = str(action.get("value") or "")
        self.user = str((body.get("user") or {}).get("id") or "")
        self.team = str((body.get("team") or {}).get("id") or "")
        self.conversation = place(body)
        container = body.get("container") or {}
        self.on = f"{self.conversation} {container.get('message_ts')} {action.get('action_id')}"


Answer = Callable[[SlackContext, Click], Awaitable[Reply | None]]


def register(app: AsyncApp, parts: SlackContext) -> None:
    """Listens for every button that the bot's messages have."""
    for action_id, reply in _ANSWERS.items():
        _listen(app, parts, action_id, reply)

    @app.action(alerts.OPEN)
    async def opened(ack: AsyncAck) -> None:
        await ack()


def _listen(
    app: AsyncApp, parts: SlackContext, action_id: str | re.Pattern[str], reply: Answer
) -> None:
    async def clicked(
        body: dict[str, Any], action: dict[str, Any], ack: AsyncAck, respond: AsyncRespond
    ) -> None:
        await ack()
        click = Click(body, action)

        async def work() -> None:
            try:
                said = await reply(parts, click)
            except Exception:
                said = Reply(replies.failed(record("answering a button")))
            if said is not None:
                where, who = click.conversation, click.user
                await respond_in(parts, respond, said, where, who, replace_original=False)

        parts.background.spawn(work(), "answering a button")

    app.action(action_id)(clicked)


async def _follow(parts: SlackContext, click: Click) -> Reply:
    new = await parts.events.follow(click.team, click.user, click.value)
    said = "You now follow" if new else "You follow"
    text = f"{said} this event: what else happens in it reaches you directly."
    undo = actions(button("Unfollow", alerts.UNFOLLOW, click.value))
    return Reply(Message(text, (*replies.notice(text).blocks, *undo)))


async def _unfollow(parts: SlackContext, click: Click) -> Reply:
    await parts.events.unfollow(click.team, click.user, click.value)
    return Reply(replies.notice("You no longer follow this event."))


async def _mute(_: SlackContext, click: Click) -> Reply:
    return Reply(alerts.mute_choices(click.value))


async def _mute_event(parts: SlackContext, click: Click) -> Reply:
    await parts.events.mute_event(click.team, click.conversation, click.value)
    undo = button("Undo", alerts.UNMUTE_EVENT, click.value)
    return _told(click, "muted this event here. Other events still arrive.", undo)


async def _unmute_event(parts: SlackContext, click: Click) -> Reply:
    await parts.events.unmute_event(click.team, click.conversation, click.value)
    return _told(click, "wants to hear of this event here again.")


async def _mute_day(parts: SlackContext, click: Click) -> Reply:
    until = parts.clock() + QUIET
    await parts.subscriptions.mute(click.team, click.conversation, until)
    undo = button("Unmute", alerts.UNMUTE)
    return _told(click, f"muted all alerts here until {moment(until)}.", undo)


async def _unmute(parts: SlackContext, click: Click) -> Reply:
    await parts.subscriptions.unmute(click.team, click.conversation)
    return _told(click, "unmuted this conversation: alerts arrive again.")


async def _leave(parts: SlackContext, click: Click) -> Reply:
    return await answer(parts, _asked(click, "unsubscribe"))


async def _why(parts: SlackContext, click: Click) -> Reply:
    try:
        value = alerts.WhyValue.model_validate_json(click.value)
    except ValidationError:
        return Reply(replies.notice("This button is from an older version of me."))
    story = await parts.stories.get(value.story)
    if story is None:
        return Reply(replies.notice("I no longer keep this story."))
    return Reply(alerts.why(story, value.reason))


async def _run(parts: SlackContext, click: Click) -> Reply:
    return await answer(parts, _asked(click, click.value))


async def _share(parts: SlackContext, click: Click) -> Reply | None:
    if parts.seen.before(f"share {click.on} {click.user}", parts.clock()):
        return None
    try:
        today = parts.desk.today(click.value, parts.clock())
        shown = await parts.desk.ask(click.value, today)
    except QueryError:
        return Reply(replies.notice("I no longer understand that question."))
    asked_by = context(f"Asked by {person(click.user)}")
    # The buttons were for whoever asked.
    told = [block for block in shown.blocks if block.type != "actions"]
    return Reply(Message(shown.text, (*told, asked_by), shown.picture), in_channel=True)


def _asked(click: Click, text: str) -> CommandRequest:
    return CommandRequest(text, click.team, click.conversation, click.user)


def _told(click: Click, what: str, undo: Element | None = None) -> Reply:
    """Said to everybody: it concerns what the whole conversation hears."""
    text = f"{person(click.user)} {what}"
    return Reply(Message(text, (*replies.notice(text).blocks, *actions(undo))), in_channel=True)


_ANSWERS: dict[str | re.Pattern[str], Answer] = {
    alerts.FOLLOW: _follow,
    alerts.UNFOLLOW: _unfollow,
    alerts.MUTE: _mute,
    alerts.MUTE_EVENT: _mute_event,
    alerts.UNMUTE_EVENT: _unmute_event,
    alerts.MUTE_DAY: _mute_day,
    alerts.UNMUTE: _unmute,
    alerts.LEAVE: _leave,
    alerts.WHY: _why,
    re.compile(rf"^{replies.RUN}_\d+$"): _run,
    SHARE: _share,
}
