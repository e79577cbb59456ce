"""Renders the help: four groups of lines, each with a button that runs it."""

from typing import NamedTuple

from bot import COMMAND
from bot.slack.blockkit.blocks import (
    Block,
    Element,
    Message,
    actions,
    assemble,
    button,
    context,
    section,
)
from bot.slack.blockkit.mrkdwn import bold
from bot.slack.views.replies import CHECK_PRODUCT, RUN


class _Line(NamedTuple):
    """What can be asked for, with its command and the label of its button."""

    what: str
    command: str
    label: str


_GROUPS = {
    "Ask": (
        _Line(
            "Duties of one economy on another; add goods, a code or a day",
            "us china",
            "US and China",
        ),
        _Line("The duty on a product, with a form", "", "Check a product"),
        _Line("Duty changes in the next 60 days", "upcoming", "Upcoming changes"),
    ),
    "Watch": (
        _Line("Get news posted here", "subscribe tariffs", "Subscribe to tariffs"),
        _Line("The subscriptions of this conversation", "list", "List"),
        _Line("Reminders of duty changes here", "reminders", "Reminders"),
    ),
    "News": (
        _Line("The newest stories", "latest", "Latest"),
        _Line("Find stories by topic, economy, goods or words", "find china court", "Find"),
        _Line("Duties that changed in the last 30 days", "changes", "Changes"),
    ),
    "Admin": (
        _Line("The state of the feeds; operators can change them", "feeds", "Feeds"),
        _Line("Reported rates that await an operator's decision", "proposals", "Proposals"),
        _Line("End the subscriptions of this conversation", "unsubscribe", "Unsubscribe"),
    ),
}
_MORE = (
    "what do we pay on shoes from vietnam",
    "us china steel on 2025-04-15",
    "us china history",
    "us china vs vietnam",
    "is section 122 still in force",
    "ieepa refunds",
    "cards",
    "my",
    "what changed in july 2026",
    "table us china",
    "upcoming ics",
    "quiet-weeks on",
    "subscribe tariffs china, japan daily",
    "following",
)
_INTRODUCTION = (
    f"Ask in plain words, here with `{COMMAND}`, in a direct message, or with a mention of me."
)


def render_help() -> Message:
    """All that can be asked for."""
    blocks: list[Block] = [section(_INTRODUCTION)]
    number = 0
    for name, lines in _GROUPS.items():
        blocks.append(section(bold(name)))
        for line in lines:
            blocks.append(section(_describe(line), _make_button(line, number)))
            number += 1
    more = ", ".join(f"`{each}`" for each in _MORE)
    topics = "Topics: `tariffs`, `negotiations`, `court-rulings`, `all`."
    return assemble(_INTRODUCTION, blocks, (), [context(f"More: {more}.", topics)])


def render_short_help() -> Message:
    """A few examples, as the reply to a greeting."""
    text = "Hello. Ask me which duties apply: for example `us china`, or `shoes from vietnam`."
    return assemble(text, [section(text)], (), make_help_buttons())


def make_help_buttons() -> tuple[Block, ...]:
    """A row of buttons that run examples and show the help."""
    lines = (
        _Line("", "us china", "US and China"),
        _Line("", "", "Check a product"),
        _Line("", "upcoming", "Upcoming changes"),
        _Line("", "latest", "Latest news"),
        _Line("", "help", "Help"),
    )
    return actions(*(_make_button(line, number) for number, line in enumerate(lines)))


def _describe(line: _Line) -> str:
    return f"{line.what}: `{line.command}`" if line.command else line.what


def _make_button(line: _Line, number: int) -> Element | None:
    if not line.command:
        return button(line.label, CHECK_PRODUCT)
    return button(line.label, f"{RUN}_{number}", line.command)
