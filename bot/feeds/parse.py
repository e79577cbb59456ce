"""Bytes -> entries. CPU-heavy and fed by strangers, so it runs in a process of its own.

    bytes -> document -> feedparser -> drafts -> cleaned entries with identities, oldest first

feedparser judges what a feed says; its sanitising and link resolving in text are switched off,
because every text that leaves here went through `bot.news.text.plain`.
"""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

import feedparser

from bot.feeds.clean import clean
from bot.feeds.dates import moment
from bot.feeds.document import Document, NoFeed, open_document
from bot.feeds.draft import Draft
from bot.feeds.hints import read_hints
from bot.feeds.jsonfeed import read_json_feed
from bot.feeds.links import web_link
from bot.feeds.listing import keys_by_mark, mark, short, to_clean, written
from bot.feeds.parsed import NotParsed, Parsed, Source
from bot.feeds.plainly import read_plainly
from bot.news.entry import Entry
from bot.news.identity import identify
from bot.news.text import plain

_MAX_HUBS = 5
_ENTRY_END = re.compile(r"</(?:\w{1,20}:)?(?:item|entry)\s*>")
_ENTRY_START = re.compile(r"<(?:\w{1,20}:)?(?:item|entry)[\s>]")


def read_feed(body: bytes, source: Source) -> Parsed | NotParsed:
    """The body's entries, cleaned; never raises, whatever the body is."""
    try:
        document = open_document(body, source.content_type)
        return _from_json(document, source) if document.is_json else _from_xml(document, source)
    except NoFeed as error:
        return NotParsed(cause=str(error))
    except RecursionError:
        return NotParsed(cause="it is nested too deeply to be read")
    except Exception as error:  # feedparser has no list of what it may raise on hostile input
        return NotParsed(cause=f"it could not be read ({type(error).__name__})")


def _from_xml(document: Document, source: Source) -> Parsed:
    text, listed = _bounded(document.text, source.max_entries)
    result, drafts = _judged(text, source.url)
    if not document.complete:
        drafts = drafts[:-1] if _ends_within_entry(document.text) else drafts
        if not drafts:
            raise NoFeed("it is cut off before its first entry ends")
    warnings = list(document.warnings)
    if result["bozo"] and document.complete:
        warnings.append("the XML is not well-formed")
    about = result["feed"]
    parsed = Parsed(
        title=plain(str(about.get("title", "")), 200),
        form=result["version"],
        home=web_link(str(about.get("link", "")), source.url),
        asked=read_hints(about, text),
        hubs=_linked("hub", about.get("links", ()), source.url)[:_MAX_HUBS],
        topic=next(iter(_linked("self", about.get("links", ()), source.url)), ""),
        complete=document.complete,
        listed=listed,
        warnings=tuple(warnings),
    )
    return _filled(parsed, drafts, source, str(about.get("language", "")))


def _judged(text: str, url: str) -> tuple[Mapping[str, Any], list[Draft]]:
    """What feedparser says of the feed, and its entries."""
    plainly = read_plainly(text, url)
    if plainly is not None:
        head, drafts = plainly
        result = by_feedparser(head, url)
        if not result["bozo"] and not result["entries"]:
            return result, drafts
    result = by_feedparser(text, url)
    return result, [draft_of(each) for each in result["entries"]]


def by_feedparser(text: str, url: str) -> Mapping[str, Any]:
    result: Mapping[str, Any] = feedparser.parse(
        io.BytesIO(text.encode()),
        response_headers={
            "content-type": "application/xml; charset=utf-8",
            "content-location": url,
        },
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    return result


def _from_json(document: Document, source: Source) -> Parsed:
    found = read_json_feed(document.text)
    parsed = Parsed(
        title=plain(found.title, 200),
        form="json",
        home=web_link(found.home, source.url),
        hubs=tuple(filter(None, (web_link(hub, source.url) for hub in found.hubs))),
        topic=web_link(found.topic, source.url),
        warnings=document.warnings + found.warnings,
    )
    return _filled(parsed, [Draft(**item) for item in found.items], source, found.language)


def _ends_within_entry(text: str) -> bool:
    start = max((found.start() for found in _ENTRY_START.finditer(text)), default=-1)
    return start > max((found.start() for found in _ENTRY_END.finditer(text)), default=-1)


def _bounded(text: str, max_entries: int) -> tuple[str, int]:
    """The text with at most some multiple of `max_entries` entries, and how many it had.

    The first and the last are kept, because some feeds list the oldest first.
    """
    keep = max_entries * 2
    if text.count("</item") + text.count("</entry") + text.count(":item>") <= 2 * keep:
        return text, 0
    ends = [found.end() for found in _ENTRY_END.finditer(text)]
    if len(ends) <= 2 * keep:
        return text, 0
    return text[: ends[keep - 1]] + text[ends[-keep - 1] :], len(ends)


def draft_of(raw: dict[str, Any]) -> Draft:
    # dict.get, because feedparser's own get answers for keys that are not there, and warns.
    def given(key: str) -> str:
        return str(dict.get(raw, key) or "")

    contents = dict.get(raw, "content") or ()
    values = [str(each.get("value") or "") for each in contents if isinstance(each, Mapping)]
    return Draft(
        guid=given("id"),
        link=given("link"),
        title=given("title"),
        summary=given("summary"),
        content=max(values, key=len, default=""),
        date=given("published") or given("updated") or given("created"),
        language=str((dict.get(raw, "title_detail") or {}).get("language") or ""),
    )


def _filled(parsed: Parsed, drafts: list[Draft], source: Source, language: str) -> Parsed:
    """With the newest entries, named and oldest first, and what their dates say.

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
            + _left_out(parsed.listed, len(drafts), len(found), len(kept), len(dates)),
        }
    )


class _Looked(NamedTuple):
    """An entry of the body: dated, and cleaned unless the feed listed it the last time."""

    mark: bytes
    key: bytes
    """Its short key, where it was not cleaned."""
    date: datetime | None
    entry: Entry | None


def _looked_at(drafts: Sequence[Draft], source: Source, language: str) -> list[_Looked]:
    """The drafts in reverse, without those that say nothing."""
    drafts = drafts[::-1]
    marks, known = [mark(draft) for draft in drafts], keys_by_mark(source.listing)
    found = []
    for draft, its, anew in zip(drafts, marks, to_clean(drafts, marks, known), strict=True):
        dated = moment(draft.date, source.now)
        entry = clean(draft, dated, source, language) if anew else None
        if entry is not None or not anew:
            found.append(_Looked(its, known.get(its, b""), dated[0], entry))
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


def _linked(rel: str, links: Iterable[Any], base: str) -> tuple[str, ...]:
    """The addresses that the feed's head gives for a relation."""
    found = [
        web_link(str(link.get("href", "")), base)
        for link in links
        if isinstance(link, Mapping) and link.get("rel") == rel
    ]
    return tuple(filter(None, found))
