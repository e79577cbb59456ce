"""Finds the lines of a list that a story is about, by its economies and goods.

    figures with a duty of the importing country | partner, goods in words or codes
    no figures: the economies, and the goods or the law in the title

A story that names no economy and no goods is about no line in particular. What a story says is no
law: which totals change is known when the ledger has the duty (`bot.lines.effects`).
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from bot.lines.duties import LineDuties
from bot.lines.effects import find_touched
from bot.lines.model import IMPOSER, ListedLine
from bot.news.story import Figure, Story
from bot.parties import WORLD
from bot.rates.model.goods import Good
from bot.rates.question.product.parsed import ParsedProduct
from bot.rates.question.stemming import stem_words
from bot.rates.schedule.codes import extract_codes

_MIN_CODE = 6
"""Minimum digits of a code in a title. Shorter numbers are mostly years and amounts."""


class StorySubject(NamedTuple):
    """What a story, or one of its figures, is about."""

    origins: frozenset[str] | None
    """Codes of economies; None for all."""
    product: ParsedProduct | None
    """Goods, codes and duties; None for all goods."""


class StoryMatcher:
    """Finds the lines of stories on a day. Goods are looked up once for all lists."""

    def __init__(self, duties: LineDuties, day: date) -> None:
        self._duties, self._ledger, self._day = duties, duties.ledger, day
        self._lines_of: dict[str, frozenset[str] | None] = {}
        self._goods_names = _index_goods(self._ledger.goods.by_id.values())

    def find(self, story: Story, lines: Iterable[ListedLine]) -> tuple[ListedLine, ...]:
        """The lines that the story is about, in their order."""
        subjects = tuple(self._list_subjects(story))
        if not subjects:
            return ()
        kept = list(lines)
        found: set[ListedLine] = set()
        for one in subjects:
            of_origin = [line for line in kept if one.origins is None or line.origin in one.origins]
            found.update(self._select(of_origin, one.product))
        return tuple(line for line in kept if line in found)

    def _list_subjects(self, story: Story) -> Iterator[StorySubject]:
        """What the story is about, as far as duties of the importing country are concerned."""
        own = set(self._ledger.list_codes(IMPOSER))
        figures = [one for one in story.figures if one.imposer or one.partner or one.product]
        charged = [
            one
            for one in figures
            if (one.imposer in own) or (one.imposer is None and own & set(story.parties))
        ]
        for figure in charged:
            subject = self._read_figure(figure, story, own)
            if subject is not None:
                yield subject
        if not figures and own & set(story.parties):
            product = self._read_title(story.title)
            partners = [one for one in story.parties if one not in own]
            if partners or product is not None:
                yield StorySubject(self._expand(partners), product)

    def _read_figure(
        self, figure: Figure, story: Story, own: Collection[str]
    ) -> StorySubject | None:
        product = self._ledger.reader.read(figure.product, frozenset()) if figure.product else None
        if product is not None and product.is_unknown:
            product = self._read_title(story.title)
            if product is None:
                return None
        partners = [figure.partner] if figure.partner else []
        if not partners:
            partners = [one for one in story.parties if one not in own]
        if not partners and product is None:
            return None
        return StorySubject(self._expand(partners), product)

    def _read_title(self, title: str) -> ParsedProduct | None:
        """The goods, codes and laws that a title names; None if it names none."""
        words = stem_words(title)
        goods = tuple(dict.fromkeys(_find_names(words, self._goods_names)))
        codes = tuple(one for one in extract_codes(title)[0] if len(one) >= _MIN_CODE)
        if goods or codes:
            return ParsedProduct(title, goods=goods, codes=codes)
        read = self._ledger.reader.read(title, frozenset())
        return ParsedProduct(title, bases=read.bases) if read.bases else None

    def _expand(self, partners: Sequence[str]) -> frozenset[str] | None:
        """The economies with the members of blocs; None if there are none, or for all."""
        if not partners or WORLD in partners:
            return None
        parties = self._ledger.parties
        members = (each for one in partners if one in parties for each in parties.get(one).members)
        return frozenset((*partners, *members))

    def _select(
        self, lines: Sequence[ListedLine], product: ParsedProduct | None
    ) -> Iterator[ListedLine]:
        if product is None:
            yield from lines
            return
        known: set[str] = set()
        by_law: list[str] = []
        for good in product.goods:
            codes = self._find_lines(good)
            if codes is None:
                by_law.append(good)
            else:
                known |= codes
        prefixes = product.codes
        yield from (one for one in lines if one.code[:8] in known or _is_under(one.code, prefixes))
        bases = [one.casefold() for one in product.bases]
        measures = [
            one
            for one in self._ledger.measures
            if not set(by_law).isdisjoint(one.scope.goods)
            or any(base in one.legal_basis.casefold() for base in bases)
        ]
        if measures:
            charged = [one for one in measures if one.find_period(self._day) is not None]
            yield from find_touched(self._duties, lines, charged)

    def _find_lines(self, good: str) -> frozenset[str] | None:
        """The lines of goods in words; None if a law and not the schedule defines the goods."""
        if good not in self._lines_of:
            wanted = ParsedProduct(good, goods=(good,))
            asked = self._ledger.find_lines_of_goods(IMPOSER, wanted)
            if asked is None:
                self._lines_of[good] = None
            elif asked.named:
                cases = asked.list_cases(self._day, asked.named)
                self._lines_of[good] = frozenset().union(*(one.lines for one in cases))
            else:
                schedule = self._duties.schedule
                codes = (one[:8] for one in asked.list_codes())
                lines = (each for code in codes for each in schedule.lines.list_codes(code))
                self._lines_of[good] = frozenset(lines)
        return self._lines_of[good]


def _is_under(code: str, prefixes: Iterable[str]) -> bool:
    return any(code.startswith(one) or one.startswith(code) for one in prefixes)


def _index_goods(goods: Iterable[Good]) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """The names of goods by their first word, the longest first."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for good in goods:
        for name in (good.name, *good.names):
            if words := stem_words(name):
                found.setdefault(words[0], []).append((words, good.id))
    for names in found.values():
        names.sort(key=lambda one: -len(one[0]))
    return found


def _find_names(
    words: Sequence[str], names: dict[str, list[tuple[tuple[str, ...], str]]]
) -> Iterator[str]:
    """The ids of the goods that a text names, the longest name at each word."""
    at = 0
    while at < len(words):
        here = names.get(words[at], ())
        size = 1
        for name, good in here:
            if tuple(words[at : at + len(name)]) == name:
                yield good
                size = len(name)
                break
        at += size
