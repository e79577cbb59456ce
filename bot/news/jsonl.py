"""Reads and writes the JSON lines of `tariffwire match` and `tariffwire same`.

Input is untrusted: any field may be missing or have another type. Titles and summaries are
converted to plain text, like those of a feed.
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from bot.errors import TariffwireError
from bot.feeds.model import FeedKind
from bot.news.events.comparison import Comparison, compare
from bot.news.reader import Reader, Understanding
from bot.news.state import Relation
from bot.news.story import Figure, Story
from bot.text.plain import to_plain_text

_TITLE, _SUMMARY = 1000, 20_000
_DEFAULT_TIME = datetime(2000, 1, 1, tzinfo=UTC)
"""The time of publication of a story without a date."""
_MAX_SHOWN = 80
_CURE = "Write one JSON object per line"


def read_line(line: bytes, number: int) -> dict[str, Any]:
    """The object on a line; bytes that are not UTF-8 become U+FFFD.

    Raises TariffwireError with the line number if the line is not a JSON object, or has a NaN or an
    infinity (Python's parser would accept these two).
    """
    try:
        value = json.loads(
            line.decode("utf-8", "replace").removeprefix("\ufeff"),
            parse_float=_parse_finite,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError) as error:
        # ValueError is also raised for a number with more digits than Python converts.
        raise TariffwireError(f"line {number}", "not valid JSON", _CURE) from error
    if not isinstance(value, dict):
        raise TariffwireError(f"line {number}", "not a JSON object", _CURE)
    return value


def dump_line(value: object, encoding: str) -> str:
    """The value as one line of JSON that the encoding can represent.

    Raises TariffwireError if the value is nested too deeply.
    """
    try:
        line = json.dumps(value, ensure_ascii=False, allow_nan=False)
        line.encode(encoding)
    except RecursionError as error:
        raise TariffwireError("the answer", "its id is nested too deeply", _CURE) from error
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False)
    return line


def _parse_finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits[:_MAX_SHOWN]} is too large")
    return value


def _refuse_constant(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")


def match_story(reader: Reader, given: Mapping[str, Any]) -> dict[str, Any]:
    """The result of `match` for `{"id","title","summary","published"?}`."""
    found = _understand(reader, given, _read_day(given))
    state = found.state
    answer = {
        "id": given.get("id"),
        "topics": list(found.topics),
        "parties": list(found.parties),
        "figures": [_figure_json(figure) for figure in found.figures],
        "evidence": [each.model_dump(mode="json") for each in found.evidence],
        "summary": found.summary,
        "status": state.status,
        "effective": state.effective.isoformat() if state.effective else None,
        "severity": state.severity,
    }
    if state.collection is not None:
        day = state.collection_from
        answer["collection"] = state.collection
        answer["collection_from"] = day.isoformat() if day else None
    return answer


def explain_story(reader: Reader, given: Mapping[str, Any]) -> dict[str, Any]:
    """The result of `match --explain`: that of `match`, with the words that decided the state."""
    title, summary = _read_text(given, "title", _TITLE), _read_text(given, "summary", _SUMMARY)
    found = reader.explain_state(title, summary, _read_day(given))
    return match_story(reader, given) | {"decided_by": [each._asdict() for each in found]}


def compare_stories(reader: Reader, given: Mapping[str, Any]) -> dict[str, Any]:
    """The result of `same` for `{"id","a":{story},"b":{story}}`.

    Raises TariffwireError if one of the stories is missing.
    """
    return dump_comparison(given.get("id"), compare(*read_pair(reader, given)))


def dump_comparison(pair_id: object, found: Comparison) -> dict[str, Any]:
    """A comparison as the result of `same`."""
    return {
        "id": pair_id,
        "relation": found.relation.value,
        "same": found.relation is Relation.REPORT,
        "score": round(found.score, 3),
    }


def read_pair(reader: Reader, given: Mapping[str, Any]) -> tuple[Story, Story]:
    """The stories of `{"id","a":{story},"b":{story}}`.

    Raises TariffwireError if one of the stories is missing.
    """
    return _read_story(reader, given, "a"), _read_story(reader, given, "b")


def _understand(reader: Reader, given: Mapping[str, Any], published: date | None) -> Understanding:
    title, summary = _read_text(given, "title", _TITLE), _read_text(given, "summary", _SUMMARY)
    return reader.understand(title, summary, published)


def _read_day(given: Mapping[str, Any]) -> date | None:
    published = _parse_moment(given.get("published"))
    return published.date() if published else None


def _read_text(given: Mapping[str, Any], key: str, limit: int) -> str:
    value = given.get(key)
    return to_plain_text(value, limit) if isinstance(value, str) else ""


def _read_story(reader: Reader, given: Mapping[str, Any], side: str) -> Story:
    part = given.get(side)
    if not isinstance(part, Mapping):
        thing = f"the pair {given.get('id')!r:.{_MAX_SHOWN}}"
        raise TariffwireError(thing, f'has no story "{side}"', 'Give {"id","a":{..},"b":{..}}')
    stated = _parse_moment(part.get("published")) or _parse_moment(part.get("date"))
    understanding = _understand(reader, part, stated.date() if stated else None)
    published = stated or _DEFAULT_TIME
    return Story(
        id=side,
        feed_id=side,
        entry_key=side,
        source=side,
        kind=FeedKind.WIRE,
        title=_read_text(part, "title", _TITLE),
        text=_read_text(part, "summary", _SUMMARY),
        published=published,
        seen_at=published,
        **understanding.model_dump(),
    )


def _parse_moment(value: object) -> datetime | None:
    """The time in an ISO 8601 text, as UTC; None for other values.

    A time without a zone is taken as UTC.
    """
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        # Conversion to UTC can overflow on the first and on the last date that Python supports.
        return None


def _figure_json(figure: Figure) -> dict[str, Any]:
    values = figure.model_dump(exclude={"quote"})
    return {
        name: _to_number(value) if isinstance(value, Decimal) else value
        for name, value in values.items()
    }


def _to_number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
