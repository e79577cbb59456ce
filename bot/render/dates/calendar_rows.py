"""Reduces a calendar of changes of duties to rows in short words, for tables.

items | merge the rows of one action on one day | CalendarRow: day, what, who, rate
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from bot.parties import WORLD, Parties
from bot.rates.calendar.surroundings import Surroundings
from bot.rates.model.changes import Change, ChangeKind, Upcoming
from bot.rates.model.measure import Source
from bot.rates.question.query import QueryKind, RateQuery
from bot.render import words
from bot.render.duty_names import (
    drop_qualifiers,
    name_importer,
    read_duty_name,
    shorten_clause,
)
from bot.render.overview.headline import build_headline, format_title, name_laws
from bot.text.dates import format_day
from bot.text.percent import format_percent

_PARTNERS = 2
_RATES = 2
_MOST_NOW = 3
"""Duties of today that are described."""
_WHAT_CHARACTERS = 60


class CalendarRow(NamedTuple):
    """What happens on a day, to whom, at which rate."""

    on: date
    what: str
    who: str
    """The importing economy and the origins: `US on China`."""
    rate: str
    """The rate from this day on, or what happens to it; empty for a milestone without a rate."""
    source: Source
    """The source of the first change of the row."""
    items: tuple[Upcoming, ...]
    """The changes of the row, with their full texts and sources."""

    @property
    def is_verified(self) -> bool:
        """Whether no change of the row fell due after the last check of its sources."""
        return not any(item.passed for item in self.items)


def build_calendar_rows(items: Iterable[Upcoming], parties: Parties) -> tuple[CalendarRow, ...]:
    """The rows in the order of the items.

    Changes on one day by one importing economy become one row if their duties have the same short
    name, such as the rates of one action for all countries and for the partners of deals. So do
    duties that change in the same way for the same origins: `canola oil; lobster and crab`.
    """
    groups: dict[tuple[date, str, str], list[Upcoming]] = {}
    for item in items:
        what = _describe_what(item, parties)
        groups.setdefault((item.on, item.imposer, what), []).append(item)
    rows: dict[object, CalendarRow] = {}
    for (on, _, what), group in groups.items():
        who, rate = _describe_who(group, parties), _describe_rates(group)
        row = CalendarRow(on, what, who, rate, group[0].source, tuple(group))
        # Milestones have no rate and stay rows of their own.
        like = (on, who, rate) if rate else what
        found = rows.get(like)
        if found is not None and len(found.what) + len(what) <= _WHAT_CHARACTERS:
            rows[like] = found._replace(
                what=f"{found.what}; {what}", items=(*found.items, *row.items)
            )
        else:
            rows[like if found is None else (*row[:4],)] = row
    return tuple(rows.values())


def describe_short_change(what: Change) -> str:
    """What happens to a rate, in a few words: `25% → 50%`, `10% ends`; empty for a milestone."""
    if what.rate.banned:
        return "ban ends" if what.kind is ChangeKind.ENDS else "banned"
    rate = "varies" if what.rate.specific else words.describe_rate(what.rate, "")
    match what.kind:
        case ChangeKind.MILESTONE:
            return ""
        case ChangeKind.CHANGES if what.from_percent is not None:
            return f"{format_percent(what.from_percent)}% → {rate}"
        case ChangeKind.ENDS:
            return f"{rate} ends" if what.rate.percent else "ends"
        case ChangeKind.SUSPENSION_ENDS:
            return "suspension ends"
        case ChangeKind.SUSPENDED:
            return "suspended"
        case ChangeKind.STRUCK_DOWN:
            return "not collected"
        case ChangeKind.ANNOUNCED:
            return f"{rate} announced" if rate else "rate not set"
        case ChangeKind.CONTINUES:
            return f"{rate} continues"
        case ChangeKind.BY_PARTNER if what.up_to is not None:
            return f"{rate} to {format_percent(what.up_to)}%"
    return rate or "rate not set"


def _describe_what(item: Upcoming, parties: Parties) -> str:
    if item.change.kind is ChangeKind.MILESTONE:
        return shorten_clause(item.change.text, _WHAT_CHARACTERS).removeprefix("the ")
    partner = item.partners[0] if len(item.partners) == 1 else ""
    name = read_duty_name(item.measure, words.describe_party(partner, parties))
    return drop_qualifiers(name.short).removeprefix("Duty on ") or item.measure


def _describe_who(items: Sequence[Upcoming], parties: Parties) -> str:
    imposer = items[0].imposer
    importer = name_importer(imposer, words.describe_party(imposer, parties))
    partners = list(dict.fromkeys(code for item in items for code in item.partners))
    if not partners:
        return importer
    if WORLD in partners:
        shown = {
            name for item in items for code in item.partners for name in _list_names(code, parties)
        }
        rates = dict.fromkeys(
            rate for item in items for rate in item.by_partner if shown.isdisjoint(rate.partners)
        )
        count = sum(len(one.partners) for one in rates)
        if count > _PARTNERS:
            return f"{importer} on most"
        but = f" but {words.describe_partner_rates(tuple(rates), brief=True)}" if rates else ""
        return f"{importer} on all{but}"
    if len(partners) > _PARTNERS:
        return f"{importer} on {len(partners)} origins"
    names = (name_importer(code, words.describe_party(code, parties)) for code in partners)
    return f"{importer} on {', '.join(names)}"


def _list_names(code: str, parties: Parties) -> tuple[str, ...]:
    return (parties.get(code).name,) if code in parties else ()


def _describe_rates(items: Sequence[Upcoming]) -> str:
    """The rates of several changes; the span of those that only begin."""
    percents = [
        end
        for item in items
        if item.change.kind in (ChangeKind.BEGINS, ChangeKind.BY_PARTNER)
        and item.change.rate.percent is not None
        for end in (item.change.rate.percent, item.change.up_to)
        if end is not None
    ]
    begins = all(
        item.change.kind in (ChangeKind.BEGINS, ChangeKind.BY_PARTNER)
        and item.change.rate.percent is not None
        for item in items
    )
    if begins:
        ends = dict.fromkeys(f"{format_percent(end)}%" for end in (min(percents), max(percents)))
        return " to ".join(ends)
    texts = list(dict.fromkeys(filter(None, (describe_short_change(one.change) for one in items))))
    more = ", …" if len(texts) > _RATES else ""
    return ", ".join(texts[:_RATES]) + more


def describe_surroundings(
    around: Surroundings, query: RateQuery, parties: Parties, *, has_rows: bool
) -> Iterator[str]:
    """The duties now and, if there are no rows, the nearest change, each in a sentence."""
    for answer in around.now[:_MOST_NOW]:
        number = "".join(piece.text for piece in build_headline(answer, planned=False))
        title = format_title(answer)
        if answer.is_uncharged_law:
            # Both name the law and say that it is not charged.
            title, number = title.partition(":")[0], number.removeprefix(f"{name_laws(answer)}: ")
        yield f"Now: {title}: {number}."
        yield from words.describe_other_rates(answer)
    if around.now and not has_rows and around.nearest is None:
        when = "earlier" if query.kind is QueryKind.CHANGES else "later"
        yield f"No {when} change in our data either."
    if has_rows or around.nearest is None:
        return
    [row] = build_calendar_rows([around.nearest], parties)
    which = "Last change before" if query.kind is QueryKind.CHANGES else "Next change after"
    doubt = "" if row.is_verified else ", not verified"
    rate = f" {row.rate}" if row.rate else ""
    yield f"{which} these days: {format_day(row.on)}, {row.what} ({row.who}){rate}{doubt}."
