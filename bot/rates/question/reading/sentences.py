"""Finds the words of a question that were not read, and refuses sentences that were half read.

A word was not read if it names nothing in the vocabulary, or if it is an ordinary verb without
which the question may mean something else: `forgets`. A sentence is refused if a figure would
answer another question than the asked one:

1. a condition has words that were not read: `if the importer forgets to claim usmca`
2. goods of one economy are made from those of another: `assembled in vietnam from chinese parts`
3. economies are named by what they do: `who buys russian oil`
4. most of its words were not read.

UnclearQuestion then says what was not read, and offers answers that the question may be about.
"""

import re
from collections.abc import Collection, Sequence
from typing import NoReturn

from bot.errors import UnclearQuestion
from bot.parties import WORLD
from bot.rates.question.everyday_words import is_telling
from bot.rates.question.parties import TokenizedQuestion
from bot.rates.question.product import ProductReader
from bot.rates.question.query import HOME, QueryKind, RateQuery, format_query
from bot.rates.question.reading.question import Vocabulary, trim_product
from bot.rates.question.stemming import stem_words
from bot.rates.question.wording import FILLER, NOISE

_CONDITION = re.compile(r"\b(?:if|unless|provided|supposing|assuming|in case)\b([^,;?]*)")
_RELATIVE = re.compile(
    r"\b(?:who(?:ever)?|that|which|countries|nations|anyone|those|buyers|importers)\s+"
    r"(?:(?:that|who|which|still|also|keep|of)\s+)*"
    r"(?:buy|buys|buying|bought|purchas(?:e|es|ing)|import(?:s|ing)? from|trad(?:e|es|ing) with"
    r"|deal(?:s|ing)? with)\b"
)
_MADE = frozenset(
    str.split(
        "made produced manufactured assembled processed finished packaged packed repacked printed "
        "sewn woven knitted melted poured cast roasted refined milled machined cut built"
    )
)
_OUT_OF = frozenset({"from", "with", "using", "containing", "of"})
_DENIED = re.compile(r"non-?(?P<thing>[a-z]{2,})")
_CLAIMING = frozenset({"claim", "claimed", "claiming", "certificate"})
_JOINS = frozenset({"and", "or", "vs", "vs.", "versus", ",", "&", "on", "by"})
_MOST_UNREAD = 2
"""Number of ordinary verbs from which a sentence may be half read."""
_WORDS_OF_SENTENCE, _MAX_OPTIONS = 6, 4
_ABOUT_QUERY = "A rate alone may not answer this."
"""Why a sentence is refused whose reading may be right."""
_MAX_SHOWN, _MAX_ORIGINS, _MAX_CARDS, _MAX_LABEL = 5, 2, 2, 70


def list_unread(
    words: Sequence[str], product: str | None, reader: ProductReader | None
) -> tuple[str, ...]:
    """The words of the question that were not read. `product` is the text that names the goods."""
    unknown: frozenset[str] = frozenset()
    if product and reader is not None:
        wanted = reader.read_any(product)
        unknown = frozenset(wanted.unknown) - (_CLAIMING if wanted.claims else frozenset())
    in_product = frozenset((product or "").split())
    found = (
        word.strip("-&")
        for word in words
        if is_telling(word)
        or (_DENIED.fullmatch(word) and word not in in_product)
        or (word in in_product and unknown.issuperset(stem_words(word)) and not _is_small(word))
    )
    return tuple(dict.fromkeys(word for word in found if word))


def drop_denied(words: list[str], reader: ProductReader) -> list[str]:
    """The words without denied goods, which would be read as goods: `batteries non-ev`."""
    text = " ".join(words)
    if reader.read_any(text).layers:
        return words
    denied = [
        word
        for word in words
        if (it := _DENIED.fullmatch(word)) and reader.names_goods(it["thing"])
    ]
    return [word for word in words if word not in denied]


def refuse_half_read(
    text: str, words: TokenizedQuestion, query: RateQuery, vocabulary: Vocabulary
) -> None:
    """Raises UnclearQuestion if a figure would answer another question than the asked one."""
    if _is_made_from_others(words):
        reason = "The duty follows the customs origin, and the question names more than one."
        _offer_answers(reason, f"{text} transshipment", words, query, vocabulary)
    if _RELATIVE.search(text):
        reason = "The question is about the trade of others, and we read only goods and origins."
        _offer_answers(reason, f"{text} secondary tariffs", words, query, vocabulary)
    conditions = " ".join(_CONDITION.findall(text)).split()
    told = [word for word in query.unread if is_telling(word)]
    if any(word in conditions for word in query.unread) or (
        len(told) >= _MOST_UNREAD and len(query.unread) > _count_read(words, query, vocabulary)
    ):
        _offer_answers(_ABOUT_QUERY, text, words, query, vocabulary)


def is_sentence(words: TokenizedQuestion) -> bool:
    """Whether the question names an economy and has many words."""
    return bool(words.codes) and len(words.words) >= _WORDS_OF_SENTENCE


def refuse_unknown_sentence(
    product: str, words: TokenizedQuestion, query: RateQuery, vocabulary: Vocabulary
) -> NoReturn:
    """Raises UnclearQuestion for a sentence whose goods nothing names: `how did it evolve`."""
    unread = tuple(word for word in product.split() if not _is_small(word))
    query = query.model_copy(update={"unread": unread})
    text = " ".join(words.words)
    _offer_answers(_ABOUT_QUERY, text, words, query, vocabulary)


def _is_small(word: str) -> bool:
    return word in NOISE or word in FILLER or word == "not" or not any(map(str.isalpha, word))


def _count_read(words: TokenizedQuestion, query: RateQuery, vocabulary: Vocabulary) -> int:
    """How many things of the question were read."""
    reader = vocabulary.reader
    found: list[Collection[str]] = [words.codes]
    if reader is not None and query.product:
        wanted = reader.read_any(query.product)
        found += [wanted.goods, wanted.codes, wanted.layers, wanted.bases, wanted.claims]
    days = query.on or query.since or query.until
    return sum(map(len, found)) + bool(days) + (query.percent is not None)


def _is_made_from_others(words: TokenizedQuestion) -> bool:
    """Whether goods of one economy are made from goods of another."""
    for at, between in enumerate(words.words_before[1:]):
        before = words.words_before[at]
        after = [*words.words_before, words.words_after][at + 2]
        if not between or not _JOINS.isdisjoint(between):
            continue
        if _is_made_in(before) and not _OUT_OF.isdisjoint(between) and after[:1]:
            # 'assembled in vietnam from chinese parts', but not 'made in china from us tariffs'
            return not _is_small(after[0])
        if _is_made_in(between) and HOME not in words.codes[at : at + 2]:
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

    Without `_ABOUT_QUERY` as the reason, the query itself is no reading.
    """
    goods = list_read_goods(query.product, vocabulary.reader)
    asked = query.model_copy(update={"product": goods, "unread": (), "via": ()})
    readings = [asked] if reason == _ABOUT_QUERY else _list_origins(words, goods)
    options = [(_label(one, vocabulary), format_query(one)) for one in readings]
    if (cards := vocabulary.cards) is not None:
        named = cards.find_all(text)[:_MAX_CARDS]
        options += [(cards.by_id[one].title, f"card {one}") for one in named]
    if reason == _ABOUT_QUERY and query.kind is QueryKind.PAIR and not query.history:
        options.append(("History", format_query(asked.model_copy(update={"history": True}))))
    options.append(("Upcoming changes", "upcoming"))
    unread = ", ".join(query.unread[:_MAX_SHOWN])
    said = f"Not read: {unread}. " if unread else ""
    raise UnclearQuestion(
        unread or "the question",
        f"{said}{reason} Which answer helps?",
        [(label[:_MAX_LABEL], command) for label, command in options[:_MAX_OPTIONS]],
    )


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
