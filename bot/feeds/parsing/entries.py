"""Makes clean entries of a body's raw entries: plain text, safe links, dates, identities."""

import re
from hashlib import blake2b, sha256
from itertools import pairwise
from typing import NamedTuple

from bot.feeds.identity import identify
from bot.feeds.model import Entry, FeedKind
from bot.feeds.parsing.dates import parse_publication_date
from bot.feeds.parsing.links import clean_link
from bot.feeds.parsing.result import FeedContext, Parsed
from bot.feeds.parsing.titles import remove_counts
from bot.text.plain import cut, to_plain_text

TITLE_CHARS, SUMMARY_CHARS = 400, 4000
_UNTITLED_CHARS = 120
_MAX_GUID = 500
MAX_UNDATED_FACTOR = 4
"""A body may have this many times more undated entries than entries with a date."""
_LAST_NUMBER = re.compile(r"(\d{1,18})\D*\Z")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


class RawEntry(NamedTuple):
    """An entry as the feed contains it: texts in HTML, the date unparsed, the link as written."""

    guid: str = ""
    link: str = ""
    permalink: str = ""
    """The guid if it is also the entry's address, for use in place of a missing link."""
    title: str = ""
    summary: str = ""
    content: str = ""
    date: str = ""
    language: str = ""


def escape_html(text: str) -> str:
    """Plain text escaped as HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def add_entries(
    parsed: Parsed, raw_entries: list[RawEntry], context: FeedContext, language: str
) -> Parsed:
    """`parsed` with its newest entries, oldest first. The feed states the `language`."""
    # Feeds list the newest entry first, so the list is reversed. The sort below is stable and keeps
    # this order for entries with equal or missing dates.
    found = [(raw, _clean(raw, context, language)) for raw in reversed(raw_entries)]
    cleaned = [(raw, entry) for raw, entry in found if entry is not None]
    cleaned.sort(key=lambda each: each[1].published or context.now)
    kept = _select_newest(cleaned, context.max_entries)
    entries = identify([entry for _, entry in kept], context.kind, parsed.home)
    dates = [entry.published for _, entry in cleaned if entry.published is not None]
    window_s = (max(dates) - min(dates)).total_seconds() if dates else 0.0
    listed = max(parsed.listed, len(raw_entries))

    warnings = []
    if len(cleaned) < len(raw_entries):
        warnings.append(f"{len(raw_entries) - len(cleaned):,} entries are empty and were skipped")
    if len(kept) < len(cleaned) or parsed.listed:
        warnings.append(f"the newest {len(kept):,} of {listed:,} entries were used")
    if len(dates) < len(cleaned):
        missing = f"{len(cleaned) - len(dates):,} of {len(cleaned):,}" if dates else "all"
        warnings.append(f"no credible date on {missing} entries")
    if lost := sum(bool(raw.link and not entry.link) for raw, entry in kept):
        warnings.append(f"{lost:,} links are not web links and were dropped")

    keys = "".join(entry.key for entry in entries)
    return parsed.model_copy(
        update={
            "entries": entries,
            "listed": listed,
            "listed_digest": blake2b(keys.encode(), digest_size=16).hexdigest(),
            "window_s": window_s or None,
            "warnings": (*parsed.warnings, *warnings),
        }
    )


def _select_newest(
    cleaned: list[tuple[RawEntry, Entry]], max_entries: int
) -> list[tuple[RawEntry, Entry]]:
    """The newest entries of a list that is sorted by date, with undated entries last.

    Undated entries are new if the feed did not list them before, and no order of theirs shows which
    these are. So up to `MAX_UNDATED_FACTOR` times `max_entries` of them are kept. If there are
    more, the end of the feed is used to which the numbers in their guids or links rise; without
    numbers, its start.
    """
    undated = sum(entry.published is None for _, entry in cleaned)
    most = max_entries * MAX_UNDATED_FACTOR
    if undated <= most:
        return cleaned[-max(max_entries, undated) :]
    # The list is reversed, so rising numbers are those of a feed that lists the newest entry first.
    without_date = cleaned[-undated:]
    kept = most // 2
    numbers = [_find_number(raw) for raw, _ in without_date]
    pairs = [(a, b) for a, b in pairwise(numbers) if a != b]
    is_oldest_first = sum(a > b for a, b in pairs) > len(pairs) / 2
    return without_date[:kept] if is_oldest_first else without_date[-kept:]


def _find_number(raw: RawEntry) -> int:
    """The last number in the guid or the link; 0 if there is none."""
    digits = _LAST_NUMBER.search(raw.guid) or _LAST_NUMBER.search(raw.link)
    return int(digits.group(1)) if digits else 0


def _clean(raw: RawEntry, context: FeedContext, language: str) -> Entry | None:
    """The entry without identities; None if it has neither text nor link."""
    summary = _choose_summary(raw, context.kind)
    title = to_plain_text(raw.title, TITLE_CHARS, lone_tags=True).replace("\n", " ")
    title = remove_counts(title) or cut(summary.partition("\n")[0], _UNTITLED_CHARS)
    link = _choose_link(raw, context.url)
    if not title and not link:
        return None
    published, roughly = parse_publication_date(raw.date, context.now)
    languages = [raw.language, language, context.language]
    return Entry(
        feed_id=context.feed_id,
        key="",
        guid=clean_guid(raw.guid),
        link=link,
        title=title or link,
        summary=summary,
        published=published,
        published_roughly=roughly,
        language=next((each for each in languages if _LANGUAGE.fullmatch(each)), ""),
    )


def _choose_link(raw: RawEntry, feed_url: str) -> str:
    """The entry's link, or its permalink if the link is missing or leads to the feed itself."""
    link = clean_link(raw.link, feed_url)
    if link and link.partition("#")[0] != feed_url.partition("#")[0]:
        return link
    return clean_link(raw.permalink) or link


def _choose_summary(raw: RawEntry, kind: FeedKind) -> str:
    """The publisher's summary, or the content if there is no summary.

    For courts, the result is both, because the court of origin may be named in the content only.
    """
    summary = to_plain_text(raw.summary, SUMMARY_CHARS)
    if summary and kind is not FeedKind.COURT:
        return summary
    content = to_plain_text(raw.content, SUMMARY_CHARS)
    if not summary or not content or _strip_blanks(content) == _strip_blanks(summary):
        return content or summary
    return cut(f"{summary}\n{content}", SUMMARY_CHARS)


def _strip_blanks(text: str) -> str:
    return "".join(text.split())


def clean_guid(guid: str) -> str:
    """The guid on one line and without markup; if that is too long, its digest."""
    guid = " ".join((to_plain_text(guid, _MAX_GUID * 2) if "<" in guid else guid).split())
    return guid if len(guid) <= _MAX_GUID else sha256(guid.encode("utf-8", "replace")).hexdigest()
