"""Generates feeds in a folder: half RSS, half Atom, about 25 KB each."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

ENTRIES = 30
_WORDS = str.split(
    "harbour council library orchard festival museum railway garden bakery theatre river village "
    "concert school bridge market weather mountain painter cyclist teacher lighthouse kitchen "
    "forest island meadow workshop choir station evening morning winter summer visitors opened "
    "restored welcomed announced painted repaired walked gathered listened planted early late "
    "quiet bright wooden local famous little several many under after before between near with"
)


@dataclass(frozen=True, slots=True)
class Press:
    """A folder of generated feeds. `born` is the time from which their entries are dated back."""

    folder: Path
    feeds: int
    born: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def names(self) -> list[str]:
        """The file names in order, RSS and Atom alternating."""
        return [_name(number) for number in range(self.feeds)]

    def write(self) -> None:
        """Writes every feed with its first `ENTRIES` entries."""
        self.folder.mkdir(parents=True)
        for number, name in enumerate(self.names()):
            self._write(number, name, newest=ENTRIES)

    def renew(self, turn: int, every: int) -> int:
        """Adds an entry to one feed in `every`; returns the number of changed feeds.

        Successive turns change different feeds. A changed feed drops its oldest entry.
        """
        chosen = range((turn * 7) % every, self.feeds, every)
        for number in chosen:
            self.renew_one(number, 1 + (turn - 1) // every)
        return len(chosen)

    def renew_one(self, number: int, new: int) -> None:
        """Writes one feed again, shifted so that `new` entries follow those that `write` wrote."""
        self._write(number, _name(number), newest=ENTRIES + new)

    def _write(self, number: int, name: str, newest: int) -> None:
        (self.folder / name).write_text(feed_text(number, self.born, newest), encoding="utf-8")


def feed_text(number: int, born: datetime, newest: int = ENTRIES) -> str:
    """The text of a feed: RSS if `number` is even, else Atom. Its newest entry is `newest`."""
    form = _rss if number % 2 == 0 else _atom
    return form(number, [_entry(number, n, born) for n in range(newest, newest - ENTRIES, -1)])


def _name(number: int) -> str:
    return f"feed{number:05}.{'rss' if number % 2 == 0 else 'atom'}"


@dataclass(frozen=True, slots=True)
class _Entry:
    guid: str
    link: str
    title: str
    markup: str
    at: datetime


def _entry(feed: int, number: int, born: datetime) -> _Entry:
    chance = random.Random(feed * 1000 + number)
    title = _words(chance, 9).capitalize()
    first, second = _words(chance, 26).capitalize(), _words(chance, 22).capitalize()
    link = f"https://press{feed}.example/news/{number}"
    more = f'<p>{first}.</p><p>{second} &amp; more. <a href="{link}?from=feed">Read on</a></p>'
    at = born - timedelta(hours=ENTRIES * 2 - number)
    return _Entry(f"press{feed}-{number}", link, title, more, at)


def _words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(_WORDS, k=count))


def _escaped(markup: str) -> str:
    return markup.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _rss(feed: int, entries: list[_Entry]) -> str:
    items = "".join(
        f"<item><title>{each.title}</title><link>{each.link}</link>"
        f'<guid isPermaLink="false">{each.guid}</guid>'
        f"<pubDate>{format_datetime(each.at)}</pubDate>"
        f"<category>{each.title.split()[0]}</category>"
        f"<description>{_escaped(each.markup)}</description></item>\n"
        for each in entries
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>'
        f"<title>Press {feed}</title><link>https://press{feed}.example/</link>"
        f"<description>Generated</description><language>en</language>\n{items}</channel></rss>\n"
    )


def _atom(feed: int, entries: list[_Entry]) -> str:
    items = "".join(
        f'<entry><title>{each.title}</title><link rel="alternate" href="{each.link}"/>'
        f"<id>tag:press{feed}.example,2026:{each.guid}</id>"
        f"<updated>{each.at.isoformat()}</updated><published>{each.at.isoformat()}</published>"
        f"<author><name>Desk {feed}</name></author>"
        f'<summary type="html">{_escaped(each.markup)}</summary></entry>\n'
        for each in entries
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f'<title>Press {feed}</title><link href="https://press{feed}.example/"/>'
        f"<id>tag:press{feed}.example,2026:feed</id>"
        f"<updated>{entries[0].at.isoformat()}</updated>\n{items}</feed>\n"
    )
