"""Formats the facts of stories and events as markup: economies, rates, sums, statuses, days."""

from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation

from bot.news.events.event import RULINGS, Event, is_about_talks
from bot.news.state import CollectionEffect, EventStatus, NewFact, NewFactKind
from bot.news.story import Figure, Story
from bot.parties import WORLD, Parties
from bot.slack.blockkit.mrkdwn import bold, escape
from bot.text.dates import format_day
from bot.values import Topic, to_utc

_STATUSES = {
    EventStatus.THREATENED: ("THREATENED", "for"),
    EventStatus.INVESTIGATED: ("UNDER INVESTIGATION", ""),
    EventStatus.PROPOSED: ("PROPOSED", "for"),
    EventStatus.ANNOUNCED: ("ANNOUNCED", "from"),
    EventStatus.IN_FORCE: ("IN FORCE", "since"),
    EventStatus.DELAYED: ("DELAYED", "to"),
    EventStatus.SUSPENDED: ("SUSPENDED", "from"),
    EventStatus.UNLAWFUL: ("RULED UNLAWFUL", ""),
    EventStatus.STAYED: ("RULING STAYED", ""),
    EventStatus.UPHELD: ("UPHELD", ""),
    EventStatus.ENDED: ("ENDED", "on"),
    EventStatus.DEAL: ("DEAL", "from"),
    EventStatus.TALKS: ("TALKS", ""),
}
"""Each status with the word before its effective date, if it has one."""

_TOPICS = (
    (Topic.COURT_RULING, "⚖️", "court ruling"),
    (Topic.TARIFF, "📦", "tariff"),
    (Topic.NEGOTIATION, "🤝", "negotiation"),
)
"""The most specific topic first; its icon is shown."""


def format_percent(value: Decimal) -> str:
    """The number as `12.5%`, with all its digits except trailing zeros."""
    return f"{_format_digits(value)}%"


def format_figure(figure: Figure, parties: Parties, *, is_duty: bool = True) -> str:
    """A figure as one line of markup: the parties, the goods, the change of the rate, and the
    amount. The rate is bold if `is_duty`."""
    imposer, partner = (
        format_party(code, parties) if code else "" for code in (figure.imposer, figure.partner)
    )
    if imposer and partner:
        who = f"{imposer} on {partner}"
    else:
        who = f"by {imposer}" if imposer else f"on {partner}" if partner else ""
    subject = ", ".join(filter(None, (who, escape(figure.product or "", 100))))
    amounts = [format_change(figure), format_dollars(figure.amount_usd)]
    change = ", ".join(filter(None, amounts))
    change = bold(change) if is_duty else change
    return f"{subject}: {change}" if subject and change else subject or change


def format_party(code: str, parties: Parties) -> str:
    """The party's flag and name as markup. A party that is not in the catalog is shown by its
    code."""
    if code not in parties:
        return escape(code, 80)
    party = parties.get(code)
    return escape(f"{party.flag} {party.name}", 80)


def format_name(code: str, parties: Parties) -> str:
    """The party's name as markup, without a flag. All countries together are `all`."""
    if code == WORLD:
        return "all"
    return escape(parties.get(code).name if code in parties else code, 80)


def format_change(figure: Figure) -> str:
    """The change of the rate: `145% → 30%`; only the rate, if it has no earlier one."""
    before, after = figure.from_percent, figure.to_percent
    if before is not None and after is not None:
        return f"{format_percent(before)} → {format_percent(after)}"
    if after is not None:
        return format_percent(after)
    return f"from {format_percent(before)}" if before is not None else ""


def format_dollars(amount: Decimal | None) -> str:
    """The amount as `US$ 1.25 million`; empty for None."""
    if amount is None:
        return ""
    for name, unit in (("trillion", 12), ("billion", 9), ("million", 6)):
        if abs(amount) >= Decimal(10) ** unit:
            return f"US$ {_format_digits(amount.scaleb(-unit))} {name}"
    return f"US$ {_format_digits(amount)}"


def format_topics(event: Event) -> str:
    """The topics with an icon: `⚖️ Court ruling, tariff`. Before the ruling, for example at a
    hearing, the topic is named "court case"."""
    found = [(icon, name) for topic, icon, name in _TOPICS if topic in event.topics]
    if not found:
        return ""
    names = ", ".join(name for _, name in found)
    if event.status not in RULINGS:
        names = names.replace("court ruling", "court case")
    return f"{found[0][0]} {names[:1].upper()}{names[1:]}"


def format_status(event: Event) -> str:
    """The status and its day: `DELAYED to 9 Jul 2025`; empty if there is no status."""
    return _format_status(event.status, event.effective, event.status_on, event.is_about_talks)


def format_collection(event: Event) -> str:
    """Whether the duty is collected; empty if unknown. For a ruling, it says that it is unknown."""
    is_ruling = event.status in RULINGS
    return _format_collection(event.collection, event.collection_from, is_ruling)


def format_reported_state(story: Story) -> str:
    """The status that a story reports, with the effect on the collection; empty without both."""
    state, on = story.state, to_utc(story.published).date()
    status = _format_status(state.status, state.effective, on, is_about_talks(story))
    is_ruling = state.status in RULINGS
    collection = _format_collection(state.collection, state.collection_from, is_ruling)
    return " · ".join(filter(None, (status, collection)))


def format_new_fact(fact: NewFact, parties: Parties) -> str:
    """One thing that a development changes: `84% → 125%`, `now on steel pipes`. Empty for the
    status and the collection, which `format_reported_state` formats with their days."""
    before, after = fact.before, fact.after
    match fact.kind:
        case NewFactKind.RATE:
            return f"rate {_format_step(_format_rate(before), _format_rate(after))}"
        case NewFactKind.SUM:
            return f"sum {_format_step(_format_sum(before), _format_sum(after))}"
        case NewFactKind.DATE:
            return f"date {_format_step(_format_date(before), _format_date(after))}"
        case NewFactKind.SCOPE:
            return f"now on {escape(after, 100)}"
        case NewFactKind.ANSWER:
            return f"{format_name(after, parties)} responds"
        case NewFactKind.STATUS | NewFactKind.COLLECTION:
            return ""


def _format_status(
    status: EventStatus | None, effective: date | None, on: date | None, of_talks: bool
) -> str:
    if status is None:
        return ""
    name, word = _STATUSES[status]
    if status is EventStatus.ENDED and of_talks:
        name = "TALKS ENDED"
    if effective is not None and word:
        return f"{name} {word} {format_day(effective)}"
    return f"{name} {format_day(on)}" if on is not None else name


def _format_collection(
    collection: CollectionEffect | None, changes_on: date | None, is_ruling: bool
) -> str:
    match collection:
        case CollectionEffect.COLLECTED:
            return "duties still collected"
        case CollectionEffect.NOT_COLLECTED:
            return "duties not collected"
        case CollectionEffect.CHANGES if changes_on is not None:
            return f"collection changes on {format_day(changes_on)}"
        case CollectionEffect.CHANGES:
            return "collection changes"
        case None:
            return "effect on collection not stated" if is_ruling else ""


def _format_step(before: str, after: str) -> str:
    return f"{before} → {after}" if before else after


def _format_rate(percent: str) -> str:
    with suppress(InvalidOperation):
        return format_percent(Decimal(percent))
    return escape(percent, 40)


def _format_sum(amount: str) -> str:
    with suppress(InvalidOperation):
        return format_dollars(Decimal(amount))
    return escape(amount, 40)


def _format_date(day: str) -> str:
    with suppress(ValueError):
        return format_day(date.fromisoformat(day))
    return escape(day, 40)


def _format_digits(value: Decimal) -> str:
    shown = format(value, "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
