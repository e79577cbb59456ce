"""The order of the words around goods: materials and uses behind them, and exchanged words.

`furniture of wood` and `machine coffee` are read as `wood furniture` and `coffee machine`. What
follows `for` may only be what the goods are for: `batteries for e-bikes` are batteries.
"""

from collections.abc import Iterator, Sequence

from bot.rates.question.product.goods_words import HEADS, MATERIALS, VEHICLES, ProductWords
from bot.rates.question.product.names import ProductName, ProductNames

_MOST_BEFORE = 10
"""Maximum words before `for` that may be the name of the goods."""


def move_material(text: ProductWords, at: int, names: ProductNames) -> ProductWords:
    """The text with the material or the use of the goods at `at` before them, if it follows."""
    words = text.words
    is_reversed = at not in text.plurals and _is_reversed(words, at, names)
    if not (is_reversed or _is_made_of(words, at, names)):
        return text
    end = at + 3 if words[at + 1] in ("of", "for") else at + 2
    if not text.breaks.isdisjoint(range(at + 1, end)):
        return text
    moved = (*words[:at], words[end - 1], words[at], *words[at + 1 : end - 1], *words[end:])
    return text._replace(words=moved)


def _is_made_of(words: tuple[str, ...], at: int, names: ProductNames) -> bool:
    """Whether goods stand before their material or use: `furniture of wood`."""
    is_of = words[at + 1 : at + 2] in (("of",), ("for",))
    return is_of and _is_reversed((words[at], *words[at + 2 : at + 3]), 0, names)


def _is_reversed(words: tuple[str, ...], at: int, names: ProductNames) -> bool:
    """Whether the words are a name in the other order: `furniture wood`, `machine coffee`."""
    pair = words[at : at + 2]
    name = tuple(reversed(pair))
    return (
        len(pair) > 1
        and (name[0] in MATERIALS | VEHICLES or name[1] in HEADS)
        and not any(len(one.words) > 1 for one in names.find_longest(words, at, frozenset()))
        and names.is_name(name)
    )


def is_use(
    text: ProductWords, at: int, matches: Sequence[ProductName], names: ProductNames
) -> bool:
    """Whether the goods at `at`, which are `matches`, are the use of the goods before them."""
    words = text.words
    if any(one.kind != "goods" for one in matches):
        # 'a car for usmca'
        return False
    use = words[at : at + len(matches[0].words)]
    if words[max(at - 1, 0) : at] != ("for",) or not text.breaks.isdisjoint((at - 1, at)):
        return False
    before = (words[first : at - 1] for first in range(max(at - _MOST_BEFORE, 0), at - 1))
    named = [one for one in before if names.is_name(one)]
    return bool(named) and not any(names.is_name((*use, *one)) for one in named)


def list_exchanged(words: tuple[str, ...], names: ProductNames) -> Iterator[tuple[int, str]]:
    """The texts with two neighbors exchanged that are a name then: `cars electric`.

    Each with the position of the first of the two.
    """
    for at, name in enumerate(zip(words[1:], words, strict=False)):
        # Where both orders are names, as in `battery storage`, exchanging would have no end.
        if names.is_name(name) and not names.is_name(name[::-1]):
            yield at, " ".join((*words[:at], *name, *words[at + 2 :]))


def ends_name(words: tuple[str, ...], at: int, names: ProductNames) -> bool:
    """Whether the word at `at` ends a name of two words: `t shirt`."""
    pair = words[max(at - 1, 0) : at + 1]
    return len(pair) > 1 and names.is_name(pair)
