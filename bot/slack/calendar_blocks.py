"""Days on which duties begin, end or fall due, as a message."""

from collections.abc import Sequence

from bot.parties import Parties
from bot.rates.reply import Upcoming
from bot.slack import rate_markup as markup
from bot.slack.blocks import Message, actions, assemble, button, section
from bot.slack.mrkdwn import bold, escape
from bot.slack.rate_blocks import left_out, warnings
from bot.slack.reply_blocks import RUN


def calendar(
    title: str,
    items: Sequence[Upcoming],
    parties: Parties,
    warning: str = "",
    as_file: str = "",
) -> Message:
    """What takes effect or has changed, day by day, then what was due and was not checked.

    `warning` says how far the sources were read, and stands first; `as_file` is the command that
    gives the same as a file, for a button.
    """
    head = warnings([warning] if warning else [])
    notice = escape(f"{title}. Mind: {warning}" if warning else title, 400)
    if not items:
        head.append(section(escape(f"{title}: nothing that the ledger knows of.")))
        return assemble(notice, head)
    lines = [section(_dated(item, parties)) for item in items if not item.passed]
    if lines:
        lines.insert(0, section(bold(escape(title))))
    passed = [section(_dated(item, parties)) for item in items if item.passed]
    if passed:
        lines += [section(bold(markup.PASSED)), *passed]
    row = actions(button("Calendar (.ics)", f"{RUN}_0", as_file)) if as_file else ()
    return assemble(notice, head, lines, row, left_out)


def _dated(item: Upcoming, parties: Parties) -> str:
    pays = ", ".join(markup.flagged(code, code, parties) for code in item.partners[:6])
    whom = f"{markup.flagged(item.imposer, item.imposer, parties)} on {pays}" if pays else ""
    said = f"{escape(item.measure, 160)}: {escape(item.what, 300)}"
    return (
        f"{bold(item.on.isoformat())}  {said}\n{escape(whom, 200)} ({markup.sourced(item.source)})"
    )
