"""Bytes -> entries where that is quick: no process for it, no feedparser.

    bytes -> document -> plain to read? -> drafts -> cleaned entries with identities, oldest first

What is found here is what `bot.feeds.parsing.feedparser_reader` would find; it reads the rest.
"""

from bot.feeds.parsing.decoding import decode_surely
from bot.feeds.parsing.fast_reader import read_plainly
from bot.feeds.parsing.json_feed import read_json_feed
from bot.feeds.parsing.normalization.entries import with_entries
from bot.feeds.parsing.normalization.feed_metadata import feed_metadata
from bot.feeds.parsing.normalization.links import web_link
from bot.feeds.parsing.normalization.raw_entry import RawEntry
from bot.feeds.parsing.result import FeedContext, NotParsed, Parsed
from bot.feeds.parsing.xml_document import ENTRY_END, NoFeed, XmlDocument, open_text
from bot.text.plain import plain

MAX_BYTES = 256_000
"""Longer bodies are for the processes that can be ended."""


def read_at_once(body: bytes, source: FeedContext) -> Parsed | NotParsed | None:
    """What the body holds, with its entries cleaned; None where feedparser has to judge."""
    decoded = decode_surely(body, source.content_type) if len(body) <= MAX_BYTES else None
    if decoded is None:
        return None
    try:
        document = open_text(*decoded)
        return from_json(document, source) if document.is_json else _from_xml(document, source)
    except NoFeed as error:
        return NotParsed(cause=str(error))
    except Exception:
        # Whatever it is, the process that reads it next cannot harm this one.
        return None


def _from_xml(document: XmlDocument, source: FeedContext) -> Parsed | None:
    if not document.complete:
        return None
    text, listed = bounded(document.text, source.max_entries)
    found = read_plainly(text, source.url)
    if found is None or found.about is None:
        return None
    parsed = feed_metadata(document, found.about, found.form, source, text, listed)
    return with_entries(parsed, found.drafts, source, str(found.about.get("language", "")))


def from_json(document: XmlDocument, source: FeedContext) -> Parsed:
    """The JSON feed in the document; raises NoFeed."""
    found = read_json_feed(document.text)
    parsed = Parsed(
        title=plain(found.title, 200),
        form="json",
        home=web_link(found.home, source.url),
        hubs=tuple(filter(None, (web_link(hub, source.url) for hub in found.hubs))),
        topic=web_link(found.topic, source.url),
        warnings=document.warnings + found.warnings,
    )
    return with_entries(parsed, [RawEntry(**item) for item in found.items], source, found.language)


def bounded(text: str, max_entries: int) -> tuple[str, int]:
    """The text with at most some multiple of `max_entries` entries, and how many it had.

    The first and the last are kept, because some feeds list the oldest first.
    """
    keep = max_entries * 2
    if text.count("</item") + text.count("</entry") + text.count(":item>") <= 2 * keep:
        return text, 0
    ends = [found.end() for found in ENTRY_END.finditer(text)]
    if len(ends) <= 2 * keep:
        return text, 0
    return text[: ends[keep - 1]] + text[ends[-keep - 1] :], len(ends)
