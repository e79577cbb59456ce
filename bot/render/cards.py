"""Describes the facts of cards in words, for Slack and the terminal."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import starmap

from bot.parties import Parties
from bot.rates.cards.facts import CardFacts, DutyState, RateRow
from bot.rates.cards.model import Card, CardFact
from bot.rates.model.changes import Change, ChangeKind, Upcoming
from bot.rates.model.law import Effect, LegalEvent
from bot.rates.model.measure import Measure, Source
from bot.rates.question.query import HOME, QueryKind, RateQuery, format_query
from bot.render import words
from bot.render.duty_names import name_origin
from bot.render.freshness import describe_check, describe_freshness
from bot.render.text import format_source, render_block
from bot.text.dates import format_day
from bot.text.percent import format_percent

_HEADING_ROWS = 2
_EFFECTS = {
    Effect.FILED: "Step in the case",
    Effect.ARGUED: "Argued",
    Effect.HELD_UNLAWFUL: "Held unlawful",
    Effect.STAYED: "Ruling stayed",
    Effect.UPHELD: "Upheld",
    Effect.STRUCK_DOWN: "Struck down",
    Effect.ENDED: "Ended",
    Effect.BEGAN: "Began",
    Effect.INVESTIGATED: "Investigation",
    Effect.REFUNDS: "Refunds",
    Effect.EMPOWERED: "Act signed",
}


def describe_card_state(facts: CardFacts) -> str:
    """The state in one line: `In force: 25% to 50%`, `As of 1 Jul 2026: In force: 10%`."""
    day = facts.of_another_day
    return f"{f'As of {format_day(day)}: ' if day else ''}{_describe_state(facts)}"


def _describe_state(facts: CardFacts) -> str:
    if facts.card.state is not None:
        return f"{_describe_rate_now(facts)}{facts.card.state.text}"
    if facts.overall is None:
        return _describe_case(facts)
    row = facts.overall
    state, since = describe_row_state(row), format_row_day(row)
    begun = f"{state} {since}" if since else state
    if row.state is DutyState.NOT_COLLECTED and (ruling := facts.struck_down) is not None:
        held = f"held unlawful {format_day(ruling.on)} ({ruling.body})"
        return f"{begun}: {held}"
    rate = format_row_rate(row)
    if row.state in (DutyState.ENDED, DutyState.NOT_COLLECTED):
        return f"{begun} (was {rate})"
    if row.state in (DutyState.NOT_SET, DutyState.ZERO):
        return state
    if row.state is DutyState.NOT_VERIFIED:
        return f"{begun}: {rate}; start not verified"
    bans = any(one.state is DutyState.BANNED for one in facts.rows)
    also = "; some goods may not be imported" if bans and row.state is DutyState.CHARGED else ""
    return f"{begun}: {rate}{also}"


def _describe_rate_now(facts: CardFacts) -> str:
    """What a deal's economies pay on the day, before what the deal promised; else empty.

    The first row of a deal's card is the duty on most goods.
    """
    first = next(iter(facts.rows), None)
    if not facts.card.economies or first is None or first.state is not DutyState.CHARGED:
        return ""
    goods = first.what.partition(":")[0].lower()
    return f"Charged now on {goods}: {describe_row(first)}. Agreed: "


def _describe_case(facts: CardFacts) -> str:
    """The state of a court case: its last ruling, or its last step."""
    last = next(iter(facts.rulings), None)
    if last is None:
        step = next(iter(facts.events), None)
        return f"Pending; last known step {format_day(step.on)}" if step else "No events known"
    before = next((one for one in facts.rulings if one.effect is not Effect.STAYED), last)
    stayed = f"; ruling stayed {format_day(last.on)}" if last.effect is Effect.STAYED else ""
    decision = _EFFECTS[before.effect].lower()
    return f"Duties {decision} {format_day(before.on)} ({before.body}){stayed}"


_STATES = {
    DutyState.BANNED: "Import ban in force",
    DutyState.CHARGED: "In force",
    DutyState.NOT_VERIFIED: "Was to begin",
    DutyState.SCHEDULED: "Begins",
    DutyState.SUSPENDED: "Suspended",
    DutyState.NOT_COLLECTED: "Not collected",
    DutyState.ENDED: "Ended",
    DutyState.ZERO: "No duty: the rate is 0%",
    DutyState.NOT_SET: "No duty set",
}


def describe_row_state(row: RateRow) -> str:
    """The state of a row without its day: `In force`, `Begins`, `Charged to`."""
    if row.state is DutyState.ENDED and row.since is not None:
        return "Charged to"
    return _STATES[row.state]


def format_row_rate(row: RateRow) -> str:
    """The rates of a row: `25%`, `7.5% to 25%`, `15% incl. normal duty`, `import ban`."""
    if row.state is DutyState.BANNED:
        return "import ban"
    if row.high is None:
        return "a specific duty" if row.specific else "a rate to be announced"
    low, high = format_percent(row.low), format_percent(row.high)
    span = f"{high}%" if low == high else f"{low}% to {high}%"
    return f"{span} incl. normal duty" if row.all_in and row.high else span


def format_row_day(row: RateRow) -> str:
    """The day of a row: `since 24 Jul 2026`; empty if its measures have different days."""
    if row.since is None:
        return ""
    day = format_day(row.since)
    if row.state in (DutyState.ENDED, DutyState.SCHEDULED, DutyState.NOT_VERIFIED):
        return day
    return f"since {day}" + (", not verified" if row.unverified else "")


def describe_row(row: RateRow, *, short: bool = False) -> str:
    """State and rate of a row in a table: `50%`, `charged to 23 Jul 2026 (was 10%)`.

    `short` leaves out the first day of a rate in force.
    """
    rate, day = format_row_rate(row), format_row_day(row)
    match row.state:
        case DutyState.CHARGED | DutyState.BANNED:
            return rate if short else f"{rate} {day}".strip()
        case DutyState.SCHEDULED:
            return f"{rate} from {day}" if day else f"{rate}, later"
        case DutyState.NOT_VERIFIED:
            return f"{rate} from {day}, not verified" if day else f"{rate}, not verified"
        case DutyState.SUSPENDED:
            return f"{rate}, suspended"
        case DutyState.NOT_COLLECTED:
            return f"not collected {day}".strip() + f" (was {rate})"
        case DutyState.ENDED:
            return f"charged to {day} (was {rate})" if day else f"ended (was {rate})"
        case DutyState.ZERO:
            return "0%"
    return "no duty set"


def list_fee_rows(facts: CardFacts) -> list[tuple[str, str]]:
    """The customs fees of the day: name and amount."""
    fees = facts.fees
    if fees is None:
        return []
    span = f"minimum ${fees.merchandise_min:,.2f}, maximum ${fees.merchandise_max:,.2f} per entry"
    return [
        ("Merchandise processing fee", f"{format_percent(fees.merchandise_percent)}%, {span}"),
        ("Harbor maintenance fee", f"{format_percent(fees.harbor_percent)}%, by sea only"),
    ]


def list_check_rows(facts: CardFacts) -> list[tuple[str, str]]:
    """The last checks: whose duties on which goods, and the day with its age."""
    return [
        (
            f"{one.imposer} on {', '.join(one.partners) or 'other goods'}",
            describe_check(one.checked, (facts.today - one.checked).days, "").strip(),
        )
        for one in facts.checks
    ]


def describe_ruling(event: LegalEvent) -> str:
    """A ruling in short form: `Struck down 20 Feb 2026, US Supreme Court`."""
    return f"{_EFFECTS[event.effect]} {format_day(event.on)}, {event.body}"


def describe_event(event: LegalEvent) -> str:
    """A legal event with its case and what happened."""
    return f"{format_day(event.on)}, {event.body}, {event.case}: {event.what}"


def list_next(facts: CardFacts) -> list[str]:
    """What comes, from the ledger and the card, in order of time. Each item is one change."""
    items = [
        *((one.on, _describe_upcoming(one)) for one in facts.next),
        *((one.on, one.text) for one in facts.dates),
    ]
    return [f"{format_day(day)} {text}" for day, text in sorted(items, key=lambda item: item[0])]


def list_next_in_short(facts: CardFacts) -> list[str]:
    """What comes, one text for each day: `1 Jan 2027: Kitchen cabinets 50%; sofas 30%`.

    If the card has a table of rates, measures without a row are left out.
    """
    names = {one.id: row.what for row in facts.rows for one in row.measures}
    days: dict[date, dict[str, list[Change]]] = {}
    for item in facts.next:
        name = names.get(item.measure_id, "" if names else item.measure)
        if item.change.kind is ChangeKind.MILESTONE:
            days.setdefault(item.on, {})[item.change.text] = []
        elif name:
            days.setdefault(item.on, {}).setdefault(name, []).append(item.change)
    for fact in facts.dates:
        days.setdefault(fact.on, {})[fact.text] = []
    return [
        f"{format_day(day)}: {'; '.join(starmap(_describe_changes, found.items()))}"
        for day, found in sorted(days.items())
    ]


def _describe_changes(name: str, changes: Sequence[Change]) -> str:
    """The changes of a row on one day: `Batteries 25% to 50%`, `Solar cells 14% ends`."""
    if not changes:
        return name
    percents = sorted(one.rate.percent for one in changes if one.rate.percent is not None)
    rate = words.describe_rate(changes[0].rate, "rate to be announced")
    if changes[0].rate.specific:
        rate = "a specific duty"
    if percents:
        ends = dict.fromkeys(f"{format_percent(one)}%" for one in (percents[0], percents[-1]))
        rate = " to ".join(ends)
    ended = all(one.kind in (ChangeKind.ENDS, ChangeKind.SUSPENSION_ENDS) for one in changes)
    return f"{name} {rate}{' ends' if ended else ''}"


def list_passed(facts: CardFacts, *, short: bool = False) -> list[str]:
    """Dates that have come since the last check and that no source confirms.

    `short` leaves out the changes that the table of rates shows.
    """
    in_rows = {one.id for row in facts.rows for one in row.measures}
    return [
        f"{format_day(one.on)} {_describe_upcoming(one)}"
        for one in facts.passed
        if not short or one.change.kind is ChangeKind.MILESTONE or one.measure_id not in in_rows
    ]


def _describe_upcoming(item: Upcoming) -> str:
    what = words.describe_change(item.change)
    return what if item.change.text == what else f"{item.measure}: {what}"


def describe_heading(facts: CardFacts) -> str:
    """What is declared under the heading that the question names; empty if it names none.

    `9903.88.15: Section 301 (List 4A), 7.5% since 14 Feb 2020.`
    """
    asked = facts.heading
    if asked is None:
        return ""
    if asked.rows:
        rows = (f"{one.what}, {describe_row(one)}" for one in asked.rows[:_HEADING_ROWS])
        more = len(asked.rows) - _HEADING_ROWS
        return f"{asked.heading}: {'; '.join(rows)}{f'; {more} more' if more > 0 else ''}."
    if asked.listed is None:
        return f"{asked.heading} is not in our data. Look it up at https://hts.usitc.gov."
    days = f"from {format_day(asked.listed.from_)}"
    if asked.listed.to is not None:
        days += f" to {format_day(asked.listed.to)}"
    rate = f", rate: {asked.listed.general}" if asked.listed.general else ""
    return f"{asked.heading}: {days}{rate}. Our data has no duty under it; it may exempt goods."


def describe_fact(fact: CardFact) -> str:
    """A fact with its label."""
    return f"{fact.label}: {fact.text}" if fact.label else fact.text


def describe_card_age(facts: CardFacts) -> str:
    """When the card was checked: `🔴 Checked 2 Oct 2026, 58 days ago`."""
    return describe_freshness(facts.checked, facts.today, passed=bool(facts.passed))


def describe_named(others: Sequence[CardFacts]) -> str:
    """Which other cards the question names: `Also named: IEEPA duties.`; empty if it names none."""
    titles = "; ".join(one.card.title for one in others)
    return f"Also named: {titles}." if titles else ""


def list_rate_questions(query: RateQuery, parties: Parties) -> list[tuple[str, str]]:
    """The questions about the rates of the economies that a question about a card names.

    Each has its label: `US duties on steel of Canada`.
    """
    if query.partner is None:
        return []
    goods = f"{query.product} of " if query.product else ""
    return [
        (
            f"{HOME} duties on {goods}{name_origin(code, parties.get(code).name)}",
            format_query(
                RateQuery(
                    kind=QueryKind.PAIR,
                    imposer=HOME,
                    partner=code,
                    product=query.product,
                    on=query.on,
                )
            ),
        )
        for code in (query.partner, *query.versus)
    ]


def describe_respelled(query: RateQuery) -> str:
    """How misspelled words were read; empty if there are none."""
    return " ".join(f"Read '{one.word}' as {one.read_as}." for one in query.respelled)


def group_cards(cards: Sequence[Card]) -> list[tuple[str, list[Card]]]:
    """The cards by group, in the order of the files; laws come first, uncovered topics last."""
    groups: dict[str, list[Card]] = {}
    for card in cards:
        groups.setdefault(card.group, []).append(card)
    order = {"Laws": -1, "Not covered": len(groups)}
    return sorted(groups.items(), key=lambda group: order.get(group[0], 0))


def render_card_lines(
    facts: CardFacts, query: RateQuery, parties: Parties, others: Sequence[CardFacts] = ()
) -> Iterator[str]:
    """The whole card, line by line, for a terminal, and what the question names too."""
    card = facts.card
    yield card.title
    yield from filter(None, [describe_heading(facts)])
    yield f"{describe_card_state(facts)}."
    yield f"  {card.what} ({format_source(card.source)})"
    rows = [(row.what, describe_row(row)) for row in facts.rows] + list_fee_rows(facts)
    rows += list_check_rows(facts)
    yield from render_block("rates", (f"{what}: {text}" for what, text in rows))
    declared = (f"{row.what}: {', '.join(row.headings)}" for row in facts.rows if row.headings)
    yield from render_block("headings", declared)
    specific = {f"{row.what}: {row.specific}" for row in facts.rows if row.specific}
    yield from render_block("specific duties", sorted(specific))
    yield from render_block("rulings", map(describe_ruling, facts.rulings))
    facts_of_card = (
        f"{describe_fact(one)} ({format_day(one.on)}; {format_source(one.source)})"
        for one in card.points
    )
    yield from render_block("facts", facts_of_card)
    yield from render_block("next", list_next(facts))
    yield from render_block("scheduled since our last check, not verified", list_passed(facts))
    events = (f"{describe_event(one)} ({format_source(one.source)})" for one in facts.events)
    yield from render_block("events", events)
    yield from render_block("sources", map(format_source, list_card_sources(facts)))
    yield describe_card_age(facts)
    for one in others:
        yield f"also named: {one.card.title}. {describe_card_state(one)}. (rate card {one.card.id})"
    for label, question in list_rate_questions(query, parties):
        yield f"{label}: rate {question}"
    yield from filter(None, [describe_respelled(query)])
    related = ", ".join(one.id for one in (*facts.parts, *facts.see))
    if related:
        yield f"see also: {related}"


def render_card_list_lines(cards: Sequence[Card]) -> Iterator[str]:
    """All cards by group, line by line, for a terminal."""
    for group, found in group_cards(cards):
        yield f"{group}:"
        yield from (f"  {card.id:<28} {card.title}" for card in found)


def list_card_sources(facts: CardFacts) -> list[Source]:
    """The sources of the card's text, state, fees and measures, each once."""
    found = [facts.card.source]
    found += [facts.card.state.source] if facts.card.state else []
    found += [facts.fees.source] if facts.fees else []
    found += [find_measure_source(one, facts.on) for row in facts.rows for one in row.measures]
    return list(dict.fromkeys(found))


def find_measure_source(measure: Measure, day: date) -> Source:
    """The source of the measure's rate on the day, or else of its newest rate."""
    period = measure.find_period(day) or measure.find_period_before(day)
    return period.source if period else measure.source
