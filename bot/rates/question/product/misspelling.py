"""Reads a misspelled text as the goods with the most similar name, and suggests similar names."""

from functools import cached_property

from bot.rates.model.goods import Good, Goods
from bot.rates.question.product.headings import HeadingSearch
from bot.rates.question.product.names import ProductNames
from bot.rates.question.product.parsed import ParsedProduct

# Minimum similarities of a text and a name of goods, from 0 to 100. To read the text as the goods,
# the whole text is compared; to suggest the goods, its most similar part is compared.
_MIN_TO_TAKE, _MIN_TO_SUGGEST = 90, 80
_COMPARED, _SUGGESTIONS = 6, 4
_LONG = 9
"""Length from which a word may have two wrong letters."""
_LONGEST_MISSPELLED = 5
"""Maximum spaces in a partly read text that may still be a misspelled name of goods."""


class SimilarNames:
    """Compares texts with the names of goods."""

    def __init__(self, goods: Goods, names: ProductNames, headings: HeadingSearch) -> None:
        self._goods = goods
        self._names = names
        self._headings = headings

    @cached_property
    def _long_names(self) -> list[str]:
        return [name for name in self._names.goods_by_name if len(name) > 3]

    def correct(self, wanted: ParsedProduct, asked: str) -> ParsedProduct:
        """The goods whose name the text misspells. Returns `wanted` if there are none.

        `asked` are the words of the text as `stem_words` returns them.
        """
        # Imported on first use, because only misspelled goods need it.
        from rapidfuzz import fuzz, process

        if not wanted.is_unknown and asked.count(" ") >= _LONGEST_MISSPELLED:
            return wanted
        near = process.extractOne(
            asked, self._long_names, scorer=fuzz.ratio, score_cutoff=_MIN_TO_TAKE
        )
        if (
            near is None
            or not _is_misspelled(asked, near[0])
            or any(map(self._headings.has_word, self._list_new(wanted, near[0])))
        ):
            return wanted
        taken = self._get_good(near[0])
        return wanted._replace(goods=(taken.id,), read_as=taken.name, unknown=(), doubtful=())

    def suggest(self, asked: str) -> tuple[str, ...]:
        """The names of the goods that the words may mean, the most similar first.

        This takes milliseconds, so it is called only for a text that is refused.
        """
        from rapidfuzz import fuzz, process

        near = [
            name
            for name, _, _ in process.extract(
                asked,
                self._long_names,
                scorer=fuzz.WRatio,
                limit=_COMPARED,
                score_cutoff=_MIN_TO_SUGGEST,
            )
        ]
        near.sort(key=lambda name: -fuzz.ratio(asked, name))
        return tuple(dict.fromkeys(self._get_good(name).name for name in near))[:_SUGGESTIONS]

    def _get_good(self, name: str) -> Good:
        return self._goods.by_id[self._names.goods_by_name[name]]

    def _list_new(self, wanted: ParsedProduct, name: str) -> list[str]:
        """The unknown words that are neither in the name nor in the vocabulary."""
        known = self._names.words
        return [one for one in wanted.unknown if one not in name.split() and one not in known]


def _is_misspelled(asked: str, name: str) -> bool:
    """Whether the text differs from the name by spaces or by a letter or two of its words.

    `electric scooters` are no `electric cookers`, because the words begin with other letters.
    """
    from rapidfuzz.distance import OSA

    if asked.replace(" ", "") == name.replace(" ", ""):
        return True
    pairs = list(zip(asked.split(), name.split(), strict=False))
    return len(asked.split()) == len(name.split()) and all(
        one == other or (one[0] == other[0] and OSA.distance(one, other) <= 1 + (len(one) >= _LONG))
        for one, other in pairs
    )
