"""Renders reminders of duties that take effect or end, and the replies to turning reminders or the
line about quiet weeks on or off."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from bot import COMMAND
from bot.alerts.reminders import Due, Reminder
from bot.commands.replies import QuietWeekSwitch, ReminderSwitch
from bot.parties import WORLD, Parties
from bot.rates.calendar.entries import CalendarEntry
from bot.render import words
from bot.slack.blockkit.blocks import Block, Message, actions, assemble, button, context, section
from bot.slack.blockkit.mrkdwn import bold, escape, link, mention_person
from bot.slack.views.figures import format_party
from bot.slack.views.replies import RUN, mark_repeat
from bot.text.dates import format_day

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PARTIES_NAMED = 6


def render_reminder(
    reminder: Reminder, parties: Parties, reason: str, *, may_repeat: bool = False
) -> Message:
    """The message about all changes of which a conversation is reminded, grouped by the day of
    effect."""
    lines: list[Block] = []
    days = [(day, list(due)) for day, due in groupby(reminder.due, key=lambda due: due.ahead.on)]
    for day, due in days:
        lines.append(section(bold(escape(_format_day(day, reminder.counted_on)))))
        lines += [section(_format_change(each.ahead, parties)) for each in due]
    why = f"Why: {escape(reason, 300)}" if reason else ""
    tail = [
        context(
            why, f"Days counted from {format_day(reminder.counted_on)}.", mark_repeat(may_repeat)
        ),
        *actions(
            button("All upcoming changes", f"{RUN}_0", "upcoming"),
            button("No more reminders here", f"{RUN}_1", "reminders off"),
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
        f"economies that this conversation subscribes to. `{COMMAND} reminders off` turns them off."
    )
    if not reply.has_tariffs:
        more += f" No tariff subscription here yet: try `{COMMAND} subscribe tariffs`."
    return assemble(text, [section(text), context(more)])


def render_quiet_week_switch(reply: QuietWeekSwitch, user: str) -> Message:
    """Says whether a conversation gets the line about a week without news, and who changed this."""
    state, who = "on" if reply.on else "off", mention_person(user)
    text = f"The line about quiet weeks is {state} here."
    if reply.changed:
        text = f"{who or 'You'} turned the line about quiet weeks {state} here."
    if not reply.on:
        more = (
            f"`{COMMAND} quiet-weeks on` turns it on: one line on Monday if a week brought nothing."
        )
        return assemble(text, [section(text), context(more)])
    more = (
        "If nothing was posted here in seven days, one line on Monday says what was watched. "
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


def _format_notice(days: Sequence[tuple[date, Sequence[Due]]], counted_on: date) -> str:
    """The message as text, which a notification shows."""
    lines = [
        f"{_format_day(day, counted_on)}: {each.ahead.measure}: "
        f"{words.describe_change(each.ahead.change)} ({each.ahead.source.text})"
        for day, due in days
        for each in due
    ]
    return "\n".join(escape(line, 400) for line in lines)


def _make_left_out(count: int) -> Block:
    return context(f"… and {count} more lines: `{COMMAND} upcoming` lists all.")
