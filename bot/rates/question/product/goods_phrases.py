"""Reads names of goods and unknown words that stand next to each other as one phrase.

The last word of a phrase says what it is: `leather shoes` are shoes, `wooden toys` are toys, and
`car wax` is no car but unknown.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bot.rates.model.goods import Goods
from bot.rates.question.product.goods_words import (
    CHANGES_MEANING,
    ONLY_ALONE,
    PROCESSED,
    TAILS,
    Item,
    is_tail,
)


class GoodsPhrase(NamedTuple):
    """What a phrase means."""

    goods: tuple[str, ...] = ()
    is_doubtful: bool = False
    """Whether the phrase may mean other goods: `car wax`."""
    unknown: tuple[str, ...] = ()


def read_phrase(items: Sequence[Item], goods: Goods) -> GoodsPhrase:
    """The goods that neighboring names and unknown words mean together."""
    run, tail = _split_tail(items)
    unknown = tuple(word for item in run for word in item.words)
    named = [item for item in run if item.goods]
    if not named:
        return GoodsPhrase(unknown=(*_drop_tails(run), *tail))
    is_toy = not CHANGES_MEANING.isdisjoint(named[0].words)
    head = named[0].goods if is_toy else _find_head(named, goods)
    ends_in_goods = run[-1] is named[-1]
    is_doubtful = not ends_in_goods or _is_doubtful(run, goods) or _is_processed(run, head, goods)
    if is_doubtful and not is_toy:
        return GoodsPhrase(head, is_doubtful=True, unknown=(*unknown, *tail))
    return GoodsPhrase(head, unknown=(*_drop_tails(run), *tail))


def is_part_of(some: Iterable[str], others: Iterable[str], goods: Goods) -> bool:
    """Whether any of the goods are among the others, or a kind of them."""
    return any(not goods.list_with_wider(good).isdisjoint(others) for good in some)


def _split_tail(items: Sequence[Item]) -> tuple[list[Item], list[str]]:
    """The items of the phrase, and the words behind it that are no part of it."""
    run = list(items)
    tail: list[str] = []
    while len(run) > 1 and (is_tail(*run[-2:]) or _ends_before(run)):
        tail = [*run.pop().words, *tail]
    return run, tail


def _ends_before(run: Sequence[Item]) -> bool:
    """Whether the last name of goods is a plural, so that the words after it are no part of it."""
    named = [item for item in run if item.goods]
    return bool(named) and named[-1].is_plural and not run[-1].goods


def _drop_tails(run: Sequence[Item]) -> list[str]:
    """The unknown words that may change the goods: `frozen shrimp` are shrimp."""
    words = (word for item in run if not item.goods for word in item.words)
    return [word for word in words if word not in TAILS]


def _find_head(named: Sequence[Item], goods: Goods) -> tuple[str, ...]:
    """The goods that a phrase with these goods means: the last ones, or narrower ones."""
    last = named[-1].goods
    narrower = (item.goods for item in named[:-1] if is_part_of(item.goods, last, goods))
    return next(narrower, last)


def _is_doubtful(run: Sequence[Item], goods: Goods) -> bool:
    """Whether the last name means other goods behind the words before it: `fish oil`."""
    *others, last = run
    before = [one for one in others if one.goods or one.words[0] not in TAILS]
    alone = len(last.words) == 1 and last.words[0] in ONLY_ALONE
    return alone and bool(before) and not any(_are_related(one, last, goods) for one in before)


def _is_processed(run: Sequence[Item], head: Iterable[str], goods: Goods) -> bool:
    """Whether a word makes other goods of food: `canned peaches`."""
    chapters = tuple(
        chapter for one in run if not one.goods for chapter in PROCESSED.get(one.words[0], ())
    )
    return any(code.startswith(chapters) for good in head for code in goods.by_id[good].hs)


def _are_related(one: Item, other: Item, goods: Goods) -> bool:
    """Whether some of their goods are kinds of the same goods: `stainless steel bolts`.

    Groups without codes are too wide: `cocoa butter` is no butter, though both are farm goods.
    """
    wider = [
        frozenset[str]().union(*(goods.list_with_wider(good) for good in item.goods))
        for item in (one, other)
    ]
    return any(goods.by_id[good].hs for good in wider[0] & wider[1])
