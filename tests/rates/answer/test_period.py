"""Questions about a period."""

from datetime import date
from decimal import Decimal

from bot.rates.answer.build import answer_query
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer
from bot.rates.question.query import QueryKind, RateQuery
from tests.rates.asked import ask


def answer(ledger: Ledger, today: date, **fields: object) -> Answer:
    given = {"kind": QueryKind.PAIR, "imposer": "US", "partner": "CN"}
    [one] = answer_query(RateQuery.model_validate(given | fields), ledger, today)
    return one


def test_a_period_has_its_lowest_and_highest_total_and_the_steps_inside_it(
    ledger: Ledger, today: date
) -> None:
    year = {"since": date(2025, 1, 1), "until": date(2025, 12, 31)}
    one = answer(ledger, today, **year)

    assert one.period is not None
    assert (one.period.low, one.period.high) == (Decimal(0), Decimal(145))
    assert (one.on, one.total_percent) == (date(2025, 12, 31), Decimal(20))
    assert one.history[0].on == date(2025, 1, 1)
    assert {step.on for step in one.history} >= {date(2025, 4, 10), date(2025, 5, 14)}
    assert all(step.on <= date(2025, 12, 31) for step in one.history)


def test_a_period_that_includes_today_is_answered_for_today(ledger: Ledger, today: date) -> None:
    year = {"since": date(2026, 7, 1), "until": date(2026, 12, 31)}
    one = answer(ledger, today, **year)

    assert one.on == today
    assert one.period is not None
    assert (one.period.low, one.period.high) == (Decimal(10), Decimal("12.5"))


def test_a_period_of_goods_counts_the_ends_of_their_ranges(ledger: Ledger, today: date) -> None:
    one = answer(ledger, today, product="steel", since=date(2026, 1, 1), until=date(2026, 6, 30))

    assert one.period is not None
    totals = [end for step in one.history for end in (step.percent, step.up_to or step.percent)]
    assert (one.period.low, one.period.high) == (min(totals), max(totals))
    assert one.period.low < one.period.high


def test_a_period_begins_with_the_total_before_it_and_without_a_change(
    ledger: Ledger, today: date
) -> None:
    one = answer(ledger, today, since=date(2026, 7, 1), until=date(2026, 7, 31))
    first, *others = one.history
    assert (first.on, first.percent, first.changes) == (date(2026, 7, 1), Decimal(10), ())
    assert all(step.changes or step.ruling for step in others)


def test_a_change_on_the_first_day_of_a_period_is_in_it(ledger: Ledger, today: date) -> None:
    first = answer(ledger, today, since=date(2026, 7, 24), until=date(2026, 7, 31)).history[0]
    assert first.on == date(2026, 7, 24)
    assert first.changes


def test_the_end_of_a_rate_without_a_successor_leaves_the_total_open(ledger: Ledger) -> None:
    [answer] = ask("china on us history", ledger, date(2026, 11, 30))
    last = answer.history[-1]
    assert (last.on, last.is_open, last.moves_total) == (date(2027, 1, 11), True, False)
    [month] = ask("china on us january 2027", ledger, date(2026, 11, 30))
    assert month.period is not None
    assert (month.period.low, month.period.high) == (Decimal(10), Decimal(10))


def test_the_end_of_a_rate_that_another_replaces_is_not_open(ledger: Ledger) -> None:
    [answer] = ask("us on china history", ledger, date(2026, 11, 30))
    assert not any(step.is_open for step in answer.history)


def test_a_step_says_if_its_total_includes_the_base_duty(ledger: Ledger) -> None:
    [wine] = ask("us on eu wine from 2025-05-01 to 2025-09-30", ledger, date(2026, 11, 30))
    steps = [(step.on, step.includes_base) for step in wine.history if step.ruling is None]
    assert steps == [(date(2025, 5, 1), False), (date(2025, 8, 7), True)]
