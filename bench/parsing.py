"""Reads the same bodies with the bot and with other parsers: `python -m bench.parsing`.

Bodies are generated feeds in memory, half RSS, half Atom. Every parser reads all of them in each
round, one parser after the other; a value is the median of its rounds, in CPU time of one core. The
result is a table in Markdown. lxml and fastfeedparser are measured where they are installed.
"""

import argparse
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from statistics import median
from time import process_time
from xml.etree import ElementTree as ET

import feedparser

from bench.polled.press import ENTRIES, feed_text
from bot.feeds.parsing.decoding import decode_surely
from bot.feeds.parsing.fast_reader import read_plainly
from bot.feeds.parsing.feedparser_reader import by_feedparser, read_feed
from bot.feeds.parsing.inline import read_at_once
from bot.feeds.parsing.normalization.raw_entry import RawEntry
from bot.feeds.parsing.result import FeedContext, Parsed
from bot.feeds.parsing.xml_document import open_text
from bot.text.plain import plain

URL = "https://press.example/feed.xml"
OURS, JUDGED = "tariffwire: cleaned, with identities", "tariffwire by feedparser: the same"
THEIRS, LIMIT = "feedparser", "lxml, tree only"
TEXTS = "tariffwire: texts cleaned"
EXPECTED = ((TEXTS, THEIRS, 15.0), (TEXTS, LIMIT, 0.2))
Read = Callable[[bytes], object]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=40, help="bodies (default: 40)")
    parser.add_argument("--rounds", type=int, default=5, help="default: 5")
    options = parser.parse_args()
    born = datetime.now(UTC).replace(microsecond=0)
    bodies = [feed_text(number, born).encode() for number in range(options.feeds)]
    parsers = _parsers()
    rounds: dict[str, list[float]] = {name: [] for name in parsers}
    for read in parsers.values():
        read(bodies[0])
    for _ in range(options.rounds):
        for name, read in parsers.items():
            rounds[name].append(_seconds(read, bodies))
    _print({name: median(taken) / len(bodies) for name, taken in rounds.items()}, len(bodies))


def _parsers() -> dict[str, Read]:
    found: dict[str, Read] = {
        THEIRS: feedparser.parse,
        "feedparser, not sanitising": lambda body: by_feedparser(body.decode(), URL),
        JUDGED: lambda body: _taken(read_feed(body, _source(), plainly=False)),
        OURS: lambda body: _taken(read_at_once(body, _source())),
        TEXTS: lambda body: [(plain(d.title, 400), plain(d.summary, 4000)) for d in _drafts(body)],
        "tariffwire: drafts only": _drafts,
        "ElementTree, tree only": ET.fromstring,
    }
    if find_spec("fastfeedparser"):
        found["fastfeedparser"] = import_module("fastfeedparser").parse
    if find_spec("lxml"):
        tree = import_module("lxml.etree")
        found[LIMIT] = lambda body: tree.parse(BytesIO(body))
    return found


def _source() -> FeedContext:
    return FeedContext(feed_id="press", url=URL, now=datetime.now(UTC))


def _taken(found: object) -> None:
    assert isinstance(found, Parsed)
    assert len(found.entries) == ENTRIES


def _drafts(body: bytes) -> list[RawEntry]:
    decoded = decode_surely(body, "")
    assert decoded is not None
    found = read_plainly(open_text(*decoded).text, URL)
    assert found is not None
    assert len(found.drafts) == ENTRIES
    return found.drafts


def _seconds(read: Read, bodies: Sequence[bytes]) -> float:
    began = process_time()
    for body in bodies:
        read(body)
    return process_time() - began


def _print(taken_s: dict[str, float], bodies: int) -> None:
    when, load = f"{datetime.now(UTC):%Y-%m-%d}", f"load {os.getloadavg()[0]:.1f}"
    print(f"{when}, {bodies} feeds of {ENTRIES} entries, one core of {os.cpu_count()}, {load}.\n")
    print("| parser | ms a feed | feeds a second | entries a second | times feedparser |")
    print("| --- | --- | --- | --- | --- |")
    for name, each_s in sorted(taken_s.items(), key=lambda named: -named[1]):
        speed = f"{1 / each_s:,.0f} | {ENTRIES / each_s:,.0f} | {taken_s[THEIRS] / each_s:.1f}"
        print(f"| {name} | {each_s * 1000:.2f} | {speed} |")
    print("\n| expected | measured | |\n| --- | --- | --- |")
    for name, other, least in EXPECTED:
        if other in taken_s:
            ratio = taken_s[other] / taken_s[name]
            met = "met" if ratio >= least else "missed"
            print(f"| {name} >= {least:g} times {other} | {ratio:.2f} | {met} |")


if __name__ == "__main__":
    main()
