"""Recognizes entries that were seen before.

No single field is reliable: court feeds use one guid for many docket entries, some publishers
change the guid or the link at every fetch, and others edit headlines. So an entry has several
identities. Each is a digest of two or three fields:

1. `key`: guid, link and text. If it is known, nothing changed.
2. `aliases`: link and text (the guid changed), guid and text (the link changed), text and
   publication date (both changed: Google News does so at every fetch). If one of these is known,
   the entry is known.
3. `place`: guid and link. If only this one is known, the publisher has edited the text: the entry
   is revised.

`place` is not used for courts, and not if a body has two texts at the same place. The alias of text
and date is not used in three cases: for courts and officials, whose documents share words and
hours; if the date is rough or the text is short; and if a body has two different entries with the
same text and date. A document number in the link is part of this alias. No other rule uses dates,
because publishers change them without changing the news.

For each feed, the store keeps `list_identities(entry)` of each new or revised entry, together with
the entry's key. `sift` finds the entries that are new or revised.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC
from enum import StrEnum
from typing import NamedTuple

from bot.feeds.canonical_url import fold_address, fold_guid, strip_session
from bot.feeds.model import Entry, FeedKind
from bot.values import digest

_MIN_TEXT_BYTES = 32
"""A text with fewer UTF-8 bytes is too common to identify an entry. It is measured in bytes because
a Chinese character, which takes three bytes, says more than a Latin letter.
"""
# A document number in an address or a guid, such as `2026-15146` or the digits of `er0715_67890`.
# Opaque ids, in which letters adjoin the digits, do not match.
_DOCUMENT_NUMBER = re.compile(r"(?<![A-Za-z0-9])[0-9][0-9-]{4,}(?![A-Za-z0-9])")


class Sighting(StrEnum):
    """How an entry relates to the entries that were seen before."""

    NEW = "new"
    REVISED = "revised"
    """Seen before with another text. It may cause a correction, but no second alert."""
    KNOWN = "known"


def list_identities(entry: Entry) -> tuple[str, ...]:
    """All identities of the entry that must be stored, `key` first."""
    return tuple(filter(None, (entry.key, *entry.aliases, entry.place)))


def recognize(entry: Entry, known: Collection[str]) -> Sighting:
    """Whether the entry is new, revised or known, given the stored identities of its feed."""
    if entry.key in known or any(alias in known for alias in entry.aliases):
        return Sighting.KNOWN
    return Sighting.REVISED if entry.place and entry.place in known else Sighting.NEW


def sift(
    entries: Iterable[Entry], known: Collection[str]
) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """The new and the revised entries, each once, in the given order.

    `known` must contain all identities of these entries that are stored for their feed.
    """
    seen = set(known)
    found: dict[Sighting, list[Entry]] = {each: [] for each in Sighting}
    for entry in entries:
        found[recognize(entry, seen)].append(entry)
        seen.update(list_identities(entry))
    return tuple(found[Sighting.NEW]), tuple(found[Sighting.REVISED])


def identify(entries: Sequence[Entry], kind: FeedKind, home: str = "") -> tuple[Entry, ...]:
    """The entries of one body, with `key`, `aliases` and `place` set.

    `home` is the address of the feed's site; a link to it does not identify an entry.
    """
    site = fold_address(home)
    named = [_compute_digests(entry, kind, site) for entry in entries]
    shared_places = _find_shared((each.place, each.key) for each in named)
    shared_moments = _find_shared((each.moment, each.key) for each in named)
    return tuple(
        entry.model_copy(
            update={
                "key": its.key,
                "aliases": its.aliases
                + ((its.moment,) if its.moment and its.moment not in shared_moments else ()),
                "place": "" if its.place in shared_places else its.place,
            }
        )
        for entry, its in zip(entries, named, strict=True)
    )


def digest_text_and_date(entry: Entry) -> str:
    """The digest of text and publication date; empty if they do not identify an entry."""
    text = _join_text(entry)
    is_long_enough = len(text.encode("utf-8", "surrogatepass")) >= _MIN_TEXT_BYTES
    if entry.published is None or entry.published_roughly or not is_long_enough:
        return ""
    link = fold_address(entry.link)
    numbers = _DOCUMENT_NUMBER.findall(link or entry.guid)
    at = entry.published.astimezone(UTC).isoformat()
    return digest("moment", at, text, link.partition("#")[2], *numbers)


class _Digests(NamedTuple):
    """The identities of one entry; an identity that is not used is empty."""

    key: str
    aliases: tuple[str, ...]
    place: str
    moment: str


def _compute_digests(entry: Entry, kind: FeedKind, site: str) -> _Digests:
    """The entry's identities; `site` is the folded address of the feed's site."""
    link = fold_address(entry.link)
    guid = fold_guid(entry.guid)
    text = _join_text(entry)
    is_court = kind is FeedKind.COURT
    aliases = []
    if guid:
        aliases.append(digest("guid", guid, text))
    if link and not (is_court and guid):
        aliases.append(digest("link", strip_session(link), text))
    has_place = not is_court and bool(guid or (link and link != site))
    return _Digests(
        key=digest("entry", guid, link, text),
        aliases=tuple(aliases),
        place=digest("place", guid, link) if has_place else "",
        moment="" if is_court or kind is FeedKind.OFFICIAL else digest_text_and_date(entry),
    )


def _find_shared(found: Iterable[tuple[str, str]]) -> set[str]:
    """The identities that belong to several entries, given pairs of identity and entry key."""
    first: dict[str, str] = {}
    return {identity for identity, key in found if first.setdefault(identity, key) != key}


def _join_text(entry: Entry) -> str:
    return fold(f"{entry.title}\n{entry.summary}")


def fold(text: str) -> str:
    """The text normalized for comparison: without differences in case, width and blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
