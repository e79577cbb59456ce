"""JSON Feed 1.0 and 1.1 (jsonfeed.org), read with the suspicion that hostile JSON deserves."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.feeds.parsing.normalization.raw_entry import as_markup
from bot.feeds.parsing.xml_document import NoFeed, legal

_VERSION = "https://jsonfeed.org/version/"


@dataclass(frozen=True, slots=True)
class JsonFeed:
    """What a JSON feed says; `items` have the keys of a draft."""

    title: str
    home: str
    language: str
    items: tuple[dict[str, str], ...]
    hubs: tuple[str, ...]
    topic: str
    warnings: tuple[str, ...]


def read_json_feed(text: str) -> JsonFeed:
    """The feed in the text; raises NoFeed. Items of the wrong shape are skipped and counted."""
    try:
        root = json.loads(text)
    except ValueError as error:
        raise NoFeed("the JSON is broken or cut off") from error
    if not isinstance(root, dict) or not _text(root, "version").startswith(_VERSION):
        raise NoFeed("JSON came, but no JSON Feed (its version is missing)")
    listed = root.get("items")
    raw = listed if isinstance(listed, list) else []
    items = [_item(each) for each in raw if isinstance(each, dict)]
    good = tuple(item for item in items if any(item.values()))
    skipped = len(raw) - len(good)
    hubs = root.get("hubs")
    return JsonFeed(
        title=_text(root, "title"),
        home=_text(root, "home_page_url"),
        language=_text(root, "language"),
        items=good,
        hubs=tuple(
            _text(hub, "url")
            for hub in (hubs if isinstance(hubs, list) else [])[:5]
            if isinstance(hub, dict)
        ),
        topic=_text(root, "feed_url"),
        warnings=(f"{skipped:,} items were of the wrong shape and skipped",) if skipped else (),
    )


def _item(item: Mapping[str, Any]) -> dict[str, str]:
    return {
        "guid": _text(item, "id"),
        "link": _text(item, "url") or _text(item, "external_url"),
        "title": as_markup(_text(item, "title")),
        "summary": _text(item, "summary"),
        "content": _text(item, "content_html") or as_markup(_text(item, "content_text")),
        "date": _text(item, "date_published") or _text(item, "date_modified"),
        "language": _text(item, "language"),
    }


def _text(found: Mapping[str, Any], key: str) -> str:
    value = found.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    # JSON can spell what is no text, half of a character or a NUL, which no database takes.
    return legal(str(value))
