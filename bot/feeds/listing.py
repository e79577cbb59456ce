"""What a feed's last body listed, in sixteen bytes an entry, so that nothing is cleaned twice.

An entry that comes again word for word is neither cleaned nor taken in again; its date may have
moved, which makes no news. Two entries that share a guid or a link are looked at together: whether
one is an edit of the other shows only then (see `bot.news.identity`).
"""

from collections.abc import Collection, Iterable, Sequence
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
    drafts: Sequence[Draft], marks: Sequence[bytes], known: Collection[bytes]
) -> list[bool]:
    """Which of the drafts must be cleaned: those not known, and what shares a name with one."""
    fresh = [drafted for drafted, its in zip(drafts, marks, strict=True) if its not in known]
    names = {name for draft in fresh for name in (draft.guid, draft.link) if name}
    return [
        its not in known or draft.guid in names or draft.link in names
        for draft, its in zip(drafts, marks, strict=True)
    ]
