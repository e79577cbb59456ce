"""Parses the text after `/tariff` into a query, and formats a query as such a text.

    us china                  both directions, beginning with US duties; also `us -> china`
    us on china               one direction; also `tariffs by us on china`
    us eu steel               with goods, a code, or a layer (`us china section 301 only`)
    us china on 2025-04-15    on a day
    us china history          with every change
    us mexico 8703.23 usmca   with a claim: `usmca`, `not usmca`, `column 2`, `korus`
    us china 8507.60.00 $9,000  with the entered value, for duties in dollars
    us china vs vietnam       duties of the US on both, for comparison
    us steel                  on all countries. Canada has no such duties, so `canada steel` means
                              steel from Canada
    china                     all duties on Chinese goods, and all duties that China imposes
    steel from china          the duties on these goods, by each importing country
    upcoming [china] [steel]  upcoming changes
    changes [since 2025-04-01] [china] [steel]
    section 232               the card of a law or topic; with `sources`, its details
    cards                     the list of all cards

Case, accents and small words do not matter. Goods, date and `history` may come in any order. Any
other text raises QueryError. `bot.rates.question.product` recognizes misspelt goods, and
`bot.parties` misspelt economies.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import partial

from bot.errors import NoEconomyNamed, QueryError, UnknownParty
from bot.parties import WORLD, Parties, build_flag
from bot.rates.cards.index import CardIndex
from bot.rates.question.dates import refuse_other_days, take_day
from bot.rates.question.parties import (
    NOISE,
    TokenizedQuestion,
    find_direction,
    names_origin,
    normalize_question,
)
from bot.rates.question.product import ProductReader
from bot.rates.question.stemming import stem_words
from bot.rates.question.value import take_value
from bot.values import Frozen

_MAX_TEXT = 500
CHANGES_DAYS = 30
"""Default number of days that `changes` looks back."""

_CALENDAR = frozenset({"upcoming", "calendar", "changes", "changed"})
_SOURCES = frozenset({"source", "sources"})
_HISTORY = frozenset({"history", "timeline", "chart", "over time"})
_CALENDAR_WORDS = frozenset(
    str.split(
        "this next last past coming recent recently latest new soon day days week weeks "
        "month months quarter year years ahead date dates deadline deadlines event events "
        "change up january february march april may june july august september october "
        "november december tomorrow measures measure"
    )
)
"""Words in a question about the calendar that are neither goods nor an economy."""


class QueryKind(StrEnum):
    PAIR = "pair"
    COMPARE = "compare"
    PARTY = "party"
    UPCOMING = "upcoming"
    CHANGES = "changes"
    CARD = "card"
    """A law or a topic, about which there is a card."""


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
    card: str | None = None
    """The id of the card. None for the list of all cards, also if a law has no card."""
    law: str = ""
    """The law that the question names and that has no card: `section 233`."""
    sources: bool = False
    """Whether the question asks for the details and sources of the card."""
    imposer_assumed: bool = False
    """Whether the question names no importing country, so that `imposer` is only the likely one."""
    percent: Decimal | None = None
    """The percent whose days are asked for: `when did the 145% tariff end`."""
    value: Decimal | None = None
    """The entered value in dollars."""
    history: bool = False
    both_ways: bool = False
    """Whether to answer both directions."""
    only_as_origin: bool = False
    """Whether a question with one economy asks only for duties on this economy's goods.

    Otherwise it also asks for the duties that the economy imposes.
    """
    partner_implied: bool = False
    """Whether the question names goods and one economy, so that the partner is all countries.

    If the ledger has no duties of this economy on the goods, the economy is read as the origin of
    the goods: `canada steel`.
    """


def parse_query(
    text: str,
    parties: Parties,
    today: date,
    reader: ProductReader | None = None,
    cards: CardIndex | None = None,
) -> RateQuery:
    """The query in the text. Raises QueryError, or UnknownParty with similar names.

    `reader` (`Ledger.reader`) recognizes goods, and `cards` (`Ledger.cards`) laws and topics. With
    a reader, `steel` is not taken for a misspelt economy, and words that are neither goods nor an
    economy raise QueryError.
    """
    if len(text) > _MAX_TEXT:
        raise QueryError(
            "the question", f"longer than {_MAX_TEXT} characters", "Ask about one pair"
        )
    # Pydantic rejects lone surrogates, which a broken terminal or feed may send.
    sound = text.encode("utf-8", "replace").decode("utf-8")
    on, undated = take_day(normalize_question(sound), today)
    if cards is not None and (asked := _parse_card(undated, on, cards, reader)) is not None:
        return asked
    value, rest = take_value(undated)
    words = TokenizedQuestion(rest, parties)
    if _CALENDAR & set(words.other_words):
        _refuse_unread(words, parties, reader, dated=on is not None)
        return _parse_calendar(words, on, today, reader)
    query = _parse_rates(words, parties, on, reader)
    return query if value is None else query.model_copy(update={"value": value})


def override_query(
    query: RateQuery, on: date | None, product: str | None, value: Decimal | None = None
) -> RateQuery:
    """The query with the date, product and value of command-line options, if these are given."""
    changed: dict[str, object] = {} if value is None else {"value": value}
    if on is not None:
        changed["on"] = on
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


def format_query(query: RateQuery) -> str:
    """The query as a text that `parse_query` reads back: `on 2025-04-15 🇺🇸 🇨🇳`.

    Buttons use the text to ask the question again later. It has fixed dates instead of relative
    ones such as `yesterday`.
    """
    words = {QueryKind.UPCOMING: ["upcoming"], QueryKind.CHANGES: [f"changes since {query.since}"]}
    if query.kind is QueryKind.CARD:
        return _format_card(query)
    parts = words.get(query.kind, [])
    # The date comes first, because the parser takes the first date in the text.
    if query.on is not None:
        parts.append(f"on {query.on.isoformat()}")
    if query.imposer is not None:
        parts.append(_format_flag(query.imposer))
    if query.partner is not None and not query.partner_implied:
        one_way = query.only_as_origin or (query.kind is QueryKind.PAIR and not query.both_ways)
        flag = _format_flag(query.partner)
        parts.append(f"on {flag}" if one_way else flag)
    parts += map(_format_flag, query.versus)
    parts += [query.product] if query.product else []
    parts += [f"value {query.value:f}"] if query.value is not None else []
    return " ".join([*parts, "history"] if query.history else parts)


def _format_card(query: RateQuery) -> str:
    if query.card is None:
        return query.law or "cards"
    on = f"on {query.on.isoformat()} " if query.on else ""
    return f"{on}card {query.card}{' sources' if query.sources else ''}"


def _format_flag(code: str) -> str:
    return "world" if code == WORLD else build_flag(code)


def _parse_card(
    text: str, on: date | None, cards: CardIndex, reader: ProductReader | None
) -> RateQuery | None:
    """The query for a card or the list of cards, or None.

    Raises UnknownParty if the text is almost the name of a law or topic.
    """
    card, law = cards.find(text), cards.find_unknown_law(text)
    if card is not None or law or cards.is_list(text):
        sources = card is not None and not _SOURCES.isdisjoint(text.split())
        return RateQuery(kind=QueryKind.CARD, card=card, law=law, on=on, sources=sources)
    if (reader is None or not reader.understands(text)) and (near := cards.suggest(text)):
        raise UnknownParty(text.strip(), near, "not a law or topic we know")
    return None


def _parse_calendar(
    words: TokenizedQuestion, on: date | None, today: date, reader: ProductReader | None
) -> RateQuery:
    party = words.codes[0] if words.codes else None
    rest = _trim_product([word for word in words.other_words if word not in _CALENDAR])
    # Other words do not name a product: 'this month', 'next week'.
    product = rest if rest and reader is not None and reader.names_any(rest) else None
    if "upcoming" in words.other_words or "calendar" in words.other_words:
        return RateQuery(kind=QueryKind.UPCOMING, partner=party, product=product, on=on)
    since = on or today - timedelta(days=CHANGES_DAYS)
    return RateQuery(kind=QueryKind.CHANGES, partner=party, product=product, since=since)


def _parse_rates(
    words: TokenizedQuestion,
    parties: Parties,
    on: date | None,
    reader: ProductReader | None,
) -> RateQuery:
    history = bool(_HISTORY & set(words.other_words))
    product = _trim_product(words.other_words)
    codes = words.codes
    if product:
        _refuse_unknown(product, codes, parties, reader)
    if not codes:
        if product and reader is not None and reader.names_goods(product):
            raise NoEconomyNamed(product, "names goods but no economy", (f"us {product}",))
        if product:
            raise UnknownParty(product, parties.suggest(product))
        thing = " ".join(words.other_words) or "the question"
        raise QueryError(thing, "names no economy", "Try: us china")
    asked = partial(RateQuery, product=product, on=on, history=history)
    if len(codes) == 1:
        charged = codes[0] != WORLD and names_origin(words)
        if charged or not product:
            return asked(kind=QueryKind.PARTY, partner=codes[0], only_as_origin=charged)
        partner_implied = codes[0] != WORLD
        return asked(
            kind=QueryKind.PAIR, imposer=codes[0], partner=WORLD, partner_implied=partner_implied
        )
    imposer, partner, is_explicit = find_direction(words)
    others = tuple(code for code in codes[2:] if code not in (imposer, partner))
    return asked(
        kind=QueryKind.COMPARE if others else QueryKind.PAIR,
        imposer=imposer,
        partner=partner,
        versus=others,
        both_ways=not others and not is_explicit and WORLD not in codes[:2],
    )


def _trim_product(rest: Sequence[str]) -> str | None:
    """The words as a text, without small words at its two ends; None if nothing is left."""
    words = [word for word in rest if word not in _HISTORY]
    while words and words[0] in NOISE:
        words.pop(0)
    while words and words[-1] in NOISE:
        words.pop()
    kept = [word for word in words if word != "->"]
    # 'face' alone is the verb of 'what india faces', not a mask.
    return " ".join(kept) if kept and kept != ["face"] else None


def _refuse_unknown(
    product: str, codes: Sequence[str], parties: Parties, reader: ProductReader | None
) -> None:
    """Raises QueryError if the product names no goods, code, layer or legal basis.

    If names of economies or goods are similar, the error is UnknownParty. A day that
    `take_day` cannot read has an error of its own.
    """
    refuse_other_days(product)
    if reader is not None and reader.understands(product):
        _refuse_misspelt_economy(product, codes, parties, reader)
        return
    near = _suggest_economies(product, codes, parties)
    if len(codes) < 2 and near:
        raise UnknownParty(product, near)
    if reader is None or not codes:
        return
    near = (*near, *reader.read_any(product).suggestions)
    cause = "neither goods nor an economy we know"
    if not near and (found := reader.search_schedule(product)):
        named = "; ".join(f"{one.code} ({one.description})" for one in found)
        cause = f"{cause}. The US tariff schedule has these words in {named}"
        near = tuple(one.code for one in found)
    if near:
        raise UnknownParty(product, near, cause)
    raise QueryError(product, cause, "An HS code, such as 8507.60, works too")


def _refuse_misspelt_economy(
    product: str, codes: Sequence[str], parties: Parties, reader: ProductReader
) -> None:
    """Raises UnknownParty if an unknown word is almost the name of a second economy.

    Only questions with one economy are checked.
    """
    if len(codes) != 1 or not (unknown := set(reader.read_any(product).unknown)):
        return
    for word in product.split():
        meant = parties.find_misspelt(word) if unknown.issuperset(stem_words(word)) else None
        if meant is not None and meant.code not in (*codes, WORLD):
            raise UnknownParty(word, (meant.name,))


def _suggest_economies(words: str, codes: Sequence[str], parties: Parties) -> tuple[str, ...]:
    """Names of economies similar to the words, without those already in the question."""
    known = {parties.get(code).name for code in codes}
    suggestions = parties.suggest(words) or parties.suggest(words.split()[0])
    return tuple(name for name in suggestions if name not in known)


def _refuse_unread(
    words: TokenizedQuestion, parties: Parties, reader: ProductReader | None, *, dated: bool
) -> None:
    """Raises QueryError for an invalid date or unknown words in a question about the calendar.

    Without the error, the full calendar would look like an answer about the unknown words.
    """
    rest = _trim_product([word for word in words.other_words if word not in _CALENDAR])
    if rest is None:
        return
    if "since" in words.other_words and not dated:
        raise QueryError(rest, "not a day we can read", "Write it as 2025-12-31")
    if not words.codes and (near := parties.suggest(rest)):
        raise UnknownParty(rest, near)
    unread = [word for word in rest.split() if word not in _CALENDAR_WORDS | NOISE]
    # A number may count days or be part of a name: 'last 7 days', 'list 3', 'chapter 72'.
    words_only = " ".join(word for word in unread if not word.isdigit())
    if not words_only or reader is None or reader.understands(" ".join(unread)):
        return
    if not reader.understands(words_only):
        suggestions = reader.read_any(words_only).suggestions
        raise UnknownParty(words_only, suggestions, "neither goods nor an economy we know")
