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
    china's tariffs           the duties of and on China; also `us`, `tariffs by china`
    world on china steel      the duties on these goods, by each importing country
    eu retaliation, canada countermeasures steel    duties on goods of the US
    is the 10% still on       duties at a percentage
    upcoming [january 2027] [china] [steel]    also `what ends in december`
    changes [in july 2026] [china] [steel]     also `what changed last week`
    section 232               the card of a law or topic; with `sources`, its details
    cards                     the list of all cards

Case, accents and small words do not matter. Goods, date and `history` may come in any order. Any
other text raises QueryError. `bot.rates.question.product` recognizes misspelled goods, and
`bot.parties` misspelled economies.

normalized text | corrected, places as economies | without remarks and routes | intent | period
    | card of a rule, law or topic -> RateQuery
    | value, percentage | economies and direction | goods | RateQuery, with what was not read
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from bot.errors import QueryError, UnclearQuestion
from bot.parties import Parties
from bot.rates.cards.index import CardIndex, CardReading
from bot.rates.question.directions import names_export, names_importer
from bot.rates.question.parties import TokenizedQuestion, normalize_question
from bot.rates.question.phrases.spelled_forms import spell_out
from bot.rates.question.phrases.uncovered import take_other_costs, take_uncovered
from bot.rates.question.product.reader import ProductReader
from bot.rates.question.query import (
    HOME,
    QueryKind,
    RateQuery,
    Respelling,
    Uncovered,
)
from bot.rates.question.reading.asides import (
    drop_agreement,
    drop_aside,
    drop_asked_heading,
    drop_material,
    drop_model_year,
    drop_named_duty,
    drop_post,
    drop_route,
    drop_suffixes,
    spell_out_use,
    spell_out_used,
    take_quantities,
    take_shares,
)
from bot.rates.question.reading.calendar_query import (
    find_goods_of_economies,
    parse_calendar,
    refuse_unread,
)
from bot.rates.question.reading.goods_of_law import read_goods_of_law
from bot.rates.question.reading.question import (
    Question,
    Vocabulary,
    trim_product,
)
from bot.rates.question.reading.ranking import find_ranking
from bot.rates.question.reading.rates_query import find_days, parse_rates
from bot.rates.question.reading.refusals import (
    cut_exclusion,
    refuse_cut_exclusion,
    refuse_misspelled_card,
    refuse_new_mexico,
    refuse_other_costs,
    refuse_regions,
)
from bot.rates.question.reading.retaliation import find_retaliation, take_retaliation
from bot.rates.question.reading.sentences import (
    drop_denied,
    find_mixed_origin,
    list_read_goods,
    refuse_half_read,
    refuse_other_structure,
)
from bot.rates.question.reading.unread import (
    add_unread,
    find_small_role,
    list_lost_economies,
    list_unread,
    list_unread_of_card,
    list_unread_parts,
)
from bot.rates.question.rule_questions import (
    find_rule,
    refuse_unknown_case,
)
from bot.rates.question.spelling import correct_spelling
from bot.rates.question.times.periods import Period, take_period
from bot.rates.question.times.spans import Tense
from bot.rates.question.times.unread import find_unread_times
from bot.rates.question.tokens import Role, Tokens
from bot.rates.question.value import take_value
from bot.rates.question.vocabulary.country_codes import flag_codes
from bot.rates.question.vocabulary.foreign import translate
from bot.rates.question.vocabulary.places import (
    find_own_origin,
    spell_out_cheeses,
    spell_out_places,
)
from bot.rates.question.wording import (
    FILLER,
    NOISE,
    Intent,
    asks_for_past,
    correct_grammar_words,
    find_intent,
    names_event,
    read_surcharges,
    remove_empty_phrases,
    remove_intent,
    remove_when_words,
    take_percent,
)

_MAX_TEXT = 500
_PAIR, _FEW_WORDS = 2, 3
_FIRST_VERB = re.compile(r"^\s*(?:is|are)\s+(?!->|(?:on|vs|versus|against|and|or)\b)")
"""A verb that is also the code of an economy: `is`, `are`."""
_MAX_COMPARED, _MAX_CARDS = 15, 4
_PARCELS, _AGREEMENTS = "de-minimis", "other-agreements"
"""The ids of the cards about parcels, and about agreements without the US."""
_SOURCES = frozenset({"source", "sources"})


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
    a reader, `steel` is not taken for a misspelled economy, and words that are neither goods nor an
    economy raise QueryError.
    """
    if len(text) > _MAX_TEXT:
        raise QueryError(
            "the question", f"longer than {_MAX_TEXT} characters", "Ask about one pair"
        )
    # Pydantic rejects lone surrogates, which a broken terminal or feed may send.
    sound = text.encode("utf-8", "replace").decode("utf-8")
    coded = flag_codes(sound, parties)
    return _parse(normalize_question(coded), Vocabulary(parties, reader, cards, today))


def _parse(text: str, vocabulary: Vocabulary) -> RateQuery:
    parties, reader, cards, today = vocabulary
    whole, respelled = _correct(text, vocabulary)
    if respelled:
        query = _parse(normalize_question(whole), vocabulary)
        return query.model_copy(update={"respelled": respelled})
    asked = whole
    spelled = spell_out(whole)
    left_out, shorter = cut_exclusion(whole, parties)
    if left_out and reader is not None:
        refuse_cut_exclusion(left_out, _parse(shorter, vocabulary))
    tokens = Tokens(whole)
    without_asides = drop_aside(whole, parties, reader)
    usual = spelled if without_asides == whole else spell_out(without_asides)
    routed = drop_suffixes(usual, parties)
    tokens.settle(routed, Role.FILLER)
    whole, via = drop_route(drop_material(routed, parties), parties)
    tokens.settle(whole, Role.ECONOMY)
    refuse_new_mexico(whole)
    intent = find_intent(whole)
    rest = remove_empty_phrases(whole)
    rest = drop_model_year(rest, reader) if reader is not None else rest
    shares, rest = take_shares(rest, parties)
    tokens.settle(rest, Role.FILLER)
    period, rest = _take_period(rest, today, intent)
    tokens.settle(rest, Role.DAY)
    period, intent = _read_times(period, intent, whole, rest, today)
    if period is not None and period.day != today:
        rest = read_surcharges(rest)
    rest = _add_own_origin(rest, parties)
    undated = rest
    on_cards = cards.read(undated) if cards is not None else None
    named = on_cards.named[:_MAX_CARDS] if on_cards is not None else ()
    by_post, rest = drop_post(rest)
    tokens.settle(rest, Role.FILLER)
    by_agreement, rest = drop_agreement(rest, parties)
    tokens.settle(rest, Role.LAW)
    topics = [_PARCELS] * by_post + [_AGREEMENTS] * by_agreement
    known = [card for card in topics if cards is not None and card in cards.by_id]
    named = tuple(dict.fromkeys((*named, *known)))[:_MAX_CARDS]
    if cards is not None and whole != routed:
        # The question may be about the way of the goods: `goods that enter through canada`.
        on_cards = cards.read(remove_empty_phrases(routed))
    rule = find_rule(routed, vocabulary)
    if (card := _parse_card(on_cards, rule, period, intent, vocabulary)) is not None:
        unread = (
            () if card.card == rule else list_unread_of_card(tokens, card.card or "", vocabulary)
        )
        # A rule answers the question, and its card links to these.
        linked = cards.by_id[rule].see if cards is not None and card.card == rule and rule else ()
        others = tuple(one for one in named if one not in (card.card, *linked))
        return card.model_copy(update={"cards": others, "unread": unread})
    value, rest = take_value(rest)
    tokens.settle(rest, Role.VALUE)
    quantities, rest = take_quantities(rest, reader) if reader is not None else ((), rest)
    tokens.settle(rest, Role.FILLER)
    percent, rest = take_percent(rest)
    tokens.settle(rest, Role.PERCENT)
    if intent.is_calendar or intent.history:
        rest = remove_intent(rest)
        rest = remove_when_words(rest) if intent.asks_when else rest
        tokens.settle(rest, Role.INTENT)
    # `vat` is a code of the Vatican, so it is taken before the economies are found.
    costs, rest = take_other_costs(rest)
    if len(whole.split()) > _PAIR:
        # Without its percentage, 'is switzerland 39% or 15%' looks like two codes.
        rest = _FIRST_VERB.sub("", rest)
    words = TokenizedQuestion(rest, parties)
    uncovered, words.other_words = _take_uncovered(words, reader)
    days = find_days(period, intent, today)
    retaliation = _take_retaliation(words, partial(RateQuery, value=value, **days), vocabulary)
    tokens.settle(" ".join(words.other_words), find_small_role)
    if costs:
        refuse_other_costs(costs, words, vocabulary)
    if reader is not None:
        kept = reader.names.drop_everyday_words(words.other_words)
        # A text of a few words is no sentence, so each of them is important: `us nowhere`.
        if len(words.words) > _FEW_WORDS or not NOISE.issuperset(kept):
            words.other_words = drop_denied(kept, reader)
    question = Question(words, period, percent, (*uncovered, *costs), intent, retaliation, value)
    if percent is None and not (words.codes or intent.is_calendar):
        refuse_misspelled_card(undated, vocabulary)
    refuse_regions(words, vocabulary)
    read = {"value": value, "cards": named, "via": via}
    if intent.is_calendar:
        refuse_unread(question, vocabulary)
        query = parse_calendar(question, vocabulary)
        goods = find_goods_of_economies(question, vocabulary)
        if query.kind is not QueryKind.CHANGES or not goods:
            lost = list_lost_economies(spelled, query, parties)
            unread = (*list_unread(tokens, query, vocabulary), *lost)
            query = query.model_copy(update={"unread": unread, "via": via})
            parts = (*shares, *quantities, *list_unread_parts(asked, tokens))
            return _add_unread_parts(query, parts, vocabulary)
        words.other_words = goods
        # The calendar has no duties on all goods, which the goods pay too.
        question = question._replace(intent=intent._replace(history=True))
    if (mixed := find_mixed_origin(words, vocabulary)) is not None:
        return mixed
    refuse_other_structure(whole, words, vocabulary)
    ranking = find_ranking(whole, question, vocabulary)
    query = ranking if ranking is not None else parse_rates(question, vocabulary)
    if len(query.versus) >= _MAX_COMPARED:
        problem = f"names more than {_MAX_COMPARED} origins to compare"
        raise QueryError("the question", problem, "Compare fewer")
    query = query.model_copy(update=read)
    lost = list_lost_economies(spelled, query, parties)
    query = query.model_copy(update={"unread": (*list_unread(tokens, query, vocabulary), *lost)})
    times = find_unread_times(undated) if period is None else ()
    refuse_half_read(whole, words, query, times, vocabulary)
    parts = (*shares, *quantities, *list_unread_parts(asked, tokens))
    return _add_unread_parts(query, parts, vocabulary)


def _add_unread_parts(query: RateQuery, parts: Sequence[str], vocabulary: Vocabulary) -> RateQuery:
    """The query with the parts of its question that no rate answers, and their cards."""
    cards = filter(None, (find_rule(part, vocabulary) for part in parts))
    named = tuple(dict.fromkeys((*query.cards, *cards)))[:_MAX_CARDS]
    return add_unread(query, parts).model_copy(update={"cards": named})


def _correct(text: str, vocabulary: Vocabulary) -> tuple[str, tuple[Respelling, ...]]:
    """The text in English with its spelling corrected, and the corrected words of goods and
    economies.

    Places are written as their economies, and the use of parts stands before the parts.
    """
    parties, reader, cards, _ = vocabulary
    if reader is not None:
        text = translate(text)
        text = spell_out_places(text, lambda name: parties.find(name) is not None, reader)
        text = drop_named_duty(spell_out_use(spell_out_used(text, reader), reader), reader)
        text = drop_asked_heading(text, parties, reader)
    whole = correct_grammar_words(text, lambda word: _is_name(word, vocabulary))
    return correct_spelling(whole, parties, reader, cards) if reader is not None else (whole, ())


def _read_times(
    period: Period | None, intent: Intent, whole: str, rest: str, today: date
) -> tuple[Period | None, Intent]:
    """The period, and the intent with what the period says about it. `rest` has no period."""
    if intent.changes and period is not None and period.day == today:
        # 'what's new today' asks for the state, and few days have a change
        period = None
    if period is not None and names_event(rest) and not intent.history:
        intent = intent._replace(changes=True, asks_when=True)
    if period is None and asks_for_past(whole):
        intent = intent._replace(history=True)
    return period, intent


def _is_name(word: str, vocabulary: Vocabulary) -> bool:
    """Whether the word is a part of the vocabulary, so that it is not misspelled."""
    parties, reader, cards, _ = vocabulary
    return (
        parties.find(word) is not None
        or word in parties.words
        or (reader is not None and (word in reader.names.words or word in reader.headings.words))
        or (cards is not None and word in cards.words)
    )


def _parse_card(
    read: CardReading | None,
    rule: str | None,
    period: Period | None,
    intent: Intent,
    vocabulary: Vocabulary,
) -> RateQuery | None:
    """The query for a card or the list of cards, or None.

    `rule` is the card of the rule that the question asks for.
    """
    cards = vocabulary.cards
    if cards is None or read is None:
        return None
    text, card, law = read.text, rule or read.card, read.unknown_law
    if card is None and not law:
        refuse_unknown_case(text, vocabulary)
    if card is None and not law and not read.asks_for_list:
        return None
    asks_when = intent.history and take_percent(text)[0] is not None
    if asks_when and card is not None and cards.by_id[card].rows:
        # 'when did the 20% fentanyl tariff end' asks about one rate of the card.
        return None
    sources = card is not None and not _SOURCES.isdisjoint(text.split())
    on = period.day if period is not None else None
    asked = RateQuery(
        kind=QueryKind.CARD, card=card, law=law, on=on, sources=sources, heading=read.heading
    )
    codes = read.economies if card is not None else ()
    if not codes:
        return asked if card is None else read_goods_of_law(asked, text, vocabulary) or asked
    reader = vocabulary.reader
    others = [word for word in text.split() if word not in FILLER]
    kept = reader.names.drop_everyday_words(others) if reader is not None else ()
    goods = reader.list_goods(" ".join(kept)) if reader is not None else ()
    product = goods[0] if len(goods) == 1 else None
    return asked.model_copy(update={"partner": codes[0], "versus": codes[1:], "product": product})


def _add_own_origin(text: str, parties: Parties) -> str:
    """The text with the origin of goods that are made in one economy, if it names no other."""
    name = find_own_origin(text)
    origin = parties.find(name) if name else None
    if origin is None:
        return text
    words = TokenizedQuestion(text, parties)
    is_named = bool(words.codes) and words.codes != [HOME]
    is_importer = len(words.codes) == 1 and (names_importer(words) or names_export(words))
    if origin.code in words.codes or (is_named and not is_importer):
        return text
    return f"{spell_out_cheeses(text)} from {name}"


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


def _take_retaliation(
    words: TokenizedQuestion, asked: Callable[..., RateQuery], vocabulary: Vocabulary
) -> dict[str, object]:
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
    if reader is None:
        return find_retaliation(words)
    # Words of the retaliation may stand next to the goods: `wine from france if it comes back`.
    groups = (words.other_words, *words.words_before[:1], words.words_after)
    kept = (trim_product(reader.names.drop_everyday_words(group)) for group in groups)
    goods = next(filter(None, (list_read_goods(one, reader) for one in kept)), None)
    return find_retaliation(words, partial(asked, product=goods))
