"""The JSON lines of `tariffwire match` and `tariffwire same`: plain objects in, plain objects out.

What comes in is a stranger's: every field may be missing or of another type, and markup is taken
off titles and summaries as it is off a feed's.
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bot.errors import TariffwireError
from bot.feeds.model import FeedKind
from bot.news.events.matching import SAME_SCORE, score
from bot.news.reader import Reader, Understanding
from bot.news.story import Evidence, Figure, Story
from bot.text.plain import plain

_TITLE, _SUMMARY = 1000, 20_000
_SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_SHOWN = 80

_ONE = "Give one object a line"


def read_line(line: bytes, number: int) -> dict[str, Any]:
    """The object on a line; what is not UTF-8 is replaced by U+FFFD.

    Raises TariffwireError that names the line by its number where it holds no JSON object. NaN and
    infinities, which Python's parser takes, are not JSON.
    """
    try:
        value = json.loads(
            line.decode("utf-8", "replace").removeprefix("\ufeff"),
            parse_float=_finite,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError) as error:
        # Besides JSONDecodeError: a number of more digits than Python turns into one.
        raise TariffwireError(f"line {number}", "not JSON that can be read", _ONE) from error
    if not isinstance(value, dict):
        raise TariffwireError(f"line {number}", "not a JSON object", _ONE)
    return value


def written(value: object, encoding: str) -> str:
    """The value as one line of JSON that can be written in the encoding.

    Raises TariffwireError where it is nested more deeply than Python bears.
    """
    try:
        line = json.dumps(value, ensure_ascii=False, allow_nan=False)
        line.encode(encoding)
    except RecursionError as error:
        raise TariffwireError("the answer", "its id is nested too deeply", _ONE) from error
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False)
    return line


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits[:_SHOWN]} is too large")
    return value


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")


def understood(reader: Reader, given: Mapping[str, Any]) -> dict[str, Any]:
    """What `match` says of `{"id","title","summary","published"?}`."""
    told = _understand(reader, given)
    return {
        "id": given.get("id"),
        "topics": list(told.topics),
        "parties": list(told.parties),
        "figures": [_figure(figure) for figure in told.figures],
        "evidence": [_evidence(each) for each in told.evidence],
        "summary": told.summary,
    }


def compared(reader: Reader, given: Mapping[str, Any]) -> dict[str, Any]:
    """What `same` says of `{"id","a":{story},"b":{story}}`; raises TariffwireError without both."""
    likeness = score(_story(reader, given, "a"), _story(reader, given, "b"))
    return {"id": given.get("id"), "same": likeness >= SAME_SCORE, "score": round(likeness, 3)}


def _understand(reader: Reader, given: Mapping[str, Any]) -> Understanding:
    return reader.understand(_text(given, "title", _TITLE), _text(given, "summary", _SUMMARY))


def _text(given: Mapping[str, Any], key: str, limit: int) -> str:
    value = given.get(key)
    return plain(value, limit) if isinstance(value, str) else ""


def _story(reader: Reader, given: Mapping[str, Any], side: str) -> Story:
    told = given.get(side)
    if not isinstance(told, Mapping):
        thing = f"the pair {given.get('id')!r:.{_SHOWN}}"
        raise TariffwireError(thing, f'has no story "{side}"', 'Give {"id","a":{..},"b":{..}}')
    understanding = _understand(reader, told)
    published = _moment(told.get("published"))
    return Story(
        id=side,
        feed_id=side,
        entry_key=side,
        source=side,
        kind=FeedKind.WIRE,
        title=_text(told, "title", _TITLE),
        text=_text(told, "summary", _SUMMARY),
        published=published,
        seen_at=published,
        **understanding.model_dump(),
    )


def _moment(value: object) -> datetime:
    """The moment in an ISO 8601 text, in UTC where it names no zone; some fixed day for others."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else _SOME_DAY
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        # In UTC, the first and the last day of the calendar may lie beyond it.
        return _SOME_DAY


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "imposer": figure.imposer,
        "partner": figure.partner,
        "product": figure.product,
        "from_percent": _number(figure.from_percent),
        "to_percent": _number(figure.to_percent),
        "amount_usd": _number(figure.amount_usd),
    }


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _evidence(each: Evidence) -> dict[str, Any]:
    return {"topic": each.topic, "rule": each.rule, "words": each.words, "where": each.where}
