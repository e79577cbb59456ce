"""Has the bot seen this entry before? One rule for the store, the tests and the demo.

No single field can be trusted: court feeds give one guid to many docket entries, some publishers
give a new guid or a session's link at every fetch, others edit a headline in place. So an entry has
several identities, each a digest of two of the three things guid, link and text:

1. `key`: guid, link and text together. Known: nothing changed.
2. `aliases`: link and text (the guid changed), guid and text (the link changed); text and moment of
   publication (both changed: Google News does so at every fetch). Known: the same.
3. `place`: guid and link. Known, while 1 and 2 are not: the publisher edited the text (revised).

Rule 3 is left out where it would swallow news: for courts, and where one body has two texts at one
place. So is the moment: for courts and officials, whose documents share words and hours; where the
date is rough or the text too short to tell; where one body has two entries of one text and moment.
A document's number in the link is part of the moment. Otherwise dates are in no rule, because
publishers move them without any news.

For the store: keep every string of `identities(entry)` per feed for each entry that was new or
revised, with the key of the entry it belongs to, for as long as the feed may still list the entry;
ask `sift` what is new in a round.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple

from bot.feeds.canonical_url import fold_address, fold_guid, without_session
from bot.feeds.model import Entry, FeedKind


class Sighting(StrEnum):
    """What an entry is to a feed's memory."""

    NEW = "new"
    REVISED = "revised"
    """Seen before with another text: worth a correction, never a second alert."""
    KNOWN = "known"


def identities(entry: Entry) -> tuple[str, ...]:
    """Every digest the entry is to be remembered by, `key` first."""
    return tuple(filter(None, (entry.key, *entry.aliases, entry.place)))


def sight(entry: Entry, known: Collection[str]) -> Sighting:
    """What the entry is, given the identities that are remembered for its feed."""
    if entry.key in known or any(alias in known for alias in entry.aliases):
        return Sighting.KNOWN
    return Sighting.REVISED if entry.place and entry.place in known else Sighting.NEW


def sift(
    entries: Iterable[Entry], known: Collection[str]
) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """The new and the revised among a round's entries, each once, in the order given.

    `known` holds at least those identities of these entries that the feed's memory has.
    """
    seen = set(known)
    found: dict[Sighting, list[Entry]] = {each: [] for each in Sighting}
    for entry in entries:
        found[sight(entry, seen)].append(entry)
        seen.update(identities(entry))
    return tuple(found[Sighting.NEW]), tuple(found[Sighting.REVISED])


def identify(entries: Sequence[Entry], kind: FeedKind, home: str = "") -> tuple[Entry, ...]:
    """The entries of one body with `key`, `aliases` and `place` filled in.

    `home` is the address of the site the feed belongs to: a link to it says nothing of an entry.
    """
    site = fold_address(home)
    named = [_name(entry, kind, site) for entry in entries]
    places = _on_several((each.place, each.key) for each in named)
    moments = _on_several((each.moment, each.key) for each in named)
    return tuple(
        entry.model_copy(
            update={
                "key": its.key,
                "aliases": its.aliases
                + ((its.moment,) if its.moment and its.moment not in moments else ()),
                "place": "" if its.place in places else its.place,
            }
        )
        for entry, its in zip(entries, named, strict=True)
    )


def moment(entry: Entry) -> str:
    """The digest of an entry's text and moment of publication; empty where they tell too little.

    Two entries of one body that share it are two, and then it tells nothing either.
    """
    return _moment(entry, fold_address(entry.link), _text(entry))


def _moment(entry: Entry, link: str, text: str) -> str:
    """The same; link and text are the entry's, folded."""
    told = len(text) >= _TELLING_BYTES or len(text.encode()) >= _TELLING_BYTES
    if entry.published is None or entry.published_roughly or not told:
        return ""
    numbers = _DOCUMENT_NUMBER.findall(link or entry.guid)
    at = entry.published.astimezone(UTC).isoformat()
    return _digest("moment", at, text, link.partition("#")[2], *numbers)


class _Named(NamedTuple):
    """The identities of one entry; what is empty is left out."""

    key: str
    aliases: tuple[str, ...]
    place: str
    moment: str


def _name(entry: Entry, kind: FeedKind, site: str) -> _Named:
    """The entry's identities; `site` is the folded address of the site it belongs to."""
    link = fold_address(entry.link)
    guid = fold_guid(entry.guid)
    text = _text(entry)
    court = kind is FeedKind.COURT
    aliases = []
    if guid:
        aliases.append(_digest("guid", guid, text))
    if link and not (court and guid):
        aliases.append(_digest("link", without_session(link), text))
    placeless = court or not (guid or (link and link != site))
    return _Named(
        key=_digest("entry", guid, link, text),
        aliases=tuple(aliases),
        place="" if placeless else _digest("place", guid, link),
        moment="" if court or kind is FeedKind.OFFICIAL else _moment(entry, link, text),
    )


def _on_several(found: Iterable[tuple[str, str]]) -> set[str]:
    """The identities that several entries of one body have; given are identity and entry key."""
    first: dict[str, str] = {}
    return {identity for identity, key in found if first.setdefault(identity, key) != key}


def _text(entry: Entry) -> str:
    return fold(f"{entry.title}\n{entry.summary}")


def _digest(*parts: str) -> str:
    packed = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return blake2b(packed, digest_size=16).hexdigest()


def fold(text: str) -> str:
    """Text without what publishers change and readers do not see: case, width, blanks."""
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


_TELLING_BYTES = 32
"""In UTF-8, where what a character says and the bytes it takes go together more or less."""
# In an address or a guid: `2026-15146`, `er0715_67890`. What is opaque mixes letters in.
_DOCUMENT_NUMBER = re.compile(r"(?<![A-Za-z0-9])[0-9][0-9-]{4,}(?![A-Za-z0-9])")
