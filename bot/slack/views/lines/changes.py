"""Renders the report of duties that changed on the lines of a list."""

from collections.abc import Sequence
from itertools import accumulate

from bot.alerts.watch.facts import ChangedDuties
from bot.parties import Parties
from bot.render.lines import describe_change, format_count
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import Block, Message, assemble, context, section
from bot.slack.blockkit.mrkdwn import bold, escape
from bot.text.dates import format_day

_MOST_LINES = 100
_LINES_IN_SECTION = 10
_ROOM = limits.MESSAGE_CHARACTERS * 3 // 4
"""Characters for the lines, so that the whole message fits."""


def render_changed_duties(changed: ChangedDuties, parties: Parties) -> Message:
    """The lines of a list whose duties changed in the data, with the old and the new duty. The
    days may be to come, and a change may be that a rate was taken back."""
    count = len(changed.first) + changed.more
    title = f"New in our data: the duty on {count:,} of your {format_count(changed.of)}"
    described = [describe_change(one, parties) for one in changed.first]
    text = title if len(described) > 1 else f"{title}: {escape(described[0], 300)}"
    blocks = list_lines(described, changed.more)
    if (following := changed.next) is not None:
        when, lines = format_day(following.on), format_count(following.lines)
        blocks.append(context(f"Next known change: {when}, on {lines}."))
    return assemble(text, [section(bold(title))], blocks)


def list_lines(lines: Sequence[str], more: int = 0) -> list[Block]:
    """The first lines of text, several in each section, and the number of the others; `more` is the
    number of those that are not among `lines`."""
    escaped = [escape(one, 280) for one in lines[:_MOST_LINES]]
    sizes = accumulate(len(one) + 2 for one in escaped)
    shown = [one for one, size in zip(escaped, sizes, strict=True) if size <= _ROOM]
    blocks = [
        section("\n".join(shown[at : at + _LINES_IN_SECTION]))
        for at in range(0, len(shown), _LINES_IN_SECTION)
    ]
    left = len(lines) - len(shown) + more
    return [*blocks, context(f"… and {left:,} more")] if left else blocks
