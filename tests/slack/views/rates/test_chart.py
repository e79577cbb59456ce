"""The chart of a history shows every rate correctly and stays within Slack's limits."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.local_slack.blocks.validation import check_blocks
from bot.rates.model.answer import Answer
from bot.rates.model.history import Step
from bot.rates.question.query import QueryKind, RateQuery
from bot.slack.blockkit import limits
from bot.slack.views.rates.chart import render_history_chart
from bot.slack.views.rates.history import render_history
from tests.rates.asked import ask
from tests.slack.fakes import ledger
from tests.slack.samples import nasty_text
from tests.slack.views.accepted import check_accepted
from tests.slack.views.rates.test_answer import answers, days, steps

TODAY = date(2026, 10, 2)

traced = st.builds(
    lambda answer, history, partner: answer._replace(history=tuple(history), partner=partner),
    answers,
    st.lists(steps, max_size=40),
    st.sampled_from(["CN", "VN", "MX", "JP", "WORLD", "XX", "CA"]),
)


def draw_chart(question: str, today: date = TODAY) -> dict[str, Any]:
    chart = render_history_chart(ask(question, ledger(), today))
    assert chart is not None
    block: dict[str, Any] = chart
    check_blocks([block])
    return block


def values_of(block: dict[str, Any], name: str) -> dict[str, float]:
    (series,) = [one for one in block["chart"]["series"] if one["name"] == name]
    return {point["label"]: point["value"] for point in series["data"]}


def test_each_period_shows_its_largest_change_on_its_day() -> None:
    us = values_of(draw_chart("us on china history"), "US on China")
    for day, percent in {
        "4 Mar 2025": 20,
        "10 Apr 2025": 145,
        "14 May 2025": 30,
        "10 Nov 2025": 20,
        "24 Feb 2026": 10,
        "24 Jul 2026": 12.5,
        "2 Oct 2026": 12.5,
    }.items():
        assert us[day] == percent


def test_a_chart_begins_before_the_first_change_and_ends_today() -> None:
    us = list(values_of(draw_chart("us on china history"), "US on China").items())
    assert us[0][1] == 0
    assert us[-1][0] == "2 Oct 2026"


def test_the_title_says_whether_the_bars_count_the_normal_duty() -> None:
    titles = {
        one: draw_chart(f"us on {one} history")["title"] for one in ("china", "vietnam", "eu")
    }
    assert titles["china"] == titles["vietnam"] != titles["eu"]
    assert "normal duty" not in titles["china"]
    assert "normal duty" in titles["eu"]


one_step_a_day = st.lists(steps, min_size=1, max_size=40, unique_by=lambda step: step.on)


@given(one_step_a_day, days, st.none() | days)
def test_points_are_equal_to_the_total_of_their_day_and_one_period_apart(
    found: list[Step], on: date, since: date | None
) -> None:
    history = sorted(found, key=lambda step: step.on)
    answer = ask("us on china", ledger(), TODAY)[0]._replace(history=tuple(history), on=on)
    chart = render_history_chart([answer], since)
    totals = {step.on: step.percent for step in history if step.moves_total}
    if chart is None:
        before = since - timedelta(days=1) if since else date.min
        assert len({_find_total(totals, before)} | _list_totals(totals, since, on)) == 1
        return
    [series] = chart["chart"]["series"]
    points = [(_parse(point["label"]), point["value"]) for point in series["data"]]
    for day, value in points:
        assert value == float(_find_total(totals, day))
        assert (since or date.min) <= day <= on
    found_days = [day for day, _ in points]
    assert found_days == sorted(set(found_days))
    unit = chart["chart"]["axis_config"]["x_label"].split(",")[0].split()[3]
    length = 1 if unit == "day" else int(unit)
    assert all(0 < (b - a).days < 2 * length for a, b in pairwise(found_days))


def _find_total(totals: dict[date, Decimal], day: date) -> Decimal:
    past = [on for on in totals if on <= day]
    return totals[max(past)] if past else Decimal(0)


def _list_totals(totals: dict[date, Decimal], since: date | None, until: date) -> set[Decimal]:
    return {total for on, total in totals.items() if (since or date.min) <= on <= until}


def _parse(label: str) -> date:
    return datetime.strptime(f"{label} +0000", "%d %b %Y %z").date()


def test_a_history_of_a_period_shows_only_this_period() -> None:
    found = ask("us on china history", ledger(), TODAY)
    chart = render_history_chart(found, date(2025, 4, 1), date(2025, 4, 14))
    assert chart is not None
    check_blocks([chart])
    values = values_of(chart, "US on China")
    assert list(values) == [f"{day} Apr 2025" for day in range(1, 15)]
    assert (values["4 Apr 2025"], values["5 Apr 2025"], values["9 Apr 2025"]) == (20, 30, 104)
    assert render_history_chart(found, date(2025, 4, 1), date(2025, 4, 4)) is None


def test_each_direction_has_a_line_over_the_same_days() -> None:
    block = draw_chart("us china history")
    china = values_of(block, "CN on United States")
    assert list(china) == block["chart"]["axis_config"]["categories"]
    assert (china["12 Apr 2025"], china["14 May 2025"]) == (125, 10)


def test_future_changes_are_not_drawn() -> None:
    drawn = draw_chart("us china history on 2025-05-20")["chart"]["axis_config"]["categories"]
    assert drawn[-1] <= "20 May 2025"
    assert "14 May 2025" in drawn


def test_a_long_history_stays_within_the_limit_of_points() -> None:
    (answer,) = ask("us on china history", ledger(), TODAY)
    many = tuple(
        answer.history[0]._replace(on=date(year, 6, 1), percent=Decimal(year))
        for year in range(2000, 2026)
    )
    chart = render_history_chart([answer._replace(history=many)])
    assert chart is not None
    values = values_of(chart, "US on China")
    assert len(values) <= limits.CHART_POINTS
    assert values["1 Jun 2025"] == 2025


def test_a_range_is_drawn_as_its_lowest_and_highest_rate() -> None:
    block = draw_chart("china on us energy history on 2026-09-15")
    lowest, highest = values_of(block, "CN on US, lowest"), values_of(block, "CN on US, highest")
    assert (lowest["14 May 2025"], highest["14 May 2025"]) == (10, 25)


def test_a_history_without_changes_has_no_chart() -> None:
    assert render_history_chart(ask("us on china history on 1990-01-01", ledger(), TODAY)) is None
    assert render_history_chart(ask("us on china", ledger(), TODAY)) is None


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow],
)
@given(st.lists(traced, min_size=1, max_size=8), nasty_text)
def test_slack_accepts_any_history(found: list[Answer], asked: str) -> None:
    chart = render_history_chart(found)
    if chart is not None:
        check_blocks([chart])
    query = RateQuery(kind=QueryKind.PAIR, product=asked or None, history=True)
    message = render_history(found, query)
    assert (message is None) == (not any(answer.history for answer in found))
    if message is not None:
        check_accepted(message)
        assert message.instead is not None
        check_accepted(message.instead)


def test_a_duty_replaced_at_the_same_rate_adds_no_day_to_the_axis() -> None:
    block = draw_chart("us on georgia history")
    drawn = block["chart"]["axis_config"]["categories"]
    assert "5 Apr 2025" in drawn
    assert "24 Jul 2026" in drawn
    assert "24 Feb 2026" not in drawn


def test_series_of_goods_with_one_name_have_names_of_their_own() -> None:
    (answer,) = ask("us on china history", ledger(), TODAY)
    long = "parts of machines for the assembly"
    goods = ("steel", "steel", long, f"{long} line")
    found = [answer._replace(goods=(name,), codes=(f"720{n}",)) for n, name in enumerate(goods)]
    chart = render_history_chart(found)
    assert chart is not None
    check_blocks([chart])
    names = [series["name"] for series in chart["chart"]["series"]]
    assert names[:2] == ["steel", "steel 2"]
    assert len(set(names)) == 4


def test_a_history_with_a_long_question_and_long_names_is_within_the_limits() -> None:
    (answer,) = ask("us on china history", ledger(), TODAY)
    steps = tuple(
        answer.history[0]._replace(on=date(2000 + year, 6, 1), percent=Decimal(year))
        for year in range(26)
    )
    found = [
        answer._replace(
            imposer_name='"' * 150, partner=code, partner_name='"' * 150, product="x", history=steps
        )
        for code in ("CN", "VN", "MX", "JP", "IN", "CA")
    ]
    query = RateQuery(kind=QueryKind.PAIR, product='"' * 1_500, history=True)
    message = render_history(found, query)
    assert message is not None
    assert message.instead is not None
    check_accepted(message)
    check_accepted(message.instead)
    shown = [element for block in message.blocks for element in block.get("elements", ())]
    assert "Details and sources" in [
        one["text"]["text"] for one in shown if one["type"] == "button"
    ]
