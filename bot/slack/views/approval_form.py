"""The modal in which an operator edits a proposed rate before approving it.

The id of each block is the name of a field of `ApprovalForm`, so that Slack shows an error at the
field that causes it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.parties import WORLD, Parties
from bot.proposals.approval.terms import NEW, ApprovalForm
from bot.rates.model.measure import Measure
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import Block, section
from bot.slack.blockkit.forms import (
    View,
    day_input,
    make_input,
    make_modal,
    menu,
    read_values,
    text_input,
)
from bot.slack.blockkit.mrkdwn import cut
from bot.text.percent import format_percent

TERMS = "rate_terms"
"""The callback id of the modal. The modal's private metadata is the id of the proposal."""
_TITLE = "Approve a rate"
_NOTE_CHARACTERS = 500
_LINK_CHARACTERS = limits.URL_CHARACTERS


def render_form(
    proposal_id: str,
    form: ApprovalForm,
    measures: Sequence[Measure],
    summary: str,
    parties: Parties,
) -> View:
    """The modal with the values of the form. `summary` is markup that describes the proposal."""
    new = "Only for a new measure"
    goods = f"{new}: words or HS codes; empty for all goods"
    partner = f"{new}; `all` for all partners"
    address, shown, link = "The address of the document", "Shown in answers", form.link
    blocks = [
        section(summary),
        text_input("percent", "Rate in percent", form.percent, "Ad valorem, such as 12.5"),
        day_input("day", "First day", form.day, "The first day on which the rate is charged"),
        _make_measure_field(form.measure, measures, parties),
        text_input("legal_basis", "Legal basis", form.legal_basis, new, optional=True),
        text_input("partner", "Partner", form.partner, partner, optional=True),
        text_input("product", "Goods", form.product, goods, optional=True),
        text_input("link", "Source", link, address, optional=True, longest=_LINK_CHARACTERS),
        text_input("note", "Note", form.note, shown, optional=True, longest=_NOTE_CHARACTERS),
    ]
    return make_modal(
        _TITLE, blocks, close="Cancel", submit="Approve", callback_id=TERMS, metadata=proposal_id
    )


def render_closing(markup: str) -> View:
    """A modal that replaces the form and shows only a text."""
    return make_modal(_TITLE, [section(markup)])


def read_form(view: Mapping[str, Any]) -> ApprovalForm:
    """The submitted values. Slack leaves out empty fields; here they are empty text."""
    values = read_values(view)
    return ApprovalForm(**{name: values.get(name, "") for name in ApprovalForm.model_fields})


def _make_measure_field(chosen: str, measures: Sequence[Measure], parties: Parties) -> Block:
    options = {
        measure.id: _name_option(measure, parties) for measure in measures[: limits.OPTIONS - 1]
    }
    options[NEW] = "A new measure, added to the others"
    hint = "It gets the rate from that day, for all its goods and partners"
    return make_input("measure", "Measure", menu(options, chosen), hint)


def _name_option(measure: Measure, parties: Parties) -> str:
    """The label of a choice: the measure, its newest rate and, if it has several, its partners."""
    last = measure.periods[-1].percent if measure.periods else None
    rate = f" ({format_percent(last)}%)" if last is not None else ""
    whom = ""
    if WORLD in measure.partners:
        whom = ", on all partners"
    elif len(measure.partners) > 1:
        first = parties.get(measure.partners[0]).name
        whom = f", on {first} and {len(measure.partners) - 1} more"
    room = max(limits.OPTION_CHARACTERS - len(rate) - len(whom), 20)
    return f"{cut(measure.name, room)}{whom}{rate}"
