"""Renders what the watches report, and the line of a message that came late."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot import COMMAND
from bot.alerts.watch.facts import (
    ChangedDuties,
    FailingFeed,
    LateQueue,
    OldRates,
    PassedDates,
    QuietWeek,
    SilentFeed,
    WatchNotice,
)
from bot.feeds.health import format_duration
from bot.parties import Parties
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import Message, context
from bot.slack.blockkit.mrkdwn import escape
from bot.slack.views.data_checks import render_confirm_buttons
from bot.slack.views.lines.changes import render_changed_duties
from bot.slack.views.replies import render_notice
from bot.text.dates import format_day

_ERROR_CHARACTERS = 200


def render_watch_notice(notice: WatchNotice, parties: Parties) -> Message:
    """The notice of a problem's beginning or end, of a quiet week, or of changed duties."""
    match notice.about:
        case QuietWeek():
            return render_notice(_format_quiet_week(notice.about))
        case SilentFeed():
            return render_notice(_format_silent_feed(notice.about, has_ended=notice.has_ended))
        case LateQueue():
            return render_notice(_format_late_queue(notice.about, has_ended=notice.has_ended))
        case FailingFeed(feed_id=feed_id, since=since):
            text = f"The feed {feed_id} can be read again. It had failed since {_moment(since)}."
            return render_notice(escape(text))
        case OldRates(imposer=imposer, checked=checked):
            text = (
                f"The rates of {parties.get(imposer).name} were checked. The previous check "
                f"was on {format_day(checked)}."
            )
            return render_notice(escape(text))
        case PassedDates():
            return _render_passed(notice.about, parties, has_ended=notice.has_ended)
        case ChangedDuties():
            return render_changed_duties(notice.about, parties)


def add_late_line(message: Message, late_by: timedelta | None, error: str) -> Message:
    """The message with a line that says how late it comes and why, if it is late."""
    if late_by is None or len(message.blocks) >= limits.MESSAGE_BLOCKS:
        return message
    text = f"Sent {format_duration(late_by.total_seconds())} late"
    cause = escape(error.rstrip("."), _ERROR_CHARACTERS)
    line = context(f"{text}: {cause}." if cause else f"{text}.")
    instead = message.instead
    if instead is not None:
        instead = add_late_line(instead, late_by, error)
    return replace(message, blocks=(*message.blocks, line), instead=instead)


def _format_quiet_week(week: QuietWeek) -> str:
    stories = "1 story" if week.stories == 1 else f"{week.stories} stories"
    feeds = "1 feed" if week.feeds == 1 else f"{week.feeds} feeds"
    text = f"This week: {stories} from {feeds}, none matched."
    if week.next_on is not None:
        change = f"{format_day(week.next_on)}, {escape(week.next_measure)}"
        text += f" Next known change: {change}."
    return f"{text} `{COMMAND} quiet-weeks off` turns this message off."


def _format_silent_feed(feed: SilentFeed, *, has_ended: bool) -> str:
    since = _moment(feed.since)
    if has_ended:
        return escape(f"The feed {feed.feed_id} publishes again. It had been silent since {since}.")
    return escape(
        f"The feed {feed.feed_id} has published nothing since {since}. Before, it was never silent "
        f"for more than {format_duration(feed.usual_s)}. Its address still answers; check whether "
        "the publisher has moved the feed."
    )


def _format_late_queue(late: LateQueue, *, has_ended: bool) -> str:
    since, whose = _moment(late.since), f" of workspace {late.team}" if late.team else ""
    if has_ended:
        return f"Messages{whose} are sent on time again. They had been late since {since}."
    places = "1 conversation" if late.conversations == 1 else f"{late.conversations} conversations"
    cause = "more messages were waiting than Slack accepts at a time"
    if late.error:
        cause = f"the last attempt failed: {escape(late.error, _ERROR_CHARACTERS)}"
    return (
        f"Messages to {places}{whose} have been waiting since {since} because {cause}. They stay "
        "queued. `tariffwire outbox list` shows them."
    )


def _render_passed(passed: PassedDates, parties: Parties, *, has_ended: bool) -> Message:
    name = escape(parties.get(passed.imposer).name)
    if has_ended:
        day = format_day(passed.newest[-1].on)
        text = f"The rates of {name} were checked after the known dates up to {day}."
        return render_notice(text)
    listed = "; ".join(f"{format_day(each.on)}: {escape(each.measure)}" for each in passed.newest)
    more = f"; and {passed.earlier} earlier" if passed.earlier else ""
    notice = render_notice(
        f"Known dates of {name} have passed since its rates were last checked: {listed}{more}. "
        "Check the outcome of each. If the data is right, press the button."
    )
    buttons = render_confirm_buttons((passed.imposer,), parties)
    return replace(notice, blocks=(*notice.blocks, *buttons))


def _moment(at: datetime) -> str:
    return f"{format_day(at.date())}, {at:%H:%M} UTC"
