"""Renders a calendar of changes of duties as a message."""

from collections.abc import Sequence

from bot.parties import Parties
from bot.rates.calendar.upcoming import CheckedPeriod
from bot.rates.model.answer import Upcoming
from bot.render import words
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import Message, actions, assemble, button, section
from bot.slack.blockkit.mrkdwn import bold, escape
from bot.slack.views.rates import markup
from bot.slack.views.rates.answer import render_left_out, render_warnings
from bot.slack.views.replies import RUN
from bot.text.dates import format_day

_MAX_PARTNERS = 6


def render_calendar(
    title: str,
    items: Sequence[Upcoming],
    parties: Parties,
    checked_period: CheckedPeriod | None = None,
    as_file: str = "",
) -> Message:
    """The items by date: first those to come, then those that were due but have not been checked
    since.

    `checked_period` is given if the sources were last checked before today; the message then starts
    with a warning. `as_file` is the command that returns the calendar as a file; a button runs it.
    If `as_file` is empty, there is no button.
    """
    warning = words.describe_checked_period(checked_period)
    head = render_warnings([warning] if warning else [])
    nothing = escape(f"{title}: nothing in our data.")
    notice = escape(f"{title}. Note: {warning}" if warning else title, 400)
    if not items:
        head.append(section(nothing))
        return assemble(notice, head)
    ahead = [item for item in items if not item.passed]
    passed = [item for item in items if item.passed]
    # Overdue items are not upcoming. If all items are overdue, the message says that nothing is
    # upcoming.
    entries: list[Upcoming | str] = [bold(escape(title)), *ahead] if ahead else [nothing]
    if passed:
        entries += [bold(markup.OVERDUE_TITLE), *passed]
    # The calendar may have thousands of dates. One more than fits into a message is enough to see
    # that some are left out.
    lines = [
        section(each if isinstance(each, str) else _render_item(each, parties))
        for each in entries[: limits.MESSAGE_BLOCKS + 1]
    ]
    row = actions(button("Calendar (.ics)", f"{RUN}_0", as_file)) if as_file else ()
    return assemble(
        notice, head, lines, row, lambda count: render_left_out(count + len(entries) - len(lines))
    )


def _render_item(item: Upcoming, parties: Parties) -> str:
    names = [_name(code, parties) for code in item.partners[:_MAX_PARTNERS]]
    left = len(item.partners) - _MAX_PARTNERS
    more = f" and {left} more" if left > 0 else ""
    pair = f"{_name(item.imposer, parties)} on {', '.join(names)}{more}" if names else ""
    what = f"{escape(item.measure, 160)}: {escape(words.describe_change(item.change), 300)}"
    source = markup.format_source(item.source)
    return f"{bold(format_day(item.on))}  {what}\n{escape(pair, 300)} ({source})"


def _name(code: str, parties: Parties) -> str:
    return markup.add_flag(code, words.describe_party(code, parties), parties)
