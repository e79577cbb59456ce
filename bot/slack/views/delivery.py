"""Renders a delivery of stories, a reminder or a notice as messages."""

import re
from collections.abc import Sequence

from bot import COMMAND
from bot.alerts.delivery import Delivery, DeliveryKind
from bot.alerts.digest import BundleKind, read_bundle
from bot.alerts.reminders.model import Reminder
from bot.alerts.watch.facts import WatchNotice
from bot.news.events.event import summarize_event
from bot.news.story import Story
from bot.parties import Parties
from bot.slack.blockkit.blocks import Message
from bot.slack.blockkit.limits import NOTICE_CHARACTERS
from bot.slack.blockkit.mrkdwn import LOW_LINE, escape, show_names_as_code
from bot.slack.views.alerts import AlertOptions, render_alert, render_development
from bot.slack.views.data_checks import render_confirm_buttons
from bot.slack.views.events.digest import render_digest, render_offer
from bot.slack.views.reminders import render_reminder
from bot.slack.views.replies import render_notice
from bot.slack.views.watch import add_late_line, render_watch_notice

_CHANNEL_ID = re.compile(r"#([CG][A-Z0-9]{7,30})\b")
_COMMAND_IN_QUOTES = re.compile(f"'({COMMAND} [a-z ]{{1,40}} [a-z0-9{LOW_LINE}-]{{1,64}})'")
"""Matches a command in a notice after `escape`, which has replaced its underscores."""


def compose_messages(
    delivery: Delivery,
    stories: Sequence[Story],
    parties: Parties,
    thread_ts: str | None = None,
    *,
    options: AlertOptions | None = None,
    may_repeat: bool = False,
) -> tuple[Message, ...]:
    """The message of the delivery. If it is too long for one message, replies with the rest follow.
    A message that comes late says so.

    For an alert, its edits and the developments below it, `stories` are all stories of the event so
    far; `delivery.story_ids` says which of them are new. For a digest, they are its stories.

    A development without a thread has one of two reasons: it is for a person who follows the event,
    or the alert could not be delivered to the conversation. In the second case, it is rendered as
    an alert.
    """
    first, *rest = _compose(delivery, stories, parties, thread_ts, options, may_repeat=may_repeat)
    return (add_late_line(first, delivery.late_by, delivery.error), *rest)


def _compose(
    delivery: Delivery,
    stories: Sequence[Story],
    parties: Parties,
    thread_ts: str | None,
    options: AlertOptions | None,
    *,
    may_repeat: bool,
) -> tuple[Message, ...]:
    match delivery.kind:
        case DeliveryKind.FOLLOW_UP if thread_ts is not None or delivery.for_follower:
            new = [story for story in stories if story.id in delivery.story_ids] or stories
            followed = delivery.event_id if thread_ts is None else ""
            return (
                render_development(stories, new, parties, followed=followed, may_repeat=may_repeat),
            )
        case DeliveryKind.NOTICE if not delivery.reason:
            notice = WatchNotice.model_validate_json(delivery.content)
            return (render_watch_notice(notice, parties),)
        case DeliveryKind.NOTICE:
            said = render_notice(_format_links(escape(delivery.reason, NOTICE_CHARACTERS)))
            rows = render_confirm_buttons(tuple(delivery.content.split()), parties)
            return (Message(said.text, (*said.blocks, *rows)),)
        case DeliveryKind.REMINDER:
            due = Reminder.model_validate_json(delivery.content)
            return (render_reminder(due, parties, delivery.reason, may_repeat=may_repeat),)
        case DeliveryKind.DIGEST:
            bundle = read_bundle(delivery.content)
            if bundle.kind is BundleKind.MISSED:
                return (render_offer(delivery.id, stories, bundle, delivery.left_out),)
            left_out = delivery.left_out
            return render_digest(stories, parties, bundle, left_out=left_out, may_repeat=may_repeat)
        case _:
            return (
                render_alert(summarize_event(stories), parties, options, may_repeat=may_repeat),
            )


def _format_links(markup: str) -> str:
    """The markup with its commands and Slack's codes as code, because escaped ones cannot be
    copied, and with the names of its channels in place of their ids."""
    markup = _CHANNEL_ID.sub(r"<#\1>", markup)
    markup = _COMMAND_IN_QUOTES.sub(lambda found: f"`{found[1].replace(LOW_LINE, '_')}`", markup)
    return show_names_as_code(markup)
