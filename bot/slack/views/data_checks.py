"""Renders the age of the rates for operators, with buttons to confirm that nothing changed."""

from collections.abc import Mapping
from datetime import date

from bot.parties import Parties
from bot.proposals.approval.data_checks import DataCheck
from bot.slack.blockkit.blocks import Block, Message, actions, button, context
from bot.slack.blockkit.mrkdwn import bold, escape, format_moment
from bot.slack.views.replies import render_notice
from bot.text.dates import format_day

CONFIRM, UNDO_CONFIRM = "data_unchanged", "data_unchanged_undo"

_MAX_BUTTONS = 5


def render_confirm_buttons(imposers: tuple[str, ...], parties: Parties) -> list[Block]:
    """A row with a button for each imposer; no blocks if there are no imposers."""
    known = [code for code in imposers if code in parties][:_MAX_BUTTONS]
    if not known:
        return []
    texts = ((code, f"Nothing changed: {parties.get(code).name}") for code in known)
    return list(actions(*(button(text, f"{CONFIRM}_{code.lower()}", code) for code, text in texts)))


def render_last_checks(checks: Mapping[str, date], parties: Parties) -> list[Block]:
    """The day on which the duties of each imposer were last checked, with the buttons."""
    if not checks:
        return []
    days = (f"{escape(parties.get(code).name)} {format_day(day)}" for code, day in checks.items())
    line = context(f"Rates last checked: {', '.join(days)}.")
    return [line, *render_confirm_buttons(tuple(checks), parties)]


def render_confirmed(imposer: str, parties: Parties, *, is_new: bool) -> Message:
    """The reply to a click on *Nothing changed*."""
    name = bold(escape(parties.get(imposer).name))
    if not is_new:
        return render_notice(f"Nothing to record: the rates of {name} were confirmed today.")
    said = f"Recorded: nothing changed in the rates of {name} up to today. Answers show your name."
    undo = actions(button("Undo", UNDO_CONFIRM, imposer))
    return Message(said, (*render_notice(said).blocks, *undo))


def render_check_undone(undone: DataCheck | None, parties: Parties) -> Message:
    """The reply to a click on *Undo*."""
    if undone is None:
        return render_notice("There is no confirmation to undo.")
    name = bold(escape(parties.get(undone.imposer).name))
    by, at = escape(undone.by.name, 100), format_moment(undone.at)
    return render_notice(f"Undone: the confirmation of the rates of {name} by {by}, {at}.")
