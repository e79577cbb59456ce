"""Facts that a reply to a question must have. A test states them as data; `check` compares them.

Only facts are compared: figures, days, measures, cards and options. The words are free.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from bot.commands import replies
from bot.commands.rates.replies import RateAnswers, RateCalendar, RateCard
from bot.commands.request import Reply
from bot.rates.cards.facts import CardFacts, DutyState
from bot.rates.model.answer import Answer
from bot.rates.model.component import Component
from bot.rates.question.query import QueryKind

UNKNOWN, BANNED = "unknown", "banned"


@dataclass(frozen=True)
class Rate:
    """The duties of one importing country on goods of one origin."""

    importer: str
    origin: str
    span: str | None = None
    """The figure that the answer gives first: `12.5`, `12.5-20`, `banned` or `unknown`."""
    counts: frozenset[str] = frozenset()
    """Measures in the total."""
    leaves: Mapping[str, str] = field(default_factory=dict)
    """Measures that the total does not count, with the reason."""
    ended: Mapping[str, str] = field(default_factory=dict)
    """Measures that are no longer charged, with the last day on which they were."""
    base: str | None = None
    """The normal duty of the line or the lines: `0`, `2.6-32`."""
    rows: Mapping[str, str] = field(default_factory=dict)
    """Measures of a question about a law, with their rates."""
    up_to: str | None = None
    """The highest total on any tariff line."""
    on: str | None = None
    scheduled: bool | None = None
    uncovered: frozenset[str] = frozenset()
    """What the question names and the data lacks."""
    totals: str | None = None
    """The lowest and highest total over the period of the question."""


@dataclass(frozen=True)
class Rates:
    """The answers to a question, in their order."""

    answers: tuple[Rate, ...]
    assumed: bool | None = None
    """Whether the answer says that it assumes the importing country."""
    ended: tuple[str, str, str] | None = None
    """A percentage in the past, its last day and the total of the next day."""


@dataclass(frozen=True)
class Shown:
    """The card of a law or topic."""

    card: str
    state: DutyState | None = None
    rates: Mapping[str, tuple[DutyState, str]] = field(default_factory=dict)
    """Measures of the table, with the state of their row and its rates."""
    since: str | None = None
    """The day of the state of all duties of the card."""
    events: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    """What the card has a point about."""
    days: frozenset[str] = frozenset()
    """Days ahead."""
    covered: bool | None = None
    stated: str | None = None
    """The day of the state that the card says in its own words."""


@dataclass(frozen=True)
class Days:
    """A calendar: all its entries are within the days, and these are among them."""

    kind: QueryKind
    first: str
    last: str
    has: frozenset[tuple[str, str]] = frozenset()
    """Days with measures."""


@dataclass(frozen=True)
class Asks:
    """A question back, with options."""

    about: str
    """What the question back names."""
    duties: tuple[str, ...] = ()
    """Names of duties, each of which is in the label of an option."""


Expected = Rates | Shown | Days | Asks


def us(origin: str, span: str | None = None, *counts: str, **facts: object) -> Rates:
    """The duties on goods of one origin, if the question names no importing country."""
    return Rates((rate("US", origin, span, *counts, **facts),), assumed=True)


def rate(
    importer: str, origin: str, span: str | None = None, *counts: str, **facts: object
) -> Rate:
    return Rate(importer, origin, span, frozenset(counts), **facts)  # type: ignore[arg-type]


def both(*answers: Rate, ended: tuple[str, str, str] | None = None) -> Rates:
    """One or more answers of a question that names the importing country."""
    return Rates(answers, assumed=False, ended=ended)


def each(*answers: Rate) -> Rates:
    """Several answers of a question that names only origins."""
    return Rates(answers, assumed=True)


def shown(card: str, state: DutyState | None = None, **facts: object) -> Shown:
    return Shown(card, state, **facts)  # type: ignore[arg-type]


def check(reply: Reply, expected: Expected) -> None:
    """Fails unless the reply has the facts."""
    match expected:
        case Rates():
            _check_rates(reply, expected)
        case Shown():
            assert isinstance(reply, RateCard), reply
            _check_card(reply.facts, expected)
        case Days():
            _check_days(reply, expected)
        case Asks():
            assert isinstance(reply, replies.Clarification), reply
            assert expected.about in reply.question
            assert 1 < len(reply.options) <= 4
            labels = [label for label, _ in reply.options]
            assert [one for one in expected.duties if not any(one in each for each in labels)] == []


def _check_rates(reply: Reply, expected: Rates) -> None:
    assert isinstance(reply, RateAnswers), reply
    named = [(one.imposer, one.partner) for one in reply.answers]
    assert named == [(one.importer, one.origin) for one in expected.answers]
    if expected.assumed is not None:
        assert reply.query.imposer_assumed is expected.assumed
    for answer, one in zip(reply.answers, expected.answers, strict=True):
        _check_answer(answer, one)
        assert one.uncovered <= {str(each) for each in reply.query.uncovered}
    if expected.ended is not None:
        percent, last, then = expected.ended
        found = [(one.percent, one.last, one.then) for one in reply.spells]
        assert (Decimal(percent), date.fromisoformat(last), Decimal(then)) in found


def _check_answer(answer: Answer, one: Rate) -> None:
    if one.span is not None:
        assert _format_span(answer) == one.span
    counted = {component.measure_id: component for component in answer.components}
    left = {component.measure_id: component for component in answer.not_counted}
    assert one.counts <= set(counted), sorted(counted)
    assert {key: _find_reason(left.get(key)) for key in one.leaves} == one.leaves
    assert {key: _find_last_day(left[key]) for key in one.ended} == one.ended
    rows = {component.measure_id: _format(component.percent) for component in answer.rows}
    assert one.rows.items() <= rows.items(), rows
    if one.base is not None:
        assert _format_base(answer) == one.base
    if one.up_to is not None:
        assert _format(max(each.high for each in answer.lines)) == one.up_to
    if one.on is not None:
        assert answer.on == date.fromisoformat(one.on)
    if one.scheduled is not None:
        assert answer.has_scheduled is one.scheduled
    if one.totals is not None:
        assert answer.period is not None
        assert f"{_format(answer.period.low)}-{_format(answer.period.high)}" == one.totals


def _check_card(facts: CardFacts, expected: Shown) -> None:
    assert facts.card.id == expected.card
    if expected.state is not None:
        assert facts.overall is not None
        assert facts.overall.state is expected.state
    if expected.since is not None:
        assert facts.overall is not None
        assert facts.overall.since == date.fromisoformat(expected.since)
    rows = {
        one.id: (row.state, _join(row.low, row.high)) for row in facts.rows for one in row.measures
    }
    assert expected.rates.items() <= rows.items(), rows
    assert expected.events <= {one.id for one in facts.events}
    assert expected.labels <= {one.label for one in facts.card.points}
    ahead = {str(one.on) for one in facts.next} | {str(one.on) for one in facts.dates}
    assert expected.days <= ahead, ahead
    if expected.covered is not None:
        assert facts.card.covered is expected.covered
    if expected.stated is not None:
        assert facts.card.state is not None
        assert facts.card.state.on == date.fromisoformat(expected.stated)


def _check_days(reply: Reply, expected: Days) -> None:
    assert isinstance(reply, RateCalendar), reply
    assert reply.query.kind is expected.kind
    found = {(str(one.on), one.measure_id) for one in reply.items}
    assert all(expected.first <= day <= expected.last for day, _ in found), found
    assert expected.has <= found, found


def _format_span(answer: Answer) -> str:
    if answer.banned:
        return BANNED
    return UNKNOWN if answer.main_span is None else _join(*answer.main_span)


def _format_base(answer: Answer) -> str:
    if answer.base_range is not None:
        return _join(answer.base_range.low, answer.base_range.high)
    return "" if answer.base is None else _format(answer.base.percent)


def _find_reason(component: Component | None) -> str:
    if component is None or component.exclusion is None:
        return ""
    return str(component.exclusion.reason)


def _find_last_day(component: Component) -> str:
    """The last day on which a duty that ended or was struck down was charged."""
    if component.charged_until is not None:
        return str(component.charged_until)
    return str(component.to) if component.to is not None else f"before {component.from_}"


def _join(low: Decimal | None, high: Decimal | None) -> str:
    return _format(low) if low == high else f"{_format(low)}-{_format(high)}"


def _format(percent: Decimal | None) -> str:
    return "" if percent is None else f"{percent.normalize():f}"
