"""Parses the text after `/tariff` into a query, and formats a query as such a text.

    us china                  both directions, beginning with US duties; also `us -> china`,
                              and `china -> us` for goods that flow into the US
    us on china               one direction; also `china to us`, `us goods into china`
    us eu steel               with goods, a code, or a layer (`us china section 301 only`)
    us china on 2025-04-15    on a day; `last year` or `in july 2026` for a period
    us china history          with every change; also `when did tariffs on china start`
    us mexico 8703.23 usmca   with a claim: `usmca`, `not usmca`, `column 2`, `korus`
    us china 8507.60.00 $9,000  with the entered value, for duties in dollars
    us china vs vietnam       duties of the US on both, for comparison
    us steel                  on all countries
    china, steel from china   US duties on these goods, because a lone economy is the origin
    korea vs japan cars       US duties on goods of both; also `who pays more, korea or japan`
    china's tariffs           all duties that China imposes; also `us`, `tariffs by china`
    world on china steel      the duties on these goods, by each importing country
    eu retaliation, canada countermeasures steel    duties on goods of the US
    is the 10% still on       duties at a percentage
    upcoming [january 2027] [china] [steel]    also `what ends in december`
    changes [in july 2026] [china] [steel]     also `what changed last week`
    section 232               the card of a law or topic; with `sources`, its details
    cards                     the list of all cards

Case, accents and small words do not matter. Goods, date and `history` may come in any order. Any
other text raises QueryError. `bot.rates.question.product` recognizes misspelt goods, and
`bot.parties` misspelt economies.

normalized text | intent | period, value, percentage | economies and direction | goods | RateQuery
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import NamedTuple, NoReturn

from bot.errors import NoEconomyNamed, QueryError, UnclearQuestion, UnknownParty
from bot.parties import WORLD, Parties
from bot.rates.cards.index import CardIndex
from bot.rates.question.parties import (
    FOOD_NAMES,
    TokenizedQuestion,
    are_joined,
    charge_together,
    find_direction,
    find_importer,
    list_importers,
    list_linked_origins,
    names_importer,
    names_origin,
    normalize_question,
)
from bot.rates.question.periods import Period, Tense, take_period
from bot.rates.question.product import ParsedProduct, ProductReader
from bot.rates.question.query import (
    CHANGES_DAYS,
    HOME,
    QueryKind,
    RateQuery,
    Respelling,
    Uncovered,
    format_party,
    format_query,
)
from bot.rates.question.retaliation import find_retaliation, take_retaliation
from bot.rates.question.spelling import correct_spelling
from bot.rates.question.stemming import stem_words
from bot.rates.question.value import take_value
from bot.rates.question.wording import (
    NOISE,
    Intent,
    correct_grammar_words,
    find_intent,
    names_event,
    remove_empty_phrases,
    remove_intent,
    remove_when_words,
    spell_out,
    take_other_costs,
    take_percent,
    take_uncovered,
)
from bot.rates.schedule.codes import refuse_chapters_without_goods
from bot.rates.schedule.search import FoundHeading

_MAX_TEXT = 500
_FEW_WORDS = 3
_ASIDE, _WORDS_OF_ASIDE = re.compile(r"\((?P<inside>[^()]*)\)"), 5
_MAX_OFFERED = 3
"""Maximum number of goods that are offered, next to all goods, if the goods are unclear."""
_MAX_MEANINGS = 4
_LIKELY_ORIGINS = ("CN", "MX", "EU")
"""The origins of most imports of the US, for goods whose origin a question does not name."""
_MAX_LABEL = 70
"""Maximum characters of a label that names a heading of the tariff schedule."""
_COMMAS = re.compile(r"(?:\s*,)+")
_TOPICS = (
    ("refunds", re.compile(r"\brefund(?:s|ed|able)?\b")),
    ("de minimis", re.compile(r"\bde[ -]?minimis\b")),
)
"""Topics whose card also answers a question that names an economy."""
_ORIGIN_SUFFIX = re.compile(r"\b([a-z]+)-(?:made|origin|produced|grown|built|sourced)\b")
_VIA = re.compile(
    r"\b(?:(?:trans-?)?(?:shipped|shipping|routed)? ?(?:via|by way of)"
    r"|trans-?shipped (?:from|through|in)) (?P<place>[a-z]+)\b"
)
_SHIPPED = re.compile(
    r"\b(?:shipped|shipping|sent|exported) (?:from|through|out of) (?P<place>[a-z]+)\b"
)
_NAMES_ORIGIN = re.compile(r"\b(?:origin|(?:made|produced|manufactured|grown) in)\b")
_NEW_MEXICO = re.compile(r"\bnew mexico\b")
_SOURCES = frozenset({"source", "sources"})
_OF_ORIGIN = frozenset({"from", "of", "on", "in", "the", "made"})
_MEANINGLESS = frozenset(
    str.split(
        "rate rates tariff tariffs duty duties on from the a an is are it i pay pays paid "
        "charge import imports imported at by to currently me do does"
    )
)
"""Words that are removed from a product if it keeps its meaning."""
_PLUS_LAW = re.compile(
    r"(?:\b(?:plus|including|and|with)|\+)\s+(?:the\s+)?(?:section\s+|sec\.?\s+|s\.?)?"
    r"(?:232|301|122|338|201|ieepa)s?\b(?:\s+(?:tariffs?|dut(?:y|ies)))?"
)
"""A law after goods. Their total has the duties of all laws."""
_AND = re.compile(r"\band\b|[,&]")
_EXCLUSION = re.compile(r"\b(?:not|except|excluding|without|besides|no)\b")
_CALENDAR_WORDS = frozenset(
    str.split(
        "this next last past coming recent recently latest new soon day days week weeks "
        "month months quarter year years ahead date dates deadline deadlines event events "
        "change up january february march april may june july august september october "
        "november december tomorrow measures measure truce deal deals pause talks suspension"
    )
)
"""Words in a question about the calendar that are neither goods nor an economy."""


class _Question(NamedTuple):
    """A question whose time, value and other markers were taken from its text."""

    words: TokenizedQuestion
    period: Period | None
    percent: Decimal | None
    uncovered: tuple[Uncovered, ...]
    intent: Intent
    retaliation: dict[str, object]
    """The fields of the query of a question about retaliation; empty for all others."""


def parse_query(
    text: str,
    parties: Parties,
    today: date,
    reader: ProductReader | None = None,
    cards: CardIndex | None = None,
) -> RateQuery:
    """The query in the text. Raises QueryError, UnknownParty with similar names, or
    UnclearQuestion with a complete question for each reading.

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
    whole = correct_grammar_words(normalize_question(sound), reader.words if reader else ())
    respelled: tuple[Respelling, ...] = ()
    if reader is not None:
        whole, respelled = correct_spelling(whole, parties, reader, cards)
    if respelled:
        query = parse_query(whole, parties, today, reader, cards)
        return query.model_copy(update={"respelled": respelled})
    whole = _drop_aside(whole, parties, reader)
    whole = _drop_route(_drop_suffixes(spell_out(whole), parties), parties)
    _refuse_new_mexico(whole)
    intent = find_intent(whole)
    period, rest = _take_period(remove_empty_phrases(whole), today, intent)
    if period is not None and names_event(rest) and not intent.history:
        intent = intent._replace(changes=True, asks_when=True)
    if cards is not None and (asked := _parse_card(rest, period, intent, cards)) is not None:
        return asked
    undated = rest
    value, rest = take_value(rest)
    percent, rest = take_percent(rest)
    if intent.is_calendar or intent.history:
        rest = remove_intent(rest)
        rest = remove_when_words(rest) if intent.asks_when else rest
    # `vat` is a code of the Vatican, so it is taken before the economies are found.
    costs, rest = take_other_costs(rest)
    words = TokenizedQuestion(rest, parties)
    uncovered, words.other_words = _take_uncovered(words, reader)
    retaliation = _take_retaliation(words, parties, reader)
    if costs:
        _refuse_other_costs(costs, words, reader)
    if reader is not None:
        kept = reader.drop_everyday_words(words.other_words)
        # A text of a few words is no sentence, so each of them is important: `us nowhere`.
        if len(words.words) > _FEW_WORDS or not NOISE.issuperset(kept):
            words.other_words = kept
    question = _Question(words, period, percent, (*uncovered, *costs), intent, retaliation)
    if cards is not None and percent is None and not (words.codes or intent.is_calendar):
        _refuse_misspelt_card(undated, cards, reader)
    if intent.is_calendar:
        _refuse_unread(question, parties, reader)
        query = _parse_calendar(question, today, reader)
        if not (query.kind is QueryKind.CHANGES and _names_goods_of_economies(question, reader)):
            return query
        # The calendar has no duties on all goods, which the goods pay too.
        question = question._replace(intent=intent._replace(history=True))
    query = _parse_rates(question, parties, today, reader)
    return query if value is None else query.model_copy(update={"value": value})


def _drop_suffixes(text: str, parties: Parties) -> str:
    """The text with `vietnam` for `vietnam-made` and `vietnam-origin`."""

    def shorten(match: re.Match[str]) -> str:
        return match.group() if parties.find(match[1]) is None else match[1]

    return _ORIGIN_SUFFIX.sub(shorten, text)


def _drop_aside(text: str, parties: Parties, reader: ProductReader | None) -> str:
    """The text without a longer remark in parentheses that names no economy, code or claim."""

    def drop(match: re.Match[str]) -> str:
        inside = match["inside"]
        wanted = reader.read_any(inside) if reader is not None else ParsedProduct(inside)
        named = wanted.codes or wanted.claims or TokenizedQuestion(inside, parties).codes
        is_aside = len(inside.split()) >= _WORDS_OF_ASIDE and not any(map(str.isdigit, inside))
        return " " if is_aside and not named else match.group()

    return _ASIDE.sub(drop, text)


def _drop_route(text: str, parties: Parties) -> str:
    """The text without the country of shipment, because duties follow the origin of the goods."""

    def drop(match: re.Match[str]) -> str:
        return match.group() if parties.find(match["place"]) is None else " "

    text = _VIA.sub(drop, text)
    return _SHIPPED.sub(drop, text) if _NAMES_ORIGIN.search(text) else text


def _parse_card(
    text: str, period: Period | None, intent: Intent, cards: CardIndex
) -> RateQuery | None:
    """The query for a card or the list of cards, or None."""
    card, law = cards.find(text), cards.find_unknown_law(text)
    if card is None and not intent.is_calendar:
        # No duty of a pair answers a question about these: 'refund on china ieepa'.
        card = next((cards.find(name) for name, words in _TOPICS if words.search(text)), None)
    if card is None and not law and not cards.is_list(text):
        return None
    asks_when = intent.history and take_percent(text)[0] is not None
    if asks_when and card is not None and cards.by_id[card].rows:
        # 'when did the 20% fentanyl tariff end' asks about one rate of the card.
        return None
    sources = card is not None and not _SOURCES.isdisjoint(text.split())
    on = period.day if period is not None else None
    return RateQuery(kind=QueryKind.CARD, card=card, law=law, on=on, sources=sources)


def _refuse_misspelt_card(text: str, cards: CardIndex, reader: ProductReader | None) -> None:
    """Raises UnknownParty if the text is almost the name of a law or topic."""
    if (reader is None or not reader.understands(text)) and (near := cards.suggest(text)):
        raise UnknownParty(" ".join(text.split()), near, "not a law or topic we know")


def _take_period(text: str, today: date, intent: Intent) -> tuple[Period | None, str]:
    """The period in the text. A month in a question about changes is in the past, if unclear."""
    try:
        return take_period(text, today, intent.tense, loose=intent.is_calendar)
    except UnclearQuestion:
        if not intent.changes or intent.upcoming:
            raise
        return take_period(text, today, Tense.PAST, loose=True)


def _take_uncovered(
    words: TokenizedQuestion, reader: ProductReader | None
) -> tuple[tuple[Uncovered, ...], list[str]]:
    """What the question names that the ledger does not cover, and its other words.

    Antidumping duties that one of the question's economies imposes may be in the ledger. A lone
    economy is the origin of the goods, so it imposes nothing: `steel china anti-dumping`.
    Those of the US, and of others on US goods, are not.
    """
    text = " ".join(words.other_words)
    found, rest = take_uncovered(text)
    if not found:
        return (), words.other_words
    imposers = reader.list_imposers(text) if reader is not None else frozenset[str]()
    codes = set(words.codes)
    is_origin = len(words.codes) == 1 and not names_importer(words)
    is_followed = imposers & codes and (HOME not in codes or HOME in imposers)
    if is_followed and not is_origin:
        return (), words.other_words
    return found, rest.split()


def _refuse_other_costs(
    costs: Sequence[Uncovered], words: TokenizedQuestion, reader: ProductReader | None
) -> None:
    """Raises UnclearQuestion for a question about costs that are no duties.

    With an economy and goods, or with two economies, the question is about duties too.
    """
    rest = _trim_product(words.other_words) or ""
    about_goods = bool(words.codes) and reader is not None and reader.names_goods(rest)
    if about_goods or len(words.codes) > 1:
        return
    name = costs[0]
    options = [("Customs fees (MPF, HMF)", "mpf"), ("All cards", "cards")]
    for code in words.codes[:1]:
        flag = format_party(code)
        options.insert(0, (f"Duties of {code}", f"tariffs by {flag}"))
        options.insert(0, (f"{HOME} duties on {code}", f"{format_party(HOME)} on {flag}"))
    raise UnclearQuestion(
        name, f"{name[:1].upper()}{name[1:]} are not in our data. It has duties.", options
    )


def _take_retaliation(
    words: TokenizedQuestion, parties: Parties, reader: ProductReader | None
) -> dict[str, object]:
    """The fields of the query if the question is about retaliation, whose words are taken out.

    A question that names a single duty keeps them: `march 2025 countermeasure`.
    """
    text = " ".join(words.other_words)
    found, rest = take_retaliation(text)
    if not found or HOME not in parties or not words.codes:
        return {}
    if reader is not None and reader.read_any(text).layers:
        return find_retaliation(words) if len(words.codes) == 1 else {}
    words.other_words = rest.split()
    return find_retaliation(words)


def _parse_calendar(question: _Question, today: date, reader: ProductReader | None) -> RateQuery:
    words, period, intent = question.words, question.period, question.intent
    rest = _trim_product(words.other_words)
    # Other words do not name a product: 'this month', 'next week'.
    product = rest if rest and reader is not None and reader.names_any(rest) else None
    asked = partial(
        RateQuery, product=product, percent=question.percent, uncovered=question.uncovered
    )
    if len(words.codes) > 1:
        imposer, partner, _ = find_direction(words)
        asked = partial(asked, imposer=imposer, partner=partner)
    elif words.codes:
        asked = partial(asked, partner=words.codes[0])
    if question.retaliation.get("imposer"):
        pair = {key: question.retaliation[key] for key in ("imposer", "partner")}
        asked = partial(asked, **pair)
    since, until, on = _find_window(period, today)
    upcoming = intent.upcoming or (intent.changes and intent.tense is Tense.FUTURE and not since)
    if period is not None and on is None:
        ahead = since is not None and since >= today and (until is None or until > today)
        gone = until is not None and until < today
        upcoming = not gone and (ahead or intent.upcoming or intent.tense is Tense.FUTURE)
    if upcoming:
        return asked(kind=QueryKind.UPCOMING, since=since, until=until, on=on)
    if on is not None:
        return asked(kind=QueryKind.CHANGES, since=on, until=on)
    since = since or (until or today) - timedelta(days=CHANGES_DAYS)
    return asked(kind=QueryKind.CHANGES, since=since, until=until)


def _names_goods_of_economies(question: _Question, reader: ProductReader | None) -> bool:
    """Whether a question about past changes names a period, economies and goods."""
    words = question.words
    rest = _list_calendar_goods(words)
    named = bool(rest) and reader is not None and reader.names_goods(rest)
    if not named or question.period is None or not words.codes or WORLD in words.codes:
        return False
    words.other_words = rest.split()
    return True


def _list_calendar_goods(words: TokenizedQuestion) -> str:
    """The words of a calendar question that may name goods."""
    return _trim_product([one for one in words.other_words if one not in _CALENDAR_WORDS]) or ""


def _find_window(
    period: Period | None, today: date
) -> tuple[date | None, date | None, date | None]:
    """The first and the last day of a calendar, or the day as of which it is asked for.

    `upcoming on 2025-05-14` asks what was upcoming on that past day.
    """
    if period is None:
        return None, None, None
    if period.day is not None and period.is_named_on and period.day < today:
        return None, None, period.day
    return period.first, period.last, None


def _parse_rates(
    question: _Question,
    parties: Parties,
    today: date,
    reader: ProductReader | None,
) -> RateQuery:
    words = question.words
    product = _trim_product(words.other_words)
    build = partial(_build_rates, question, parties, today, reader)
    _refuse_excluded_economies(words)
    if product:
        product = _read_chapter(_drop_added_law(product, reader))
        refuse_chapters_without_goods(product)
        _refuse_unknown(product, words.codes, parties, reader, build)
        _refuse_exclusions(product, reader, build)
        product = _tidy(product, reader)
    return build(product)


def _build_rates(
    question: _Question,
    parties: Parties,
    today: date,
    reader: ProductReader | None,
    product: str | None,
) -> RateQuery:
    """The query about the rates of the product, which the question may name in other words."""
    words, intent = question.words, question.intent
    codes = words.codes
    asked = partial(
        RateQuery,
        product=product,
        history=intent.history or question.percent is not None,
        percent=question.percent,
        uncovered=question.uncovered,
        **_find_days(question.period, today),
    )
    if not codes:
        if question.percent is not None:
            return asked(kind=QueryKind.PERCENT)
        if product and reader is not None and HOME in parties:
            named = reader.read_any(product)
            if (named.goods or named.codes) and not (named.layers or named.bases):
                _ask_for_origin(asked, product, parties)
        raise _build_no_economy(product, words, question.uncovered, parties, reader)
    if question.retaliation:
        return asked(**question.retaliation)
    if len(codes) == 1:
        return _parse_one_party(asked, words, product, parties, reader)
    laws = _list_law_imposers(product, reader)
    # Only the US imposes 'section 232', so 'canada and mexico section 232' names two origins.
    of_home = HOME in laws and HOME not in codes and laws.isdisjoint(codes)
    if HOME in parties and (
        (of_home and WORLD not in codes)
        or list_linked_origins(words, HOME, comparing=intent.compares)
    ):
        joined = all({"and", ",", "&"} & set(each) for each in words.words_before[1:])
        by_goods = words.has_adjective and all(words.are_origins) and joined
        if by_goods and product and (bloc := _find_common_bloc(codes, parties)):
            return asked(kind=QueryKind.PAIR, imposer=HOME, partner=bloc, imposer_assumed=True)
        if by_goods and product:
            goods = [each.strip() for each in _AND.split(product)]
            if len(set(goods)) == 1:
                # 'japanese cars and korean cars'
                asked = partial(asked, product=goods[0])
            else:
                _ask_for_goods(asked, goods, codes, parties)
        return asked(
            kind=QueryKind.COMPARE,
            imposer=HOME,
            partner=codes[0],
            versus=tuple(codes[1:]),
            imposer_assumed=True,
        )
    if HOME in parties and product and (bloc := _find_common_bloc(codes, parties)):
        return asked(kind=QueryKind.PAIR, imposer=HOME, partner=bloc, imposer_assumed=True)
    if (
        product
        and HOME in parties
        and reader
        and reader.names_goods(product)
        and WORLD not in codes
        and are_joined(words, HOME)
    ):
        _ask_for_origins(codes[0], codes[1], product)
    query = _parse_parties(asked, words, intent, laws, product)
    if question.percent is not None and query.both_ways and query.partner == HOME:
        # 'switzerland usa 39%': most percentages that people name are duties of the US.
        return query.model_copy(update={"imposer": HOME, "partner": query.imposer})
    return query


def _parse_parties(
    asked: Callable[..., RateQuery],
    words: TokenizedQuestion,
    intent: Intent,
    laws: frozenset[str],
    product: str | None,
) -> RateQuery:
    """A question with two or more economies, one of which charges the others.

    `laws` has the economies that impose the law of the question: only the US has `section 232`.
    """
    codes = words.codes
    imposer, partner, is_explicit = find_direction(words)
    if charge_together(words):
        _ask_for_importer(codes, WORLD, product)
    if words.words_before[1] == ["->"] and partner == HOME and product is None:
        # Goods flow into the US: 'brazil -> us'. In 'china -> us steel', China charges.
        imposer, partner = partner, imposer
    if len(codes) > 2 and (importers := list_importers(words)):
        _ask_for_importer(importers, codes[-1], product)
    if not is_explicit and len(laws & {imposer, partner}) == 1:
        is_explicit = True
        if partner in laws:
            imposer, partner = partner, imposer
    if len(codes) > 2 and (last := find_importer(words, HOME, comparing=intent.compares)):
        imposer = last
        partner = next(code for code in codes if code != last)
    others = tuple(code for code in codes if code not in (imposer, partner))
    if imposer == WORLD and not others:
        return asked(kind=QueryKind.PARTY, partner=partner, only_as_origin=True)
    return asked(
        kind=QueryKind.COMPARE if others else QueryKind.PAIR,
        imposer=imposer,
        partner=partner,
        versus=others,
        both_ways=not others and not is_explicit and WORLD not in codes[:2],
    )


def _ask_for_goods(
    asked: Callable[..., RateQuery], goods: Sequence[str], codes: Sequence[str], parties: Parties
) -> None:
    """Raises UnclearQuestion if each origin has its own goods: `thai rice and indian tea`."""
    if len(goods) != len(codes) or not all(goods):
        return
    options = [
        (
            f"{each} from {parties.get(code).name}"[:_MAX_LABEL],
            format_query(asked(kind=QueryKind.PAIR, imposer=HOME, partner=code, product=each)),
        )
        for each, code in zip(goods, codes, strict=True)
    ]
    raise UnclearQuestion(" and ".join(goods), "Which goods first?", options)


def _find_common_bloc(codes: Sequence[str], parties: Parties) -> str | None:
    """The bloc that all of these economies are in, or None.

    The goods of its members pay the same duties: `french wine and italian cheese`.
    """
    blocs = [set(parties.list_codes(code)) - {code} for code in codes]
    return next(iter(sorted(set.intersection(*blocs))), None) if blocs else None


def _ask_for_origins(first: str, second: str, product: str) -> NoReturn:
    """Raises UnclearQuestion for `china and india toys`: two origins, or importer and origin."""
    one, other = format_party(first), format_party(second)
    options = [
        (f"{HOME} on {first} and {second}", f"{one} vs {other} {product}"),
        (f"{first} on {second}", f"{one} on {other} {product}"),
        (f"{second} on {first}", f"{other} on {one} {product}"),
    ]
    raise UnclearQuestion("the importing country", "Who imports?", options)


def _ask_for_importer(importers: Sequence[str], partner: str, product: str | None) -> NoReturn:
    """Raises UnclearQuestion for `eu and us tariffs on china`: an answer has one importer."""
    goods = f" {product}" if product else ""
    on = "" if partner == WORLD else f" on {format_party(partner)}"
    by = "tariffs by " if partner == WORLD else ""
    place = "all countries" if partner == WORLD else partner
    options = [
        (f"{code} on {place}{goods}", f"{by}{format_party(code)}{on}{goods}") for code in importers
    ]
    raise UnclearQuestion("the importing country", "Which importing country first?", options)


def _parse_one_party(
    asked: Callable[..., RateQuery],
    words: TokenizedQuestion,
    product: str | None,
    parties: Parties,
    reader: ProductReader | None,
) -> RateQuery:
    """A question with one economy: the origin of the goods, or the economy that charges."""
    [code] = words.codes
    laws = _list_law_imposers(product, reader)
    own_law = not laws.isdisjoint(parties.list_codes(code)) and HOME not in laws
    if (
        HOME in parties
        and code not in (HOME, WORLD)
        and (names_origin(words) or not (own_law or names_importer(words)))
    ):
        return asked(kind=QueryKind.PAIR, imposer=HOME, partner=code, imposer_assumed=True)
    charged = code != WORLD and names_origin(words)
    if charged or not product:
        return asked(kind=QueryKind.PARTY, partner=code, only_as_origin=charged)
    return asked(kind=QueryKind.PAIR, imposer=code, partner=WORLD, partner_implied=code != WORLD)


def _list_law_imposers(product: str | None, reader: ProductReader | None) -> frozenset[str]:
    """The economies that impose the law or the duty that the product names instead of goods."""
    if reader is None or not product or reader.names_goods(product):
        return frozenset()
    return reader.list_imposers(product)


def _find_days(period: Period | None, today: date) -> dict[str, date | None]:
    """The fields for the day or the period of a question about rates."""
    if period is None or period.day == today:
        return {}
    if period.day is not None:
        return {"on": period.day}
    if period.first is None:
        return {"on": period.last}
    if period.last is None:
        if period.first >= today:
            return {"on": period.first}
        return {"since": period.first, "until": today}
    return {"since": period.first, "until": period.last}


def _ask_for_origin(asked: Callable[..., RateQuery], product: str, parties: Parties) -> NoReturn:
    """Raises UnclearQuestion for goods without an origin, because most origins pay other duties."""
    options = [
        (
            parties.get(code).name,
            format_query(asked(kind=QueryKind.PAIR, imposer=HOME, partner=code)),
        )
        for code in _LIKELY_ORIGINS
        if code in parties
    ]
    every = asked(kind=QueryKind.PAIR, imposer=HOME, partner=WORLD, partner_implied=True)
    options.append(("Duties on all origins", format_query(every)))
    raise UnclearQuestion(product, f"Which origin do you mean for {product}?", options)


def _build_no_economy(
    product: str | None,
    words: TokenizedQuestion,
    uncovered: Sequence[str],
    parties: Parties,
    reader: ProductReader | None,
) -> QueryError:
    """The error for a question that names no economy."""
    if product is None and uncovered:
        return NoEconomyNamed(uncovered[0], "not covered", ("us china",))
    if product and reader is not None and reader.names_goods(product):
        return NoEconomyNamed(product, "names goods but no economy", (f"us {product}",))
    if product and reader is not None and reader.names_any(product) and HOME in parties:
        questions = (f"us china {product}",) if "CN" in parties else (f"us {product}",)
        return NoEconomyNamed(product, "names a duty but no economy", questions)
    if product:
        return UnknownParty(product, parties.suggest(product))
    thing = " ".join(words.other_words) or "the question"
    return QueryError(thing, "names no economy", "Try: us china")


def _trim_product(rest: Sequence[str]) -> str | None:
    """The words as a text, without small words at its two ends; None if nothing is left."""
    words = [word for word in rest if word != "->"]
    while words and words[0] in NOISE:
        words.pop(0)
    while words and words[-1] in NOISE:
        words.pop()
    # 'face' alone is the verb of 'what india faces', not a mask.
    if not words or words == ["face"]:
        return None
    return _COMMAS.sub(",", " ".join(words))


def _read_chapter(product: str) -> str:
    """The product, with `chapter` before a bare chapter: `us china 84`."""
    if len(product) == 2 and product.isdigit() and 1 <= int(product) <= 97:
        return f"chapter {product}"
    return product


def _drop_added_law(product: str, reader: ProductReader | None) -> str:
    """The product without `plus 232` after goods, whose total includes the duties of that law."""
    rest = " ".join(_PLUS_LAW.sub(" ", product).split())
    if reader is None or not rest or rest == product:
        return product
    wanted = reader.read_any(rest)
    alone = not (wanted.layers or wanted.bases)
    return rest if alone and (wanted.goods or wanted.codes) else product


def _tidy(product: str, reader: ProductReader | None) -> str | None:
    """The product without words that do not change its meaning; None if it has no meaning."""
    if reader is None:
        return product
    wanted = reader.read_any(product)
    if wanted == ParsedProduct(product):
        return None
    shorter = " ".join(word for word in product.split() if word not in _MEANINGLESS)
    same = reader.read_any(shorter)._replace(text=product, unknown=wanted.unknown) == wanted
    return shorter if same and shorter else product


def _refuse_new_mexico(text: str) -> None:
    """Raises UnclearQuestion for `new mexico steel`: a US state, or a new tariff on Mexico."""
    if _NEW_MEXICO.search(text):
        meant = " ".join(_NEW_MEXICO.sub("mexico", text).split())
        raise UnclearQuestion(
            "new mexico",
            "New Mexico is a state of the US, without duties of its own. Do you mean Mexico?",
            [("Mexico", meant)],
        )


def _refuse_excluded_economies(words: TokenizedQuestion) -> None:
    """Raises QueryError for `toys not from china`, which would be read as toys from China."""
    for before in words.words_before:
        tail = [word for word in before if word not in _OF_ORIGIN][-1:]
        other_than = before[-2:] == ["other", "than"]
        if other_than or (tail and tail[0] in {"except", "excluding", "not", "besides", "but"}):
            raise QueryError(
                " ".join(before[-3:]),
                "we cannot leave out an economy",
                "Name the economies to compare, as in: china vs vietnam vs india",
            )


def _refuse_exclusions(
    product: str, reader: ProductReader | None, build: Callable[[str], RateQuery]
) -> None:
    """Raises QueryError for goods that are excluded, because the reader would include them.

    If goods stand before them, the error is UnclearQuestion with a question about all of these.
    """
    match = _EXCLUSION.search(product)
    if match is None or reader is None:
        return
    before, after = product[: match.start()], product[match.end() :]
    with_word, without = reader.read_any(product), reader.read_any(f"{before} {after}")
    is_named = with_word._replace(text="", unknown=()) == without._replace(text="", unknown=())
    if is_named and reader.names_any(after):
        goods = _trim_product([one for one in before.split() if one not in _MEANINGLESS])
        if goods and reader.names_goods(goods):
            raise UnclearQuestion(
                f"{match.group().strip()} {after.strip()}",
                f"We cannot leave out some goods. The answer for all {goods} shows which pay more.",
                [(f"All {goods}"[:_MAX_LABEL], format_query(build(goods)))],
            )
        raise QueryError(
            f"{match.group().strip()} {after.strip()}",
            "we cannot leave out some goods",
            "Ask for the goods themselves, in words or by an HS code",
        )


def _refuse_unknown(
    product: str,
    codes: Sequence[str],
    parties: Parties,
    reader: ProductReader | None,
    build: Callable[[str], RateQuery],
) -> None:
    """Raises QueryError if the product names no goods, code, layer or legal basis.

    If the tariff schedule has its words, the error is UnclearQuestion with their headings; `build`
    makes the query about one of them. If names of economies or goods are similar, the error is
    UnknownParty.
    """
    if reader is not None:
        _refuse_misspelt_economy(product, codes, parties, reader)
        _ask_for_meaning(product, codes, reader, build)
        if reader.understands(product):
            return
    near = _suggest_economies(product, codes, parties)
    found = _search_schedule(product, parties, reader) if reader is not None else ()
    if reader is not None and not codes and found and " " in product:
        raise NoEconomyNamed(product, "may name goods, but no economy", (f"us {product}",))
    if len(codes) < 2 and near and not (codes and found and " " in product):
        raise UnknownParty(product, near)
    if reader is None or not codes:
        return
    wanted = reader.read_any(product)
    words = set(stem_words(product))
    alike = [name for name in wanted.suggestions if words <= set(stem_words(name))]
    headings = [(f"{one.code} {one.description}", one.code) for one in found]
    doubtful = wanted.doubtful if len(found) < _MAX_OFFERED else ()
    names = [(name, name) for name in (*doubtful, *alike)[:1]]
    named = [*headings[: _MAX_OFFERED - len(names)], *names]
    if found or wanted.doubtful:
        offered = [*named[:_MAX_OFFERED], ("All goods", "all goods")]
        _ask_for_one(product, offered, wanted.claims, build)
    cause = "neither goods nor an economy we know"
    if near := (*near, *wanted.suggestions):
        raise UnknownParty(product, near, cause)
    raise QueryError(product, cause, "An HS code, such as 8507.60, works too")


def _ask_for_meaning(
    product: str, codes: Sequence[str], reader: ProductReader, build: Callable[[str], RateQuery]
) -> None:
    """Raises UnclearQuestion for a name of several goods, and for other goods than those named.

    `chips` may be semiconductors or snacks, and `caustic soda` are no soft drinks.
    """
    wanted = reader.read_any(product)
    meant = [(name, name) for name in wanted.meanings]
    if not meant and (found := reader.find_other_headings(product)):
        meant = [(f"{one.code} {one.description}", one.code) for one in found[:_MAX_OFFERED]]
        meant += [(name, name) for name in reader.list_names(wanted.goods)]
    if meant and codes:
        _ask_for_one(product, [*meant[:_MAX_MEANINGS]], wanted.claims, build)


def _ask_for_one(
    product: str,
    named: Sequence[tuple[str, str]],
    claims: Sequence[str],
    build: Callable[[str], RateQuery],
) -> NoReturn:
    """Raises UnclearQuestion with a question about each of these goods, which have labels."""
    options = [
        (label[:_MAX_LABEL], format_query(build(" ".join((text, *claims)))))
        for label, text in named
    ]
    raise UnclearQuestion(product, f'Which goods do you mean by "{product}"?', options)


def _search_schedule(
    product: str, parties: Parties, reader: ProductReader
) -> tuple[FoundHeading, ...]:
    """Headings with the words of the product, without those of economies: `swiss army boots`."""
    words = [word for word in product.split() if word in FOOD_NAMES or not parties.find(word)]
    return reader.search_schedule(" ".join(words))


def _refuse_misspelt_economy(
    product: str, codes: Sequence[str], parties: Parties, reader: ProductReader
) -> None:
    """Raises UnknownParty if an unknown word is almost the name of an economy.

    Only questions with at most one economy are checked.
    """
    if len(codes) > 1 or not (unknown := set(reader.read_any(product).unknown)):
        return
    for word in product.split():
        if parties.find(word) is not None:
            continue
        meant = parties.find_misspelt(word) if unknown.issuperset(stem_words(word)) else None
        if meant is not None and meant.code not in (*codes, WORLD):
            raise UnknownParty(word, (meant.name,))


def _suggest_economies(words: str, codes: Sequence[str], parties: Parties) -> tuple[str, ...]:
    """Names of economies similar to the words, without those already in the question."""
    if any(parties.find(word) is not None for word in words.split()):
        # The name of an economy means goods here: 'turkey from canada'.
        return ()
    known = {parties.get(code).name for code in codes}
    suggestions = parties.suggest(words) or parties.suggest(words.split()[0])
    return tuple(name for name in suggestions if name not in known)


def _refuse_unread(question: _Question, parties: Parties, reader: ProductReader | None) -> None:
    """Raises QueryError if a calendar question has words that name no time, goods or economy."""
    words = question.words
    rest = _trim_product([word for word in words.other_words if word not in _CALENDAR_WORDS])
    if "since" in words.words and question.period is None and (thing := rest or "since"):
        raise QueryError(thing, "not a day we can read", "Write it as 2025-12-31")
    if rest is None:
        return
    knows = reader is not None and reader.names_any(rest)
    if not words.codes and not knows and (near := parties.suggest(rest)):
        raise UnknownParty(rest, near)
    unread = [word for word in rest.split() if word not in NOISE]
    # A number may count days or be part of a name: 'last 7 days', 'list 3', 'chapter 72'.
    words_only = " ".join(word for word in unread if not word.isdigit())
    if not words_only or reader is None or reader.understands(" ".join(unread)):
        return
    if not reader.understands(words_only):
        suggestions = reader.read_any(words_only).suggestions
        raise UnknownParty(words_only, suggestions, "neither goods nor an economy we know")
