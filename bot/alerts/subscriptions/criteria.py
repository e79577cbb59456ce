"""Criteria: which stories a subscription wants.

A story matches if it passes every filter that is set:

    topics         has one of them
    economies      names one of the economies, or both of one of the pairs
    goods          names or codes one of the goods
    words          contains one of them, and none of `without_words`
    decided_only   reports a decision, not a threat, an investigation, a proposal or talks
    severity_from  is at least this severe
    official_only  is from a gazette, an agency, a ministry or a court
    only_my_lines  touches a line of the line list of the conversation

A bloc and its members match each other: a subscription to France matches a story that names the EU,
and one to the EU matches a story that names France. The reason marks both with `via`.

Which stories touch lines depends on the ledger and on the list, so it is computed before
(`alerts/subscriptions/own_lines.py`). `touching` has the ids of these stories.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeVar

from pydantic import Field

from bot.feeds.model import OFFICIAL_KINDS
from bot.news.state import EventStatus, Severity
from bot.news.story import Figure, Story
from bot.parties import WORLD
from bot.rates.question.stemming import stem_words
from bot.text.folding import fold_case
from bot.values import Frozen, Topic

F = TypeVar("F")
Blocs = Mapping[str, Collection[str]]
"""The codes of the members of each bloc, by the bloc's code."""

_UNDECIDED = frozenset(
    {
        EventStatus.THREATENED,
        EventStatus.INVESTIGATED,
        EventStatus.PROPOSED,
        EventStatus.TALKS,
    }
)
_SEVERITIES = tuple(Severity)
_CODE = re.compile(r"(?<![\d.,%$€£])\b\d{4}(?:\.?\d{2}){0,3}\b(?![.,]?\d|\s?%)")
_AFTER_HS = re.compile(
    r"\b(?:hs|hts|htsus|cn|chapters?|headings?|subheadings?)\s+(?:codes?\s+)?(\d{2})\b"
)


class EconomyFilter(Frozen):
    """One economy that a story must name, or a pair of which it must name both."""

    first: str = Field(pattern=r"^[A-Z]{2}$")
    second: str | None = Field(None, pattern=r"^[A-Z]{2}$")
    directed: bool = False
    """Whether `first` must be the one that charges the duty. A story without figures passes."""

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the one or two economies."""
        return frozenset({self.first, self.second or self.first})


class GoodsFilter(Frozen):
    """One kind of goods, with its names and codes in the ledger when the subscription was made."""

    text: str = Field(min_length=1, max_length=100)
    """The goods as typed."""
    names: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    """HS codes, digits only."""


class Criteria(Frozen):
    """Which stories a subscription wants. Empty filters match every story."""

    topics: frozenset[Topic] = frozenset()
    economies: tuple[EconomyFilter, ...] = ()
    goods: tuple[GoodsFilter, ...] = ()
    words: tuple[str, ...] = ()
    """Beginnings of words: `car` matches `cars`, but not `scar`."""
    without_words: tuple[str, ...] = ()
    decided_only: bool = False
    severity_from: Severity = Severity.ROUTINE
    official_only: bool = False
    only_my_lines: bool = False
    """Whether stories must touch a line of the conversation's list; without a list, none does."""


class MatchedEconomy(Frozen):
    """An economy of the criteria; `via` is the bloc or member that the story names instead."""

    code: str
    via: str = ""


class MatchReason(Frozen):
    """The filters of the criteria that a story passes."""

    topics: tuple[Topic, ...]
    economies: tuple[MatchedEconomy, ...] = ()
    goods: tuple[str, ...] = ()
    """The texts of the goods filters."""
    words: tuple[str, ...] = ()
    touches_lines: bool = False
    """Whether the criteria ask for stories that touch lines of the conversation's list."""


def match(
    criteria: Criteria, story: Story, blocs: Blocs, touching: Collection[str] = ()
) -> MatchReason | None:
    """The filters that the story passes; None if it does not match. Cheap filters come first.

    `touching` has the ids of the stories that touch a line of the conversation's list.
    """
    wanted = criteria.topics
    if criteria.only_my_lines and story.id not in touching:
        return None
    topics = tuple(t for t in story.topics if t in wanted) if wanted else story.topics
    if not topics or not _has_standing(criteria, story):
        return None
    economies = tuple(_match_economies(criteria.economies, story, blocs))
    if criteria.economies and not economies:
        return None
    if not (criteria.goods or criteria.words or criteria.without_words):
        return MatchReason(topics=topics, economies=economies, touches_lines=criteria.only_my_lines)
    text = _fold_text(story.title, story.text)
    if any(_contains(text, word) for word in criteria.without_words):
        return None
    words = tuple(word for word in criteria.words if _contains(text, word))
    if criteria.words and not words:
        return None
    goods = tuple(each.text for each in criteria.goods if names_goods(each, story))
    if criteria.goods and not goods:
        return None
    return MatchReason(
        topics=topics,
        economies=economies,
        goods=goods,
        words=words,
        touches_lines=criteria.only_my_lines,
    )


def is_decided(story: Story) -> bool:
    """Whether the story reports a decision.

    A story without a status counts as decided if it is from an official source or about a court
    ruling. Other stories without a status are comments, statistics and reports on effects.
    """
    status = story.state.status
    if status is None:
        return story.kind in OFFICIAL_KINDS or Topic.COURT_RULING in story.topics
    return status not in _UNDECIDED


def names_goods(goods: GoodsFilter, story: Story) -> bool:
    """Whether the title, the text or a figure's product names the goods or states a code."""
    text = _fold_text(story.title, story.text, *(each.product or "" for each in story.figures))
    return names_goods_in(goods, text)


def names_goods_in(goods: GoodsFilter, text: str) -> bool:
    """Whether a text in lower case names the goods as whole words, or states one of the codes.

    Plurals and British spelling are found too. A stated code matches if it begins with one of the
    codes, or is the beginning of one.
    """
    stems = _stem_text(text)
    if any(name in stems for name in _stem_names(_list_searched_names(goods))):
        return True
    if not goods.codes:
        return False
    return any(
        stated.startswith(code) or code.startswith(stated)
        for stated in _list_stated_codes(text)
        for code in goods.codes
    )


def _list_searched_names(goods: GoodsFilter) -> tuple[str, ...]:
    """The names of the goods; the text itself if the ledger knows neither names nor codes."""
    return goods.names or (() if goods.codes else (goods.text,))


def is_same(one: Criteria, other: Criteria) -> bool:
    """Whether two criteria are equal, whatever the order in which they were typed."""
    return _sort(one) == _sort(other)


def covers(wide: Criteria, narrow: Criteria, blocs: Blocs) -> bool:
    """Whether `wide` matches every story that `narrow` matches, with the same line list.

    It may return False although that is the case, but never True although it is not.
    """
    topics = narrow.topics or frozenset(Topic)
    return (
        topics <= (wide.topics or frozenset(Topic))
        and _are_covered(wide.economies, narrow.economies, lambda w, n: _spans(w, n, blocs))
        and _are_covered(wide.goods, narrow.goods, _includes)
        and _are_covered(wide.words, narrow.words, _begins)
        and all(any(_begins(v, w) for v in narrow.without_words) for w in wide.without_words)
        and (narrow.decided_only or not wide.decided_only)
        and (narrow.official_only or not wide.official_only)
        and (narrow.only_my_lines or not wide.only_my_lines)
        and _rank(wide.severity_from) <= _rank(narrow.severity_from)
    )


def list_names(criteria: Criteria, blocs: Blocs) -> tuple[tuple[frozenset[str], ...], ...]:
    """For each economy filter, the names that stand for its one or two economies.

    A story that matches has one of the names of each economy of one filter.
    """
    return tuple(
        tuple(_list_related(code, blocs) | {code} for code in sorted(each.codes))
        for each in criteria.economies
    )


def describe_reason(reason: MatchReason) -> str:
    """The reason in words, with the codes of economies: `tariffs, naming FR (EU)`."""
    economies = [
        f"{each.code} ({each.via})" if each.via else each.code for each in reason.economies
    ]
    return ", ".join(
        [" and ".join(topic.label for topic in reason.topics)]
        + ([f"naming {' and '.join(economies)}"] if economies else [])
        + ([f"on {' and '.join(reason.goods)}"] if reason.goods else [])
        + ([f"with {' and '.join(reason.words)}"] if reason.words else [])
        + (["touching your lines"] if reason.touches_lines else [])
    )


def _has_standing(criteria: Criteria, story: Story) -> bool:
    """Whether the story passes the filters by status, severity and source."""
    return (
        (
            criteria.severity_from is Severity.ROUTINE
            or _rank(criteria.severity_from) <= _rank(story.state.severity)
        )
        and (not criteria.official_only or story.kind in OFFICIAL_KINDS)
        and (not criteria.decided_only or is_decided(story))
    )


def _rank(severity: Severity) -> int:
    return _SEVERITIES.index(severity)


def _match_economies(
    filters: Iterable[EconomyFilter], story: Story, blocs: Blocs
) -> Iterator[MatchedEconomy]:
    found: dict[MatchedEconomy, None] = {}
    for each in filters:
        for economy in _match_filter(each, story, blocs):
            found[economy] = None
    yield from found


def _match_filter(wanted: EconomyFilter, story: Story, blocs: Blocs) -> tuple[MatchedEconomy, ...]:
    """The economies of the filter that the story names; empty unless it passes the filter.

    A pair needs two different names: a story about the EU alone does not match `france germany`.
    """
    firsts = _list_named(wanted.first, story, blocs)
    if wanted.second is None:
        return firsts[:1]
    for first in firsts:
        for second in _list_named(wanted.second, story, blocs):
            if (first.via or first.code) != (second.via or second.code):
                allowed = not wanted.directed or _is_charged_by(wanted, story, blocs)
                return (first, second) if allowed else ()
    return ()


def _list_named(code: str, story: Story, blocs: Blocs) -> tuple[MatchedEconomy, ...]:
    """The names in the story that stand for the economy: itself first, then a bloc or members."""
    # A story names few economies, so they are looked up in the blocs, not the other way round.
    members = blocs.get(code, ())
    via = [each for each in story.parties if each in members or code in blocs.get(each, ())]
    found = [MatchedEconomy(code=code)] if code in story.parties else []
    return tuple(found + [MatchedEconomy(code=code, via=each) for each in via])


def _list_related(code: str, blocs: Blocs) -> frozenset[str]:
    """The members of a bloc, and the blocs of a member."""
    return frozenset(
        {*blocs.get(code, ()), *(b for b, members in blocs.items() if code in members)}
    )


def _is_charged_by(wanted: EconomyFilter, story: Story, blocs: Blocs) -> bool:
    """Whether a figure may be a duty of `first` on `second`, or no figure names an economy."""
    figures = [each for each in story.figures if each.imposer or each.partner]
    imposers = {wanted.first, *_list_related(wanted.first, blocs)}
    second = wanted.second or ""
    partners = {second, WORLD, *_list_related(second, blocs)}
    return not figures or any(_fits(each, imposers, partners) for each in figures)


def _fits(figure: Figure, imposers: Collection[str], partners: Collection[str]) -> bool:
    return (figure.imposer is None or figure.imposer in imposers) and (
        figure.partner is None or figure.partner in partners
    )


@lru_cache(maxsize=200)
def _fold_text(*parts: str) -> str:
    return fold_case("\n".join(parts))


@lru_cache(maxsize=5_000)
def _compile_word(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(fold_case(word))}")


def _contains(text: str, word: str) -> bool:
    return _compile_word(word).search(text) is not None


@lru_cache(maxsize=2_000)
def _stem_names(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f" {' '.join(stem_words(name))} " for name in names if stem_words(name))


@lru_cache(maxsize=200)
def _stem_text(text: str) -> str:
    return f" {' '.join(stem_words(text))} "


@lru_cache(maxsize=200)
def _list_stated_codes(text: str) -> frozenset[str]:
    found = {match[0].replace(".", "") for match in _CODE.finditer(text)}
    # A year is no heading, unless the text says so.
    found = {code for code in found if not re.fullmatch(r"(?:19|20)\d\d", code)}
    return frozenset(found | set(_AFTER_HS.findall(text)))


def _are_covered(
    wide: Collection[F], narrow: Collection[F], includes: Callable[[F, F], bool]
) -> bool:
    """Whether each filter of `narrow` is included in one of `wide`; no filters match everything."""
    if not wide:
        return True
    return bool(narrow) and all(any(includes(w, n) for w in wide) for n in narrow)


def _spans(wide: EconomyFilter, narrow: EconomyFilter, blocs: Blocs) -> bool:
    """Whether a story that passes the filter `narrow` also passes `wide`."""
    if wide.second is None:
        return any(_reaches(wide.first, code, blocs) for code in narrow.codes)
    if narrow.second is None or (wide.directed and not narrow.directed):
        return False
    orders = [(narrow.first, narrow.second)]
    if not wide.directed:
        orders.append((narrow.second, narrow.first))
    return any(
        _reaches(wide.first, first, blocs) and _reaches(wide.second, second, blocs)
        for first, second in orders
    )


def _reaches(wide: str, narrow: str, blocs: Blocs) -> bool:
    """Whether all names that stand for `narrow` also stand for `wide`."""
    return {narrow, *_list_related(narrow, blocs)} <= {wide, *_list_related(wide, blocs)}


def _includes(wide: GoodsFilter, narrow: GoodsFilter) -> bool:
    names = _list_searched_names(narrow)
    return set(names) <= set(_list_searched_names(wide)) and all(
        any(code.startswith(other) for other in wide.codes) for code in narrow.codes
    )


def _begins(wide: str, narrow: str) -> bool:
    return fold_case(narrow).startswith(fold_case(wide))


def _sort(criteria: Criteria) -> tuple[object, ...]:
    """The criteria in a form that is equal for equal criteria."""
    economies = {
        (each.first, each.second) if each.directed else each.codes for each in criteria.economies
    }
    return (
        criteria.topics or frozenset(Topic),
        economies,
        {(frozenset(_list_searched_names(each)), frozenset(each.codes)) for each in criteria.goods},
        {fold_case(word) for word in criteria.words},
        {fold_case(word) for word in criteria.without_words},
        criteria.decided_only,
        criteria.severity_from,
        criteria.official_only,
        criteria.only_my_lines,
    )
