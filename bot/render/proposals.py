"""Renders proposals with their decisions, as lines for a terminal and as JSON."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.proposals.approval.amendments import Amendment
from bot.proposals.approval.audit import AuditEntry, ProposalRecord
from bot.text.dates import format_day
from bot.text.percent import format_percent


def build_record_json(filed: ProposalRecord, acts: Sequence[AuditEntry]) -> dict[str, object]:
    """The fields of the proposal, its state, decision and audit log; percents are strings."""
    decision = filed.decision.model_dump(mode="json", by_alias=True) if filed.decision else None
    return {
        **filed.proposal.model_dump(mode="json"),
        "state": filed.state.value,
        "decision": decision,
        "record": [act.model_dump(mode="json") for act in acts],
    }


def render_record_lines(filed: ProposalRecord, acts: Sequence[AuditEntry]) -> Iterator[str]:
    """The proposed rate or the ruling, then one line for each source and each audit entry."""
    proposal = filed.proposal
    old, new = (format_percent(one) for one in (proposal.old_rate, proposal.new_percent))
    start = proposal.effective_on
    when = f"from {format_day(start)}" if start else "date not stated"
    goods = proposal.product or "goods in general"
    pair = f"{proposal.imposer} on {proposal.partner or '?'}, {goods}"
    change = f"{pair}: {old or '?'}% -> {new or '?'}% {when}"
    if proposal.ruling:
        ruling = proposal.ruling.replace("_", " ")
        change = f"{proposal.imposer}, duties under {proposal.basis}: {ruling}"
    yield f"{proposal.id}  {filed.state}  {change}"
    for source in proposal.said_by:
        link = f" <{source.link}>" if source.link else ""
        yield f"    {_format_moment(source.published)} {source.source}{link}"
    for act in acts:
        terms = f": {_format_terms(act.amendment)}" if act.amendment else ""
        who = act.by.name if act.by.name == act.by.id else f"{act.by.name} ({act.by.id})"
        note = f" ({act.note})" if act.note else ""
        yield f"    {_format_moment(act.at)} {act.what} by {who} on {act.source}{terms}{note}"


def _format_moment(moment: datetime) -> str:
    return f"{format_day(moment)} {moment:%H:%M} UTC"


def _format_terms(amendment: Amendment) -> str:
    rate = f"{format_percent(amendment.percent)}%"
    return f"{amendment.measure_id} {rate} from {format_day(amendment.from_)}"
