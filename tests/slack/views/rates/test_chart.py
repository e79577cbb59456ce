"""A history is drawn as it went, and Slack takes any."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.local_slack.blocks.validation import check_blocks
from bot.rates.answer.build import ask
from bot.rates.model.answer import Answer
from bot.slack.blockkit import limits
from bot.slack.views.rates.answer import rates
from bot.slack.views.rates.chart import history_chart, without_chart
from tests.slack.fakes import answer_message, ledger
from tests.slack.samples import PARTIES, nasty_text
from tests.slack.views.rates.test_answer import accepted, answers, steps, texts

TODAY = date(2026, 10, 2)

traced = st.builds(
    lambda answer, history, partner: answer._replace(history=tuple(history), partner=partner),
    answers,
    st.lists(steps, max_size=40),
    st.sampled_from(["CN", "VN", "MX", "JP", "WORLD", "XX", "CA"]),
)


def drawn(question: str, today: date = TODAY) -> dict[str, Any]:
    chart = history_chart(ask(question, ledger(), today))
    assert chart is not None
    block: dict[str, Any] = chart
    check_blocks([block])
    return block


def line(block: dict[str, Any], name: str) -> dict[str, float]:
    (series,) = [one for one in block["chart"]["series"] if one["name"] == name]
    return {point["label"]: point["value"] for point in series["data"]}


def test_every_change_is_a_step_between_two_days() -> None:
    us = line(drawn("us china history"), "US on China")
    for day, percent in {
        "2025-04-08": 30,
        "2025-04-09": 104,
        "2025-04-10": 145,
        "2025-05-13": 145,
        "2025-05-14": 30,
        "2026-07-24": 12.5,
        "2026-10-02": 12.5,
    }.items():
        assert us[day] == percent


def test_each_direction_has_its_line_over_the_same_days() -> None:
    block = drawn("us china history")
    china = line(block, "CN on United States")
    assert list(china) == block["chart"]["axis_config"]["categories"]
    assert (china["2025-04-12"], china["2025-05-14"]) == (125, 10)


def test_nothing_that_is_yet_to_come_is_drawn() -> None:
    days = drawn("us china history on 2025-05-20")["chart"]["axis_config"]["categories"]
    assert days[-1] == "2025-05-20"


def test_what_does_not_fit_is_left_out_at_the_old_end_and_said() -> None:
    (answer,) = ask("us on china history", ledger(), TODAY)
    many = tuple(
        answer.history[0]._replace(on=date(year, 6, 1), percent=Decimal(year))
        for year in range(2000, 2026)
    )
    chart = history_chart([answer._replace(history=many)])
    assert chart is not None
    axis = chart["chart"]["axis_config"]
    assert len(axis["categories"]) <= limits.CHART_POINTS
    assert axis["categories"][-2:] == ["2025-06-01", "2026-10-02"]
    assert axis["x_label"].startswith("newest")


def test_where_the_line_decides_the_lowest_and_the_highest_are_drawn() -> None:
    block = drawn("china on us energy history on 2026-09-15")
    lowest, highest = line(block, "CN on US, lowest"), line(block, "CN on US, highest")
    assert (lowest["2025-05-14"], highest["2025-05-14"]) == (10, 25)


def test_no_chart_where_nothing_has_changed_yet() -> None:
    assert history_chart(ask("us on china history on 1990-01-01", ledger(), TODAY)) is None
    assert history_chart(ask("us on china", ledger(), TODAY)) is None


@settings(max_examples=40, deadline=None)
@given(st.lists(traced, min_size=1, max_size=8), nasty_text)
def test_slack_takes_any_history(found: list[Answer], asked: str) -> None:
    chart = history_chart(found)
    if chart is not None:
        check_blocks([chart])
    message = rates(found, PARTIES, asked)
    accepted(message)
    accepted(without_chart(message))


def test_the_list_below_tells_every_rate_that_is_drawn() -> None:
    for question in ("us china history", "us china vs vietnam vs mexico history"):
        message = asyncio.run(answer_message(question, TODAY))
        assert message.instead == without_chart(message) != message
        told = [text for text in texts(message.instead) if "*History" in text]
        for answer, said in zip(ask(question, ledger(), TODAY), told, strict=True):
            for step in answer.history:
                assert not step.moves_total or step.on.isoformat() in said


def test_a_duty_in_place_of_another_at_the_same_rate_takes_no_room_on_the_axis() -> None:
    block = drawn("us on georgia history")
    days = block["chart"]["axis_config"]["categories"]
    assert "2025-04-05" in days
    assert "2026-07-24" in days
    assert "2026-02-24" not in days
