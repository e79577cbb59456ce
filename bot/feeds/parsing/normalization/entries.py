"""Drafts -> the newest entries of a body, cleaned, named and oldest first."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from bot.feeds.identity import identify
from bot.feeds.model import Entry
from bot.feeds.parsing.normalization.cleaning import clean
from bot.feeds.parsing.normalization.dates import moment
from bot.feeds.parsing.normalization.raw_entry import RawEntry
from bot.feeds.parsing.normalization.seen_digest import keys_by_mark, mark, short, to_clean, written
from bot.feeds.parsing.result import FeedContext, Parsed


def with_entries(
    parsed: Parsed, drafts: list[RawEntry], source: FeedContext, language: str
) -> Parsed:
    """`parsed` with the newest entries and what their dates say; `language` is the feed's own.

    Those that the feed listed the last time are counted and dated, but not among the entries.
    """
    found = _looked_at(drafts, source, language)
    dates = [each.date for each in found if each.date is not None]
    # Feeds list the newest first; where a date is missing, that order stands in for it.
    found.sort(key=lambda each: each.date or source.now)
    kept = found[-source.max_entries :]
    entries = identify([e.entry for e in kept if e.entry is not None], source.kind, parsed.home)
    keys = iter(entries)
    listed = [(e.mark, short(next(keys).key) if e.entry is not None else e.key) for e in kept]
    digest = blake2b(b"".join(key for _, key in listed), digest_size=16)
    window_s = (max(dates) - min(dates)).total_seconds() if dates else 0.0
    return parsed.model_copy(
        update={
            "entries": entries,
            "listed": max(parsed.listed, len(drafts)),
            "listing": written(listed),
            "listed_digest": digest.hexdigest(),
            "window_s": window_s or None,
            "warnings": parsed.warnings
            + _left_out(parsed.listed, len(drafts), len(found), len(kept), len(dates))
            + _unlinked(kept),
        }
    )


class _Looked(NamedTuple):
    """An entry of the body: dated, and cleaned unless the feed listed it the last time."""

    mark: bytes
    key: bytes
    """Its short key, where it was not cleaned."""
    date: datetime | None
    entry: Entry | None
    linked: bool
    """Whether its format has a link, be it one that is shown or not."""


def _looked_at(drafts: Sequence[RawEntry], source: FeedContext, language: str) -> list[_Looked]:
    """The drafts in reverse, without those that say nothing."""
    drafts = drafts[::-1]
    marks, known = [mark(draft) for draft in drafts], keys_by_mark(source.listing)
    dates = [moment(draft.date, source.now) for draft in drafts]
    cleaned = to_clean(drafts, marks, [date for date, _ in dates], known, source.url)
    found = []
    for draft, its, dated, anew in zip(drafts, marks, dates, cleaned, strict=True):
        entry = clean(draft, dated, source, language) if anew else None
        if entry is not None or not anew:
            found.append(_Looked(its, known.get(its, b""), dated[0], entry, bool(draft.link)))
    return found


def _left_out(before: int, drafts: int, found: int, kept: int, dates: int) -> tuple[str, ...]:
    """What is odd about the entries, in numbers; `before` is how many there were before a cut."""
    warnings = []
    if found < drafts:
        warnings.append(f"{drafts - found:,} entries say nothing and were left out")
    if found > kept or before:
        warnings.append(f"the newest {kept:,} of {max(before, drafts):,} entries were taken")
    if dates < found:
        missing = f"{found - dates:,} of {found:,}" if dates else "all"
        warnings.append(f"no credible date on {missing} entries")
    return tuple(warnings)


def _unlinked(kept: Sequence[_Looked]) -> tuple[str, ...]:
    lost = sum(e.linked and e.entry is not None and not e.entry.link for e in kept)
    return (f"{lost:,} links are no web links and were left out",) if lost else ()
