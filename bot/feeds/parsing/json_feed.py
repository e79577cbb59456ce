"""Reads JSON Feed 1.0 and 1.1 (jsonfeed.org). Values may have a wrong type."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from bot.feeds.parsing.entries import RawEntry, escape_html
from bot.feeds.parsing.xml_document import NoFeed, remove_illegal_characters

_VERSION = "https://jsonfeed.org/version/"


class JsonFeed(NamedTuple):
    """A JSON feed. `head` has its title, link, language and links under feedparser's keys."""

    head: Mapping[str, Any]
    entries: list[RawEntry]
    warnings: tuple[str, ...]


def read_json_feed(text: str) -> JsonFeed:
    """The feed in the text. Items of the wrong shape are skipped and counted in a warning.

    Raises NoFeed if the text is not a JSON Feed.
    """
    try:
        root = json.loads(text)
    except ValueError as error:
        raise NoFeed("the JSON is broken or cut off") from error
    if not isinstance(root, dict) or not _read_text(root, "version").startswith(_VERSION):
        raise NoFeed("the JSON is not a JSON Feed (its version is missing)")
    items = _read_list(root, "items")
    entries = [_read_entry(item) for item in items if isinstance(item, dict)]
    entries = [entry for entry in entries if any(entry)]
    skipped = len(items) - len(entries)
    links = [{"rel": "self", "href": _read_text(root, "feed_url")}]
    hubs = [hub for hub in _read_list(root, "hubs") if isinstance(hub, dict)]
    links += [{"rel": "hub", "href": _read_text(hub, "url")} for hub in hubs]
    return JsonFeed(
        head={
            "title": _read_text(root, "title"),
            "link": _read_text(root, "home_page_url"),
            "language": _read_text(root, "language"),
            "links": links,
        },
        entries=entries,
        warnings=(f"{skipped:,} items were of the wrong shape and skipped",) if skipped else (),
    )


def _read_entry(item: Mapping[str, Any]) -> RawEntry:
    guid = _read_text(item, "id")
    return RawEntry(
        guid=guid,
        link=_read_text(item, "url") or _read_text(item, "external_url"),
        permalink=guid if guid.startswith(("http://", "https://")) else "",
        title=escape_html(_read_text(item, "title")),
        summary=_read_text(item, "summary"),
        content=_read_text(item, "content_html") or escape_html(_read_text(item, "content_text")),
        date=_read_text(item, "date_published") or _read_text(item, "date_modified"),
        language=_read_text(item, "language"),
    )


def _read_list(parent: Mapping[str, Any], key: str) -> list[Any]:
    value = parent.get(key)
    return value if isinstance(value, list) else []


def _read_text(parent: Mapping[str, Any], key: str) -> str:
    value = parent.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    # JSON escapes can contain lone surrogates and NUL, which databases refuse.
    return remove_illegal_characters(str(value))
