"""Adds to messages which lines of the conversation's list they touch, and shows these lines."""

from collections.abc import Iterator
from dataclasses import replace

from bot import COMMAND
from bot.commands.lines.replies import TouchedLines
from bot.lines.model import ListedLine
from bot.parties import Parties
from bot.render.lines import describe_change, format_count
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import (
    Block,
    Message,
    assemble,
    button,
    context,
    count_characters,
    section,
)
from bot.slack.blockkit.mrkdwn import bold
from bot.slack.views.lines.changes import list_lines
from bot.slack.views.replies import render_notice

SHOW_TOUCHED = "lines_touched"
ASKED, OF_PROPOSAL = "ask", "proposal"
"""The value of the button is one of these words with a question or the id of a proposal, or the id
of a delivery."""
_NO_DUTIES = f"News by itself changes no rate. `{COMMAND} my` shows the duties of your lines."


def add_touched(
    messages: tuple[Message, ...], reply: TouchedLines | None, value: str
) -> tuple[Message, ...]:
    """The messages of a delivery, the first of them with the number of lines that it touches and a
    button that shows them. If it has no room, a further message says so."""
    if reply is None or not reply.touched:
        return messages
    what = f"Touches {_count(reply)}"
    block = section(f"Touches {bold(_count(reply))}", button("Show lines", SHOW_TOUCHED, value))
    first, *rest = messages
    grown = _insert(first, block, what)
    if grown is not None:
        return (grown, *rest)
    return (*messages, Message(what, (block,)))


def _insert(message: Message, block: Block, what: str) -> Message | None:
    """The message with the block above its buttons; None if it has no room."""
    text = f"{message.text}\n{what}"
    if len(text) > limits.NOTICE_CHARACTERS:
        text = message.text
    blocks = message.blocks
    at = next((n for n, each in enumerate(blocks) if each["type"] == "actions"), len(blocks))
    grown = (*blocks[:at], block, *blocks[at:])
    size = len(text) + count_characters(grown)
    if len(grown) > limits.MESSAGE_BLOCKS or size > limits.MESSAGE_CHARACTERS:
        return None
    instead = message.instead and _insert(message.instead, block, what)
    return replace(message, text=text, blocks=grown, instead=instead or message.instead)


def render_touched(reply: TouchedLines | None, parties: Parties) -> Message:
    """The lines that a message touches. Those whose duties change have the old and the new duty."""
    if reply is None or not reply.touched:
        return render_notice("This touches no lines of this conversation's list.")
    title = f"Touches {_count(reply)}"
    lines = list(_describe(reply, parties))
    tail = [] if reply.effects else [context(_NO_DUTIES)]
    return assemble(title, [section(bold(title))], list_lines(lines), tail)


def _describe(reply: TouchedLines, parties: Parties) -> Iterator[str]:
    if reply.effects:
        yield from (describe_change(one, parties) for one in reply.effects)
    else:
        yield from (_describe_line(one, parties) for one in reply.touched)


def _describe_line(line: ListedLine, parties: Parties) -> str:
    label = f" ({line.label})" if line.label else ""
    return f"{line.written_code} {parties.get(line.origin).name}{label}"


def _count(reply: TouchedLines) -> str:
    return f"{len(reply.touched):,} of your {format_count(reply.count)}"
