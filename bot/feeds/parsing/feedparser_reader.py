"""Parses a body with feedparser.

    bytes -> text of the feed -> feedparser -> raw entries -> clean entries, oldest first

feedparser is slow and may get hostile input, so it runs in a separate process. Its own sanitizing
and link resolving are off, because `bot.feeds.parsing.entries` cleans every text and link
afterwards.
"""

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import feedparser
from feedparser.mixin import _FeedParserMixin

from bot.feeds.parsing.entries import RawEntry, add_entries, escape_html
from bot.feeds.parsing.json_feed import read_json_feed
from bot.feeds.parsing.metadata import read_metadata
from bot.feeds.parsing.result import FeedContext, NotParsed, Parsed
from bot.feeds.parsing.titles import find_error_report
from bot.feeds.parsing.xml_document import NoFeed, XmlDocument, open_document

# feedparser searches each author for an e-mail address, which takes quadratic time: 15 s for a word
# of 120 kB. The bot does not use authors, so the search is turned off.
_FeedParserMixin._sync_author_detail = lambda *_: None

# feedparser gives captions of pictures (media:description) as the entry's own description, and
# does not say whether a guid is a permalink. These handlers keep captions apart and store the flag.
_start_guid = _FeedParserMixin._start_guid


def _start_guid_with_flag(parser: Any, attributes: dict[str, str]) -> None:
    _start_guid(parser, attributes)
    is_permalink = attributes.get("ispermalink", "true").strip().lower() != "false"
    parser._get_context()["tariffwire_permalink"] = is_permalink


def _start_caption(parser: Any, _: dict[str, str]) -> None:
    parser.push("tariffwire_caption", 1)


def _end_caption(parser: Any) -> None:
    parser.pop("tariffwire_caption")


_FeedParserMixin._start_guid = _start_guid_with_flag
_FeedParserMixin._start_id = _start_guid_with_flag
_FeedParserMixin._start_media_description = _start_caption
_FeedParserMixin._end_media_description = _end_caption

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
        parsed = read(document, context)
        if error := find_error_report(parsed.entries):
            return NotParsed(cause=f"its only entry is an error: {error}")
        return parsed
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
    language = str(head.get("language") or context.language)
    entries = [_read_entry(each, form, language) for each in result["entries"]]
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


def _read_entry(entry: dict[str, Any], form: str, feed_language: str) -> RawEntry:
    """feedparser's entry as a raw entry. `form` is the feed's format, such as `atom10`."""

    # dict.get is used because feedparser's own `get` maps missing keys to other keys and warns.
    def text(key: str) -> str:
        return str(dict.get(entry, key) or "")

    title, detail = text("title"), dict.get(entry, "title_detail") or {}
    # An Atom title without a type is plain text, so it is escaped below.
    is_plain_title = form.startswith("atom") and detail.get("type") == "text/plain"
    contents = dict.get(entry, "content") or ()
    values = [str(each.get("value") or "") for each in contents if isinstance(each, Mapping)]
    language = str(detail.get("language") or "")
    links = [each for each in dict.get(entry, "links") or () if isinstance(each, Mapping)]
    guid = text("id")
    if not any(values) and not text("summary") and _is_video(entry):
        values = [text("tariffwire_caption")]
    return RawEntry(
        guid=guid,
        link=_choose_translation(links, language or feed_language) or text("link"),
        permalink=guid if dict.get(entry, "tariffwire_permalink", True) else "",
        title=escape_html(title) if is_plain_title else title,
        summary=text("summary"),
        content=max(values, key=len, default=""),
        date=text("published") or text("updated") or text("created"),
        language=language,
    )


def _is_video(entry: dict[str, Any]) -> bool:
    """Whether the entry is a video, so that the caption describes the entry itself."""
    media = [each for each in dict.get(entry, "media_content") or () if isinstance(each, Mapping)]
    kinds = [str(each.get("medium") or each.get("type") or "") for each in media]
    return any(kind.startswith("video") or kind.endswith("flash") for kind in kinds)


def _choose_translation(links: Sequence[Mapping[str, Any]], language: str) -> str:
    """The address of the page in the language; empty if the entry does not link to translations.

    If there is none in the language, the page without a language is chosen, or else the first one.
    """
    pages = [each for each in links if each.get("rel") == "alternate" and each.get("href")]
    pages = [each for each in pages if "html" in str(each.get("type", "html"))] or pages
    if not any(each.get("hreflang") for each in pages):
        return ""
    wanted = language.lower().replace("_", "-")

    def rank(page: Mapping[str, Any]) -> int:
        own = str(page.get("hreflang") or "").lower().replace("_", "-")
        if own == wanted:
            return 0
        if own.partition("-")[0] == wanted.partition("-")[0]:
            return 1
        return 3 if own else 2

    return str(min(pages, key=rank)["href"])
