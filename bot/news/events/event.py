"""Computes the present state of an event from its stories.

    stories, oldest first | status   what the latest development reports, and its day
                          | duties   the rates of decisions; the figures of threats are quotations
                          | dates    deadlines of official notices, see `deadlines.events`
                          | sources  how many outlets report it, and whether one is official
                          | notes    corrections, and figures on which outlets disagree

Another report of a state fills in what the state lacks, for example its date, and changes nothing
else. So a late report of an old state does not bring that state back.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from bot.feeds.identity import share_words
from bot.feeds.model import OFFICIAL_KINDS, FeedKind
from bot.news.deadlines.events import EventDeadline, list_deadlines
from bot.news.state import CollectionEffect, EventStatus, NewFactKind, Relation
from bot.news.story import Figure, Story
from bot.text.folding import fold
from bot.values import Frozen, Topic, to_utc

DECISIONS = frozenset(
    {
        EventStatus.ANNOUNCED,
        EventStatus.IN_FORCE,
        EventStatus.DELAYED,
        EventStatus.SUSPENDED,
        EventStatus.ENDED,
        EventStatus.DEAL,
    }
)
"""Statuses whose figures are duties. With every other status, a figure is only a quotation."""

RULINGS = frozenset({EventStatus.UNLAWFUL, EventStatus.STAYED, EventStatus.UPHELD})
"""Statuses that a court sets."""

_SAME_NEWS = timedelta(hours=6)
"""Two outlets that state different rates within this time disagree. Later, the rate has changed."""

_MOST_DUTIES = 30
"""Maximum duties of an event. Each figure is compared with all duties. Without a limit, 200 stories
that each name other goods would take seconds.
"""

_RETRACTION = r"(?:retracted|retraction|withdrawn)"
_CORRECTION = rf"(?:corrected|correction|corrects|clarification|{_RETRACTION})"
_MARKED_AT_START = re.compile(
    rf"\W{{0,5}}(?:update \d{{1,2}}\W{{1,3}})?({_CORRECTION})\s?(?:[:)\]–—-]|to\b|of\b)"
)
_MARKED_AT_END = re.compile(rf"(?:[(\[]({_CORRECTION})[)\]]|; (correction))\W{{0,5}}$")
_TEXT_CORRECTS = re.compile(
    rf"\W{{0,5}}(?:({_CORRECTION})\s?[:)\]–—-]|corrects \w)"
    r"|an (?:earlier|original) version of this \w+ (?:mis)?(?:said|stated|gave|reported)\b"
)
_READ_FOR_CORRECTION = 300
"""Characters of a text in which a correction is looked for. Outlets put it at the beginning."""


class OutletFigure(Frozen):
    """The percent that one outlet states."""

    source: str
    percent: Decimal


class DisputedFigure(Frozen):
    """A duty for which outlets state different rates at the same time."""

    figure: Figure
    outlets: tuple[OutletFigure, ...]
    """One figure for each outlet, in order of publication."""


class Correction(Frozen):
    """A story by which an outlet corrects or retracts an earlier report."""

    story: Story
    is_retraction: bool = False
    is_silent: bool = False
    """Whether the outlet changed its story without saying so."""


class Event(Frozen):
    """The present state of an event."""

    id: str
    first: Story
    """The story that started the event. Its headline stays, even if an older story arrives later.
    If that story was deleted, this is the oldest one that is left."""
    latest: Story | None = None
    """The latest development; None if there is none."""
    topics: tuple[Topic, ...] = ()
    status: EventStatus | None = None
    """None if no story reports a status."""
    status_on: date | None = None
    """The day on which the status was first reported, in UTC."""
    is_about_talks: bool = False
    """Whether the status describes talks and not a duty, for example ENDED for talks."""
    effective: date | None = None
    collection: CollectionEffect | None = None
    collection_from: date | None = None
    duties: tuple[Figure, ...] = ()
    """The rates of a decision, as the sources state them. Empty for other statuses."""
    quoted: tuple[Figure, ...] = ()
    """The figures of a threat, a proposal or talks, or of an event without a status."""
    sums: tuple[Decimal, ...] = ()
    """Sums of money in a decision, in US dollars."""
    disputed: tuple[DisputedFigure, ...] = ()
    deadlines: tuple[EventDeadline, ...] = ()
    """The deadlines that official notices state, by day."""
    parties: tuple[str, ...] = ()
    """The codes of all economies that the stories name, in order of appearance."""
    sources: int = 1
    """The number of outlets that report it."""
    is_official: bool = False
    """Whether a gazette, an agency, a ministry or a court is among the outlets."""
    correction: Correction | None = None
    """The latest correction or retraction."""

    @property
    def imposer(self) -> str | None:
        """The importing economy, if the figures name exactly one."""
        return _find_only(each.imposer for each in self.duties or self.quoted)

    @property
    def partner(self) -> str | None:
        """The economy whose goods are charged, if the figures name exactly one."""
        return _find_only(each.partner for each in self.duties or self.quoted)

    @property
    def product(self) -> str | None:
        """The goods, if all figures are on the same goods."""
        products = self._list_products()
        return products.pop() if len(products) == 1 else None

    @property
    def has_several_products(self) -> bool:
        """Whether the figures are on different goods, or only some of them name goods."""
        return len(self._list_products()) > 1

    def _list_products(self) -> set[str | None]:
        return {each.product for each in self.duties or self.quoted}

    @property
    def is_ruling(self) -> bool:
        """Whether the event is a court ruling."""
        return self.status in RULINGS or (self.status is None and Topic.COURT_RULING in self.topics)


def is_marked_correction(story: Story) -> bool:
    """Whether the story says that it corrects or retracts an earlier one of its outlet."""
    return bool(_find_mark(story))


def is_about_talks(story: Story) -> bool:
    """Whether the headline is about talks and not about a duty or a ruling."""
    topics = {found.topic for found in story.evidence if found.where == "title"}
    return (topics or set(story.topics)) == {Topic.NEGOTIATION}


def summarize_event(stories: Sequence[Story]) -> Event:
    """The present state of the event with these stories. There must be at least one."""
    ordered = sorted(stories, key=lambda story: (to_utc(story.published), to_utc(story.seen_at)))
    opening = next((story for story in ordered if story.relation is not Relation.REPORT), None)
    state = _State()
    slots: list[_Slot] = []
    quoted: list[_Slot] = []
    sums: dict[Decimal, None] = {}
    for story in ordered:
        state.add(story, moves=_moves(story, opening, is_developed=state.latest is not None))
        status = state.status if story.state.status is None else story.state.status
        _add_figures(slots if status in DECISIONS else quoted, story)
        if status in DECISIONS:
            sums |= dict.fromkeys(_list_sums(story))
    decided = state.status in DECISIONS
    shown = _drop_vague(slots if decided else quoted if state.status not in RULINGS else [])
    first = next((story for story in ordered if story.id == story.event_id), ordered[0])
    return Event(
        id=first.event_id or first.id,
        first=first,
        latest=state.latest,
        topics=tuple(dict.fromkeys(topic for story in ordered for topic in story.topics)),
        status=state.status,
        status_on=state.status_on,
        is_about_talks=state.is_about_talks,
        effective=state.effective,
        collection=state.collection,
        collection_from=state.collection_from,
        duties=tuple(slot.figure for slot in shown) if decided else (),
        quoted=() if decided else tuple(slot.figure for slot in shown),
        sums=tuple(sums) if decided else (),
        disputed=tuple(slot.dispute() for slot in shown if slot.is_disputed),
        deadlines=list_deadlines(ordered),
        parties=tuple(dict.fromkeys(code for story in ordered for code in story.parties)),
        sources=len({story.feed_id for story in ordered}),
        is_official=any(story.kind in OFFICIAL_KINDS for story in ordered),
        correction=_find_correction(ordered),
    )


def _moves(story: Story, opening: Story | None, *, is_developed: bool) -> bool:
    """Whether a story changes the state of its event.

    Three kinds of stories do: `opening`, which is the oldest story that is not another report; an
    edit of `opening`, unless the event has a development (`is_developed`); and a development.
    """
    if story.relation is Relation.NEW and opening is not None:
        is_edit = (story.feed_id, story.link) == (opening.feed_id, opening.link)
        return story is opening or (is_edit and not is_developed)
    return story.relation is Relation.DEVELOPMENT


@dataclass
class _State:
    """The state of an event after the stories so far."""

    status: EventStatus | None = None
    status_on: date | None = None
    effective: date | None = None
    collection: CollectionEffect | None = None
    collection_from: date | None = None
    is_about_talks: bool = False
    latest: Story | None = None

    def add(self, story: Story, *, moves: bool) -> None:
        """Adds the next story, which changes the state if it `moves`, or else only completes it."""
        if story.relation is Relation.DEVELOPMENT:
            self.latest = story
        reported = story.state
        if reported.status is not None and reported.status is not self.status:
            if not moves and self.status is not None:
                return
            self._start(story)
        elif reported.status is not None or moves:
            self._complete(story, replace=moves)

    def _start(self, story: Story) -> None:
        reported = story.state
        self.status, self.effective = reported.status, reported.effective
        self.status_on = to_utc(story.published).date()
        self.is_about_talks = is_about_talks(story)
        self.collection, self.collection_from = reported.collection, reported.collection_from

    def _complete(self, story: Story, *, replace: bool) -> None:
        reported = story.state
        if reported.effective is not None and (replace or self.effective is None):
            self.effective = reported.effective
        if reported.collection is not None and (replace or self.collection is None):
            self.collection, self.collection_from = reported.collection, reported.collection_from


@dataclass
class _Slot:
    """One duty of an event: its present figure, and the percent that each outlet states."""

    figure: Figure
    since: datetime
    outlets: dict[str, OutletFigure] = field(default_factory=dict)
    """By the id of the feed."""
    past: set[Decimal] = field(default_factory=set)
    """Percents that no longer apply."""

    @property
    def is_disputed(self) -> bool:
        return len({each.percent for each in self.outlets.values()}) > 1

    def dispute(self) -> DisputedFigure:
        return DisputedFigure(figure=self.figure, outlets=tuple(self.outlets.values()))

    def state(self, story: Story, figure: Figure) -> None:
        """Adds an outlet's figure for the duty: the same, a change, or a contradiction."""
        percent = figure.to_percent
        if percent is None or (percent in self.past and story.feed_id not in self.outlets):
            return
        before, at = self.figure.to_percent, to_utc(story.published)
        outlet = OutletFigure(source=story.source, percent=percent)
        others = [each for feed, each in self.outlets.items() if feed != story.feed_id]
        is_later = at - self.since > _SAME_NEWS
        if percent == before:
            self.figure = _merge(self.figure, figure)
        elif (
            not others
            or figure.from_percent == before
            or (is_later and _has_news(story))
            or _brings_new_status(story)
        ):
            self.past |= {each.percent for each in self.outlets.values()} - {percent}
            self.figure, self.since, self.outlets = figure, at, {}
        elif is_later:
            return
        self.outlets[story.feed_id] = outlet


def _has_news(story: Story) -> bool:
    """Whether a story may change a rate. A later comment or recap may state any rate."""
    return story.relation is not Relation.REPORT or story.state.status is not None


def _brings_new_status(story: Story) -> bool:
    return any(fact.kind is NewFactKind.STATUS for fact in story.new_facts)


def _add_figures(slots: list[_Slot], story: Story) -> None:
    """Adds the figures of a story. If its headline states a duty, other rates that its text states
    for this duty, for example earlier or interim rates, do not replace it."""
    earlier, rates = tuple(slots), _list_rates(story, slots)
    in_title = [figure for figure in rates if figure.quote and figure.quote in story.title]
    headlined: list[_Slot] = []
    for figure in [*in_title, *(each for each in rates if each not in in_title)]:
        is_headline = figure in in_title
        slot = _find_slot(earlier if is_headline else [*headlined, *earlier], figure)
        if slot is not None and not is_headline and _is_among(slot, headlined):
            slot.figure = _fill(slot.figure, figure)
            continue
        if slot is None:
            if len(slots) >= _MOST_DUTIES:
                continue
            slot = _Slot(figure, to_utc(story.published))
            slots.append(slot)
        slot.state(story, figure)
        if is_headline:
            headlined.append(slot)


def _is_among(slot: _Slot, slots: Iterable[_Slot]) -> bool:
    return any(each is slot for each in slots)


def _fill(one: Figure, other: Figure) -> Figure:
    """The first figure, completed by the second one if both state the same rate."""
    return _merge(one, other) if one.to_percent == other.to_percent else one


def _drop_vague(slots: Sequence[_Slot]) -> list[_Slot]:
    """The duties that name an economy or goods. If one names a pair, those without any economy are
    left out: they may be on other pairs."""
    figures = [slot.figure for slot in slots]
    has_pair = any(each.imposer and each.partner for each in figures)
    return [
        slot
        for slot, each in zip(slots, figures, strict=True)
        if each.imposer or each.partner or (each.product and not has_pair)
    ]


def _list_rates(story: Story, slots: Iterable[_Slot]) -> list[Figure]:
    """The figures of a story that state a rate.

    A correction often repeats the wrong rate, as in "84%, not 48%". So the rates that its outlet
    stated before are left out.
    """
    rates = [
        each
        for each in story.figures
        if each.from_percent is not None or each.to_percent is not None
    ]
    if not _find_mark(story):
        return rates
    feed = story.feed_id
    wrong = {slot.outlets[feed].percent for slot in slots if feed in slot.outlets}
    return [each for each in rates if each.to_percent not in wrong] or rates


def _list_sums(story: Story) -> list[Decimal]:
    return [each.amount_usd for each in story.figures if each.amount_usd is not None]


def _find_slot(slots: Sequence[_Slot], figure: Figure) -> _Slot | None:
    """The duty that a figure is about. A figure with another percent must name the same goods and
    at least one of the same parties."""
    other, others = figure, _list_words(figure.product)
    for slot in slots:
        one = slot.figure
        if not (_agrees(one.imposer, other.imposer) and _agrees(one.partner, other.partner)):
            continue
        goods = _list_words(one.product)
        if one.to_percent == other.to_percent or other.to_percent in slot.past:
            if goods <= others or others <= goods:
                return slot
        elif goods == others and (
            (one.imposer is not None and one.imposer == other.imposer)
            or (one.partner is not None and one.partner == other.partner)
        ):
            return slot
    return None


def _agrees(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


@lru_cache(maxsize=5_000)
def _list_words(product: str | None) -> frozenset[str]:
    return frozenset(fold(product or "").casefold().split())


def _merge(one: Figure, other: Figure) -> Figure:
    """The first figure with the parties, goods and earlier rate that only the second one states."""
    filled = {
        name: value
        for name in ("imposer", "partner", "product", "from_percent")
        if getattr(one, name) is None and (value := getattr(other, name)) is not None
    }
    return one.model_copy(update=filled)


def _find_only(codes: Iterable[str | None]) -> str | None:
    """The only code among `codes`; None if there is none, or more than one."""
    found = {code for code in codes if code is not None}
    return found.pop() if len(found) == 1 else None


def _find_correction(ordered: Sequence[Story]) -> Correction | None:
    """The latest story by which an outlet corrects or retracts an earlier report."""
    titles: dict[tuple[str, str], str] = {}
    found: Correction | None = None
    for story in ordered:
        place = (story.feed_id, story.link)
        if mark := _find_mark(story):
            is_retraction = re.fullmatch(_RETRACTION, mark) is not None
            found = Correction(story=story, is_retraction=is_retraction)
        elif place in titles and _may_be_edited(story, titles[place]):
            found = Correction(story=story, is_silent=True)
        titles[place] = story.title
    return found


def _may_be_edited(story: Story, before: str) -> bool:
    """Whether a second story at one link may be an edit of the first, with the title `before`.

    Courts use one link for a whole docket, some outlets use one for all reports, and others
    continue a report at its link.
    """
    is_continued = story.relation is Relation.DEVELOPMENT
    return (
        bool(story.link)
        and story.kind is not FeedKind.COURT
        and not is_continued
        and share_words(before, story.title)
    )


def _find_mark(story: Story) -> str:
    """The word that marks the story as a correction or retraction; empty if there is none."""
    title, text = story.title.casefold()[-500:], story.text.casefold()[:_READ_FOR_CORRECTION]
    for found in (
        _MARKED_AT_START.match(story.title.casefold()[:100]),
        _MARKED_AT_END.search(title),
        _TEXT_CORRECTS.match(text),
    ):
        if found is not None:
            return next(filter(None, found.groups()), "correction")
    return ""
