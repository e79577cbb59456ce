"""Renders reminders of duties that take effect or end and of deadlines, lists of deadlines, and the
replies to turning reminders or the weekly message about no news on or off."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

from bot import COMMAND
from bot.alerts.reminders.model import Due, DueDeadline, Reminder
from bot.commands.rates.replies import RateCalendar
from bot.commands.replies import QuietWeekSwitch, ReminderSwitch
from bot.news.deadlines.events import EventDeadline
from bot.parties import WORLD, Parties
from bot.rates.calendar.entries import CalendarEntry
from bot.rates.calendar.upcoming import find_window
from bot.rates.question.query import format_query
from bot.render import words
from bot.render.dates.deadlines import describe_deadline, label_deadline
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import (
    Block,
    Message,
    actions,
    assemble,
    button,
    context,
    fit_items,
    section,
)
from bot.slack.blockkit.mrkdwn import bold, escape, link, mention_person, quote_text
from bot.slack.views.figures import format_party
from bot.slack.views.replies import RUN, mark_repeat
from bot.text.dates import format_day, format_period, format_short_day
from bot.values import Topic

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PARTIES_NAMED = 6
_ROWS = 10
"""Maximum deadlines below a calendar of duties."""


def render_reminder(
    reminder: Reminder, parties: Parties, reason: str, *, may_repeat: bool = False
) -> Message:
    """The message about all changes and deadlines of which a conversation is reminded, grouped by
    the day."""
    lines: list[Block] = []
    days = _group_by_day(reminder)
    for day, due in days:
        lines.append(section(bold(escape(_format_day(day, reminder.counted_on)))))
        lines += [section(_format_due(each, parties)) for each in due]
    why = f"Why: {escape(reason, 300)}" if reason else ""
    tail = [
        context(
            why,
            f"Days are counted from {format_day(reminder.counted_on)}.",
            mark_repeat(may_repeat),
        ),
        *actions(
            button("All upcoming changes", f"{RUN}_0", "upcoming"),
            button("Turn off reminders here", f"{RUN}_1", "reminders off"),
        ),
    ]
    return assemble(_format_notice(days, reminder.counted_on), [], lines, tail, _make_left_out)


def render_reminder_switch(reply: ReminderSwitch, user: str) -> Message:
    """Says whether a conversation gets reminders, and who changed this."""
    state, who = "on" if reply.on else "off", mention_person(user)
    text = f"Reminders are {state} here."
    if reply.changed:
        text = f"{who} turned reminders {state} here." if who else f"Reminders are now {state}."
    if not reply.on:
        more = f"`{COMMAND} reminders on` turns them on, `{COMMAND} upcoming` lists all changes."
        return assemble(text, [section(text), context(more)])
    more = (
        "Reminders are posted here a week and a day before a duty starts or ends, for the "
        "economies that this conversation subscribes to, and before deadlines in official notices. "
        f"`{COMMAND} reminders off` turns them off."
    )
    if not reply.has_tariffs:
        more += f" No tariff subscription here yet: try `{COMMAND} subscribe tariffs`."
    return assemble(text, [section(text), context(more)])


def add_deadlines(message: Message, reply: RateCalendar) -> Message:
    """A calendar of duties with the deadlines of its days above its buttons, as far as there is
    room."""
    if not reply.deadlines:
        return message
    instead = add_deadlines(message.instead, reply) if message.instead is not None else None
    blocks = list(message.blocks)
    at = next((n for n, each in enumerate(blocks) if each["type"] == "actions"), len(blocks))
    title = section(bold("Deadlines in official notices"))
    rows = [section(_format_row(each, reply.today)) for each in reply.deadlines[:_ROWS]]
    hidden = len(reply.deadlines) - len(rows)
    room = limits.MESSAGE_CHARACTERS - len(message.text)
    kept, left = fit_items([*blocks, title], rows, _count_more, limits.MESSAGE_BLOCKS - 1, room)
    if not kept:
        return replace(message, instead=instead)
    more = [_count_more(hidden + left)] if hidden + left else []
    return replace(
        message, blocks=(*blocks[:at], title, *kept, *more, *blocks[at:]), instead=instead
    )


def render_deadlines(reply: RateCalendar, parties: Parties) -> Message:
    """The deadlines on some topics, without duties."""
    topics = [topic for topic in Topic if topic in reply.topics]
    about = [topic.label for topic in topics]
    about += [parties.get(code).name for code in (reply.query.partner,) if code]
    window = find_window(reply.query, reply.today)
    days = format_period(window.first, window.last)
    title = f"Deadlines in official notices, {days} ({', '.join(about)})"
    rows = [section(_format_row(each, reply.today)) for each in reply.deadlines]
    words = " ".join(topic.command_word for topic in topics)
    asked = f"{format_query(reply.query)} {words} ics"
    tail = actions(
        button("Add to calendar", f"{RUN}_0", asked) if rows else None,
        button("Duty changes", f"{RUN}_1", format_query(reply.query)),
    )
    head = [section(bold(escape(title, 300)))]
    return assemble(
        escape(title, 300),
        head,
        rows or [section("No deadlines in our data for this period.")],
        tail,
        _count_more,
    )


def _format_row(each: EventDeadline, today: date) -> str:
    """One line: `12 Jan  Comments close, 23:59 EST: the notice (USTR)`."""
    day = "today" if each.on == today else format_short_day(each.on, today)
    what = describe_deadline(each.deadline)
    notice = link(each.link, each.title or "(without a title)", 200)
    return f"{bold(escape(day))}  {escape(what)}: {notice} ({escape(each.source, 80)})"


def _count_more(count: int) -> Block:
    return context(f"… and {count} more deadlines.")


def _group_by_day(reminder: Reminder) -> list[tuple[date, list[Due | DueDeadline]]]:
    """The changes and then the deadlines of each day, the earliest day first."""
    due: list[Due | DueDeadline] = [*reminder.due, *reminder.deadlines]
    due.sort(key=lambda each: each.ahead.on)
    return [(day, list(group)) for day, group in groupby(due, key=lambda each: each.ahead.on)]


def _format_due(due: Due | DueDeadline, parties: Parties) -> str:
    if isinstance(due, Due):
        return _format_change(due.ahead, parties)
    each = due.ahead
    what = describe_deadline(each.deadline)
    return "\n".join(
        [
            f"{bold(escape(what))}: {link(each.link, each.title or '(without a title)', 300)}",
            f"In the words of the notice: {quote_text(each.deadline.quote, 300)}",
            f"Source: {escape(each.source, 120)}, {format_day(each.published)}",
        ]
    )


def render_quiet_week_switch(reply: QuietWeekSwitch, user: str) -> Message:
    """Says whether a conversation gets a message after a week without news, and who changed
    this."""
    state, who = "on" if reply.on else "off", mention_person(user)
    text = f"The quiet-week message is {state} here."
    if reply.changed:
        text = f"{who or 'You'} turned the quiet-week message {state} here."
    if not reply.on:
        when = "a message on Monday after a week without news"
        more = f"`{COMMAND} quiet-weeks on` turns it on: {when}."
        return assemble(text, [section(text), context(more)])
    more = (
        "If nothing was posted here for seven days, a message on Monday says how many stories and "
        "feeds were read. "
        f"`{COMMAND} quiet-weeks off` turns it off."
    )
    if not reply.has_subscriptions:
        more += f" No subscription here yet: try `{COMMAND} subscribe tariffs`."
    return assemble(text, [section(text), context(more)])


def _format_day(day: date, counted_on: date) -> str:
    """The day and the number of days until it: `In 7 days: Friday, 4 Dec 2026`."""
    left = (day - counted_on).days
    when = {0: "Today", 1: "Tomorrow"}.get(left, f"In {left} days")
    return f"{when}: {_WEEKDAYS[day.weekday()]}, {format_day(day)}"


def _format_change(change: CalendarEntry, parties: Parties) -> str:
    """One change: the parties, the duty, what happens to it, its legal basis, its uncertainties,
    and the source."""
    read = f"checked {format_day(change.as_of)}" if change.as_of else "not checked by us"
    what = bold(escape(words.describe_change(change.change), 400))
    lines = [
        f"{_format_parties(change, parties)}: {escape(change.measure, 200)}",
        f"{format_day(change.on)}: {what} ({escape(change.legal_basis, 200)})",
        *(f"⚠️ {escape(words.describe_doubt(doubt), 300)}" for doubt in change.doubts),
        f"Source: {link(change.source.url or '', change.source.text, 300)}; {read}",
    ]
    return "\n".join(lines)


def _format_parties(change: CalendarEntry, parties: Parties) -> str:
    names = [
        "all countries" if code == WORLD else format_party(code, parties)
        for code in change.partners[:_PARTIES_NAMED]
    ]
    left = len(change.partners) - _PARTIES_NAMED
    more = f" and {left} more" if left > 0 else ""
    return f"{format_party(change.imposer, parties)} on {', '.join(names)}{more}"


def _format_notice(
    days: Sequence[tuple[date, Sequence[Due | DueDeadline]]], counted_on: date
) -> str:
    """The message as text, which a notification shows."""
    lines = [
        f"{_format_day(day, counted_on)}: {_describe_due(each)}"
        for day, due in days
        for each in due
    ]
    return "\n".join(escape(line, 400) for line in lines)


def _describe_due(due: Due | DueDeadline) -> str:
    if isinstance(due, DueDeadline):
        return f"{label_deadline(due.ahead.deadline)}: {due.ahead.title} ({due.ahead.source})"
    change = due.ahead
    return f"{change.measure}: {words.describe_change(change.change)} ({change.source.text})"


def _make_left_out(count: int) -> Block:
    return context(f"… and {count} more lines: `{COMMAND} upcoming` lists all.")
