"""Renders a proposed rate for operators: the ledger's rate, the reported rate, the sources, and the
buttons.

After a decision, the same message says who decided, what and when they decided, and the approved
terms.
"""

from collections.abc import Iterator
from datetime import date

from bot import COMMAND
from bot.commands.replies import ProposalList
from bot.errors import AmendmentRefused
from bot.parties import Parties
from bot.proposals.approval.amendments import Amendment
from bot.proposals.approval.audit import Decision, ProposalRecord, State
from bot.proposals.approval.decisions import DecisionResult
from bot.proposals.model import LedgerRate, Proposal, ReportSource
from bot.slack.blockkit.blocks import Block, Message, actions, assemble, button, context, section
from bot.slack.blockkit.mrkdwn import bold, escape, format_moment, link, mention_person, quote_text
from bot.slack.views.data_checks import render_last_checks
from bot.slack.views.figures import format_party
from bot.slack.views.replies import mark_repeat, render_notice
from bot.text.dates import format_day
from bot.text.percent import format_percent
from bot.text.single_line import to_single_line

APPROVE, EDIT, REJECT, UNDO = "rate_approve", "rate_edit", "rate_reject", "rate_take_back"

_OTHER_SOURCES = 6
_PARTS = 5


def render_proposal(
    record: ProposalRecord, parties: Parties, *, may_repeat: bool = False
) -> Message:
    """The message about one proposal. `may_repeat` marks it as a possible repetition of an earlier
    message."""
    proposal, decision = record.proposal, record.decision
    title, change = _format_title(record), _format_change(proposal, parties)
    head = [section(f"{title}\n{change}"), section("\n".join(_describe_grounds(proposal)))]
    if decision is None:
        tail = [section(_describe_effect(proposal)), *_make_buttons(proposal)]
    else:
        undo = actions(button("Undo", UNDO, proposal.id))
        tail = [section(_describe_decision(decision)), *undo]
    asked = "you are" if decision is None else "you were"
    why = f"Why {asked} asked: {escape(proposal.why, 500)}"
    tail.append(context(why, mark_repeat(may_repeat)))
    return assemble(f"{to_single_line(title)} {change}", head, (), tail)


def render_proposal_list(reply: ProposalList, parties: Parties) -> Message:
    """The number of pending proposals. Each of the first proposals is shown with its buttons."""
    ages = render_last_checks(reply.last_checks, parties)
    if not reply.first:
        none = render_notice("No proposals are pending.")
        return Message(none.text, (*none.blocks, *ages))
    title = f"{reply.count} pending proposal{'' if reply.count == 1 else 's'}"
    if reply.held_back:
        title += f", {reply.held_back} of them not posted because their feed has too many"
    rows: list[Block] = []
    for record in reply.first:
        proposal = record.proposal
        lines = (
            _format_change(proposal, parties),
            _format_source(proposal.said_by[0]),
            _describe_effect(proposal),
        )
        rows += [section("\n".join(lines)), *_make_buttons(proposal)]
    left = reply.count - len(reply.first)
    more = f"… and {left} more: decide on these, then `{COMMAND} proposals` again."
    return assemble(
        title, [section(bold(title))], rows, [*([context(more)] if left else []), *ages]
    )


def render_decision_result(result: DecisionResult) -> Message:
    """Tells the person who clicked what the result is."""
    decision = result.record.decision
    if decision is None:
        return render_notice("Undone. The proposal is pending again.")
    already = "" if result.is_new else "Nothing changed: already decided. "
    return render_notice(already + _describe_decision(decision))


def render_amendment_refused(error: AmendmentRefused) -> Message:
    """Says why the rate does not fit the ledger."""
    cure = f" {escape(error.cure, 300)}." if error.cure else ""
    return render_notice(f"Nothing changed: {escape(error.cause, 500)}.{cure}")


def _format_title(record: ProposalRecord) -> str:
    match record.state:
        case State.APPROVED:
            return bold("Approved rate")
        case State.REJECTED:
            return bold("Rejected rate")
        case _ if record.proposal.ruling:
            return bold("Reported court ruling to decide on")
        case _ if record.proposal.already:
            return bold("Reported rate, now in our data")
        case _:
            return bold("Reported rate to decide on")


def _format_change(proposal: Proposal, parties: Parties) -> str:
    """The proposed change or the reported ruling in one line.

    Example: `United States on China, steel: 75% in total → 110% from 1 Dec 2026`.
    """
    imposer = format_party(proposal.imposer, parties)
    if proposal.ruling:
        ruling = proposal.ruling.value.replace("_", " ")
        return f"{imposer}, duties under {escape(proposal.basis, 100)}: {bold(ruling)}"
    partner = format_party(proposal.partner, parties) if proposal.partner else "an unnamed partner"
    old, new = format_percent(proposal.old_rate), format_percent(proposal.new_percent)
    before = "?" if old is None else f"{old}%"
    if proposal.old_part is None and len(proposal.old_parts) > 1:
        before += " in total"
    after = "a new rate" if new is None else f"{new}%"
    day = proposal.effective_on
    when = f" from {format_day(day)}" if day else ", first day not stated"
    goods = escape(proposal.product, 100) or "goods in general"
    return f"{imposer} on {partner}, {goods}: {bold(f'{before} → {after}')}{when}"


def _describe_grounds(proposal: Proposal) -> list[str]:
    """The ledger's rates, a quotation from the report, and other sources that report the rate."""
    lines, total = [], format_percent(proposal.old_percent)
    if not proposal.partner and not proposal.ruling:
        lines.append("It does not name a single partner, so there is no current rate to compare.")
    elif proposal.old_parts:
        parts = [_format_rate(one) for one in proposal.old_parts]
        more = [f"{len(parts) - _PARTS} more"] if len(parts) > _PARTS else []
        known = "; ".join([*parts[:_PARTS], *more])
        if proposal.old_percent and len(parts) > 1:
            known += f" ({total}% in total)"
        lines.append(f"Our data for {format_day(proposal.old_on)}: {known}")
    else:
        none = "no single rate" if total is None else "no additional duty"
        lines.append(f"Our data for {format_day(proposal.old_on)}: {none}")
    if proposal.coming:
        ahead = [
            f"{_format_rate(rate)} from {format_day(rate.from_)}"
            for rate in proposal.coming[:_PARTS]
        ]
        more = [f"{len(proposal.coming) - _PARTS} more"] if len(proposal.coming) > _PARTS else []
        lines.append(f"Scheduled: {'; '.join([*ahead, *more])}")
    first, *others = proposal.said_by
    lines.append(f"{_format_source(first)}: {quote_text(first.quote, 400)}" if first.quote else "")
    if others:
        also = [_format_source(one) for one in others[:_OTHER_SOURCES]]
        more = [f"{len(others) - _OTHER_SOURCES} more"] if len(others) > _OTHER_SOURCES else []
        lines.append(f"Also reported by {'; '.join([*also, *more])}")
    return [line for line in lines if line]


def _format_source(source: ReportSource) -> str:
    return f"{link(source.link, source.source, 200)}, {format_moment(source.published)}"


def _describe_effect(proposal: Proposal) -> str:
    """The effect of an approval or, if it is not possible yet, the missing facts."""
    if proposal.already:
        return (
            f"Our data now has this rate: {bold(escape(proposal.already, 250))}. *Reject* closes "
            "this proposal; *Edit* sets the rate for another duty."
        )
    new, day, part = format_percent(proposal.new_percent), proposal.effective_on, proposal.old_part
    if part is not None and new is not None and day is not None:
        if proposal.same_day is not None:
            return (
                f"Our data already has {_format_rate(proposal.same_day)} from that day, so "
                "*Approve* is refused: undo that approval, or *Edit* the day or the duty."
            )
        return " ".join(_describe_change(proposal, part, new, day))
    missing = [
        *(["the rate"] if new is None else []),
        *(["its first day"] if day is None else []),
        *(["which duty it changes, or whether it is a new one"] if part is None else []),
    ]
    return f"*Approve* opens a form for what is missing: {', '.join(missing)}."


def _describe_change(proposal: Proposal, part: LedgerRate, new: str, day: date) -> Iterator[str]:
    yield (
        f"*Approve* sets {bold(escape(part.name, 200))} to {bold(f'{new}%')} from "
        f"{bold(format_day(day))}; until then it stays at {format_percent(part.percent)}%"
        + ("." if proposal.until == part.percent else f", then {format_percent(proposal.until)}%.")
    )
    if proposal.follows is not None:
        later, rate = format_day(proposal.follows.from_), format_percent(proposal.follows.percent)
        yield f"From {later} it is {rate}%."
    if len(proposal.old_parts) > 1:
        yield "Other duties do not change."


def _format_rate(one: LedgerRate) -> str:
    return f"{format_percent(one.percent)}% {escape(one.name, 120)}"


def _make_buttons(proposal: Proposal) -> tuple[Block, ...]:
    # Without a measure, a rate and a first day, the button opens a form, which asks for them.
    is_complete = proposal.old_part is not None and proposal.new_percent is not None
    question = _describe_effect(proposal) if is_complete and proposal.effective_on else ""
    approve = [
        button(
            "Approve",
            APPROVE,
            f"{proposal.id} {proposal.terms}",
            style="primary",
            confirm=question.replace("*", ""),
        )
    ]
    return actions(
        *([] if proposal.already else approve),
        button("Edit", EDIT, proposal.id),
        button("Reject", REJECT, proposal.id, style="danger"),
    )


def _describe_decision(decision: Decision) -> str:
    who = mention_person(decision.by.id) or escape(decision.by.name, 100)
    changes = " with changes" if decision.edited else ""
    verb = {State.APPROVED: f"Approved{changes}", State.REJECTED: "Rejected"}[decision.state]
    lines = [f"{verb} by {who}, {format_moment(decision.at)}."]
    if decision.amendment is not None:
        lines.append(_describe_amendment(decision.amendment))
    return "\n".join(lines)


def _describe_amendment(made: Amendment) -> str:
    rate = bold(f"{format_percent(made.percent)}%")
    source = link(made.source.url or "", made.source.text, 300)
    what = escape(made.name, 200) + ("" if made.measure else ", a new measure")
    note = f" {escape(made.note, 300)}" if made.note else ""
    return f"{what}: {rate} from {format_day(made.from_)}. Source: {source}.{note}"
