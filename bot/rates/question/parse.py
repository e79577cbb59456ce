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
from functools import partial

from bot.errors import QueryError, UnclearQuestion
from bot.parties import WORLD, Parties
from bot.rates.cards.index import CardIndex
from bot.rates.question.parties import (
    TokenizedQuestion,
    are_joined,
    are_linked_origins,
    charge_together,
    find_direction,
    find_importer,
    has_direction,
    list_goods_of_each,
    list_importers,
    names_importer,
    names_origin,
    normalize_question,
)
from bot.rates.question.periods import Period, Tense, take_period
from bot.rates.question.product import ParsedProduct, ProductReader
from bot.rates.question.query import (
    HOME,
    QueryKind,
    RateQuery,
    Respelling,
    Uncovered,
)
from bot.rates.question.reading.calendar_query import (
    names_goods_of_economies,
    parse_calendar,
    refuse_unread,
)
from bot.rates.question.reading.question import (
    Question,
    Vocabulary,
    list_law_imposers,
    trim_product,
)
from bot.rates.question.reading.ranking import find_ranking
from bot.rates.question.reading.refusals import (
    MEANINGLESS,
    ask_for_goods,
    ask_for_importer,
    ask_for_origin,
    ask_for_origins,
    build_no_economy,
    refuse_excluded_economies,
    refuse_exclusions,
    refuse_misspelt_card,
    refuse_new_mexico,
    refuse_other_costs,
    refuse_unknown,
)
from bot.rates.question.reading.sentences import (
    drop_denied,
    is_sentence,
    list_read_goods,
    list_unread,
    refuse_half_read,
    refuse_unknown_sentence,
)
from bot.rates.question.retaliation import find_retaliation, take_retaliation
from bot.rates.question.spelling import correct_spelling
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

_MAX_TEXT = 500
_FEW_WORDS = 3
_ASIDE, _WORDS_OF_ASIDE = re.compile(r"\((?P<inside>[^()]*)\)"), 5
_ORIGIN_SUFFIX = re.compile(r"\b([a-z]+)-(?:made|origin|produced|grown|built|sourced)\b")
_PLACE = r"(?P<place>[a-z]+(?: [a-z]+){0,2})"
_VIA = re.compile(
    r"\b(?:(?:trans-?)?(?:shipped|shipping|routed|routing|enter(?:s|ed|ing)?|com(?:e|es|ing)"
    r"|pass(?:es|ed|ing)?|transit(?:s|ed|ing)?|imported)? ?(?:via|by way of|through|thru)"
    r"|trans-?shipped (?:from|in)|transit(?:s|ing)? in|stop(?:s|ping)?(?: over)? in"
    r"|stopover in) (?:(?:the|an?|our|my|their) )?"
    rf"{_PLACE}\b(?: (?:(?:bonded )?warehouses?|ports?|hubs?|borders?|ftz))?"
)
_STORED = re.compile(
    r"\b(?:stored in|stocked in|held in|kept in|warehoused in|from|in|at|out of|into)"
    r" (?:(?:the|an?|our|my|their) )?(?P<place>[a-z]+(?: [a-z]+)?)"
    r" (?:(?:bonded )?warehouses?|distribution cent(?:er|re)s?|ports?|hubs?|stopovers?)\b"
)
_SHIPPED = re.compile(rf"\b(?:shipped|shipping|sent|exported) (?:from|through|out of) {_PLACE}\b")
_STATIONS = frozenset({"bonded", "warehouse", "warehouses", "port", "ports", "hub", "border"})
_NAMES_ORIGIN = re.compile(r"\b(?:origin|(?:made|produced|manufactured|grown) in)\b")
_SOURCES = frozenset({"source", "sources"})
_PLUS_LAW = re.compile(
    r"(?:\b(?:plus|including|and|with)|\+)\s+(?:the\s+)?(?:section\s+|sec\.?\s+|s\.?)?"
    r"(?:232|301|122|338|201|ieepa)s?\b(?:\s+(?:tariffs?|dut(?:y|ies)))?"
)
_SUM_OF_LAWS = re.compile(
    r"[,+]?\s*\b(?:232|301|122|ieepa)(?:\s?[+/&]\s?(?:232|301|122|338|201|ieepa|fent\w*|recip\w*"
    r"|mfn|base|forced labou?r))+(?!\w)"
)
"""Laws after goods. The total of the goods has the duties of all laws."""
_AND = re.compile(r"\band\b|[,&]")


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
    return _parse(normalize_question(sound), Vocabulary(parties, reader, cards, today))


def _parse(text: str, vocabulary: Vocabulary) -> RateQuery:
    parties, reader, cards, today = vocabulary
    whole = correct_grammar_words(text, lambda word: _is_name(word, vocabulary))
    respelled: tuple[Respelling, ...] = ()
    if reader is not None:
        whole, respelled = correct_spelling(whole, parties, reader, cards)
    if respelled:
        query = _parse(normalize_question(whole), vocabulary)
        return query.model_copy(update={"respelled": respelled})
    whole = _drop_aside(whole, parties, reader)
    whole, via = _drop_route(_drop_suffixes(spell_out(whole), parties), parties)
    refuse_new_mexico(whole)
    intent = find_intent(whole)
    period, rest = _take_period(remove_empty_phrases(whole), today, intent)
    if period is not None and names_event(whole) and not intent.history:
        intent = intent._replace(changes=True, asks_when=True)
    undated = rest
    named = cards.find_all(undated) if cards is not None else ()
    if (card := _parse_card(undated, period, intent, vocabulary)) is not None:
        return card.model_copy(update={"cards": tuple(one for one in named if one != card.card)})
    value, rest = take_value(rest)
    percent, rest = take_percent(rest)
    if intent.is_calendar or intent.history:
        rest = remove_intent(rest)
        rest = remove_when_words(rest) if intent.asks_when else rest
    # `vat` is a code of the Vatican, so it is taken before the economies are found.
    costs, rest = take_other_costs(rest)
    words = TokenizedQuestion(rest, parties)
    uncovered, words.other_words = _take_uncovered(words, reader)
    retaliation = _take_retaliation(words, vocabulary)
    if costs:
        refuse_other_costs(costs, words, vocabulary)
    every = words.other_words
    if reader is not None:
        kept = reader.drop_everyday_words(words.other_words)
        # A text of a few words is no sentence, so each of them is important: `us nowhere`.
        if len(words.words) > _FEW_WORDS or not NOISE.issuperset(kept):
            words.other_words = drop_denied(kept, reader)
    question = Question(words, period, percent, (*uncovered, *costs), intent, retaliation)
    if percent is None and not (words.codes or intent.is_calendar):
        refuse_misspelt_card(undated, vocabulary)
    if intent.is_calendar:
        refuse_unread(question, vocabulary)
        query = parse_calendar(question, vocabulary)
        if not (query.kind is QueryKind.CHANGES and names_goods_of_economies(question, vocabulary)):
            return query
        # The calendar has no duties on all goods, which the goods pay too.
        question = question._replace(intent=intent._replace(history=True))
    if (ranking := find_ranking(whole, question, vocabulary)) is not None:
        return ranking
    query = _parse_rates(question, vocabulary)
    product = query.product or trim_product(words.other_words)
    unread = list_unread(every, product, reader)
    read = {"value": value, "cards": named, "unread": unread, "via": via}
    query = query.model_copy(update=read)
    refuse_half_read(whole, words, query, vocabulary)
    return query


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


def _drop_route(text: str, parties: Parties) -> tuple[str, tuple[str, ...]]:
    """The text without the places that goods only pass, because duties follow the origin, and the
    economies of these places."""
    passed: dict[str, None] = {}

    def drop(match: re.Match[str]) -> str:
        words = match["place"].split()
        for size in range(len(words), 0, -1):
            party = parties.find(" ".join(words[:size]))
            if party is not None and party.code not in (HOME, WORLD):
                passed[party.code] = None
                left = [word for word in words[size:] if word not in _STATIONS]
                return f" {' '.join(left)} "
        return match.group()

    rest = text
    for pattern in (_VIA, _STORED, *([_SHIPPED] if _NAMES_ORIGIN.search(text) else [])):
        rest = pattern.sub(drop, rest)
    if passed and not TokenizedQuestion(rest, parties).codes:
        return text, ()
    return rest, tuple(passed)


def _is_name(word: str, vocabulary: Vocabulary) -> bool:
    """Whether the word is a part of the vocabulary, so that it is not misspelt."""
    parties, reader, cards, _ = vocabulary
    return (
        parties.find(word) is not None
        or word in parties.words
        or (reader is not None and (word in reader.words or word in reader.schedule_words))
        or (cards is not None and word in cards.words)
    )


def _parse_card(
    text: str, period: Period | None, intent: Intent, vocabulary: Vocabulary
) -> RateQuery | None:
    """The query for a card or the list of cards, or None."""
    cards = vocabulary.cards
    if cards is None:
        return None
    card, law = cards.find(text), cards.find_unknown_law(text)
    if card is None and not law and not cards.is_list(text):
        return None
    asks_when = intent.history and take_percent(text)[0] is not None
    if asks_when and card is not None and cards.by_id[card].rows:
        # 'when did the 20% fentanyl tariff end' asks about one rate of the card.
        return None
    sources = card is not None and not _SOURCES.isdisjoint(text.split())
    on = period.day if period is not None else None
    asked = RateQuery(kind=QueryKind.CARD, card=card, law=law, on=on, sources=sources)
    codes = cards.list_economies(text) if card is not None else ()
    if not codes:
        return asked
    reader = vocabulary.reader
    kept = reader.drop_everyday_words(text.split()) if reader is not None else ()
    goods = reader.list_goods(" ".join(kept)) if reader is not None else ()
    product = goods[0] if len(goods) == 1 else None
    return asked.model_copy(update={"partner": codes[0], "versus": codes[1:], "product": product})


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


def _take_retaliation(words: TokenizedQuestion, vocabulary: Vocabulary) -> dict[str, object]:
    """The fields of the query if the question is about retaliation, whose words are taken out.

    A question that names a single duty keeps them: `march 2025 countermeasure`.
    """
    text, reader = " ".join(words.other_words), vocabulary.reader
    found, rest = take_retaliation(text)
    if not found or not vocabulary.has_home:
        return {}
    if words.codes and reader is not None and reader.read_any(text).layers:
        return find_retaliation(words) if len(words.codes) == 1 else {}
    words.other_words = rest.split()
    return find_retaliation(words)


def _parse_rates(question: Question, vocabulary: Vocabulary) -> RateQuery:
    words, reader = question.words, vocabulary.reader
    product = trim_product(words.other_words)
    build = partial(_build_rates, question, vocabulary)
    refuse_excluded_economies(words)
    _refuse_goods_of_each(question, vocabulary)
    if product:
        product = _read_chapter(_drop_added_law(product, reader))
        refuse_chapters_without_goods(product)
        try:
            refuse_unknown(product, words.codes, vocabulary, build)
        except UnclearQuestion:
            raise
        except QueryError:
            if not is_sentence(words):
                raise
            refuse_unknown_sentence(product, words, build(None), vocabulary)
        refuse_exclusions(product, vocabulary, build)
        product = _tidy(product, reader)
    return build(product)


def _build_rates(question: Question, vocabulary: Vocabulary, product: str | None) -> RateQuery:
    """The query about the rates of the product, which the question may name in other words."""
    words, reader = question.words, vocabulary.reader
    codes = words.codes
    asked = partial(
        RateQuery,
        product=product,
        percent=question.percent,
        uncovered=question.uncovered,
        **{
            "history": question.intent.history or question.percent is not None,
            **_find_days(question.period, question.intent, vocabulary.today),
        },
    )
    if question.retaliation:
        return asked(**question.retaliation)
    if not codes:
        if question.percent is not None:
            return asked(kind=QueryKind.PERCENT)
        if product and reader is not None and vocabulary.has_home:
            named = reader.read_any(product)
            if (named.goods or named.codes) and not (named.layers or named.bases):
                if question.intent.history:
                    # The answer asks for the origin if the goods pay no duty of their own.
                    every = {"partner": WORLD, "partner_implied": True, "imposer_assumed": True}
                    return asked(kind=QueryKind.PAIR, imposer=HOME, **every)
                goods = list_read_goods(product, reader) or product
                ask_for_origin(partial(asked, product=goods), goods, vocabulary)
        raise build_no_economy(product, words, question.uncovered, vocabulary)
    if len(codes) == 1:
        return _parse_one_party(asked, words, product, vocabulary)
    if vocabulary.has_home and (query := _parse_origins(asked, question, product, vocabulary)):
        return query
    laws = list_law_imposers(product, reader)
    query = _parse_parties(asked, words, question.intent, laws, product)
    if question.percent is not None and query.both_ways and query.partner == HOME:
        # 'switzerland usa 39%': most percentages that people name are duties of the US.
        return query.model_copy(update={"imposer": HOME, "partner": query.imposer})
    return query


def _parse_origins(
    asked: Callable[..., RateQuery],
    question: Question,
    product: str | None,
    vocabulary: Vocabulary,
) -> RateQuery | None:
    """The query if all economies of the question are origins of goods that the US imports."""
    words, reader, parties = question.words, vocabulary.reader, vocabulary.parties
    codes = words.codes
    laws = list_law_imposers(product, reader)
    # Only the US imposes 'section 232', so 'canada and mexico section 232' names two origins.
    of_home = HOME in laws and HOME not in codes and laws.isdisjoint(codes)
    if (of_home and WORLD not in codes) or are_linked_origins(
        words, HOME, comparing=question.intent.compares
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
                ask_for_goods(asked, goods, codes, vocabulary)
        return asked(
            kind=QueryKind.COMPARE,
            imposer=HOME,
            partner=codes[0],
            versus=tuple(codes[1:]),
            imposer_assumed=True,
        )
    if product and (bloc := _find_common_bloc(codes, parties)):
        return asked(kind=QueryKind.PAIR, imposer=HOME, partner=bloc, imposer_assumed=True)
    if _lists_origins(words, product, vocabulary):
        return asked(
            kind=QueryKind.COMPARE,
            imposer=HOME,
            partner=codes[0],
            versus=tuple(codes[1:]),
            imposer_assumed=True,
        )
    if (
        product
        and reader
        and reader.names_goods(product)
        and WORLD not in codes
        and are_joined(words, HOME)
    ):
        ask_for_origins(codes[0], codes[1], product)
    return None


def _lists_origins(words: TokenizedQuestion, product: str | None, vocabulary: Vocabulary) -> bool:
    """Whether economies without a word of direction are origins, because no data has duties that
    the first one charges: `ukraine moldova wine`, `china vietnam toys`."""
    reader, codes = vocabulary.reader, words.codes
    if reader is None or {HOME, WORLD} & set(codes) or has_direction(words):
        return False
    imposers = frozenset(vocabulary.parties.list_codes(codes[0]))
    partners = {partner for imposer, partner in reader.pairs if imposer in imposers}
    if not partners or product is None or WORLD in partners:
        return not partners
    # 'china and vietnam toys' may be importer and origin.
    charged = (vocabulary.parties.list_codes(one) for one in codes[1:])
    return not are_joined(words, HOME) and all(map(partners.isdisjoint, charged))


def _refuse_goods_of_each(question: Question, vocabulary: Vocabulary) -> None:
    """Raises UnclearQuestion if each economy has its own goods: `fiji water, jamaica rum`."""
    words, reader = question.words, vocabulary.reader
    if reader is None or len(words.codes) < 2 or {HOME, WORLD} & set(words.codes):
        return
    if has_direction(words) or not vocabulary.has_home:
        return
    for goods in list_goods_of_each(words):
        if len(set(goods)) > 1 and all(each and reader.names_goods(each) for each in goods):
            days = _find_days(question.period, question.intent, vocabulary.today)
            asked = partial(RateQuery, **days)
            ask_for_goods(asked, goods, words.codes, vocabulary)


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
        ask_for_importer(codes, WORLD, product)
    if words.words_before[1] == ["->"] and partner == HOME:
        # Goods flow into the US: 'brazil -> us', 'cn->us batteries'.
        imposer, partner = partner, imposer
    if len(codes) > 2 and (importers := list_importers(words)):
        ask_for_importer(importers, codes[-1], product)
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


def _find_common_bloc(codes: Sequence[str], parties: Parties) -> str | None:
    """The bloc that all of these economies are in, or None.

    The goods of its members pay the same duties: `french wine and italian cheese`.
    """
    blocs = [set(parties.list_codes(code)) - {code} for code in codes]
    return next(iter(sorted(set.intersection(*blocs))), None) if blocs else None


def _parse_one_party(
    asked: Callable[..., RateQuery],
    words: TokenizedQuestion,
    product: str | None,
    vocabulary: Vocabulary,
) -> RateQuery:
    """A question with one economy: the origin of the goods, or the economy that charges."""
    [code] = words.codes
    laws = list_law_imposers(product, vocabulary.reader)
    own_law = not laws.isdisjoint(vocabulary.parties.list_codes(code)) and HOME not in laws
    if (
        vocabulary.has_home
        and code not in (HOME, WORLD)
        and (names_origin(words) or not (own_law or names_importer(words)))
    ):
        return asked(kind=QueryKind.PAIR, imposer=HOME, partner=code, imposer_assumed=True)
    charged = code != WORLD and names_origin(words)
    if charged or not product:
        return asked(kind=QueryKind.PARTY, partner=code, only_as_origin=charged)
    return asked(kind=QueryKind.PAIR, imposer=code, partner=WORLD, partner_implied=code != WORLD)


def _find_days(period: Period | None, intent: Intent, today: date) -> dict[str, object]:
    """The fields for the day, the days or the period of a question about rates.

    A week that includes today means today. A history is not limited to days ahead, which `will it
    rise in january` only asks about too.
    """
    if period is None or period.day == today:
        return {}
    if period.days:
        days = period.days
        return {"since": days[0], "until": days[-1], "days": days, "history": True}
    if intent.history and period.first is not None and period.first > today:
        return {}
    if period.first is not None and period.last is not None:
        is_short = period.last - period.first < timedelta(days=7)
        if is_short and period.first <= today <= period.last:
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


def _read_chapter(product: str) -> str:
    """The product, with `chapter` before a bare chapter: `us china 84`."""
    if len(product) == 2 and product.isdigit() and 1 <= int(product) <= 97:
        return f"chapter {product}"
    return product


def _drop_added_law(product: str, reader: ProductReader | None) -> str:
    """The product without `plus 232` after goods, whose total includes the duties of that law."""
    rest = " ".join(_SUM_OF_LAWS.sub(" ", _PLUS_LAW.sub(" ", product)).split())
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
    shorter = " ".join(word for word in product.split() if word not in MEANINGLESS)
    same = reader.read_any(shorter)._replace(text=product, unknown=wanted.unknown) == wanted
    return shorter if same and shorter else product
