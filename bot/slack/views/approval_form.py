"""The modal in which an operator edits a proposed rate before approving it.

The id of each block is the name of a field of `ApprovalForm`, so that Slack shows an error at the
field that causes it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.parties import WORLD, Parties
from bot.proposals.approval.terms import NEW, ApprovalForm
from bot.rates.model.answer import format_percent
from bot.rates.model.measure import Measure
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import section
from bot.slack.blockkit.mrkdwn import cut
from bot.text.single_line import to_single_line

Values = dict[str, Any]
"""A view, a block or an element as JSON values."""

TERMS = "rate_terms"
"""The callback id of the modal. The modal's private metadata is the id of the proposal."""
_FIELD = "field"
_NOTE_CHARACTERS = 500
_TEXT_CHARACTERS = 200


def render_form(
    proposal_id: str,
    form: ApprovalForm,
    measures: Sequence[Measure],
    summary: str,
    parties: Parties,
) -> Values:
    """The modal with the values of the form. `summary` is markup that describes the proposal."""
    new = "Only for a new measure"
    goods = f"{new}: words or HS codes; empty for all goods"
    return {
        **_make_modal("Cancel", summary),
        "callback_id": TERMS,
        "private_metadata": proposal_id,
        "submit": _make_plain("Approve", limits.VIEW_TITLE_CHARACTERS),
        "blocks": [
            section(summary),
            _make_text_field(
                "percent", "Rate in percent", form.percent, "Ad valorem, such as 12.5"
            ),
            _make_day_field(form.day),
            _make_measure_field(form.measure, measures, parties),
            _make_text_field("legal_basis", "Legal basis", form.legal_basis, new, optional=True),
            _make_text_field(
                "partner", "Partner", form.partner, f"{new}; `all` for all partners", optional=True
            ),
            _make_text_field("product", "Goods", form.product, goods, optional=True),
            _make_text_field(
                "link", "Source", form.link, "The address of the document", optional=True
            ),
            _make_text_field("note", "Note", form.note, "Shown in answers", optional=True),
        ],
    }


def render_closing(markup: str) -> Values:
    """A modal that replaces the form and shows only a text."""
    return _make_modal("Close", markup)


def _make_modal(close: str, markup: str) -> Values:
    return {
        "type": "modal",
        "title": _make_plain("Approve a rate", limits.VIEW_TITLE_CHARACTERS),
        "close": _make_plain(close, limits.VIEW_TITLE_CHARACTERS),
        "blocks": [section(markup)],
    }


def read_form(view: Mapping[str, Any]) -> ApprovalForm:
    """The submitted values. Slack leaves out empty fields; here they are empty text."""
    values = (view.get("state") or {}).get("values") or {}
    return ApprovalForm(
        **{
            name: _read_value((values.get(name) or {}).get(_FIELD))
            for name in ApprovalForm.model_fields
        }
    )


def _read_value(state: Any) -> str:
    if not isinstance(state, dict):
        return ""
    chosen = (state.get("selected_option") or {}).get("value")
    return str(chosen or state.get("selected_date") or state.get("value") or "")


def _make_text_field(
    name: str, label: str, value: str, hint: str, *, optional: bool = False
) -> Values:
    size = {"note": _NOTE_CHARACTERS, "link": limits.URL_CHARACTERS}.get(name, _TEXT_CHARACTERS)
    element: Values = {"type": "plain_text_input", "max_length": size}
    if held := to_single_line(value)[:size]:
        element["initial_value"] = held
    return _make_input(name, label, element, hint, optional=optional)


def _make_day_field(value: str) -> Values:
    element: Values = {"type": "datepicker"}
    if value:
        element["initial_date"] = value
    return _make_input("day", "First day", element, "The first day on which the rate is charged")


def _make_measure_field(chosen: str, measures: Sequence[Measure], parties: Parties) -> Values:
    options = [_make_option(measure, parties) for measure in measures[: limits.OPTIONS - 1]]
    new = _make_plain("A new measure, added to the others", limits.OPTION_CHARACTERS)
    options.append({"text": new, "value": NEW})
    element: Values = {"type": "static_select", "options": options}
    if initial := next((one for one in options if one["value"] == chosen), None):
        element["initial_option"] = initial
    hint = "It gets the rate from that day, for all its goods and partners"
    return _make_input("measure", "Measure", element, hint)


def _make_option(measure: Measure, parties: Parties) -> Values:
    """A choice for a measure: its name, its newest rate and, if it has several, its partners."""
    last = measure.periods[-1].percent if measure.periods else None
    rate = f" ({format_percent(last)}%)" if last is not None else ""
    whom = ""
    if WORLD in measure.partners:
        whom = ", on all partners"
    elif len(measure.partners) > 1:
        first = parties.get(measure.partners[0]).name
        whom = f", on {first} and {len(measure.partners) - 1} more"
    room = max(limits.OPTION_CHARACTERS - len(rate) - len(whom), 20)
    name = f"{cut(measure.name, room)}{whom}{rate}"
    return {"text": _make_plain(name, limits.OPTION_CHARACTERS), "value": measure.id}


def _make_input(
    name: str, label: str, element: Values, hint: str, *, optional: bool = False
) -> Values:
    return {
        "type": "input",
        "block_id": name,
        "label": _make_plain(label, limits.OPTION_CHARACTERS),
        "element": {**element, "action_id": _FIELD},
        "hint": _make_plain(hint, limits.OPTION_CHARACTERS),
        "optional": optional,
    }


def _make_plain(text: str, limit: int) -> Values:
    return {"type": "plain_text", "text": cut(to_single_line(text), limit), "emoji": False}
