"""Measures reading and joining stories: `python -m bench.matching`.

Three figures: how many stories a second `match` reads on one core (topics, parties, figures, state
and summary), next to one regular expression that finds any word of the topic rules in the same
titles and texts; how long it takes to join a story to 500 recent ones; and how much the process
grows while it reads many lines. The stories are generated: no two are alike, and a third are not
about trade. The last table has hostile texts of two sizes, because time should grow as fast as the
text. The result is Markdown; progress goes to stderr.
"""

import argparse
import re
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from statistics import median
from time import perf_counter

from bot.feeds.model import Entry, Feed, FeedKind
from bot.news.events.matching import find_event
from bot.news.jsonl import match_story
from bot.news.reader import Reader
from bot.news.story import Story
from bot.news.topics.rules import TopicRules
from bot.runtime.config.folder import ConfigFolder
from bot.runtime.config.news_loader import load_topics
from bot.runtime.settings import load_settings

RECENT = 500
"""Recent stories to which one story is joined."""
STORIES_A_SECOND, JOIN_MS = 2_000, 2.0
"""Required: at least this many stories a second on one core, and at most this time for a join."""
_BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
_FEED = Feed(id="bench", title="Bench", url="https://bench.example/feed", kind=FeedKind.WIRE)

_PLACES = str.split("China Canada Mexico Brazil India Japan Vietnam Turkey Norway Chile Ghana Peru")
_GOODS = str.split(
    "steel copper wine cars chips lumber cheese coffee solar-panels tyres phones toys"
)
_TRADE = (
    "{a} raises tariffs on {goods} from {b} to {n}%",
    "{a} and {b} resume trade talks on {goods}",
    "Court in {a} strikes down the {n}% duty on {goods} of {b}",
    "{a} threatens {n}% tariffs on {goods} if {b} does not act",
    "{a} delays its duty on {goods} of {b} until {month}",
)
_OTHER = (
    "{a} beats {b} in the final after {n} minutes",
    "Shares of {goods} makers in {a} rise {n}% as {b} cuts rates",
    "Heavy rain closes {n} roads in the north of {a}",
)
_TEXT = (
    "Officials in {a} said on Tuesday that the decision about {goods} was final. Importers of "
    "{goods} from {b} expect higher prices, an association said. The ministry had announced the "
    "step {n} days ago, and talks continue in {month}."
)
_MONTHS = str.split("January February March June July September October December")


def main() -> None:
    """Runs the benchmark and prints its result."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--stories", type=int, default=5_000, help="stories per round")
    parser.add_argument("--lines", type=int, default=200_000, help="lines for the memory figure")
    parser.add_argument("--rounds", type=int, default=5, help="number of rounds (default: 5)")
    options = parser.parse_args()
    config = ConfigFolder(load_settings())
    reader = config.reader
    words = _compile_words(load_topics(config.settings.config_dir / "topics.yaml"))
    lines = list(islice(make_lines(1), options.stories))
    ours, plain = _race(
        options.rounds,
        lambda: [match_story(reader, line) for line in lines],
        lambda: [words.findall(f"{line['title']} {line['summary']}") for line in lines],
    )
    rate, bare = len(lines) / ours, len(lines) / plain
    join_ms = _measure_joins(reader) * 1_000
    grown = _measure_growth(reader, options.lines)
    print("| figure | value | required |")
    print("| --- | --- | --- |")
    print(f"| stories read a second | {rate:,.0f} | {STORIES_A_SECOND:,} |")
    print(f"| one `re` alternation of the same words, texts a second | {bare:,.0f} | |")
    print(f"| time of the alternation, as a share of ours | {plain / ours:.2f} | |")
    print(f"| join to {RECENT} recent stories, median ms | {join_ms:.2f} | {JOIN_MS:g} |")
    print(f"| growth over {options.lines:,} lines, MB | {grown:.1f} | |")
    _print_hostile(reader)


def make_lines(seed: int) -> Iterator[dict[str, str]]:
    """Different stories without end; the same ones for the same seed."""
    random = Random(seed)
    number = 0
    while True:
        number += 1
        first, second = random.sample(_PLACES, 2)
        given = {
            "a": first,
            "b": second,
            "goods": random.choice(_GOODS).replace("-", " "),
            "n": f"{random.randint(2, 150)}",
            "month": random.choice(_MONTHS),
        }
        title = random.choice(_OTHER if number % 3 == 0 else _TRADE).format(**given)
        published = _BEGIN + timedelta(minutes=number)
        yield {
            "id": str(number),
            "title": title,
            "summary": _TEXT.format(**given),
            "published": published.isoformat(),
        }


def _compile_words(rules: TopicRules) -> re.Pattern[str]:
    """A regular expression that finds any word or phrase of the lists of the topic rules."""
    words = {word for each in rules.lists.values() for word in each if "{" not in word}
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)


def _race(rounds: int, *runs: Callable[[], object]) -> Sequence[float]:
    """The median seconds of each run; the runs take turns."""
    times: list[list[float]] = [[] for _ in runs]
    for number in range(rounds):
        for run, taken in zip(runs, times, strict=True):
            begin = perf_counter()
            run()
            taken.append(perf_counter() - begin)
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return [median(taken) for taken in times]


def _measure_joins(reader: Reader) -> float:
    """The median seconds to join a story to `RECENT` others, all of the last three days."""
    stories = _read(reader, RECENT + 200)
    recent, later = stories[:RECENT], stories[RECENT:]
    find_event(later[0], recent)
    taken = []
    for story in later[1:]:
        begin = perf_counter()
        find_event(story, recent)
        taken.append(perf_counter() - begin)
    return median(taken)


def _read(reader: Reader, count: int) -> list[Story]:
    stories = []
    for line in make_lines(2):
        entry = Entry(
            feed_id=_FEED.id,
            key=line["id"],
            title=line["title"],
            summary=line["summary"],
            published=datetime.fromisoformat(line["published"]),
        )
        story = reader.read(entry, _FEED, _BEGIN)
        if story is not None:
            stories.append(story.model_copy(update={"event_id": story.id}))
        if len(stories) == count:
            return stories
    raise AssertionError("make_lines ends")


def _measure_growth(reader: Reader, lines: int) -> float:
    """How many MB the process grows while it reads the lines, after the first tenth of them."""
    source = make_lines(3)
    for line in islice(source, lines // 10):
        match_story(reader, line)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for line in islice(source, lines - lines // 10):
        match_story(reader, line)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def _print_hostile(reader: Reader) -> None:
    """Prints the times for hostile texts; the last column is 4 if the time grows with the size."""
    samples = {
        "one word": "a",
        "open brackets": "(",
        "commas": "1,1",
        "tariff words": "25% tariff on steel from China, ",
        "bidi controls": "\u202e\u2067tariff\u2069",
        "lone surrogates": "\ud800 duty ",
    }
    print("\n| text of 250 kB and of 1 MB | ms | ms | ratio |")
    print("| --- | --- | --- | --- |")
    for name, part in samples.items():
        times = []
        for size in (250_000, 1_000_000):
            text = (part * (size // len(part) + 1))[:size]
            line = {"id": "1", "title": text, "summary": text}
            begin = perf_counter()
            match_story(reader, line)
            times.append((perf_counter() - begin) * 1_000)
        print(f"| {name} | {times[0]:.1f} | {times[1]:.1f} | {times[1] / times[0]:.1f} |")


if __name__ == "__main__":
    main()
