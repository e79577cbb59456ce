"""The modals in which a person pastes lines, corrects them, and saves them.

    paste | check | correct the wrong rows | check again | save

A file that is sent to the bot leads to the same second modal.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from bot import COMMAND
from bot.commands.lines.replies import LinesRefusal, PendingReview, RemovedLines, SavedLines
from bot.lines.difference import ImportMode
from bot.lines.validation import ImportedRow
from bot.render import lines as words
from bot.slack.blockkit.blocks import Block, Message, actions, button, context, section
from bot.slack.blockkit.forms import (
    View,
    make_input,
    make_modal,
    radio_buttons,
    read_values,
)
from bot.slack.blockkit.mrkdwn import bold, escape, mention_person
from bot.slack.views.entry.results import render_text
from bot.slack.views.replies import render_notice
from bot.text.single_line import to_single_line
from bot.values import Frozen

FORM, REVIEW = "lines_form", "lines_review"
"""The callback ids of the two modals. The private metadata of the second is the import's id."""
OPEN = "lines_open"
"""Begins the action ids of the buttons under a file. The value is the import's id and a mode."""
LINES, MODE = "lines", "mode"
"""The block ids of the fields of the first modal."""
CORRECTED = "corrected"
"""Begins the block id of the field for wrong rows. The import's id follows, because Slack keeps
the text that a person typed if the next modal has a field of the same id."""
TITLE = "Tariff lines"

MOST_CHARACTERS = 3_000
"""Characters of a field for text. A longer text is cut off, without a word to the bot
(reference/block-kit/block-elements/plain-text-input-element)."""
_LIMIT = f"Lists of {MOST_CHARACTERS:,} characters or more, about 50 lines"
_MOST_SHOWN, _IN_SECTION = 15, 10
_LONGEST_COLUMNS = 700
_MODES = {
    ImportMode.ADD.value: "Add to the list",
    ImportMode.REPLACE.value: "Replace the list",
}


class LinesFormState(Frozen):
    """Where and when the form was opened, and whose list it is about."""

    conversation: str
    opened_at: datetime
    for_channel: bool = False


def render_form(state: LinesFormState) -> View:
    """The form to paste lines."""
    whose = "The list of this channel" if state.for_channel else "Your own list, which only you see"
    hint = "One line per row: 8507.60.00 CN batteries"
    more = f"{_LIMIT}: send me a CSV or XLSX file in a direct message."
    if state.for_channel:
        more = f"{_LIMIT}: post a CSV or XLSX file in the channel and mention me."
    mode = radio_buttons(_MODES, ImportMode.ADD.value)
    blocks = [
        context(f"{whose}. {more}"),
        _make_text(LINES, "Code, origin and label", "", hint),
        make_input(MODE, "What to do", mode),
    ]
    return make_modal(
        TITLE,
        blocks,
        close="Cancel",
        submit="Check",
        callback_id=FORM,
        metadata=state.model_dump_json(exclude_defaults=True),
    )


def read_state(view: Mapping[str, Any]) -> LinesFormState | None:
    """Where the form was opened; None if another version of the bot made it."""
    try:
        return LinesFormState.model_validate_json(str(view.get("private_metadata") or ""))
    except ValidationError:
        return None


def read_form(view: Mapping[str, Any]) -> tuple[str, ImportMode]:
    """The pasted text, and what to do with it."""
    values = read_values(view)
    mode = values.get(MODE, ImportMode.ADD.value)
    return values.get(LINES, ""), read_mode(mode) or ImportMode.ADD


def read_mode(value: str) -> ImportMode | None:
    """The mode in a payload; None if it has none."""
    return ImportMode(value) if value in _MODES else None


def render_review(review: PendingReview) -> View:
    """What the import would do, and the wrong rows with a field to correct them."""
    difference, checked = review.proposed.difference, review.proposed.checked
    differing = list(words.list_differing(difference))
    blocks: list[Block] = [section(bold(escape(words.describe_difference(difference))))]
    blocks += _make_list(differing)
    blocks += _make_list([words.describe_note(one) for one in checked.noted])
    if columns := review.proposed.columns:
        blocks.append(context(escape(words.describe_columns(columns), _LONGEST_COLUMNS)))
    if unchecked := words.describe_unchecked(checked.lines):
        blocks.append(context(unchecked))
    correctable = ""
    if checked.wrong:
        count = len(checked.wrong)
        blocks.append(section(bold(_count_wrong(count))))
        blocks += _make_list([words.describe_wrong(one) for one in checked.wrong])
        wrong = {one.row for one in checked.wrong}
        correctable = _write_rows([one for one in review.rows if one.row in wrong])
        if len(correctable) < MOST_CHARACTERS:
            hint = "Only the wrong rows. Leave empty to skip them"
            name = f"{CORRECTED}_{review.key}"
            field = _make_text(name, "Correct them", correctable, hint, optional=True)
            blocks.append(field)
        else:
            blocks.append(context("Correct them in the file and send it again, or save the rest."))
            correctable = ""
    may_save = bool(difference) and bool(difference.lines) and not difference.is_too_long
    submit = "Check again" if correctable else "Save" if may_save else ""
    return make_modal(
        TITLE, blocks, close="Cancel", submit=submit, callback_id=REVIEW, metadata=review.key
    )


def read_correction(view: Mapping[str, Any]) -> str | None:
    """The corrected rows; None if the modal has no field for them."""
    name = find_correction(view)
    return read_values(view).get(name, "") if name else None


def find_correction(view: Mapping[str, Any]) -> str:
    """The block id of the field for wrong rows; empty if the modal has none."""
    names = (str(one.get("block_id") or "") for one in view.get("blocks") or ())
    return next((one for one in names if one.startswith(f"{CORRECTED}_")), "")


def render_saved(saved: SavedLines, warning: str = "") -> View:
    """Confirms that the list was saved. `warning` is markup."""
    done = escape(words.describe_difference(saved.proposed.difference))
    command = f"{COMMAND} my channel" if saved.for_channel else f"{COMMAND} my"
    text = f"{bold('Saved')}: {done}. `{command}` shows today's duties."
    return render_text(f"{text}\n{warning}".strip(), TITLE)


def render_list_changed(user: str, saved: SavedLines) -> Message:
    """Says in a channel who changed its list, and how much."""
    done = escape(words.describe_difference(saved.proposed.difference))
    who = mention_person(user) or "Someone"
    use = f"`{COMMAND} my channel` shows it."
    return render_notice(f"{who} changed the tariff lines of this channel: {done}. {use}")


def render_list_removed(user: str, reply: RemovedLines) -> Message:
    """Says in a channel who removed its list, or lines of it."""
    who, count = mention_person(user) or "Someone", words.format_count(reply.lines)
    if reply.some:
        left = words.format_count(reply.left)
        return render_notice(f"{who} removed {count} of this channel's list. It has {left} now.")
    return render_notice(f"{who} removed the tariff lines of this channel ({count}).")


def render_refused(refused: LinesRefusal) -> View:
    """Says why nothing was saved."""
    return render_text(escape(refused.cause), TITLE)


def render_file_read(name: str, review: PendingReview, *, for_channel: bool = False) -> Message:
    """What a file would do to the list, with the buttons that open the second modal."""
    checked, before = review.proposed.checked, review.proposed.before.lines
    count = len(checked.lines)
    wrong = f", {_count_wrong(len(checked.wrong))}" if checked.wrong else ""
    text = f"{escape(name, 100)}: {words.format_count(count)}{wrong}. Nothing is saved yet."
    if before:
        whose = "the channel's list" if for_channel else "my list"
        labels = {ImportMode.REPLACE: f"Replace {whose}", ImportMode.ADD: f"Add to {whose}"}
    else:
        labels = {ImportMode.REPLACE: "Check and save"}
    row = [
        button(label, f"{OPEN}_{mode.value}", f"{review.key} {mode.value}")
        for mode, label in labels.items()
    ]
    columns = review.proposed.columns
    read = [context(escape(words.describe_columns(columns), _LONGEST_COLUMNS))] if columns else []
    return Message(text, (section(text), *read, *actions(*row)))


def _count_wrong(count: int) -> str:
    return "1 row cannot be imported" if count == 1 else f"{count:,} rows cannot be imported"


def _make_text(
    block_id: str, label: str, value: str, hint: str, *, optional: bool = False
) -> Block:
    """A field for several lines of text."""
    element = {
        "type": "plain_text_input",
        "multiline": True,
        "max_length": MOST_CHARACTERS,
        **({"initial_value": value} if value else {}),
    }
    return make_input(block_id, label, element, hint, optional=optional)


def _make_list(texts: Sequence[str]) -> list[Block]:
    if not texts:
        return []
    shown = [escape(one, 280) for one in texts[:_MOST_SHOWN]]
    if len(texts) > _MOST_SHOWN:
        shown.append(f"… and {len(texts) - _MOST_SHOWN:,} more")
    parts = (shown[at : at + _IN_SECTION] for at in range(0, len(shown), _IN_SECTION))
    return [section("\n".join(one)) for one in parts]


def _write_rows(rows: Sequence[ImportedRow]) -> str:
    cells = [map(to_single_line, (one.code, one.origin, one.label)) for one in rows]
    return "\n".join("\t".join(each).rstrip() for each in cells)
