"""Reads and writes feed lists in OPML 2.0, the exchange format of feed readers.

A list may be hostile. A list with a DOCTYPE is refused before the parser sees it, so that no entity
is ever declared, expanded or loaded. Elements are read one by one, without a tree in memory.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET
from xml.parsers import expat

from pydantic import ValidationError

from bot.errors import NotAFeed
from bot.feeds.canonical_url import to_web_address
from bot.feeds.model import Feed, FeedKind, make_feed_id
from bot.feeds.parsing.decoding import decode
from bot.text.plain import INVISIBLE
from bot.values import Topic

_OURS = "urn:tariffwire:opml"
_MAX_CHARS = 5_000_000
_MAX_FEEDS = 10_000
_TITLE_CHARS = 200
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_DOCTYPE = re.compile(r"\ufeff?(?:\s++|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)
"""Matches a DOCTYPE before the root element, possibly after comments and processing instructions. A
handler of expat would refuse a DOCTYPE too late, because expat reads on after a handler raises.
"""


class FeedList(NamedTuple):
    """The content of a feed list."""

    feeds: tuple[Feed, ...]
    """The feeds in the order of the list, each address once."""
    left_out: tuple[str, ...] = ()
    """The addresses, as written, that are not valid or exceed the maximum number of feeds."""


def read_opml(opml: str | bytes) -> FeedList:
    """The feeds of the list, including those in folders.

    Reads the attributes that `write_opml` adds. Bytes are decoded as those of a feed, so the
    declared encoding may be missing, unknown or wrong.

    Raises NotAFeed if the text is not OPML, has a DOCTYPE or is too long.
    """
    text = opml if isinstance(opml, str) else decode(opml, content_type="")[0].lstrip("\ufeff")
    if len(text) > _MAX_CHARS:
        raise _make_refusal(f"longer than {_MAX_CHARS:,} characters")
    feeds: dict[str, Feed] = {}
    ids: set[str] = set()
    left_out: list[str] = []
    for outline in _parse_outlines(text):
        given = {name.lower(): value.strip() for name, value in outline.items()}
        written = given.get("xmlurl", "")
        url = to_web_address(written)
        feed = _read_feed(given, url, ids) if url and len(feeds) < _MAX_FEEDS else None
        if feed is None:
            left_out += [written] if written else []
        elif feed.url not in feeds:
            feeds[feed.url] = feed
            ids.add(feed.id)
    return FeedList(tuple(feeds.values()), tuple(left_out))


def write_opml(feeds: Iterable[Feed]) -> str:
    """The feeds as an OPML document, with ids and settings in attributes of the bot's namespace."""
    ET.register_namespace("tariffwire", _OURS)
    root = ET.Element("opml", version="2.0")
    head = ET.SubElement(root, "head")
    ET.SubElement(head, "title").text = "Tariffwire feeds"
    body = ET.SubElement(root, "body")
    for feed in feeds:
        ET.SubElement(body, "outline", _list_attributes(feed))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _list_attributes(feed: Feed) -> dict[str, str]:
    ours = {
        "id": feed.id,
        "kind": feed.kind.value,
        "region": feed.region,
        "pollMinutes": "" if feed.poll_minutes is None else f"{feed.poll_minutes:g}",
        "topics": ",".join(sorted(feed.topics)),
        "enabled": "" if feed.enabled else "false",
        "matter": feed.matter,
    }
    plain = {"text": feed.title, "title": feed.title, "type": "rss", "xmlUrl": feed.url}
    named = {f"{{{_OURS}}}{name}": value for name, value in ours.items() if value}
    return {**plain, "language": feed.language, **named}


def _parse_outlines(text: str) -> list[dict[str, str]]:
    if _DOCTYPE.match(text):
        raise _make_refusal("a DOCTYPE is not accepted")
    roots: list[str] = []
    found: list[dict[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if not roots:
            roots.append(name)
        if attributes and name.lower() == "outline":
            found.append(attributes)

    # The text is encoded as UTF-8 below, so the encoding that it declares is overridden.
    parser = expat.ParserCreate("UTF-8", " ")
    parser.StartElementHandler = start
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise _make_refusal(f"line {error.lineno} is not XML") from error
    if roots[0].lower() != "opml":
        raise _make_refusal(f"the root element is <{roots[0][:40]}>, not <opml>")
    return found


def _read_feed(given: Mapping[str, str], url: str, taken: set[str]) -> Feed | None:
    if not _parse_host(url):
        return None
    title = (
        _clean_title(given.get("title", ""))
        or _clean_title(given.get("text", ""))
        or _parse_host(url)[:_TITLE_CHARS]
    )

    def read_ours(name: str) -> str:
        return given.get(f"{_OURS} {name}".lower(), "")

    wanted_id = read_ours("id")
    fields = {
        "id": wanted_id
        if wanted_id and wanted_id not in taken
        else make_feed_id(title, url, taken),
        "title": title,
        "url": url,
        "kind": read_ours("kind") or FeedKind.SPECIALIST,
        "region": read_ours("region"),
        "language": given.get("language") or "en",
        "poll_minutes": read_ours("pollMinutes") or None,
        "topics": [topic for topic in read_ours("topics").split(",") if topic in set(Topic)],
        "enabled": read_ours("enabled") != "false",
        "matter": _clean_title(read_ours("matter")),
    }
    try:
        return Feed.model_validate(fields)
    except ValidationError:
        return None


def _clean_title(title: str) -> str:
    """The title on one line, without control and reordering characters."""
    return " ".join(_INVISIBLE.sub("", title).split())[:_TITLE_CHARS].rstrip()


def _parse_host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _make_refusal(cause: str) -> NotAFeed:
    return NotAFeed("OPML", cause, "Export the list again from the reader it comes from")
