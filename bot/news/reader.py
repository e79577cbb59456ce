"""Turns an entry into a story, or into nothing: calls the parts of `news` in their order.

topics    is it trade news at all?   none -> silent
parties   who is in it
figures   which duties, from and to what percent
summary   the sentences worth posting
"""

from datetime import datetime
from hashlib import blake2b

from bot.feeds.model import Entry, Feed
from bot.news.figures.duties import FigureReader
from bot.news.story import Evidence, Figure, Match, Story
from bot.news.summary import summarise
from bot.news.topics.rules import Matcher, TopicRules
from bot.parties import Parties
from bot.values import Frozen, Topic, utc

# A feed may carry a whole article; who and what it is about stands near its beginning.
_TEXT_READ = 5000


class Understanding(Frozen):
    """What a title and a text say; no topics means that the bot stays silent about them."""

    topics: tuple[Topic, ...] = ()
    parties: tuple[str, ...] = ()
    """Codes of the economies named, in order of appearance."""
    figures: tuple[Figure, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    summary: str = ""


class Reader:
    """Reads entries into stories. Built once; pure, so that it may work in any thread."""

    def __init__(self, rules: TopicRules, parties: Parties) -> None:
        self._parties = parties
        self._matcher = Matcher(rules, parties)
        self._figures = FigureReader(parties, rules.lists.get("product", ()))

    def read(self, entry: Entry, feed: Feed, seen_at: datetime) -> Story | None:
        """The entry as a story, or None where it is no trade news; `seen_at` is aware."""
        match = self._match(entry.title, entry.summary)
        if not match.topics:
            return None
        understood = self._understand(entry.title, entry.summary, match)
        seen_at = utc(seen_at)
        return Story(
            id=_digest(entry.feed_id, entry.key),
            feed_id=entry.feed_id,
            entry_key=entry.key,
            source=feed.title,
            kind=feed.kind,
            title=entry.title,
            link=entry.link,
            text=entry.summary,
            summary=understood.summary,
            published=utc(entry.published) if entry.published else seen_at,
            seen_at=seen_at,
            topics=understood.topics,
            parties=understood.parties,
            figures=understood.figures,
            evidence=understood.evidence,
        )

    def understand(self, title: str, summary: str) -> Understanding:
        """What a text says; parties and figures are given for one without topics too."""
        return self._understand(title, summary, self._match(title, summary))

    def _match(self, title: str, summary: str) -> Match:
        return self._matcher.match(title, summary[:_TEXT_READ])

    def _understand(self, title: str, summary: str, match: Match) -> Understanding:
        text = summary[:_TEXT_READ]
        mentions = (*self._parties.mentions(title), *self._parties.mentions(text))
        figures = self._figures.figures(title, text)
        wanted = [
            *(words for figure in figures for words in _numbers(figure)),
            *dict.fromkeys(each.words for each in match.evidence),
            *dict.fromkeys(mention.words for mention in mentions),
        ]
        return Understanding(
            topics=match.topics,
            parties=tuple(dict.fromkeys(mention.code for mention in mentions)),
            figures=figures,
            evidence=match.evidence,
            summary=summarise(title, text, wanted),
        )


def _numbers(figure: Figure) -> list[str]:
    given = (figure.from_percent, figure.to_percent)
    return [str(number) for number in given if number is not None]


def _digest(feed_id: str, key: str) -> str:
    packed = f"{feed_id}\x1f{key}".encode("utf-8", "surrogatepass")
    return blake2b(packed, digest_size=12).hexdigest()
