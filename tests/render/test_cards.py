"""Cards in words: rows of the table, what comes next, the age of the check, the terminal."""

import json
from datetime import date

import pytest

from bot.rates.model.law import Effect
from bot.rates.question.query import QueryKind, RateQuery
from bot.render.cards import (
    describe_card_state,
    describe_row,
    list_next_in_short,
    list_passed,
    render_card_lines,
    render_card_list_lines,
)
from bot.render.json import build_card_json
from tests.rates.cards.made import TODAY, card, facts_of, row_of
from tests.rates.made import CHECKED, rate, ruling
from tests.slack.samples import PARTIES

JULY, NEXT_YEAR = date(2026, 7, 24), date(2027, 1, 1)
STRUCK = rate(0, **{"from": date(2026, 2, 24)}, status="struck_down")
CASES = [
    ([rate(25)], "25% since 1 Jan 2026", "In force since 1 Jan 2026: 25%"),
    (
        [rate(15, calc="all_in_ceiling")],
        "15% incl. normal duty since 1 Jan 2026",
        "In force since 1 Jan 2026: 15% incl. normal duty",
    ),
    ([rate(10, to=JULY)], "charged to 24 Jul 2026 (was 10%)", "Charged to 24 Jul 2026 (was 10%)"),
    (
        [rate(15, **{"from": NEXT_YEAR})],
        "15% from 1 Jan 2027",
        "Begins 1 Jan 2027: 15%",
    ),
    (
        [rate(100, **{"from": date(2026, 11, 10)}, status="announced")],
        "100% from 10 Nov 2026, not verified",
        "Was to begin 10 Nov 2026: 100%; start not verified",
    ),
    ([rate(None, banned=True)], "import ban since 1 Jan 2026", "Import ban in force"),
    ([rate(0)], "0%", "No duty: the rate is 0%"),
    ([rate(30, status="suspended")], "30%, suspended", "Suspended since 1 Jan 2026: 30%"),
    ([], "no duty set", "No duty set"),
    (
        [rate(20, to=date(2026, 2, 23)), STRUCK],
        "not collected since 24 Feb 2026 (was 20%)",
        "Not collected since 24 Feb 2026 (was 20%)",
    ),
    (
        [rate(None, **{"from": NEXT_YEAR}, status="announced")],
        "a rate to be announced from 1 Jan 2027",
        "Begins 1 Jan 2027: a rate to be announced",
    ),
    (
        [rate(15, **{"from": date(2026, 11, 10)})],
        "15% since 10 Nov 2026, not verified",
        "In force since 10 Nov 2026, not verified: 15%",
    ),
]


@pytest.mark.parametrize(("periods", "row", "state"), CASES)
def test_rows_and_states(periods: list[dict[str, object]], row: str, state: str) -> None:
    assert describe_row(row_of(*periods)) == row
    assert describe_card_state(facts_of(*periods)).startswith(state)


def test_a_struck_down_duty_names_its_ruling() -> None:
    held = ruling(date(2026, 2, 20), "us-a").model_copy(update={"effect": Effect.STRUCK_DOWN})
    facts = facts_of(rate(20, to=date(2026, 2, 23)), STRUCK, legal=[held])
    expected = "Not collected since 24 Feb 2026: held unlawful 20 Feb 2026 (court)"
    assert describe_card_state(facts) == expected


def test_a_short_row_leaves_out_the_first_day_of_a_rate_in_force() -> None:
    assert describe_row(row_of(rate(25)), short=True) == "25%"


def test_changes_of_one_day_are_one_text() -> None:
    facts = facts_of(rate(10, to=date(2026, 12, 31)), rate(20, **{"from": NEXT_YEAR}))
    assert list_next_in_short(facts) == ["1 Jan 2027: Duty us-a 20%"]


def test_changes_that_the_table_shows_are_not_repeated() -> None:
    facts = facts_of(rate(100, **{"from": date(2026, 11, 10)}, status="announced"))
    assert len(list_passed(facts)) == 1
    assert list_passed(facts, short=True) == []


def test_the_terminal_shows_the_state_first_and_every_source() -> None:
    lines = list(
        render_card_lines(facts_of(rate(10, to=JULY)), RateQuery(kind=QueryKind.CARD), PARTIES)
    )
    assert lines[:2] == ["The act law-1", "Charged to 24 Jul 2026 (was 10%)."]
    assert "sources:" in lines
    assert any("https://gazette.example/1" in line for line in lines)


def test_the_list_is_grouped_with_laws_first() -> None:
    cards = [card("b", group="Other"), card("a"), card("c", group="Not covered")]
    lines = list(render_card_list_lines(cards))
    assert [line for line in lines if line.endswith(":")] == ["Laws:", "Other:", "Not covered:"]


def test_json_has_decimal_strings_and_iso_days() -> None:
    shown = json.loads(json.dumps(build_card_json(facts_of(rate(12.5)))))
    (row,) = shown["rates"]
    assert (row["state"], row["low"], row["since"]) == ("charged", "12.5", "2026-01-01")
    assert (shown["on"], shown["checked"]) == (TODAY.isoformat(), CHECKED.isoformat())
