"""The chart of a history shows every rate correctly and stays within Slack's limits."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.local_slack.blocks.validation import check_blocks
from bot.rates.model.answer import Answer
from bot.slack.blockkit import limits
from bot.slack.views.rates.answer import render_answers
from bot.slack.views.rates.chart import remove_charts, render_history_chart
from bot.text.dates import format_day
from tests.rates.asked import ask
from tests.slack.fakes import answer_message, ledger
from tests.slack.samples import PARTIES, nasty_text
from tests.slack.views.rates.test_answer import answers, check_accepted, steps, texts

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


def test_every_change_is_a_step_between_two_days() -> None:
    us = values_of(draw_chart("us china history"), "US on China")
    for day, percent in {
        "8 Apr 2025": 30,
        "9 Apr 2025": 104,
        "10 Apr 2025": 145,
        "13 May 2025": 145,
        "14 May 2025": 30,
        "24 Jul 2026": 12.5,
        "2 Oct 2026": 12.5,
    }.items():
        assert us[day] == percent


def test_each_direction_has_a_line_over_the_same_days() -> None:
    block = draw_chart("us china history")
    china = values_of(block, "CN on United States")
    assert list(china) == block["chart"]["axis_config"]["categories"]
    assert (china["12 Apr 2025"], china["14 May 2025"]) == (125, 10)


def test_future_changes_are_not_drawn() -> None:
    days = draw_chart("us china history on 2025-05-20")["chart"]["axis_config"]["categories"]
    assert days[-1] == "20 May 2025"


def test_the_oldest_changes_are_left_out_if_there_are_too_many_and_the_chart_says_so() -> None:
    (answer,) = ask("us on china history", ledger(), TODAY)
    many = tuple(
        answer.history[0]._replace(on=date(year, 6, 1), percent=Decimal(year))
        for year in range(2000, 2026)
    )
    chart = render_history_chart([answer._replace(history=many)])
    assert chart is not None
    axis = chart["chart"]["axis_config"]
    assert len(axis["categories"]) <= limits.CHART_POINTS
    assert axis["categories"][-2:] == ["1 Jun 2025", "2 Oct 2026"]
    assert axis["x_label"].startswith("newest")


def test_a_range_is_drawn_as_its_lowest_and_highest_rate() -> None:
    block = draw_chart("china on us energy history on 2026-09-15")
    lowest, highest = values_of(block, "CN on US, lowest"), values_of(block, "CN on US, highest")
    assert (lowest["14 May 2025"], highest["14 May 2025"]) == (10, 25)


def test_a_history_without_changes_has_no_chart() -> None:
    assert render_history_chart(ask("us on china history on 1990-01-01", ledger(), TODAY)) is None
    assert render_history_chart(ask("us on china", ledger(), TODAY)) is None


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.data_too_large])
@given(st.lists(traced, min_size=1, max_size=8), nasty_text)
def test_slack_accepts_any_history(found: list[Answer], asked: str) -> None:
    chart = render_history_chart(found)
    if chart is not None:
        check_blocks([chart])
    message = render_answers(found, PARTIES, asked)
    check_accepted(message)
    check_accepted(remove_charts(message))


def test_the_list_below_the_chart_has_every_rate_of_the_chart() -> None:
    for question in ("us china history", "us china vs vietnam vs mexico history"):
        message = asyncio.run(answer_message(question, TODAY))
        assert message.instead == remove_charts(message) != message
        reported = [text for text in texts(message.instead) if "*History" in text]
        for answer, said in zip(ask(question, ledger(), TODAY), reported, strict=True):
            for step in answer.history:
                assert not step.moves_total or format_day(step.on) in said


def test_a_duty_replaced_at_the_same_rate_adds_no_day_to_the_axis() -> None:
    block = draw_chart("us on georgia history")
    days = block["chart"]["axis_config"]["categories"]
    assert "5 Apr 2025" in days
    assert "24 Jul 2026" in days
    assert "24 Feb 2026" not in days
