"""Recognizes entries that were seen before.

No single field is reliable: court feeds use one guid for many docket entries, some publishers
change the guid or the link at every fetch, and others edit headlines. So an entry has several
identities. Each is a digest of two or three fields:

1. `key`: guid, link and text. If it is known, nothing changed.
2. `aliases`: link and text (the guid changed), guid and text (the link changed), text and
   publication date (both changed: Google News does so at every fetch), text and link without its
   query (the link contains a token). If one of these is known, the entry is known.
3. `place`: guid and link. `headline`: link and title, for guids that name a revision. If only one
   of these is known, the publisher has edited the text: the entry is revised.
4. `texts`: title and summary, or the title alone. One known text means little, because publishers
   reuse titles. Many of them in a body of new entries mean that the site has moved
   (`separate_reposts`).

`place` and `headline` are not used for courts, and not if a body has two texts at the same place.
The aliases of text and date and of text and path are not used in three cases: for courts and
officials, whose documents share words and hours; if the text is short or, for the first of them,
the date is rough; and if a body has two different entries with the same alias. A document number in
the link is part of the alias with the date. No other rule uses dates, because publishers change
them without changing the news.

For each feed, the store keeps `list_identities(entry)` of each new or revised entry, together with
the entry's key. `sift` finds the entries that are new or revised.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC
from enum import StrEnum
from typing import NamedTuple

from bot.feeds.canonical_url import fold_address, fold_guid, strip_query, strip_session
from bot.feeds.model import Entry, FeedKind
from bot.values import digest

_MIN_TEXT_BYTES = 32
"""A text with fewer UTF-8 bytes is too common to identify an entry. It is measured in bytes because
a Chinese character, which takes three bytes, says more than a Latin letter.
"""
_MIN_TITLE_BYTES = 20
"""A title with fewer bytes, such as "Latest news", is too common."""
_MIN_REPOSTS = 2
_MOST_ARE_REPOSTS = 0.5
_MIN_RETITLED = 5
"""The summaries often change when a site moves. Then at least so many titles must be known."""
_NEARLY_ALL = 0.75
_WORD = re.compile(r"\w+")
_LONG_WORD = 4
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
    return tuple(
        filter(None, (entry.key, *entry.aliases, entry.place, entry.headline, *entry.texts))
    )


def list_places(entry: Entry) -> tuple[str, ...]:
    """The identities by which an earlier text of the entry is found, the best one first."""
    return tuple(filter(None, (entry.place, entry.headline)))


def recognize(entry: Entry, known: Collection[str]) -> Sighting:
    """Whether the entry is new, revised or known, given the stored identities of its feed."""
    if entry.key in known or any(alias in known for alias in entry.aliases):
        return Sighting.KNOWN
    is_revised = any(place in known for place in list_places(entry))
    return Sighting.REVISED if is_revised else Sighting.NEW


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


def separate_reposts(
    new: Sequence[Entry], known: Collection[str], listed: int
) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """The new entries that are news, and those that the feed listed before under other addresses.

    A site that moves to another system gives all its entries other guids, links and often dates.
    `listed` is the number of entries in the body; `known` as in `sift`.
    """
    same_text = [entry for entry in new if entry.texts and entry.texts[0] in known]
    same_title = [entry for entry in new if any(text in known for text in entry.texts)]
    count = len(same_text)
    reposts: Sequence[Entry] = ()
    if count >= _MIN_REPOSTS and count >= listed * _MOST_ARE_REPOSTS:
        reposts = same_text
    if len(same_title) >= _MIN_RETITLED and len(same_title) >= listed * _NEARLY_ALL:
        reposts = same_title
    keys = {entry.key for entry in reposts}
    return tuple(entry for entry in new if entry.key not in keys), tuple(reposts)


def is_replaced(new: int, listed: int) -> bool:
    """Whether so many entries of a body are new that the feed may list old ones as new."""
    return new > listed * _NEARLY_ALL


def share_words(one: str, other: str) -> bool:
    """Whether two titles have a long word or a number in common."""
    return not _list_words(one).isdisjoint(_list_words(other))


def _list_words(text: str) -> set[str]:
    words = _WORD.findall(fold(text))
    return {
        word for word in words if len(word) >= _LONG_WORD or not word.isascii() or word.isdigit()
    }


def identify(entries: Sequence[Entry], kind: FeedKind, home: str = "") -> tuple[Entry, ...]:
    """The entries of one body, with `key`, `aliases` and `place` set.

    `home` is the address of the feed's site; a link to it does not identify an entry.
    """
    site = fold_address(home)
    named = [_compute_digests(entry, kind, site) for entry in entries]
    shared = _find_shared((identity, each.key) for each in named for identity in each.list_unsure())

    def keep(identities: Iterable[str]) -> tuple[str, ...]:
        """The identities that belong to one entry only."""
        return tuple(each for each in identities if each and each not in shared)

    return tuple(
        entry.model_copy(
            update={
                "key": its.key,
                "aliases": its.aliases + keep((its.moment, its.path)),
                "place": "".join(keep([its.place])),
                "headline": "".join(keep([its.headline])),
                "texts": keep(its.texts),
            }
        )
        for entry, its in zip(entries, named, strict=True)
    )


def digest_text_and_date(entry: Entry) -> str:
    """The digest of text and publication date; empty if they do not identify an entry."""
    text = _join_text(entry)
    if entry.published is None or entry.published_roughly or not _is_long(text, _MIN_TEXT_BYTES):
        return ""
    link = fold_address(entry.link)
    numbers = _DOCUMENT_NUMBER.findall(link or entry.guid)
    at = entry.published.astimezone(UTC).isoformat()
    return digest("moment", at, text, link.partition("#")[2], *numbers)


class _Digests(NamedTuple):
    """The identities of one entry; an identity that is not used is empty."""

    key: str
    aliases: tuple[str, ...]
    place: str = ""
    headline: str = ""
    moment: str = ""
    path: str = ""
    texts: tuple[str, ...] = ()

    def list_unsure(self) -> tuple[str, ...]:
        """The identities that count only if no other entry of the body has them."""
        return (self.place, self.headline, self.moment, self.path, *self.texts)


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
    key = digest("entry", guid, link, text)
    if is_court:
        return _Digests(key, tuple(aliases))
    has_link = bool(link and link != site)
    has_title = _is_long(entry.title, _MIN_TITLE_BYTES)
    has_text = _is_long(text, _MIN_TEXT_BYTES)
    is_official = kind is FeedKind.OFFICIAL
    title = fold(entry.title)
    texts = (digest("text", text), digest("title", title)) if has_text and has_title else ()
    path = strip_query(link)
    has_token = path != strip_session(link)
    return _Digests(
        key=key,
        aliases=tuple(aliases),
        place=digest("place", guid, link) if guid or has_link else "",
        headline=digest("headline", link, title) if has_link and has_title else "",
        moment="" if is_official else digest_text_and_date(entry),
        path=digest("path", path, text) if has_text and has_token and not is_official else "",
        texts=texts,
    )


def _is_long(text: str, min_bytes: int) -> bool:
    return len(text.encode("utf-8", "surrogatepass")) >= min_bytes


def _find_shared(found: Iterable[tuple[str, str]]) -> set[str]:
    """The identities that belong to several entries, given pairs of identity and entry key."""
    first: dict[str, str] = {}
    return {identity for identity, key in found if first.setdefault(identity, key) != key}


def _join_text(entry: Entry) -> str:
    return fold(f"{entry.title}\n{entry.summary}")


def fold(text: str) -> str:
    """The text normalized for comparison: without differences in case, width and blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
