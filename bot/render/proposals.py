"""Proposals and what was decided on them, as lines for a terminal and as JSON."""

from collections.abc import Iterator, Sequence

from bot.proposals.approval.amendments import Amendment
from bot.proposals.approval.audit import AuditEntry, ProposalRecord
from bot.rates.model.answer import format_percent


def build_record_json(filed: ProposalRecord, acts: Sequence[AuditEntry]) -> dict[str, object]:
    """The proposal's own fields, its state, its decision and the record; percents as strings."""
    decision = filed.decision.model_dump(mode="json", by_alias=True) if filed.decision else None
    return {
        **filed.proposal.model_dump(mode="json"),
        "state": filed.state.value,
        "decision": decision,
        "record": [act.model_dump(mode="json") for act in acts],
    }


def render_record_lines(filed: ProposalRecord, acts: Sequence[AuditEntry]) -> Iterator[str]:
    """What is proposed, who says so, and the record of decisions."""
    said = filed.proposal
    old, new = (format_percent(one) for one in (said.old_rate, said.new_percent))
    when = f"from {said.effective_on}" if said.effective_on else "from when is not said"
    goods = said.product or "goods in general"
    pair = f"{said.imposer} on {said.partner or '?'}, {goods}"
    yield f"{said.id}  {filed.state}  {pair}: {old or '?'}% -> {new or '?'}% {when}"
    for witness in said.said_by:
        link = f" <{witness.link}>" if witness.link else ""
        yield f"    {witness.published:%Y-%m-%d %H:%M}Z {witness.source}{link}"
    for act in acts:
        terms = f": {_format_terms(act.amendment)}" if act.amendment else ""
        who = act.by.name if act.by.name == act.by.id else f"{act.by.name} ({act.by.id})"
        note = f" ({act.note})" if act.note else ""
        yield f"    {act.at:%Y-%m-%d %H:%M}Z {act.what} by {who} on {act.source}{terms}{note}"


def _format_terms(made: Amendment) -> str:
    return f"{made.measure_id} {format_percent(made.percent)}% from {made.from_}"
