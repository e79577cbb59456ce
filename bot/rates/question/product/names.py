"""The names that product texts use: of goods, duties, legal bases and claims, and special words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from bot.rates.model.goods import Good, Goods
from bot.rates.model.measure import Measure
from bot.rates.question.product.goods_words import OWN_WORDS
from bot.rates.question.stemming import stem_words
from bot.rates.question.vocabulary.everyday_words import is_everyday
from bot.text.word_set import WordSet

_LONGEST_NAME = 10
"""Words after which the names of goods and duties are not compared further."""
_KINDS_OF_LAWS = frozenset({"layer", "base", "claim"})


class ProductName(NamedTuple):
    """A name, with the goods or duties that it names."""

    words: tuple[str, ...]
    """The words as `stem_words` returns them."""
    kind: str
    """`goods`, `layer`, `base` (a legal basis), `claim`, or a key of `OWN_WORDS`."""
    key: str
    """The id of the goods or the measure, the legal basis or the claim; else empty."""


class ProductNames:
    """Finds names in the words of a text."""

    def __init__(
        self,
        goods: Goods,
        measures: Iterable[Measure],
        bases: Mapping[str, Iterable[str]],
        claims: Mapping[str, Iterable[str]],
    ) -> None:
        """`bases` and `claims` have the names of each legal basis and each claim."""
        self._phrases: dict[str, list[ProductName]] = {}
        self._goods: dict[str, str] = {}
        for good in goods.by_id.values():
            for name in list_names_of(good):
                self._add(name, "goods", good.id)
                self._goods.setdefault(" ".join(stem_words(name)), good.id)
        self._layers = frozenset(measure.id for measure in measures)
        for measure in measures:
            for name in (measure.name, *measure.names):
                self._add(name, "layer", measure.id)
        for base, names in bases.items():
            for name in (base, *names):
                self._add(name, "base", base)
        for claim, names in claims.items():
            for name in names:
                self._add(name, "claim", claim)
        for kind, own in OWN_WORDS.items():
            for name in own.split(";"):
                self._add(name, kind, "")
        for phrases in self._phrases.values():
            phrases.sort(key=lambda phrase: -len(phrase.words))
        self.words = WordSet(
            word for phrases in self._phrases.values() for one in phrases for word in one.words
        )
        """All words of the names, as `stem_words` returns them."""

    def _add(self, name: str, kind: str, key: str) -> None:
        words = stem_words(name)
        if words:
            self._phrases.setdefault(words[0], []).append(ProductName(words, kind, key))

    @property
    def goods_by_name(self) -> Mapping[str, str]:
        """The ids of the goods by each of their names, in the words of `stem_words`."""
        return self._goods

    def find_longest(
        self, words: tuple[str, ...], at: int, layers: frozenset[str]
    ) -> Sequence[ProductName]:
        """The longest name that begins at word `at`, once for each thing that it names.

        Of the measures, only those with an id in `layers` count.
        """
        best: list[ProductName] = []
        for phrase in self._phrases.get(words[at], ()):
            size = len(phrase.words)
            if best and size < len(best[0].words):
                break
            if words[at : at + size] == phrase.words and (
                phrase.kind != "layer" or phrase.key in layers
            ):
                best.append(phrase)
        return best

    def is_name(self, words: tuple[str, ...]) -> bool:
        """Whether the words are a whole name."""
        return any(one.words == words for one in self._phrases.get(words[0], ()))

    def has_law(self, text: str) -> bool:
        """Whether the text names a duty, a legal basis or a claim: `301+reciprocal`."""
        words = stem_words(text)
        found = (self.find_longest(words, at, self._layers) for at in range(len(words)))
        return any(one.kind in _KINDS_OF_LAWS for each in found for one in each)

    def find_bases(self, text: str) -> tuple[str, ...]:
        """The legal bases that a text, such as a headline, names."""
        words = stem_words(text)
        named = (self.find_longest(words, at, frozenset()) for at in range(len(words)))
        bases = (one.key for found in named for one in found if one.kind == "base")
        return tuple(dict.fromkeys(bases))

    def drop_everyday_words(self, words: Sequence[str]) -> list[str]:
        """The words without the ordinary ones, which name no goods.

        Ordinary words stay in a name of several words, such as `list 3`, and as the name of a duty
        or a claim.
        """
        stems = [stem_words(word) for word in words]
        kept: list[str] = []
        at = 0
        while at < len(words):
            size, is_goods = self._measure(stems, at)
            word = words[at].strip("-%$#")
            if (
                size > 1
                or (size and not is_goods)
                or (word and not is_everyday(word, words[at - 1] if at else ""))
            ):
                kept.extend(words[at : at + max(size, 1)])
            at += max(size, 1)
        return kept

    def starts_name(self, words: Sequence[str]) -> bool:
        """Whether the first words are a name of several words."""
        return self._measure([stem_words(word) for word in words], 0)[0] > 1

    def _measure(self, stems: Sequence[tuple[str, ...]], at: int) -> tuple[int, bool]:
        """How many words from position `at` on are a name, and whether it is one of goods."""
        run: list[str] = []
        ends: dict[int, int] = {}
        for size, each in enumerate(stems[at : at + _LONGEST_NAME], 1):
            if not each:
                break
            run.extend(each)
            ends[len(run)] = size
        found = self.find_longest(tuple(run), 0, self._layers) if run else ()
        size = ends.get(len(found[0].words), 0) if found else 0
        return size, any(one.kind == "goods" for one in found)


def list_names_of(good: Good) -> tuple[str, ...]:
    """All names of the goods. Their id is one."""
    return (good.name, *good.names, good.id)
