"""A proposed rate as operators see it: what the ledger has, what is said, by whom, and the buttons.

After a decision the same message says who decided what, when, and on which terms.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from bot.parties import Parties
from bot.proposals.approval.amendments import Amendment
from bot.proposals.approval.audit import Decision, ProposalRecord, State
from bot.proposals.model import OldPart, Proposal, ReportSource
from bot.rates.model.answer import percent_text
from bot.slack.blockkit.blocks import Block, Message, actions, assemble, button, context, section
from bot.slack.blockkit.mrkdwn import bold, escape, link, moment, person, quoted
from bot.slack.views.alerts import party_name
from bot.slack.views.replies import notice
from bot.text.single_line import single_line

APPROVE, EDIT, REJECT, TAKE_BACK = "rate_approve", "rate_edit", "rate_reject", "rate_take_back"

_WITNESSES = 6
_PARTS = 5
LISTED = 10
"""Proposals that one message lists."""


def proposal(filed: ProposalRecord, parties: Parties, *, may_repeat: bool = False) -> Message:
    """The whole message; `may_repeat` where it may stand there already."""
    said = filed.proposal
    change = _change(said, parties)
    head: list[Block] = [section(f"{_title(filed)}\n{change}")]
    head += [section("\n".join(_grounds(said)))]
    tail: list[Block] = []
    if filed.decision is None:
        tail += [section(_effect(said)), *_choices(said)]
    else:
        tail += [section(_decided(filed.decision)), *_undo(said)]
    asked = "you are" if filed.decision is None else "it was"
    why = f"Why {asked} asked: {escape(said.why, 500)}"
    tail.append(context(why, "(may repeat)" if may_repeat else ""))
    return assemble(f"{single_line(_title(filed))} {change}", head, (), tail)


def pending(
    first: Sequence[ProposalRecord], count: int, held: int, parties: Parties, command: str
) -> Message:
    """Those that wait for a decision, the `first` of `count` with their buttons.

    `held` of them were not posted by themselves.
    """
    if not first:
        return notice("No rate waits for a decision.")
    many = "rate waits" if count == 1 else "rates wait"
    title = f"{count} {many} for a decision"
    title += f", {held} of them held back and not posted" if held else ""
    rows: list[Block] = []
    for each in first:
        witness = each.proposal.said_by[0]
        lines = (_change(each.proposal, parties), _witness(witness), _effect(each.proposal))
        rows += [section("\n".join(lines))]
        rows += _choices(each.proposal)
    left = count - len(first)
    more = f"… and {left} more: decide on these, then `{command} proposals` again."
    tail = [context(more)] if left else []
    return assemble(title, [section(bold(title))], rows, tail)


def not_an_operator(user: str) -> Message:
    """Says who may decide, and how to become one of them."""
    return notice(
        "Only operators decide on rates: people whose Slack id is in the bot's setting "
        f"`TARIFFWIRE_OPERATORS`. Yours is `{escape(user, 40)}`; whoever runs the bot can add it."
    )


def told(filed: ProposalRecord, *, done: bool) -> Message:
    """What came of a click, for whoever clicked."""
    if filed.decision is None:
        return notice("Taken back: it waits for a decision again.")
    already = "" if done else "Nothing changed, it was decided already. "
    return notice(already + _decided(filed.decision))


def refused(cause: str, cure: str) -> Message:
    """Says why the ledger does not take the rate."""
    more = f" {escape(cure, 300)}." if cure else ""
    return notice(f"Nothing changed: {escape(cause, 500)}.{more}")


def _title(filed: ProposalRecord) -> str:
    match filed.state:
        case State.APPROVED:
            return bold("Approved rate")
        case State.REJECTED:
            return bold("Rejected rate")
        case _ if filed.proposal.already:
            return bold("A reported rate that the ledger has by now")
        case _:
            return bold("A reported rate to decide on")


def _change(said: Proposal, parties: Parties) -> str:
    """`US on China, steel: 75% in all → 110% from 2026-12-01`."""
    imposer = party_name(said.imposer, parties)
    partner = party_name(said.partner, parties) if said.partner else "a partner not named"
    old = f"{percent_text(said.old_rate)}%" if said.old_rate is not None else "?"
    if said.old_part is None and len(said.old_parts) > 1:
        old += " in all"
    new = f"{percent_text(said.new_percent)}%" if said.new_percent is not None else "a new rate"
    when = f" from {said.effective_on}" if said.effective_on else ", from when is not said"
    goods = escape(said.product, 100) or "goods in general"
    return f"{imposer} on {partner}, {goods}: {bold(f'{old} → {new}')}{when}"


def _grounds(said: Proposal) -> list[str]:
    """What the ledger has, who says what is new, who says so too."""
    lines = []
    if not said.partner:
        lines.append("It names no one partner, so no rate of the ledger stands beside it.")
    elif said.old_parts:
        parts = [_rate(one) for one in said.old_parts]
        more = [f"{len(parts) - _PARTS} more"] if len(parts) > _PARTS else []
        total = f" (in all {percent_text(said.old_percent)}%)" if len(parts) > 1 else ""
        known = "; ".join([*parts[:_PARTS], *more])
        lines.append(f"Our ledger on {said.old_on}: {known}{total if said.old_percent else ''}")
    else:
        none = "no duty on it" if said.old_percent is not None else "no rate for it"
        lines.append(f"Our ledger on {said.old_on}: {none}")
    if said.coming:
        ahead = [f"{_rate(one)} from {one.from_}" for one in said.coming[:_PARTS]]
        more = [f"{len(said.coming) - _PARTS} more"] if len(said.coming) > _PARTS else []
        lines.append(f"It has for later: {'; '.join([*ahead, *more])}")
    first, *others = said.said_by
    lines.append(f"{_witness(first)}: {quoted(first.quote, 400)}" if first.quote else "")
    if others:
        also = [_witness(one) for one in others[:_WITNESSES]]
        more = [f"{len(others) - _WITNESSES} more"] if len(others) > _WITNESSES else []
        lines.append(f"Also says: {'; '.join([*also, *more])}")
    return [line for line in lines if line]


def _witness(one: ReportSource) -> str:
    return f"{link(one.link, one.source, 200)}, {moment(one.published)}"


def _effect(said: Proposal) -> str:
    """What an approval would change, or what is missing for one."""
    if said.already:
        return (
            f"Our ledger has this rate by now: {bold(escape(said.already, 250))}. Nothing is left "
            "to approve: *Reject* closes this; *Edit* is for another duty that gets it too."
        )
    new, day, part = percent_text(said.new_percent), said.effective_on, said.old_part
    if part is not None and new is not None and day is not None:
        if said.same_day is not None:
            return (
                f"Our ledger has {_rate(said.same_day)} from that very day on, so *Approve* is "
                "refused: take back what set it, or give another day or duty by *Edit*."
            )
        return " ".join(_sets(said, part, new, day))
    missing = [
        *(["the rate"] if new is None else []),
        *(["the day from which it is charged"] if day is None else []),
        *(["which duty it changes, or whether it is a new one"] if part is None else []),
    ]
    return f"*Approve* opens a form for what is not said: {', '.join(missing)}."


def _sets(said: Proposal, part: OldPart, new: str, day: date) -> Iterator[str]:
    yield (
        f"*Approve* sets {bold(escape(part.name, 200))} to {bold(f'{new}%')} from "
        f"{bold(day.isoformat())} on; until then it stays at {percent_text(part.percent)}%"
        + ("." if said.until == part.percent else f", then {percent_text(said.until)}%.")
    )
    if said.follows is not None:
        yield f"From {said.follows.from_} on it is {percent_text(said.follows.percent)}%."
    if len(said.old_parts) > 1:
        yield "All other duties stay as they are."


def _rate(one: OldPart) -> str:
    return f"{percent_text(one.percent)}% {escape(one.name, 120)}"


def _choices(said: Proposal) -> tuple[Block, ...]:
    approve = [button("Approve", APPROVE, f"{said.id} {said.terms}", style="primary")]
    return actions(
        *([] if said.already else approve),
        button("Edit", EDIT, said.id),
        button("Reject", REJECT, said.id, style="danger"),
    )


def _undo(said: Proposal) -> tuple[Block, ...]:
    return actions(button("Take back", TAKE_BACK, said.id))


def _decided(decision: Decision) -> str:
    who = person(decision.by.id) or escape(decision.by.name, 100)
    changes = " with changes" if decision.edited else ""
    verb = {State.APPROVED: f"Approved{changes}", State.REJECTED: "Rejected"}[decision.state]
    lines = [f"{verb} by {who}, {moment(decision.at)}."]
    if decision.amendment is not None:
        lines.append(_amendment(decision.amendment))
    return "\n".join(lines)


def _amendment(made: Amendment) -> str:
    rate = bold(f"{percent_text(made.percent)}%")
    source = link(made.source.url or "", made.source.text, 300)
    what = escape(made.name, 200) + ("" if made.measure else ", a new measure")
    note = f" {escape(made.note, 300)}" if made.note else ""
    return f"{what}: {rate} from {made.from_}. Source: {source}.{note}"
