"""Questions about a period, and about the days on which a rate had a percent."""

from datetime import date
from decimal import Decimal

from bot.rates.answer.build import answer_query
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer
from bot.rates.question.query import QueryKind, RateQuery


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


def test_a_percent_is_found_in_the_history_with_its_last_day(ledger: Ledger, today: date) -> None:
    one = answer(ledger, today, percent=145)

    [span] = one.spans
    assert (span.since, span.until) == (date(2025, 4, 10), date(2025, 5, 13))
    assert span.ended_on == date(2025, 5, 14)
    assert span.measure is None
    assert one.history == ()


def test_a_percent_that_no_total_had_is_found_among_the_measures(
    ledger: Ledger, today: date
) -> None:
    one = answer(ledger, today, percent=125)

    assert {span.measure.id for span in one.spans if span.measure} == {"us-cn-ieepa-reciprocal"}
    assert one.spans[0].ended_on == date(2025, 5, 14)
    assert answer(ledger, today, percent=77).spans == ()


def test_a_pair_without_a_history_never_had_a_percent(ledger: Ledger, today: date) -> None:
    one = answer(ledger, today, imposer="CN", partner="JP", percent=25)

    assert (one.history, one.spans) == ((), ())


def test_a_rate_in_force_has_no_last_day(ledger: Ledger, today: date) -> None:
    [span] = answer(ledger, today, percent="12.5").spans
    assert (span.since, span.ended_on) == (date(2026, 7, 24), None)
