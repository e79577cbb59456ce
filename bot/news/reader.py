"""Turns an entry into a story, or drops it. The steps, in order:

topics    is it trade news?     matches "Brussels prepares tariffs on motorcycles"
                                not     "The grid pays a feed-in tariff" -> no story
                                matches "Order on motion" of a docket feed with a `matter`
parties   the economies in it   matches "Beijing", "U.S."; not "Georgia peaches"; see `participants`
figures   the duties in it      matches "a 25% tariff"; not "shares fell 3%"
summary   its best sentences    see `summary`
deadlines the days that an official notice names, see `deadlines.find`
state     what happened?        matches "Brussels suspends the duties"
                                not     "Brussels may suspend the duties" -> no status
"""

from collections.abc import Mapping
from datetime import date, datetime

from bot.feeds.model import Entry, Feed, FeedKind
from bot.news.deadlines.find import find_deadlines
from bot.news.figures.duties import FigureReader
from bot.news.participants import choose_participants
from bot.news.state import EventState
from bot.news.status.reader import StateEvidence, StateReader, StateReading
from bot.news.status.rules import StatusRules
from bot.news.story import Evidence, Figure, Match, Story
from bot.news.story_text import StoryText
from bot.news.summary import summarize
from bot.news.topics.rules import TopicMatcher, TopicRules
from bot.parties import Parties
from bot.text.languages import ENGLISH, get_primary_language
from bot.values import Frozen, Topic, digest, to_utc


class Understanding(Frozen):
    """The content of a title and a text. An entry without topics does not become a story."""

    topics: tuple[Topic, ...] = ()
    parties: tuple[str, ...] = ()
    """Codes of the economies, in order of appearance."""
    title_parties: tuple[str, ...] = ()
    """The parties that the title names."""
    figures: tuple[Figure, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    summary: str = ""
    state: EventState = EventState()


class Reader:
    """Turns entries into stories. It has no state, so any thread may use it."""

    def __init__(
        self,
        rules: TopicRules,
        parties: Parties,
        status_rules: StatusRules,
        others: Mapping[str, TopicRules] | None = None,
    ) -> None:
        """`rules` are for English, and for languages that are not in `others`."""
        self._parties = parties
        self._matcher = TopicMatcher(rules, parties)
        self._others = {
            language: TopicMatcher(each, parties) for language, each in (others or {}).items()
        }
        goods = rules.lists.get("product", ())
        self._figures = FigureReader(parties, goods)
        self._states = StateReader(status_rules, parties, goods)

    def read(self, entry: Entry, feed: Feed, seen_at: datetime) -> Story | None:
        """The entry as a story, or None if it matches no topic; `seen_at` must be aware."""
        language = get_primary_language(entry.language or feed.language)
        story = StoryText(entry.title, entry.summary, self._parties)
        match = self._match(story, feed.kind, language)
        matter = StoryText(feed.matter, "", self._parties)
        if feed.matter:
            match = _join(match, self._match(matter, feed.kind, language))
        if not match.topics:
            return None
        seen_at = to_utc(seen_at)
        published = to_utc(entry.published) if entry.published else seen_at
        understood = self._understand(story, published.date(), match)
        codes = (*understood.parties, *(mention.code for mention in matter.in_title))
        understood = understood.model_copy(update={"parties": tuple(dict.fromkeys(codes))})
        return Story(
            id=digest(entry.feed_id, entry.key, size=12),
            feed_id=entry.feed_id,
            entry_key=entry.key,
            source=feed.title,
            kind=feed.kind,
            title=entry.title,
            link=entry.link,
            text=entry.summary,
            published=published,
            seen_at=seen_at,
            deadlines=find_deadlines(
                entry.title, entry.summary, feed.kind, entry.published, entry.link
            ),
            **dict(understood),
        )

    def understand(self, title: str, summary: str, published: date | None = None) -> Understanding:
        """The content of a title and a text. Parties and figures are read even without a topic.

        Dates without a year or relative ones, for example "on Tuesday", are counted from
        `published`; without it, they are ignored.
        """
        story = StoryText(title, summary, self._parties)
        return self._understand(story, published, self._match(story))

    def explain_state(
        self, title: str, summary: str, published: date | None = None
    ) -> tuple[StateEvidence, ...]:
        """The rules and the words that decided the state; empty if there is none."""
        story = StoryText(title, summary, self._parties)
        return self._read_state(story, published, self._match(story)).evidence

    def _read_state(self, story: StoryText, published: date | None, match: Match) -> StateReading:
        if not match.topics:
            return StateReading(EventState())
        return self._states.read(story, published, match.topics)

    def _match(
        self, story: StoryText, kind: FeedKind | None = None, language: str = ENGLISH
    ) -> Match:
        matcher = self._others.get(language, self._matcher)
        return matcher.match(story, kind)

    def _understand(self, story: StoryText, published: date | None, match: Match) -> Understanding:
        parties = choose_participants(story, self._parties)
        named = {mention.code for mention in story.in_title}
        figures = self._figures.find_figures(story)
        wanted = [
            *(words for figure in figures for words in _list_numbers(figure)),
            *dict.fromkeys(each.words for each in match.evidence),
            *dict.fromkeys(mention.words for mention in (*story.in_title, *story.in_text)),
        ]
        return Understanding(
            topics=match.topics,
            parties=parties,
            title_parties=tuple(code for code in parties if code in named),
            figures=figures,
            evidence=match.evidence,
            summary=summarize(story.title, story.sentences, wanted),
            state=self._read_state(story, published, match).state,
        )


def _join(match: Match, of_feed: Match) -> Match:
    """The topics and the evidence of an entry and of its feed's matter."""
    evidence = tuple(each.model_copy(update={"where": "feed"}) for each in of_feed.evidence)
    topics = {*match.topics, *of_feed.topics}
    return Match(
        topics=tuple(topic for topic in Topic if topic in topics),
        evidence=(*match.evidence, *evidence),
    )


def _list_numbers(figure: Figure) -> list[str]:
    given = (figure.from_percent, figure.to_percent)
    return [str(number) for number in given if number is not None]
