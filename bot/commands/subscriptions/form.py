"""The form for a subscription: its fields, and the subscription that they describe.

Fields with text are read by the grammar of `subscribe`, so that both accept the same words.
"""

import re
from collections.abc import Mapping
from typing import TypeVar

from pydantic import Field

from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter, GoodsFilter
from bot.alerts.subscriptions.timing import Frequency, Timing, find_zone
from bot.commands.subscriptions.goods import resolve_goods
from bot.commands.subscriptions.grammar import (
    LONGEST_GOODS,
    MOST_FILTERS,
    ParsedSubscription,
    SubscriptionNotUnderstood,
    format_criteria,
    parse_subscription,
)
from bot.commands.subscriptions.zones import find_zone_name
from bot.errors import TariffwireError
from bot.news.state import Severity
from bot.parties import Parties
from bot.rates.ledger import Ledger
from bot.text.single_line import to_single_line
from bot.values import Frozen, Topic

DECIDED, OFFICIAL, LINES = "decided", "official", "lines"
"""The choices of `limits`."""
WEEKDAYS, BREAKING = "weekdays", "breaking"
"""The choices of `quiet`."""
LONGEST_TEXT = 600
"""Maximum characters of a field."""

T = TypeVar("T")

_QUOTES = re.compile('["“”„«»]')
_SEPARATORS = re.compile("[,;]")
_HOUR = Field("", pattern="^([0-9]|1[0-9]|2[0-3])?$")


class SubscriptionForm(Frozen):
    """The values of the form as people enter them. Fields that are not filled in are empty."""

    topics: tuple[str, ...] = ()
    """Values of topics; none stand for all."""
    economies: str = ""
    goods: str = ""
    words: str = ""
    without: str = ""
    limits: tuple[str, ...] = ()
    """DECIDED, OFFICIAL and LINES, if chosen."""
    severity: Severity = Severity.ROUTINE
    frequency: Frequency = Frequency.INSTANT
    weekday: str = Field("0", pattern="^[0-6]$")
    hour: str = _HOUR
    zone: str = ""
    quiet_from: str = _HOUR
    quiet_to: str = _HOUR
    quiet: tuple[str, ...] = (BREAKING,)
    """WEEKDAYS and BREAKING, if chosen."""

    @property
    def is_too_long(self) -> bool:
        """Whether a text is longer than its field, as that of a typed subscription may be."""
        texts = self.economies, self.goods, self.words, self.without
        return any(len(text) > LONGEST_TEXT for text in texts)


class SubscriptionFormRefused(TariffwireError):
    """Raised for a form with invalid fields; `problems` maps each such field to cause and cure."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        field, cause = next(iter(self.problems.items()))
        super().__init__(field, cause)


def fill_subscription_form(
    criteria: Criteria, timing: Timing, parties: Parties
) -> SubscriptionForm:
    """The form with the values of a subscription."""
    economies = [
        format_criteria(Criteria(economies=(each,)), parties) for each in criteria.economies
    ]
    limits = {
        DECIDED: criteria.decided_only,
        OFFICIAL: criteria.official_only,
        LINES: criteria.only_my_lines,
    }
    quiet = {WEEKDAYS: timing.weekdays_only, BREAKING: timing.breaking_passes}
    return SubscriptionForm(
        topics=tuple(topic.value for topic in Topic if topic in criteria.topics),
        economies=", ".join(economies),
        goods=", ".join(each.text for each in criteria.goods),
        words=", ".join(criteria.words),
        without=", ".join(criteria.without_words),
        limits=tuple(name for name, chosen in limits.items() if chosen),
        severity=criteria.severity_from,
        frequency=timing.frequency,
        weekday=str(timing.weekday),
        hour=_format_hour(timing.hour),
        zone=timing.zone,
        quiet_from=_format_hour(timing.quiet_from),
        quiet_to=_format_hour(timing.quiet_to),
        quiet=tuple(name for name, chosen in quiet.items() if chosen),
    )


def read_subscription_form(form: SubscriptionForm, ledger: Ledger) -> tuple[Criteria, Timing]:
    """The subscription that the form describes. Raises SubscriptionFormRefused."""
    problems: dict[str, str] = {}
    economies = _read_economies(form.economies, ledger.parties, problems)
    goods = _read_goods(form.goods, ledger, problems)
    words = _read_words(form.words, "words", problems)
    without = _read_words(form.without, "without", problems)
    zone = _read_zone(form.zone, problems)
    if bool(form.quiet_from) != bool(form.quiet_to):
        missing = "quiet_to" if form.quiet_from else "quiet_from"
        problems[missing] = "Choose both hours, or none of them."
    if problems:
        raise SubscriptionFormRefused(problems)
    topics = frozenset(topic for topic in Topic if topic.value in form.topics)
    criteria = Criteria(
        topics=topics if len(topics) < len(Topic) else frozenset(),
        economies=economies,
        goods=goods,
        words=words,
        without_words=without,
        decided_only=DECIDED in form.limits,
        official_only=OFFICIAL in form.limits,
        only_my_lines=LINES in form.limits,
        severity_from=form.severity,
    )
    timing = Timing(
        frequency=form.frequency,
        weekday=int(form.weekday),
        hour=_read_hour(form.hour),
        zone=zone,
        quiet_from=_read_hour(form.quiet_from),
        quiet_to=_read_hour(form.quiet_to),
        weekdays_only=WEEKDAYS in form.quiet,
        breaking_passes=BREAKING in form.quiet,
    )
    return criteria, timing


def _read_economies(
    text: str, parties: Parties, problems: dict[str, str]
) -> tuple[EconomyFilter, ...]:
    if not text.strip():
        return ()
    try:
        parsed = parse_subscription(text, parties)
    except SubscriptionNotUnderstood as error:
        problems["economies"] = f"{error.word}: {error.cause}."
        return ()
    problem = _find_other_words(parsed, parties)
    if problem:
        problems["economies"] = problem
        return ()
    return parsed.criteria.economies if parsed.criteria is not None else ()


def _find_other_words(parsed: ParsedSubscription, parties: Parties) -> str:
    """What is wrong with a text of which all words should name economies."""
    criteria = parsed.criteria or Criteria()
    if criteria.goods:
        unknown = criteria.goods[0].text
        similar = parties.suggest(unknown)
        hint = f"Did you mean {' or '.join(similar[:2])}?" if similar else "Check the spelling."
        return f"{unknown}: not an economy that I know. {hint}"
    only = Criteria(economies=criteria.economies)
    if criteria != only or parsed.timing is not None:
        return "Write only economies here. Topics, words and times have their own fields."
    return ""


def _read_goods(text: str, ledger: Ledger, problems: dict[str, str]) -> tuple[GoodsFilter, ...]:
    texts = _split(text)
    too_long = next((each for each in texts if len(each) > LONGEST_GOODS), None)
    if too_long is not None:
        problems["goods"] = "Separate several goods by commas."
        return ()
    wanted = Criteria(goods=tuple(GoodsFilter(text=each) for each in texts))
    try:
        return _check_count(resolve_goods(wanted, ledger).goods, "goods", problems)
    except SubscriptionNotUnderstood as error:
        problems["goods"] = (
            f"{error.word}: not goods or an HS code that I know. "
            "Write it into the field for words instead."
        )
        return ()


def _read_words(text: str, field: str, problems: dict[str, str]) -> tuple[str, ...]:
    words = {each.lower(): each for each in reversed(_split(text))}
    return _check_count(tuple(words.values())[::-1], field, problems)


def _check_count(found: tuple[T, ...], field: str, problems: dict[str, str]) -> tuple[T, ...]:
    if len(found) > MOST_FILTERS:
        problems[field] = f"Enter at most {MOST_FILTERS}."
    return found


def _read_zone(text: str, problems: dict[str, str]) -> str:
    words = to_single_line(text).strip()
    if not words:
        return ""
    known = find_zone_name(re.sub(r"\s+time$", "", words, flags=re.IGNORECASE))
    zone = known or (words if find_zone(words) is not None else "")
    if not zone:
        problems["zone"] = "Not a time zone that I know. Write a city, such as Tokyo or New York."
    return zone


def _split(text: str) -> list[str]:
    plain = _QUOTES.sub(" ", to_single_line(text))
    parts = (" ".join(part.split()) for part in _SEPARATORS.split(plain))
    return list(dict.fromkeys(part for part in parts if part))


def _read_hour(text: str) -> int | None:
    return int(text) if text else None


def _format_hour(hour: int | None) -> str:
    return "" if hour is None else str(hour)
