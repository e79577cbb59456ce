"""Searches stories by topic, economy, goods and words.

A word matches whole words, also in the plural: `car` matches `cars`, but not `scar` or `carbon`.
An HS code matches the codes that begin with it: `7208` matches `7208.10`.
"""

import re
from functools import lru_cache

from bot.news.story import Story
from bot.values import Frozen, Topic

_CODE = re.compile(r"[0-9]{4,10}")
_SHORTEST_PLURAL = 4
"""Minimum length of a word whose last `s` may be the plural's: `cars`, but not `gas`."""


class StorySearch(Frozen):
    """Which stories a search finds. Empty filters match every story."""

    topics: frozenset[Topic] = frozenset()
    """The story has one of these topics."""
    economies: tuple[frozenset[str], ...] = ()
    """The story names all economies of one of these groups: `us china, japan` has two."""
    words: tuple[tuple[str, ...], ...] = ()
    """For each group, the story contains one of its words. Goods are a group of synonyms."""

    def matches(self, story: Story) -> bool:
        """Whether the story passes all filters."""
        if self.topics and self.topics.isdisjoint(story.topics):
            return False
        if self.economies and not any(group.issubset(story.parties) for group in self.economies):
            return False
        text = (
            f"{story.title}\n{story.text}\n{' '.join(each.product or '' for each in story.figures)}"
        )
        return all(any(_compile(each).search(text) for each in group) for group in self.words)


def strip_plural(word: str) -> str:
    """The part that a word's singular and plural share: `batteries` and `battery` -> `batter`."""
    if len(word) < _SHORTEST_PLURAL or not word.isalpha():
        return word
    if word.endswith("ies"):
        return word[:-3]
    if word.endswith(("xes", "sses", "ches", "shes")):
        return word[:-2]
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def is_code(word: str) -> bool:
    """Whether the word is an HS code, such as `7208` or `7208.10`."""
    return _CODE.fullmatch(word.replace(".", "")) is not None


@lru_cache(maxsize=512)
def _compile(words: str) -> re.Pattern[str]:
    """The pattern that finds a word, a phrase or a code."""
    if is_code(words):
        digits = "[.]?".join(words.replace(".", ""))
        return re.compile(rf"(?<!\w){digits}")
    *first, last = words.split() or [""]
    phrase = r"[\s-]+".join([*map(re.escape, first), _inflect(last)])
    if any(each.isalpha() and each.lower() == each.upper() for each in words):
        # Chinese and Japanese put no blanks between words.
        return re.compile(phrase)
    return re.compile(rf"(?<!\w){phrase}(?!\w)", re.IGNORECASE)


def _inflect(word: str) -> str:
    """The pattern of a word in the singular and the plural."""
    root = strip_plural(word)
    if not word.isalpha():
        return re.escape(word)
    has_y = root != word and word.endswith(("y", "ies"))
    return re.escape(root) + ("(?:y|ies?)" if has_y else "(?:e?s)?")
