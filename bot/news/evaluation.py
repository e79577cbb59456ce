"""Compares what the bot reads in stories with the labels of sets, and scores it.

A set is a list of labeled items as JSON objects. The keys of the first item decide its kind:

    stories   {"id", "title", "summary", "topics", "parties"?, "optional"?, "parties_optional"?}
    figures   {"id", "title", "summary", "figures"}
    pairs     {"id", "a": {story}, "b": {story}, "relation"}
    states    {"id", "title", "summary", "published", "status", "effective"}

`optional` topics and parties count neither as right nor as wrong. Parties are scored only for
stories with a topic. A figure is right if imposer, partner and both rates are right; its partner is
labeled as `target`. The relation of a pair is `same`, `follow_up` or `different`. A
story that reports no new step has the status null.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bot.news.jsonl import compare_stories, match_story
from bot.news.reader import Reader
from bot.news.state import EventStatus
from bot.values import Topic

Item = Mapping[str, Any]
_PLANS = (EventStatus.THREATENED, EventStatus.INVESTIGATED, EventStatus.PROPOSED)
_DECISIONS = (EventStatus.ANNOUNCED, EventStatus.IN_FORCE, EventStatus.DEAL)


class Tally(NamedTuple):
    """The number of right findings, of wrong findings, and of labels that were missed."""

    right: int = 0
    false: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """The share of the findings that are right, from 0 to 1; 1 if there are no findings."""
        return self.right / (self.right + self.false) if self.right + self.false else 1.0

    @property
    def recall(self) -> float:
        """The share of the labels that were found, from 0 to 1; 1 if there are no labels."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def add(self, wanted: set[Any], found: set[Any]) -> "Tally":
        """This tally with one more item."""
        right, false, missed = wanted & found, found - wanted, wanted - found
        return Tally(self.right + len(right), self.false + len(false), self.missed + len(missed))


class Share(NamedTuple):
    """A part of a count: `number` of the `of` items."""

    number: int
    of: int


class Miss(NamedTuple):
    """An item on which the bot and the labels differ."""

    what: str
    id: str
    wanted: str
    found: str
    title: str


class Evaluation(NamedTuple):
    """The scores of one set. The keys of `tallies` and `shares` are titles to print."""

    tallies: Mapping[str, Tally]
    shares: Mapping[str, Share]
    misses: Sequence[Miss]


def evaluate(items: Sequence[Item], reader: Reader) -> Evaluation:
    """The scores of a set. Raises KeyError if an item lacks a label."""
    kinds = {
        "relation": _evaluate_pairs,
        "status": _evaluate_states,
        "figures": _evaluate_figures,
    }
    kind = next((kind for label, kind in kinds.items() if label in items[0]), _evaluate_topics)
    return kind(items, reader)


def _evaluate_topics(items: Iterable[Item], reader: Reader) -> Evaluation:
    tallies = {topic.label: Tally() for topic in Topic} | {
        "all topics": Tally(),
        "parties": Tally(),
    }
    silent, quiet = 0, 0
    misses: list[Miss] = []
    for item in items:
        match = match_story(reader, item)
        free = set(item.get("optional", ()))
        wanted, found = set(item["topics"]) - free, set(match["topics"]) - free
        for topic in Topic:
            one = {topic.value}
            tallies[topic.label] = tallies[topic.label].add(wanted & one, found & one)
        tallies["all topics"] = tallies["all topics"].add(wanted, found)
        misses += _list_miss("topics", item, wanted, found)
        if not item["topics"] and not free:
            quiet, silent = quiet + 1, silent + (not match["topics"])
        if item["topics"] and "parties" in item:
            named = set(match["parties"]) - set(item.get("parties_optional", ()))
            tallies["parties"] = tallies["parties"].add(set(item["parties"]), named)
            misses += _list_miss("parties", item, set(item["parties"]), named)
    return Evaluation(tallies, {"silent on stories without a topic": Share(silent, quiet)}, misses)


def _evaluate_figures(items: Iterable[Item], reader: Reader) -> Evaluation:
    exact = rates = Tally()
    imposers, stated = 0, 0
    misses: list[Miss] = []
    for item in items:
        wanted = _read_rates(item["figures"], "target")
        found = _read_rates(match_story(reader, item)["figures"], "partner")
        exact = exact.add(wanted, found)
        rates = rates.add({one[2:] for one in wanted}, {one[2:] for one in found})
        misses += _list_miss("figures", item, wanted, found)
        for imposer, _, *rate in wanted:
            named = {one[0] for one in found if [*one[2:]] == rate}
            if imposer is not None and named:
                stated, imposers = stated + 1, imposers + (imposer in named)
    tallies = {"figures, exact": exact, "figures, rates alone": rates}
    return Evaluation(tallies, {"imposer of the rates found": Share(imposers, stated)}, misses)


def _read_rates(figures: Iterable[Item], partner: str) -> set[tuple[Any, ...]]:
    """Imposer, partner and both rates of the figures that state a rate. All partners are None."""
    return {
        (figure["imposer"], None if figure[partner] == "WORLD" else figure[partner], *rates)
        for figure in figures
        if any(rates := (_number(figure["from_percent"]), _number(figure["to_percent"])))
        or 0.0 in rates
    }


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


def _evaluate_pairs(items: Iterable[Item], reader: Reader) -> Evaluation:
    counts: Counter[tuple[str, str]] = Counter()
    misses = []
    for item in items:
        answer = compare_stories(reader, item)
        wanted, found = item["relation"], answer["relation"]
        counts[wanted, found] += 1
        if wanted != found:
            titles = f"{item['a'].get('title', '')} | {item['b'].get('title', '')}"
            misses.append(Miss("relation", str(item["id"]), wanted, found, titles))
    total = Counter(relation for relation, _ in counts.elements())
    shares = {
        f"{wanted} called {found}": Share(counts[wanted, found], total[wanted])
        for wanted, found in (
            ("same", "same"),
            ("different", "same"),
            ("follow_up", "follow_up"),
            ("follow_up", "same"),
        )
    }
    return Evaluation({}, shares, misses)


def _evaluate_states(items: Iterable[Item], reader: Reader) -> Evaluation:
    """The shares of right statuses and first days, and of plans that were called decisions."""
    count = right = days = plans = hasty = 0
    misses: list[Miss] = []
    for count, item in enumerate(items, start=1):  # noqa: B007 - the last count is the number
        found = match_story(reader, item)
        right += found["status"] == item["status"]
        days += found["effective"] == item["effective"]
        if item["status"] in _PLANS:
            plans, hasty = plans + 1, hasty + (found["status"] in _DECISIONS)
        for what in ("status", "effective"):
            misses += _list_miss(what, item, {item[what]}, {found[what]})
    shares = {
        "status right": Share(right, count),
        "first day right": Share(days, count),
        "threat or plan called a decision": Share(hasty, plans),
    }
    return Evaluation({}, shares, misses)


def _list_miss(what: str, item: Item, wanted: set[Any], found: set[Any]) -> Iterator[Miss]:
    if wanted != found:
        shown, said = (", ".join(sorted(map(str, part))) for part in (wanted, found))
        yield Miss(what, str(item["id"]), shown, said, str(item.get("title", "")))
