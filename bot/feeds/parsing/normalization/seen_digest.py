"""What a feed's last body listed, in sixteen bytes an entry, so that nothing is cleaned twice.

An entry that comes again word for word is neither cleaned nor taken in again; its date may have
moved, which makes no news. Two entries that share a guid, a link or a moment are looked at
together: whether they are one, two, or one an edit of the other shows only then (see
`bot.feeds.identity`).
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from hashlib import blake2b

from bot.feeds.canonical_url import fold_address, fold_guid
from bot.feeds.identity import fold
from bot.feeds.parsing.normalization.cleaning import TITLE_CHARS, shown_guid
from bot.feeds.parsing.normalization.links import web_link
from bot.feeds.parsing.normalization.raw_entry import RawEntry
from bot.text.plain import plain

_SIZE = 8


def mark(draft: RawEntry) -> bytes:
    """A digest of all that an entry says, as its format has it, but its date."""
    said = (draft.guid, draft.link, draft.title, draft.summary, draft.content)
    packed = "\x1f".join(said).encode("utf-8", "surrogatepass")
    return blake2b(packed, digest_size=_SIZE).digest()


def short(key: str) -> bytes:
    """As much of an entry's key as a listing holds."""
    return bytes.fromhex(key)[:_SIZE]


def written(listed: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A listing: each entry's mark and short key."""
    return b"".join(part for pair in listed for part in pair)


def keys_by_mark(listing: bytes) -> dict[bytes, bytes]:
    """The short keys in a listing, by the marks of their entries."""
    starts = range(0, len(listing), 2 * _SIZE)
    return {listing[at : at + _SIZE]: listing[at + _SIZE : at + 2 * _SIZE] for at in starts}


def to_clean(
    drafts: Sequence[RawEntry],
    marks: Sequence[bytes],
    dates: Sequence[datetime | None],
    known: Collection[bytes],
    base: str,
) -> list[bool]:
    """Which of the drafts must be cleaned: those not known, and what shares a name with one.

    `base` is the address that relative links are resolved against.
    """
    unknown = [its not in known for its in marks]
    if all(unknown) or not any(unknown):
        return unknown
    names = [_names(draft, date, base) for draft, date in zip(drafts, dates, strict=True)]
    fresh = set[object]().union(
        *(called for called, new in zip(names, unknown, strict=True) if new)
    )
    return [new or not fresh.isdisjoint(called) for called, new in zip(names, unknown, strict=True)]


def _names(draft: RawEntry, date: datetime | None, base: str) -> set[object]:
    """What the entry may share with another: guid, link, title and moment together.

    Each as `bot.feeds.identity` has it, which takes several spellings for one.
    """
    guid = fold_guid(shown_guid(draft.guid))
    link = fold_address(web_link(draft.link, base))
    names: set[object] = {name for name in (guid, link) if name}
    if date is not None:
        names.add((fold(plain(draft.title, TITLE_CHARS, lone_tags=True)), date))
    return names
