"""Builds the search for stories that a command asks for: `latest steel`, `find china court`."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from bot.commands.grammar import Command
from bot.news.search import StorySearch, is_code
from bot.rates.model.goods import Good, Goods
from bot.rates.question.stemming import stem_words

_NAME_WORDS = 4
"""Maximum words of the names of goods."""


def build_search(command: Command, goods: Goods) -> StorySearch:
    """The search. Words and HS codes that name goods also find the other names of these goods."""
    return StorySearch(
        topics=command.topics,
        economies=command.economies,
        words=tuple(_group_words(command.words, goods)),
    )


def _group_words(words: Sequence[str], goods: Goods) -> list[tuple[str, ...]]:
    by_name = _index_names(goods)
    groups: list[tuple[str, ...]] = []
    at = 0
    while at < len(words):
        longest_first = range(min(_NAME_WORDS, len(words) - at), 0, -1)
        phrases = (" ".join(words[at : at + size]) for size in longest_first)
        phrase = next((each for each in phrases if stem_words(each) in by_name), words[at])
        at += phrase.count(" ") + 1
        good = _find_by_code(phrase, goods) if is_code(phrase) else by_name.get(stem_words(phrase))
        groups.append(_drop_longer([phrase, *(_list_names(good) if good else ())]))
    return groups


@lru_cache(maxsize=2)
def _index_names(goods: Goods) -> Mapping[tuple[str, ...], Good]:
    """The goods by the stems of each of their names."""
    return {stem_words(name): good for good in goods.by_id.values() for name in _list_names(good)}


def _find_by_code(code: str, goods: Goods) -> Good | None:
    """The goods to which a code belongs; None if there are none."""
    digits = code.replace(".", "")
    found = next(iter(goods.find_by_code(digits)), None)
    return found if found is not None and digits.startswith(found.hs) else None


def _list_names(good: Good) -> tuple[str, ...]:
    return (good.name, *good.names)


def _drop_longer(names: Sequence[str]) -> tuple[str, ...]:
    """The names without those that contain another one, because the shorter one finds them too:
    `cars` without `sports cars`."""
    stems = {stem_words(name): name for name in reversed(names)}
    kept = [
        one for one in stems if not any(other != one and _is_within(other, one) for other in stems)
    ]
    return tuple(stems[one] for one in reversed(kept))


def _is_within(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    size = len(part)
    return any(whole[at : at + size] == part for at in range(len(whole) - size + 1))
