"""Changes of rates in words: past, upcoming, and how certain they are."""

from collections.abc import Sequence
from decimal import Decimal

from bot.parties import Parties
from bot.rates.calendar.entries import Doubt, DoubtKind
from bot.rates.calendar.upcoming import CheckedPeriod
from bot.rates.model.answer import Answer
from bot.rates.model.changes import Change, ChangeKind
from bot.rates.model.history import Step
from bot.rates.question.query import RateQuery
from bot.render.words.amounts import describe_rate, format_span
from bot.text.dates import format_day
from bot.text.percent import format_percent


def format_step_total(step: Step) -> str:
    """The total after a step: `12.5%`, `12.5% to 37.5%`, `not known` or `banned`."""
    if step.banned:
        return "banned"
    if step.is_open:
        return "not known"
    return format_span(step.percent, step.percent if step.up_to is None else step.up_to)


def describe_difference(points: Decimal | None) -> str:
    """`12.5 points more`, `5 points less`, `no difference`; empty if it is unknown."""
    if not points:
        return "" if points is None else "no difference"
    return f"{format_percent(abs(points))} points {'more' if points > 0 else 'less'}"


def format_step_added(step: Step) -> str:
    """The total after a step, which is named if it includes the normal duty."""
    includes = step.includes_base and step.moves_total and bool(step.percent or step.up_to)
    return format_step_total(step) + " incl. normal duty" * includes


def name_added(history: Sequence[Step]) -> str:
    """The title of the totals of a history: `Added`, or `Rate` if some include the normal duty."""
    return "Rate" if any(step.includes_base for step in history) else "Added"


def describe_change(what: Change) -> str:
    """What happens to a duty on a date: `12.5% begins`."""
    percent = format_percent(what.rate.percent)
    new = describe_rate(what.rate, "a rate to be announced")
    if what.rate.banned and what.kind not in (ChangeKind.ENDS, ChangeKind.SUSPENSION_ENDS):
        return "imports are banned"
    match what.kind:
        case ChangeKind.MILESTONE:
            return what.text
        case ChangeKind.ANNOUNCED:
            return f"announced to begin: {new}"
        case ChangeKind.SUSPENDED:
            return f"{new} suspended"
        case ChangeKind.STRUCK_DOWN:
            return "struck down, no longer charged"
        case ChangeKind.CONTINUES:
            return f"{new} continues on a new legal basis. {what.text}".removesuffix(". ")
        case ChangeKind.CHANGES:
            return f"{new}, from {format_percent(what.from_percent)}%"
        case ChangeKind.ENDS:
            old = f"{percent}%" if what.rate.percent else "this rate"
            if what.text:
                return f"{old} no longer applies to these goods"
            return f"{old} expires; no successor known"
        case ChangeKind.SUSPENSION_ENDS:
            return "the suspension expires; no successor known"
        case ChangeKind.BY_PARTNER:
            span = percent if what.up_to is None else f"{percent} to {format_percent(what.up_to)}"
            return f"{span}% by partner"
    return f"{new} begins"


def describe_step(one: Step) -> str:
    """What changed a total, or a ruling: `Fentanyl duty 10% begins; Baseline 20% to 10%`."""
    if one.ruling is not None:
        return f"{one.ruling.body}: {one.ruling.what}"
    if not one.changes:
        return "before, unchanged on this day"
    texts = "; ".join(
        _describe_rate_change(each.measure.name, each.change, one) for each in one.changes
    )
    return f"{texts}; no successor known" if one.is_open else texts


def _describe_rate_change(name: str, what: Change, step: Step) -> str:
    if what.rate.banned:
        return f"{name}: {describe_rate(what.rate)}"
    percent = format_percent(what.rate.percent)
    if what.kind is ChangeKind.CHANGES and what.from_percent == what.rate.percent:
        return (
            f"{name} {percent}%, normal duty now {'included' if step.includes_base else 'on top'}"
        )
    if what.kind is ChangeKind.CHANGES:
        return f"{name} {format_percent(what.from_percent)}% to {percent}%"
    # The day of the step is the first day without the duty.
    happens = "no longer charged" if what.kind is ChangeKind.ENDS else what.kind.value
    return f"{name} {percent}% {happens}"


def describe_last_change(answer: Answer) -> str:
    """The last change of the total: `24 Jul 2026, duty 10% to 12.5%`; empty if there is none."""
    last = answer.last_change
    if last is None:
        return ""
    foreseen = any(one.is_foreseen and one.from_ == last.on for one in answer.components)
    scheduled = "scheduled: " if foreseen else ""
    return f"{format_day(last.on)}, {scheduled}{describe_step(last)}"


def format_calendar_title(query: RateQuery, parties: Parties) -> str:
    """The title of a calendar of upcoming changes: `Upcoming tariff dates: China, steel`."""
    about = [parties.get(query.partner).name] if query.partner else []
    about += [query.product] if query.product else []
    return f"Upcoming tariff dates: {', '.join(about)}" if about else "Upcoming tariff dates"


def describe_checked_period(period: CheckedPeriod | None) -> str:
    """A warning that a calendar's sources were last checked before today; empty for None."""
    if period is None:
        return ""
    first, last, today = map(format_day, period)
    days = f"on {first}"
    if first != last:
        days = f"between {first} and {last}, depending on the economy"
    return f"Sources last checked {days}; today is {today}. Later changes may be missing."


_DOUBTS = {
    DoubtKind.MAY_BE_PROLONGED: "It may be extended or replaced; nothing is announced yet.",
    DoubtKind.ANNOUNCED: "Announced; it may still change.",
    DoubtKind.SUSPENDED: "Suspended: not charged for now.",
    DoubtKind.STRUCK_DOWN: "Struck down by a court.",
    DoubtKind.CAVEAT: "",
    DoubtKind.NO_SOURCE_OPENED: "No source was opened for it; treat it as unverified.",
    DoubtKind.LOW_CONFIDENCE: "Low confidence.",
}


def describe_doubt(one: Doubt) -> str:
    """Why an upcoming change is uncertain."""
    return f"{_DOUBTS[one.kind]} {one.text}".strip()
