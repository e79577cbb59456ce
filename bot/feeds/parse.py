"""Bytes -> entries. CPU-heavy and fed by strangers, so it runs in a process of its own.

    bytes -> document -> feedparser -> drafts -> cleaned entries with identities, oldest first

feedparser judges what a feed says; its sanitising and link resolving in text are switched off,
because every text that leaves here went through `bot.news.text.plain`.
"""

import io
import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

import feedparser

from bot.feeds.dates import moment
from bot.feeds.document import Document, NoFeed, open_document
from bot.feeds.draft import Draft
from bot.feeds.hints import read_hints
from bot.feeds.jsonfeed import read_json_feed
from bot.feeds.links import web_link
from bot.feeds.parsed import NotParsed, Parsed, Source
from bot.feeds.plainly import read_plainly
from bot.news.entry import Entry, FeedKind
from bot.news.identity import identify
from bot.news.text import cut, plain

TITLE_CHARS, SUMMARY_CHARS = 400, 4000
_UNTITLED_CHARS = 120
_MAX_GUID = 500
_MAX_HUBS = 5
_ENTRY_END = re.compile(r"</(?:\w{1,20}:)?(?:item|entry)\s*>")
_ENTRY_START = re.compile(r"<(?:\w{1,20}:)?(?:item|entry)[\s>]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


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


def _clean(draft: Draft, source: Source, language: str) -> Entry | None:
    """The draft as plain text; None where nothing is left to show."""
    summary = _summary(draft, source.kind)
    title = " ".join(plain(draft.title, TITLE_CHARS).split("\n"))
    title = title or cut(summary.partition("\n")[0], _UNTITLED_CHARS)
    link = web_link(draft.link, source.url)
    if not title and not link:
        return None
    published, roughly = moment(draft.date, source.now)
    spoken = [draft.language, language, source.language]
    return Entry(
        feed_id=source.feed_id,
        key="",
        guid=_guid(draft.guid),
        link=link,
        title=title or link,
        summary=summary,
        published=published,
        published_roughly=roughly,
        language=next((each for each in spoken if _LANGUAGE.fullmatch(each)), ""),
    )


def _summary(draft: Draft, kind: FeedKind) -> str:
    """The publisher's summary, else the content; of a court both, for the origin of a case may
    stand in the content only."""
    summary = plain(draft.summary, SUMMARY_CHARS)
    if summary and kind is not FeedKind.COURT:
        return summary
    content = plain(draft.content, SUMMARY_CHARS)
    if not summary or not content or _squeezed(content) == _squeezed(summary):
        return content or summary
    return cut(f"{summary}\n{content}", SUMMARY_CHARS)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _guid(guid: str) -> str:
    guid = " ".join(plain(guid, _MAX_GUID * 2).split()) if "<" in guid else " ".join(guid.split())
    return guid if len(guid) <= _MAX_GUID else sha256(guid.encode("utf-8", "replace")).hexdigest()


def _filled(parsed: Parsed, drafts: list[Draft], source: Source, language: str) -> Parsed:
    """With the newest entries, named and oldest first, and what their dates say."""
    cleaned = [_clean(draft, source, language) for draft in reversed(drafts)]
    entries = [entry for entry in cleaned if entry is not None]
    dates = [entry.published for entry in entries if entry.published is not None]
    # Feeds list the newest first; where a date is missing, that order stands in for it.
    entries.sort(key=lambda entry: entry.published or source.now)
    kept = entries[-source.max_entries :]
    listed = max(parsed.listed, len(drafts))
    warnings = list(parsed.warnings)
    if len(entries) < len(drafts):
        warnings.append(f"{len(drafts) - len(entries):,} entries say nothing and were left out")
    if len(entries) > len(kept) or parsed.listed:
        warnings.append(f"the newest {len(kept):,} of {listed:,} entries were taken")
    if len(dates) < len(entries):
        missing = f"{len(entries) - len(dates):,} of {len(entries):,}" if dates else "all"
        warnings.append(f"no credible date on {missing} entries")
    window_s = (max(dates) - min(dates)).total_seconds() if dates else 0.0
    return parsed.model_copy(
        update={
            "entries": identify(kept, source.kind, parsed.home),
            "listed": listed,
            "window_s": window_s or None,
            "warnings": tuple(warnings),
        }
    )


def _linked(rel: str, links: Iterable[Any], base: str) -> tuple[str, ...]:
    """The addresses that the feed's head gives for a relation."""
    found = [
        web_link(str(link.get("href", "")), base)
        for link in links
        if isinstance(link, Mapping) and link.get("rel") == rel
    ]
    return tuple(filter(None, found))
