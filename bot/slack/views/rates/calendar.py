"""Days on which duties begin, end or fall due, as a message."""

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


def render_calendar(
    title: str,
    items: Sequence[Upcoming],
    parties: Parties,
    reach: CheckedPeriod | None = None,
    as_file: str = "",
) -> Message:
    """What takes effect or has changed, day by day, then what was due and was not checked.

    A warning of how far the sources were read (`reach`) stands first. `as_file` is the command
    that gives the same as a file, for a button.
    """
    warning = words.describe_checked_period(reach)
    head = render_warnings([warning] if warning else [])
    nothing = escape(f"{title}: nothing in our data.")
    notice = escape(f"{title}. Note: {warning}" if warning else title, 400)
    if not items:
        head.append(section(nothing))
        return assemble(notice, head)
    ahead = [item for item in items if not item.passed]
    passed = [item for item in items if item.passed]
    # Passed items do not answer the question, so also say that nothing is upcoming.
    entries: list[Upcoming | str] = [bold(escape(title)), *ahead] if ahead else [nothing]
    if passed:
        entries += [bold(markup.OVERDUE_TITLE), *passed]
    # A block more than fits is enough: thousands of days may be asked for.
    lines = [
        section(each if isinstance(each, str) else _render_item(each, parties))
        for each in entries[: limits.MESSAGE_BLOCKS + 1]
    ]
    row = actions(button("Calendar (.ics)", f"{RUN}_0", as_file)) if as_file else ()
    return assemble(
        notice, head, lines, row, lambda count: render_left_out(count + len(entries) - len(lines))
    )


def _render_item(item: Upcoming, parties: Parties) -> str:
    pays = ", ".join(markup.add_flag(code, code, parties) for code in item.partners[:6])
    whom = f"{markup.add_flag(item.imposer, item.imposer, parties)} on {pays}" if pays else ""
    what = f"{escape(item.measure, 160)}: {escape(words.describe_change(item.change), 300)}"
    source = markup.format_source(item.source)
    return f"{bold(item.on.isoformat())}  {what}\n{escape(whom, 200)} ({source})"
