"""Makes the query of a question about rates: its direction, its goods and its days."""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial

from bot.errors import QueryError, UnclearQuestion
from bot.parties import WORLD, Parties
from bot.rates.question.directions import (
    are_joined,
    are_linked_origins,
    charge_together,
    find_direction,
    find_importer,
    has_direction,
    list_goods_of_each,
    list_importers,
    names_export,
    names_importer,
    names_origin,
)
from bot.rates.question.parties import TokenizedQuestion
from bot.rates.question.parts import list_parts
from bot.rates.question.product.parsed import ParsedProduct
from bot.rates.question.product.reader import ProductReader
from bot.rates.question.query import (
    HOME,
    QueryKind,
    RateQuery,
    format_query,
)
from bot.rates.question.reading.calendar_query import parse_calendar
from bot.rates.question.reading.context_laws import drop_context_laws
from bot.rates.question.reading.goods import keep_names
from bot.rates.question.reading.question import (
    Question,
    Vocabulary,
    cut_label,
    list_law_imposers,
    trim_product,
)
from bot.rates.question.reading.refusals import (
    MEANINGLESS,
    ask_for_goods,
    ask_for_importer,
    ask_for_origin,
    ask_for_origins,
    build_no_economy,
    refuse_excluded_economies,
    refuse_exclusions,
    refuse_unknown,
)
from bot.rates.question.reading.sentences import (
    is_scattered,
    is_sentence,
    list_read_goods,
    refuse_unknown_sentence,
)
from bot.rates.question.reading.unread import list_unknown
from bot.rates.question.times.periods import Period
from bot.rates.question.wording import (
    Intent,
)
from bot.rates.schedule.codes import refuse_chapters_without_goods

_PLUS_LAW = re.compile(
    r"(?:\b(?:plus|including|incl\.?|and|with)|\+)\s+(?:the\s+)?(?:section\s+|sec\.?\s+|s\.?)?"
    r"(?:232|301|122|338|201|ieepa)s?\b(?:\s+(?:tariffs?|dut(?:y|ies)))?"
)
_SUM_OF_LAWS = re.compile(
    r"[,+]?\s*\b(?:232|301|122|ieepa)(?:\s?[+/&]\s?(?:232|301|122|338|201|ieepa|fent\w*|recip\w*"
    r"|mfn|base|forced labou?r))+(?!\w)"
)
"""Laws after goods. The total of the goods has the duties of all laws."""
_NO_LINKS = frozenset(
    {"to", "into", "in", "by", "on", "pay", "pays", "face", "faces", "->", "charge", "charges"}
)
"""Words between two economies that make one of them the importer."""
_AND = re.compile(r"\band\b|[,&]")


def parse_rates(question: Question, vocabulary: Vocabulary) -> RateQuery:
    words, reader = question.words, vocabulary.reader
    product = trim_product(words.other_words)
    build = partial(_build_rates, question, vocabulary)
    refuse_excluded_economies(words)
    _refuse_goods_of_each(question, vocabulary)
    product = _join_parts(question, vocabulary) or product
    if product:
        product = _read_chapter(_drop_added_law(product, reader))
        product = _split_at_economies(product, words, reader)
        if reader is not None and not question.intent.history:
            day = question.period.last if question.period is not None else None
            shorter = drop_context_laws(product, reader, day or vocabulary.today)
            if shorter != product:
                # The percentage was that of the law: `now that the 10% surcharge is gone`.
                question, product = question._replace(percent=None), shorter
                build = partial(_build_rates, question, vocabulary)
        refuse_chapters_without_goods(product)
        if reader is not None and is_sentence(words) and is_scattered(product, words, reader):
            refuse_unknown_sentence(product, words, build(None), vocabulary)
        try:
            is_origin = bool(words.codes) and names_origin(words)
            refuse_unknown(product, words.codes, vocabulary, build, is_origin=is_origin)
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
        value=question.value,
        **{
            "history": question.intent.history or question.percent is not None,
            **find_days(question.period, question.intent, vocabulary.today),
        },
    )
    if question.retaliation:
        return asked(**question.retaliation)
    if question.percent is not None and not product and codes == [WORLD]:
        return asked(kind=QueryKind.PERCENT)
    if not codes:
        if question.percent is not None:
            return asked(kind=QueryKind.PERCENT)
        if product and reader is not None and vocabulary.has_home:
            named = reader.read_any(product)
            if (named.goods or named.codes) and not (named.layers or named.bases):
                if question.intent.every_change and question.period is not None:
                    # A list also has the changes for single origins, which no rate for all has.
                    changes = question.intent._replace(history=False, changes=True)
                    return parse_calendar(question._replace(intent=changes), vocabulary)
                if question.intent.history:
                    # The answer asks for the origin if the goods pay no duty of their own.
                    every = {"partner": WORLD, "partner_implied": True, "imposer_assumed": True}
                    return asked(kind=QueryKind.PAIR, imposer=HOME, **every)
                goods = list_read_goods(product, reader) or product
                unread = list_unknown(" ".join(words.other_words), reader)
                ask_for_origin(partial(asked, product=goods), goods, vocabulary, unread)
        period = question.period
        if not product and period is not None and vocabulary.has_home:
            if _is_bare_day(question, vocabulary.today):
                return parse_calendar(question, vocabulary)
            ask_for_origin(asked, "these duties", vocabulary)
        raise build_no_economy(product, words, question.uncovered, vocabulary)
    if len(codes) == 1:
        return _parse_one_party(asked, words, product, vocabulary)
    if vocabulary.has_home and (query := _parse_origins(asked, question, product, vocabulary)):
        return query
    laws = list_law_imposers(product, reader)
    query = _parse_parties(asked, words, question.intent, laws)
    if question.percent is not None and query.both_ways and query.partner == HOME:
        # 'switzerland usa 39%': most percentages that people name are duties of the US.
        return query.model_copy(update={"imposer": HOME, "partner": query.imposer})
    return query


def _is_bare_day(question: Question, today: date) -> bool:
    """Whether a question names only another day or period than today: `tariffs 1 december`."""
    period, intent = question.period, question.intent
    asks_more = intent.history or intent.compares or question.value or question.uncovered
    asks_past = not {"was", "were"}.isdisjoint(question.words.words)
    return period is not None and period.day != today and not (asks_more or asks_past)


def _parse_origins(
    asked: Callable[..., RateQuery],
    question: Question,
    product: str | None,
    vocabulary: Vocabulary,
) -> RateQuery | None:
    """The query if all economies of the question are origins of goods that the US imports."""
    words, reader, parties = question.words, vocabulary.reader, vocabulary.parties
    codes = words.codes
    of_us = partial(asked, imposer=HOME, imposer_assumed=True)
    laws = list_law_imposers(product, reader)
    # Only the US imposes 'section 232', so 'canada and mexico section 232' names two origins.
    of_home = HOME in laws and HOME not in codes and laws.isdisjoint(codes)
    if (of_home and WORLD not in codes) or are_linked_origins(
        words, HOME, comparing=question.intent.compares
    ):
        joined = all({"and", ",", "&"} & set(each) for each in words.words_before[1:])
        by_goods = words.has_adjective and all(words.are_origins) and joined
        if by_goods and product and (bloc := _find_common_bloc(codes, parties)):
            return of_us(kind=QueryKind.PAIR, partner=bloc)
        if by_goods and product:
            goods = [each.strip() for each in _AND.split(product)]
            if len(set(goods)) == 1:
                # 'japanese cars and korean cars'
                of_us = partial(of_us, product=goods[0])
            else:
                ask_for_goods(asked, goods, codes, vocabulary)
        return of_us(kind=QueryKind.COMPARE, partner=codes[0], versus=tuple(codes[1:]))
    if product and (bloc := _find_common_bloc(codes, parties)):
        return of_us(kind=QueryKind.PAIR, partner=bloc)
    between = [word for each in words.words_before[1:] for word in each]
    if (
        names_origin(words)
        and reader is not None
        and not {HOME, WORLD} & set(codes)
        and between
        and not any(imposer == codes[0] for imposer, _ in reader.pairs)
        and _NO_LINKS.isdisjoint(between)
    ):
        # 'sugar from brazil .. guatemala'
        return of_us(kind=QueryKind.COMPARE, partner=codes[0], versus=tuple(codes[1:]))
    is_list = len(codes) > 2 and not ({HOME, WORLD} & set(codes) or has_direction(words))
    if is_list or _lists_origins(words, product, vocabulary):
        return of_us(kind=QueryKind.COMPARE, partner=codes[0], versus=tuple(codes[1:]))
    if (
        product
        and reader
        and reader.names_goods(product)
        and WORLD not in codes
        and are_joined(words, HOME)
    ):
        ask_for_origins(asked, codes[0], codes[1])
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
            days = find_days(question.period, question.intent, vocabulary.today)
            asked = partial(RateQuery, value=question.value, **days)
            ask_for_goods(asked, goods, words.codes, vocabulary)


def _join_parts(question: Question, vocabulary: Vocabulary) -> str | None:
    """The goods of all parts of the question, if each part has its own goods of the same economies.

    Raises UnclearQuestion, with a question for each part, if their economies differ.
    """
    parties, reader = vocabulary.parties, vocabulary.reader
    if reader is None or question.retaliation:
        return None
    parts = list_parts(question.words, parties, reader)
    if not parts:
        return None
    if len({tuple(part.words.codes) for part in parts}) == 1:
        return ", ".join(part.product for part in parts)
    if _find_common_bloc(question.words.codes, parties):
        return None
    options = []
    for part in parts:
        text = " ".join(part.words.words)
        try:
            command = format_query(parse_rates(question._replace(words=part.words), vocabulary))
        except QueryError:
            # The button asks what the part means.
            command = text
        options.append((cut_label(text), command))
    raise UnclearQuestion(
        " and ".join(part.product for part in parts), "Which goods first?", options
    )


def _parse_parties(
    asked: Callable[..., RateQuery],
    words: TokenizedQuestion,
    intent: Intent,
    laws: frozenset[str],
) -> RateQuery:
    """A question with two or more economies, one of which charges the others.

    `laws` has the economies that impose the law of the question: only the US has `section 232`.
    """
    codes = words.codes
    imposer, partner, is_explicit = find_direction(words)
    if charge_together(words):
        ask_for_importer(asked, codes, WORLD)
    if words.words_before[1] == ["->"] and partner == HOME:
        # Goods flow into the US: 'brazil -> us', 'cn->us batteries'.
        imposer, partner = partner, imposer
    if len(codes) > 2 and {"does", "do"} & set(words.words_before[-1]) and is_explicit:
        # 'does canada charge us steel, and does mexico'
        ask_for_importer(asked, (imposer, codes[-1]), partner)
    if len(codes) > 2 and (importers := list_importers(words)):
        ask_for_importer(asked, importers, codes[-1])
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
    if product and vocabulary.has_home and code not in (HOME, WORLD) and names_export(words):
        return asked(kind=QueryKind.PAIR, imposer=code, partner=HOME)
    if code == WORLD and product and vocabulary.has_home:
        if names_importer(words):
            # 'steel to all countries'
            cause, cure = "not one importing country", "Name one, as in: us steel"
            raise QueryError("all countries", cause, cure)
        # 'furniture from all countries'
        return asked(kind=QueryKind.PAIR, imposer=HOME, partner=WORLD, imposer_assumed=True)
    charged = code != WORLD and names_origin(words)
    if charged or not product:
        return asked(kind=QueryKind.PARTY, partner=code, only_as_origin=charged)
    return asked(kind=QueryKind.PAIR, imposer=code, partner=WORLD, partner_implied=code != WORLD)


def find_days(period: Period | None, intent: Intent, today: date) -> dict[str, object]:
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


def _split_at_economies(
    product: str, words: TokenizedQuestion, reader: ProductReader | None
) -> str:
    """The product with commas where an economy stood, if it has other goods without them:
    `steel from canada rebar-like`."""
    if reader is None or not reader.read_any(product).doubtful:
        return product
    kept = {*product.replace(",", " ").split()}
    groups = [
        trim_product([word for word in group if word in kept or word == ","])
        for group in (*words.words_before, words.words_after)
    ]
    split = ", ".join(group for group in groups if group)
    return product if reader.read_any(split).doubtful else split


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
    product = keep_names(product, reader)
    wanted = reader.read_any(product)
    if wanted.is_unknown and wanted.unknown:
        # The refusal quotes the words as they were typed.
        return product
    shorter = " ".join(word for word in product.split() if word not in MEANINGLESS)
    same = reader.read_any(shorter)._replace(text=product, unknown=wanted.unknown) == wanted
    return shorter if same and shorter else product
