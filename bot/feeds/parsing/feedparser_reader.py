"""Bytes -> entries. CPU-heavy and fed by strangers, so it runs in a process of its own.

    bytes -> document -> feedparser -> drafts -> cleaned entries with identities, oldest first

feedparser judges what a feed says, unless that is plain (see `bot.feeds.parsing.fast_reader`). Its
sanitising and link resolving in text are switched off, because every text that leaves here went
through `bot.text.plain.plain`.
"""

import io
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import feedparser
from feedparser.mixin import _FeedParserMixin

from bot.feeds.parsing.fast_reader import read_plainly
from bot.feeds.parsing.inline import bounded, from_json
from bot.feeds.parsing.normalization.entries import with_entries
from bot.feeds.parsing.normalization.feed_metadata import feed_metadata
from bot.feeds.parsing.normalization.raw_entry import RawEntry, as_markup
from bot.feeds.parsing.result import FeedContext, NotParsed, Parsed
from bot.feeds.parsing.xml_document import (
    ENTRY_END,
    ENTRY_START,
    NoFeed,
    XmlDocument,
    open_document,
)

# feedparser looks for an e-mail address in each author, which takes the square of the time for a
# long word: fifteen seconds for 120 kB. Nobody here asks who wrote an entry.
_FeedParserMixin._sync_author_detail = lambda *_: None

# A picture's size in a title that does not end is enough for feedparser to give up a whole feed.
# Nobody reads what is in these.
_UNREAD = (
    r"(?:width|height|(?:cc|creativeCommons):license|(?:georss|gml|psc):\w+"
    r"|media:(?:credit|thumbnail))"
)
_STUMBLED_OVER = re.compile(
    rf"<{_UNREAD}(?:\s[^<>]*)?(?:/>|(?<!/)>[^<]*)|</{_UNREAD}\s*>", re.IGNORECASE
)


def read_feed(body: bytes, source: FeedContext, plainly: bool = True) -> Parsed | NotParsed:
    """The body's entries, cleaned; never raises, whatever the body is.

    `plainly` allows for reading a plain feed without feedparser: no difference but in time.
    """
    try:
        document = open_document(body, source.content_type)
        if document.is_json:
            return from_json(document, source)
        return _from_xml(document, source, plainly)
    except NoFeed as error:
        return NotParsed(cause=str(error))
    except RecursionError:
        return NotParsed(cause="it is nested too deeply to be read")
    except Exception as error:  # feedparser has no list of what it may raise on hostile input
        return NotParsed(cause=f"it could not be read ({type(error).__name__})")


class _Judged(NamedTuple):
    """What a text says: its head under feedparser's keys, its format, its entries."""

    about: Mapping[str, Any]
    form: str
    drafts: list[RawEntry]
    well_formed: bool = True


def _from_xml(document: XmlDocument, source: FeedContext, plainly: bool) -> Parsed:
    text, listed = bounded(document.text, source.max_entries)
    judged = _judged_plainly(text, source.url) if plainly else None
    about, form, drafts, well_formed = judged or _judged(text, source.url)
    if not document.complete:
        drafts = drafts[:-1] if _ends_within_entry(document.text) else drafts
        if not drafts:
            raise NoFeed("it is cut off before its first entry ends")
    parsed = feed_metadata(document, about, form, source, text, listed)
    if not well_formed and document.complete:
        ill = ("the XML is not well-formed",)
        parsed = parsed.model_copy(update={"warnings": parsed.warnings + ill})
    return with_entries(parsed, drafts, source, str(about.get("language", "")))


def _judged_plainly(text: str, url: str) -> _Judged | None:
    """What is plain to read, and feedparser's view of the head where that is not."""
    found = read_plainly(text, url)
    if found is None:
        return None
    if found.about is not None:
        return _Judged(found.about, found.form, found.drafts)
    head = found.without_entries()
    result = by_feedparser(head, url) if head is not None else None
    if result is None or result["bozo"] or result["entries"]:
        return None
    return _Judged(result["feed"], result["version"], found.drafts)


def _judged(text: str, url: str) -> _Judged:
    result = by_feedparser(text, url)
    atom = str(result["version"]).startswith("atom")
    drafts = [draft_of(each, atom=atom) for each in result["entries"]]
    return _Judged(result["feed"], result["version"], drafts, not result["bozo"])


def by_feedparser(text: str, url: str) -> Mapping[str, Any]:
    """What feedparser makes of the text; raises whatever it may raise."""
    try:
        return _by_feedparser(text, url)
    except Exception:  # as in read_feed
        bare = _STUMBLED_OVER.sub("", text)
        if bare == text:
            raise
        return _by_feedparser(bare, url)


def _by_feedparser(text: str, url: str) -> Mapping[str, Any]:
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


def _ends_within_entry(text: str) -> bool:
    start = max((found.start() for found in ENTRY_START.finditer(text)), default=-1)
    return start > max((found.start() for found in ENTRY_END.finditer(text)), default=-1)


def draft_of(raw: dict[str, Any], *, atom: bool) -> RawEntry:
    """An entry of feedparser's as a draft; `atom` is whether the feed is an Atom feed, where a text
    without a type is no HTML."""

    # dict.get, because feedparser's own get answers for keys that are not there, and warns.
    def given(key: str) -> str:
        return str(dict.get(raw, key) or "")

    detail = dict.get(raw, "title_detail") or {}
    title = given("title")
    contents = dict.get(raw, "content") or ()
    values = [str(each.get("value") or "") for each in contents if isinstance(each, Mapping)]
    return RawEntry(
        guid=given("id"),
        link=given("link"),
        title=as_markup(title) if atom and detail.get("type") == "text/plain" else title,
        summary=given("summary"),
        content=max(values, key=len, default=""),
        date=given("published") or given("updated") or given("created"),
        language=str(detail.get("language") or ""),
    )
