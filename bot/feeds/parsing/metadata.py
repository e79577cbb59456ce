"""Reads a feed's own data: title, site, hubs, and how long clients should wait between polls."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.feeds.model import PublisherHints
from bot.feeds.parsing.links import clean_link
from bot.feeds.parsing.result import FeedContext, Parsed
from bot.text.plain import to_plain_text

_MAX_HUBS = 5
_TITLE_CHARS = 200
# skipHours and skipDays are searched only in the first characters, because RSS 2.0 has them at the
# start of the channel.
_HEAD_CHARS = 20_000
_SKIP_HOURS = re.compile(r"<skipHours\s*>(.{0,2000}?)</skipHours", re.IGNORECASE | re.DOTALL)
_SKIP_DAYS = re.compile(r"<skipDays\s*>(.{0,2000}?)</skipDays", re.IGNORECASE | re.DOTALL)
_HOUR = re.compile(r"<hour\s*>\s*(\d{1,2})\s*<", re.IGNORECASE)
_DAY = re.compile(r"<day\s*>\s*(\w{3,10})\s*<", re.IGNORECASE)
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIODS_S = {
    "hourly": 3600.0,
    "daily": 86_400.0,
    "weekly": 604_800.0,
    "monthly": 2_592_000.0,
    "yearly": 31_536_000.0,
}


def read_metadata(head: Mapping[str, Any], form: str, text: str, context: FeedContext) -> Parsed:
    """The result of parsing, still without the entries.

    `head` has feedparser's keys. `form` is the format in feedparser's notation, or `json`. `text`
    is the XML document; it is empty for JSON.
    """
    links = head.get("links", ())
    return Parsed(
        title=to_plain_text(str(head.get("title", "")), _TITLE_CHARS),
        form=form,
        home=clean_link(str(head.get("link", "")), context.url),
        asked=read_hints(head, text),
        hubs=_find_links("hub", links, context.url)[:_MAX_HUBS],
        topic=next(iter(_find_links("self", links, context.url)), ""),
    )


def _find_links(rel: str, links: Iterable[Any], base: str) -> tuple[str, ...]:
    """The addresses of the feed's links with this relation."""
    found = [
        clean_link(str(link.get("href", "")), base)
        for link in links
        if isinstance(link, Mapping) and link.get("rel") == rel
    ]
    return tuple(filter(None, found))


def read_hints(head: Mapping[str, Any], text: str) -> PublisherHints:
    """How long the feed asks clients to wait between polls.

    Negative and unreadable values are ignored. Skipped hours and days are read from the text,
    because feedparser returns only the last hour and the last day.
    """
    start = text[:_HEAD_CHARS]
    ttl_minutes = _parse_positive(head.get("ttl"))
    period_s = _PERIODS_S.get(str(head.get("sy_updateperiod", "")).strip().lower())
    times = _parse_positive(head.get("sy_updatefrequency")) or 1.0
    hours = {int(hour) % 24 for hour in _find_items(_SKIP_HOURS, _HOUR, start)}
    days = {day.lower() for day in _find_items(_SKIP_DAYS, _DAY, start)}
    return PublisherHints(
        ttl_s=ttl_minutes and ttl_minutes * 60,
        period_s=None if period_s is None else period_s / times,
        skip_hours=tuple(sorted(hours)),
        skip_days=tuple(number for number, day in enumerate(_WEEK) if day in days),
    )


def _find_items(block: re.Pattern[str], item: re.Pattern[str], text: str) -> list[str]:
    found = block.search(text)
    return item.findall(found.group(1)) if found else []


def _parse_positive(value: object) -> float | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if 0 < number < 1e9 else None
