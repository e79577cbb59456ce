"""A parsed question as data, and its text.

`format_query` writes a query as a text that `bot.rates.question.parse` reads back.
"""

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from bot.parties import WORLD, build_flag
from bot.values import Frozen

CHANGES_DAYS = 30
"""Default number of days that `changes` looks back."""

HOME = "US"
"""The importing country of a question that names only origins."""


class Uncovered(StrEnum):
    """Duties, reliefs, limits and other costs that the ledger does not cover."""

    ANTIDUMPING = "antidumping duties"
    COUNTERVAILING = "countervailing duties"
    DRAWBACK = "drawback"
    QUOTA = "tariff-rate quotas"
    AGOA = "AGOA"
    GSP = "GSP"
    TAXES = "VAT and other taxes"
    EXCHANGE = "exchange rates"
    FREIGHT = "freight costs"


class QueryKind(StrEnum):
    PAIR = "pair"
    COMPARE = "compare"
    PARTY = "party"
    UPCOMING = "upcoming"
    CHANGES = "changes"
    CARD = "card"
    """A law or a topic, about which there is a card."""
    PERCENT = "percent"
    """Duties at a percentage, without an economy: `is the 10% still on`."""


class Respelling(Frozen):
    """A misspelled word of a question, and the word that it was read as."""

    word: str
    read_as: str


class RateQuery(Frozen):
    """A parsed question. Parties are codes; `WORLD` means all countries."""

    kind: QueryKind
    imposer: str | None = None
    partner: str | None = None
    versus: tuple[str, ...] = ()
    """More partners, whose duties are compared with those on the first."""
    product: str | None = None
    on: date | None = None
    """The date of the answer, or the first day of a calendar; None if the question has no date."""
    since: date | None = None
    """The first day of a calendar or, with `until`, of the period that rates are asked for."""
    until: date | None = None
    """The last day of that calendar or period; None if the question names no last day."""
    days: tuple[date, ...] = ()
    """The days that the question names one by one, in order of time: `on 1 may and 1 june`."""
    card: str | None = None
    """The id of the card. None for the list of all cards, also if a law has no card."""
    cards: tuple[str, ...] = ()
    """The ids of the cards that the question names, without `card`. A card has its economies in
    `partner` and `versus`, whose rates it offers."""
    law: str = ""
    """The law that the question names and that has no card: `section 233`."""
    heading: str = ""
    """The heading of chapter 99 that a question about a card names: `9903.88.15`."""
    sources: bool = False
    """Whether the question asks for the details and sources of the card."""
    imposer_assumed: bool = False
    """Whether the question names no importing country, so that `imposer` is only the likely one."""
    value: Decimal | None = None
    """The entered value in dollars."""
    percent: Decimal | None = None
    """A percentage that the question is about: `when did the 145% tariff end`."""
    uncovered: tuple[Uncovered, ...] = ()
    """What the question names that the ledger does not cover."""
    respelled: tuple[Respelling, ...] = ()
    """The misspelled words of the question. The other fields have the corrected ones."""
    unread: tuple[str, ...] = ()
    """The words of the question that were not read and that may change its meaning."""
    via: tuple[str, ...] = ()
    """The economies that the goods only pass on their way."""
    history: bool = False
    both_ways: bool = False
    """Whether to answer both directions."""
    only_as_origin: bool = False
    """Whether a question or a calendar asks only for duties on the goods of `partner`.

    Otherwise it also asks for the duties that `partner` imposes.
    """
    partner_implied: bool = False
    """Whether the question names goods and one economy, so that the partner is all countries.

    If the ledger has no duties of this economy on the goods, the economy is read as the origin of
    the goods: `canada steel`.
    """


def override_query(
    query: RateQuery, on: date | None, product: str | None, value: Decimal | None = None
) -> RateQuery:
    """The query with the date, product and value of command-line options, if these are given."""
    changed: dict[str, object] = {} if value is None else {"value": value}
    if on is not None:
        changed["on"] = on
        if query.kind not in (QueryKind.UPCOMING, QueryKind.CHANGES):
            changed.update(since=None, until=None, days=())
    if product:
        changed.update(product=product.encode("utf-8", "replace").decode("utf-8"), both_ways=False)
        if query.kind is QueryKind.PARTY and not query.only_as_origin:
            changed.update(
                kind=QueryKind.PAIR, imposer=query.partner, partner=WORLD, partner_implied=True
            )
    if on is not None and query.kind is QueryKind.CHANGES and (query.since or on) >= on:
        # The date in `changes since` is the first day of the changes; the option's is the last day.
        changed["since"] = on - timedelta(days=CHANGES_DAYS)
    return query.model_copy(update=changed)


def build_total_query(query: RateQuery) -> RateQuery:
    """The question about all duties on goods of the pair, for one about a single law."""
    update = {"product": None, "percent": None, "history": False, "both_ways": False}
    return query.model_copy(update=update)


def format_query(query: RateQuery) -> str:
    """The query as a text that `parse_query` reads back: `on 2025-04-15 🇺🇸 🇨🇳`.

    Buttons use the text to ask the question again later. It has fixed dates instead of relative
    ones such as `yesterday`.
    """
    if query.kind is QueryKind.CARD:
        return _format_card(query)
    words = {QueryKind.UPCOMING: ["upcoming"], QueryKind.CHANGES: ["changes"]}
    parts = words.get(query.kind, [])
    # The date comes first, because the parser takes the first date in the text.
    parts += _format_days(query)
    if query.imposer is not None and not query.imposer_assumed:
        by = ["tariffs by"] if query.partner_implied and query.imposer != HOME else []
        parts += [*by, format_party(query.imposer)]
    if query.partner is not None and not query.partner_implied:
        parts += [*_format_link(query), format_party(query.partner)]
    for code in query.versus:
        parts += ["vs", format_party(code)] if query.imposer_assumed else [format_party(code)]
    parts += [query.product] if query.product else []
    parts += [each for each in query.uncovered if each not in (Uncovered.AGOA, Uncovered.GSP)]
    parts += [f"{query.percent:f}%"] if query.percent is not None else []
    parts += [f"value {query.value:f}"] if query.value is not None else []
    return " ".join([*parts, "history"] if query.history else parts)


def _format_card(query: RateQuery) -> str:
    if query.card is None:
        return query.law or "cards"
    on = f"on {query.on.isoformat()} " if query.on else ""
    named = query.heading or f"card {query.card}"
    return f"{on}{named}{' sources' if query.sources else ''}"


def _format_link(query: RateQuery) -> list[str]:
    """The words before the partner."""
    if query.kind is QueryKind.PARTY:
        if query.only_as_origin:
            return ["world on"]
        return [] if query.partner == HOME else ["tariffs by"]
    if query.kind in (QueryKind.UPCOMING, QueryKind.CHANGES):
        of_goods = ["goods of"] if query.imposer is None else ["on"]
        return of_goods if query.only_as_origin else []
    one_way = not query.both_ways and not query.imposer_assumed
    return ["on"] if query.kind in (QueryKind.PAIR, QueryKind.COMPARE) and one_way else []


def _format_days(query: RateQuery) -> list[str]:
    """The day, the days or the period of the query, with fixed dates."""
    if query.days:
        return [f"on {' and '.join(day.isoformat() for day in query.days)}"]
    if query.on is not None:
        return [f"on {query.on.isoformat()}"]
    if query.since is not None and query.until is not None:
        return [f"from {query.since.isoformat()} to {query.until.isoformat()}"]
    if query.since is not None:
        return [f"since {query.since.isoformat()}"]
    return [f"until {query.until.isoformat()}"] if query.until is not None else []


def format_party(code: str) -> str:
    """The flag that a question names the economy by, or `world`."""
    return "world" if code == WORLD else build_flag(code)
