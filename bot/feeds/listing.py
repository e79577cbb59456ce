"""What a feed's last body listed, in sixteen bytes an entry, so that nothing is cleaned twice.

An entry that comes again word for word is neither cleaned nor taken in again; its date may have
moved, which makes no news. Two entries that share a guid, a link or a moment are looked at
together: whether they are one, two, or one an edit of the other shows only then (see
`bot.news.identity`).
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from hashlib import blake2b

from bot.feeds.draft import Draft

_SIZE = 8


def mark(draft: Draft) -> bytes:
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
    drafts: Sequence[Draft],
    marks: Sequence[bytes],
    dates: Sequence[datetime | None],
    known: Collection[bytes],
) -> list[bool]:
    """Which of the drafts must be cleaned: those not known, and what shares a name with one."""
    names = [_names(draft, date) for draft, date in zip(drafts, dates, strict=True)]
    fresh = set[object]().union(
        *(called for called, its in zip(names, marks, strict=True) if its not in known)
    )
    return [
        its not in known or not fresh.isdisjoint(called)
        for called, its in zip(names, marks, strict=True)
    ]


def _names(draft: Draft, date: datetime | None) -> set[object]:
    """What the entry may share with another: guid, link, title and moment together."""
    title = " ".join(draft.title.lower().split())
    names: list[object] = [name for name in (draft.guid, draft.link) if name]
    return {*names, (title, date)} if date else set(names)
