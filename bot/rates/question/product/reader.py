"""Parses a product text: goods, codes, single layers, or goods in general.

The steps, in order:
1. Extract Harmonized System codes: `8507.60`, `HS 72`, `chapter 73`.
2. Find the longest known phrase at each word (`names`): goods, layers, legal bases, claims such as
   `under usmca`, and special words (`only`, `headline`, `including base`). Read a material or use
   behind goods as if it stood before them (`word_order`).
3. Keep the other words as unknown, except stop words.
4. Goods next to other goods or unknown words are one phrase (`goods_phrases`). Plurals and metals
   are items of a list: `trucks buses`, `steel aluminum`.
5. If a text has unknown words, but no code, layer or legal basis, and is very similar to a name of
   goods, read it as a misspelling of this name (`misspelling`).
6. A name of several goods is read as all of them, and `meanings` has their names: `car battery`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain

from bot.rates.model.goods import Goods
from bot.rates.model.measure import Measure, has_basis
from bot.rates.question.product.goods_phrases import is_part_of, read_phrase
from bot.rates.question.product.goods_words import (
    IGNORED,
    Item,
    ProductWords,
    ends_item,
    is_material,
    split_words,
)
from bot.rates.question.product.headings import HeadingSearch
from bot.rates.question.product.misspelling import SimilarNames
from bot.rates.question.product.names import ProductName, ProductNames
from bot.rates.question.product.parsed import ParsedProduct
from bot.rates.question.product.word_order import (
    ends_name,
    is_use,
    list_exchanged,
    move_material,
)
from bot.rates.schedule.codes import extract_codes
from bot.rates.schedule.lines import TariffLines

_CACHE_SIZE = 500
_MOST_COMPARED = 80
"""Maximum characters of a text that are compared with names of goods."""


class _Draft:
    """What was read of a text so far."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        self.codes = codes
        self.unknown: list[str] = []
        self.run: list[Item] = []
        """The last names of goods and unknown words, which may be one phrase."""
        self._found: dict[str, dict[str, None]] = {}

    def add(self, kind: str, keys: Iterable[str]) -> None:
        self._found.setdefault(kind, {}).update(dict.fromkeys(keys))

    def get(self, kind: str) -> tuple[str, ...]:
        return tuple(self._found.get(kind, ()))


class ProductReader:
    """Parses product texts with the goods, measures and legal bases of a ledger."""

    def __init__(
        self,
        goods: Goods,
        measures: Collection[Measure],
        bases: Mapping[str, Iterable[str]],
        claims: Mapping[str, Iterable[str]] | None = None,
        schedule_lines: TariffLines | None = None,
    ) -> None:
        """`bases` and `claims` have the names of each legal basis and each claim.

        Words that are in no name of goods are searched for in `schedule_lines`.
        """
        self.names = ProductNames(goods, measures, bases, claims or {})
        """The names that texts use."""
        self.headings = HeadingSearch(schedule_lines, goods, self.names)
        """The headings of the schedule, for words that are in no name of goods."""
        self._similar = SimilarNames(goods, self.names, self.headings)
        self._goods = goods
        self._measures = {measure.id: measure for measure in measures}
        self._layers = frozenset(self._measures)
        self.pairs = frozenset((one.imposer, each) for one in measures for each in one.partners)
        """The imposer and a partner of each measure."""
        self._of = {base: [one for one in measures if has_basis(one, (base,))] for base in bases}
        # Cached, because a text is parsed for the question and again for each of its pairs.
        self.read: Callable[[str, frozenset[str]], ParsedProduct] = lru_cache(_CACHE_SIZE)(
            self._read
        )
        """Parses a text. The second argument has the ids of the measures that the text may name."""

    def read_any(self, text: str) -> ParsedProduct:
        """Parses the text, which may name the measures of all pairs."""
        return self.read(text, self._layers)

    def suggest_names(self, wanted: ParsedProduct) -> tuple[str, ...]:
        """Names of goods similar to a parsed text, best first; empty if it names anything."""
        if not (wanted.is_unknown and wanted.unknown):
            return ()
        words = split_words(extract_codes(wanted.text)[1]).words
        return self._similar.suggest(" ".join(words)[:_MOST_COMPARED])

    def understands(self, text: str) -> bool:
        """Whether the text names goods, a code or a duty, or has no unknown words.

        A claim is not enough: `nail polish under usmca`.
        """
        wanted = self.read_any(text)
        named = (wanted.goods, wanted.codes, wanted.layers, wanted.bases, wanted.headline)
        return any(named) or not wanted.unknown

    def names_any(self, text: str) -> bool:
        """Whether the text names goods, a code, a layer of any pair or a legal basis."""
        wanted = self.read_any(text)
        return bool(wanted.goods or wanted.codes or wanted.layers or wanted.bases)

    def names_goods(self, text: str) -> bool:
        """Whether the text names goods, even if they are misspelled, or a code."""
        wanted = self.read(text, frozenset())
        return bool(wanted.goods or wanted.codes)

    def list_names(self, goods: Iterable[str]) -> list[str]:
        """The names of goods with these ids."""
        return [self._goods.by_id[good].name for good in goods]

    def list_goods(self, text: str) -> tuple[str, ...]:
        """The codes in the text, or else the names of its goods."""
        wanted = self.read(text, frozenset())
        return wanted.codes or tuple(self.list_names(wanted.goods))

    def list_codes(self, text: str) -> tuple[str, ...]:
        """The codes in the text, or else those of its goods."""
        wanted = self.read(text, frozenset())
        return wanted.codes or tuple(chain(*map(self._get_codes, wanted.goods)))

    def list_imposers(self, text: str) -> frozenset[str]:
        """The economies that impose the layers or legal bases that the text names."""
        return frozenset(one.imposer for one in self.list_measures(text))

    def list_measures(self, text: str) -> tuple[Measure, ...]:
        """The layers that the text names, and those of its legal bases."""
        wanted = self.read_any(text)
        named = [self._measures[layer] for layer in wanted.layers]
        return tuple(chain(named, *(self._of[base] for base in wanted.bases)))

    def _read(self, text: str, layers: frozenset[str]) -> ParsedProduct:
        codes, rest = extract_codes(text)
        draft = _Draft(codes)
        words = self._read_words(draft, split_words(rest), layers)
        wanted = self._build(text, draft)
        if not wanted.unknown or wanted.codes or wanted.layers or wanted.bases:
            return self._narrow_to_codes(wanted)
        exchanged = self._read_exchanged(wanted, words, layers)
        if exchanged is not None:
            return exchanged
        return self._similar.correct(wanted, " ".join(words)[:_MOST_COMPARED])

    def _read_words(
        self, draft: _Draft, text: ProductWords, layers: frozenset[str]
    ) -> tuple[str, ...]:
        """Adds what the words name to the draft; returns them in the order in which they are read.

        Materials and uses are before their goods then.
        """
        at = 0
        while at < len(text.words):
            text = move_material(text, at, self.names)
            matches = self.names.find_longest(text.words, at, layers)
            self._add_matches(draft, text, at, matches)
            at += len(matches[0].words) if matches else 1
        self._close(draft)
        return text.words

    def _add_matches(
        self, draft: _Draft, text: ProductWords, at: int, matches: Sequence[ProductName]
    ) -> None:
        """Adds the `matches` at word `at`, or an unknown word."""
        end = at + (len(matches[0].words) if matches else 1)
        words = text.words[at:end]
        goods = tuple(dict.fromkeys(one.key for one in matches if one.kind == "goods"))
        has_goods = bool(draft.run or draft.get("goods"))
        if goods and has_goods and self._is_material_or_use(text, at, matches):
            # `cabinets made of mdf` are cabinets, and `batteries for e-bikes` are batteries.
            self._close(draft)
            draft.unknown.extend(words)
            return
        if len(goods) > 1:
            draft.add("meanings", goods)
        # With a code, the words only describe it.
        if (
            at in text.breaks
            or (draft.codes and draft.run)
            or (goods and ends_item(draft.run, goods))
        ):
            self._close(draft)
        for phrase in matches:
            if phrase.kind != "goods":
                draft.add(phrase.kind, (phrase.key,))
        if goods and self._is_for(text.words, at, draft.unknown):
            # `screens for phones` are no phones.
            draft.add("doubtful", self.list_names(goods))
            draft.unknown.extend(words)
        elif goods and all(one.kind == "goods" for one in matches):
            draft.run.append(Item(words, goods, end - 1 in text.plurals))
        elif not matches and words[0] not in IGNORED:
            draft.run.append(Item(words, is_plural=at in text.plurals))
        else:
            self._close(draft)
            draft.add("goods", goods)

    def _is_material_or_use(
        self, text: ProductWords, at: int, matches: Sequence[ProductName]
    ) -> bool:
        """Whether the goods are only the material or the use of the goods before them."""
        return is_material(text.words, at) or is_use(text, at, matches, self.names)

    def _is_for(self, words: tuple[str, ...], at: int, unknown: Sequence[str]) -> bool:
        """Whether the goods at `at` are the use of an article that only the schedule has."""
        before = words[max(at - 2, 0) : at]
        is_for = len(before) > 1 and before[1] == "for" and before[0] != "not"
        return is_for and unknown[-1:] == [before[0]] and self.headings.has_word(before[0])

    def _close(self, draft: _Draft) -> None:
        """Adds the goods of the last phrase, and its unknown words."""
        phrase = read_phrase(draft.run, self._goods)
        if phrase.is_doubtful:
            draft.add("doubtful", self.list_names(phrase.goods))
        else:
            draft.add("goods", phrase.goods)
        draft.unknown.extend(phrase.unknown)
        draft.run.clear()

    def _build(self, text: str, draft: _Draft) -> ParsedProduct:
        goods, meanings = draft.get("goods"), draft.get("meanings")
        meant = [one for one in goods if one in meanings]
        return ParsedProduct(
            text=text,
            goods=goods,
            codes=draft.codes,
            layers=draft.get("layer"),
            bases=draft.get("base"),
            alone=bool(draft.get("alone")) and not draft.get("sum"),
            headline=bool(draft.get("headline")),
            with_base=bool(draft.get("with_base")),
            claims=draft.get("claim"),
            unknown=tuple(draft.unknown),
            doubtful=draft.get("doubtful"),
            meanings=tuple(self.list_names(meant)) if len(meant) > 1 else (),
        )

    def _read_exchanged(
        self, wanted: ParsedProduct, words: tuple[str, ...], layers: frozenset[str]
    ) -> ParsedProduct | None:
        """The text with two neighbors exchanged, of which one is unknown: `cars electric`.

        `t-shirts knit` are no knit shirts, which are other goods than T-shirts.
        """
        for at, exchanged in list_exchanged(words, self.names):
            if set(wanted.unknown).isdisjoint(words[at : at + 2]):
                continue
            read = self._read(exchanged, layers)._replace(text=wanted.text)
            is_narrower = is_part_of(read.goods, wanted.goods, self._goods)
            if is_narrower or not ends_name(words, at, self.names):
                return read
        return None

    def _narrow_to_codes(self, wanted: ParsedProduct) -> ParsedProduct:
        """If the text has codes, keeps only goods that are all in a code, or that have it.

        Heavy trucks are only a part of heading 8704, and tractors of them are outside of it.
        """
        if not (wanted.codes and wanted.goods):
            return wanted
        kept = [
            good
            for good in wanted.goods
            if (own := self._get_codes(good))
            and any(
                code.startswith(own) or all(one.startswith(code) for one in own)
                for code in wanted.codes
            )
        ]
        return wanted._replace(goods=tuple(kept))

    def _get_codes(self, good: str) -> tuple[str, ...]:
        return self._goods.by_id[good].hs
