"""Finds the words of a question that were not read, and refuses sentences that were half read.

A word was not read if it names nothing in the vocabulary, or if it is an ordinary verb without
which the question may mean something else: `forgets`. A sentence is refused if a figure would
answer another question than the asked one:

1. a condition has words that were not read: `if the importer forgets to claim usmca`
2. economies are named by what they do: `who buys russian oil`
3. most of its words were not read.

UnclearQuestion then says what was not read, and offers answers that the question may be about.
If goods of one economy are made from those of another, the card about origin answers: `assembled in
vietnam from chinese parts`.
"""

import re
from collections.abc import Sequence
from typing import NoReturn

from bot.errors import UnclearQuestion
from bot.parties import WORLD
from bot.rates.question.directions import MOVES
from bot.rates.question.parties import DUTIES, MADE, TokenizedQuestion
from bot.rates.question.product.goods_words import IGNORED
from bot.rates.question.product.reader import ProductReader
from bot.rates.question.query import HOME, QueryKind, RateQuery, format_query
from bot.rates.question.reading.question import (
    WORDS_OF_SENTENCE,
    Vocabulary,
    cut_label,
    split_product,
    trim_product,
)
from bot.rates.question.reading.refusals import SETS
from bot.rates.question.reading.unread import add_unread, is_small, list_unknown
from bot.rates.question.stemming import stem_words
from bot.rates.question.tokens import split_text
from bot.rates.question.vocabulary.everyday_words import is_telling

_CONDITION = re.compile(r"\b(?:if|unless|provided|supposing|assuming|in case)\b([^,;?]*)")
_RELATIVE = re.compile(
    r"\b(?:who(?:ever)?|that|which|countries|nations|anyone|those|buyers|importers)\s+"
    r"(?:(?:that|who|which|still|also|keep|of)\s+)*"
    r"(?:buy|buys|buying|bought|purchas(?:e|es|ing)|import(?:s|ing)? from|trad(?:e|es|ing) with"
    r"|deal(?:s|ing)? with)\b"
)
_MADE = MADE | frozenset(
    str.split(
        "processed finished packaged packed repacked melted poured cast roasted refined milled "
        "machined cut built"
    )
)
_CHARGING = frozenset(
    str.split("apply applies charge charges impose imposes levy levies collect collects put puts")
)
"""Verbs after an economy that imports: `does the uk apply to bicycles made in china`."""
_OUT_OF = frozenset({"from", "with", "using", "containing", "of"})
_LINKS = frozenset({",", "of", "for", "and", "the", "a", "an", "with", "&", "+", "/"})
_MATERIALS = frozenset({"fabric", "fabrics", "material", "materials", "components", "inputs"})
"""What goods are made from, which are not the goods themselves."""
_ALL_GOODS = ("goods", "products", "imports", "exports")
_DENIED = re.compile(r"non-?(?P<thing>[a-z]{2,})")
_JOINS = frozenset({"and", "or", "than", "vs", "vs.", "versus", ",", "&", "on", "by"})
_LISTED = frozenset({"and", "&", "+", "or", "/"})
_JOINS_CLAUSES = frozenset({"but", "while", "although", "though"})
_MOST_UNREAD = 2
"""Number of ordinary verbs from which a sentence may be half read."""
_ACTS = frozenset(
    str.split(
        "investigation investigations probe probes ruling rulings signed ratified opened launched"
    )
)
"""Words about acts of governments and courts, to which no rate is an answer."""
_OWN = frozenset({"we", "i", "our", "my"})
_MANY_UNREAD = 4
"""Number of unread words from which a sentence is half read if they are more than those read."""
_MAX_OPTIONS = 4
_ABOUT_QUERY = "A rate alone may not answer this."
"""Why a sentence is refused whose reading may be right."""
_ABOUT_TIME = "Duties depend on the day."
_QUERY_HELPS = frozenset({_ABOUT_QUERY, _ABOUT_TIME})
_MOST_SEARCHED, _MAX_HEADINGS = 3, 2
_MAX_SHOWN, _MAX_ORIGINS, _MAX_CARDS = 5, 2, 2
_ORIGIN_CARD = "origin-rules"


def drop_denied(words: list[str], reader: ProductReader) -> list[str]:
    """The words without denied goods, which would be read as goods: `batteries non-ev`.

    They stay at the start of a name: `non-ev batteries`.
    """
    text = " ".join(words)
    if reader.read_any(text).layers:
        return words
    denied = [
        at
        for at, word in enumerate(words)
        if (found := _DENIED.fullmatch(word))
        and reader.names_goods(found["thing"])
        and not reader.names.starts_name(words[at:])
        and not (reader.read_any(word).headline or reader.read_any(word).claims)
    ]
    return [word for at, word in enumerate(words) if at not in denied]


def refuse_half_read(
    text: str,
    words: TokenizedQuestion,
    query: RateQuery,
    times: Sequence[str],
    vocabulary: Vocabulary,
) -> None:
    """Raises UnclearQuestion if a figure would answer another question than the asked one.

    `times` are those that the question names and that were not read.
    """
    if times and not query.history:
        _offer_answers(_ABOUT_TIME, text, words, add_unread(query, times), vocabulary)
    reader = vocabulary.reader
    conditions = " ".join(_CONDITION.findall(text)).split()
    if query.kind is QueryKind.COMPARE:
        # 'if we switch from china to mexico'
        conditions = [word for word in conditions if not MOVES.fullmatch(word)]
    verbs = [word for word in query.unread if is_telling(word)]
    unread, read = len(query.unread), _count_read(words, query, vocabulary)
    is_half_read = unread > read and (len(verbs) >= _MOST_UNREAD or unread >= _MANY_UNREAD)
    # 'cusma certified plywd and osb': the claim was read, but not the goods.
    has_no_goods = (
        bool(query.product) and unread >= _MOST_UNREAD and not _list_things(query, vocabulary)
    )
    has_codes = bool(query.product and reader is not None and reader.read_any(query.product).codes)
    is_listed = not has_codes and _lists_unread(text, query)
    in_condition = any(word in conditions for word in query.unread)
    # 'we opened a new warehouse' is no act of a government.
    is_about_acts = not _ACTS.isdisjoint(query.unread) and _OWN.isdisjoint(split_text(text))
    if in_condition or is_half_read or has_no_goods or is_listed or is_about_acts:
        _offer_answers(_ABOUT_QUERY, text, words, query, vocabulary)


def _lists_unread(text: str, query: RateQuery) -> bool:
    """Whether a word that was not read is listed with the goods: `plywd and osb`."""
    words = split_text(text)
    goods = frozenset(split_product(query.product))
    unread = {word for word in query.unread if not is_telling(word)}
    for before, join, after in zip(words, words[1:], words[2:], strict=False):
        one, other = {before} & unread, {after} & unread
        if join in _LISTED and ((one and after in goods) or (other and before in goods)):
            return True
    return False


def find_mixed_origin(words: TokenizedQuestion, vocabulary: Vocabulary) -> RateQuery | None:
    """The card about origin for goods of one economy that are made from goods of another, or None.

    It offers the rates of both economies.
    """
    cards, reader = vocabulary.cards, vocabulary.reader
    origins = [code for code in words.codes if code not in (HOME, WORLD)]
    if cards is None or _ORIGIN_CARD not in cards.by_id or not origins:
        return None
    if not _is_made_from_others(words) or reader is None:
        return None
    if HOME in words.codes and reader.read_any(" ".join(words.other_words)).claims:
        # 'a car assembled in canada with us parts under usmca' asks for the rate under USMCA.
        return None
    named: tuple[str, ...] = ()
    for group in (words.words_before[0], words.other_words):
        kept = reader.names.drop_everyday_words([one for one in group if one not in _MATERIALS])
        named = named or reader.list_goods(" ".join(kept))
    return RateQuery(
        kind=QueryKind.CARD,
        card=_ORIGIN_CARD,
        partner=origins[0],
        versus=tuple(origins[1:]),
        product=named[0] if len(named) == 1 else None,
    )


def refuse_other_structure(text: str, words: TokenizedQuestion, vocabulary: Vocabulary) -> None:
    """Raises UnclearQuestion for economies that buy something."""
    if not words.codes or not _RELATIVE.search(text):
        return
    product = trim_product([one for one in words.other_words if one not in _MATERIALS])
    unread = list_unknown(product, vocabulary.reader)
    query = RateQuery(kind=QueryKind.PAIR, product=product, unread=unread)
    reason = "The question is about trade between other countries. We read only goods and origins."
    _offer_answers(reason, f"{text} secondary tariffs", words, query, vocabulary)


def is_sentence(words: TokenizedQuestion) -> bool:
    """Whether the question names an economy and has many words."""
    return bool(words.codes) and len(words.words) >= WORDS_OF_SENTENCE


def is_scattered(product: str, words: TokenizedQuestion, reader: ProductReader) -> bool:
    """Whether the product names nothing and its words stand apart in the question, so that
    together they are no name of goods: `safe landed delivery`."""
    wanted = reader.read_any(product)
    if wanted.goods or wanted.codes or reader.understands(product):
        return False
    if any(f" {product} {goods} " in f" {' '.join(words.words)} " for goods in _ALL_GOODS):
        # 'industrial goods' are no kind of goods in our data.
        return True
    if wanted.doubtful:
        return False
    name = [one for one in split_product(product) if one not in _LINKS]
    groups = [
        [one for one in group if one not in _LINKS]
        for group in (*words.words_before, words.words_after)
    ]
    return len(name) > 1 and not any(
        group[at : at + len(name)] == name for group in groups for at in range(len(group))
    )


def refuse_unknown_sentence(
    product: str, words: TokenizedQuestion, query: RateQuery, vocabulary: Vocabulary
) -> NoReturn:
    """Raises UnclearQuestion for a sentence whose goods nothing names: `how did it evolve`."""
    unread = tuple(word for word in split_product(product) if not is_small(word))
    query = query.model_copy(update={"unread": unread})
    text = " ".join(words.words)
    _offer_answers(_ABOUT_QUERY, text, words, query, vocabulary)


def _count_read(words: TokenizedQuestion, query: RateQuery, vocabulary: Vocabulary) -> int:
    """How many things of the question were read."""
    days = query.on or query.since or query.until
    claims: tuple[str, ...] = ()
    if vocabulary.reader is not None and query.product:
        claims = vocabulary.reader.read_any(query.product).claims
    read = len(words.codes) + len(_list_things(query, vocabulary)) + len(claims)
    return read + bool(days) + (query.percent is not None)


def _list_things(query: RateQuery, vocabulary: Vocabulary) -> list[str]:
    """The goods, codes and duties that the question names. A claim is none of them."""
    reader = vocabulary.reader
    if reader is None or not query.product:
        return []
    wanted = reader.read_any(query.product)
    claimed = {good for claim in wanted.claims for good in reader.read_any(claim).goods}
    goods = [good for good in wanted.goods if good not in claimed]
    return [*goods, *wanted.codes, *wanted.layers, *wanted.bases, *["all"] * wanted.headline]


def _is_made_from_others(words: TokenizedQuestion) -> bool:
    """Whether goods of one economy are made from goods of another."""
    for at, between in enumerate(words.words_before[1:]):
        before = words.words_before[at]
        after = [*words.words_before, words.words_after][at + 2]
        if not between or not _JOINS.isdisjoint(between):
            continue
        is_origin = _is_made_in(before) or before[-1:] in (["from"], ["origin"])
        if is_origin and not _OUT_OF.isdisjoint(between):
            # 'assembled in vietnam from chinese parts', but not 'made in china from us tariffs'
            contents = [*after[:1], *between]
            if any(not is_small(word) and word not in _JOINS_CLAUSES for word in contents):
                return True
        charges = not (DUTIES | _CHARGING).isdisjoint(between)
        if _is_made_in(between) and not charges and HOME not in words.codes[at : at + 2]:
            # 'chinese parts assembled in vietnam'
            return True
    return False


def _is_made_in(words: Sequence[str]) -> bool:
    return words[-1:] == ["in"] and not _MADE.isdisjoint(words)


def _offer_answers(
    reason: str, text: str, words: TokenizedQuestion, query: RateQuery, vocabulary: Vocabulary
) -> NoReturn:
    """Raises UnclearQuestion with what was not read, and with answers that may help: the readings
    of the question, the cards that the text names, the history and upcoming changes.

    The query itself is a reading only for the reasons of `_QUERY_HELPS`.
    """
    goods = list_read_goods(query.product, vocabulary.reader)
    asked = query.model_copy(update={"product": goods, "unread": (), "via": ()})
    readings = [asked] if reason in _QUERY_HELPS else _list_origins(words, goods)
    today = " today" if reason == _ABOUT_TIME else ""
    options = [(f"{_label(one, vocabulary)}{today}", format_query(one)) for one in readings]
    if goods is None and vocabulary.reader is not None:
        options[:0] = _list_headings(asked, query.unread, vocabulary.reader)
    if (cards := vocabulary.cards) is not None:
        named = cards.read(text).named[:_MAX_CARDS]
        options += [(cards.by_id[one].title, f"card {one}") for one in named]
    if reason in _QUERY_HELPS and query.kind is QueryKind.PAIR and not query.history:
        options.append(("History", format_query(asked.model_copy(update={"history": True}))))
    options.append(("Upcoming changes", "upcoming"))
    unread = ", ".join(query.unread[:_MAX_SHOWN])
    said = f"Not read: {unread}. " if unread else ""
    raise UnclearQuestion(
        unread or "the question",
        f"{said}{reason} Which do you want?",
        [(cut_label(label), command) for label, command in options[:_MAX_OPTIONS]],
    )


def _list_headings(
    asked: RateQuery, unread: Sequence[str], reader: ProductReader
) -> list[tuple[str, str]]:
    """Questions about headings of the tariff schedule whose words were not read: `press line`."""
    if asked.partner is None or asked.kind is not QueryKind.PAIR:
        return []
    unread = [one for one in unread if one not in SETS]
    for size in range(min(len(unread), _MOST_SEARCHED), 1, -1):
        if found := reader.headings.search(" ".join(unread[:size])):
            return [
                (
                    f"US duty on {one.label}",
                    format_query(asked.model_copy(update={"product": one.code})),
                )
                for one in found[:_MAX_HEADINGS]
            ]
    return []


def list_read_goods(product: str | None, reader: ProductReader | None) -> str | None:
    """The words of the product that name goods or a duty, without claims; None if none do."""
    if not product or reader is None:
        return product
    wanted = reader.read_any(product)
    kept = [
        word
        for word in product.split()
        if not {*stem_words(word)} & {*wanted.unknown}
        and word != "not"
        and not reader.read_any(word).claims
    ]
    # 'autos before and after the deal'
    while len(kept) > 1 and IGNORED.issuperset(stem_words(kept[-1])):
        kept.pop()
    shorter = (trim_product(kept) or "").strip(" ,")
    read = reader.read_any(shorter)
    if not shorter or read.is_unknown:
        return None
    return shorter if set(read.goods) <= set(wanted.goods) else product


def _list_origins(words: TokenizedQuestion, goods: str | None) -> list[RateQuery]:
    """The queries about the duties of the US on goods of each economy."""
    asked = RateQuery(kind=QueryKind.PAIR, imposer=HOME, product=goods, imposer_assumed=True)
    origins = [code for code in words.codes if code not in (HOME, WORLD)]
    return [asked.model_copy(update={"partner": code}) for code in origins[:_MAX_ORIGINS]]


def _label(query: RateQuery, vocabulary: Vocabulary) -> str:
    """`US duty on avocados of Mexico`."""

    def name(code: str | None) -> str:
        if code is None or code == WORLD:
            return "all countries"
        return code if code == HOME else vocabulary.parties.get(code).name

    if query.kind is QueryKind.PARTY:
        return f"Duties of and on {name(query.partner)}"
    partners = ", ".join(map(name, (query.partner, *query.versus)))
    return f"{name(query.imposer)} duty on {query.product or 'goods'} of {partners}"
