"""Finds headings of the tariff schedule for words that are in no name of goods."""

from collections.abc import Iterable, Mapping
from functools import cached_property

from bot.rates.model.goods import Good, Goods
from bot.rates.question.product.goods_words import IGNORED, NOT_ALONE, PROCESSED, TAILS
from bot.rates.question.product.names import ProductNames, list_names_of
from bot.rates.question.product.parsed import ParsedProduct
from bot.rates.question.stemming import respell_as_american, stem_words
from bot.rates.schedule.lines import HEADING_DIGITS, TariffLines
from bot.rates.schedule.search import FoundHeading, GoodsName, find_headings, find_phrase
from bot.text.word_set import WordSet

_MOST, _WORDS_SEARCHED = 4, 8
_NO_WORDS = WordSet()


class HeadingSearch:
    """The descriptions of a tariff schedule, with the names of goods under its headings."""

    def __init__(self, lines: TariffLines | None, goods: Goods, names: ProductNames) -> None:
        """Without a schedule, nothing is found."""
        self._lines = lines
        self._goods = goods
        self._names = names

    @cached_property
    def _names_by_word(self) -> Mapping[str, Mapping[str, GoodsName]]:
        return _index_names(self._goods.by_id.values())

    @property
    def words(self) -> WordSet:
        """The words of the descriptions."""
        return self._lines.words if self._lines else _NO_WORDS

    def prepare(self) -> None:
        """Indexes the words of the descriptions and of the names, which takes 0.1 s. Without this
        call, the first question that needs them has to wait for it."""
        _ = self.words, self._names_by_word

    def has_word(self, word: str) -> bool:
        """Whether a description has the word or its plural."""
        known = self.words
        return word in known or f"{word}s" in known or f"{word}es" in known

    def has_code(self, code: str) -> bool:
        """Whether the schedule has lines under this code; True without a schedule."""
        return self._lines is None or self._lines.has_lines(code)

    def search(self, text: str) -> tuple[FoundHeading, ...]:
        """The headings that fit the words best.

        They need not have the names of goods in the text: `car wax` finds waxes.
        """
        words = _list_searched(text)
        if self._lines is None or NOT_ALONE.issuperset(words):
            return ()
        names = self._names_by_word
        return find_headings(self._lines, words, _MOST, names, {*names, *PROCESSED})

    def search_other(self, read: ParsedProduct) -> tuple[FoundHeading, ...]:
        """The headings that have the text as a phrase, if they are no headings of its goods.

        `caustic soda` are no soft drinks, and `vacuum pumps` no pumps for liquids.
        """
        own = tuple(
            code[:HEADING_DIGITS] for good in read.goods for code in self._goods.by_id[good].hs
        )
        is_name = read.read_as or " ".join(stem_words(read.text)) in self._names.goods_by_name
        more = read.codes or read.layers or read.bases or len(read.goods) > 1
        if not own or is_name or more or self._lines is None:
            return ()
        found = find_phrase(self._lines, _list_searched(read.text), _MOST)
        return () if any(one.code.startswith(own) for one in found) else found


def _list_searched(text: str) -> list[str]:
    """The words of a text that are searched for, in US spelling."""
    ignored = IGNORED | (TAILS - PROCESSED.keys())
    words = [one for one in stem_words(text) if one not in ignored]
    return [respell_as_american(word) for word in words[:_WORDS_SEARCHED]]


def _index_names(goods: Iterable[Good]) -> Mapping[str, Mapping[str, GoodsName]]:
    """By word in US spelling and heading, a name of goods that has the word."""
    found: dict[str, dict[str, GoodsName]] = {}
    for good in goods:
        headings = {code[:HEADING_DIGITS] for code in good.hs if len(code) >= HEADING_DIGITS}
        for name in list_names_of(good):
            words = [respell_as_american(word) for word in stem_words(name)]
            for at, word in enumerate(words, 1):
                known = found.setdefault(word, {})
                for heading in headings:
                    if heading not in known or not known[heading].is_noun:
                        known[heading] = GoodsName(name, at == len(words))
    return found
