"""A comparison is one sentence and a table with a row for each origin."""

import asyncio
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.rates.model.answer import Answer
from bot.rates.question.query import QueryKind, RateQuery
from bot.slack.views.rates.comparison import render_comparison
from tests.rates.asked import ask
from tests.slack.fakes import answer_message, ledger
from tests.slack.samples import nasty_text
from tests.slack.views.accepted import as_text, check_accepted
from tests.slack.views.rates.test_answer import answers
from tests.slack.views.rates.test_calendar import count_visible_words, list_commands
from tests.slack.views.rates.test_history import table_of

TODAY = date(2026, 11, 30)


def test_most_goods_of_each_origin_are_compared_with_their_range() -> None:
    message = asyncio.run(answer_message("us china vs vietnam vs india", TODAY))
    check_accepted(message)
    sentence = message.blocks[1]["text"]["text"]
    assert "Lowest additional duty on most goods: goods of India, 10%" in sentence
    assert "highest: goods of China" in sentence
    titles, *rows = table_of(message)
    assert titles == ["Origin", "On most goods", "Range", "Why"]
    assert [row[0] for row in rows] == ["India", "Vietnam", "China"]
    assert "37.5%" in rows[2][1]
    assert count_visible_words(message) <= 120


def test_two_origins_are_a_comparison_too() -> None:
    message = asyncio.run(answer_message("us korea vs japan cars", TODAY))
    assert {row[0] for row in table_of(message)[1:]} == {"South Korea", "Japan"}
    commands = list_commands(message)
    assert commands["Japan"] == "🇺🇸 on 🇯🇵 cars"
    assert commands["History"].endswith("cars history")


def test_an_assumed_importing_country_is_said() -> None:
    found = ask("us korea vs japan cars", ledger(), TODAY)
    query = RateQuery(
        kind=QueryKind.COMPARE, imposer="US", partner="KR", versus=("JP",), imposer_assumed=True
    )
    assert "Assuming imports into the US." in as_text(render_comparison(found, query, TODAY))
    named = query.model_copy(update={"imposer_assumed": False})
    assert "Assuming" not in as_text(render_comparison(found, named, TODAY))


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow],
)
@given(st.lists(answers, min_size=1, max_size=3), st.integers(1, 40), nasty_text)
def test_slack_accepts_any_comparison(found: list[Answer], times: int, product: str) -> None:
    sound = product.encode(errors="replace").decode()
    query = RateQuery(kind=QueryKind.COMPARE, imposer="US", partner="CN", product=sound or None)
    message = render_comparison(found * times, query, TODAY)
    check_accepted(message)
    assert message.instead is not None
    check_accepted(message.instead)


def test_a_zero_stands_with_the_normal_duty_and_its_programs() -> None:
    message = asyncio.run(answer_message("us egypt vs jordan vs lesotho jeans", TODAY))
    check_accepted(message)
    assert table_of(message)[1][:2] == ["Lesotho", "0% + normal duty"]
    shown = as_text(message)
    assert "Plus the normal duty 0% to 16.6% by line." in shown
    assert "may be 0% under AGOA (not covered)" in shown
    assert "Not included: AD/CVD, quotas, fees." in shown


def test_what_a_comparison_asks_for_and_is_not_covered_has_a_button_to_its_card() -> None:
    message = asyncio.run(answer_message("us ecuador vs india shrimps antidumping", TODAY))
    assert "Antidumping duties are not covered" in as_text(message)
    assert list_commands(message)["About antidumping duties"] == "antidumping duties"


def test_a_comparison_for_a_future_day_is_marked_as_planned() -> None:
    message = asyncio.run(answer_message("us canada vs mexico 1 jan 2027", TODAY))
    assert "On 1 Jan 2027, as scheduled, if nothing changes." in as_text(message)
