"""How long a feed asks to be left alone, by its own elements."""

import re
from collections.abc import Mapping
from typing import Any

from bot.feeds.model import PublisherHints

# RSS 2.0 has one list of each at the head of the channel.
_HEAD_CHARS = 20_000
_HOURS = re.compile(r"<skipHours\s*>(.{0,2000}?)</skipHours", re.IGNORECASE | re.DOTALL)
_DAYS = re.compile(r"<skipDays\s*>(.{0,2000}?)</skipDays", re.IGNORECASE | re.DOTALL)
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


def read_hints(about: Mapping[str, Any], text: str) -> PublisherHints:
    """What the feed's head asks for; nonsense (negative, unreadable) is left out.

    `about` is feedparser's view of the head, `text` the document, for feedparser keeps only the
    last hour and day of a list.
    """
    head = text[:_HEAD_CHARS]
    ttl_minutes = _positive(about.get("ttl"))
    return PublisherHints(
        ttl_s=ttl_minutes and ttl_minutes * 60,
        period_s=_period_s(about),
        skip_hours=tuple(sorted({int(hour) % 24 for hour in _listed(_HOURS, _HOUR, head)})),
        skip_days=tuple(
            sorted(
                {_WEEK.index(d.lower()) for d in _listed(_DAYS, _DAY, head) if d.lower() in _WEEK}
            )
        ),
    )


def _period_s(about: Mapping[str, Any]) -> float | None:
    period_s = _PERIODS_S.get(str(about.get("sy_updateperiod", "")).strip().lower())
    times = _positive(about.get("sy_updatefrequency")) or 1.0
    return period_s / times if period_s is not None else None


def _listed(block: re.Pattern[str], item: re.Pattern[str], head: str) -> list[str]:
    found = block.search(head)
    return item.findall(found.group(1)) if found else []


def _positive(value: object) -> float | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if 0 < number < 1e9 else None
