"""Parses a body with feedparser.

    bytes -> text of the feed -> feedparser -> raw entries -> clean entries, oldest first

feedparser is slow and may get hostile input, so it runs in a separate process. Its own sanitizing
and link resolving are off, because `bot.feeds.parsing.entries` cleans every text and link
afterwards.
"""

import io
import re
from collections.abc import Mapping
from typing import Any

import feedparser
from feedparser.mixin import _FeedParserMixin

from bot.feeds.parsing.entries import RawEntry, add_entries, escape_html
from bot.feeds.parsing.json_feed import read_json_feed
from bot.feeds.parsing.metadata import read_metadata
from bot.feeds.parsing.result import FeedContext, NotParsed, Parsed
from bot.feeds.parsing.xml_document import NoFeed, XmlDocument, open_document

# feedparser searches each author for an e-mail address, which takes quadratic time: 15 s for a word
# of 120 kB. The bot does not use authors, so the search is turned off.
_FeedParserMixin._sync_author_detail = lambda *_: None

# If one of these elements is within an unclosed title, feedparser fails on the whole feed. The bot
# does not use these elements, so they are removed after such a failure.
_UNUSED = (
    r"(?:width|height|(?:cc|creativeCommons):license|(?:georss|gml|psc):\w+"
    r"|media:(?:credit|thumbnail))"
)
_UNUSED_ELEMENTS = re.compile(
    rf"<{_UNUSED}(?:\s[^<>]*)?(?:/>|(?<!/)>[^<]*)|</{_UNUSED}\s*>", re.IGNORECASE
)
_ENTRY_START = re.compile(r"<(?:\w{1,20}:)?(?:item|entry)[\s>]")
_ENTRY_END = re.compile(r"</(?:\w{1,20}:)?(?:item|entry)\s*>")


def read_feed(body: bytes, context: FeedContext) -> Parsed | NotParsed:
    """The feed in the body, or the reason why it cannot be parsed. Never raises."""
    try:
        document = open_document(body, context.content_type)
        read = _read_json if document.is_json else _read_xml
        return read(document, context)
    except NoFeed as error:
        return NotParsed(cause=str(error))
    except RecursionError:
        return NotParsed(cause="it is nested too deeply to be read")
    except Exception as error:  # feedparser does not document what it raises on hostile input
        return NotParsed(cause=f"it could not be read ({type(error).__name__})")


def _read_json(document: XmlDocument, context: FeedContext) -> Parsed:
    found = read_json_feed(document.text)
    parsed = read_metadata(found.head, "json", "", context)
    parsed = parsed.model_copy(update={"warnings": document.warnings + found.warnings})
    return add_entries(parsed, found.entries, context, found.head["language"])


def _read_xml(document: XmlDocument, context: FeedContext) -> Parsed:
    text, listed = _drop_middle(document.text, context.max_entries)
    result = _run_feedparser(text, context.url)
    head, form = result["feed"], str(result["version"])
    entries = [_read_entry(each, form) for each in result["entries"]]
    warnings = document.warnings
    if document.complete:
        warnings += ("the XML is not well-formed",) if result["bozo"] else ()
    else:
        entries = entries[:-1] if _ends_within_entry(document.text) else entries
        if not entries:
            raise NoFeed("it is cut off before its first entry ends")
    parsed = read_metadata(head, form, text, context).model_copy(
        update={"complete": document.complete, "listed": listed, "warnings": warnings}
    )
    return add_entries(parsed, entries, context, str(head.get("language", "")))


def _drop_middle(text: str, max_entries: int) -> tuple[str, int]:
    """The text without its middle entries, and the number of entries before; 0 if nothing was
    removed.

    Twice `max_entries` entries at the start and as many at the end stay, because some feeds list
    the oldest entry first.
    """
    keep = max_entries * 2
    ends = [found.end() for found in _ENTRY_END.finditer(text)]
    if len(ends) <= 2 * keep:
        return text, 0
    return text[: ends[keep - 1]] + text[ends[-keep - 1] :], len(ends)


def _run_feedparser(text: str, url: str) -> Mapping[str, Any]:
    try:
        return _call_feedparser(text, url)
    except Exception:  # as in `read_feed`: any error is possible
        without_unused = _UNUSED_ELEMENTS.sub("", text)
        if without_unused == text:
            raise
        return _call_feedparser(without_unused, url)


def _call_feedparser(text: str, url: str) -> Mapping[str, Any]:
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
    start = max((found.start() for found in _ENTRY_START.finditer(text)), default=-1)
    return start > max((found.start() for found in _ENTRY_END.finditer(text)), default=-1)


def _read_entry(entry: dict[str, Any], form: str) -> RawEntry:
    """feedparser's entry as a raw entry. `form` is the feed's format, such as `atom10`."""

    # dict.get is used because feedparser's own `get` maps missing keys to other keys and warns.
    def text(key: str) -> str:
        return str(dict.get(entry, key) or "")

    title, detail = text("title"), dict.get(entry, "title_detail") or {}
    # An Atom title without a type is plain text, so it is escaped below.
    is_plain_title = form.startswith("atom") and detail.get("type") == "text/plain"
    contents = dict.get(entry, "content") or ()
    values = [str(each.get("value") or "") for each in contents if isinstance(each, Mapping)]
    return RawEntry(
        guid=text("id"),
        link=text("link"),
        title=escape_html(title) if is_plain_title else title,
        summary=text("summary"),
        content=max(values, key=len, default=""),
        date=text("published") or text("updated") or text("created"),
        language=str(detail.get("language") or ""),
    )
